#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::match {

// The words of all plans as small numbers, so that to compare words is to
// compare integers. Built once, then read by all threads. Open addressing: a
// word that no plan has, as most words of works are, costs one cache line.
class Vocabulary {
 public:
  using Id = std::uint32_t;
  static constexpr Id kUnknown = 0;

  Vocabulary() : slots_(kFirstSlots), begins_{0, 0} {}

  // The number of a word, given to it where it is new: 1, 2, 3 …
  Id add(std::string_view word);
  // Its number, kUnknown where it has none.
  Id find(std::string_view word) const { return find(word, prepare(word)); }
  // In two steps, so that a few words can be fetched at a time.
  std::uint64_t prepare(std::string_view word) const;
  Id find(std::string_view word, std::uint64_t hash) const;

  // All numbers are below.
  std::size_t size() const { return begins_.size() - 1; }

 private:
  static constexpr std::size_t kFirstSlots = 1 << 10;
  struct Slot {
    std::uint32_t tag = 0;  // upper half of the hash
    Id id = kUnknown;       // kUnknown: free
  };
  std::string_view word(Id id) const {
    return std::string_view(words_).substr(begins_[id],
                                           begins_[id + 1] - begins_[id]);
  }
  void grow();

  std::vector<Slot> slots_;          // a power of two, at most half full
  std::string words_;                // end to end
  std::vector<std::size_t> begins_;  // in words_, by number; and the end
};

}  // namespace dmp::match
