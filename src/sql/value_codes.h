#pragma once

#include "text/xxh3.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace dmp::sql {

// Numbers the distinct values of a column 0, 1, 2, … in the order they come.
// Value: std::string_view, whose bytes must outlive this, or std::int64_t.
template <class Value>
class ValueCodes {
 public:
  void clear() {
    values_.clear();
    hashes_.clear();
    table_.assign(kFirstTable, 0);
  }

  std::uint32_t add(Value value) {
    const std::uint64_t hash = hash_of(value);
    std::size_t at = hash & (table_.size() - 1);
    for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
      const std::uint32_t code = table_[at] - 1;
      if (hashes_[code] == hash && values_[code] == value) return code;
    }
    values_.push_back(value);
    hashes_.push_back(hash);
    const auto number = static_cast<std::uint32_t>(values_.size());
    table_[at] = number;
    if (2 * values_.size() > table_.size()) grow();
    return number - 1;
  }

  const std::vector<Value>& values() const { return values_; }

 private:
  static constexpr std::size_t kFirstTable = 1'024;

  static std::uint64_t hash_of(std::string_view value) {
    return XXH3_64bits(value.data(), value.size());
  }
  static std::uint64_t hash_of(std::int64_t value) {
    const auto mixed =
        static_cast<std::uint64_t>(value) * std::uint64_t{0x9E3779B97F4A7C15};
    return mixed ^ mixed >> 32;
  }

  void grow() {
    table_.assign(2 * table_.size(), 0);
    for (std::uint32_t code = 0; code < hashes_.size(); ++code) {
      std::size_t at = hashes_[code] & (table_.size() - 1);
      while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
      table_[at] = code + 1;
    }
  }

  std::vector<Value> values_;  // by code
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> table_;  // open addressing: code + 1, or 0
};

}  // namespace dmp::sql
