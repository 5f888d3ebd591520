#include "match/linkage_pairs.h"

#include "sql/session.h"
#include "sql/table_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace dmp::match::linkage {

namespace fs = std::filesystem;
using sql::Column;
using sql::Kind;

namespace {

sql::Field reals(const char* name) {
  return sql::list_of(name, sql::field("element", Kind::real));
}
sql::Field integers(const char* name) {
  return sql::list_of(name, sql::field("element", Kind::int32));
}

// The order of append_levels() and of kQuery.
sql::Schema pairs_schema() {
  return {sql::text_field("dmp_doi"),
          sql::text_field("work_doi"),
          sql::field("works", Kind::real),
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
          sql::field("relation_u", Kind::real),
          sql::field("cluster", Kind::int32),
          integers("related"),
          reals("related_rho"),
          sql::field("own_log_odds", Kind::real),
          sql::field("log_odds", Kind::real),
          sql::field("probability", Kind::real),
          sql::text_field("work_type"),
          sql::field("work_year", Kind::int32)};
}

template <class Values>
void append_reals(Column& column, const Values& values) {
  column.begin_list();
  for (const double value : values) column.element().append_real(value);
  column.end_list();
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

}  // namespace

struct PairsFile::State {
  fs::path dir;
  sql::TableBuffer rows{pairs_schema()};
  int files = 0;
};

PairsFile::PairsFile(fs::path dir) : state_(std::make_unique<State>()) {
  state_->dir = std::move(dir);
}
PairsFile::PairsFile(PairsFile&&) noexcept = default;
PairsFile& PairsFile::operator=(PairsFile&&) noexcept = default;
PairsFile::~PairsFile() = default;

void PairsFile::append(const std::string& plan_doi,
                       const std::vector<Pair>& pairs, const Groups& groups,
                       const std::vector<Final>& finals, const Model& model) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    auto& rows = state_->rows;
    std::size_t next = 0;
    rows.column(next++).append_text(plan_doi);
    rows.column(next++).append_text(pairs[i].doi);
    append_levels(rows, next, pairs[i].levels);
    rows.column(next++).append_int(
        static_cast<std::int64_t>(groups.cluster[i]));
    Column& related = rows.column(next++);
    Column& rho = rows.column(next++);
    related.begin_list();
    rho.begin_list();
    for (const auto& lift : groups.lifts[i]) {
      related.element().append_int(static_cast<std::int64_t>(lift.from));
      rho.element().append_real(lift.rho);
    }
    related.end_list();
    rho.end_list();
    rows.column(next++).append_real(finals[i].own_log_odds);
    rows.column(next++).append_real(finals[i].log_odds);
    rows.column(next++).append_real(calibrated(finals[i].log_odds, model));
    rows.column(next++).append_text(pairs[i].relatives.type);
    rows.column(next++).append_int(pairs[i].relatives.year);
    rows.end_row();
  }
}

Status PairsFile::flush() {
  std::error_code error;
  fs::create_directories(state_->dir, error);
  if (error)
    return Error{ErrorCode::io, state_->dir.string() + ": " + error.message()};
  const auto path =
      state_->dir / fmt::format("pairs_{:04}.parquet", state_->files++);
  DMP_TRY(sql::write_parquet(state_->rows, {}, path, {}));
  state_->rows.clear();
  return {};
}

Status PairsFile::finish(const TextChance& chance, std::int64_t plans) {
  if (state_->files == 0) DMP_TRY(flush());
  sql::TableBuffer rows({sql::field("condition", Kind::int32), reals("chance"),
                         sql::field("plans", Kind::int64)});
  for (std::size_t c = 0; c < kConditions; ++c) {
    rows.column(0).append_int(static_cast<std::int64_t>(c));
    append_reals(rows.column(1), chance[c]);
    rows.column(2).append_int(plans);
    rows.end_row();
  }
  return sql::write_parquet(rows, {}, state_->dir / "text_chance.parquet", {});
}

// --------------------------------------------------------------------- reading

std::int64_t PairSet::pairs() const {
  std::int64_t sum = 0;
  for (const auto& plan : plans)
    sum += static_cast<std::int64_t>(plan.levels.size());
  return sum;
}

namespace {

// Columns of a row, one after another, checked to be in range.
class Row {
 public:
  Row(const sql::Rows& rows, std::size_t row) : rows_(rows), row_(row) {}

  std::string text() { return std::string(column().text(row_)); }
  double real() { return column().value<double>(row_); }
  bool truth() { return column().value<bool>(row_); }
  int integer(int least, int most) {
    const int value = column().value<std::int32_t>(row_);
    good_ = good_ && value >= least && value <= most;
    return good_ ? value : least;
  }
  template <class Enum>
  Enum level(std::size_t count) {
    return static_cast<Enum>(integer(0, static_cast<int>(count) - 1));
  }
  std::vector<double> reals() {
    const auto& list = column();
    const auto range = list.list(row_);
    std::vector<double> values;
    for (std::size_t i = range.begin; i < range.end; ++i)
      values.push_back(list.child(0).value<double>(i));
    return values;
  }
  std::vector<int> integers() {
    const auto& list = column();
    const auto range = list.list(row_);
    std::vector<int> values;
    for (std::size_t i = range.begin; i < range.end; ++i)
      values.push_back(list.child(0).value<std::int32_t>(i));
    return values;
  }
  DateTable table() {
    const auto values = reals();
    DateTable table{};
    good_ = good_ && values.size() == kDateBins;
    if (good_) std::copy(values.begin(), values.end(), table.begin());
    return table;
  }
  void require(bool truth) { good_ = good_ && truth; }
  bool good() const { return good_; }

