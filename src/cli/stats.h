#pragma once

#include "base/result.h"
#include "cli/arguments.h"
#include "jobs/stage_summary.h"

#include <functional>
#include <string>
#include <vector>

namespace dmp::cli {

// What a command counted, for --stats. Filled while the command works, so that
// it is there after a failure too. Source: spec cli.md G1; P129.
class Stats {
 public:
  void add(jobs::StageSummary stage) { stages_.push_back(std::move(stage)); }

  // One document: the command, its exit code, seconds, processor seconds and
  // peak memory, and of each stage in the order they ended what a StageSummary
  // has. Keys in docs/operations.md.
  std::string json(const std::string& command, int exit_code,
                   const jobs::StageClock& clock) const;

 private:
  std::vector<jobs::StageSummary> stages_;
};

// Runs the one stage of a command; its figures go to the stats of the values.
Result<storage::StageResult> counted(
    const Values& values, const std::string& name,
    const std::function<Result<storage::StageResult>()>& stage);

// The same of work that publishes no stage: it says what it counted.
Status counted_work(const Values& values, const std::string& name,
                    const std::function<Status(storage::Manifest&)>& work);

}  // namespace dmp::cli
