#include "dmps/plan_table.h"

#include "dmps/column_values.h"
#include "ingest/columns.h"
#include "sql/session.h"
#include "sql/table_buffer.h"

#include <array>
#include <utility>

namespace dmp::dmps {
namespace {

using sql::Column;
using sql::ColumnView;
using sql::Kind;

// NOLINTBEGIN(readability-identifier-naming): numbers of columns
enum PlanColumn : std::size_t {
  kDoi,
  kCreated,
  kRegistered,
  kModified,
  kTitle,
  kAbstract,
  kStart,
  kEnd,
  kInstitutions,
  kAuthors,
  kFunding,
  kOutputs,
  kPlanId,
  kSource,
  kEndInferred,
  kColumns
};
// NOLINTEND(readability-identifier-naming)

sql::Schema plan_schema() {
  const auto text = [](const char* name) { return sql::text_field(name); };
  sql::Field funder = sql::struct_of(
      "funder", {text("name"), text("ror"), text("funder_fundref")});
  sql::Field funding = sql::struct_of(
      "element",
      {std::move(funder), text("status"), text("funding_opportunity_id"),
       text("award_id"), text("funder_project_number")});
  return {text("doi"),
          sql::field("created", Kind::timestamp),
          sql::field("registered", Kind::timestamp),
          sql::field("modified", Kind::timestamp),
          text("title"),
          text("abstract_text"),
          sql::field("project_start", Kind::date),
          sql::field("project_end", Kind::date),
          sql::list_of("institutions", ingest::organisation_field("element")),
          sql::list_of("authors", ingest::author_field("element")),
          sql::list_of("funding", std::move(funding)),
          sql::list_of("published_outputs",
                       sql::struct_of("element", {text("doi")})),
          sql::field("plan_id", Kind::int64),
          text("source"),
          sql::field("end_inferred", Kind::boolean)};
}

void append_funding(Column& column, const std::vector<model::Funding>& items) {
  column.begin_list();
  for (const model::Funding& item : items) {
    Column& entry = column.element();
    entry.append_struct();
    Column& funder = entry.at(0);
    funder.append_struct();
    funder.at(0).append_maybe(item.funder_name);
    funder.at(1).append_maybe(item.funder_ror);
    funder.at(2).append_maybe(item.funder_fundref);
    entry.at(1).append_maybe(item.status);
    entry.at(2).append_maybe(item.funding_opportunity_id);
    entry.at(3).append_maybe(item.award_id);
    entry.at(4).append_maybe(item.funder_project_number);
  }
  column.end_list();
}

void append_plan(sql::TableBuffer& rows, const model::Plan& plan) {
  rows.column(kDoi).append_text(plan.doi);
  append_integer(rows.column(kCreated), plan.created);
  append_integer(rows.column(kRegistered), plan.registered);
  append_integer(rows.column(kModified), plan.modified);
  rows.column(kTitle).append_maybe(plan.title);
  rows.column(kAbstract).append_maybe(plan.abstract_text);
  append_integer(rows.column(kStart), plan.project_start);
  append_integer(rows.column(kEnd), plan.project_end);
  ingest::append_organisations(rows.column(kInstitutions), plan.institutions);
  ingest::append_authors(rows.column(kAuthors), plan.authors);
  append_funding(rows.column(kFunding), plan.funding);
  Column& outputs = rows.column(kOutputs);
  outputs.begin_list();
  for (const std::string& doi : plan.published_outputs) {
    outputs.element().append_struct();
    outputs.element().at(0).append_text(doi);
  }
  outputs.end_list();
  append_integer(rows.column(kPlanId), plan.plan_id);
  rows.column(kSource).append_text(plan.source);
  rows.column(kEndInferred).append_bool(plan.end_inferred);
  rows.end_row();
}

model::Author author_at(const ColumnView& item, std::size_t at) {
  const auto part = [&](std::size_t i) { return item.child(i).maybe_text(at); };
  return {part(0), {part(1), part(2), part(3), part(4), part(5), part(6)}};
}

model::Funding funding_at(const ColumnView& item, std::size_t at) {
  const ColumnView& funder = item.child(0);
  model::Funding funding;
  funding.funder_name = funder.child(0).maybe_text(at);
  funding.funder_ror = funder.child(1).maybe_text(at);
  funding.funder_fundref = funder.child(2).maybe_text(at);
  funding.status = item.child(1).maybe_text(at);
  funding.funding_opportunity_id = item.child(2).maybe_text(at);
  funding.award_id = item.child(3).maybe_text(at);
  funding.funder_project_number = item.child(4).maybe_text(at);
  return funding;
}

model::Plan plan_at(const sql::Rows& rows, std::size_t row) {
  const auto column = [&](PlanColumn which) -> const ColumnView& {
    return rows.column(which);
  };
  model::Plan plan;
  plan.doi = column(kDoi).maybe_text(row).value_or("");
  plan.created = maybe_value<std::int64_t>(column(kCreated), row);
  plan.registered = maybe_value<std::int64_t>(column(kRegistered), row);
  plan.modified = maybe_value<std::int64_t>(column(kModified), row);
  plan.title = column(kTitle).maybe_text(row);
  plan.abstract_text = column(kAbstract).maybe_text(row);
  plan.project_start = maybe_value<std::int32_t>(column(kStart), row);
  plan.project_end = maybe_value<std::int32_t>(column(kEnd), row);
  each_element(
      column(kInstitutions), row, [&](const ColumnView& item, std::size_t at) {
        plan.institutions.push_back(
            {item.child(0).maybe_text(at), item.child(1).maybe_text(at)});
      });
  each_element(column(kAuthors), row,
               [&](const ColumnView& item, std::size_t at) {
                 plan.authors.push_back(author_at(item, at));
               });
  each_element(column(kFunding), row,
               [&](const ColumnView& item, std::size_t at) {
                 plan.funding.push_back(funding_at(item, at));
               });
  each_element(column(kOutputs), row,
               [&](const ColumnView& item, std::size_t at) {
                 plan.published_outputs.emplace_back(item.child(0).text(at));
               });
  plan.plan_id = maybe_value<std::int64_t>(column(kPlanId), row);
  plan.source = std::string(column(kSource).text(row));
  plan.end_inferred = maybe_value<bool>(column(kEndInferred), row) == true;
  return plan;
}

}  // namespace

Status write_plan_table(const std::vector<model::Plan>& plans,
                        const std::filesystem::path& path) {
  sql::TableBuffer rows(plan_schema());
  for (const model::Plan& plan : plans) append_plan(rows, plan);
  return sql::write_parquet(rows, {}, path, {});
}

Result<std::vector<model::Plan>> read_plan_table(
    const std::vector<std::filesystem::path>& files) {
  std::vector<model::Plan> plans;
  if (files.empty()) return plans;
  std::string columns;
  for (const sql::Field& field : plan_schema()) {
    columns += (columns.empty() ? "" : ", ") + field.name;
  }
  DMP_ASSIGN(auto session, sql::Session::open({}));
  DMP_ASSIGN(auto rows,
             session.query("SELECT " + columns + " FROM " +
                           sql::parquet_files(files) + " ORDER BY doi"));
  while (true) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return plans;
    for (std::size_t row = 0; row < count; ++row) {
      plans.push_back(plan_at(rows, row));
    }
  }
}

}  // namespace dmp::dmps
