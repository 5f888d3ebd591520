#include "jobs/stage_jobs.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "dmps/subset.h"
#include "dmps/transform.h"
#include "jobs/catalogue.h"
#include "jobs/index_thresholds.h"
#include "jobs/run.h"
#include "jobs/run_id.h"
#include "sql/works_index.h"

#include <fmt/format.h>

#include <algorithm>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

std::string stage_prefix(std::string_view dataset, std::string_view run,
                         std::string_view stage) {
  return fmt::format("{}/{}/{}", dataset, run, stage);
}

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
  std::string there;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end;
       !error && it != end; it.increment(error)) {
    if (!it->is_regular_file()) continue;
    const std::string found = it->path().filename().string();
    if (found == name) return it->path();
    if (found != "manifest.json") there += (there.empty() ? "" : ", ") + found;
  }
  return Error{ErrorCode::not_found,
               fmt::format("{}: no file {}; there is: {}", folder.string(),
                           name, there.empty() ? "nothing" : there)};
}

// The newest finished ROR stage, as an input; nullopt: there is none.
std::optional<std::string> newest_ror(const storage::ObjectStore& bucket) {
  const auto run = newest_run(bucket, "ror", "transform", "");
  if (!run) return std::nullopt;
  return stage_prefix("ror", *run, "transform");
}

}  // namespace

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
  job.options = {std::to_string(options.row_group_rows),
                 std::to_string(options.row_groups_per_file),
                 std::to_string(options.batch_size),
                 std::to_string(static_cast<int>(options.xpac)),
                 std::to_string(options.limit_files.value_or(0))};
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

Result<StageResult> transform_dmps_job(const JobContext& context,
                                       const std::string& run) {
  StageJob job;
  job.name = "dmps transform";
  const std::string input = stage_prefix("dmps", run, "download");
  job.inputs = {{input, true}};
  const auto ror = newest_ror(context.bucket);
  if (ror) job.inputs.push_back({*ror});
  job.output = stage_prefix("dmps", run, "transform");
  job.work = [&](const StageJob::Folders& in, const fs::path& out) {
    dmps::DmpsOptions options;
    options.inputs = {in.at(input)};
    options.stage_dir = out;
    if (ror) options.ror_stage = in.at(*ror);
    options.force = context.force;
    options.max_reject_ratio = context.max_reject_ratio;
    return dmps::transform_dmps(options);
  };
  return run_stage(context, job);
}

// ------------------------------------------------------------------- sqlmesh

namespace {

// The table of the corpus, which only the works index reads.
Result<StageResult> corpus_job(const JobContext& context,
                               const std::string& run) {
  StageJob job;
  job.name = "data-citation-corpus transform";
  const std::string input =
      stage_prefix("data_citation_corpus", run, "download");
  job.inputs = {{input, true}};
  job.output = stage_prefix("data_citation_corpus", run, "transform");
  job.work = [&](const StageJob::Folders& in, const fs::path& out) {
    ingest::CorpusOptions options;
    options.input = in.at(input);
    options.stage_dir = out;
    options.force = context.force;
    options.max_reject_ratio = context.max_reject_ratio;
    return ingest::transform_corpus(options);
  };
  return run_stage(context, job);
}

JobContext inner(const JobContext& context, const char* name) {
  JobContext own = context;
  own.scratch = context.scratch / name;
  return own;
}

Result<std::string> previous_run(const JobContext& context,
                                 const IndexJob& options) {
  if (options.previous == "INITIAL") return std::string();
  if (!options.previous.empty()) {
    if (is_finished(context.bucket, "sqlmesh/" + options.previous))
      return options.previous;
    return Error{ErrorCode::not_found,
                 fmt::format("{}/sqlmesh/{} is not a finished run; name "
                             "another one, or INITIAL",
                             context.bucket.name(), options.previous)};
  }
  auto newest = newest_run(context.bucket, "sqlmesh", "", options.run);
  if (newest) return newest;
  if (newest.error().code == ErrorCode::not_found) return std::string();
  return newest;
}

// Which ROR run a works index was made with, for the search that follows.
std::string inputs_key(const std::string& run) {
  return "sqlmesh/" + run + "/inputs.json";
}

std::string inputs_json(const IndexJob& options, const std::string& previous) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("crossrefMetadata", options.crossref_metadata);
  json.member("dataCitationCorpus", options.corpus);
  json.member("datacite", options.datacite);
  json.member("openalexWorks", options.openalex_works);
  json.member("previous", previous).member("ror", options.ror);
  json.end_object();
  return out + "\n";
}

}  // namespace

