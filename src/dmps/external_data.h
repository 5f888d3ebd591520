#pragma once

#include "base/counters.h"
#include "base/result.h"
#include "model/external_data.h"

#include <filesystem>
#include <vector>

// What enrichment knows of the plans, as a stage of Parquet tables: a file
// external_data_N.parquet has a row a plan, in the order given, with the
// columns
//   doi          text, never null: of the plan, normalised, unique in the stage
//   updated      timestamp: enrichment last finished
//   changed      timestamp: the set of funded DOIs was last another one
//   fingerprint  text: of the funding entries that were parsed, for the next
//                enrichment; null where none was made
//   awards       list: in the order of the funding; null is none
//     funder        {name, ror}, texts
//     award_id      {class, parts [{value, type}], related_awards
//                   [{class, parts}]}, texts
//     funded_dois   list of text: normalised, sorted, unique
//     award_url     text
//     error         {stage, status, message, at, attempts} of the last call
//     fetched_at    timestamp
// Timestamps are UTC. Whatever else is called null may be so.
// Source: spec dmps.md 6, jobs.md 4.1; classes and parts: enrichment.md 3.
namespace dmp::dmps {

inline constexpr const char* kEnrichmentStage = "enrich-dmps";

// Writes one table. Errors: io.
Status write_external_data(const std::vector<model::ExternalData>& rows,
                           const std::filesystem::path& path);

// Rows by DOI, ascending, and what was counted: `rows` read, of these without
// a DOI (`no_doi`: rejected, the first is named in a warning) or older than
// another of the same plan (`duplicate`); and funded DOIs that are none
// (`bad_funded_doi`), which cost only themselves.
struct ExternalTable {
  std::vector<model::ExternalData> rows;
  Counters counters;
};

// Reads a finished stage, by whoever it was made: further columns and fields
// are ignored, numbers stand for texts, and a field that is absent is null.
// Errors: not_found (unfinished), corrupt_input (a column that is absent or of
// a type that cannot be read, more than 10 and more than 0.1 % rejects), io.
Result<ExternalTable> read_external_data(
    const std::filesystem::path& stage_dir);

}  // namespace dmp::dmps
