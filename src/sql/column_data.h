#pragma once

#include "base/repeated_elements.h"
#include "sql/table_buffer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

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