 private:
  const sql::ColumnView& column() { return rows_.column(next_++); }
  const sql::Rows& rows_;
  std::size_t row_, next_ = 0;
  bool good_ = true;
};

Levels read_levels(Row& row) {
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

Status read_row(Row row, PairSet& set, const fs::path& dir) {
  std::string plan_doi = row.text();
  if (set.plans.empty() || set.plans.back().plan_doi != plan_doi) {
    set.plans.emplace_back();
    set.plans.back().plan_doi = std::move(plan_doi);
  }
  PlanPairs& plan = set.plans.back();
  plan.dois.push_back(row.text());
  plan.levels.push_back(read_levels(row));
  const auto cluster = row.integer(0, INT32_MAX);
  plan.groups.cluster.push_back(static_cast<std::size_t>(cluster));
  const auto related = row.integers();
  const auto rho = row.reals();
  row.require(related.size() == rho.size());
  auto& lifts = plan.groups.lifts.emplace_back();
  for (std::size_t i = 0; row.good() && i < related.size(); ++i) {
    row.require(related[i] >= 0);
    lifts.push_back({static_cast<std::size_t>(related[i]), rho[i]});
  }
  static_cast<void>(row.real());  // of pass one: computed again when needed
  plan.log_odds.push_back(row.real());
  plan.probability.push_back(row.real());
  plan.types.push_back(row.text());
  plan.years.push_back(row.integer(0, INT32_MAX));
  if (row.good()) return {};
  return Error{ErrorCode::corrupt_input,
               fmt::format("{}: bad pair {} {}", dir.string(), plan.plan_doi,
                           plan.dois.back())};
}

Status check_positions(const PairSet& set, const fs::path& dir) {
  for (const auto& plan : set.plans) {
    const std::size_t count = plan.levels.size();
    const bool good =
        std::all_of(plan.groups.cluster.begin(), plan.groups.cluster.end(),
                    [&](std::size_t at) { return at < count; }) &&
        std::all_of(plan.groups.lifts.begin(), plan.groups.lifts.end(),
                    [&](const auto& lifts) {
                      return std::all_of(
                          lifts.begin(), lifts.end(),
                          [&](const Lift& l) { return l.from < count; });
                    });
    if (!good) {
      return Error{ErrorCode::corrupt_input,
                   dir.string() + ": pairs of " + plan.plan_doi + " are cut"};
    }
  }
  return {};
}

Status read_chance(sql::Session& session, const fs::path& dir, PairSet& set) {
  DMP_ASSIGN(
      auto rows,
      session.query("SELECT condition, chance, plans FROM read_parquet(" +
                    sql::quote((dir / "text_chance.parquet").string()) +
                    ") ORDER BY condition"));
  DMP_ASSIGN(const std::size_t count, rows.next());
  for (std::size_t i = 0; i < count; ++i) {
    Row row(rows, i);
    const int condition = row.integer(0, static_cast<int>(kConditions) - 1);
    const auto chances = row.reals();
    row.require(count == kConditions && chances.size() == kTextBins);
    for (const double chance : chances) row.require(chance > 0);
    if (!row.good()) {
      return Error{ErrorCode::corrupt_input,
                   (dir / "text_chance.parquet").string() +
                       ": not 4 x 16 shares above 0"};
    }
    set.searched = rows.column(2).value<std::int64_t>(i);
    std::copy(chances.begin(), chances.end(),
              set.chance[static_cast<std::size_t>(condition)].begin());
  }
  return {};
}

}  // namespace

Result<std::vector<fs::path>> pair_files(const fs::path& dir) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(dir, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".parquet") files.push_back(at->path());
  }
  if (error) return Error{ErrorCode::io, dir.string() + ": " + error.message()};
  std::sort(files.begin(), files.end());
  return files;
}

Result<PairSet> read_pairs(const fs::path& dir) {
  std::vector<fs::path> files;
  if (const auto all = pair_files(dir)) {
    for (const auto& file : *all) {
      if (file.filename().string().starts_with("pairs_")) files.push_back(file);
    }
  }
  if (files.empty()) {
    return Error{ErrorCode::not_found,
                 dir.string() +
                     ": no pairs_*.parquet; hint: search with "
                     "--linkage-pairs"};
  }
  DMP_ASSIGN(auto session, sql::Session::open({}));
  PairSet set;
  DMP_TRY(read_chance(session, dir, set));
  std::string columns;
  for (const auto& field : pairs_schema())
    columns += (columns.empty() ? "" : ", ") + field.name;
  DMP_ASSIGN(auto rows, session.query(fmt::format(
                            "SELECT {} FROM {} ORDER BY dmp_doi, work_doi",
                            columns, sql::parquet_files(files))));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) break;
    for (std::size_t row = 0; row < count; ++row)
      DMP_TRY(read_row(Row(rows, row), set, dir));
  }
  DMP_TRY(check_positions(set, dir));
  return set;
}

}  // namespace dmp::match::linkage
