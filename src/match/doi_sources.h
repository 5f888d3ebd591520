#pragma once

#include "match/options.h"
#include "model/match.h"
#include "model/plan.h"

#include <string_view>
#include <vector>

namespace dmp::match {

// Where a reader sees that the funder lists the work: of each award of the plan
// that lists it, in order, the award itself and then its related awards, those
// with a URL, each once. Empty when clause funded_dois cannot match; it can
// also be empty when it does, as no award has a URL.
// Source: spec search.md 8.2.
std::vector<model::DoiSource> doi_sources(const model::Plan& plan,
                                          std::string_view work_doi,
                                          const SearchOptions& options);

}  // namespace dmp::match
