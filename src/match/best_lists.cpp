#include "match/best_lists.h"

#include <algorithm>
#include <limits>

namespace dmp::match {

BestLists::BestLists(std::size_t plans, std::size_t most)
    : most_(most), lists_(plans), least_(plans) {
  const float first = most == 0 ? std::numeric_limits<float>::infinity()
                                : -std::numeric_limits<float>::infinity();
  for (auto& least : least_) least.store(first, std::memory_order_relaxed);
}

void BestLists::offer(std::uint32_t plan, float score, const std::string& doi) {
  if (most_ == 0 || score < least(plan)) return;
  const std::lock_guard lock(locks_[plan % locks_.size()]);
  auto& list = lists_[plan];
  if (list.size() == most_) {
    const Ranked& worst = list.front();
    if (score != worst.score ? score < worst.score : doi > worst.doi) return;
    std::pop_heap(list.begin(), list.end());
    list.pop_back();
  }
  list.push_back({score, doi});
  std::push_heap(list.begin(), list.end());
  if (list.size() == most_)
    least_[plan].store(list.front().score, std::memory_order_relaxed);
}

std::vector<Ranked> BestLists::take(std::uint32_t plan) {
  std::vector<Ranked> list = std::move(lists_[plan]);
  lists_[plan].clear();
  std::sort(list.begin(), list.end());
  return list;
}

}  // namespace dmp::match
