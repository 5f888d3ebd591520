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

sql::Schema chance_schema() {
  return {sql::field("condition", Kind::int32), reals("chance"),
          sql::field("plans", Kind::int64)};
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
  sql::TableBuffer rows(chance_schema());
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

// What DuckDB says of a file: that it is not what we write.
Error corrupt(const fs::path& file, Error error) {
  if (error.code == ErrorCode::internal) error.code = ErrorCode::corrupt_input;
  return std::move(error).during(file.string());
}

Error corrupt(const fs::path& file, std::string_view what) {
  return {ErrorCode::corrupt_input, fmt::format("{}: {}", file.string(), what)};
}

using Files = std::vector<fs::path>;

// The pairs_*.parquet of one search, as one table.
class PairFiles {
 public:
  PairFiles(sql::Session& session, Files files)
      : session_(session), files_(std::move(files)) {}

  // The files in groups, ascending by plan: the plans of one are all before
  // those of the next. Those of a search are a group each; so a sort holds the
  // pairs of a few hundred plans at a time.
  Result<std::vector<Files>> groups() {
    DMP_ASSIGN(auto spans, session_.query(fmt::format(
                               "SELECT filename, min(CAST(dmp_doi AS VARCHAR)) "
                               "AS first, max(CAST(dmp_doi AS VARCHAR)) FROM "
                               "read_parquet({}, filename = true) WHERE "
                               "dmp_doi IS NOT NULL GROUP BY filename ORDER BY "
                               "first, filename",
                               sql::file_list(files_))));
    std::vector<Files> groups;
    Files others = files_;  // without a plan: their columns are looked at too
    std::string last;
    for (;;) {
      DMP_ASSIGN(const std::size_t count, spans.next());
      if (count == 0) break;
      for (std::size_t row = 0; row < count; ++row) {
        const fs::path file = std::string(spans.column(0).text(row));
        const std::string first(spans.column(1).text(row));
        if (groups.empty() || first > last) groups.emplace_back();
        groups.back().push_back(file);
        last = std::max(last, std::string(spans.column(2).text(row)));
        std::erase(others, file);
      }
    }
    if (!others.empty()) groups.push_back(std::move(others));
    return groups;
  }

  // Ordered by plan and work.
  Result<sql::Rows> rows(const Files& group) {
    return session_.query("SELECT " + cast_columns(pairs_schema()) + " FROM " +
                          sql::parquet_files(group) +
                          " ORDER BY dmp_doi, work_doi");
  }

  // Of an error of rows(): names the first file that fails alone too.
  Error blamed(Error error) {
    for (const auto& file : files_) {
      auto alone = session_.execute("SELECT " + cast_columns(pairs_schema()) +
                                    " FROM " + sql::parquet_files({file}));
      if (!alone) return corrupt(file, std::move(alone).error());
    }
    return corrupt(files_.front().parent_path(), std::move(error));
  }

  // Names the first file that has the pair; an empty `work_doi`: any of the
  // plan.
  Error blamed(const std::string& plan_doi, const std::string& work_doi,
               std::string_view what) {
    const auto is = [](const char* column, const std::string& doi) {
      return fmt::format("coalesce(CAST({} AS VARCHAR), '') = {}", column,
                         sql::quote(doi));
    };
    const auto file = session_.scalar_text(fmt::format(
        "SELECT min(filename) FROM read_parquet({}, filename = true) WHERE {} "
        "AND ({} OR {})",
        sql::file_list(files_), is("dmp_doi", plan_doi),
        is("work_doi", work_doi), work_doi.empty()));
    return corrupt(file ? fs::path(*file) : files_.front().parent_path(), what);
  }

 private:
  sql::Session& session_;
  Files files_;
};

void read_groups(PairRow& row, Groups& groups) {
  groups.cluster.push_back(static_cast<std::size_t>(row.integer(0, INT32_MAX)));
  const auto related = row.integers();
  for (const int from : related) row.require(from >= 0);
  const auto rho = row.reals(0, 1);
  row.require(related.size() == rho.size());
  auto& lifts = groups.lifts.emplace_back();
  for (std::size_t i = 0; row.good() && i < related.size(); ++i) {
    row.require(rho[i] < 1);  // nothing is as sure as what lifts it
    lifts.push_back({static_cast<std::size_t>(related[i]), rho[i]});
  }
}

// No more room than its pairs need: there may be millions of them.
void tighten(PlanPairs& plan) {
  plan.dois.shrink_to_fit();
  plan.levels.shrink_to_fit();
  plan.groups.cluster.shrink_to_fit();
  plan.groups.lifts.shrink_to_fit();
  plan.log_odds.shrink_to_fit();
  plan.probability.shrink_to_fit();
  plan.types.shrink_to_fit();
  plan.years.shrink_to_fit();
}

Status read_row(PairRow row, PairSet& set, PairFiles& files) {
  std::string plan_doi = row.text();
  row.require(!plan_doi.empty());
  if (set.plans.empty() || set.plans.back().plan_doi != plan_doi) {
    if (!set.plans.empty()) tighten(set.plans.back());
    set.plans.emplace_back();
    set.plans.back().plan_doi = std::move(plan_doi);
  }
  PlanPairs& plan = set.plans.back();
  plan.dois.push_back(row.text());
  row.require(!plan.dois.back().empty());
  const std::size_t count = plan.dois.size();
  const bool twice = count > 1 && plan.dois[count - 2] == plan.dois.back();
  plan.levels.push_back(read_levels(row));
  read_groups(row, plan.groups);
  static_cast<void>(row.real());  // of pass one: computed again when needed
  plan.log_odds.push_back(row.real());
  plan.probability.push_back(row.real(0, 1));
  plan.types.push_back(row.text());
  plan.years.push_back(row.integer(0, INT32_MAX));
  if (row.good() && !twice) return {};
  const auto what =
      row.good() ? std::string("repeated") : "bad " + row.bad() + " of";
  return files.blamed(
      plan.plan_doi, plan.dois.back(),
      fmt::format("{} pair {} {}", what, plan.plan_doi, plan.dois.back()));
}

Status check_positions(const PairSet& set, PairFiles& files) {
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
      return files.blamed(plan.plan_doi, "",
                          "pairs of " + plan.plan_doi + " are cut");
    }
  }
  return {};
}

