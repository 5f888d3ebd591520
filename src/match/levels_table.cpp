#include "match/levels_table.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

namespace dmp::match::linkage {

using sql::Column;
using sql::Kind;

sql::Field reals(const char* name) {
  return sql::list_of(name, sql::field("element", Kind::real));
}

sql::Field integers(const char* name) {
  return sql::list_of(name, sql::field("element", Kind::int32));
}

sql::Schema levels_schema() {
  return {sql::field("works", Kind::real),
          integers("author_levels"),
          reals("author_u"),
          integers("author_positions"),
          sql::field("text_condition", Kind::int32),
          sql::field("text_bin", Kind::int32),
          sql::field("text_z", Kind::real),
          sql::field("text_u", Kind::real),
          sql::field("has_date", Kind::boolean),
          sql::field("open_end", Kind::boolean),
          reals("date_shares"),
          reals("date_u"),
          sql::field("funder", Kind::int32),
          sql::field("funder_u", Kind::real),
          sql::field("institution", Kind::int32),
          sql::field("institution_u", Kind::real),
          sql::field("award", Kind::int32),
          sql::field("award_u", Kind::real),
          sql::field("funded", Kind::boolean),
          sql::field("funded_u", Kind::real),
          sql::field("relation", Kind::int32),
          sql::field("relation_u", Kind::real)};
}

void append_levels(sql::TableBuffer& rows, std::size_t& next,
                   const Levels& levels) {
  const auto column = [&]() -> Column& { return rows.column(next++); };
  const auto integer = [&](auto value) {
    column().append_int(static_cast<std::int64_t>(value));
  };
  column().append_real(levels.works);
  Column& names = column();
  Column& chances = column();
  Column& positions = column();
  for (Column* list : {&names, &chances, &positions}) list->begin_list();
  for (const auto& author : levels.authors) {
    names.element().append_int(static_cast<std::int64_t>(author.level));
    chances.element().append_real(author.u);
    positions.element().append_int(author.work_author);
  }
  for (Column* list : {&names, &chances, &positions}) list->end_list();
  integer(levels.text_condition);
  integer(levels.text_bin);
  column().append_real(levels.text_z);
  column().append_real(levels.text_u);
  column().append_bool(levels.has_date);
  column().append_bool(levels.open_end);
  append_reals(column(), levels.date_f);
  append_reals(column(), levels.date_g);
  integer(levels.funder);
  column().append_real(levels.funder_u);
  integer(levels.institution);
  column().append_real(levels.institution_u);
  integer(levels.award);
  column().append_real(levels.award_u);
  column().append_bool(levels.funded);
  column().append_real(levels.funded_u);
  integer(levels.relation);
  column().append_real(levels.relation_u);
}

namespace {

std::string type_of(const sql::Field& field) {
  switch (field.kind) {
    case Kind::boolean:
      return "BOOLEAN";
    case Kind::int32:
      return "INTEGER";
    case Kind::int64:
      return "BIGINT";
    case Kind::real:
      return "DOUBLE";
    case Kind::list:
      return type_of(field.children[0]) + "[]";
    default:
      return "VARCHAR";
  }
}

}  // namespace

std::string cast_columns(const sql::Schema& schema) {
  std::string columns;
  for (const auto& field : schema) {
    columns +=
        fmt::format("{}CAST({} AS {}) AS {}", columns.empty() ? "" : ", ",
                    field.name, type_of(field), field.name);
  }
  return columns;
}

double PairRow::real(double least, double most) {
  const double value = column().value<double>(row_);
  require(value >= least && value <= most);
  return value;
}

std::int64_t PairRow::count() {
  const auto value = column().value<std::int64_t>(row_);
  require(value >= 0);
  return value;
}

int PairRow::integer(int least, int most) {
  const int value = column().value<std::int32_t>(row_);
  require(value >= least && value <= most);
  return good() ? value : least;
}

std::vector<double> PairRow::reals(double least, double most) {
  auto values = list_of<double>();
  for (const double value : values) require(value >= least && value <= most);
  return values;
}

std::vector<std::string> PairRow::texts() {
  const auto& list = column();
  const auto range = list.list(row_);
  std::vector<std::string> values;
  for (std::size_t i = range.begin; i < range.end; ++i)
    values.emplace_back(list.child(0).text(i));
  return values;
}

DateTable PairRow::table(double least) {
  const auto values = reals(least, 1);
  DateTable table{};
  require(values.size() == kDateBins);
  if (good()) std::copy(values.begin(), values.end(), table.begin());
  return table;
}

namespace {

void read_authors(PairRow& row, Levels& levels) {
  const auto names = row.integers();
  row.require(names.size() <= kMostAuthors);
  for (const int name : names)
    row.require(name >= 0 && name < static_cast<int>(kNameLevels));
  const auto chances = row.chances();
  row.require(chances.size() == names.size());
  const auto positions = row.integers();
  row.require(positions.size() == names.size());
  for (const int position : positions) row.require(position >= -1);
  levels.authors.reserve(names.size());
  for (std::size_t i = 0; row.good() && i < names.size(); ++i) {
    levels.authors.push_back(
        {static_cast<NameLevel>(names[i]), chances[i], positions[i]});
  }
}

void read_dates(PairRow& row, Levels& levels) {
  constexpr double kRounding = 1e-6;
  levels.has_date = row.truth();
  levels.open_end = row.truth();
  levels.date_f = row.table(0);
  const double sum =
      std::accumulate(levels.date_f.begin(), levels.date_f.end(), 0.0);
  row.require(!levels.has_date || std::abs(sum - 1) < kRounding);
  levels.date_g =
      row.table(levels.has_date ? std::numeric_limits<double>::min() : 0);
}

}  // namespace

Levels read_levels(PairRow& row) {
  // More DOIs than works may be listed, in a small collection.
  constexpr double kLeast = std::numeric_limits<double>::min();
  Levels levels;
  levels.works = row.real(1);
  read_authors(row, levels);
  levels.text_condition = row.integer(0, static_cast<int>(kConditions) - 1);
  levels.text_bin = row.integer(-1, static_cast<int>(kTextBins) - 1);
  levels.text_z = row.real();
  levels.text_u = row.chance();
  read_dates(row, levels);
  levels.funder = row.level<Agreement>(3);
  levels.funder_u = row.chance();
  levels.institution = row.level<Agreement>(3);
  levels.institution_u = row.chance();
  levels.award = row.level<AwardLevel>(kAwardLevels);
  levels.award_u = row.chance();
  levels.funded = row.truth();
  levels.funded_u = row.real(kLeast);
  levels.relation = row.level<RelationLevel>(kRelationLevels);
  levels.relation_u = row.real(kLeast);
  return levels;
}

}  // namespace dmp::match::linkage
