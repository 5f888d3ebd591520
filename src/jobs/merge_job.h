#pragma once

#include "base/result.h"
#include "jobs/bucket_stage.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace dmp::jobs {

struct MergeJob {
  std::string run;         // of the DMPs
  std::string search_run;  // whose matches are merged
  // SQLite file, on this machine whatever the bucket; nullopt: no database.
  std::optional<std::filesystem::path> database;
  bool allow_mass_delete = false;
  std::int64_t max_failed = 0;
};

// dmp-works-search/S -> results/R: the files and the report for people; then
// the matches are merged into the database, always, and
// merge-related-works/R/ has merge_report.json, failed_dmps.jsonl and
// merge_progress.jsonl. Gives what the stage results/R says of itself, with the
// counts of the merge. Source: spec jobs.md 2.1, database.md 4.
// Errors: those of run_stage, database::merge and database::verdict.
Result<storage::StageResult> merge_job(const JobContext& context,
                                       const MergeJob& options);

}  // namespace dmp::jobs
