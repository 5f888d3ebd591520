#pragma once

#include "base/result.h"
#include "database/related_works.h"
#include "match/linkage_learn.h"

namespace dmp::database {

// What people decided in a store, as labels for the linkage model: ACCEPTED and
// REJECTED links by the normalised DOIs of plan and work, whoever added them;
// PENDING ones are no label. Of several decisions on a pair (versions of a
// work, rows of a plan) the one changed last counts, then ACCEPTED. Rows
// without a DOI say nothing. Errors: those of the store.
Result<match::linkage::Labels> read_reviews(RelatedWorksStore& store);

}  // namespace dmp::database
