#pragma once

#include "base/counters.h"
#include "database/related_works.h"
#include "model/match.h"

#include <cstdint>
#include <optional>

namespace dmp::database {

// What is staged for the matches of one plan: SYSTEM_MATCHED, PENDING. JSON is
// compact with sorted keys. What the tables could not hold is left out or made
// to fit, and counted by a name in docs/operations.md:
//   left out  bad-doi (none, or over 255 code points), bad-hash, bad-score,
//             name-too-long (type or source over 255), same-work (another work
//             of the plan has the DOI under the collation and a higher score)
//   made fit  title-cut, abstract-cut, venue-cut (whole code points),
//             url-dropped (over 255), type-other (no type of the application)
// Source: spec database.md 1, 3.
Batch batch_of(std::int64_t plan_id, const model::PlanMatches& matches,
               Counters& counts);

// The same of one work; nullopt: left out.
std::optional<WorkVersion> staged_work(const model::Work& work,
                                       Counters& counts);
// A link as a person made it: USER_ADDED, ACCEPTED, score 1 of 1, without
// evidence. Source: spec database.md 6.
StagedLink accepted_link(std::int64_t plan_id, const WorkVersion& work);

}  // namespace dmp::database
