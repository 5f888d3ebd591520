#pragma once

#include "model/match.h"

#include <string>

namespace dmp::results {

// The <details> that show how a score adds up, clause by clause; empty when
// the match has no explanation. Source of the clauses: search.md 8.3.
std::string clauses_html(const model::Match& match);

}  // namespace dmp::results
