#include "cli/running_chains.h"

#include "jobs/aws_executor.h"
#include "jobs/batch_chain.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace dmp::cli {

namespace {

// How a chain is under way, in words; "": it is not. What AWS does not know any
// more is not known to run. Errors: those of asking AWS.
Result<std::string> how_it_runs(jobs::BatchChain& chain) {
  if (chain.executor != "local") {
    DMP_ASSIGN(const auto service, jobs::BatchService::open());
    DMP_TRY(service->describe(chain.jobs));
  }
  const std::string state = jobs::chain_state(chain);
  if (state == "RUNNING" || state == "PENDING") {
    if (!jobs::is_elsewhere(chain))
      return fmt::format("{} is still running for this run id", chain.id);
    return fmt::format(
        "{} was begun on {} for this run id, and may still run there", chain.id,
        chain.host);
  }
  if (!jobs::may_be_unknown_yet(chain, jobs::now_text())) return std::string();
  return fmt::format(
      "{} was submitted for this run id less than 10 minutes ago, and AWS may "
      "not know its jobs yet",
      chain.id);
}

}  // namespace

Status check_running(const Submission& submission, const Values& values,
                     const storage::ObjectStore& bucket, Problems& problems) {
  if (values.flag("force")) return {};
  const std::string run = values.text(submission.run_row);
  DMP_ASSIGN(const auto ids,
             jobs::list_chains(bucket,
                               fmt::format("{}-{}-", submission.command, run)));
  for (const auto& id : ids) {
    DMP_ASSIGN(auto chain, jobs::load_one_of_chains(bucket, id));
    // Another run's id may begin with this one.
    if (!chain || chain->run_id != run || chain->command != submission.command)
      continue;
    auto how = how_it_runs(*chain);
    if (!how) {
      return std::move(how).error().during("see whether " + id +
                                           " runs (--force goes on without)");
    }
    if (how->empty()) continue;
    problems.lines.push_back(*std::move(how));
    problems.lines.push_back(fmt::format(
        "hint: look at it with `dmpworks jobs status {} --bucket-name {}`, or "
        "go on with --force",
        id, values.text("bucket-name")));
    return {};
  }
  return {};
}

}  // namespace dmp::cli
