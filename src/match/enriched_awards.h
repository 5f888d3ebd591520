#pragma once

#include "base/counters.h"
#include "model/external_data.h"
#include "model/plan.h"

#include <vector>

namespace dmp::match {

// The awards of a plan as the query wants them: canonical ids, spellings (those
// of related awards too), funded DOIs, URLs (those of the NIH and the NSF made
// from the id where none is stored); in the order of `data`.
// What cannot be used is left out and counted: `unknown_award_class` (of a
// grammar that is not known here: the award and what it lists),
// `bad_award_id` (parts that make no id of the class), `bad_award_url` (not
// http or https: the award stays, without it).
// Source: spec enrichment.md 2.1, 2.2, 3; dmps.md 6.
std::vector<model::PlanAward> plan_awards(const model::ExternalData& data,
                                          Counters& counters);

}  // namespace dmp::match