Status read_group(const Files& group, PairFiles& files, PairSet& set) {
  auto rows = files.rows(group);
  if (!rows) return files.blamed(std::move(rows).error());
  for (;;) {
    auto count = rows->next();
    if (!count) return files.blamed(std::move(count).error());
    if (*count == 0) return {};
    for (std::size_t row = 0; row < *count; ++row)
      DMP_TRY(read_row(PairRow(*rows, row), set, files));
  }
}

Status read_all(PairFiles& files, PairSet& set) {
  const auto groups = files.groups();
  if (!groups) return files.blamed(groups.error());
  for (const Files& group : *groups) DMP_TRY(read_group(group, files, set));
  return check_positions(set, files);
}

// Rows by condition: each is the one that its place says.
Status read_condition(PairRow row, std::size_t place, const fs::path& file,
                      PairSet& set) {
  const int condition = row.integer(0, static_cast<int>(kConditions) - 1);
  row.require(static_cast<std::size_t>(condition) == place);
  const auto chances = row.chances();
  row.require(chances.size() == kTextBins);
  const auto searched = row.count();
  row.require(place == 0 || searched == set.searched);
  if (!row.good()) {
    return corrupt(file, fmt::format("bad {} in row {}; it has conditions 0 to "
                                     "3 once each, each of 16 chances",
                                     row.bad(), place + 1));
  }
  set.searched = searched;
  std::copy(chances.begin(), chances.end(), set.chance[place].begin());
  return {};
}

Status read_chance(sql::Session& session, const fs::path& file, PairSet& set) {
  auto rows =
      session.query("SELECT " + cast_columns(chance_schema()) + " FROM " +
                    sql::parquet_files({file}) + " ORDER BY condition");
  if (!rows) return corrupt(file, std::move(rows).error());
  std::size_t place = 0;
  for (;;) {
    auto count = rows->next();
    if (!count) return corrupt(file, std::move(count).error());
    if (*count == 0) break;
    for (std::size_t i = 0; i < *count; ++i)
      DMP_TRY(read_condition(PairRow(*rows, i), place++, file, set));
  }
  if (place == kConditions) return {};
  return corrupt(file,
                 fmt::format("{} conditions, not {}", place, kConditions));
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

bool is_pairs(const fs::path& file) {
  return file.filename().string().starts_with("pairs_");
}

// What the manifest of a search lists in linkage_pairs/; none if `stage` has no
// manifest.
std::vector<fs::path> listed(const fs::path& stage) {
  const auto manifest = storage::read_manifest(stage);
  return manifest ? manifest->paths(stage, "linkage_pairs/")
                  : std::vector<fs::path>{};
}

// The files of the stage that `place` is, or else lies in as linkage_pairs/ or
// r<NN>/linkage_pairs/; of a folder in no stage all that are there: a killed
// search leaves files that no manifest lists.
std::vector<fs::path> files_at(const fs::path& place) {
  auto files = listed(place);
  if (!files.empty()) return files;
  std::error_code error;
  const fs::path dir = fs::canonical(place, error);
  for (const auto& stage :
       {dir.parent_path(), dir.parent_path().parent_path()}) {
    files = listed(stage);
    if (!files.empty() && files.front().parent_path() == dir) return files;
  }
  return pair_files(place).value_or(std::vector<fs::path>{});
}

}  // namespace

Result<PairSet> read_pairs(const fs::path& place) {
  std::vector<fs::path> files = files_at(place);
  files.erase(std::remove_if(files.begin(), files.end(),
                             [](const auto& file) { return !is_pairs(file); }),
              files.end());
  if (files.empty()) {
    return Error{ErrorCode::not_found,
                 place.string() +
                     ": no pairs_*.parquet; hint: search with "
                     "--linkage-pairs"};
  }
  const fs::path chance = files.front().parent_path() / "text_chance.parquet";
  DMP_ASSIGN(auto session, sql::Session::open({}));
  PairSet set;
  DMP_TRY(read_chance(session, chance, set));
  PairFiles pairs(session, std::move(files));
  DMP_TRY(read_all(pairs, set));
  return set;
}

}  // namespace dmp::match::linkage
