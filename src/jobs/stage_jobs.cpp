#include "jobs/stage_jobs.h"

#include "base/log.h"
#include "dmps/external_data.h"
#include "dmps/subset.h"
#include "ingest/input_files.h"
#include "jobs/catalogue.h"
#include "jobs/modification_window.h"
#include "jobs/run_id.h"
#include "jobs/search_failures.h"
#include "jobs/search_stage.h"
#include "jobs/staged_search.h"
#include "jobs/works_runs.h"
#include "match/shard.h"
#include "storage/files.h"
#include "storage/stage_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

ingest::Source source_of(const std::string& dataset) {
  return ingest::source_named(dataset).value_or(ingest::Source::openalex_works);
}

// A list of a subset; nullopt: none is wanted. P95.
Result<std::optional<ingest::SubsetList>> list_in(
    const storage::ObjectStore& bucket, const std::string& key) {
  if (key.empty()) return std::optional<ingest::SubsetList>();
  DMP_ASSIGN(std::string json, bucket.read(key));
  return std::optional(
      ingest::SubsetList{bucket.name() + "/" + key, std::move(json)});
}

int current_year() {
  return text::from_day(today()).year;
}

// The file to transform, below `folder`. P107.
Result<fs::path> file_in(const fs::path& folder, const std::string& name) {
  if (name.empty()) return folder;
  DMP_ASSIGN(const auto files,
             ingest::find_input(folder, {{{}, {}, "", {}, "*"}}));
  std::string there;
  for (const auto& file : files) {
    const std::string found = file.path.filename().string();
    if (found == name) return file.path;
    if (found != "manifest.json") there += (there.empty() ? "" : ", ") + found;
  }
  return Error{ErrorCode::not_found,
               fmt::format("{}: no file {}; there is: {}", folder.string(),
                           name, there.empty() ? "nothing" : there)};
}

// The parameters of the linkage model that somebody has put into the bucket, as
// a file; nullopt: nobody has. Source: spec jobs.md 4.1.
Result<std::optional<fs::path>> linkage_of_bucket(const JobContext& context) {
  constexpr const char* kKey = "meta/linkage.json";
  const auto there = context.bucket.stat(kKey);
  if (!there && there.error().code == ErrorCode::not_found)
    return std::optional<fs::path>();
  DMP_TRY(there);
  if (const auto folder = context.bucket.folder())
    return std::optional(*folder / kKey);
  const fs::path file = context.scratch / "linkage.json";
  DMP_TRY(storage::make_folder(context.scratch));
  DMP_TRY(context.bucket.download(kKey, file));
  return std::optional(file);
}

}  // namespace

Result<std::optional<std::string>> newest_ror(
    const storage::ObjectStore& bucket) {
  const auto run = newest_run(bucket, "ror", "transform");
  if (run) return std::optional(stage_prefix("ror", *run, "transform"));
  if (run.error().code == ErrorCode::not_found)
    return std::optional<std::string>();
  return run.error();
}

Result<StageResult> transform_ror_job(const JobContext& context,
                                      const std::string& run,
                                      const std::string& file_name) {
  StageJob job;
  job.name = "ror transform";
  job.options = {file_name};
  const std::string input = stage_prefix("ror", run, "download");
  job.inputs = {{input}};
  job.output = stage_prefix("ror", run, "transform");
  job.work = [&](const StageJob::Folders& in,
                 const fs::path& out) -> Result<StageResult> {
    ingest::RorOptions options;
    DMP_ASSIGN(options.input, file_in(in.at(input), file_name));
    options.stage_dir = out;
    options.force = context.force;
    options.max_reject_ratio = context.max_reject_ratio;
    return ingest::transform_ror(options);
  };
  return run_stage(context, job);
}

