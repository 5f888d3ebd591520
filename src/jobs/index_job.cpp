#include "jobs/index_job.h"

#include "base/log.h"
#include "ingest/transform.h"
#include "jobs/index_thresholds.h"
#include "jobs/run_id.h"
#include "jobs/scratch_room.h"
#include "jobs/stage_jobs.h"
#include "jobs/works_runs.h"
#include "sql/index_ranges.h"
#include "sql/prepared_tables.h"
#include "sql/works_index.h"
#include "storage/stage_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

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

// What has finished since somebody chose `previous` is not continued.
Status note_newer_run(const JobContext& context, const IndexJob& options) {
  if (options.previous.empty() || options.previous == kInitialRun) return {};
  const auto newest =
      previous_works_run(context.bucket, options.run, options.release_date);
  if (!newest && newest.error().code != ErrorCode::invalid_argument)
    return newest.error();
  if (newest && *newest != options.previous && *newest != kInitialRun) {
    log::warning(
        "sqlmesh/{} is newer and finished; the DOI state of {} is continued",
        *newest, options.previous);
  }
  return {};
}

// Empty: no state is continued.
Result<std::string> previous_run(const JobContext& context,
                                 const IndexJob& options) {
  if (options.previous == kInitialRun) return std::string();
  if (options.previous.empty()) {
    DMP_ASSIGN(auto newest, previous_works_run(context.bucket, options.run,
                                               options.release_date));
    return newest == kInitialRun ? std::string() : newest;
  }
  DMP_ASSIGN(const bool finished,
             is_finished(context.bucket, "sqlmesh/" + options.previous));
  if (!finished) {
    return Error{
        ErrorCode::not_found,
        fmt::format("{}/sqlmesh/{} is not a finished run; name "
                    "another one, or {}",
                    context.bucket.name(), options.previous, kInitialRun)};
  }
  return options.previous;
}

Status make_inputs(const JobContext& context, const IndexJob& options) {
  DMP_ASSIGN(const bool has_ror,
             is_finished(context.bucket,
                         stage_prefix("ror", options.ror, "transform")));
  if (!has_ror) {
    DMP_TRY(transform_ror_job(inner(context, "ror"), options.ror, ""));
  }
  DMP_TRY(corpus_job(inner(context, "corpus"), options.corpus));
  return {};
}

// The prefixes of what an index is made of.
struct IndexStages {
  std::string openalex, crossref, datacite, ror, corpus;
  std::string before;  // whose DOI state continues; empty: none
};

IndexStages stages_of(const IndexJob& options, const std::string& previous) {
  const auto transformed = [](const char* dataset, const std::string& run) {
    return stage_prefix(dataset, run, "transform");
  };
  return {transformed("openalex_works", options.openalex_works),
          transformed("crossref_metadata", options.crossref_metadata),
          transformed("datacite", options.datacite),
          transformed("ror", options.ror),
          transformed("data_citation_corpus", options.corpus),
          previous.empty() ? "" : "sqlmesh/" + previous};
}

// What this phase publishes, and which parts it reads.
void set_parts(const IndexJob& options, StageJob& job) {
  switch (options.phase) {
    case IndexPhase::all:
      return;
    case IndexPhase::prepare:
      job.part = sql::kPreparedPart;
      return;
    case IndexPhase::range:
      job.part = sql::index_parts(
          options.ranges)[static_cast<std::size_t>(options.range_index)];
      job.parts = {sql::kPreparedPart};
      return;
    case IndexPhase::finish:
      job.parts = sql::index_parts(options.ranges);
      job.parts.emplace_back(sql::kPreparedPart);
  }
}

// What a phase reads of a stage; of an S3 bucket no more is fetched. Rejects
// are for people.
Needs needs(Need rows) {
  return [rows](std::string_view name) {
    return name.starts_with("rejects/") ? Need::nothing : rows;
  };
}

struct PhaseNeeds {
  // The works of the sources: the first job reads their relations, the last one
  // counts DOIs, and a range has its rows in every file, but together there.
  Need works = Need::whole;
  Need lists = Need::whole;   // ROR and the corpus, which become a part
  Need before = Need::whole;  // the index that continues at the end
};

PhaseNeeds needs_of(IndexPhase phase) {
  switch (phase) {
    case IndexPhase::all:
      break;
    case IndexPhase::prepare:
      return {Need::whole, Need::whole, Need::nothing};
    case IndexPhase::range:
      return {Need::buckets, Need::footer, Need::nothing};
    case IndexPhase::finish:
      return {Need::whole, Need::footer, Need::whole};
  }
  return {};
}

// What of the index before is read at the end: its DOI state, and for linkage
// statistics that continue its own its works, counts and state.
bool continues(std::string_view name) {
  return name.starts_with("works_index/") ||
         name == "linkage_stats/counts.parquet" ||
         name.starts_with("linkage_state/");
}

// Whether all of the latter is there to be fetched: an older index has no such
// state, and of one somebody may have removed the works. Without them the
// statistics are made anew.
Result<bool> can_continue(const JobContext& context,
                          const std::string& before) {
  DMP_ASSIGN(const auto manifest, find_manifest(context.bucket, before));
  if (!manifest || manifest->files_named("linkage_state/").empty())
    return false;
  DMP_ASSIGN(const auto objects, context.bucket.list(before + "/"));
  std::set<std::string> there;
  for (const auto& object : objects) there.insert(object.key);
  std::uint64_t bytes = 0;
  for (const auto& file : manifest->files) {
    if (!continues(storage::name_in_stage(file.path))) continue;
    if (!there.contains(before + "/" + file.path)) return false;
    bytes += file.bytes;
  }
  const std::string lack = lack_of_room(context.scratch, bytes);
  if (!lack.empty() && context.say) context.say(lack);
  return lack.empty();
}

