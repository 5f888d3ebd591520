#pragma once

#include "base/result.h"
#include "sql/index_audits.h"
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

class CollectionStats;
class LinkageStats;
class ModelRunner;
class Session;

// All 256 buckets in `count` ranges (1-256) of nearly the same size, ascending.
std::vector<BucketRange> cut_buckets(int count);

// What is counted over the works of ranges.
struct IndexCounts {
  Counts counts;         // by name, as in report.json
  Counts types;          // works by type
  Counts unknown_types;  // "source type" -> works of a type without mapping
  void add(const IndexCounts& other);
};

// The rows of a works index, made range by range. A finished range is a small
// stage of its own, _parts/<low>-<high>/ below the stage that is made, and
// stays when the program is killed or the stage fails: the next attempt with
// the same key takes it from there. Source: spec works-index.md 9, jobs.md 3.2.
// Threads: one at a time.
class IndexRanges {
 public:
  // All must live as long as this.
  struct Needs {
    Session& session;
    ModelRunner& runner;  // whose models of scope prepare have been run
    const RorIds& ror_ids;
    CollectionStats& stats;  // both see every work, in order
    LinkageStats& linkage_stats;
  };

  // `planned`: the manifest the whole stage will have; parts of another stage
  // key, and of ranges that are not in `cut`, are removed. Errors: io.
  static Result<IndexRanges> open(const Needs& needs,
                                  const std::filesystem::path& stage_dir,
                                  const storage::Manifest& planned,
                                  const std::vector<BucketRange>& cut);

  // Makes the rows of a range, or takes those that are there; ranges ascend.
  // `progress` hears which. Errors: internal (an audit, a statement), io.
  Status add(const BucketRange& range,
             const std::function<void(std::string_view)>& progress);

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

  IndexRanges(const Needs& needs, std::filesystem::path parts,
              storage::Manifest planned)
      : needs_(needs), parts_(std::move(parts)), planned_(std::move(planned)) {}
  storage::Manifest planned_part(const std::string& buckets) const;
  Result<storage::Manifest> make(const BucketRange& range,
                                 const std::filesystem::path& dir,
                                 storage::Manifest part);
  Status read_again(const std::filesystem::path& dir,
                    const storage::Manifest& part);

  Needs needs_;
  std::filesystem::path parts_;
  storage::Manifest planned_;
  IndexCounts counts_;
  std::vector<File> works_, relations_;
};

}  // namespace dmp::sql
