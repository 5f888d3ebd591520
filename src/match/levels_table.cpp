#include "match/levels_table.h"

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

int PairRow::integer(int least, int most) {
  const int value = column().value<std::int32_t>(row_);
  good_ = good_ && value >= least && value <= most;
  return good_ ? value : least;
}

std::vector<std::string> PairRow::texts() {
  const auto& list = column();
  const auto range = list.list(row_);
  std::vector<std::string> values;
  for (std::size_t i = range.begin; i < range.end; ++i)
    values.emplace_back(list.child(0).text(i));
  return values;
}

DateTable PairRow::table() {
  const auto values = reals();
  DateTable table{};
  good_ = good_ && values.size() == kDateBins;
  if (good_) std::copy(values.begin(), values.end(), table.begin());
  return table;
}

Levels read_levels(PairRow& row) {
  Levels levels;
  levels.works = row.real();
  const auto names = row.integers();
  const auto chances = row.reals();
  const auto positions = row.integers();
  row.require(names.size() == chances.size() &&
              names.size() == positions.size());
  for (std::size_t i = 0; row.good() && i < names.size(); ++i) {
    row.require(names[i] >= 0 && names[i] < static_cast<int>(kNameLevels));
    levels.authors.push_back(
        {static_cast<NameLevel>(names[i]), chances[i], positions[i]});
    row.require(chances[i] > 0);
  }
  levels.text_condition = row.integer(0, static_cast<int>(kConditions) - 1);
  levels.text_bin = row.integer(-1, static_cast<int>(kTextBins) - 1);
  levels.text_z = row.real();
  levels.text_u = row.real();
  levels.has_date = row.truth();
  levels.open_end = row.truth();
  levels.date_f = row.table();
  levels.date_g = row.table();
  levels.funder = row.level<Agreement>(3);
  levels.funder_u = row.real();
  levels.institution = row.level<Agreement>(3);
  levels.institution_u = row.real();
  levels.award = row.level<AwardLevel>(kAwardLevels);
  levels.award_u = row.real();
  levels.funded = row.truth();
  levels.funded_u = row.real();
  levels.relation = row.level<RelationLevel>(kRelationLevels);
  levels.relation_u = row.real();
  for (const double chance :
       {levels.works, levels.text_u, levels.funder_u, levels.institution_u,
        levels.award_u, levels.funded_u, levels.relation_u}) {
    row.require(chance > 0);
  }
  for (const double share : levels.date_g)
    row.require(!levels.has_date || share > 0);
  return levels;
}

}  // namespace dmp::match::linkage
