#pragma once

#include "match/linkage_model.h"
#include "sql/session.h"
#include "sql/table_buffer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
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

// "CAST(name AS TYPE) AS name, ...": PairRow reads values as they lie in
// memory, so no query leaves it to a file of what type its columns are.
std::string cast_columns(const sql::Schema& schema);

// Columns of a row, one after another, checked to be in range: nothing is null,
// every number is finite.
class PairRow {
 public:
  PairRow(const sql::Rows& rows, std::size_t row) : rows_(rows), row_(row) {}

  std::string text() { return std::string(column().text(row_)); }
  double real(double least = std::numeric_limits<double>::lowest(),
              double most = std::numeric_limits<double>::max());
  // P(level | R): a weight divides by it.
  double chance() { return real(std::numeric_limits<double>::min(), 1); }
  bool truth() { return column().value<bool>(row_); }
  std::uint64_t key() {
    return static_cast<std::uint64_t>(column().value<std::int64_t>(row_));
  }
  std::int64_t count();
  int integer(int least, int most);
  template <class Enum>
  Enum level(std::size_t count) {
    return static_cast<Enum>(integer(0, static_cast<int>(count) - 1));
  }
  std::vector<double> reals(double least, double most);
  std::vector<double> chances() {
    return reals(std::numeric_limits<double>::min(), 1);
  }
  std::vector<int> integers() { return list_of<std::int32_t>(); }
  // The low halves of keys.
  std::vector<std::uint32_t> half_keys() {
    std::vector<std::uint32_t> halves;
    for (const std::int64_t key : list_of<std::int64_t>())
      halves.push_back(static_cast<std::uint32_t>(key));
    return halves;
  }
  std::vector<std::string> texts();
  DateTable table(double least);
  // Of the column read last.
  void require(bool truth) {
    if (bad_.empty() && !truth) bad_ = rows_.column_name(next_ - 1);
  }
  bool good() const { return bad_.empty(); }
  // The first column that is not good.
  const std::string& bad() const { return bad_; }

 private:
  const sql::ColumnView& column() {
    const auto& column = rows_.column(next_++);
    require(!column.is_null(row_));
    return column;
  }
  template <class Value>
  std::vector<Value> list_of() {
    const auto& list = column();
    const auto range = list.list(row_);
    std::vector<Value> values;
    for (std::size_t i = range.begin; i < range.end; ++i) {
      require(!list.child(0).is_null(i));
      values.push_back(list.child(0).value<Value>(i));
    }
    return values;
  }

  const sql::Rows& rows_;
  std::size_t row_, next_ = 0;
  std::string bad_;
};

// Not good() afterwards: values that no search writes.
Levels read_levels(PairRow& row);

}  // namespace dmp::match::linkage
