#pragma once

#include "base/result.h"
#include "sql/doi_state.h"
#include "sql/index_audits.h"
#include "sql/index_ranges.h"
#include "sql/linkage_update.h"
#include "sql/model_project.h"
#include "sql/model_runner.h"
#include "sql/prepared_tables.h"
#include "sql/previous_state.h"
#include "sql/session.h"
#include "sql/works_index.h"
#include "sql/works_index_counts.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

// A works index on its way: prepare once, then each range of DOI buckets, then
// the whole; in one go, or in phases that hand each other parts. The SQL is in
// sqlmesh/; here are order, memory, hashes, files and checks.
// Errors of all: those of build_works_index. Threads: one at a time.
class IndexBuild {
 public:
  // `options` must live as long as this. New files of the stage go to `out`,
  // everything else to `scratch`, which must exist.
  IndexBuild(const WorksIndexOptions& options, std::vector<Model> models,
             std::optional<PreviousState> previous, std::filesystem::path out,
             std::filesystem::path scratch, Session session);

  // The recipe: all phases. `manifest` is the planned one, and gets the counts.
  Status run(storage::Publication& publication, storage::Manifest& manifest);

  // Phase prepare: publishes `part`. Phase range: the part of one range, from
  // the folder of the prepared one; nothing is counted of all works. Phase
  // finish: as run(), from the parts in a folder. `planned`: of the stage.
  Result<storage::Manifest> prepare(storage::Publication part,
                                    storage::Manifest planned);
  Result<storage::Manifest> make_range(const BucketRange& range,
                                       const std::filesystem::path& prepared,
                                       const std::filesystem::path& parts,
                                       const storage::Manifest& planned);
  Status finish(const std::filesystem::path& parts,
                storage::Publication& publication, storage::Manifest& manifest);

  // Chosen models only, over all buckets.
  Result<std::vector<ModelRows>> run_models();

 private:
  IndexRanges::Needs needs(IndexStats* stats) {
    return {session_, runner_, ror_ids_, stats};
  }
  Status conclude(IndexRanges& ranges, storage::Publication& publication,
                  storage::Manifest& manifest);
  Status make_folders();
  Status open_inputs();
  Result<std::filesystem::path> write_empty(const std::string& variable);
  Status audit_inputs();
  // No table may lose more than max_change_ratio of its rows between runs.
  Status guard_shrink(const std::string& name, std::int64_t rows);
  // Adds the CPU time of a step to the counters of the stage; not to its
  // report, which is the same for the same input.
  template <class Step>
  Status timed(std::string_view name, Step&& step) {
    return runner_.clock().time("cpu_ms " + std::string(name), step);
  }
  Result<PreparedCounts> make_prepared();
  Result<PreparedCounts> count_prepared();
  Status take_prepared(const PreparedCounts& prepared);
  Status write_ror_index();
  int range_count() const;
  // Before the works pass: whether their keys are counted.
  Status begin_linkage();
  Status write_linkage(const IndexRanges& ranges);
  void take_counts(const IndexCounts& ranges);
  Status write_state(const IndexRanges& ranges);
  // C1-C8 of works-index.md 7; C5 when relations were prepared.
  Status check_counts(const IndexRanges& ranges);
  void count_repeated();
  // Records that became part of another row, or had none to complete, each
  // rule counted for itself; with the rows they are all that came in.
  Status count_dropped(storage::Manifest& manifest);
  Status write_report(const storage::Manifest& planned);
  Status publish_files(storage::Publication& publication,
                       storage::Manifest& manifest);

  const WorksIndexOptions& options_;
  std::optional<PreviousState> previous_;
  std::filesystem::path out_, scratch_;
  Session session_;
  ModelRunner runner_;
  IndexStats stats_;
  LinkageUpdate linkage_;
  DoiStateResult state_;
  Counts counts_, types_, unclassified_, unknown_types_;
  RorIds ror_ids_;
  bool synthetic_ = false, subset_ = false;  // as an input says
};

}  // namespace dmp::sql
