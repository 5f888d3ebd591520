#include "jobs/aws_executor.h"

#include "base/interrupt.h"
#include "base/json_writer.h"
#include "jobs/batch_request.h"
#include "net/aws_api.h"
#include "text/dates.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace dmp::jobs {

namespace {

using Element = simdjson::dom::element;

constexpr std::size_t kIdsPerCall = 100;
constexpr int kTryAgain = 75;
constexpr std::chrono::seconds kFirstLook{1}, kLook{15};

std::string text_of(Element object, std::string_view name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

// AWS gives milliseconds.
std::string time_of(Element object, std::string_view name) {
  std::int64_t milliseconds = 0;
  if (object[name].get(milliseconds) != simdjson::SUCCESS) return "";
  return text::format_instant(milliseconds / 1000 * 1'000'000);
}

void set_from(JobRun& run, Element found) {
  run.state = text_of(found, "status");
  run.started_at = time_of(found, "startedAt");
  run.ended_at = time_of(found, "stoppedAt");
  run.reason = text_of(found, "statusReason");
  Element container;
  if (found["container"].get(container) != simdjson::SUCCESS) return;
  run.log_stream = text_of(container, "logStreamName");
  std::int64_t code = 0;
  if (container["exitCode"].get(code) == simdjson::SUCCESS)
    run.exit_code = static_cast<int>(code);
}

// What a job named by its id alone is.
void set_shape(BatchJob& job, Element found) {
  if (job.name.empty()) job.name = text_of(found, "jobName");
  std::int64_t size = 0;
  if (found["arrayProperties"]["size"].get(size) == simdjson::SUCCESS)
    job.array_size = static_cast<int>(size);
}

Result<Element> parse(simdjson::dom::parser& parser, const std::string& body) {
  Element root;
  if (parser.parse(body).get(root) == simdjson::SUCCESS) return root;
  return Error{ErrorCode::unavailable, "AWS answered with no JSON"};
}

std::string id_list(const std::vector<std::string>& ids, std::size_t first) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("jobs").begin_array();
  for (std::size_t i = first; i < std::min(ids.size(), first + kIdsPerCall);
       ++i) {
    json.value(ids[i]);
  }
  json.end_array().end_object();
  return out;
}

// Calls `found` with the id and what DescribeJobs says of each job it knows.
Status look_up(const net::AwsSession& session, const net::RetryPolicy& policy,
               const std::vector<std::string>& ids,
               const std::function<void(const std::string&, Element)>& found) {
  for (std::size_t first = 0; first < ids.size(); first += kIdsPerCall) {
    DMP_ASSIGN(
        const std::string body,
        net::aws_call(session,
                      {"batch", "/v1/describejobs", "", id_list(ids, first)},
                      policy));
    simdjson::dom::parser parser;
    DMP_ASSIGN(const Element root, parse(parser, body));
    simdjson::dom::array jobs;
    if (root["jobs"].get(jobs) != simdjson::SUCCESS) continue;
    for (const Element one : jobs) found(text_of(one, "jobId"), one);
  }
  return {};
}

// The members of arrays that AWS has made.
Status look_up_members(const net::AwsSession& session,
                       const net::RetryPolicy& policy,
                       std::vector<BatchJob>& jobs) {
  std::map<std::string, JobRun*> by_id;
  std::vector<std::string> ids;
  for (auto& job : jobs) {
    if (job.array_size <= 1 || job.id.empty() || job.unknown_looks > 0)
      continue;
    job.members.clear();
    if (job.state == "SUBMITTED") continue;
    job.members.resize(static_cast<std::size_t>(job.array_size));
    for (std::size_t i = 0; i < job.members.size(); ++i) {
      ids.push_back(fmt::format("{}:{}", job.id, i));
      by_id[ids.back()] = &job.members[i];
    }
  }
  return look_up(session, policy, ids,
                 [&](const std::string& id, Element found) {
                   const auto member = by_id.find(id);
                   if (member != by_id.end()) set_from(*member->second, found);
                 });
}

std::string id_of(const BatchChain& chain, const std::string& name) {
  const auto found =
      std::find_if(chain.jobs.begin(), chain.jobs.end(),
                   [&](const BatchJob& job) { return job.name == name; });
  return found == chain.jobs.end() ? "" : found->id;
}

}  // namespace

BatchService::BatchService(std::unique_ptr<net::AwsSession> session)
    : session_(std::move(session)) {}

Result<std::unique_ptr<BatchService>> BatchService::open() {
  DMP_ASSIGN(auto session, net::AwsSession::open({}));
  return std::unique_ptr<BatchService>(new BatchService(std::move(session)));
}

