#pragma once

#include "match/options.h"
#include "match/text_score.h"
#include "model/plan.h"
#include "model/work.h"

#include <optional>

namespace dmp::match {

// What evaluate() must give, written straight from the formulas: no index, no
// cache, no early exit, its own phrase search and BM25. For tests only. Funder
// families are the ROR itself and the plan's name. Source: search.md 2 to 6.
struct SlowScore {
  double score = 0;
  double content = 0;
};
std::optional<SlowScore> slow_evaluate(const model::Plan& plan,
                                       const model::Work& work,
                                       const TermTable& terms,
                                       const CollectionCounts& counts,
                                       const SearchOptions& options);

}  // namespace dmp::match
