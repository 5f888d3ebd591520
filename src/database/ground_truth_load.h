#pragma once

#include "base/counters.h"
#include "base/result.h"
#include "database/merge.h"
#include "database/related_works.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dmp::database {

struct LoadOptions {
  // CSV with the column work_doi, and plan_id or dmp_doi (older: dmp_id) or
  // both, in any order.
  std::filesystem::path csv;
  std::vector<std::filesystem::path> works_files;  // of the works index
  bool override_rejected = false;  // links that are REJECTED too
  int threads = 1;
};

struct LoadSummary {
  std::int64_t rows = 0, loaded = 0, duplicates = 0;
  LinkCounts links;
  Counters staging;                   // see batch.h
  std::vector<std::string> warnings;  // rows that were passed by, with line
};

// Brings a person's list of pairs in as ACCEPTED links: rows = loaded +
// duplicates + those warned of. A row without a DOI, of an unknown plan, of a
// work that the index does not have, or of a link that is REJECTED is passed
// by. One batch: whole or not at all. Source: spec database.md 6.
// Errors: not_found, io, corrupt_input (a missing column, named), those of
// match::ListedWorks and of the store.
Result<LoadSummary> load_ground_truth(RelatedWorksStore& store,
                                      const LoadOptions& options);

}  // namespace dmp::database
