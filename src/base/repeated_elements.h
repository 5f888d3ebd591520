#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dmp {

// The elements of an open list by hash: a plain list of hashes while it is
// short, then a table of open addressing.
class RepeatedElements {
 public:
  // Index of the element equal to `hash` for which `equal(index)` holds, or
  // nothing; the element is then added as the next index.
  template <class Equal>
  bool contains_or_add(std::uint64_t hash, Equal equal) {
    if (hashes_.size() < kScanned) {
      for (std::size_t i = 0; i < hashes_.size(); ++i) {
        if (hashes_[i] == hash && equal(i)) return true;
      }
      hashes_.push_back(hash);
      return false;
    }
    if (table_.size() < 2 * (hashes_.size() + 1)) grow();
    std::size_t slot = hash & (table_.size() - 1);
    for (; table_[slot] != 0; slot = (slot + 1) & (table_.size() - 1)) {
      const std::size_t i = table_[slot] - 1;
      if (hashes_[i] == hash && equal(i)) return true;
    }
    hashes_.push_back(hash);
    table_[slot] = static_cast<std::uint32_t>(hashes_.size());
    return false;
  }
  void clear() {
    hashes_.clear();
    table_.clear();
  }

 private:
  static constexpr std::size_t kScanned = 24;
  void grow() {
    table_.assign(std::bit_ceil(4 * (hashes_.size() + 1)), 0);
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
      std::size_t slot = hashes_[i] & (table_.size() - 1);
      while (table_[slot] != 0) slot = (slot + 1) & (table_.size() - 1);
      table_[slot] = static_cast<std::uint32_t>(i + 1);
    }
  }

  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> table_;  // index + 1; 0: free
};

}  // namespace dmp
