#pragma once

#include "base/result.h"
#include "model/work.h"
#include "sql/linkage_counts.h"
#include "sql/linkage_keys.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dmp::sql {

class Session;

// A work of the null sample: the words it would be found by.
struct SampleWork {
  std::string doi;
  bool has_abstract = false;  // more than 40 characters
  std::string text;           // title, blank, abstract
};

// How long an abstract must be to count as one (characters).
inline constexpr std::size_t kShortAbstract = 40;
bool has_abstract(const model::Work& work);

// The interval a work was published in, both ends inclusive. OpenAlex writes 1
// January where it knows the year only: that counts as the year.
// Source: linkage.md 4.3, records.md 1.4.
struct DayRange {
  text::Day first = 0, last = 0;
};
std::optional<DayRange> publication_days(const model::Work& work);

// What the linkage model needs to know of a whole collection.
// Source: spec linkage.md 12.
struct LinkageSummary {
  std::int64_t works = 0;  // N
  std::int64_t author_slots = 0;
  std::int64_t institution_slots = 0;
  std::int64_t works_with_award = 0;
  std::int64_t works_with_funder = 0;
  std::int64_t works_with_date = 0;
  // Works published in a month (months since 1970-01; may be negative);
  // ascending. A work dated by year counts 1/12 in each of its months.
  std::vector<std::pair<std::int32_t, double>> months;
  std::vector<SampleWork> sample;  // 300 works or all, by DOI
};

// Where the statistics of a collection lie.
struct LinkageFolders {
  std::filesystem::path stats;  // what the model asks for: kLinkageFiles
  std::filesystem::path state;  // what only the next index needs: singles
  CountFiles counts() const {
    return {stats / "counts.parquet", state / "singles.parquet"};
  }
};
inline constexpr std::array<const char*, 4> kLinkageFiles{
    "summary.parquet", "months.parquet", "sample.parquet", "counts.parquet"};

// What is known of a collection without counting keys, a fraction of a
// microsecond a work: so it is made of all works, each time.
class LinkageTotals {
 public:
  void add(const model::Work& work);
  // Writes summary.parquet (one row), months.parquet, sample.parquet. Errors:
  // io.
  Status write(const std::filesystem::path& dir);
  std::int64_t works() const { return summary_.works; }

 private:
  void count_date(const model::Work& work);
  void offer_sample(const model::Work& work);

  LinkageSummary summary_;
  // In twelfths of a work a month, so that order cannot matter.
  std::unordered_map<std::int32_t, std::int64_t> months_;
  // A heap of the works with the smallest drawn numbers, largest in front.
  std::vector<std::pair<std::uint64_t, SampleWork>> sample_;
};

// Counts of a collection, made beside the works index. Memory: bounded; counts
// go to part files when the table is full, and DuckDB sums them. The result
// depends on the set of works, not on their order or ranges.
class LinkageStats {
 public:
  // Part files go to `scratch`, which must exist.
  explicit LinkageStats(std::filesystem::path scratch,
                        std::size_t most_keys = 4'000'000)
      : tally_(std::move(scratch), "linkage", most_keys) {}

  // From here on no keys are counted: their counts come from somewhere else
  // (linkage_update.h). Before the first work.
  void leave_out_keys() { with_keys_ = false; }

  // Errors: io.
  Status add(const model::Work& work);
  // Keys of a work only: to count them after all. Errors: io.
  Status add_keys(const model::Work& work);

  // Write the files of LinkageTotals into `dir`; the files of counts, from the
  // keys of all works; both. Errors: io.
  Status write_totals(const std::filesystem::path& dir) {
    return totals_.write(dir);
  }
  Status write_counts(const Session& session, const CountFiles& files);
  Status finish(const Session& session, const LinkageFolders& folders);

  std::int64_t works() const { return totals_.works(); }

  // Of the files; an index with another one is made again.
  static constexpr const char* kFormat = "2";

 private:
  bool with_keys_ = true;
  LinkageTotals totals_;
  WorkKeys keys_;
  KeyTally tally_;
};

// Counts of keys that somebody asked for.
class LinkageCounts {
 public:
  void want(std::uint64_t key) { wanted_.emplace(key, 1); }
  // At least 1: counts below 2 are not kept, and what is asked for exists.
  std::uint32_t of(std::uint64_t key) const {
    const auto found = wanted_.find(key);
    return found == wanted_.end() ? 1 : found->second;
  }
  void set(std::uint64_t key, std::uint32_t count) { wanted_[key] = count; }
  // Fills in what `dir` knows. Errors: not_found, corrupt_input, io.
  Status read(Session& session, const std::filesystem::path& dir);

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> wanted_;
};

// Errors: not_found, corrupt_input, io.
Result<LinkageSummary> read_linkage_summary(Session& session,
                                            const std::filesystem::path& dir);

}  // namespace dmp::sql
