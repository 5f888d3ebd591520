#pragma once

#include "model/match.h"

#include <string>

namespace dmp::results {

// The points of each clause as one stacked bar and in words below it, in the
// order of `explain`; empty when the match has no explanation.
std::string parts_html(const model::Match& match);

// The <details> that show how a score adds up, clause by clause, with a
// waterfall; empty when the match has no explanation. Source of the clauses:
// search.md 8.3.
std::string clauses_html(const model::Match& match);

}  // namespace dmp::results
