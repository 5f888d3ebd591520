#pragma once

#include "match/engine.h"

namespace dmp::match::linkage {

// As match::search, but the works are those of linkage.md 3, ordered by the
// model's log-odds. Works are streamed past once; neighbours of sure candidates
// and the works that are listed are read again by DOI. The same for any number
// of threads. Memory: the plans and at most 500 pairs a plan (or 5 *
// max_results) of some 240 bytes, more only for pairs with relations.
// Errors: as match::search; corrupt_input for a bad parameter file.
Status search(const SearchInputs& inputs, const SearchOptions& options,
              const std::function<Status(model::PlanMatches&&)>& sink,
              SearchCounts* counts);

// As match::search_shard. Source: linkage.md 12.
Status search_shard(const SearchInputs& inputs, const SearchOptions& options,
                    const Shard& shard, const std::filesystem::path& dir,
                    SearchCounts* counts);

}  // namespace dmp::match::linkage
