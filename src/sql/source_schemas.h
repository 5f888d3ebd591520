#pragma once

#include <string>

namespace dmp::sql {

// A SELECT with the columns of a source table (records.md 2.3, 3.3, 4.3, 5, 6),
// named by the project's variable for its files; for sources that were left
// out.
std::string empty_source(const std::string& variable);

}  // namespace dmp::sql
