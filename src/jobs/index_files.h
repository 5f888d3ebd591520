#pragma once

#include "base/result.h"
#include "storage/manifest.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dmp::jobs {

// What the search reads of a works index.
struct IndexFiles {
  std::vector<std::filesystem::path> works;
  std::filesystem::path collection_stats;      // folder
  std::filesystem::path linkage_stats;         // folder; empty: none
  std::vector<storage::ManifestInput> inputs;  // a stage each
  std::string name;                            // of the folder it lies in
  std::string stats_sha256;  // of the sums of what collection_stats/ holds
};

// The ROR stage that the index at `place` (as index_files) was made from: the
// ror/<run>/transform in the folder that holds sqlmesh/ whose digest the
// index's manifest names. nullopt: there is none.
std::optional<std::filesystem::path> ror_beside(
    const std::filesystem::path& place);

// `place`: a works-index stage, its works_index/, or the works of `sqlmesh
// plan` with collection_stats/ and linkage_stats/ beside them.
// Errors: not_found (an unfinished stage, no works, no statistics),
// corrupt_input.
Result<IndexFiles> index_files(const std::filesystem::path& place);

}  // namespace dmp::jobs
