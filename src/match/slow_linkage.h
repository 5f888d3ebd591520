#pragma once

#include "match/linkage_model.h"
#include "match/plan_query.h"
#include "match/ror_rows.h"
#include "match/text_score.h"
#include "model/plan.h"
#include "model/work.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

// The linkage model once more, straight from the formulas of linkage.md 4 and
// 5: from records to log-odds, with its own reading of names, dates, topics,
// organisations and award numbers, its own statistics, and probabilities in
// place of weights. Of the first one it uses tables, the clauses of a query and
// the normal form of an award number. For tests only, of what World makes.
namespace dmp::match::linkage {

// All that the model takes from a collection of at most 300 works.
struct SlowCollection {
  std::vector<model::Work> works;
  std::vector<RorRow> organisations;
  TermTable terms;
  CollectionCounts counts;
  mutable std::map<std::string, long double> counted;  // by question
};

// A plan with what was asked of it.
struct SlowPlan {
  const model::Plan* plan = nullptr;
  const PlanQuery* query = nullptr;
};

// Where the topics of random works lie, for each plan, and how often a bin
// comes by chance over all of them, by condition.
struct SlowTopics {
  // By plan, and of works without and with abstract.
  std::vector<std::array<long double, 2>> mean, deviation;
  std::array<std::array<long double, kTextBins>, kConditions> chance{};
};
SlowTopics slow_topics(const std::vector<SlowPlan>& plans,
                       const SlowCollection& all);

// One comparison: P(level | class) / P(level | chance).
struct Ratio {
  long double s = 1, o = 1;
  void times(const Ratio& other) {
    s *= other.s;
    o *= other.o;
  }
};

// All that a pair says, and what the second pass asks of it.
struct SlowFound {
  std::vector<Ratio> authors;  // of the plan
  Ratio text, date, award, funder, institution, funded, relation;
  Agreement funder_level = Agreement::missing,
            institution_level = Agreement::missing;
  bool opens = false, dated = false;
  int text_rank = 0;  // 2 with abstract, 1 without, 0 without text
  long double z = 0;
};
// Everything but the topic.
SlowFound slow_compare(const SlowPlan& plan, const model::Work& work,
                       const SlowCollection& all, const Model& model);

// Of the time; nullopt: one of them has no date.
std::optional<Ratio> slow_date(const model::Plan& plan, const model::Work& work,
                               const SlowCollection& all, const Model& model);

// What is found of one pair in the end.
struct SlowPair {
  bool opens = false;
  double own_log_odds = 0;  // of pass one
  double log_odds = 0;      // after the second pass
};
// Of one plan (`at`: its position in `topics`) with these works, no DOI twice.
std::vector<SlowPair> slow_linkage(const SlowPlan& plan, std::size_t at,
                                   const std::vector<model::Work>& works,
                                   const SlowTopics& topics,
                                   const SlowCollection& all,
                                   const Model& model);

// Letters of World's texts without case and diacritics; digits too.
std::string slow_folded(const std::optional<std::string>& text);
std::size_t slow_characters(const std::optional<std::string>& text);

}  // namespace dmp::match::linkage
