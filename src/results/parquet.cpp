#include "results/parquet.h"

#include "results/evidence.h"
#include "sql/session.h"
#include "sql/table_buffer.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace dmp::results {
namespace {

namespace fs = std::filesystem;
using sql::Column;
using sql::Kind;

constexpr std::size_t kRowsHeld = 100'000;

sql::Field items_field(std::string name) {
  return sql::list_of(
      std::move(name),
      sql::struct_of(
          "element",
          {sql::field("index", Kind::int32), sql::field("score", Kind::real),
           sql::list_of("fields", sql::text_field("element"))}));
}

sql::Schema match_schema() {
  return {sql::text_field("dmp_doi"),
          sql::field("plan_id", Kind::int64),
          sql::field("rank", Kind::int32),
          sql::text_field("work_doi"),
          sql::text_field("title"),
          sql::text_field("work_type"),
          sql::field("publication_date", Kind::date),
          sql::text_field("publication_venue"),
          sql::text_field("source_name"),
          sql::text_field("source_url"),
          sql::text_field("hash"),
          sql::field("score", Kind::real),
          sql::field("score_max", Kind::real),
          sql::text_field("band"),
          sql::list_of("signals", sql::text_field("element")),
          sql::text_field("date_status"),
          sql::field("funder_mismatch", Kind::boolean),
          sql::field("funded_doi", Kind::boolean),
          sql::field("content_score", Kind::real),
          items_field("author_matches"),
          items_field("institution_matches"),
          items_field("funder_matches"),
          items_field("award_matches"),
          items_field("intra_work_doi_matches"),
          items_field("possible_shared_project_doi_matches"),
          items_field("dataset_citation_doi_matches"),
          sql::field("probability", Kind::real),
          sql::field("log_odds", Kind::real),
          sql::list_of(
              "weights",
              sql::struct_of(
                  "element",
                  {sql::text_field("k"), sql::text_field("level"),
                   sql::field("vs_chance", Kind::real),
                   sql::field("vs_team", Kind::real),
                   sql::field("dmp", Kind::int32),
                   sql::field("work", Kind::int32), sql::text_field("note")}))};
}

void append_items(Column& column, const std::vector<model::ItemMatch>& items) {
  column.begin_list();
  for (const model::ItemMatch& item : items) {
    Column& element = column.element();
    element.append_struct();
    element.at(0).append_int(item.index);
    element.at(1).append_real(item.score);
    element.at(2).begin_list();
    for (const std::string& field : item.fields) {
      element.at(2).element().append_text(field);
    }
    element.at(2).end_list();
  }
  column.end_list();
}

// Null, null and an empty list with ranker query.
void append_linkage(sql::TableBuffer& rows, std::size_t first,
                    const model::Match& match) {
  Column& weights = rows.column(first + 2);
  weights.begin_list();
  if (match.linkage) {
    rows.column(first).append_real(match.linkage->probability);
    rows.column(first + 1).append_real(match.linkage->log_odds);
    for (const auto& entry : match.linkage->weights) {
      Column& element = weights.element();
      element.append_struct();
      element.at(0).append_text(entry.kind);
      element.at(1).append_text(entry.level);
      element.at(2).append_real(entry.vs_chance);
      element.at(3).append_real(entry.vs_team);
      element.at(4).append_int(entry.dmp);
      element.at(5).append_int(entry.work);
      element.at(6).append_text(entry.note);
    }
  } else {
    rows.column(first).append_null();
    rows.column(first + 1).append_null();
  }
  weights.end_list();
}

void append_match(sql::TableBuffer& rows, const model::PlanMatches& plan,
                  std::size_t index) {
  const model::Match& match = plan.works[index];
  const model::Work& work = match.work;
  std::size_t next = 0;
  const auto column = [&]() -> Column& { return rows.column(next++); };
  const auto integer = [](Column& to, const auto& value) {
    if (value) {
      to.append_int(*value);
    } else {
      to.append_null();
    }
  };
  column().append_text(plan.plan_doi);
  integer(column(), plan.plan_id);
  column().append_int(static_cast<std::int64_t>(index) + 1);
  column().append_text(work.doi);
  column().append_maybe(work.title);
  column().append_text(work.work_type);
  integer(column(), work.publication_date);
  column().append_maybe(work.publication_venue);
  column().append_text(work.source_name);
  column().append_maybe(work.source_url);
  column().append_text(work.version_hash.empty() ? work.hash
                                                 : work.version_hash);
  column().append_real(match.score);
  column().append_real(plan.score_max);
  column().append_text(band_name(band_of(match.score, plan.score_max)));
  Column& signals = column();
  signals.begin_list();
  for (const auto signal : signals_of(match)) {
    signals.element().append_text(signal);
  }
  signals.end_list();
  column().append_text(match.date_status);
  column().append_bool(match.funder_mismatch);
  column().append_bool(match.doi_found);
  column().append_real(match.content_score);
  for (const auto* items :
       {&match.authors, &match.institutions, &match.funders, &match.awards,
        &match.intra_work_dois, &match.possible_shared_project_dois,
        &match.dataset_citation_dois}) {
    append_items(column(), *items);
  }
  append_linkage(rows, next, match);
  rows.end_row();
}

}  // namespace

struct MatchParquetWriter::State {
  explicit State(fs::path to) : path(std::move(to)), held(match_schema()) {}
  ~State() { remove_parts(); }

  Status write_part() {
    fs::path part = path;
    part += fmt::format(".part{:04}", parts.size());
    parts.push_back(part);
    DMP_TRY(sql::write_parquet(held, {}, part, {}));
    held.clear();
    return {};
  }

  Status join_parts() {
    DMP_ASSIGN(auto session, sql::Session::open({}));
    return session.execute(
        fmt::format("COPY (SELECT * FROM {}) TO {} "
                    "(FORMAT parquet, COMPRESSION zstd)",
                    sql::parquet_files(parts), sql::quote(path.string())));
  }

  void remove_parts() {
    std::error_code ignored;
    for (const fs::path& part : parts) fs::remove(part, ignored);
  }

  fs::path path;
  sql::TableBuffer held;
  std::vector<fs::path> parts;
  std::int64_t rows = 0;
};

MatchParquetWriter::MatchParquetWriter(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
MatchParquetWriter::MatchParquetWriter(MatchParquetWriter&&) noexcept = default;
MatchParquetWriter::~MatchParquetWriter() = default;

Result<MatchParquetWriter> MatchParquetWriter::create(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) {
    return Error{ErrorCode::io, path.string() + ": exists already"};
  }
  return MatchParquetWriter(std::make_unique<State>(path));
}

Status MatchParquetWriter::put(const model::PlanMatches& matches) {
  for (std::size_t index = 0; index < matches.works.size(); ++index) {
    append_match(state_->held, matches, index);
    ++state_->rows;
    if (state_->held.rows() >= kRowsHeld) DMP_TRY(state_->write_part());
  }
  return {};
}

Result<std::int64_t> MatchParquetWriter::finish() {
  if (state_->parts.empty()) {
    DMP_TRY(sql::write_parquet(state_->held, {}, state_->path, {}));
  } else {
    if (state_->held.rows() > 0) DMP_TRY(state_->write_part());
    DMP_TRY(state_->join_parts());
    state_->remove_parts();
    DMP_TRY(storage::sync_to_disk(state_->path));
  }
  return state_->rows;
}

}  // namespace dmp::results