Result<StageResult> subset_dataset_job(const JobContext& context,
                                       const DatasetSubset& options) {
  ingest::SubsetOptions subset;
  subset.source = source_of(options.dataset);
  DMP_ASSIGN(subset.dois, list_in(context.bucket, options.dois_key));
  DMP_ASSIGN(subset.institutions,
             list_in(context.bucket, options.institutions_key));
  subset.threads = context.threads;
  subset.max_reject_ratio = context.max_reject_ratio;
  subset.force = context.force;
  const std::string folder = dataset_folder(options.dataset);
  const std::string input = stage_prefix(folder, options.input_run, "download");
  StageJob job;
  job.name = options.dataset + " dataset-subset";
  for (const auto& list : {subset.dois, subset.institutions})
    job.options.push_back(list ? storage::sha256_text(list->json) : "");
  job.inputs = {{input}};
  job.output = stage_prefix(folder, options.run, "subset");
  job.work = [&](const StageJob::Folders& in, const fs::path& out) {
    subset.input = in.at(input);
    subset.stage_dir = out;
    return ingest::subset_works(subset);
  };
  return run_stage(context, job);
}

Result<StageResult> transform_dataset_job(const JobContext& context,
                                          const DatasetTransform& options) {
  const std::string folder = dataset_folder(options.dataset);
  const std::string input = stage_prefix(
      folder, options.input_run, options.use_subset ? "subset" : "download");
  StageJob job;
  job.name = options.dataset + " transform";
  job.options = {std::to_string(static_cast<int>(options.xpac)),
                 std::to_string(options.limit_files.value_or(0)),
                 std::to_string(current_year()),
                 std::to_string(context.max_reject_ratio)};
  job.inputs = {{input}};
  job.output = stage_prefix(folder, options.run, "transform");
  job.work = [&](const StageJob::Folders& in, const fs::path& out) {
    ingest::TransformOptions transform;
    transform.input = in.at(input);
    transform.stage_dir = out;
    transform.threads = options.max_workers > 0
                            ? std::min(options.max_workers, context.threads)
                            : context.threads;
    transform.memory_limit_bytes = context.memory_limit_bytes;
    transform.batch_size = options.batch_size;
    transform.row_group_rows = options.row_group_rows;
    transform.row_groups_per_file = options.row_groups_per_file;
    transform.xpac = options.xpac;
    transform.limit_files = options.limit_files;
    transform.max_reject_ratio = context.max_reject_ratio;
    transform.run_year = current_year();
    transform.force = context.force;
    return ingest::transform_works(source_of(options.dataset), transform);
  };
  return run_stage(context, job);
}

// -------------------------------------------------------------- process-dmps

Result<StageResult> sync_dmps_job(const JobContext& context,
                                  const std::string& run,
                                  const DmpsInput& input,
                                  const PlanLists& subset) {
  if (!subset.dois_key.empty() || !subset.institutions_key.empty()) {
    DMP_ASSIGN(const auto dois, list_in(context.bucket, subset.dois_key));
    DMP_ASSIGN(const auto institutions,
               list_in(context.bucket, subset.institutions_key));
    DMP_TRY(dmps::PlanSubset::read(dois, institutions));
  }
  return transform_dmps_job(context, run, input);
}

namespace {

// The finished enrichment of a run, as an input; nullopt: there is none.
Result<std::optional<std::string>> enrichment_in(
    const storage::ObjectStore& bucket, const std::string& run) {
  std::string prefix = std::string(dmps::kEnrichmentStage) + "/" + run;
  DMP_ASSIGN(const bool finished, is_finished(bucket, prefix));
  if (finished) return std::optional(std::move(prefix));
  log::info("{}: no enrichment is published, no DMP has funded DOIs", prefix);
  return std::optional<std::string>();
}

// The modification window of a search, which all jobs of an array share.
Result<std::optional<text::Day>> changed_since(
    const JobContext& context, const SearchJob& options,
    const std::map<std::string, std::string>& lists,
    const std::string& output) {
  auto since = options.search.changed_since;
  if (!since) return since;
  DMP_ASSIGN(since, window_begin(context.bucket, options.run, lists, *since));
  if (options.phase == SearchPhase::all) return since;
  DMP_ASSIGN(since, window_begin_of_parts(context.bucket, output, *since));
  return since;
}

// Files of a works index in which that share of the works has no rows; none
// where the manifest does not say how many rows a file has.
std::set<std::string, std::less<>> files_of_other_shards(
    const storage::Manifest& index, const match::Shard& shard) {
  std::vector<std::string> names;
  std::vector<std::int64_t> rows;
  for (const auto& file : index.files) {
    const auto name = storage::name_in_stage(file.path);
    if (!name.starts_with("works_index/")) continue;
    if (file.rows < 0) return {};
    names.emplace_back(name);
    rows.push_back(file.rows);
  }
  const auto hold = match::files_of(rows, shard);
  std::set<std::string, std::less<>> others;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!hold[i]) others.insert(names[i]);
  return others;
}

