#pragma once

#include "match/plan_query.h"
#include "match/work_view.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace dmp::match {

// From a key of a work to the plans that ask for it. A work whose keys hit no
// plan needs no closer look: only gate clauses have keys. Built once, then
// read by all threads.
class PlanIndex {
 public:
  // `all`: every plan is a candidate for every work (the builder without gate).
  PlanIndex(const std::vector<PlanQuery>& queries, bool all);

  // Plans (positions in `queries`, ascending, once each) whose gates the work
  // may open. `out` is cleared first.
  void candidates(WorkView& view, std::vector<std::uint32_t>& out) const;

 private:
  using Map = std::unordered_map<std::string, std::vector<std::uint32_t>>;
  static void add(const Map& map, const std::string& key,
                  std::vector<std::uint32_t>& out);

  std::vector<std::uint32_t> all_;
  Map funded_, orcid_, surname_, award_, output_;
};

}  // namespace dmp::match
