#pragma once

#include "cli/commands.h"
#include "jobs/bucket_stage.h"

#include <functional>
#include <string>
#include <vector>

namespace dmp::cli {

// A leaf of `aws-batch` that does its work on an open bucket and prints what
// the stage says of itself.
using BatchWork = std::function<Result<storage::StageResult>(
    const jobs::JobContext&, const Values&)>;
Entry batch_job(std::vector<std::string> leaf, const std::string& summary,
                std::vector<Option> options, const BatchWork& work);

// --bucket-name and --run-id, at positions 0 and 1.
std::vector<Option> bucket_and_run();

// The leaves that fetch from the sources.
std::vector<Entry> download_jobs();

}  // namespace dmp::cli
