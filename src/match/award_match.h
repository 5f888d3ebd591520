#pragma once

#include "match/options.h"
#include "match/plan_query.h"
#include "match/work_view.h"

#include <cstddef>
#include <string>
#include <vector>

namespace dmp::match {

// One award of a plan found among the awards of a work.
struct AwardHit {
  std::size_t clause = 0;  // position in PlanQuery::awards
  std::size_t child = 0;   // position in Work::awards
  double points = 0;
  bool full = false;      // counts for the gate
  const char* how = "";   // as in the explanation
  bool mismatch = false;  // a strong number of another funder
};

// All hits that count, by child, then clause; at most one for both. An award
// without any point is no hit, nor is a weak hit of an award that hits in full
// anywhere in the work. Source: search.md 3.1.
std::vector<AwardHit> award_hits(const PlanQuery& query, WorkView& work,
                                 const SearchOptions& options);

// The best of the weak hits of each award, by clause. `hits` as award_hits()
// gives them.
std::vector<AwardHit> weak_awards(const PlanQuery& query,
                                  const std::vector<AwardHit>& hits);

}  // namespace dmp::match
