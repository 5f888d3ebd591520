#pragma once

#include "model/work.h"
#include "sql/session.h"
#include "sql/table_buffer.h"
#include "sql/work_hash.h"

#include <string>
#include <vector>

namespace dmp::sql {

// The works-index table (spec works-index.md 5.1): columns 1-21 in order.
Schema work_schema();

// Appends one row; hashes are taken from `work`.
void append_work(TableBuffer& rows, const model::Work& work,
                 const HashedExtras& extras);

// Reads rows of the table (or of a query with its column names) as works.
// Columns that the query leaves out stay empty. Threads: one at a time.
class WorkRows {
 public:
  explicit WorkRows(Rows rows);

  // Rows in the next chunk, 0 at the end. Errors: as Rows::next.
  Result<std::size_t> next() { return rows_.next(); }
  // Row `row` of the chunk; lives until the next call.
  const model::Work& work(std::size_t row);
  HashedExtras extras(std::size_t row) const;
  // Appends the first `count` rows of the chunk to a table of work_schema(); the
  // query must have all its columns.
  void append_to(TableBuffer& rows, std::size_t count) const;
  // All columns of the query.
  const Rows& rows() const { return rows_; }

 private:
  const ColumnView* column(int index) const {
    return index < 0 ? nullptr : &rows_.column(static_cast<std::size_t>(index));
  }
  std::vector<int> index_;  // by place in work_schema(), -1: absent
  Rows rows_;
  model::Work work_;
};

}  // namespace dmp::sql
