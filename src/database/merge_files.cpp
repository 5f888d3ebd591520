// What a merge leaves for people: merge_report.json, failed_dmps.jsonl.
#include "base/json_writer.h"
#include "database/merge.h"
#include "storage/manifest.h"

namespace dmp::database {

namespace {

void write_time(JsonWriter& json, const char* name, const StepTime& step) {
  json.key(name).begin_object().member("count", step.count);
  json.member("deviationMs", step.deviation());
  json.member("meanMs", step.mean).end_object();
}

std::string report_json(
    const MergeSummary& summary,
    const std::vector<std::pair<std::string, std::string>>& labels) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  for (const auto& [name, value] : labels) json.member(name, value);
  json.member("aborted", summary.aborted
                             ? std::optional(summary.aborted->message)
                             : std::nullopt);
  json.member("processed", summary.processed);
  json.member("resumed", summary.resumed);
  json.member("skippedNoPlan", summary.no_plan);
  json.member("failed", static_cast<std::int64_t>(summary.failed.size()) -
                            summary.no_plan);
  json.member("worksStaged", summary.works_staged);
  json.member("unresolved", summary.unresolved);
  json.member("doubleLinks", summary.double_links);
  json.key("staging").begin_object();
  for (const auto& [name, count] : summary.staging.all())
    json.member(name, count);
  json.end_object();
  json.key("links").begin_object();
  json.member("inserted", summary.links.inserted);
  json.member("updated", summary.links.updated);
  json.member("deleted", summary.links.deleted).end_object();
  json.key("orphans").begin_object();
  json.member("versions", summary.orphans.versions);
  json.member("works", summary.orphans.works).end_object();
  json.key("steps").begin_object();
  write_time(json, "stage", summary.stage);
  write_time(json, "update", summary.update);
  json.end_object().end_object();
  return text + "\n";
}

std::string failed_lines(const MergeSummary& summary) {
  std::string text;
  for (const FailedPlan& plan : summary.failed) {
    JsonWriter json(text);
    json.begin_object().member("dmpDoi", plan.dmp_doi);
    json.member("planId", plan.plan_id).member("error", plan.error);
    json.key("sqlstate").null();  // SQLite has none
    json.member("attempts", plan.attempts).end_object();
    text += "\n";
  }
  return text;
}

}  // namespace

Status write_merge_files(
    const MergeSummary& summary, const std::string& beside,
    const std::vector<std::pair<std::string, std::string>>& labels) {
  DMP_TRY(storage::write_file_atomically(beside + "failed_dmps.jsonl",
                                         failed_lines(summary)));
  return storage::write_file_atomically(beside + "merge_report.json",
                                        report_json(summary, labels));
}

}  // namespace dmp::database
