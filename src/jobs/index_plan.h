#pragma once

#include "base/result.h"
#include "jobs/index_thresholds.h"
#include "sql/works_index.h"
#include "storage/manifest.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// The works index from and to folders that a user names: `sqlmesh plan`.
// Source: spec cli.md 7.
namespace dmp::jobs {

struct IndexPlan {
  // Finished transform folders.
  std::filesystem::path openalex_works, crossref_metadata, datacite;
  // Transform folders, or folders of the source's own files.
  std::filesystem::path ror, corpus;
  std::filesystem::path export_dir;                // works of this run
  std::filesystem::path state_dir;                 // the whole DOI state
  std::optional<std::filesystem::path> index_dir;  // all works
  std::filesystem::path scratch;                   // of this process alone
  IndexThresholds least;
  double max_reject_ratio = 0.001;
  // The rest: date, run, limits, previous state, database, project. Its inputs
  // and folders are set by the functions below.
  sql::WorksIndexOptions index;
};

// Builds the index in scratch, then publishes each folder as a stage of its
// own (files, then manifest.json), the state last: a run that was stopped
// before has not happened. Beside index_dir stand collection_stats/ and
// linkage_stats/; beside it, or else beside export_dir, report.json. With the
// same inputs and options as what stands there nothing is done.
// Errors: invalid_argument (an audit; an output folder that holds something
// else or is an input), not_found (an input that is no finished stage), those
// of build_works_index.
Result<storage::StageResult> plan_index(IndexPlan plan);

// Makes only the models named, with what they need; publishes nothing.
Result<std::vector<sql::ModelRows>> plan_models(
    IndexPlan plan, const std::vector<std::string>& names);

}  // namespace dmp::jobs