// What a search reads of a works index; a share of it reads its own files, and
// of the others how many rows they have.
Result<Needs> needs_of_search(const JobContext& context,
                              const std::string& works,
                              const SearchJob& options) {
  std::set<std::string, std::less<>> others;
  if (options.phase == SearchPhase::shard) {
    DMP_ASSIGN(const auto index, find_manifest(context.bucket, works));
    if (index) others = files_of_other_shards(*index, options.shard);
  }
  return Needs([others = std::move(others)](std::string_view name) {
    if (others.contains(name)) return Need::footer;
    const bool read = name.starts_with("works_index/") ||
                      name.starts_with("collection_stats/") ||
                      name.starts_with("linkage_stats/");
    return read ? Need::whole : Need::nothing;
  });
}

}  // namespace

Result<StageResult> search_job(const JobContext& context,
                               const SearchJob& wanted) {
  SearchJob options = wanted;
  const storage::Scratch scratch(context.scratch);
  if (options.search.ranker == match::Ranker::linkage &&
      !options.search.linkage_file) {
    DMP_ASSIGN(options.search.linkage_file, linkage_of_bucket(context));
  }
  std::string works_run = options.process_works_run;
  if (works_run.empty()) {
    DMP_ASSIGN(works_run, newest_works_run(context.bucket));
    log::info("works index searched: sqlmesh/{}", works_run);
  }
  const std::string plans = stage_prefix("dmps", options.run, "transform"),
                    works = "sqlmesh/" + works_run;
  DMP_ASSIGN(const auto ror, newest_ror(context.bucket));
  StageJob job;
  job.name = "dmp-works-search";
  job.output = "dmp-works-search/" + options.run;
  DMP_ASSIGN(const auto dois, list_in(context.bucket, options.subset.dois_key));
  DMP_ASSIGN(const auto institutions,
             list_in(context.bucket, options.subset.institutions_key));
  options.search.threads = context.threads;
  DMP_ASSIGN(options.search.changed_since,
             changed_since(context, options, list_options(dois, institutions),
                           job.output));
  DMP_ASSIGN(const std::string identity, search_identity(options.search));
  job.options = {identity};
  for (const auto& list : {dois, institutions})
    if (list) job.options.push_back(storage::sha256_text(list->json));
  DMP_ASSIGN(const auto enrichment, enrichment_in(context.bucket, options.run));
  DMP_ASSIGN(auto needs, needs_of_search(context, works, options));
  job.inputs = {{plans}, {works, false, "", std::move(needs)}};
  if (ror) job.inputs.push_back({*ror});
  if (enrichment) job.inputs.push_back({*enrichment});
  const std::int64_t max_failed = options.search.max_failed;
  job.is_good = [&](const storage::Manifest& made) {
    return failed_plans(made) <= max_failed;
  };
  const auto parts = shard_parts(options.shard.count);
  if (options.phase == SearchPhase::shard)
    job.part = parts[static_cast<std::size_t>(options.shard.index)];
  if (options.phase == SearchPhase::finish) job.parts = parts;
  job.work = [&](const StageJob::Folders& in, const fs::path& out) {
    StagedSearch search;
    search.dmps = in.at(plans);
    search.works_index = in.at(works);
    if (ror) search.ror = in.at(*ror);
    if (enrichment) search.external_data = in.at(*enrichment);
    search.subset_dois = dois;
    search.subset_institutions = institutions;
    search.options = options.search;
    search.run_id = options.run;
    search.stage_dir = job.part.empty() ? out : out.parent_path().parent_path();
    search.force = context.force;
    if (options.phase == SearchPhase::shard)
      return search_shard_of(search, options.shard);
    if (options.phase == SearchPhase::all) return search_stages(search);
    return finish_search(search, options.shard.count,
                         in.at(part_prefix(job, parts[0])).parent_path());
  };
  DMP_ASSIGN(auto result, run_stage(context, job));
  // A share of the works has said of each plan what the whole will say.
  if (options.phase != SearchPhase::shard)
    DMP_TRY(search_verdict(result.manifest, max_failed));
  return result;
}

}  // namespace dmp::jobs
