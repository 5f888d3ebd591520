#pragma once

#include "base/result.h"
#include "storage/manifest.h"
#include "text/dates.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

// The works-index stage. Source: spec works-index.md.
struct WorksIndexOptions {
  // Finished stage folders; absent ones are empty tables.
  std::optional<std::filesystem::path> openalex_works, crossref_metadata,
      datacite, ror, corpus;
  // Whose DOI state continues: what previous_state.h reads.
  std::optional<std::filesystem::path> previous;
  std::filesystem::path stage_dir;
  std::string run_id;
  text::Day release_date = 0;
  int threads = 1;
  std::uint64_t memory_limit_bytes = 0;
  int ranges = 0;                     // 1-256; 0: from memory
  std::filesystem::path scratch_dir;  // empty: below the stage
  std::filesystem::path database;     // empty: in memory, spilling to scratch
  bool keep_database = false;     // as duckdb/db.db of the stage, for people
  std::filesystem::path project;  // empty: the one built in
  std::int64_t openalex_threshold = 1, datacite_threshold = 1,
               crossref_threshold = 1, ror_threshold = 1,
               corpus_threshold = 0;  // least rows of a source that is given
  double max_change_ratio = 0.10;
  bool accept_change = false;
  int max_doi_states = 3;
  int max_relation_degrees = 100;
  int nested_object_limit = 20'000;
  bool xpac_enrich = false;            // xpac rows only complete DataCite works
  bool include_crossref_only = false;  // Crossref DOIs that no other source has
  // DOIs whose last operation the search server did not take: sent again.
  std::vector<std::string> unsynced;
  bool force = false;
  std::function<void(std::string_view)> progress;
};

// Publishes works_index/, works_index_export/, doi_state_export/,
// collection_stats/, linkage_stats/, linkage_state/, relation_index/,
// ror_index/, report.json and, if asked for, duckdb/db.db with the tables that
// DuckDB held at the end; rows of the first two by (doi_bucket, doi); what is a
// table by DOI lies in the order of (doi_bucket, doi) too. The same for any
// threads and ranges. Errors: not_found, corrupt_input (inputs),
// invalid_argument (an audit or a guard failed: which, by how much, how to
// override), io, internal (a count check failed). Nothing is published then.
Result<storage::StageResult> build_works_index(
    const WorksIndexOptions& options);

// The same in three phases, for jobs that share no disk: the parts are small
// finished stages below `stage_dir`/_parts/, and what finish publishes has the
// key, the rows and their order of build_works_index. A part that is there is
// not made again, nor is any when the stage itself is finished.
// `options.ranges` is 1-256 in all. Source: spec jobs.md 3.2.

// Names of the parts of ranges, by index; the prepared one is not among them.
std::vector<std::string> index_parts(int ranges);
// The part "prepare": the tables that every range reads.
Result<storage::StageResult> prepare_works_index(
    const WorksIndexOptions& options);
// The part of range `index`, 0 … ranges - 1. `prepared`: folder of that part.
// Others may make theirs at the same time. Errors: also not_found (no prepared
// part of these inputs).
Result<storage::StageResult> make_index_range(
    const WorksIndexOptions& options, int index,
    const std::filesystem::path& prepared);
// The stage, from all parts in the folder `parts`. Errors: also not_found (of
// parts that are not there: all are named).
Result<storage::StageResult> finish_works_index(
    const WorksIndexOptions& options, const std::filesystem::path& parts);

// The manifest such a stage will have, before any work: with stage_key() it
// tells whether the work is done. Errors: as below, of inputs and project.
Result<storage::Manifest> planned_works_index(const WorksIndexOptions& options);

struct ModelRows {
  std::string name;
  std::int64_t rows = 0;
};
// Makes only the models named and all they need, in options.database, over all
// buckets at once; publishes nothing. In the order they were made.
// Errors: as build_works_index; invalid_argument (no such model).
Result<std::vector<ModelRows>> build_models(
    const WorksIndexOptions& options, const std::vector<std::string>& names);

}  // namespace dmp::sql
