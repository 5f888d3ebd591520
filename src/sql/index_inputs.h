#pragma once

#include "base/result.h"
#include "sql/model_project.h"
#include "sql/previous_state.h"
#include "sql/works_index.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

// What a works index is made of, said by its options.
namespace dmp::sql {

// A source. Refers to the options it came from.
struct IndexInput {
  const char* variable;  // of the SQLMesh project
  const char* prefix;    // of the files in the stage's manifest
  const std::optional<std::filesystem::path>& stage;  // nullopt: not given
  std::int64_t threshold;                             // least rows
  const char* override_with;  // the option that lowers it; "": --accept-change
};
std::vector<IndexInput> index_inputs(const WorksIndexOptions& options);

// The models of the project that the options name, else of the one built in.
// Errors: those of read_project and read_models.
Result<std::vector<Model>> index_models(const WorksIndexOptions& options);
Variables index_variables(const WorksIndexOptions& options);

// The DOI state that is continued; nullopt: none. Errors: those of
// read_previous_state.
Result<std::optional<PreviousState>> previous_state(
    const WorksIndexOptions& options);

// Stage, inputs and options; its key says whether a finished index is this one.
// Errors: those of storage::stage_input.
Result<storage::Manifest> wanted_manifest(
    const WorksIndexOptions& options, const std::optional<PreviousState>& state,
    const std::vector<Model>& models);

}  // namespace dmp::sql
