#include "database/plan_map.h"

#include "text/doi.h"

#include <utility>

namespace dmp::database {

std::string normal_doi(std::string_view text) {
  return text::doi_text(text, text::DoiField::typed).doi;
}

PlanMap::PlanMap(std::span<const PlanRow> plans) {
  for (const PlanRow& plan : plans) {
    rows_.emplace(plan.id, plan);
    std::string doi = normal_doi(plan.dmp_id);
    if (doi.empty()) continue;
    dois_.emplace(plan.id, doi);
    const auto [place, is_new] = ids_.try_emplace(std::move(doi), plan.id);
    if (is_new) continue;
    const PlanRow& other = rows_.at(place->second);
    if (std::pair(other.created, other.id) < std::pair(plan.created, plan.id))
      place->second = plan.id;
  }
}

std::optional<std::int64_t> PlanMap::find(
    std::string_view doi, std::optional<std::int64_t> stated) const {
  const std::string wanted = normal_doi(doi);
  if (wanted.empty()) return std::nullopt;
  if (stated) {
    const auto named = dois_.find(*stated);
    if (named != dois_.end() && named->second == wanted) return stated;
  }
  const auto found = ids_.find(wanted);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

}  // namespace dmp::database
