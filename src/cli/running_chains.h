#pragma once

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/batch_submit.h"
#include "storage/object_store.h"

// Chains that are under way already. Source: spec jobs.md 3.3, running twice.
namespace dmp::cli {

// Problems: a chain of the same command and run id is unfinished, or was
// submitted to AWS so short a time ago that AWS may not know its jobs yet
// (P128); none with --force. Errors: those of the bucket and of asking AWS.
Status check_running(const Submission& submission, const Values& values,
                     const storage::ObjectStore& bucket, Problems& problems);

}  // namespace dmp::cli
