#pragma once

#include "match/linkage_compare.h"
#include "match/linkage_plan.h"
#include "match/linkage_second_pass.h"
#include "match/options.h"
#include "model/match.h"

#include <string>
#include <vector>

namespace dmp::match::linkage {

// A work on the list of a plan.
struct Listed {
  std::size_t pair = 0;  // position among the plan's pairs
  double probability = 0;
};

// The works to list, best first: p of at least min_probability, at most
// max_results; with explore_ratio the last places go to works drawn by the
// plan's and the work's DOI from p 0.01 to 0.5.
std::vector<Listed> list_of(const std::string& plan_doi,
                            const std::vector<Pair>& pairs,
                            const std::vector<Final>& finals,
                            const Model& model, const SearchOptions& options);

// What the log-odds are made of, in the order of the comparisons. `places`: of
// the work itself; what was taken from another version has a note instead.
// Source: linkage.md 11.
std::vector<model::WeightEntry> weight_entries(
    const LinkagePlan& plan, const std::vector<Pair>& pairs, const Final& final,
    std::size_t own, const Places& places, const Model& model);

}  // namespace dmp::match::linkage
