#include "match/kept_pairs.h"

#include "match/kept_works.h"
#include "match/levels_table.h"

#include <cstdint>
#include <utility>

namespace dmp::match::linkage {

namespace fs = std::filesystem;
using sql::Column;
using sql::Kind;

namespace {

sql::Field texts(const char* name) {
  return sql::list_of(name, sql::field("element", Kind::text));
}
sql::Field keys(const char* name) {
  return sql::list_of(name, sql::field("element", Kind::int64));
}

// The order of append() and read().
sql::Schema kept_schema() {
  sql::Schema schema{sql::text_field("dmp_doi"), sql::text_field("work_doi")};
  for (auto& column : levels_schema()) schema.push_back(std::move(column));
  for (auto& column :
       {sql::field("log_odds", Kind::real),
        sql::field("surely_team", Kind::boolean), texts("versions"),
        texts("shared"), texts("citations"),
        sql::field("title_key", Kind::int64), keys("people"), keys("surnames"),
        sql::field("is_data", Kind::boolean), sql::text_field("work_type"),
        sql::field("work_year", Kind::int32)}) {
    schema.push_back(column);
  }
  return schema;
}

void append_texts(Column& column, const std::vector<std::string>& values) {
  column.begin_list();
  for (const auto& value : values) column.element().append_text(value);
  column.end_list();
}

void append_keys(Column& column, const PersonKeys& values) {
  column.begin_list();
  for (const auto value : values)
    column.element().append_int(std::int64_t{value});
  column.end_list();
}

void append(sql::TableBuffer& rows, const std::string& plan, const Pair& pair) {
  std::size_t next = 0;
  const auto column = [&]() -> Column& { return rows.column(next++); };
  column().append_text(plan);
  column().append_text(pair.doi);
  append_levels(rows, next, pair.levels);
  column().append_real(pair.log_odds);
  column().append_bool(pair.surely_team);
  const Relatives& own = pair.relatives;
  append_texts(column(), own.versions);
  append_texts(column(), own.shared);
  append_texts(column(), own.citations);
  column().append_int(static_cast<std::int64_t>(own.title));
  append_keys(column(), own.people);
  append_keys(column(), own.surnames);
  column().append_bool(own.is_data);
  column().append_text(own.type);
  column().append_int(own.year);
  rows.end_row();
}

bool read(PairRow row, Pair& pair) {
  static_cast<void>(row.text());  // the plan
  pair.doi = row.text();
  pair.levels = read_levels(row);
  pair.log_odds = row.real();
  pair.surely_team = row.truth();
  Relatives& own = pair.relatives;
  own.versions = row.texts();
  own.shared = row.texts();
  own.citations = row.texts();
  own.title = row.key();
  own.people = row.half_keys();
  own.surnames = row.half_keys();
  own.is_data = row.truth();
  own.type = row.text();
  own.year = row.integer(INT32_MIN, INT32_MAX);
  return row.good();
}

}  // namespace

Status write_kept_pairs(const std::vector<std::string>& plans,
                        std::vector<Pool>& pools, std::size_t most,
                        const fs::path& dir) {
  sql::TableBuffer rows(kept_schema());
  KeptWriter writer(dir);
  for (std::size_t plan = 0; plan < plans.size(); ++plan) {
    for (const auto& pair : pools[plan].release(most))
      append(rows, plans[plan], pair);
    DMP_TRY(writer.flush_full(rows));
  }
  return writer.finish(rows);
}

Status read_kept_pairs(const std::vector<std::string>& plans,
                       const fs::path& dir, std::size_t most,
                       std::vector<Pool>& pools) {
  return read_kept_rows(
      plans, dir, cast_columns(kept_schema()),
      [&](std::size_t plan, const sql::Rows& rows, std::size_t row) {
        Pair pair;
        if (!read(PairRow(rows, row), pair)) return false;
        pools[plan].offer(pair, most);
        return true;
      });
}

}  // namespace dmp::match::linkage
