#include "jobs/batch_request.h"

#include "base/json_writer.h"

namespace dmp::jobs {

namespace {

void rule(JsonWriter& json, std::string_view condition,
          std::string_view pattern, std::string_view action) {
  json.begin_object();
  json.member(condition, pattern).member("action", action);
  json.end_object();
}

// Only what may get better by itself is tried again; the last rule ends the
// rest, which AWS would try again otherwise.
void retry_strategy(JsonWriter& json, int attempts) {
  json.key("retryStrategy").begin_object().member("attempts", attempts);
  json.key("evaluateOnExit").begin_array();
  rule(json, "onExitCode", "75", "RETRY");
  rule(json, "onStatusReason", "Host EC2*", "RETRY");
  rule(json, "onReason", "CannotPullContainerError*", "RETRY");
  rule(json, "onReason", "*", "EXIT");
  json.end_array().end_object();
}

void resource(JsonWriter& json, std::string_view type, int value) {
  json.begin_object().member("type", type);
  json.member("value", std::to_string(value)).end_object();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> job_environment(
    const BatchChain& chain, const BatchJob& job) {
  return {{"DMPWORKS_CHAIN", chain.id},
          {"DMPWORKS_TASK", job.task},
          {"DMPWORKS_LOG_FORMAT", "json"}};
}

std::string container_overrides_json(const BatchChain& chain,
                                     const BatchJob& job) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("command").begin_array();
  for (const auto& argument : job.command) json.value(argument);
  json.end_array().key("environment").begin_array();
  for (const auto& [name, value] : job_environment(chain, job)) {
    json.begin_object().member("name", name).member("value", value);
    json.end_object();
  }
  json.end_array().key("resourceRequirements").begin_array();
  resource(json, "VCPU", job.vcpu);
  resource(json, "MEMORY", job.memory_mib);
  json.end_array().end_object();
  return out;
}

std::string submit_job_json(const BatchChain& chain, const BatchJob& job,
                            const std::string& dependency_id) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("jobName", job.name).member("jobQueue", job.queue);
  json.member("jobDefinition", job.definition);
  json.key("dependsOn").begin_array();
  if (!dependency_id.empty())
    json.begin_object().member("jobId", dependency_id).end_object();
  json.end_array();
  json.key("containerOverrides").raw(container_overrides_json(chain, job));
  retry_strategy(json, job.attempts);
  json.key("timeout").begin_object();
  json.member("attemptDurationSeconds", job.timeout_seconds).end_object();
  if (job.array_size > 1) {
    json.key("arrayProperties").begin_object();
    json.member("size", job.array_size).end_object();
  }
  json.key("tags").begin_object();
  json.member("dmpworks:command", chain.command);
  json.member("dmpworks:run-id", chain.run_id);
  json.member("dmpworks:env", chain.env).end_object();
  json.member("propagateTags", true).end_object();
  return out;
}

}  // namespace dmp::jobs
