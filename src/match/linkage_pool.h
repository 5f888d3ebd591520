#pragma once

#include "match/linkage_second_pass.h"
#include "match/packed_pair.h"

#include <cstddef>
#include <vector>

namespace dmp::match::linkage {

// The pairs of one plan that pass one keeps: the `most` best by (L, DOI) and
// those with a relation, the 10 * `most` best of them at most: where a plan's
// names are common there are millions of such. A set: the same for any order
// and any split into pools, and which related pairs are in it does not depend
// on the others. Source: spec linkage.md 12, but for that bound.
class Pool {
 public:
  // Below this a pair without relation cannot be kept (bits).
  double least() const { return least_; }
  // The same for a pair with one.
  double least_related() const { return least_related_; }
  void offer(const Pair& pair, std::size_t most);
  void merge(Pool&& other, std::size_t most);
  // Sorted by DOI: at most `most` with L of at least `floor`, and those related
  // to one of them. Of these the second pass is for those that would be left
  // with the floor `least_part`, as if the others had not been kept: a pair
  // below it takes part as a relative of one above.
  std::vector<Pair> take(std::size_t most, double floor, double least_part);
  // Sorted by DOI: the `most` best and those with any relation, whatever it is
  // to. Offered to another pool, with those of other pools, they make it what
  // one pool would be. Nothing is left.
  std::vector<Pair> release(std::size_t most);
  std::size_t size() const { return pairs_.size(); }

 private:
  void trim(std::size_t most);
  std::vector<Pair> unpacked();  // nothing is left
  CommonLevels common_;
  std::vector<PackedPair> pairs_;
  std::size_t trim_at_ = 0;
  double least_ = -1e300, least_related_ = -1e300;
};

}  // namespace dmp::match::linkage
