#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dmp::sql {

// How often each 64-bit key was added. Open addressing, so that an addition is
// one cache line; keys wait in a queue while their line is fetched.
class KeyCounts {
 public:
  KeyCounts() : slots_(kFirstSlots) { waiting_.reserve(kQueue); }

  // Keys are hashes: their low bits choose the place.
  void add(std::uint64_t key) {
    __builtin_prefetch(&slots_[key & (slots_.size() - 1)]);
    waiting_.push_back(key);
    if (waiting_.size() == kQueue) settle();
  }
  // Distinct keys among those that are settled.
  std::size_t size() const { return size_; }
  void settle();
  void clear();

  // Calls use(key, count) for every key, in no order.
  template <class Use>
  void each(Use&& use) {
    settle();
    if (zero_count_ > 0) use(std::uint64_t{0}, zero_count_);
    for (const Slot& slot : slots_) {
      if (slot.key != 0) use(slot.key, slot.count);
    }
  }

 private:
  struct Slot {
    std::uint64_t key = 0;  // 0: free; the key 0 is counted apart
    std::uint32_t count = 0;
  };
  static constexpr std::size_t kFirstSlots = 1 << 12, kQueue = 64;
  Slot& place(std::uint64_t key);
  void grow();

  std::vector<Slot> slots_;  // a power of two, at most two thirds full
  std::vector<std::uint64_t> waiting_;
  std::size_t size_ = 0;
  std::uint32_t zero_count_ = 0;
};

}  // namespace dmp::sql
