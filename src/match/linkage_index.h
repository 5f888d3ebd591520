#pragma once

#include "match/linkage_compare.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace dmp::match::linkage {

// Blocking: from a key of a work to the plans that have it. Built once, read by
// all threads. Source: spec linkage.md 3.
class LinkageIndex {
 public:
  explicit LinkageIndex(const std::vector<LinkagePlan>& plans);

  // Plans (positions, ascending, once each) that share a key with the work:
  // every pair that opens is among them. `out` is cleared first.
  void candidates(WorkKeys& keys, std::vector<std::uint32_t>& out) const;

 private:
  using Map = std::unordered_map<std::string, std::vector<std::uint32_t>>;
  void add_plan(const LinkagePlan& plan, std::uint32_t position);
  static void add(const Map& map, const std::string& key,
                  std::vector<std::uint32_t>& out);

  Map funded_, output_, orcid_, name_, award_, core_;
};

}  // namespace dmp::match::linkage
