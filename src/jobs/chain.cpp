#include "jobs/chain.h"

#include "dmps/external_data.h"
#include "dmps/transform.h"
#include "jobs/plan_enrichment.h"
#include "jobs/run_id.h"
#include "jobs/search_failures.h"
#include "jobs/stage_clock.h"
#include "jobs/staged_search.h"
#include "results/outputs.h"
#include "sql/works_index.h"

#include <fmt/format.h>

#include <utility>

namespace dmp::jobs {

namespace fs = std::filesystem;

StageFolders::StageFolders(const fs::path& out_dir, const std::string& run_id)
    : openalex_works(out_dir / "openalex_works" / run_id / "transform"),
      crossref_metadata(out_dir / "crossref_metadata" / run_id / "transform"),
      datacite(out_dir / "datacite" / run_id / "transform"),
      ror(out_dir / "ror" / run_id / "transform"),
      corpus(out_dir / "data_citation_corpus" / run_id / "transform"),
      dmps(out_dir / "dmps" / run_id / "transform"),
      external_data(out_dir / dmps::kEnrichmentStage / run_id),
      works_index(out_dir / "sqlmesh" / run_id),
      search(out_dir / "dmp-works-search" / run_id),
      results(out_dir / "results" / run_id) {}

Chain::Chain(const RunOptions& options, RunSummary& summary)
    : options_(options),
      summary_(summary),
      folders_(options.out_dir, summary.run_id) {
  if (options.dmps_stage) folders_.dmps = *options.dmps_stage;
  if (options.ror_stage) folders_.ror = *options.ror_stage;
  if (options.search_stage) folders_.search = *options.search_stage;
}

void Chain::say(const StageProgress& progress) const {
  if (options_.progress) options_.progress(progress);
}

namespace {

// The folder of a stage's reject table, where it has one.
fs::path rejects_of(const storage::Manifest& manifest, const fs::path& folder) {
  const auto files = manifest.paths(folder, "rejects/");
  return files.empty() ? fs::path() : files.front().parent_path();
}

}  // namespace

Status Chain::measure(const std::string& name, const fs::path& folder,
                      const Stage& stage) {
  say({name, ""});
  const StageClock clock;
  auto result = stage();
  if (!result) {
    if (options_.ended) options_.ended(summary_of_failure(name, clock));
    return std::move(result).error().during(name);
  }
  StageSummary summary = summary_of(name, clock, *result);
  if (summary.rejects > 0)
    summary.rejects_dir = rejects_of(result->manifest, folder);
  if (options_.ended) options_.ended(summary);
  summary_.stages.push_back(std::move(summary));
  return {};
}

std::optional<fs::path> Chain::subset_of(const fs::path& transform) const {
  if (!options_.subset_dois && !options_.subset_institutions)
    return std::nullopt;
  return transform.parent_path() / "subset";
}

Status Chain::make_subset(ingest::Source source,
                          const std::optional<fs::path>& input,
                          const fs::path& transform) {
  const auto folder = subset_of(transform);
  if (!input || !folder) return {};
  ingest::SubsetOptions subset;
  subset.source = source;
  subset.input = *input;
  subset.stage_dir = *folder;
  subset.dois = options_.subset_dois;
  subset.institutions = options_.subset_institutions;
  subset.threads = options_.threads;
  subset.max_reject_ratio = options_.max_reject_ratio;
  subset.force = options_.force;
  return measure(fmt::format("subset {}", ingest::source_name(source)), *folder,
                 [&] { return ingest::subset_works(subset); });
}

Status Chain::make_subsets() {
  DMP_TRY(make_subset(ingest::Source::openalex_works, options_.openalex_works,
                      folders_.openalex_works));
  DMP_TRY(make_subset(ingest::Source::crossref_metadata,
                      options_.crossref_metadata, folders_.crossref_metadata));
  return make_subset(ingest::Source::datacite, options_.datacite,
                     folders_.datacite);
}

Status Chain::transform_works(ingest::Source source, const std::string& name,
                              const std::optional<fs::path>& input,
                              const fs::path& folder) {
  if (!input) {
    say({name, "not given, counts as empty"});
    return {};
  }
  ingest::TransformOptions transform;
  transform.input = subset_of(folder).value_or(*input);
  transform.stage_dir = folder;
  transform.threads = options_.threads;
  transform.memory_limit_bytes = options_.memory_limit_bytes;
  transform.xpac = options_.xpac;
  transform.max_reject_ratio = options_.max_reject_ratio;
  transform.run_year =
      text::from_day(run_day(summary_.run_id).value_or(today())).year;
  transform.force = options_.force;
  transform.progress = [&](const ingest::Progress& at) {
    const double ratio = at.bytes_total == 0
                             ? -1
                             : static_cast<double>(at.bytes_done) /
                                   static_cast<double>(at.bytes_total);
    say({name, fmt::format("{}/{} files", at.files_done, at.files_total), ratio,
         at.records});
  };
  return measure(name, folder,
                 [&] { return ingest::transform_works(source, transform); });
}

Status Chain::transform_ror() {
  if (!options_.ror) {
    say({"transform ror", "not given, counts as empty"});
    return {};
  }
  ingest::RorOptions ror;
  ror.input = *options_.ror;
  ror.stage_dir = folders_.ror;
  ror.force = options_.force;
  ror.max_reject_ratio = options_.max_reject_ratio;
  return measure("transform ror", folders_.ror,
                 [&] { return ingest::transform_ror(ror); });
}

Status Chain::transform_plans() {
  dmps::DmpsOptions plans;
  plans.inputs = options_.dmps;
  plans.stage_dir = folders_.dmps;
  if (options_.ror) plans.ror_stage = folders_.ror;
  plans.force = options_.force;
  plans.max_reject_ratio = options_.max_reject_ratio;
  return measure("transform dmps", folders_.dmps,
                 [&] { return dmps::transform_dmps(plans); });
}

Status Chain::read_corpus() {
  if (!options_.data_citation_corpus) {
    say({"read data-citation-corpus", "not given, counts as empty"});
    return {};
  }
  ingest::CorpusOptions corpus;
  corpus.input = *options_.data_citation_corpus;
  corpus.stage_dir = folders_.corpus;
  corpus.force = options_.force;
  corpus.max_reject_ratio = options_.max_reject_ratio;
  return measure("read data-citation-corpus", folders_.corpus,
                 [&] { return ingest::transform_corpus(corpus); });
}

Status Chain::transform() {
  // The small inputs first: what is wrong with them is known before hours are
  // spent on the works. Plans need ROR.
  DMP_TRY(transform_ror());
  DMP_TRY(transform_plans());
  DMP_TRY(read_corpus());
  DMP_TRY(transform_works(ingest::Source::openalex_works,
                          "transform openalex-works", options_.openalex_works,
                          folders_.openalex_works));
  DMP_TRY(transform_works(
      ingest::Source::crossref_metadata, "transform crossref-metadata",
      options_.crossref_metadata, folders_.crossref_metadata));
  return transform_works(ingest::Source::datacite, "transform datacite",
                         options_.datacite, folders_.datacite);
}

Status Chain::build_index() {
  sql::WorksIndexOptions index;
  if (options_.openalex_works) index.openalex_works = folders_.openalex_works;
  if (options_.crossref_metadata) {
    index.crossref_metadata = folders_.crossref_metadata;
  }
  if (options_.datacite) index.datacite = folders_.datacite;
  if (options_.ror) index.ror = folders_.ror;
  if (options_.data_citation_corpus) index.corpus = folders_.corpus;
  DMP_ASSIGN(index.previous, previous_index(options_.out_dir, summary_.run_id,
                                            options_.prev_run_id));
  // A subset may hold no work of a source.
  if (subset_of(folders_.openalex_works)) {
    index.openalex_threshold = index.crossref_threshold =
        index.datacite_threshold = 0;
  }
  index.stage_dir = folders_.works_index;
  index.run_id = summary_.run_id;
  index.release_date = run_day(summary_.run_id).value_or(today());
  index.threads = options_.threads;
  index.memory_limit_bytes = options_.memory_limit_bytes;
  index.ranges = options_.ranges;
  index.scratch_dir = options_.scratch_dir;
  index.max_change_ratio = options_.max_change_ratio;
  index.accept_change = options_.accept_change;
  index.xpac_enrich = options_.xpac == ingest::Xpac::enrich;
  index.progress = [&](std::string_view line) {
    say({"works index", std::string(line)});
  };
  index.force = options_.force;
  return measure("works index", folders_.works_index,
                 [&] { return sql::build_works_index(index); });
}

// ------------------------------------------------------------------- search

Result<storage::StageResult> Chain::run_search() {
  StagedSearch search;
  search.dmps = folders_.dmps;
  search.works_index = options_.works_index.value_or(folders_.works_index);
  if (options_.ror || options_.ror_stage) search.ror = folders_.ror;
  DMP_ASSIGN(search.external_data, enrichment_at(folders_.external_data));
  search.subset_dois = options_.dmp_subset_dois;
  search.subset_institutions = options_.dmp_subset_institutions;
  search.options = options_.search;
  search.stage_dir = folders_.search;
  search.run_id = summary_.run_id;
  search.force = options_.force;
  return search_stages(search);
}

Status Chain::search() {
  DMP_TRY(measure("search", folders_.search, [&] { return run_search(); }));
  DMP_ASSIGN(const auto manifest, storage::read_manifest(folders_.search));
  const auto count = [&](const char* name) {
    const auto found = manifest.counters.find(name);
    return found == manifest.counters.end() ? 0 : found->second;
  };
  summary_.plans = count("plans");
  summary_.plans_with_works = count("plans_with_works");
  summary_.matches = count("matches");
  return search_verdict(manifest, options_.search.max_failed);
}

// ------------------------------------------------------------------- results

Status Chain::write_results() {
  results::OutputOptions outputs;
  outputs.matches = folders_.search;
  outputs.plans = folders_.dmps;
  outputs.stage_dir = folders_.results;
  outputs.ground_truth = options_.ground_truth;
  outputs.force = options_.force;
  for (const auto form : options_.forms) {
    if (form == ResultForm::csv) outputs.csv = true;
    if (form == ResultForm::jsonl) outputs.jsonl = true;
    if (form == ResultForm::parquet) outputs.parquet = true;
    if (form == ResultForm::html) outputs.html = true;
  }
  DMP_TRY(measure("results", folders_.results,
                  [&] { return results::write_outputs(outputs); }));
  DMP_ASSIGN(const auto manifest, storage::read_manifest(folders_.results));
  if (const auto html = manifest.paths(folders_.results, "report.html");
      !html.empty()) {
    summary_.report = html.front();
  }
  if (!options_.ground_truth) return {};
  DMP_ASSIGN(const auto measured,
             results::precision_and_recall(
                 folders_.search, *options_.ground_truth, {1, 10, 100}));
  for (const auto& at : measured)
    summary_.metrics.push_back({at.k, at.precision, at.recall});
  return {};
}

}  // namespace dmp::jobs
