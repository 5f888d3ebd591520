#pragma once

#include "base/result.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dmp::sql {

// The finished stage of a works index, its works among the files.
struct IndexStage {
  std::filesystem::path dir;
  storage::Manifest manifest;
};

// The DOI state that a works index continues.
struct PreviousState {
  std::vector<std::filesystem::path> files;
  // Of the run that wrote it, for the guards; none where that is not known.
  std::map<std::string, std::int64_t> counters;
  storage::ManifestInput input;
  // Whose state that is; nullopt: it lies alone, without its works.
  std::optional<IndexStage> index;
};

// `place`: a finished works-index stage, the doi_state_export/ of one or of
// `sqlmesh plan`, or Parquet without a manifest (of init-doi-state or of the
// reference system): a file, or a folder of such files.
// Errors: not_found (there is no state), corrupt_input, io.
Result<PreviousState> read_previous_state(const std::filesystem::path& place);

}  // namespace dmp::sql
