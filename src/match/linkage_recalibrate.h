#pragma once

#include "match/linkage_learn.h"

#include <vector>

namespace dmp::match::linkage {

// L of every pair after the second pass, in the order of the pairs. `model`: as
// it meets the chance of the set (linkage_order.h).
std::vector<double> log_odds_of(const PlanPairs& plan, const Model& model);

// Fits p' = sigma(a L ln 2 + b), penalised towards a = 1, b = 0, on the judged
// pairs with |L| < 20 of the plans of which every work shown (p >= 0.01 in the
// search) was judged: people judge what they see, and that is mostly likely
// works. False, and nothing changes, when there is no such pair.
// Source: linkage.md 8.
bool recalibrate(const PairSet& set, const Labels& labels, Model& model);

}  // namespace dmp::match::linkage
