#pragma once

#include "match/engine.h"
#include "model/plan.h"

#include <vector>

namespace dmp::match {

// The plans that can be searched, by DOI; each of the others is added to
// `failures`, stage `record`, in the order given. A record that another program
// wrote cannot be searched when it has no DOI, or a day of the project outside
// the years 1 to 9999, with which no window can be computed.
std::vector<const model::Plan*> searchable(
    const std::vector<model::Plan>& plans, std::vector<PlanFailure>& failures);

}  // namespace dmp::match
