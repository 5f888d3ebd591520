#include "jobs/batch_chain.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "base/machine.h"
#include "jobs/batch_request.h"
#include "text/dates.h"

#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace dmp::jobs {

namespace {

constexpr std::string_view kFolder = "jobs/", kRecord = "/chain.json";

// An unset text or number is null.
void optional_text(JsonWriter& json, std::string_view name,
                   const std::string& text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void texts(JsonWriter& json, std::string_view name,
           const std::vector<std::string>& items) {
  json.key(name).begin_array();
  for (const auto& item : items) json.value(item);
  json.end_array();
}

void write_run(JsonWriter& json, const JobRun& run) {
  json.member("state", run.state).key("exitCode");
  if (run.exit_code) {
    json.value(*run.exit_code);
  } else {
    json.null();
  }
  optional_text(json, "startedAt", run.started_at);
  optional_text(json, "endedAt", run.ended_at);
  optional_text(json, "statusReason", run.reason);
}

void write_job(JsonWriter& json, const BatchJob& job) {
  json.begin_object();
  json.member("task", job.task).member("name", job.name);
  optional_text(json, "jobId", job.id);
  json.member("queue", job.queue).member("definition", job.definition);
  json.member("vcpu", job.vcpu).member("memoryMib", job.memory_mib);
  json.member("timeoutSeconds", job.timeout_seconds);
  json.member("attempts", job.attempts).member("arraySize", job.array_size);
  texts(json, "dependsOn", job.depends_on);
  texts(json, "command", job.command);
  if (!job.state.empty()) write_run(json, job);
  if (!job.members.empty()) {
    json.key("members").begin_array();
    for (const auto& member : job.members) {
      json.begin_object();
      write_run(json, member);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

using Element = simdjson::dom::element;

std::string text_of(Element object, std::string_view name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

std::int64_t int_of(Element object, std::string_view name,
                    std::int64_t absent) {
  std::int64_t number = 0;
  return object[name].get(number) == simdjson::SUCCESS ? number : absent;
}

std::vector<std::string> texts_of(Element object, std::string_view name) {
  std::vector<std::string> items;
  simdjson::dom::array array;
  if (object[name].get(array) != simdjson::SUCCESS) return items;
  for (const Element item : array) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS) items.emplace_back(text);
  }
  return items;
}

void read_run(Element object, JobRun& run) {
  run.state = text_of(object, "state");
  run.started_at = text_of(object, "startedAt");
  run.ended_at = text_of(object, "endedAt");
  run.reason = text_of(object, "statusReason");
  std::int64_t code = 0;
  if (object["exitCode"].get(code) == simdjson::SUCCESS)
    run.exit_code = static_cast<int>(code);
}

BatchJob job_of(Element object) {
  BatchJob job;
  job.task = text_of(object, "task");
  job.name = text_of(object, "name");
  job.id = text_of(object, "jobId");
  job.queue = text_of(object, "queue");
  job.definition = text_of(object, "definition");
  job.vcpu = static_cast<int>(int_of(object, "vcpu", 1));
  job.memory_mib = static_cast<int>(int_of(object, "memoryMib", 1024));
  job.timeout_seconds =
      static_cast<int>(int_of(object, "timeoutSeconds", 3600));
  job.attempts = static_cast<int>(int_of(object, "attempts", 3));
  job.array_size = static_cast<int>(int_of(object, "arraySize", 1));
  job.depends_on = texts_of(object, "dependsOn");
  job.command = texts_of(object, "command");
  read_run(object, job);
  simdjson::dom::array members;
  if (object["members"].get(members) == simdjson::SUCCESS) {
    for (const Element member : members)
      read_run(member, job.members.emplace_back());
  }
  return job;
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

bool is_job_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !name.empty() && name.size() <= 128 && name[0] != '_' &&
         name[0] != '-' &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

std::string member_name(const BatchJob& job, std::size_t index) {
  return fmt::format("{}[{}]", job.name, index);
}

std::optional<std::size_t> first_failed(const BatchJob& job) {
  for (std::size_t i = 0; i < job.members.size(); ++i)
    if (job.members[i].state == "FAILED") return i;
  return std::nullopt;
}

std::string to_json(const BatchChain& chain) {
  std::string out;
  JsonWriter json(out);
  const bool local = chain.executor == "local";
  json.begin_object();
  json.member("chain", chain.id).member("command", chain.command);
  json.member("runId", chain.run_id).member("env", chain.env);
  json.member("bucket", chain.bucket).member("executor", chain.executor);
  json.member("version", chain.version);
  json.member("submittedAt", chain.submitted_at);
  if (local && chain.pid != 0) {
    json.member("host", chain.host).member("pid", chain.pid);
    json.member("process", chain.process);
  }
  json.key("jobs").begin_array();
  for (const auto& job : chain.jobs) write_job(json, job);
  json.end_array().end_object();
  return out;
}

Result<BatchChain> parse_chain(std::string_view json) {
  simdjson::dom::parser parser;
  Element root;
  simdjson::dom::array jobs;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
      root["jobs"].get(jobs) != simdjson::SUCCESS) {
    return Error{ErrorCode::corrupt_input, "not the record of a chain"};
  }
  BatchChain chain;
  chain.id = text_of(root, "chain");
  chain.command = text_of(root, "command");
  chain.run_id = text_of(root, "runId");
  chain.env = text_of(root, "env");
  chain.bucket = text_of(root, "bucket");
  chain.executor = text_of(root, "executor");
  chain.version = text_of(root, "version");
  chain.submitted_at = text_of(root, "submittedAt");
  chain.host = text_of(root, "host");
  chain.pid = int_of(root, "pid", 0);
  chain.process = text_of(root, "process");
  for (const Element job : jobs) chain.jobs.push_back(job_of(job));
  return chain;
}

std::string now_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).count();
  return text::format_instant(seconds * 1'000'000);
}

std::string chain_id(const std::string& command, const std::string& run_id,
                     std::string_view now) {
  std::string compact;
  for (const char c : now.substr(0, 19)) {
    if (c != '-' && c != ':') compact += c;
  }
  return fmt::format("{}-{}-{}Z", command, run_id, compact);
}

std::string chain_key(std::string_view id) {
  return fmt::format("{}{}{}", kFolder, id, kRecord);
}

Status save_chain(const storage::ObjectStore& bucket, const BatchChain& chain) {
  DMP_TRY(bucket.write(chain_key(chain.id), to_json(chain) + "\n"));
  return {};
}

Result<BatchChain> load_chain(const storage::ObjectStore& bucket,
                              const std::string& id) {
  DMP_ASSIGN(const std::string json, bucket.read(chain_key(id)));
  auto chain = parse_chain(json);
  if (!chain)
    return std::move(chain).error().during(bucket.name() + "/" + chain_key(id));
  if (chain->id != id) {
    return Error{ErrorCode::corrupt_input,
                 fmt::format("{}/{}: the record of \"{}\"", bucket.name(),
                             chain_key(id), chain->id)};
  }
  return chain;
}

Result<std::optional<BatchChain>> load_one_of_chains(
    const storage::ObjectStore& bucket, const std::string& id) {
  auto chain = load_chain(bucket, id);
  if (chain) return std::optional(*std::move(chain));
  if (chain.error().code == ErrorCode::unavailable)
    return std::move(chain).error();
  log::warning("chain {} is passed over: {}", id, chain.error().message);
  return std::optional<BatchChain>();
}

Result<bool> has_chain(const storage::ObjectStore& bucket,
                       std::string_view id) {
  auto record = bucket.stat(chain_key(id));
  if (record) return true;
  if (record.error().code == ErrorCode::not_found) return false;
  return std::move(record).error();
}

Result<std::vector<std::string>> list_chains(const storage::ObjectStore& bucket,
                                             std::string_view prefix) {
  DMP_ASSIGN(const auto objects,
             bucket.list(std::string(kFolder) + std::string(prefix)));
  std::vector<std::string> ids;
  for (const auto& object : objects) {
    if (!object.key.ends_with(kRecord)) continue;
    ids.push_back(object.key.substr(
        kFolder.size(), object.key.size() - kFolder.size() - kRecord.size()));
  }
  const auto time_of = [](const std::string& id) {
    return id.substr(id.rfind('-') + 1);
  };
  std::sort(ids.begin(), ids.end(), [&](const auto& a, const auto& b) {
    return std::pair(time_of(b), b) < std::pair(time_of(a), a);
  });
  return ids;
}

bool is_alive(const BatchChain& chain) {
  if (chain.pid <= 0 || chain.host != host_name()) return false;
  const std::string process = process_identity(chain.pid);
  return chain.process.empty() ? !process.empty() : process == chain.process;
}

bool is_elsewhere(const BatchChain& chain) {
  return chain.executor == "local" && chain.pid > 0 && !chain.host.empty() &&
         chain.host != host_name();
}

bool end_run(JobRun& run, std::string_view reason) {
  if (run.state == "SUCCEEDED" || run.state == "FAILED") return false;
  run.state = "FAILED";
  run.reason = reason;
  run.ended_at = now_text();
  return true;
}

void end_abandoned(BatchChain& chain) {
  if (chain.executor != "local" || is_elsewhere(chain) || is_alive(chain))
    return;
  for (auto& job : chain.jobs) {
    const bool started = job.state == "RUNNING";
    if (end_run(job, started ? "its process is gone"
                             : "not started: the chain's process is gone"))
      job.ended_at.clear();  // nobody knows when
    for (auto& member : job.members)
      if (end_run(member, "its process is gone")) member.ended_at.clear();
  }
}

bool has_ended(const BatchJob& job) {
  constexpr int kEnoughLooks = 3;  // one just submitted is not known at once
  return job.state == "SUCCEEDED" || job.state == "FAILED" || job.id.empty() ||
         (job.state == "UNKNOWN" && job.unknown_looks >= kEnoughLooks);
}

std::string chain_state(const BatchChain& chain) {
  const auto any = [&](std::string_view state) {
    return std::any_of(chain.jobs.begin(), chain.jobs.end(),
                       [&](const BatchJob& job) { return job.state == state; });
  };
  const bool done =
      std::all_of(chain.jobs.begin(), chain.jobs.end(),
                  [](const BatchJob& job) { return job.state == "SUCCEEDED"; });
  if (done) return "SUCCEEDED";
  if (any("FAILED")) return "FAILED";
  if (chain.executor == "local" && !is_elsewhere(chain) && !is_alive(chain))
    return "FAILED";
  const bool none_runs = std::all_of(
      chain.jobs.begin(), chain.jobs.end(), [](const BatchJob& job) {
        return has_ended(job) || job.state == "UNKNOWN";
      });
  if (none_runs) return "UNKNOWN";
  return any("RUNNING") || any("SUCCEEDED") ? "RUNNING" : "PENDING";
}

bool may_go_on(const BatchChain& chain) {
  const std::string state = chain_state(chain);
  return state == "RUNNING" || state == "PENDING" ||
         (state == "UNKNOWN" &&
          !std::all_of(chain.jobs.begin(), chain.jobs.end(), has_ended));
}

bool may_be_unknown_yet(const BatchChain& chain, std::string_view now) {
  constexpr text::Micros kMoment = text::Micros{600} * 1'000'000;
  const auto submitted = text::parse_instant(chain.submitted_at);
  const auto present = text::parse_instant(now);
  return chain.executor != "local" && submitted && present &&
         *present - *submitted < kMoment &&
         std::all_of(
             chain.jobs.begin(), chain.jobs.end(), [](const BatchJob& job) {
               return job.state != "SUCCEEDED" && job.state != "FAILED" &&
                      (job.state == "UNKNOWN" || job.id.empty()) &&
                      job.started_at.empty();
             });
}

Status check_chain(const BatchChain& chain) {
  constexpr std::size_t kLargestOverride = 8192;
  for (const auto& job : chain.jobs) {
    if (!is_job_name(job.name)) {
      return Error{ErrorCode::invalid_argument,
                   fmt::format("\"{}\" cannot be the name of a job: at most "
                               "128 letters, digits, - and _",
                               job.name)};
    }
    const std::size_t bytes = container_overrides_json(chain, job).size();
    if (bytes > kLargestOverride) {
      return Error{
          ErrorCode::invalid_argument,
          fmt::format("{}: command and environment are {} bytes, AWS Batch "
                      "takes {}",
                      job.name, bytes, kLargestOverride)};
    }
  }
  return {};
}

}  // namespace dmp::jobs
