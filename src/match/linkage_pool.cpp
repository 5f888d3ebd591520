#include "match/linkage_pool.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace dmp::match::linkage {

namespace {

bool before(const Pair& a, const Pair& b) {
  return a.log_odds != b.log_odds ? a.log_odds > b.log_odds : a.doi < b.doi;
}

}  // namespace

bool has_relation(const Relatives& relatives) {
  return !relatives.versions.empty() || !relatives.shared.empty() ||
         !relatives.citations.empty();
}

void Pool::offer(Pair pair, std::size_t most) {
  if (pair.log_odds < (has_relation(pair.relatives) ? least_related_ : least_))
    return;
  pairs_.push_back(std::move(pair));
  if (pairs_.size() >= std::max(trim_at_, 2 * most)) trim(most);
}

void Pool::merge(Pool&& other, std::size_t most) {
  std::move(other.pairs_.begin(), other.pairs_.end(),
            std::back_inserter(pairs_));
  other.pairs_.clear();
  if (pairs_.size() >= 2 * most) trim(most);
}

void Pool::trim(std::size_t most) {
  if (pairs_.size() <= most) return;
  std::sort(pairs_.begin(), pairs_.end(), before);
  least_ = pairs_[most - 1].log_odds;
  const std::size_t most_related = 10 * most;
  std::size_t related = 0;
  auto end = pairs_.begin() + static_cast<std::ptrdiff_t>(most);
  for (auto at = end; at != pairs_.end() && related < most_related; ++at) {
    if (!has_relation(at->relatives)) continue;
    if (++related == most_related) least_related_ = at->log_odds;
    if (end != at) *end = std::move(*at);
    ++end;
  }
  pairs_.erase(end, pairs_.end());
  trim_at_ = pairs_.size() + most;
}

std::vector<Pair> Pool::release(std::size_t most) {
  trim(most);
  std::sort(pairs_.begin(), pairs_.end(),
            [](const Pair& a, const Pair& b) { return a.doi < b.doi; });
  return std::exchange(pairs_, {});
}

std::vector<Pair> Pool::take(std::size_t most, double floor) {
  trim(most);  // else what is left depends on when that was done last
  std::sort(pairs_.begin(), pairs_.end(), before);
  std::size_t kept = 0;
  while (kept < std::min(most, pairs_.size()) && pairs_[kept].log_odds >= floor)
    ++kept;
  std::unordered_set<std::string> dois, related;
  for (std::size_t i = 0; i < kept; ++i) {
    dois.insert(pairs_[i].doi);
    const Relatives& own = pairs_[i].relatives;
    for (const auto* list : {&own.versions, &own.shared, &own.citations})
      related.insert(list->begin(), list->end());
  }
  const auto hangs_on = [&](const Pair& pair) {
    if (related.contains(pair.doi)) return true;
    for (const auto* list : {&pair.relatives.versions, &pair.relatives.shared,
                             &pair.relatives.citations}) {
      for (const auto& doi : *list) {
        if (dois.contains(doi)) return true;
      }
    }
    return false;
  };
  const auto end = std::remove_if(
      pairs_.begin() + static_cast<std::ptrdiff_t>(kept), pairs_.end(),
      [&](const Pair& pair) { return !hangs_on(pair); });
  pairs_.erase(end, pairs_.end());
  std::sort(pairs_.begin(), pairs_.end(),
            [](const Pair& a, const Pair& b) { return a.doi < b.doi; });
  return std::move(pairs_);
}

}  // namespace dmp::match::linkage
