#include "jobs/run.h"

#include "base/json_writer.h"
#include "jobs/chain.h"
#include "jobs/run_id.h"
#include "jobs/stage_summary.h"
#include "storage/files.h"

#include <fmt/format.h>

namespace dmp::jobs {

namespace {

bool covers(const RunOptions& options, Step step) {
  return options.from <= step && step <= options.until;
}

Status validate(const RunOptions& options) {
  if (options.dmps.empty() && !options.dmps_stage) {
    return Error{ErrorCode::invalid_argument, "no plans are given (--dmps)"};
  }
  if (!options.openalex_works && !options.crossref_metadata &&
      !options.datacite && !options.works_index) {
    return Error{ErrorCode::invalid_argument,
                 "no works are given: one of --openalex-works, "
                 "--crossref-metadata, --datacite or --works-index is needed"};
  }
  return {};
}

void write_counts(JsonWriter& json, const char* name,
                  const std::map<std::string, std::int64_t>& counts) {
  json.key(name).begin_object();
  for (const auto& [rule, count] : counts) json.member(rule, count);
  json.end_object();
}

}  // namespace

Result<RunSummary> run(const RunOptions& options) {
  DMP_TRY(validate(options));
  RunSummary summary;
  DMP_ASSIGN(summary.run_id, choose_run_id(options.out_dir, options.run_id));
  DMP_ASSIGN(const auto lock, storage::FolderLock::take(options.out_dir));
  Chain chain(options, summary);
  // Raw dumps -> raw dumps of the listed works.
  if (covers(options, Step::subset)) DMP_TRY(chain.make_subsets());
  // Raw dumps and plans -> tables.
  if (covers(options, Step::transform)) DMP_TRY(chain.transform());
  // From here on no raw dump is read again.
  // Tables -> one row per DOI.
  if (covers(options, Step::works_index) && !options.works_index) {
    DMP_TRY(chain.build_index());
  }
  // From here on a DOI is unique and normalised.
  // Plans x works -> matches with evidence.
  if (covers(options, Step::search)) DMP_TRY(chain.search());
  // Matches -> files for people.
  if (covers(options, Step::merge)) DMP_TRY(chain.write_results());
  return summary;
}

std::string summary_table(const RunSummary& summary) {
  std::string out =
      fmt::format("run {}\n\n{:<30}{:>12}{:>12}{:>10}{:>9}{:>9}{:>9}{:>10}\n",
                  summary.run_id, "stage", "in", "out", "dropped", "rejects",
                  "seconds", "cpu s", "peak MiB");
  for (const auto& stage : summary.stages) {
    out +=
        fmt::format("{:<30}{:>12}{:>12}{:>10}{:>9}", stage.name, stage.rows_in,
                    stage.rows_out, stage.dropped, stage.rejects);
    out += stage.up_to_date
               ? fmt::format("{:>28}\n", "up to date")
               : fmt::format("{:>9.1f}{:>9.1f}{:>10}\n", stage.seconds,
                             stage.cpu_seconds, stage.peak_bytes >> 20);
  }
  for (const auto& stage : summary.stages) {
    if (stage.dropped > 0)
      out += fmt::format("\n{} dropped: {}", stage.name,
                         by_name(stage.dropped_by_rule));
    if (stage.rejects > 0)
      out += fmt::format("\n{} rejected: {}; see {}", stage.name,
                         by_name(stage.rejects_by_reason),
                         stage.rejects_dir.string());
    if (const auto keys = unknown_keys(stage.counters); !keys.empty())
      out += fmt::format("\n{} unknown keys: {}", stage.name, keys);
  }
  out += '\n';
  out += fmt::format("\n{} plans, {} of them with works; {} matches\n",
                     summary.plans, summary.plans_with_works, summary.matches);
  for (const auto& at : summary.metrics) {
    out += fmt::format("at {:>3}: precision {:.3f}, recall {:.3f}\n", at.k,
                       at.precision, at.recall);
  }
  if (!summary.report.empty())
    out += "report: " + summary.report.string() + "\n";
  return out;
}

std::string summary_json(const RunSummary& summary) {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .member("runId", summary.run_id)
      .key("stages")
      .begin_array();
  for (const auto& stage : summary.stages) {
    json.begin_object()
        .member("name", stage.name)
        .member("upToDate", stage.up_to_date);
    json.member("in", stage.rows_in).member("out", stage.rows_out);
    json.member("dropped", stage.dropped).member("rejects", stage.rejects);
    write_counts(json, "droppedByRule", stage.dropped_by_rule);
    write_counts(json, "rejectsByReason", stage.rejects_by_reason);
    json.member("seconds", stage.seconds)
        .member("cpuSeconds", stage.cpu_seconds);
    json.member("peakBytes", static_cast<std::int64_t>(stage.peak_bytes))
        .end_object();
  }
  json.end_array().member("plans", summary.plans);
  json.member("plansWithWorks", summary.plans_with_works)
      .member("matches", summary.matches);
  json.key("metrics").begin_array();
  for (const auto& at : summary.metrics) {
    json.begin_object().member("k", at.k).member("precision", at.precision);
    json.member("recall", at.recall).end_object();
  }
  json.end_array().member("report", summary.report.string()).end_object();
  return out + "\n";
}

}  // namespace dmp::jobs
