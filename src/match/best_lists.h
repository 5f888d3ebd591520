#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace dmp::match {

struct Ranked {
  float score = 0;
  std::string doi;
  // Better first.
  bool operator<(const Ranked& other) const {
    return score != other.score ? score > other.score : doi < other.doi;
  }
};

// The best works of every plan. What a list holds in the end does not depend on
// the order of the offers. Memory: `most` works a plan. Threads: offer() and
// least() from any; take() when all are done.
class BestLists {
 public:
  BestLists(std::size_t plans, std::size_t most);

  // A work with less than this score cannot enter the list of the plan any
  // more. It only grows.
  float least(std::uint32_t plan) const {
    return least_[plan].load(std::memory_order_relaxed);
  }
  // Each work at most once a plan.
  void offer(std::uint32_t plan, float score, const std::string& doi);
  // Best first. The list is empty from then on.
  std::vector<Ranked> take(std::uint32_t plan);
  std::size_t size() const { return lists_.size(); }

 private:
  std::size_t most_;
  std::vector<std::vector<Ranked>> lists_;  // full: heaps, the worst in front
  std::vector<std::atomic<float>> least_;
  std::array<std::mutex, 1024> locks_;  // of every 1,024th plan
};

}  // namespace dmp::match
