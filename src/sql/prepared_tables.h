#pragma once

#include "base/result.h"
#include "sql/model_runner.h"
#include "sql/session.h"
#include "sql/works_index_counts.h"
#include "storage/manifest.h"

#include <filesystem>

namespace dmp::sql {

// What is made once a run, before the ranges, and needed after it: tables, and
// what was counted of those that are not.
struct PreparedCounts {
  Counts counts;        // by name, as in report.json
  Counts unclassified;  // "source type" -> relations of a type without class
};

// Hands the tables of scope prepare from the job that makes them to those that
// make ranges and the last one, as a small finished stage of its own: a Parquet
// file a table, and the counts. Source: spec jobs.md 3.2, phase prepare.
inline constexpr const char* kPreparedPart = "prepare";

// The manifest of that part, for the one the whole stage will have.
storage::Manifest planned_prepared(const storage::Manifest& stage);

// Writes the tables of scope prepare that ranges or the last job read, and
// publishes `part`. Errors: io, internal.
Result<storage::Manifest> write_prepared(Session& session,
                                         const ModelRunner& runner,
                                         const PreparedCounts& counts,
                                         storage::Publication publication,
                                         storage::Manifest part);

// Makes these tables in another session, whose schemas and raw views are there.
// What lies by DOI bucket is read from its file, a range of it at a time; `dir`
// must stay. Errors: not_found (no part, or of another `stage`), io, internal.
Result<PreparedCounts> read_prepared(Session& session, ModelRunner& runner,
                                     const std::filesystem::path& dir,
                                     const storage::Manifest& stage);

}  // namespace dmp::sql
