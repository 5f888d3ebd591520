#pragma once

#include "sql/table_buffer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

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
  void grow();

  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> table_;  // index + 1; 0: free
};

// What a Column holds; for the writer.
struct Column::Data {
  Kind kind = Kind::text;
  std::vector<std::uint8_t> valid;  // one a value
  std::string bytes;                // text: values end to end
  std::vector<std::uint64_t> ends;  // text: into bytes; list: into the child
  std::vector<std::int64_t> integers;
  std::vector<double> reals;
  std::vector<Column> children;  // list: one; structure: one a field
  RepeatedElements repeated;     // list: of the open one

  std::size_t size() const { return valid.size(); }
  std::uint64_t begin_of(std::size_t row) const {
    return row == 0 ? 0 : ends[row - 1];
  }
  std::string_view text(std::size_t row) const {
    return {bytes.data() + begin_of(row), ends[row] - begin_of(row)};
  }
  std::size_t memory() const;
  void truncate(std::size_t count);
  std::uint64_t hash(std::size_t row) const;
  bool equal(std::size_t left, std::size_t right) const;
};

}  // namespace dmp::sql
