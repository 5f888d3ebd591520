#include "match/linkage_neighbours.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace dmp::match::linkage {

namespace {

bool before(const Neighbour& a, const Neighbour& b) {
  if (a.doi != b.doi) return a.doi < b.doi;
  if (a.version != b.version) return a.version;
  return a.pair < b.pair;
}

bool same_doi(const Neighbour& a, const Neighbour& b) {
  return a.doi == b.doi;
}

}  // namespace

std::vector<Neighbour> neighbours_of(const std::vector<Pair>& pairs) {
  constexpr std::size_t kMostOfPair = 50, kMostOfPlan = 1'000;
  std::set<std::string_view> known;
  for (const auto& pair : pairs) {
    if (pair.takes_part) known.insert(pair.doi);
  }
  std::vector<Neighbour> all;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs[i].surely_team || !pairs[i].takes_part) continue;
    const Relatives& own = pairs[i].relatives;
    std::vector<Neighbour> here;
    for (const auto* list : {&own.versions, &own.shared, &own.citations}) {
      for (const auto& doi : *list) {
        if (!known.contains(doi))
          here.push_back({doi, i, list == &own.versions});
      }
    }
    std::sort(here.begin(), here.end(), before);
    here.erase(std::unique(here.begin(), here.end(), same_doi), here.end());
    if (here.size() > kMostOfPair) here.resize(kMostOfPair);
    all.insert(all.end(), here.begin(), here.end());
  }
  std::sort(all.begin(), all.end(), before);
  std::size_t dois = 0, end = 0;
  while (end < all.size()) {
    if (end == 0 || !same_doi(all[end - 1], all[end])) ++dois;
    if (dois > kMostOfPlan) break;
    ++end;
  }
  all.resize(end);
  return all;
}

}  // namespace dmp::match::linkage
