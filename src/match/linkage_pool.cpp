#include "match/linkage_pool.h"

#include <algorithm>
#include <string_view>
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

template <class Visit>
void each_relation(const Pair& pair, Visit visit) {
  for (const auto* list : {&pair.relatives.versions, &pair.relatives.shared,
                           &pair.relatives.citations}) {
    for (const auto& doi : *list) visit(doi);
  }
}

// Some pairs, and who is related to one of them: one end of a relation is
// enough to know of it. The pairs must live as long.
class Family {
 public:
  void add(const Pair& pair) {
    dois_.insert(pair.doi);
    each_relation(pair, [&](const std::string& doi) { related_.insert(doi); });
  }
  bool has_relative(const Pair& pair) const {
    bool found = related_.contains(pair.doi);
    each_relation(pair, [&](const std::string& doi) {
      found = found || dois_.contains(doi);
    });
    return found;
  }

 private:
  std::unordered_set<std::string_view> dois_, related_;
};

// How many of the first `most` have L of at least `floor`. Best first.
std::size_t count_from(const std::vector<Pair>& pairs, std::size_t most,
                       double floor) {
  std::size_t count = 0;
  while (count < std::min(most, pairs.size()) && pairs[count].log_odds >= floor)
    ++count;
  return count;
}

// Only the first `kept` and their relatives are left.
void drop_others(std::vector<Pair>& pairs, std::size_t kept) {
  Family family;
  for (std::size_t i = 0; i < kept; ++i) family.add(pairs[i]);
  const auto end = std::remove_if(
      pairs.begin() + static_cast<std::ptrdiff_t>(kept), pairs.end(),
      [&](const Pair& pair) { return !family.has_relative(pair); });
  pairs.erase(end, pairs.end());
}

// Below the floor no pair is kept that has no relation of its own.
void take_apart(std::vector<Pair>& pairs, std::size_t kept) {
  Family family;
  for (std::size_t i = 0; i < kept; ++i) family.add(pairs[i]);
  for (std::size_t i = kept; i < pairs.size(); ++i) {
    pairs[i].takes_part =
        has_relation(pairs[i].relatives) && family.has_relative(pairs[i]);
  }
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
  const auto best = pairs_.begin() + static_cast<std::ptrdiff_t>(most);
  auto related = static_cast<std::size_t>(std::count_if(
      pairs_.begin(), best, [](const auto& p) { return p.has_relation(); }));
  auto end = best;
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

std::vector<Pair> Pool::take(std::size_t most, double floor,
                             double least_part) {
  trim(most);  // else what is left depends on when that was done last
  std::sort(pairs_.begin(), pairs_.end(), before);
  auto pairs = unpacked();
  drop_others(pairs, count_from(pairs, most, floor));
  take_apart(pairs, count_from(pairs, most, least_part));
  std::sort(pairs.begin(), pairs.end(), by_doi);
  return pairs;
}

}  // namespace dmp::match::linkage
