#pragma once

#include "base/result.h"
#include "cli/arguments.h"
#include "storage/object_store.h"

#include <string>
#include <vector>

// The former run that a chain continues, and the works index that it searches.
// Where nobody names them they are looked up once, when the chain is submitted,
// and sent to its jobs: a run that is finished meanwhile changes nothing.
// Source: spec cli.md 4.
namespace dmp::cli {

// Sets --prev-run-id and --process-works-run-id where one of `tasks` needs
// them and they are not set, with a note of which; one that is named is
// finished. Problems: there is none. Errors: those of the bucket.
Status choose_runs(const std::vector<std::string>& tasks,
                   const storage::ObjectStore& bucket, Values& values,
                   Problems& problems);

// The same for a dry run: a folder is looked at, an S3 bucket is not asked,
// and what is not known is left to the jobs, with a note.
void choose_runs_of_dry_run(const std::vector<std::string>& tasks,
                            Values& values, Problems& problems);

}  // namespace dmp::cli