Result<std::string> BatchService::submit(
    const BatchChain& chain, const BatchJob& job,
    const std::string& dependency_id) const {
  DMP_ASSIGN(const std::string body,
             net::aws_call(*session_,
                           {"batch", "/v1/submitjob", "",
                            submit_job_json(chain, job, dependency_id),
                            net::Repeat::when_refused},
                           {}));
  simdjson::dom::parser parser;
  DMP_ASSIGN(const Element root, parse(parser, body));
  std::string id = text_of(root, "jobId");
  if (!id.empty()) return id;
  return Error{ErrorCode::unavailable, "AWS gave the job no id"};
}

Status BatchService::terminate(const std::string& id,
                               std::string_view reason) const {
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("jobId", id).member("reason", reason);
  json.end_object();
  DMP_TRY(
      net::aws_call(*session_, {"batch", "/v1/terminatejob", "", body}, {}));
  return {};
}

Status BatchService::describe(std::vector<BatchJob>& jobs,
                              const net::RetryPolicy& policy) const {
  std::map<std::string, BatchJob*> by_id;
  std::vector<std::string> ids;
  for (auto& job : jobs) {
    if (job.id.empty()) continue;
    by_id[job.id] = &job;
    ids.push_back(job.id);
  }
  DMP_TRY(look_up(*session_, policy, ids,
                  [&](const std::string& id, Element found) {
                    const auto job = by_id.find(id);
                    if (job == by_id.end()) return;
                    job->second->unknown_looks = -1;
                    set_from(*job->second, found);
                    set_shape(*job->second, found);
                  }));
  // A look that AWS did not answer is none.
  for (auto& [id, job] : by_id) {
    ++job->unknown_looks;
    if (job->unknown_looks > 0 && !has_ended(*job)) job->state = "UNKNOWN";
  }
  DMP_TRY(look_up_members(*session_, policy, jobs));
  for (auto& job : jobs) {
    if (const auto failed = first_failed(job))
      job.exit_code = job.members[*failed].exit_code;
  }
  return {};
}

Result<BatchService::LogPage> BatchService::log_page(
    const JobRun& run, std::size_t lines, const std::string& after) const {
  if (run.log_stream.empty()) return Error{ErrorCode::not_found, "no log yet"};
  constexpr std::size_t kMostEvents = 10'000;
  const std::size_t most = after.empty()
                               ? std::clamp<std::size_t>(lines, 1, kMostEvents)
                               : kMostEvents;
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("logGroupName", "/aws/batch/job");
  json.member("logStreamName", run.log_stream);
  json.member("limit", static_cast<std::int64_t>(most));
  if (!after.empty()) json.member("nextToken", after);
  json.member("startFromHead", !after.empty()).end_object();
  DMP_ASSIGN(
      const std::string answer,
      net::aws_call(*session_,
                    {"logs", "/", "Logs_20140328.GetLogEvents", body}, {}));
  simdjson::dom::parser parser;
  DMP_ASSIGN(const Element root, parse(parser, answer));
  simdjson::dom::array events;
  LogPage page;
  page.next = text_of(root, "nextForwardToken");
  if (root["events"].get(events) != simdjson::SUCCESS) return page;
  auto& found = page.lines;
  for (const Element event : events) found.push_back(text_of(event, "message"));
  if (after.empty() && found.size() > lines)
    found.erase(found.begin(),
                found.end() - static_cast<std::ptrdiff_t>(lines));
  return page;
}

Status cancel_on_aws(const std::vector<BatchJob>& jobs,
                     const BatchService& service, std::string_view reason,
                     const Say& say) {
  Status first;
  for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
    if (has_ended(*job)) {
      say(fmt::format("{} {}", job->name,
                      job->id.empty() ? "was not submitted" : job->state));
      continue;
    }
    Status ended = service.terminate(job->id, reason);
    say(ended ? fmt::format("{} {} ended", job->name, job->id)
              : fmt::format("{} {} could not be ended: {}", job->name, job->id,
                            ended.error().message));
    if (!ended && first) first = std::move(ended);
  }
  return first;
}

namespace {

// Ends what was submitted: what cannot be ended is said, the submission is what
// failed.
void give_up(BatchChain& chain, const storage::ObjectStore& bucket,
             const BatchService& service, std::string_view reason,
             const Say& say) {
  std::vector<BatchJob> submitted;
  for (auto& job : chain.jobs) {
    if (job.id.empty()) {
      end_run(job, "not submitted");
    } else {
      submitted.push_back(job);
    }
  }
  static_cast<void>(cancel_on_aws(submitted, service, reason, say));
  static_cast<void>(save_chain(bucket, chain));
}

// One job, and the record that has its id.
Status submit_job(BatchChain& chain, BatchJob& job,
                  const storage::ObjectStore& bucket,
                  const BatchService& service) {
  const std::string after =
      job.depends_on.empty() ? "" : id_of(chain, job.depends_on.front());
  auto id = service.submit(chain, job, after);
  if (!id) return std::move(id).error().during("submit " + job.name);
  job.id = *std::move(id);
  if (auto saved = save_chain(bucket, chain); !saved)
    return std::move(saved).error().during("record of " + job.name);
  return {};
}

}  // namespace

