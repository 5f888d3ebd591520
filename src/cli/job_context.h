#pragma once

#include "cli/arguments.h"
#include "jobs/bucket_stage.h"

#include <memory>
#include <string>

namespace dmp::cli {

// A bucket and what a job on it is given, from --bucket-name and the global
// options. The context refers to the bucket.
struct OpenJob {
  std::unique_ptr<storage::ObjectStore> bucket;
  jobs::JobContext context;
};
// Errors: invalid_argument, internal.
Result<OpenJob> open_job(const Values& values, const std::string& dataset,
                         const std::string& stage);

// For a process that is asked to end while its threads work: removes the
// scratch of the job that was opened, if any. What is made there meanwhile may
// stay.
void remove_scratch_of_process();

// Root of local scratch: --scratch-dir, else /data if it can be written, else
// $TMPDIR/dmpworks. Source: spec cli.md G1.
std::string scratch_root(const Values& values);

// Rows in and out, dropped by rule, rejects, and keys that no rule knows; each
// is a line.
std::string row_counts(const storage::StageResult& result);

// What a stage says of itself: its row counts, files and bytes.
std::string stage_summary(const storage::StageResult& result);

}  // namespace dmp::cli
