#include "match/plan_table.h"

#include <algorithm>

namespace dmp::match {

namespace {

constexpr float kId = 2, kName = 1;

float most_of(const std::vector<OrganisationClause>& clauses) {
  float sum = 0;
  for (const auto& clause : clauses) sum += clause.ror ? kId : kName;
  return sum;
}

}  // namespace

MostPoints most_points(const PlanQuery& query) {
  MostPoints most;
  most.institutions = most_of(query.institutions);
  most.funders = most_of(query.funders);
  // In the order in which the terms that match are summed.
  double title = 0;
  double abstract_text = 0;
  double both = 0;
  for (const auto& term : query.terms.terms) {
    const auto weight = std::max(0.0, static_cast<double>(term.weight));
    (term.field == TextField::title ? title : abstract_text) += weight;
    both += weight;
  }
  most.title = static_cast<float>(title);
  most.abstract_text = static_cast<float>(abstract_text);
  most.content = static_cast<float>(both);
  return most;
}

PlanTable::PlanTable(const std::vector<PlanQuery>& queries, Vocabulary& words) {
  const auto here = [](const auto& items) {
    return static_cast<std::uint32_t>(items.size());
  };
  rows_.reserve(queries.size());
  for (const auto& query : queries) {
    Row row;
    row.window = query.window;
    row.most = most_points(query);
    row.institutions = here(organisations_);
    add(query.institutions, words);
    row.funders = here(organisations_);
    add(query.funders, words);
    row.organisations_end = here(organisations_);
    row.terms = here(terms_);
    for (const auto& term : query.terms.terms)
      terms_.push_back({words.add(term.term), term.field, term.weight});
    row.terms_end = here(terms_);
    row.least_terms = query.terms.minimum;
    row.dated = query.dated;
    rows_.push_back(row);
  }
}

void PlanTable::add(const std::vector<OrganisationClause>& clauses,
                    Vocabulary& words) {
  for (const auto& clause : clauses) {
    Organisation organisation;
    if (clause.ror) organisation.ror = rors_.add(*clause.ror);
    organisation.name_begin = static_cast<std::uint32_t>(names_.size());
    for (const auto& token : clause.name_tokens)
      names_.push_back(words.add(token));
    organisation.name_end = static_cast<std::uint32_t>(names_.size());
    organisations_.push_back(organisation);
  }
}

}  // namespace dmp::match