Status submit_to_aws(BatchChain& chain, const storage::ObjectStore& bucket,
                     const BatchService& service, const Say& say) {
  std::mutex lock;  // of chain; an interrupt waits for the job in hand
  std::atomic<bool> interrupted = false;
  std::condition_variable never;
  const OnInterrupt end([&] {
    interrupted = true;
    lock.lock();  // for good: nothing is submitted after this
    say(fmt::format("{} interrupted: what was submitted is ended", chain.id));
    give_up(chain, bucket, service, "the submission was interrupted", say);
  });
  DMP_TRY(save_chain(bucket, chain));
  for (auto& job : chain.jobs) {
    std::unique_lock hold(lock);
    never.wait(hold, [&] { return !interrupted; });
    Status submitted = submit_job(chain, job, bucket, service);
    if (submitted) continue;
    give_up(chain, bucket, service, "a later job of the chain was not taken",
            say);
    return submitted;
  }
  return {};
}

Status outcome_of(const BatchChain& chain) {
  for (const auto& job : chain.jobs) {
    if (job.state != "FAILED") continue;
    const bool again = job.exit_code == kTryAgain;
    const auto failed = first_failed(job);
    const std::string name = failed ? member_name(job, *failed) : job.name;
    std::string how = " without an exit code";
    if (job.exit_code) {
      how = fmt::format(" with exit code {}", *job.exit_code);
    } else if (!job.reason.empty()) {
      how = ": " + job.reason;
    }
    return Error{again ? ErrorCode::unavailable : ErrorCode::internal,
                 fmt::format("{} failed{}", name, how)};
  }
  for (const auto& job : chain.jobs) {
    if (job.state == "SUCCEEDED" || !has_ended(job)) continue;
    return Error{
        ErrorCode::internal,
        fmt::format("{} {}: AWS does not know how it ended", job.name, job.id)};
  }
  return {};
}

namespace {

// Looks that fail, in a row.
class Outage {
 public:
  Outage(const AwsWatch& watch, const Say& say) : watch_(watch), say_(say) {}

  // Whether to look again after this.
  bool may_pass(const Error& error) {
    if (error.code != ErrorCode::unavailable) return false;
    const auto now = watch_.now();
    if (!lasts_) {
      lasts_ = true;
      since_ = now;
      say_(fmt::format("{}; asked again for {} minutes", error.message,
                       watch_.patience.count()));
    }
    return now - since_ < watch_.patience;
  }
  void is_over() {
    if (lasts_) say_("AWS Batch answers again");
    lasts_ = false;
  }

 private:
  const AwsWatch& watch_;
  const Say& say_;
  bool lasts_ = false;
  std::chrono::steady_clock::time_point since_;
};

// One line a job that has another state than is known.
bool say_changes(const BatchChain& chain,
                 std::map<std::string, std::string>& known, const Say& say) {
  bool changed = false;
  for (const auto& job : chain.jobs) {
    if (known[job.id] == job.state) continue;
    changed = true;
    known[job.id] = job.state;
    say(fmt::format("{} {}", job.name, job.state));
  }
  return changed;
}

}  // namespace

Status wait_for_aws(BatchChain& chain, const storage::ObjectStore& bucket,
                    const AwsWatch& watch, const Say& say) {
  std::map<std::string, std::string> known;
  Outage outage(watch, say);
  for (auto pause = kFirstLook;; pause = std::min(pause * 2, kLook)) {
    if (Status seen = watch.describe(chain.jobs); seen) {
      outage.is_over();
      if (say_changes(chain, known, say)) {
        if (const Status saved = save_chain(bucket, chain); !saved)
          say(fmt::format("record of the states: {}", saved.error().message));
      }
      if (std::all_of(chain.jobs.begin(), chain.jobs.end(), has_ended))
        return outcome_of(chain);
    } else if (!outage.may_pass(seen.error())) {
      return seen;
    }
    watch.sleep ? watch.sleep(pause) : std::this_thread::sleep_for(pause);
  }
}

Status wait_for_aws(BatchChain& chain, const storage::ObjectStore& bucket,
                    const BatchService& service, const Say& say) {
  // Each look is one request: they are repeated here.
  const net::RetryPolicy once{1, std::chrono::milliseconds(0)};
  AwsWatch watch;
  watch.describe = [&](std::vector<BatchJob>& jobs) {
    return service.describe(jobs, once);
  };
  return wait_for_aws(chain, bucket, watch, say);
}

}  // namespace dmp::jobs
