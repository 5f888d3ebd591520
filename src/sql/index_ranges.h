#pragma once

#include "base/result.h"
#include "model/work.h"
#include "sql/collection_stats.h"
#include "sql/index_audits.h"
#include "sql/linkage_stats.h"
#include "sql/works_index_counts.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::sql {

class ModelRunner;
class Session;

// All 256 buckets in `count` ranges (1-256) of nearly the same size, ascending.
std::vector<BucketRange> cut_buckets(int count);
// "<low>-<high>": what the part of a range is called.
std::string part_name(const BucketRange& range);

// The manifest of that part, for the one the whole stage will have.
storage::Manifest planned_range(const storage::Manifest& stage,
                                const BucketRange& range);

// What is counted of all works, beside their rows.
struct IndexStats {
  CollectionStats collection;
  LinkageStats linkage;

  // Part files of counts go to `scratch`, which must exist.
  explicit IndexStats(const std::filesystem::path& scratch)
      : collection(scratch), linkage(scratch) {}
  // Errors: io.
  Status add(const model::Work& work);
};

// What is counted over the works of ranges.
struct IndexCounts {
  Counts counts;         // by name, as in report.json
  Counts types;          // works by type
  Counts unknown_types;  // "source type" -> works of a type without mapping
  void add(const IndexCounts& other);
};

// The rows of a works index, made range by range. A finished range is a small
// stage of its own, `parts`/<low>-<high>/, and stays when the program is killed
// or the stage fails: the next attempt with the same key takes it from there,
// and so does the last job of an array. Source: spec works-index.md 9, jobs.md
// 3.2. Threads: one at a time.
class IndexRanges {
 public:
  // All must live as long as this.
  struct Needs {
    Session& session;
    ModelRunner& runner;  // whose models of scope prepare have been run
    const RorIds& ror_ids;
    IndexStats* stats;  // sees every work, in order; nullptr: nobody counts
  };

  // `planned`: the manifest the whole stage will have.
  IndexRanges(const Needs& needs, std::filesystem::path parts,
              storage::Manifest planned)
      : needs_(needs), parts_(std::move(parts)), planned_(std::move(planned)) {}

  // Removes parts of another stage key, and of ranges that are not in `cut`.
  // Only while nobody else makes parts. Errors: io.
  Status keep_only(const std::vector<BucketRange>& cut) const;

  // Makes the rows of a range, or takes those that are there; ranges ascend.
  // `progress` hears which. Errors: internal (an audit, a statement), io.
  Status add(const BucketRange& range,
             const std::function<void(std::string_view)>& progress);

  // Takes the rows of ranges that others have made. Errors: not_found (parts
  // that are not there, or are of another stage key: all are named), io.
  Status take(const std::vector<BucketRange>& cut);

  // The finished part of a range. Errors: not_found.
  Result<storage::Manifest> part(const BucketRange& range) const;

  // Of all ranges so far.
  const IndexCounts& counts() const { return counts_; }
  // Rows by (doi_bucket, doi), one file after another; at least one file of
  // each after the first add().
  std::vector<std::filesystem::path> work_files() const;
  std::vector<std::filesystem::path> relation_files() const;

  // Gives the files their names in works_index/ and relation_index/ of `out`
  // and lists them there. Errors: io.
  Status publish(storage::Publication& publication,
                 const std::filesystem::path& out) const;

 private:
  struct File {
    std::filesystem::path path;
    storage::ManifestFile listed;
  };

  Result<storage::Manifest> make(const BucketRange& range,
                                 const std::filesystem::path& dir,
                                 storage::Manifest part);
  Status read_again(const std::filesystem::path& dir,
                    const storage::Manifest& part);
  Status count_again(const std::filesystem::path& dir,
                     const storage::Manifest& part);
  void include(const std::filesystem::path& dir, const storage::Manifest& part);

  Needs needs_;
  std::filesystem::path parts_;
  storage::Manifest planned_;
  IndexCounts counts_;
  std::vector<File> works_, relations_;
};

}  // namespace dmp::sql
