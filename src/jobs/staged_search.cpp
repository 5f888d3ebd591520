#include "jobs/staged_search.h"

#include "base/log.h"
#include "dmps/transform.h"
#include "ingest/input_files.h"
#include "jobs/index_files.h"
#include "jobs/modification_window.h"
#include "jobs/plan_enrichment.h"
#include "jobs/search_failures.h"
#include "jobs/search_run.h"
#include "jobs/search_stage.h"
#include "match/option_names.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

template <class T, std::size_t kCount>
std::string list_of(const match::Names<T, kCount>& names,
                    const std::set<T>& values) {
  std::vector<std::string> found;
  found.reserve(values.size());
  for (const T value : values) found.push_back(match::name_in(names, value));
  return fmt::format("{}", fmt::join(found, ","));
}

}  // namespace

Result<std::map<std::string, std::string>> search_options(
    const match::SearchOptions& search) {
  using match::name_in;
  std::map<std::string, std::string> options;
  options["builder"] = name_in(match::kQueryBuilders, search.builder);
  options["max_results"] = std::to_string(search.max_results);
  options["project_end_buffer_years"] =
      std::to_string(search.project_end_buffer_years);
  options["project_start_buffer_days"] =
      std::to_string(search.project_start_buffer_days);
  options["inferred_end_extra_years"] =
      std::to_string(search.inferred_end_extra_years);
  options["explain"] = search.explain ? "true" : "false";
  options["award_weights"] =
      fmt::format("{},{},{}", search.award_full, search.award_unknown,
                  search.award_disagree);
  options["similarity"] = name_in(match::kSimilarities, search.similarity);
  options["term_ties"] = name_in(match::kTermTies, search.term_ties);
  options["funder_name_rule"] =
      name_in(match::kFunderNameRules, search.funder_name_rule);
  options["highlight_encoding"] =
      name_in(match::kEncodings, search.highlight_encoding);
  options["inner_hits"] = std::to_string(search.inner_hits);
  if (search.plans_from)
    options["plans_from"] = text::format_day(*search.plans_from);
  if (search.plans_until)
    options["plans_until"] = text::format_day(*search.plans_until);
  if (search.undated_plans) options["undated_plans"] = "true";
  if (search.changed_since)
    options[kWindowOption] = text::format_day(*search.changed_since);
  options["disabled"] = list_of(match::kFeatures, search.disabled);
  options["without"] = list_of(match::kImprovements, search.without);
  options["records_per_file"] = std::to_string(search.plans_per_file);
  options["ranker"] = name_in(match::kRankers, search.ranker);
  if (search.ranker == match::Ranker::query) return options;
  DMP_ASSIGN(const auto linkage, linkage_of(search));
  options["linkage_parameters"] = linkage.sha256;
  options["min_probability"] = std::to_string(search.min_probability);
  options["score_max"] = name_in(match::kScoreMaxima, search.score_max);
  options["explore_ratio"] = std::to_string(search.explore_ratio);
  options["linkage_pairs"] = search.linkage_pairs ? "true" : "false";
  return options;
}

namespace {

// What is asked for, before any plan is read.
struct Wanted {
  storage::Manifest manifest;  // of the stage, planned, with its key
  match::SearchInputs inputs;  // without plans
  EnrichmentCounts enriched;   // of the plans, when they are read
};

Result<Wanted> wanted_by(const StagedSearch& search) {
  Wanted wanted;
  storage::Manifest& manifest = wanted.manifest;
  match::SearchInputs& inputs = wanted.inputs;
  DMP_ASSIGN(auto index, index_files(search.works_index));
  manifest.stage = "dmp-works-search";
  DMP_ASSIGN(manifest.options, search_options(search.options));
  DMP_ASSIGN(manifest.search,
             planned_search(search.options, index, search.run_id));
  DMP_ASSIGN(auto plans, storage::stage_input("dmps", search.dmps));
  manifest.inputs = std::move(index.inputs);
  manifest.inputs.push_back(std::move(plans));
  if (search.ror) {
    DMP_ASSIGN(auto ror, storage::stage_input("ror", *search.ror));
    manifest.inputs.push_back(std::move(ror));
    DMP_ASSIGN(const auto ror_manifest, storage::read_manifest(*search.ror));
    inputs.ror_file = ror_manifest.paths(*search.ror, "ror.parquet").at(0);
  }
  if (search.external_data) {
    DMP_ASSIGN(auto external,
               storage::stage_input("external_data", *search.external_data));
    manifest.inputs.push_back(std::move(external));
  }
  note_subset(search.subset_dois, search.subset_institutions, manifest);
  manifest.key = storage::stage_key(manifest);
  inputs.works_files = std::move(index.works);
  inputs.collection_stats_dir = index.collection_stats;
  inputs.linkage_stats_dir = index.linkage_stats;
  return wanted;
}

// The plans that are searched, and in the manifest what became of the others.
Status read_plans(const StagedSearch& search, Wanted& wanted) {
  storage::Manifest& manifest = wanted.manifest;
  auto& plans = wanted.inputs.plans;
  DMP_ASSIGN(plans, dmps::read_plans(search.dmps));
  manifest.rows_in = static_cast<std::int64_t>(plans.size());
  ingest::inherit_kind(search.works_index, manifest);
  DMP_ASSIGN(wanted.enriched, enrich_plans(search.external_data, plans));
  return leave_out_unlisted(search.subset_dois, search.subset_institutions,
                            plans, manifest);
}

std::string shard_part(const match::Shard& shard) {
  return fmt::format("{}-of-{}", shard.index, shard.count);
}

storage::Manifest planned_shard(const storage::Manifest& stage,
                                const match::Shard& shard) {
  storage::Manifest part = stage;
  part.stage = "dmp-works-search, share of works";
  part.options["shard"] = shard_part(shard);
  return part;
}

// The stage, if it is finished, with no more failures than are put up with, and
// nobody wants it made again. A kill right after its manifest may have left
// parts.
Result<std::optional<StageResult>> made_before(const StagedSearch& search,
                                               const Wanted& wanted) {
  std::optional<StageResult> result;
  if (search.force) return result;
  auto done = storage::finished(search.stage_dir, wanted.manifest.key);
  if (done && failed_plans(*done) <= search.options.max_failed) {
    DMP_TRY(storage::remove_parts(search.stage_dir));
    result = StageResult{true, *std::move(done)};
  }
  return result;
}

Result<StageResult> publish(const StagedSearch& search, Wanted wanted) {
  DMP_TRY(read_plans(search, wanted));
  storage::Manifest& manifest = wanted.manifest;
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(search.stage_dir, manifest.stage));
  DMP_TRY(search_into(std::move(wanted.inputs), search.options,
                      MatchesPlace::below, publication, manifest));
  manifest.counters.merge(wanted.enriched);
  StageResult stage;
  DMP_ASSIGN(stage.manifest, publication.publish(std::move(manifest)));
  return stage;
}

