#include "sql/vector_view.h"

#include <algorithm>

namespace dmp::sql {

VectorView::VectorView(duckdb_vector vector)
    : data(duckdb_vector_get_data(vector)),
      validity(duckdb_vector_get_validity(vector)) {
  duckdb_logical_type logical = duckdb_vector_get_column_type(vector);
  type = duckdb_get_type_id(logical);
  if (type == DUCKDB_TYPE_LIST) {
    children.emplace_back(duckdb_list_vector_get_child(vector));
  } else if (type == DUCKDB_TYPE_STRUCT) {
    const idx_t fields = duckdb_struct_type_child_count(logical);
    for (idx_t i = 0; i < fields; ++i) {
      children.emplace_back(duckdb_struct_vector_get_child(vector, i));
    }
  }
  duckdb_destroy_logical_type(&logical);
}

void put_null(duckdb_vector vector, std::size_t row) {
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

void put_text(duckdb_vector vector, std::size_t row, std::string_view text) {
  if (text.data() == nullptr) return put_null(vector, row);
  assign_text(vector, row, text.data(), text.size());
}

TextStructLists::TextStructLists(duckdb_vector lists, std::size_t fields)
    : lists_(lists) {
  duckdb_vector element = duckdb_list_vector_get_child(lists);
  for (std::size_t i = 0; i < fields; ++i) {
    fields_.push_back(
        {duckdb_struct_vector_get_child(element, i), nullptr, nullptr});
  }
}

void TextStructLists::grow() {
  capacity_ = capacity_ == 0 ? 4096 : capacity_ * 2;
  duckdb_list_vector_reserve(lists_, capacity_);
  for (Field& field : fields_) {
    field.texts =
        static_cast<duckdb_string_t*>(duckdb_vector_get_data(field.vector));
    duckdb_vector_ensure_validity_writable(field.vector);
    field.validity = duckdb_vector_get_validity(field.vector);
  }
}

void TextStructLists::add(const std::string_view* fields) {
  if (size_ == capacity_) grow();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Field& field = fields_[i];
    const std::string_view text = fields[i];
    if (text.data() == nullptr) {
      field.validity[size_ >> 6] &= ~(std::uint64_t{1} << (size_ & 63));
    } else if (text.size() <= kInlined) {
      // As DuckDB keeps short texts: in place, zeros behind.
      duckdb_string_t& place = field.texts[size_];
      place = {};
      place.value.inlined.length = static_cast<std::uint32_t>(text.size());
      std::copy(text.begin(), text.end(), place.value.inlined.inlined);
    } else {
      assign_text(field.vector, size_, text.data(), text.size());
    }
  }
  ++size_;
}

void TextStructLists::end_row(std::size_t row) {
  auto* entries =
      static_cast<duckdb_list_entry*>(duckdb_vector_get_data(lists_));
  entries[row] = {begin_, size_ - begin_};
  begin_ = size_;
  duckdb_list_vector_set_size(lists_, size_);
}

}  // namespace dmp::sql
