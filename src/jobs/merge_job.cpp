#include "jobs/merge_job.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "database/merge.h"
#include "database/sqlite_store.h"
#include "dmps/transform.h"
#include "results/outputs.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

constexpr const char* kProgress = "merge_progress.jsonl";
constexpr std::array kMergeFiles{"merge_report.json", "failed_dmps.jsonl",
                                 kProgress};

class Merging {
 public:
  Merging(const JobContext& context, const MergeJob& options)
      : context_(context),
        options_(options),
        matches_("dmp-works-search/" + options.search_run),
        plans_("dmps/" + options.run + "/transform"),
        results_("results/" + options.run),
        place_("merge-related-works/" + options.run + "/") {}

  Result<StageResult> run() {
    DMP_ASSIGN(StageResult result, publish_results());
    if (!options_.database) {
      DMP_TRY(context_.bucket.write(place_ + "merge_report.json",
                                    report_without_database()));
      return result;
    }
    DMP_TRY(read_inputs(context_, "merge-related-works", {{matches_}, {plans_}},
                        [&](const StageJob::Folders& in) {
                          return merge(in, result.manifest);
                        }));
    return result;
  }

 private:
  Result<StageResult> publish_results() {
    StageJob job;
    job.name = "merge-related-works";
    job.inputs = {{matches_}, {plans_}};
    job.output = results_;
    job.work = [&](const StageJob::Folders& in, const fs::path& out) {
      results::OutputOptions outputs;
      outputs.matches = in.at(matches_);
      outputs.plans = in.at(plans_);
      outputs.stage_dir = out;
      outputs.jsonl = outputs.csv = outputs.html = true;
      outputs.force = context_.force;
      return results::write_outputs(outputs);
    };
    return run_stage(context_, job);
  }

  std::vector<std::pair<std::string, std::string>> labels(
      const std::string& database) const {
    return {{"database", database},
            {"results", results_},
            {"run_id", options_.run},
            {"search_run_id", options_.search_run}};
  }

  std::string report_without_database() const {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    for (const auto& [name, value] : labels("none")) json.member(name, value);
    json.end_object();
    return out + "\n";
  }

  Status merge(const StageJob::Folders& in, storage::Manifest& manifest) {
    const auto folder = context_.bucket.folder();
    const fs::path dir =
        folder ? *folder / place_ : context_.scratch / "merge" / "";
    DMP_TRY(storage::make_folder(dir));
    if (!folder) DMP_TRY(fetch_progress(dir));
    database::MergeOptions merge;
    merge.matches = in.at(matches_);
    DMP_ASSIGN(merge.plans, dmps::read_plans(in.at(plans_)));
    merge.beside = dir.string();
    merge.allow_mass_delete = options_.allow_mass_delete;
    DMP_ASSIGN(const auto store, database::open_sqlite(*options_.database));
    DMP_ASSIGN(const auto summary, database::merge(*store, merge));
    DMP_TRY(database::write_merge_files(
        summary, merge.beside,
        labels("sqlite:" + options_.database->string())));
    if (!folder) DMP_TRY(upload(dir));
    count(summary, manifest);
    return database::verdict(summary, options_.max_failed, false);
  }

  // Of a merge that failed before; a killed one has left none here.
  Status fetch_progress(const fs::path& dir) const {
    Status got = context_.bucket.download(place_ + kProgress, dir / kProgress);
    if (!got && got.error().code != ErrorCode::not_found) return got;
    return {};
  }

  Status upload(const fs::path& dir) const {
    for (const char* name : kMergeFiles)
      DMP_TRY(context_.bucket.upload(dir / name, place_ + name));
    return {};
  }

  static void count(const database::MergeSummary& summary,
                    storage::Manifest& manifest) {
    auto& counters = manifest.counters;
    counters["plans_merged"] = summary.processed;
    counters["plans_resumed"] = summary.resumed;
    counters["links_inserted"] = summary.links.inserted;
    counters["links_updated"] = summary.links.updated;
    counters["links_deleted"] = summary.links.deleted;
    log::info(
        "merge-related-works: {} DMPs; links: {} new, {} changed, {} gone",
        summary.processed, summary.links.inserted, summary.links.updated,
        summary.links.deleted);
  }

  const JobContext& context_;
  const MergeJob& options_;
  std::string matches_, plans_, results_;  // prefixes in the bucket
  std::string place_;                      // ends in '/'
};

}  // namespace

Result<StageResult> merge_job(const JobContext& context,
                              const MergeJob& options) {
  return Merging(context, options).run();
}

}  // namespace dmp::jobs
