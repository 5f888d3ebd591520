#pragma once

#include "jobs/batch_chain.h"

#include <string>
#include <utility>
#include <vector>

namespace dmp::jobs {

// What a job is told by its environment; nothing secret. Source: jobs.md 3.1.
std::vector<std::pair<std::string, std::string>> job_environment(
    const BatchChain& chain, const BatchJob& job);

// The SubmitJob document of AWS Batch. `dependency_id`: AWS id of the job
// before it, empty for the first. Source: spec jobs.md 3.1.
std::string submit_job_json(const BatchChain& chain, const BatchJob& job,
                            const std::string& dependency_id);
std::string container_overrides_json(const BatchChain& chain,
                                     const BatchJob& job);

}  // namespace dmp::jobs
