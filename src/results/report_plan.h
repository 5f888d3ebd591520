#pragma once

#include "model/match.h"
#include "model/plan.h"
#include "results/ground_truth.h"

#include <cstddef>
#include <string>

namespace dmp::results {

struct PlanPage {
  std::size_t number = 0;             // 1-based; its anchor is p<number>
  const model::Plan* plan = nullptr;  // null: only the DOI is known
  const GroundTruth* truth = nullptr;
  std::size_t max_works = 20;
  double min_score = 0;
};

// The <section> of one plan: who and what, then its works with reasons.
std::string plan_html(const model::PlanMatches& matches, const PlanPage& page);

// "it names award 2345678 (NSF); it is by Ana Silva (same ORCID iD)", as HTML.
// Empty when the match has no evidence.
std::string reasons_html(const model::Match& match, const model::Plan* plan);

}  // namespace dmp::results
