#pragma once

#include "match/highlight.h"
#include "match/options.h"
#include "match/plan_query.h"
#include "match/work_view.h"
#include "model/match.h"

#include <optional>
#include <string>
#include <vector>

namespace dmp::match {

// A hit: its score and all that the score is made of.
struct Evaluation {
  float score = 0;
  float content = 0;
  bool funded_doi = false;
  bool funder_mismatch = false;
  std::string date_status;  // inside | outside | unknown
  // All matching items, in the order of the work's lists (not cut, not sorted).
  std::vector<model::ItemMatch> authors, institutions, funders, awards;
  std::vector<model::ItemMatch> intra, shared, citations;
  // Words of the plan in title and abstract, where content has a score.
  std::vector<Mark> title_marks, abstract_marks;
  std::vector<model::ExplainClause> explain;
};

// every_clause: evidence without gates and date filter; always an answer.
enum class Detail : std::uint8_t { evidence, every_clause };

// One plan against one work, by the rules of search.md 2-6. nullopt: no hit.
// Where only the score is wanted, of many plans, WorkScorer is quicker.
std::optional<Evaluation> evaluate(const PlanQuery& query, WorkView& work,
                                   const CollectionCounts& counts,
                                   const SearchOptions& options, Detail detail);

}  // namespace dmp::match
