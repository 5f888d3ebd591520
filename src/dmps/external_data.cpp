#include "dmps/external_data.h"

#include "base/log.h"
#include "dmps/column_values.h"
#include "ingest/columns.h"
#include "ingest/rejects.h"
#include "sql/session.h"
#include "sql/table_buffer.h"
#include "storage/manifest.h"
#include "text/doi.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace dmp::dmps {
namespace {

namespace fs = std::filesystem;
using model::AwardId;
using model::EnrichedAward;
using model::ExternalData;
using sql::Column;
using sql::ColumnView;
using sql::Field;
using sql::Kind;

constexpr double kMaxRejectRatio = 0.001;

// ------------------------------------------------------------------- columns

// NOLINTBEGIN(readability-identifier-naming): numbers of columns and fields
enum TableColumn : std::size_t {
  kDoi,
  kUpdated,
  kChanged,
  kFingerprint,
  kAwards
};
enum AwardField : std::size_t {
  kFunder,
  kAwardId,
  kFundedDois,
  kAwardUrl,
  kError,
  kFetchedAt
};
// NOLINTEND(readability-identifier-naming)

Field parts_field() {
  return sql::list_of("parts",
                      sql::struct_of("element", {sql::text_field("value"),
                                                 sql::text_field("type")}));
}

Field award_field() {
  const auto text = [](const char* name) { return sql::text_field(name); };
  const auto time = [](const char* name) {
    return sql::field(name, Kind::timestamp);
  };
  return sql::struct_of(
      "element",
      {sql::struct_of("funder", {text("name"), text("ror")}),
       sql::struct_of(
           "award_id",
           {text("class"), parts_field(),
            sql::list_of(
                "related_awards",
                sql::struct_of("element", {text("class"), parts_field()}))}),
       sql::list_of("funded_dois", text("element")), text("award_url"),
       sql::struct_of(
           "error",
           {text("stage"), sql::field("status", Kind::int64), text("message"),
            time("at"), sql::field("attempts", Kind::int64)}),
       time("fetched_at")});
}

sql::Schema table_schema() {
  return {sql::text_field("doi"), sql::field("updated", Kind::timestamp),
          sql::field("changed", Kind::timestamp),
          sql::text_field("fingerprint"),
          sql::list_of("awards", award_field())};
}

// ------------------------------------------------------------------- writing

void append_parts(Column& column, const AwardId& id) {
  column.begin_list();
  for (const auto& part : id.parts) {
    Column& entry = column.element();
    entry.append_struct();
    entry.at(0).append_maybe(part.value);
    entry.at(1).append_text(part.type);
  }
  column.end_list();
}

void append_id(Column& column, const AwardId& id) {
  column.append_struct();
  column.at(0).append_text(id.award_class);
  append_parts(column.at(1), id);
}

void append_error(Column& column,
                  const std::optional<model::EnrichmentError>& error) {
  if (!error) {
    column.append_null();
    return;
  }
  column.append_struct();
  column.at(0).append_text(error->stage);
  column.at(1).append_int(error->status);
  column.at(2).append_text(error->message);
  ingest::append_instant(column.at(3), error->at);
  column.at(4).append_int(error->attempts);
}

void append_award(Column& entry, const EnrichedAward& award) {
  entry.append_struct();
  Column& funder = entry.at(kFunder);
  if (award.funder_name || award.funder_ror) {
    funder.append_struct();
    funder.at(0).append_maybe(award.funder_name);
    funder.at(1).append_maybe(award.funder_ror);
  } else {
    funder.append_null();
  }
  Column& id = entry.at(kAwardId);
  append_id(id, award.id);
  id.at(2).begin_list();
  for (const auto& related : award.related_awards)
    append_id(id.at(2).element(), related);
  id.at(2).end_list();
  Column& dois = entry.at(kFundedDois);
  dois.begin_list();
  for (const auto& doi : award.funded_dois) dois.element().append_text(doi);
  dois.end_list();
  entry.at(kAwardUrl).append_maybe(award.award_url);
  append_error(entry.at(kError), award.error);
  ingest::append_instant(entry.at(kFetchedAt), award.fetched_at);
}

void append_row(sql::TableBuffer& table, const ExternalData& row) {
  table.column(kDoi).append_text(row.doi);
  ingest::append_instant(table.column(kUpdated), row.updated);
  ingest::append_instant(table.column(kChanged), row.changed);
  table.column(kFingerprint).append_maybe(row.fingerprint);
  Column& awards = table.column(kAwards);
  awards.begin_list();
  for (const auto& award : row.awards) append_award(awards.element(), award);
  awards.end_list();
  table.end_row();
}

// ------------------------------------------------------------------- reading

// As SQL writes the type, so that a table of other types is cast or refused.
std::string type_of(const Field& field) {
  switch (field.kind) {
    case Kind::list:
      return type_of(field.children[0]) + "[]";
    case Kind::structure: {
      std::string fields;
      for (const auto& child : field.children) {
        fields += fmt::format("{}\"{}\" {}", fields.empty() ? "" : ", ",
                              child.name, type_of(child));
      }
      return "STRUCT(" + fields + ")";
    }
    case Kind::int64:
      return "BIGINT";
    case Kind::timestamp:
      return "TIMESTAMP";
    default:
      return "VARCHAR";
  }
}

std::string rows_of(const fs::path& file) {
  std::string columns;
  for (const Field& field : table_schema()) {
    columns += fmt::format("{}CAST({} AS {})", columns.empty() ? "" : ", ",
                           field.name, type_of(field));
  }
  return fmt::format("SELECT {} FROM {}", columns, sql::parquet_files({file}));
}

AwardId id_at(const ColumnView& ids, std::size_t at) {
  AwardId id;
  if (ids.is_null(at)) return id;
  id.award_class = ids.child(0).text(at);
  each_element(ids.child(1), at, [&](const ColumnView& parts, std::size_t i) {
    if (parts.is_null(i)) return;
    id.parts.push_back(
        {parts.child(0).maybe_text(i), std::string(parts.child(1).text(i))});
  });
  return id;
}

std::optional<model::EnrichmentError> error_at(const ColumnView& errors,
                                               std::size_t at) {
  if (errors.is_null(at)) return std::nullopt;
  model::EnrichmentError error;
  error.stage = errors.child(0).text(at);
  error.status = maybe_value<std::int64_t>(errors.child(1), at).value_or(0);
  error.message = errors.child(2).text(at);
  error.at = maybe_value<text::Micros>(errors.child(3), at);
  error.attempts = maybe_value<std::int64_t>(errors.child(4), at).value_or(0);
  return error;
}

// Reads the files of a stage, one row a plan.
class Reader {
 public:
  Status read(sql::Session& session, const fs::path& file) {
    DMP_ASSIGN(auto rows, session.query(rows_of(file)));
    const std::size_t before = rejects_.size();
    std::int64_t number = 0;
    while (true) {
      DMP_ASSIGN(const std::size_t count, rows.next());
      if (count == 0) break;
      for (std::size_t row = 0; row < count; ++row)
        take(rows, row, file, ++number);
    }
    table_.counters.add("rows", number);
    return ingest::check_rejects(file, std::span(rejects_).subspan(before),
                                 number, kMaxRejectRatio);
  }

