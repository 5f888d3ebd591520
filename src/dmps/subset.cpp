#include "dmps/subset.h"

#include "text/doi.h"
#include "text/phrase.h"

#include <algorithm>

namespace dmp::dmps {

namespace {

constexpr int kNameSlop = 3;

}  // namespace

Result<PlanSubset> PlanSubset::read(
    const std::optional<ingest::SubsetList>& dois,
    const std::optional<ingest::SubsetList>& institutions) {
  PlanSubset subset;
  if (dois) {
    DMP_ASSIGN(const auto listed, ingest::read_doi_list(*dois));
    for (const auto& doi : listed) {
      // As plans are read, dmps/cleaning.h.
      const auto found = text::doi_text(doi, text::DoiField::typed);
      subset.dois_.insert(found.usable() ? found.doi : doi);
    }
  }
  if (institutions) {
    DMP_ASSIGN(const auto listed, ingest::read_institution_list(*institutions));
    for (const auto& institution : listed) {
      if (institution.ror) subset.rors_.insert(*institution.ror);
      if (institution.name)
        subset.names_.push_back(subset.tokens_of(*institution.name));
    }
  }
  if (subset.dois_.empty() && subset.rors_.empty() && subset.names_.empty()) {
    return Error{ErrorCode::invalid_argument,
                 "a subset of the DMPs needs a list of DOIs or of institutions "
                 "with at least one entry"};
  }
  return subset;
}

std::vector<std::string> PlanSubset::tokens_of(std::string_view name) {
  std::vector<std::string> tokens;
  for (const auto& token : analyser_.analyse(name))
    tokens.emplace_back(token.term);
  return tokens;
}

bool PlanSubset::keeps(const model::Organisation& institution) {
  if (institution.ror && rors_.contains(*institution.ror)) return true;
  if (!institution.name || names_.empty()) return false;
  const auto own = tokens_of(*institution.name);
  const std::vector<std::string_view> document(own.begin(), own.end());
  return std::any_of(names_.begin(), names_.end(), [&](const auto& name) {
    return text::phrase_matches(name, document, kNameSlop);
  });
}

bool PlanSubset::keeps(const model::Plan& plan) {
  if (dois_.contains(plan.doi)) return true;
  return std::any_of(
      plan.institutions.begin(), plan.institutions.end(),
      [&](const auto& institution) { return keeps(institution); });
}

}  // namespace dmp::dmps
