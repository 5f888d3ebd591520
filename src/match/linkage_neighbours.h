#pragma once

#include "match/linkage_second_pass.h"

#include <cstddef>
#include <string>
#include <vector>

namespace dmp::match::linkage {

// A work that is no candidate itself but next to one that is surely by the
// plan's people: read and compared after the pass. Source: linkage.md 3.
struct Neighbour {
  std::string doi;
  std::size_t pair = 0;  // position of the candidate that leads to it
  bool version = false;
};

// DOIs in the relation lists of the pairs that are surely of the team and take
// part in the second pass, but for those of pairs that take part already: the
// 50 first DOIs of a candidate, and of those the 1,000 first of the plan. By
// DOI; one that several candidates lead to is there once for each, versions
// first.
std::vector<Neighbour> neighbours_of(const std::vector<Pair>& pairs);

}  // namespace dmp::match::linkage