Result<StageResult> index_job(const JobContext& context,
                              const IndexJob& options) {
  if (!is_finished(context.bucket,
                   stage_prefix("ror", options.ror, "transform"))) {
    DMP_TRY(transform_ror_job(inner(context, "ror"), options.ror, ""));
  }
  DMP_TRY(corpus_job(inner(context, "corpus"), options.corpus));
  DMP_ASSIGN(const std::string previous, previous_run(context, options));
  const std::string openalex = stage_prefix(
                        "openalex_works", options.openalex_works, "transform"),
                    crossref =
                        stage_prefix("crossref_metadata",
                                     options.crossref_metadata, "transform"),
                    datacite =
                        stage_prefix("datacite", options.datacite, "transform"),
                    ror = stage_prefix("ror", options.ror, "transform"),
                    corpus = stage_prefix("data_citation_corpus",
                                          options.corpus, "transform"),
                    before = "sqlmesh/" + previous;
  StageJob job;
  job.name = "sqlmesh plan";
  job.options = {text::format_day(options.release_date),
                 std::to_string(options.max_doi_states),
                 std::to_string(options.max_relation_degrees),
                 std::to_string(options.nested_object_limit)};
  job.inputs = {{openalex}, {crossref}, {datacite}, {ror}, {corpus}};
  if (!previous.empty())
    job.inputs.push_back({before, false, "doi_state_export/"});
  job.output = "sqlmesh/" + options.run;
  sql::WorksIndexOptions index;
  for (const auto& input : job.inputs) {
    if (context.allow_no_manifest || is_finished(context.bucket, input.prefix))
      continue;
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{}/{} is not a finished stage: no manifest.json",
                             context.bucket.name(), input.prefix)};
  }
  DMP_ASSIGN(const auto openalex_stage,
             stage_manifest(context.bucket, openalex));
  DMP_ASSIGN(const auto crossref_stage,
             stage_manifest(context.bucket, crossref));
  DMP_ASSIGN(const auto datacite_stage,
             stage_manifest(context.bucket, datacite));
  const IndexThresholds least =
      index_thresholds({options.openalex_threshold, options.crossref_threshold,
                        options.datacite_threshold},
                       openalex_stage, crossref_stage, datacite_stage);
  index.openalex_threshold = least.openalex_works;
  index.crossref_threshold = least.crossref_metadata;
  index.datacite_threshold = least.datacite;
  index.ror_threshold = least.ror;
  index.corpus_threshold = least.corpus;
  job.work = [&](const StageJob::Folders& in, const fs::path& out) {
    index.openalex_works = in.at(openalex);
    index.crossref_metadata = in.at(crossref);
    index.datacite = in.at(datacite);
    index.ror = in.at(ror);
    index.corpus = in.at(corpus);
    if (!previous.empty()) index.previous = in.at(before);
    index.stage_dir = out;
    index.run_id = options.run;
    index.release_date = options.release_date;
    index.threads = options.threads > 0 ? options.threads : context.threads;
    index.memory_limit_bytes = options.memory_limit_bytes > 0
                                   ? options.memory_limit_bytes
                                   : context.memory_limit_bytes;
    index.ranges = options.ranges;
    index.scratch_dir = context.scratch / "work";
    index.max_change_ratio = options.max_change_ratio;
    index.accept_change = options.accept_change;
    index.max_doi_states = options.max_doi_states;
    index.max_relation_degrees = options.max_relation_degrees;
    index.nested_object_limit = options.nested_object_limit;
    index.force = context.force;
    return sql::build_works_index(index);
  };
  DMP_ASSIGN(auto result, run_stage(context, job));
  DMP_TRY(context.bucket.write(inputs_key(options.run),
                               inputs_json(options, previous)));
  return result;
}

// -------------------------------------------------------------- process-dmps

Result<StageResult> sync_dmps_job(const JobContext& context,
                                  const std::string& run,
                                  const PlanLists& subset) {
  if (!subset.dois_key.empty() || !subset.institutions_key.empty()) {
    DMP_ASSIGN(const auto dois, list_in(context.bucket, subset.dois_key));
    DMP_ASSIGN(const auto institutions,
               list_in(context.bucket, subset.institutions_key));
    DMP_TRY(dmps::PlanSubset::read(dois, institutions));
  }
  return transform_dmps_job(context, run);
}

Result<StageResult> search_job(const JobContext& context,
                               const SearchJob& options) {
  std::string works_run = options.process_works_run;
  if (works_run.empty()) {
    DMP_ASSIGN(works_run, newest_run(context.bucket, "sqlmesh", "", ""));
    log::info("works index searched: sqlmesh/{}", works_run);
  }
  const std::string plans = stage_prefix("dmps", options.run, "transform"),
                    works = "sqlmesh/" + works_run;
  const auto ror = newest_ror(context.bucket);
  StageJob job;
  job.name = "dmp-works-search";
  job.options = {search_identity(options.search)};
  DMP_ASSIGN(const auto dois, list_in(context.bucket, options.subset.dois_key));
  DMP_ASSIGN(const auto institutions,
             list_in(context.bucket, options.subset.institutions_key));
  for (const auto& list : {dois, institutions})
    if (list) job.options.push_back(storage::sha256_text(list->json));
  job.inputs = {{plans}, {works}};
  if (ror) job.inputs.push_back({*ror});
  job.output = "dmp-works-search/" + options.run;
  job.work = [&](const StageJob::Folders& in,
                 const fs::path& out) -> Result<StageResult> {
    // The chain of `run` below the folder that holds this stage.
    RunOptions run;
    run.out_dir = out.parent_path().parent_path();
    run.run_id = options.run;
    run.dmps_stage = in.at(plans);
    run.works_index = in.at(works);
    if (ror) run.ror_stage = in.at(*ror);
    run.search_stage = out;
    run.from = run.until = Step::search;
    run.threads = context.threads;
    run.memory_limit_bytes = context.memory_limit_bytes;
    run.force = context.force;
    run.dmp_subset_dois = dois;
    run.dmp_subset_institutions = institutions;
    run.search = options.search;
    run.search.threads = context.threads;
    DMP_ASSIGN(const RunSummary summary, jobs::run(run));
    StageResult result;
    DMP_ASSIGN(result.manifest, storage::read_manifest(out));
    result.up_to_date = !summary.stages.empty() && summary.stages[0].up_to_date;
    return result;
  };
  return run_stage(context, job);
}

}  // namespace dmp::jobs
