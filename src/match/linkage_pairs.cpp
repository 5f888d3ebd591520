#include "match/linkage_pairs.h"

#include "match/levels_table.h"
#include "sql/session.h"
#include "sql/table_buffer.h"
#include "storage/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace dmp::match::linkage {

namespace fs = std::filesystem;
using sql::Column;
using sql::Kind;

namespace {

sql::Schema pairs_schema() {
  sql::Schema schema{sql::text_field("dmp_doi"), sql::text_field("work_doi")};
  for (auto& column : levels_schema()) schema.push_back(std::move(column));
  for (auto& column :
       {sql::field("cluster", Kind::int32), integers("related"),
        reals("related_rho"), sql::field("own_log_odds", Kind::real),
        sql::field("log_odds", Kind::real),
        sql::field("probability", Kind::real), sql::text_field("work_type"),
        sql::field("work_year", Kind::int32)}) {
    schema.push_back(column);
  }
  return schema;
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

Status read_row(PairRow row, PairSet& set, const fs::path& dir) {
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
    PairRow row(rows, i);
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

namespace {

// Of a stage the folder that its manifest names.
fs::path pairs_in(const fs::path& dir) {
  const auto manifest = storage::read_manifest(dir);
  if (!manifest) return dir;
  const auto files = manifest->paths(dir, "linkage_pairs/");
  return files.empty() ? dir : files.front().parent_path();
}

}  // namespace

Result<PairSet> read_pairs(const fs::path& place) {
  const fs::path dir = pairs_in(place);
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
      DMP_TRY(read_row(PairRow(rows, row), set, dir));
  }
  DMP_TRY(check_positions(set, dir));
  return set;
}

}  // namespace dmp::match::linkage
