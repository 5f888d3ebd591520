#pragma once

#include "base/result.h"
#include "match/engine.h"
#include "results/match_json.h"
#include "storage/manifest.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dmp::jobs {

// Searches, and lists in `publication` what a search stage holds: matches/, and
// linkage_pairs/ where the options ask for it. `manifest` gets the counts, and
// under dropped.out_of_dates and dropped.unchanged the plans that the options
// do not want. Errors: those of match::search, io.
Status search_into(match::SearchInputs inputs,
                   const match::SearchOptions& options,
                   std::size_t plans_per_file,
                   storage::Publication& publication,
                   storage::Manifest& manifest);

// Searches a share of the works, and lists in `publication` what it keeps of
// them. Errors: those of match::search_shard, io.
Status search_shard_into(match::SearchInputs inputs,
                         const match::SearchOptions& options,
                         const match::Shard& shard,
                         storage::Publication& publication,
                         storage::Manifest& manifest);

// Whether match records have the member `explain`.
results::Explain explain_of(const match::SearchOptions& options);

// Removes the plans that the options do not want, and says how many in a line
// each: those of other dates, and of the others those outside the modification
// window.
struct LeftOut {
  std::int64_t out_of_dates = 0, unchanged = 0;
};
LeftOut leave_out_undesired(std::vector<model::Plan>& plans,
                            const match::SearchOptions& options);

// rows_out (plans) and the counters of a search.
void count_search(const match::SearchCounts& counts,
                  storage::Manifest& manifest);
// These counters again.
match::SearchCounts counts_of_search(
    const std::map<std::string, std::int64_t>& counters);

}  // namespace dmp::jobs
