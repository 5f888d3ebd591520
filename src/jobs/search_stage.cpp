#include "jobs/search_stage.h"

#include "base/log.h"
#include "dmps/subset.h"
#include "jobs/search_failures.h"
#include "match/kept_works.h"
#include "match/linkage_pairs.h"
#include "results/match_files.h"

#include <filesystem>

namespace dmp::jobs {

namespace fs = std::filesystem;

results::Explain explain_of(const match::SearchOptions& options) {
  return options.explain ? results::Explain::write : results::Explain::omit;
}

LeftOut leave_out_undesired(std::vector<model::Plan>& plans,
                            const match::SearchOptions& options) {
  LeftOut left_out;
  left_out.out_of_dates = static_cast<std::int64_t>(std::erase_if(
      plans,
      [&](const model::Plan& plan) { return !options.is_of_dates(plan); }));
  if (left_out.out_of_dates > 0) {
    log::info("{} DMPs are not of the dates asked for, {} are",
              left_out.out_of_dates, plans.size());
  }
  if (!options.changed_since) return left_out;
  left_out.unchanged = static_cast<std::int64_t>(std::erase_if(
      plans,
      [&](const model::Plan& plan) { return !options.has_changed(plan); }));
  log::info("modification window from {}: {} DMPs are left out, {} are not",
            text::format_day(*options.changed_since), left_out.unchanged,
            plans.size());
  return left_out;
}

std::map<std::string, std::string> list_options(
    const std::optional<ingest::SubsetList>& dois,
    const std::optional<ingest::SubsetList>& institutions) {
  if (!dois && !institutions) return {};
  const auto digest_of = [](const std::optional<ingest::SubsetList>& list) {
    return list ? storage::sha256_text(list->json) : "";
  };
  return {{"dmp_subset_dois", digest_of(dois)},
          {"dmp_subset_institutions", digest_of(institutions)}};
}

void note_subset(const std::optional<ingest::SubsetList>& dois,
                 const std::optional<ingest::SubsetList>& institutions,
                 storage::Manifest& manifest) {
  manifest.subset = dois || institutions;
  manifest.options.merge(list_options(dois, institutions));
}

Status leave_out_unlisted(const std::optional<ingest::SubsetList>& dois,
                          const std::optional<ingest::SubsetList>& institutions,
                          std::vector<model::Plan>& plans,
                          storage::Manifest& manifest) {
  if (!dois && !institutions) return {};
  DMP_ASSIGN(auto subset, dmps::PlanSubset::read(dois, institutions));
  manifest.dropped["not_in_subset"] = static_cast<std::int64_t>(std::erase_if(
      plans, [&](const auto& plan) { return !subset.keeps(plan); }));
  if (plans.empty()) log::warning("no DMP is in the subset asked for");
  return {};
}

void count_search(const match::SearchCounts& counts,
                  storage::Manifest& manifest) {
  manifest.rows_out = counts.plans;
  const std::map<std::string, std::int64_t> counted{
      {"plans", counts.plans}, {"plans_with_works", counts.plans_with_hits},
      {"works", counts.works}, {"candidates", counts.candidates},
      {"hits", counts.hits},   {"matches", counts.matches}};
  for (const auto& [name, count] : counted) manifest.counters[name] = count;
  count_failures(counts.failures, manifest);
  if (!manifest.search) return;
  manifest.search->dmps = counts.plans;
  manifest.search->dmps_with_hits = counts.plans_with_hits;
  manifest.search->works = counts.matches;
  manifest.search->failed = failed_plans(manifest);
  manifest.search->works_index.docs = counts.works;
}

match::SearchCounts counts_of_search(
    const std::map<std::string, std::int64_t>& counters) {
  const auto at = [&](const char* name) {
    const auto found = counters.find(name);
    return found == counters.end() ? 0 : found->second;
  };
  return {at("plans"), at("plans_with_works"), at("works"), at("candidates"),
          at("hits"),  at("matches")};
}

namespace {

fs::path pairs_dir(const storage::Publication& publication) {
  return publication.dir() / "linkage_pairs";
}

// The plans and places of a search that publishes there.
void settle(match::SearchInputs& inputs, const match::SearchOptions& options,
            const storage::Publication& publication,
            storage::Manifest& manifest) {
  const auto others = leave_out_undesired(inputs.plans, options);
  if (others.out_of_dates > 0)
    manifest.dropped["out_of_dates"] = others.out_of_dates;
  if (options.changed_since) manifest.dropped["unchanged"] = others.unchanged;
  if (options.linkage_pairs && options.ranker == match::Ranker::linkage)
    inputs.linkage_pairs_dir = pairs_dir(publication);
  inputs.scratch_dir = publication.dir() / "scratch";
}

Status add_failures(const std::vector<match::PlanFailure>& failures,
                    storage::Publication& publication) {
  if (failures.empty()) return {};
  const fs::path file = publication.dir() / kFailuresName;
  DMP_TRY(storage::write_file_atomically(file, failure_lines(failures)));
  return publication.add(file, static_cast<std::int64_t>(failures.size()));
}

}  // namespace

Status search_shard_into(match::SearchInputs inputs,
                         const match::SearchOptions& options,
                         const match::Shard& shard,
                         storage::Publication& publication,
                         storage::Manifest& manifest) {
  settle(inputs, options, publication, manifest);
  match::SearchCounts counts;
  DMP_TRY(
      match::search_shard(inputs, options, shard, publication.dir(), &counts));
  DMP_ASSIGN(const auto files, match::kept_files(publication.dir()));
  for (const auto& file : files) DMP_TRY(publication.add(file));
  count_search(counts, manifest);
  return {};
}

Status search_into(match::SearchInputs inputs,
                   const match::SearchOptions& options, MatchesPlace place,
                   storage::Publication& publication,
                   storage::Manifest& manifest) {
  settle(inputs, options, publication, manifest);
  const fs::path dir = place == MatchesPlace::below
                           ? publication.dir() / "matches"
                           : publication.dir();
  const auto most = static_cast<std::size_t>(options.plans_per_file);
  DMP_ASSIGN(auto writer,
             results::MatchFileWriter::begin(dir, {most, explain_of(options)}));
  match::SearchCounts counts;
  DMP_TRY(match::search(
      inputs, options,
      [&](model::PlanMatches&& plan) { return writer.put(plan); }, &counts));
  DMP_ASSIGN(const auto files, writer.finish());
  for (const auto& file : files)
    DMP_TRY(publication.add(file.path, file.records));
  DMP_TRY(add_failures(counts.failures, publication));
  if (inputs.linkage_pairs_dir) {
    DMP_ASSIGN(const auto written,
               match::linkage::pair_files(pairs_dir(publication)));
    for (const auto& file : written) DMP_TRY(publication.add(file));
  }
  count_search(counts, manifest);
  return {};
}

}  // namespace dmp::jobs
