#pragma once

#include "model/match.h"
#include "model/plan.h"

#include <string>

namespace dmp::results {

// 0.849 -> "85 %"; never "0 %" or "100 %".
std::string percent_text(double probability);

// What decided the probability, in one sentence: the smaller of the two sums,
// against chance and against other work of the same people, part by part.
// Plain text with HTML escapes; empty without linkage.
// Source: spec linkage.md 11.
std::string weights_sentence(const model::Match& match);

// The weights as a table with a waterfall of the deciding sum, in bits. Empty
// without linkage. `plan` may be null: its authors then have no name.
std::string weights_html(const model::Match& match, const model::Plan* plan);

}  // namespace dmp::results
