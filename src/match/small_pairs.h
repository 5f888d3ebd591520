#pragma once

#include "match/evaluate.h"
#include "match/families.h"
#include "match/plan_query.h"
#include "model/plan.h"
#include "model/work.h"
#include "text/analysis.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

// One plan and one work, made by hand, and what evaluate() says of them. For
// tests only.
namespace dmp::match {

inline const CollectionCounts kSmallCounts{
    5'000, {1'000, 9'000}, {800, 90'000}};
inline constexpr const char* kSeaFund = "0sea00001";

inline model::Author author(const char* surname, const char* given,
                            std::optional<std::string> orcid = std::nullopt) {
  model::Author author;
  author.orcid = std::move(orcid);
  author.name.surname = surname;
  author.name.given_name = given;
  author.name.first_initial = std::string(1, given[0]);
  author.name.full = std::string(surname) + ", " + given;
  return author;
}

// From 1 March 2024 to 28 February 2027.
inline model::Plan plan_of(std::vector<model::Author> authors) {
  model::Plan plan;
  plan.doi = "10.48321/d1qq01";
  plan.project_start = text::to_day(2024, 3, 1);
  plan.project_end = text::to_day(2027, 2, 28);
  plan.authors = std::move(authors);
  return plan;
}

// Of 1 January 2025.
inline model::Work work_of(std::vector<model::Author> authors) {
  model::Work work;
  work.doi = "10.5555/kelp.1";
  work.work_type = "ARTICLE";
  work.publication_date = text::to_day(2025, 1, 1);
  work.authors = std::move(authors);
  return work;
}

// Of the Sea Fund.
inline model::PlanAward award(std::vector<std::string> variants) {
  model::PlanAward award;
  award.canonical_id = variants.front();
  award.variants = std::move(variants);
  award.funder_name = "Sea Fund";
  award.funder_ror = kSeaFund;
  return award;
}

inline std::optional<Evaluation> judge(
    const model::Plan& plan, const model::Work& work,
    const SearchOptions& options = {}, const TermTable& terms = {},
    const FunderFamilies& families = FunderFamilies()) {
  static text::Analyser analyser;
  auto query = make_query(plan, options, families);
  query.terms = select_terms(query.content_tokens, terms, kSmallCounts);
  WorkView view(work, analyser);
  return evaluate(query, view, kSmallCounts, options, Detail::evidence);
}

// -1: no hit.
inline float score(const model::Plan& plan, const model::Work& work,
                   const SearchOptions& options = {}) {
  const auto hit = judge(plan, work, options);
  return hit ? hit->score : -1;
}

inline SearchOptions baseline() {
  SearchOptions options;
  options.builder = QueryBuilder::baseline;
  return options;
}

// Builder dmpworks without one of its improvements.
inline SearchOptions without(Improvement improvement) {
  SearchOptions options;
  options.without = {improvement};
  return options;
}

}  // namespace dmp::match
