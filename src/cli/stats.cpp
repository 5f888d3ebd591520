#include "cli/stats.h"

#include "base/json_writer.h"

#include <map>

namespace dmp::cli {

namespace {

void write_counts(JsonWriter& json, std::string_view name,
                  const std::map<std::string, std::int64_t>& counts) {
  json.key(name).begin_object();
  for (const auto& [key, count] : counts) json.member(key, count);
  json.end_object();
}

void write_cost(JsonWriter& json, double seconds, double cpu_seconds,
                std::uint64_t peak_bytes) {
  json.member("seconds", seconds).member("cpuSeconds", cpu_seconds);
  json.member("peakBytes", static_cast<std::int64_t>(peak_bytes));
}

void write_stage(JsonWriter& json, const jobs::StageSummary& stage) {
  json.begin_object().member("name", stage.name);
  json.member("failed", stage.failed).member("upToDate", stage.up_to_date);
  write_cost(json, stage.seconds, stage.cpu_seconds, stage.peak_bytes);
  if (!stage.failed) {
    json.member("in", stage.rows_in).member("out", stage.rows_out);
    write_counts(json, "dropped", stage.dropped_by_rule);
    write_counts(json, "rejects", stage.rejects_by_reason);
    write_counts(json, "tables", stage.rows_by_table);
    write_counts(json, "counters", stage.counters);
    json.member("files", stage.files);
    json.member("bytes", static_cast<std::int64_t>(stage.bytes));
  }
  json.end_object();
}

}  // namespace

std::string Stats::json(const std::string& command, int exit_code,
                        const jobs::StageClock& clock) const {
  std::uint64_t peak_bytes = clock.peak_bytes();
  for (const auto& stage : stages_)
    peak_bytes = std::max(peak_bytes, stage.peak_bytes);
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("command", command).member("exitCode", exit_code);
  write_cost(json, clock.seconds(), clock.cpu_seconds(), peak_bytes);
  json.key("stages").begin_array();
  for (const auto& stage : stages_) write_stage(json, stage);
  json.end_array().end_object();
  return out + "\n";
}

Result<storage::StageResult> counted(
    const Values& values, const std::string& name,
    const std::function<Result<storage::StageResult>()>& stage) {
  const jobs::StageClock clock;
  auto result = stage();
  if (Stats* stats = values.stats(); stats != nullptr) {
    stats->add(result ? jobs::summary_of(name, clock, *result)
                      : jobs::summary_of_failure(name, clock));
  }
  return result;
}

Status counted_work(const Values& values, const std::string& name,
                    const std::function<Status(storage::Manifest&)>& work) {
  const auto done =
      counted(values, name, [&]() -> Result<storage::StageResult> {
        storage::StageResult result;
        DMP_TRY(work(result.manifest));
        return result;
      });
  if (!done) return done.error();
  return {};
}

}  // namespace dmp::cli
