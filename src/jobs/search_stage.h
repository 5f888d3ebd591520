#pragma once

#include "base/result.h"
#include "match/engine.h"
#include "storage/manifest.h"

#include <cstddef>

namespace dmp::jobs {

// Searches, and lists in `publication` what a search stage holds: matches/, and
// linkage_pairs/ where the options ask for it. `manifest` gets the counts.
// Errors: those of match::search, io.
Status search_into(match::SearchInputs inputs,
                   const match::SearchOptions& options,
                   std::size_t plans_per_file,
                   storage::Publication& publication,
                   storage::Manifest& manifest);

// rows_out (plans) and the counters of a search.
void count_search(const match::SearchCounts& counts,
                  storage::Manifest& manifest);

}  // namespace dmp::jobs
