#pragma once

#include "sql/session.h"
#include "sql/table_buffer.h"

#include <cstddef>
#include <optional>

// Values of the tables of plans that may be null, and lists of them.
namespace dmp::dmps {

template <class T>
void append_integer(sql::Column& column, const std::optional<T>& value) {
  if (value) {
    column.append_int(*value);
  } else {
    column.append_null();
  }
}

template <class T>
std::optional<T> maybe_value(const sql::ColumnView& column, std::size_t row) {
  if (column.is_null(row)) return std::nullopt;
  return column.value<T>(row);
}

// Calls visit(elements, index) for each element of a list value; none of null.
template <class Visit>
void each_element(const sql::ColumnView& list, std::size_t row, Visit visit) {
  if (list.is_null(row)) return;
  const auto range = list.list(row);
  for (std::size_t at = range.begin; at < range.end; ++at) {
    visit(list.child(0), at);
  }
}

}  // namespace dmp::dmps
