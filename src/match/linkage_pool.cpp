#include "match/linkage_pool.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace dmp::match::linkage {

namespace {

bool before(const PackedPair& a, const PackedPair& b) {
  return a.log_odds() != b.log_odds() ? a.log_odds() > b.log_odds()
                                      : a.doi() < b.doi();
}

// Pairs beyond those that stay, between two cuts.
std::size_t slack(std::size_t most) {
  return most / 4 + 1;
}

bool by_doi(const Pair& a, const Pair& b) {
  return a.doi < b.doi;
}

}  // namespace

void Pool::offer(const Pair& pair, std::size_t most) {
  if (pair.log_odds < (has_relation(pair.relatives) ? least_related_ : least_))
    return;
  pairs_.emplace_back(pair, common_);
  if (pairs_.size() >= std::max(trim_at_, most + slack(most))) trim(most);
}

void Pool::merge(Pool&& other, std::size_t most) {
  if (pairs_.empty()) {
    std::swap(*this, other);
    return;
  }
  for (const auto& pair : other.pairs_)
    pairs_.emplace_back(pair.unpack(other.common_), common_);
  other.pairs_ = std::vector<PackedPair>();
  if (pairs_.size() >= 2 * most) trim(most);
}

void Pool::trim(std::size_t most) {
  if (pairs_.size() <= most) return;
  std::sort(pairs_.begin(), pairs_.end(), before);
  least_ = pairs_[most - 1].log_odds();
  const std::size_t most_related = 10 * most;
  std::size_t related = 0;
  auto end = pairs_.begin() + static_cast<std::ptrdiff_t>(most);
  for (auto at = end; at != pairs_.end() && related < most_related; ++at) {
    if (!at->has_relation()) continue;
    if (++related == most_related) least_related_ = at->log_odds();
    if (end != at) *end = std::move(*at);
    ++end;
  }
  pairs_.erase(end, pairs_.end());
  trim_at_ = pairs_.size() + slack(most);
}

std::vector<Pair> Pool::unpacked() {
  std::vector<Pair> pairs;
  pairs.reserve(pairs_.size());
  for (const auto& pair : pairs_) pairs.push_back(pair.unpack(common_));
  pairs_ = std::vector<PackedPair>();
  return pairs;
}

std::vector<Pair> Pool::release(std::size_t most) {
  trim(most);
  auto pairs = unpacked();
  std::sort(pairs.begin(), pairs.end(), by_doi);
  return pairs;
}

std::vector<Pair> Pool::take(std::size_t most, double floor) {
  trim(most);  // else what is left depends on when that was done last
  std::sort(pairs_.begin(), pairs_.end(), before);
  auto pairs = unpacked();
  std::size_t kept = 0;
  while (kept < std::min(most, pairs.size()) && pairs[kept].log_odds >= floor)
    ++kept;
  std::unordered_set<std::string> dois, related;
  for (std::size_t i = 0; i < kept; ++i) {
    dois.insert(pairs[i].doi);
    const Relatives& own = pairs[i].relatives;
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
      pairs.begin() + static_cast<std::ptrdiff_t>(kept), pairs.end(),
      [&](const Pair& pair) { return !hangs_on(pair); });
  pairs.erase(end, pairs.end());
  std::sort(pairs.begin(), pairs.end(), by_doi);
  return pairs;
}

}  // namespace dmp::match::linkage
