#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace dmp::sql {

// In how many documents each term occurs, by field. Open addressing; a short
// term lies in its slot, so that counting one touches one cache line.
class TermTable {
 public:
  struct Frequencies {
    std::uint32_t title = 0, abstract = 0;            // documents
    std::uint32_t seen_title = 0, seen_abstract = 0;  // document numbers, 1 …
  };

  TermTable() : slots_(kFirstSlots) {}

  // A hash of `term`; fetches the place where it would be.
  std::uint64_t prepare(std::string_view term) const;
  // The counts of a term, made where it is new. Valid until the next find.
  Frequencies& find(std::string_view term, std::uint64_t hash);
  std::size_t size() const { return size_; }
  void clear();

  // Calls use(term, frequencies) for every term, in no order.
  template <class Use>
  void each(Use&& use) const {
    for (const Slot& slot : slots_) {
      if (slot.used) use(slot.term(), slot.counts);
    }
  }

 private:
  static constexpr std::size_t kInline = 12;
  struct Slot {
    Frequencies counts;
    std::uint32_t tag = 0;  // upper half of the hash
    std::uint32_t length = 0;
    union {
      char text[kInline];
      const char* elsewhere;
    };
    bool used = false;
    Slot() : text{} {}
    std::string_view term() const {
      return {length <= kInline ? text : elsewhere, length};
    }
  };
  static constexpr std::size_t kFirstSlots = 1 << 12, kBlockBytes = 1 << 20;
  void grow();
  const char* store(std::string_view term);

  std::vector<Slot> slots_;  // a power of two, at most two thirds full
  std::vector<std::unique_ptr<char[]>> blocks_;  // of long terms
  std::size_t block_used_ = 0, block_size_ = 0;
  std::size_t size_ = 0;
};

}  // namespace dmp::sql
