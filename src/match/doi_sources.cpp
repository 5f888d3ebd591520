#include "match/doi_sources.h"

#include "match/plan_query.h"

#include <algorithm>
#include <string>
#include <utility>

namespace dmp::match {

namespace {

bool lists(const model::PlanAward& award, std::string_view doi) {
  return std::binary_search(award.funded_dois.begin(), award.funded_dois.end(),
                            doi);
}

void add(std::vector<model::DoiSource>& sources,
         std::optional<std::string> parent, const std::string& award,
         const std::optional<std::string>& url) {
  if (!url) return;
  const bool is_known = std::any_of(
      sources.begin(), sources.end(), [&](const model::DoiSource& other) {
        return other.award_id == award && other.award_url == *url;
      });
  if (!is_known) sources.push_back({std::move(parent), award, *url});
}

}  // namespace

std::vector<model::DoiSource> doi_sources(const model::Plan& plan,
                                          std::string_view work_doi,
                                          const SearchOptions& options) {
  std::vector<model::DoiSource> sources;
  if (!options.uses(Feature::funded_dois)) return sources;
  for (const auto& award : plan.awards) {
    if (!lists(award, work_doi)) continue;
    // As in the query, which then does not ask for its DOIs.
    if (options.improves(Improvement::raw_awards) && !is_current(plan, award))
      continue;
    add(sources, {}, award.canonical_id, award.award_url);
    for (const auto& related : award.related_awards)
      add(sources, award.canonical_id, related.canonical_id, related.award_url);
  }
  return sources;
}

}  // namespace dmp::match
