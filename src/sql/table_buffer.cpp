#include "sql/table_buffer.h"

#include "sql/column_data.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace dmp::sql {

Field text_field(std::string name) {
  return {std::move(name), Kind::text, {}};
}

Field field(std::string name, Kind kind) {
  return {std::move(name), kind, {}};
}

Field list_of(std::string name, Field element) {
  return {std::move(name), Kind::list, {std::move(element)}};
}

Field struct_of(std::string name, std::vector<Field> fields) {
  return {std::move(name), Kind::structure, std::move(fields)};
}

// -------------------------------------------------------------------- Column

Column::Column(Field type) : data_(std::make_unique<Data>()) {
  data_->kind = type.kind;
  for (auto& child : type.children) {
    data_->children.emplace_back(std::move(child));
  }
}
Column::Column(Column&&) noexcept = default;
Column::~Column() = default;

void Column::append_null() {
  Data& data = *data_;
  data.valid.push_back(0);
  switch (data.kind) {
    case Kind::text:
      data.ends.push_back(data.bytes.size());
      break;
    case Kind::list:
      data.ends.push_back(data.children[0].data().size());
      break;
    case Kind::structure:
      for (auto& child : data.children) child.append_null();
      break;
    case Kind::real:
      data.reals.push_back(0);
      break;
    default:
      data.integers.push_back(0);
  }
}

void Column::append_text(std::string_view text) {
  Data& data = *data_;
  data.valid.push_back(1);
  data.bytes.append(text);
  data.ends.push_back(data.bytes.size());
}

void Column::append_bool(bool value) {
  append_int(value ? 1 : 0);
}

void Column::append_int(std::int64_t value) {
  data_->valid.push_back(1);
  data_->integers.push_back(value);
}

void Column::append_real(double value) {
  data_->valid.push_back(1);
  data_->reals.push_back(value);
}

void Column::append_struct() {
  data_->valid.push_back(1);
}

void Column::begin_list() {
  data_->repeated.clear();
}

void Column::end_list() {
  data_->valid.push_back(1);
  data_->ends.push_back(data_->children[0].data().size());
}

Column& Column::element() {
  return data_->children[0];
}

Column& Column::at(std::size_t field_index) {
  return data_->children[field_index];
}

bool Column::drop_repeated_element() {
  Data& elements = data_->children[0].data();
  const std::size_t first = data_->ends.empty() ? 0 : data_->ends.back();
  const std::size_t last = elements.size() - 1;
  // A few elements are compared sooner than hashed.
  constexpr std::size_t kCompared = 8;
  bool repeated = false;
  if (last - first < kCompared) {
    for (auto at = first; at < last && !repeated; ++at) {
      repeated = elements.equal(at, last);
    }
  } else {
    const auto add = [&](std::size_t element) {
      return data_->repeated.contains_or_add(
          elements.hash(element),
          [&](std::size_t i) { return elements.equal(first + i, element); });
    };
    if (last - first == kCompared) {
      data_->repeated.clear();
      for (auto at = first; at < last; ++at) add(at);
    }
    repeated = add(last);
  }
  if (repeated) elements.truncate(last);
  return repeated;
}

std::uint64_t Column::Data::hash(std::size_t row) const {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  if (valid[row] == 0) return 1;
  std::uint64_t hash = 2;
  const auto mix = [&](std::uint64_t next) {
    hash = (std::rotl(hash, 29) ^ next) * kFactor;
  };
  switch (kind) {
    case Kind::text:
      mix(std::hash<std::string_view>{}(text(row)));
      break;
    case Kind::list:
      for (auto at = begin_of(row); at < ends[row]; ++at) {
        mix(children[0].data().hash(at));
      }
      break;
    case Kind::structure:
      for (const auto& child : children) mix(child.data().hash(row));
      break;
    case Kind::real:
      mix(std::hash<double>{}(reals[row]));
      break;
    default:
      mix(static_cast<std::uint64_t>(integers[row]));
  }
  return hash ^ hash >> 32;
}

bool Column::Data::equal(std::size_t left, std::size_t right) const {
  if (valid[left] != valid[right]) return false;
  if (valid[left] == 0) return true;
  switch (kind) {
    case Kind::text:
      return text(left) == text(right);
    case Kind::list: {
      const std::size_t count = ends[left] - begin_of(left);
      if (count != ends[right] - begin_of(right)) return false;
      for (std::size_t i = 0; i < count; ++i) {
        if (!children[0].data().equal(begin_of(left) + i, begin_of(right) + i))
          return false;
      }
      return true;
    }
    case Kind::structure:
      return std::all_of(
          children.begin(), children.end(),
          [&](const Column& c) { return c.data().equal(left, right); });
    case Kind::real:
      return reals[left] == reals[right];
    default:
      return integers[left] == integers[right];
  }
}

std::size_t Column::Data::memory() const {
  std::size_t total = valid.size() + bytes.size() +
                      8 * (ends.size() + integers.size() + reals.size());
  for (const auto& child : children) total += child.data().memory();
  return total;
}

void Column::Data::truncate(std::size_t count) {
  valid.resize(count);
  switch (kind) {
    case Kind::text:
      ends.resize(count);
      bytes.resize(count == 0 ? 0 : ends.back());
      break;
    case Kind::list:
      ends.resize(count);
      children[0].data().truncate(count == 0 ? 0 : ends.back());
      repeated.clear();
      break;
    case Kind::structure:
      for (auto& child : children) child.data().truncate(count);
      break;
    case Kind::real:
      reals.resize(count);
      break;
    default:
      integers.resize(count);
  }
}

// --------------------------------------------------------------- TableBuffer

TableBuffer::TableBuffer(Schema schema) : schema_(std::move(schema)) {
  for (const auto& field : schema_) columns_.emplace_back(field);
}

Column& TableBuffer::column(std::size_t index) {
  return columns_[index];
}

const Column& TableBuffer::column(std::size_t index) const {
  return columns_[index];
}

void TableBuffer::drop_row() {
  for (auto& column : columns_) column.data().truncate(rows_);
}

std::size_t TableBuffer::bytes() const {
  std::size_t total = 0;
  for (const auto& column : columns_) total += column.data().memory();
  return total;
}

void TableBuffer::clear() {
  rows_ = 0;
  drop_row();
}

}  // namespace dmp::sql