  ExternalTable finish() {
    if (!rejects_.empty()) {
      table_.counters.add("no_doi", static_cast<std::int64_t>(rejects_.size()));
      log::warning("{} rows of external data have no DOI, {} row {} first",
                   rejects_.size(), rejects_[0].file, rejects_[0].line);
    }
    for (auto& [doi, row] : by_doi_) table_.rows.push_back(std::move(row));
    return std::move(table_);
  }

 private:
  void take(const sql::Rows& rows, std::size_t row, const fs::path& file,
            std::int64_t number) {
    const std::string_view given = rows.column(kDoi).text(row);
    const text::Doi doi = text::doi_registry(given);
    if (!doi.usable()) {
      rejects_.push_back({file.string(), static_cast<std::uint64_t>(number), 0,
                          "no_doi", std::string(given.substr(0, 200))});
      return;
    }
    ExternalData found;
    found.doi = doi.doi;
    found.updated = maybe_value<text::Micros>(rows.column(kUpdated), row);
    found.changed = maybe_value<text::Micros>(rows.column(kChanged), row);
    found.fingerprint = rows.column(kFingerprint).maybe_text(row);
    each_element(rows.column(kAwards), row,
                 [&](const ColumnView& awards, std::size_t at) {
                   if (!awards.is_null(at))
                     found.awards.push_back(award_at(awards, at));
                 });
    const auto [place, is_new] = by_doi_.try_emplace(found.doi);
    if (!is_new) table_.counters.add("duplicate");
    if (is_new || found.updated >= place->second.updated)
      place->second = std::move(found);
  }

  EnrichedAward award_at(const ColumnView& awards, std::size_t at) {
    EnrichedAward award;
    const ColumnView& funder = awards.child(kFunder);
    if (!funder.is_null(at)) {
      award.funder_name = funder.child(0).maybe_text(at);
      award.funder_ror = funder.child(1).maybe_text(at);
    }
    const ColumnView& ids = awards.child(kAwardId);
    award.id = id_at(ids, at);
    if (!ids.is_null(at)) {
      each_element(ids.child(2), at,
                   [&](const ColumnView& related, std::size_t i) {
                     award.related_awards.push_back(id_at(related, i));
                   });
    }
    each_element(awards.child(kFundedDois), at,
                 [&](const ColumnView& dois, std::size_t i) {
                   add_doi(dois.text(i), award.funded_dois);
                 });
    auto& dois = award.funded_dois;
    std::sort(dois.begin(), dois.end());
    dois.erase(std::unique(dois.begin(), dois.end()), dois.end());
    award.award_url = awards.child(kAwardUrl).maybe_text(at);
    award.error = error_at(awards.child(kError), at);
    award.fetched_at = maybe_value<text::Micros>(awards.child(kFetchedAt), at);
    return award;
  }

  void add_doi(std::string_view text, std::vector<std::string>& dois) {
    text::Doi doi = text::doi_registry(text);
    if (doi.usable()) {
      dois.push_back(std::move(doi.doi));
    } else {
      table_.counters.add("bad_funded_doi");
    }
  }

  ExternalTable table_;
  std::map<std::string, ExternalData> by_doi_;
  std::vector<ingest::Reject> rejects_;
};

}  // namespace

Status write_external_data(const std::vector<ExternalData>& rows,
                           const fs::path& path) {
  sql::TableBuffer table(table_schema());
  for (const auto& row : rows) append_row(table, row);
  return sql::write_parquet(table, {}, path, {});
}

Result<ExternalTable> read_external_data(const fs::path& stage_dir) {
  DMP_ASSIGN(const auto manifest, storage::read_manifest(stage_dir));
  DMP_TRY(storage::verify_sizes(manifest, stage_dir));
  DMP_ASSIGN(auto session, sql::Session::open({}));
  Reader reader;
  for (const auto& file : manifest.paths(stage_dir, "external_data_")) {
    Status read = reader.read(session, file);
    if (read) continue;
    Error error = std::move(read).error();
    // DuckDB's word for a column that is absent or cannot be cast.
    if (error.code == ErrorCode::internal)
      error.code = ErrorCode::corrupt_input;
    return std::move(error).during(file.string());
  }
  return reader.finish();
}

}  // namespace dmp::dmps