// In a folder the files are where they are read; what is continued is summed
// there by who reads it (sql/linkage_update.h).
Result<Needs> needs_of_before(const JobContext& context,
                              const std::string& before, Need state) {
  bool fetched = state == Need::whole && !context.bucket.folder();
  if (fetched) {
    DMP_ASSIGN(fetched, can_continue(context, before));
  }
  return Needs([state, fetched](std::string_view name) {
    if (name.starts_with("doi_state_export/")) return state;
    return fetched && continues(name) ? Need::whole : Need::nothing;
  });
}

Result<StageJob> job_of(const JobContext& context, const IndexJob& options,
                        const IndexStages& stages) {
  StageJob job;
  job.name = "sqlmesh plan";
  job.options = {text::format_day(options.release_date),
                 std::to_string(options.max_doi_states),
                 std::to_string(options.max_relation_degrees),
                 std::to_string(options.nested_object_limit)};
  if (options.keep_database) job.options.emplace_back("with database");
  const PhaseNeeds phase = needs_of(options.phase);
  const sql::BucketRange buckets =
      options.phase == IndexPhase::range
          ? sql::cut_buckets(
                options.ranges)[static_cast<std::size_t>(options.range_index)]
          : sql::BucketRange{0, 255};
  for (const auto& stage : {stages.openalex, stages.crossref, stages.datacite})
    job.inputs.push_back({stage, false, "", needs(phase.works), buckets});
  for (const auto& stage : {stages.ror, stages.corpus})
    job.inputs.push_back({stage, false, "", needs(phase.lists)});
  if (!stages.before.empty()) {
    DMP_ASSIGN(auto before,
               needs_of_before(context, stages.before, phase.before));
    job.inputs.push_back({stages.before, false, "", std::move(before)});
  }
  job.output = "sqlmesh/" + options.run;
  set_parts(options, job);
  return job;
}

Status check_inputs(const JobContext& context, const StageJob& job) {
  for (const auto& input : job.inputs) {
    if (context.allow_no_manifest) continue;
    DMP_ASSIGN(const bool finished, is_finished(context.bucket, input.prefix));
    if (finished) continue;
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{}/{} is not a finished stage: no manifest.json",
                             context.bucket.name(), input.prefix)};
  }
  return {};
}

Status set_thresholds(const JobContext& context, const IndexJob& options,
                      const IndexStages& stages,
                      sql::WorksIndexOptions& index) {
  DMP_ASSIGN(const auto openalex,
             stage_manifest(context.bucket, stages.openalex));
  DMP_ASSIGN(const auto crossref,
             stage_manifest(context.bucket, stages.crossref));
  DMP_ASSIGN(const auto datacite,
             stage_manifest(context.bucket, stages.datacite));
  const IndexThresholds least =
      index_thresholds({options.openalex_threshold, options.crossref_threshold,
                        options.datacite_threshold},
                       openalex, crossref, datacite);
  index.openalex_threshold = least.openalex_works;
  index.crossref_threshold = least.crossref_metadata;
  index.datacite_threshold = least.datacite;
  index.ror_threshold = least.ror;
  index.corpus_threshold = least.corpus;
  return {};
}

void set_options(const JobContext& context, const IndexJob& options,
                 sql::WorksIndexOptions& index) {
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
  index.keep_database = options.keep_database;
  index.max_doi_states = options.max_doi_states;
  index.max_relation_degrees = options.max_relation_degrees;
  index.nested_object_limit = options.nested_object_limit;
  index.force = context.force;
}

// The work of the phase; `out` is where its files go.
Result<StageResult> run_phase(const IndexJob& options, const StageJob& job,
                              const StageJob::Folders& in, const fs::path& out,
                              sql::WorksIndexOptions index) {
  index.stage_dir = job.part.empty() ? out : out.parent_path().parent_path();
  const auto prepared = in.find(part_prefix(job, sql::kPreparedPart));
  switch (options.phase) {
    case IndexPhase::all:
      break;
    case IndexPhase::prepare:
      return sql::prepare_works_index(index);
    case IndexPhase::range:
      return sql::make_index_range(index, options.range_index,
                                   prepared->second);
    case IndexPhase::finish:
      return sql::finish_works_index(index, prepared->second.parent_path());
  }
  return sql::build_works_index(index);
}

}  // namespace

Result<StageResult> index_job(const JobContext& context,
                              const IndexJob& options) {
  const bool first =
      options.phase == IndexPhase::all || options.phase == IndexPhase::prepare;
  if (first) DMP_TRY(make_inputs(context, options));
  DMP_ASSIGN(const std::string previous, previous_run(context, options));
  if (first) DMP_TRY(note_newer_run(context, options));
  const IndexStages stages = stages_of(options, previous);
  DMP_ASSIGN(StageJob job, job_of(context, options, stages));
  DMP_TRY(check_inputs(context, job));
  sql::WorksIndexOptions index;
  DMP_TRY(set_thresholds(context, options, stages, index));
  set_options(context, options, index);
  job.work = [&](const StageJob::Folders& in, const fs::path& out) {
    index.openalex_works = in.at(stages.openalex);
    index.crossref_metadata = in.at(stages.crossref);
    index.datacite = in.at(stages.datacite);
    index.ror = in.at(stages.ror);
    index.corpus = in.at(stages.corpus);
    if (!stages.before.empty()) index.previous = in.at(stages.before);
    return run_phase(options, job, in, out, index);
  };
  return run_stage(context, job);
}

}  // namespace dmp::jobs
