#pragma once

#include "match/linkage_second_pass.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace dmp::match::linkage {

// What the pairs of a plan have in common, stored once.
class CommonLevels {
 public:
  // Number of the pair's share of it; the same for equal ones.
  std::uint32_t add(const Levels& levels);
  void restore(std::uint32_t number, Levels& levels) const;

 private:
  struct Entry {
    double works;
    DateTable date_g;  // the collection's dates: of the plan's time alone
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries_;  // two or three
};

// A pair while works stream past, when a plan may hold hundreds: every bit of
// it, in a third of the room. A value that a pair without that evidence has is
// left out, a list is its elements. Memory: 16 bytes and, on the heap, some 60,
// the DOI, 8 an author of the work, 2 to 12 an author of the plan.
class PackedPair {
 public:
  PackedPair(const Pair& pair, CommonLevels& common);
  // `common`: what it was packed with.
  Pair unpack(const CommonLevels& common) const;

  double log_odds() const { return log_odds_; }
  std::string_view doi() const;
  bool has_relation() const;

 private:
  double log_odds_;
  std::unique_ptr<std::uint8_t[]> bytes_;
};

}  // namespace dmp::match::linkage
