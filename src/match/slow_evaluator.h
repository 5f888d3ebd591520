#pragma once

#include "match/options.h"
#include "match/ror_rows.h"
#include "match/text_score.h"
#include "model/external_data.h"
#include "model/plan.h"
#include "model/work.h"

#include <optional>
#include <string>
#include <vector>

namespace dmp::match {

// What evaluate() must give, written straight from the formulas: no index, no
// early exit, its own analysis, phrase search, award spellings, calendar,
// funder families and BM25. For tests only, of what World makes; what is known
// of the plan's awards is `data`, not `plan.awards`.
// Source: search.md 2 to 6.
struct SlowScore {
  double score = 0;
  double content = 0;
  // What each child has, 0 if it does not match: of all the work's children.
  std::vector<double> authors, institutions, funders, awards;
  // Words that are looked for in titles, in abstracts; none without a score.
  std::vector<std::string> title_words, abstract_words;
};
std::optional<SlowScore> slow_evaluate(const model::Plan& plan,
                                       const model::ExternalData& data,
                                       const model::Work& work,
                                       const TermTable& terms,
                                       const CollectionCounts& counts,
                                       const SearchOptions& options,
                                       const std::vector<RorRow>& ror);

}  // namespace dmp::match
