#include "jobs/search_stage.h"

#include "base/log.h"
#include "match/linkage_pairs.h"
#include "results/match_files.h"

#include <filesystem>

namespace dmp::jobs {

results::Explain explain_of(const match::SearchOptions& options) {
  return options.explain ? results::Explain::write : results::Explain::omit;
}

std::int64_t leave_out_undesired(std::vector<model::Plan>& plans,
                                 const match::SearchOptions& options) {
  const auto left_out = std::erase_if(
      plans, [&](const model::Plan& plan) { return !options.wants(plan); });
  if (left_out > 0) {
    log::info("{} DMPs are not of the dates asked for, {} are", left_out,
              plans.size());
  }
  return static_cast<std::int64_t>(left_out);
}

void count_search(const match::SearchCounts& counts,
                  storage::Manifest& manifest) {
  manifest.rows_out = counts.plans;
  manifest.counters = {
      {"plans", counts.plans}, {"plans_with_works", counts.plans_with_hits},
      {"works", counts.works}, {"candidates", counts.candidates},
      {"hits", counts.hits},   {"matches", counts.matches}};
}

Status search_into(match::SearchInputs inputs,
                   const match::SearchOptions& options,
                   std::size_t plans_per_file,
                   storage::Publication& publication,
                   storage::Manifest& manifest) {
  const auto others = leave_out_undesired(inputs.plans, options);
  if (others > 0) manifest.dropped["out_of_dates"] = others;
  const std::filesystem::path pairs = publication.dir() / "linkage_pairs";
  if (options.linkage_pairs && options.ranker == match::Ranker::linkage)
    inputs.linkage_pairs_dir = pairs;
  inputs.scratch_dir = publication.dir() / "scratch";
  DMP_ASSIGN(auto writer, results::MatchFileWriter::begin(
                              publication.dir() / "matches",
                              {plans_per_file, explain_of(options)}));
  match::SearchCounts counts;
  DMP_TRY(match::search(
      inputs, options,
      [&](model::PlanMatches&& plan) { return writer.put(plan); }, &counts));
  DMP_ASSIGN(const auto files, writer.finish());
  for (const auto& file : files)
    DMP_TRY(publication.add(file.path, file.records));
  if (inputs.linkage_pairs_dir) {
    DMP_ASSIGN(const auto written, match::linkage::pair_files(pairs));
    for (const auto& file : written) DMP_TRY(publication.add(file));
  }
  count_search(counts, manifest);
  return {};
}

}  // namespace dmp::jobs
