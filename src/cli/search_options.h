#pragma once

#include "cli/arguments.h"
#include "match/engine.h"

#include <string>
#include <vector>

namespace dmp::cli {

// The options of the search (spec cli.md G9), each name behind `prefix`, and
// what their values say.
std::vector<Option> search_options(const std::string& prefix);
match::SearchOptions search_of(const Values& values, const std::string& prefix);
// Says which of the values do not go together.
void check_search(const Values& values, const std::string& prefix,
                  Problems& problems);

}  // namespace dmp::cli