// The finished parts, or which of them are missing. The search began with the
// first of them.
Result<std::vector<match::KeptShard>> kept_by(storage::Manifest& stage,
                                              int count,
                                              const fs::path& parts) {
  std::vector<match::KeptShard> shards;
  std::vector<std::string> absent;
  for (int index = 0; index < count; ++index) {
    const match::Shard shard{index, count};
    const fs::path dir = parts / shard_part(shard);
    const auto part = storage::finished_part(dir, planned_shard(stage, shard));
    if (!part) {
      absent.push_back(shard_part(shard));
      continue;
    }
    if (part->search) {
      stage.search->started_at =
          std::min(stage.search->started_at, part->search->started_at);
    }
    const auto files = part->paths(dir, "kept_");
    shards.push_back(
        {files.at(0).parent_path(), counts_of_search(part->counters)});
  }
  if (!absent.empty()) return storage::parts_missing(parts, absent);
  return shards;
}

}  // namespace

Result<std::string> search_identity(const match::SearchOptions& search) {
  DMP_ASSIGN(const auto options, search_options(search));
  std::string text;
  for (const auto& [name, value] : options)
    text += fmt::format("{}={}\n", name, value);
  return text;
}

Result<StageResult> search_stages(const StagedSearch& search) {
  DMP_ASSIGN(auto wanted, wanted_by(search));
  DMP_ASSIGN(auto done, made_before(search, wanted));
  if (done) return *std::move(done);
  return publish(search, std::move(wanted));
}

std::vector<std::string> shard_parts(int count) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(count));
  for (int index = 0; index < count; ++index)
    names.push_back(shard_part({index, count}));
  return names;
}

Result<StageResult> search_shard_of(const StagedSearch& search,
                                    const match::Shard& shard) {
  DMP_ASSIGN(auto wanted, wanted_by(search));
  DMP_ASSIGN(auto done, made_before(search, wanted));
  if (done) return *std::move(done);
  const fs::path dir =
      search.stage_dir / storage::kPartsName / shard_part(shard);
  const std::string stage = wanted.manifest.stage;
  storage::Manifest planned = planned_shard(wanted.manifest, shard);
  if (!search.force) {
    if (auto part = storage::finished_part(dir, planned))
      return StageResult{true, *std::move(part)};
  }
  DMP_TRY(storage::claim_stage_folder(search.stage_dir, stage));
  DMP_TRY(read_plans(search, wanted));
  DMP_ASSIGN(auto publication, storage::Publication::begin(dir, planned.stage));
  planned.rows_in = wanted.manifest.rows_in;
  DMP_TRY(search_shard_into(std::move(wanted.inputs), search.options, shard,
                            publication, planned));
  StageResult result;
  DMP_ASSIGN(result.manifest, publication.publish(std::move(planned)));
  return result;
}

Result<StageResult> finish_search(const StagedSearch& search, int count,
                                  const fs::path& parts) {
  DMP_ASSIGN(auto wanted, wanted_by(search));
  DMP_ASSIGN(auto done, made_before(search, wanted));
  if (done) return *std::move(done);
  DMP_ASSIGN(wanted.inputs.shards, kept_by(wanted.manifest, count, parts));
  return publish(search, std::move(wanted));
}

}  // namespace dmp::jobs
