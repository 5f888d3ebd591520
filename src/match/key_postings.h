#pragma once

#include "match/vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::match {

// From a key to the numbers put under it. First put() everything, then
// finish(), then find() from any thread.
class KeyPostings {
 public:
  // Numbers are put in ascending order; a key has each of them once.
  void put(std::string_view key, std::uint32_t number);
  void finish();

  // Ascending; empty for a key that nothing was put under.
  std::span<const std::uint32_t> find(std::string_view key) const;
  bool empty() const { return numbers_.empty(); }

 private:
  Vocabulary keys_;
  std::vector<std::pair<Vocabulary::Id, std::uint32_t>> waiting_;
  std::vector<std::size_t> begins_;  // in numbers_, by key; and the end
  std::vector<std::uint32_t> numbers_;
};

}  // namespace dmp::match
