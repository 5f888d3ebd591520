#pragma once

#include "cli/arguments.h"
#include "ingest/subset_lists.h"

#include <optional>

namespace dmp::cli {

// The list whose path an option holds; nullopt: the option is not set.
// Errors: not_found, io.
Result<std::optional<ingest::SubsetList>> list_at(const Values& values,
                                                  const char* option);

}  // namespace dmp::cli
