#pragma once

#include "base/result.h"
#include "storage/manifest.h"

#include <cstdint>

namespace dmp::jobs {

// Least rows of the inputs of the works index; -1 where none is given.
struct IndexThresholds {
  std::int64_t openalex_works = -1, crossref_metadata = -1, datacite = -1;
  std::int64_t ror = -1, corpus = -1;
};

// Fills what is not given: the rows of the specification, or 1 where that input
// is a subset or synthetic, 0 where it is an empty subset (logged). Of ROR
// 100,000 and of the corpus 1, but 1 and 0 unless all three others are asked
// for as many rows as the specification says. Source: spec works-index.md 2, 7;
// cli.md G10.
IndexThresholds index_thresholds(IndexThresholds given,
                                 const storage::Manifest& openalex_works,
                                 const storage::Manifest& crossref_metadata,
                                 const storage::Manifest& datacite);

}  // namespace dmp::jobs
