#pragma once

#include "match/evaluate.h"
#include "match/options.h"
#include "model/match.h"
#include "model/work.h"

namespace dmp::match {

// The record of a hit: the work with its evidence, at most inner_hits items a
// list, and with highlights. `score` is the query's.
model::Match match_of(model::Work work, Evaluation evidence,
                      const SearchOptions& options);

}  // namespace dmp::match
