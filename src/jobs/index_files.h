#pragma once

#include "base/result.h"
#include "storage/manifest.h"

#include <filesystem>
#include <vector>

namespace dmp::jobs {

// What the search reads of a works index.
struct IndexFiles {
  std::vector<std::filesystem::path> works;
  std::filesystem::path collection_stats;      // folder
  std::filesystem::path linkage_stats;         // folder; empty: none
  std::vector<storage::ManifestInput> inputs;  // a stage each
};

// `place`: a works-index stage, its works_index/, or the works of `sqlmesh
// plan` with collection_stats/ and linkage_stats/ beside them.
// Errors: not_found (an unfinished stage, no works, no statistics),
// corrupt_input.
Result<IndexFiles> index_files(const std::filesystem::path& place);

}  // namespace dmp::jobs
