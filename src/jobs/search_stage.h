#pragma once

#include "base/result.h"
#include "ingest/subset_lists.h"
#include "match/engine.h"
#include "results/match_json.h"
#include "storage/manifest.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dmp::jobs {

// Where the match files lie: in matches/, as in a bucket, or in the folder of
// the stage, as with --out-dir. Source: spec jobs.md 4.1, search.md 8.1.
enum class MatchesPlace : std::uint8_t { below, beside };

// Searches, and lists in `publication` what a search stage holds: match files,
// failures.jsonl if a plan failed, and linkage_pairs/ where the options ask for
// it. `manifest` gets the counts, also those of its member search, and under
// dropped.out_of_dates and dropped.unchanged the plans that the options do not
// want. Errors: those of match::search, io.
Status search_into(match::SearchInputs inputs,
                   const match::SearchOptions& options, MatchesPlace place,
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

// Which lists of plans a search has, as options of its manifest; empty: none.
std::map<std::string, std::string> list_options(
    const std::optional<ingest::SubsetList>& dois,
    const std::optional<ingest::SubsetList>& institutions);

// Says in a manifest that only the plans of lists are searched, and of which;
// nothing without any list.
void note_subset(const std::optional<ingest::SubsetList>& dois,
                 const std::optional<ingest::SubsetList>& institutions,
                 storage::Manifest& manifest);
// Removes the plans that are in no list, and counts them in
// dropped.not_in_subset. Without any list all stay. Errors: those of
// dmps::PlanSubset.
Status leave_out_unlisted(const std::optional<ingest::SubsetList>& dois,
                          const std::optional<ingest::SubsetList>& institutions,
                          std::vector<model::Plan>& plans,
                          storage::Manifest& manifest);

// rows_out (plans), the counters and the member search of a search.
void count_search(const match::SearchCounts& counts,
                  storage::Manifest& manifest);
// These counters again.
match::SearchCounts counts_of_search(
    const std::map<std::string, std::int64_t>& counters);

}  // namespace dmp::jobs
