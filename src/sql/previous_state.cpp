#include "sql/previous_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

constexpr const char* kInput = "previous";

Result<PreviousState> of_stage(const fs::path& stage,
                               const storage::Manifest& manifest) {
  PreviousState state;
  state.files = manifest.paths(stage, "doi_state_export/");
  if (state.files.empty()) state.files = manifest.paths(stage, "doi_state_");
  if (state.files.empty()) {
    return Error{ErrorCode::not_found,
                 stage.string() + ": a finished stage without a DOI state"};
  }
  state.counters = manifest.counters;
  DMP_ASSIGN(state.input, storage::stage_input(kInput, stage));
  if (!manifest.files_named("works_index/").empty())
    state.index = IndexStage{stage, manifest};
  return state;
}

Result<PreviousState> of_files(const fs::path& place) {
  PreviousState state;
  std::error_code error;
  if (fs::is_regular_file(place, error)) {
    state.files.push_back(place);
  } else {
    for (fs::directory_iterator it(place, error), end; !error && it != end;
         it.increment(error)) {
      if (it->path().extension() == ".parquet")
        state.files.push_back(it->path());
    }
  }
  if (state.files.empty()) {
    return Error{ErrorCode::not_found,
                 place.string() + " holds no DOI state: no *.parquet"};
  }
  std::sort(state.files.begin(), state.files.end());
  std::string content;
  for (const auto& file : state.files) {
    DMP_ASSIGN(const auto sum, storage::sha256_file(file));
    content += sum + "\n";
  }
  state.input = {kInput, storage::sha256_text(content), 0};
  return state;
}

}  // namespace

Result<PreviousState> read_previous_state(const fs::path& place) {
  auto own = storage::read_manifest(place);
  if (own) return of_stage(place, *own);
  if (own.error().code != ErrorCode::not_found) return std::move(own).error();
  const fs::path folder = place.has_filename() ? place : place.parent_path();
  if (folder.filename() == "doi_state_export") {
    const fs::path stage = (folder / "..").lexically_normal();
    if (auto whole = storage::read_manifest(stage))
      return of_stage(stage, *whole);
  }
  return of_files(place);
}

}  // namespace dmp::sql
