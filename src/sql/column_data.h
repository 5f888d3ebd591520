#pragma once

#include "sql/table_buffer.h"

#include <cstdint>
#include <string>
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

  std::size_t size() const { return valid.size(); }
  std::uint64_t begin_of(std::size_t row) const {
    return row == 0 ? 0 : ends[row - 1];
  }
  std::size_t memory() const;
  void truncate(std::size_t count);
};

}  // namespace dmp::sql
