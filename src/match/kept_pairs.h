#pragma once

#include "base/result.h"
#include "match/linkage_pool.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace dmp::match::linkage {

// Ranker `linkage`: what a shard keeps for the second pass, of every plan its
// own best pairs and those with any relation, unrounded, with all that the
// second pass asks of a work. Source: spec linkage.md 12. The pools are empty
// afterwards. `plans`: DOIs by position; `most`: pairs of a plan without
// relation. Errors: io.
Status write_kept_pairs(const std::vector<std::string>& plans,
                        std::vector<Pool>& pools, std::size_t most,
                        const std::filesystem::path& dir);
// Offers all of them to the pools. Errors: those of read_kept_rows.
Status read_kept_pairs(const std::vector<std::string>& plans,
                       const std::filesystem::path& dir, std::size_t most,
                       std::vector<Pool>& pools);

}  // namespace dmp::match::linkage
