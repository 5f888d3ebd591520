#pragma once

#include "sql/duckdb_api.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::sql {

// Bytes of text that a duckdb_string_t has in itself.
inline constexpr std::size_t kInlined = 12;

// A DuckDB vector of a function's input, with its children; for the sources
// of sql/ only. Lives as long as the chunk. Vectors are flat, since DuckDB
// flattens arguments and copies what it puts into a list; the one exception is
// an untyped NULL inside a list literal, which models therefore cast.
struct VectorView {
  explicit VectorView(duckdb_vector vector);

  bool is_null(std::size_t row) const {
    return validity != nullptr && (validity[row >> 6] >> (row & 63) & 1) == 0;
  }
  // VARCHAR; data() is nullptr for null.
  std::string_view text(std::size_t row) const {
    if (is_null(row)) return {};
    const auto& string = static_cast<const duckdb_string_t*>(data)[row];
    const std::uint32_t length = string.value.inlined.length;
    return {length <= kInlined ? string.value.inlined.inlined
                               : string.value.pointer.ptr,
            length};
  }
  template <class T>
  T value(std::size_t row) const {
    return static_cast<const T*>(data)[row];
  }
  // Rows of children[0]; empty for null.
  std::pair<std::size_t, std::size_t> list(std::size_t row) const {
    if (is_null(row)) return {0, 0};
    const auto& entry = static_cast<const duckdb_list_entry*>(data)[row];
    return {entry.offset, entry.offset + entry.length};
  }

  duckdb_type type = DUCKDB_TYPE_INVALID;
  const void* data = nullptr;
  const std::uint64_t* validity = nullptr;
  std::vector<VectorView> children;  // list: the elements; struct: its fields
};

// Writes text, or null where data() is nullptr. `text` must be valid UTF-8.
void put_text(duckdb_vector vector, std::size_t row, std::string_view text);
void put_null(duckdb_vector vector, std::size_t row);

// Fills a list vector of structs of text row by row.
class TextStructLists {
 public:
  TextStructLists(duckdb_vector lists, std::size_t fields);
  // Row `row` becomes a list of the elements added since the last end_row().
  void add(const std::string_view* fields);
  void end_row(std::size_t row);

 private:
  struct Field {
    duckdb_vector vector;
    duckdb_string_t* texts;   // of the vector, until it grows
    std::uint64_t* validity;  // likewise
  };
  void grow();

  duckdb_vector lists_;
  std::vector<Field> fields_;
  std::size_t begin_ = 0, size_ = 0, capacity_ = 0;
};

}  // namespace dmp::sql
