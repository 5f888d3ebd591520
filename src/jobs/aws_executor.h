#pragma once

#include "base/result.h"
#include "jobs/batch_chain.h"
#include "net/aws_session.h"
#include "net/http.h"
#include "storage/object_store.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::jobs {

// AWS Batch of our account and region. Source: spec jobs.md 3.1, 3.3.
// Errors of all: unavailable (throttled or no answer after 5 more attempts,
// expired credentials), invalid_argument (refused; no credentials).
class BatchService {
 public:
  static Result<std::unique_ptr<BatchService>> open();

  // Returns the job's id. Sent again only when it was refused for a while: a
  // submission whose answer is lost may have been taken.
  Result<std::string> submit(const BatchChain& chain, const BatchJob& job,
                             const std::string& dependency_id) const;
  // Ends a job that waits or runs; one that has ended stays as it is.
  Status terminate(const std::string& id, std::string_view reason) const;
  // Sets state, exit_code, log_stream and the times of the jobs, and of the
  // members of arrays, as AWS knows them. One that it does not know (any more)
  // stays as it is when it has ended, else its state is UNKNOWN; one that was
  // not submitted stays as it is.
  Status describe(std::vector<BatchJob>& jobs,
                  const net::RetryPolicy& policy = {}) const;
  // The last `lines` of a job's log where `after` is empty, else what was
  // written since: `after` is the `next` of the page before, and becomes the
  // next. Errors: also not_found (no log yet).
  struct LogPage {
    std::vector<std::string> lines;
    std::string next;
  };
  Result<LogPage> log_page(const JobRun& run, std::size_t lines,
                           const std::string& after) const;

 private:
  explicit BatchService(std::unique_ptr<net::AwsSession> session);
  std::unique_ptr<net::AwsSession> session_;
};

using Say = std::function<void(std::string_view)>;

// Submits the jobs in order, each after the one before it. The record of the
// chain is written before the first and after each, so that no id is lost. When
// one fails, or the record, those submitted are ended in reverse order, each
// outcome said with its id (P114), and those not submitted have failed. Errors:
// of the submission or record that failed.
Status submit_to_aws(BatchChain& chain, const storage::ObjectStore& bucket,
                     const BatchService& service, const Say& say);

// How jobs are looked at that are waited for.
struct AwsWatch {
  std::function<Status(std::vector<BatchJob>&)> describe;
  // How long looks may fail in a row that could do better another time.
  std::chrono::minutes patience{15};
  std::function<std::chrono::steady_clock::time_point()> now =
      std::chrono::steady_clock::now;
  std::function<void(std::chrono::seconds)> sleep = {};  // unset: really
};

// Follows the jobs until all have ended; one line a change of state, which the
// record of the chain gets too where it can be written. A look that AWS does
// not answer, or not for now, ends nothing for a while: a line says so.
// Errors: unavailable (the first that failed did with 75; no look succeeded for
// so long), internal (it failed otherwise, or AWS does not know it), those of
// describe().
Status wait_for_aws(BatchChain& chain, const storage::ObjectStore& bucket,
                    const AwsWatch& watch, const Say& say);
Status wait_for_aws(BatchChain& chain, const storage::ObjectStore& bucket,
                    const BatchService& service, const Say& say);

// Ends what has not ended, in reverse order; one line a job.
// Errors: the first that occurred; the others are tried all the same.
Status cancel_on_aws(const std::vector<BatchJob>& jobs,
                     const BatchService& service, std::string_view reason,
                     const Say& say);

// The error of a chain some of whose jobs have failed, or have ended one does
// not know how; else success.
Status outcome_of(const BatchChain& chain);

}  // namespace dmp::jobs
