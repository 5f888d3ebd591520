#pragma once

#include "base/result.h"
#include "text/dates.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dmp::sql {

class Session;

struct DoiStateOptions {
  std::vector<std::filesystem::path> index_files;     // doi, hash, …
  std::vector<std::filesystem::path> previous_files;  // empty: a first run
  text::Day release_date = 0;
  std::string run_id;
  std::vector<std::string> unsynced;  // DOIs whose last operation failed
  int max_states = 3;                 // rows kept a DOI
  std::filesystem::path state_file;   // written
  std::filesystem::path export_dir;   // works_index_N.parquet of changed works
};

struct DoiStateResult {
  std::int64_t rows = 0, upserts = 0, deletes = 0, exported = 0;
  std::int64_t live_before = 0, live_after = 0;
  // Live DOIs that came and went, and those that no row of this date is about.
  std::int64_t came = 0, went = 0, unchanged = 0;
  std::int64_t exported_deletes = 0;  // exported DOIs that are deleted
  std::vector<std::pair<std::filesystem::path, std::int64_t>> export_files;
};

// Columns doi, hash, state (UPSERT or DELETE, of this date), before (the state
// it had; DELETE where it had none) and hash_before (of the work that was in
// the index before, where it was UPSERT).
inline constexpr const char* kChangedDois = "state_new";

// What changed since the previous state: UPSERT and DELETE rows of this release
// date; a re-run of a date replaces its rows. Source: works-index.md 5.3.
// Leaves the table kChangedDois in the session: a row for each of these DOIs,
// and no other one differs between the index before and this one.
// Errors: invalid_argument (a previous row dated after the release date), io.
Result<DoiStateResult> write_doi_state(Session& session,
                                       const DoiStateOptions& options);

// An empty state file with its schema. Errors: io.
Status write_empty_doi_state(Session& session,
                             const std::filesystem::path& file);

}  // namespace dmp::sql
