#pragma once

#include "match/linkage_model.h"
#include "sql/session.h"
#include "sql/table_buffer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Levels as columns of a table, unrounded: in linkage_pairs/, and in what the
// shards of a search keep.
namespace dmp::match::linkage {

sql::Field reals(const char* name);
sql::Field integers(const char* name);

// The columns that append_levels() fills and read_levels() reads, in order.
sql::Schema levels_schema();
// From column `next` on, which becomes the one behind.
void append_levels(sql::TableBuffer& rows, std::size_t& next,
                   const Levels& levels);

template <class Values>
void append_reals(sql::Column& column, const Values& values) {
  column.begin_list();
  for (const double value : values) column.element().append_real(value);
  column.end_list();
}

// Columns of a row, one after another, checked to be in range.
class PairRow {
 public:
  PairRow(const sql::Rows& rows, std::size_t row) : rows_(rows), row_(row) {}

  std::string text() { return std::string(column().text(row_)); }
  double real() { return column().value<double>(row_); }
  bool truth() { return column().value<bool>(row_); }
  std::uint64_t key() {
    return static_cast<std::uint64_t>(column().value<std::int64_t>(row_));
  }
  int integer(int least, int most);
  template <class Enum>
  Enum level(std::size_t count) {
    return static_cast<Enum>(integer(0, static_cast<int>(count) - 1));
  }
  std::vector<double> reals() { return list_of<double>(); }
  std::vector<int> integers() { return list_of<std::int32_t>(); }
  std::vector<std::uint64_t> keys() {
    const auto keys = list_of<std::int64_t>();
    return {keys.begin(), keys.end()};
  }
  std::vector<std::string> texts();
  DateTable table();
  void require(bool truth) { good_ = good_ && truth; }
  bool good() const { return good_; }

 private:
  const sql::ColumnView& column() { return rows_.column(next_++); }
  template <class Value>
  std::vector<Value> list_of() {
    const auto& list = column();
    const auto range = list.list(row_);
    std::vector<Value> values;
    for (std::size_t i = range.begin; i < range.end; ++i)
      values.push_back(list.child(0).value<Value>(i));
    return values;
  }

  const sql::Rows& rows_;
  std::size_t row_, next_ = 0;
  bool good_ = true;
};

// Not good() afterwards: values that no search writes.
Levels read_levels(PairRow& row);

}  // namespace dmp::match::linkage
