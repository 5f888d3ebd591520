#include "database/stored_matches.h"

#include "base/json_writer.h"
#include "database/plan_map.h"
#include "database/schema.h"
#include "ingest/record_lines.h"
#include "results/match_json.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

namespace dmp::database {

namespace {

constexpr const char* kPlans = "SELECT id, dmpId, title FROM plans";

// Columns of JSON follow those of text, in the order of kTexts and kJsons.
constexpr const char* kMatches = R"sql(
SELECT r.score, r.scoreMax, lower(hex(v.hash)), k.doi, v.workType,
       v.publicationDate, v.title, v.abstractText, v.publicationVenue,
       v.sourceName, nullif(v.sourceUrl, ''), v.authors, v.institutions,
       v.funders, v.awards, r.doiMatch, r.contentMatch, r.authorMatches,
       r.institutionMatches, r.funderMatches, r.awardMatches, r.weights,
       r.probability, r.logOdds
  FROM relatedWorks r
  JOIN workVersions v ON v.id = r.workVersionId
  JOIN works k        ON k.id = v.workId
 WHERE r.planId = ?1
 ORDER BY r.score DESC, r.logOdds DESC, k.doi, v.hash)sql";

constexpr int kFirstText = 2;
constexpr std::array kTexts{
    "hash",  "doi",          "workType",        "publicationDate",
    "title", "abstractText", "publicationVenue"};
constexpr int kSource = kFirstText + static_cast<int>(kTexts.size());
constexpr int kFirstJson = kSource + 2;
constexpr std::array kWorkJsons{"authors", "institutions", "funders", "awards"};
constexpr std::array kMatchJsons{
    "doiMatch",      "contentMatch", "authorMatches", "institutionMatches",
    "funderMatches", "awardMatches", "weights"};

template <class Names>
int put_jsons(JsonWriter& json, const Statement& row, const Names& names,
              int column) {
  for (const char* name : names) {
    json.key(name);
    if (const auto text = row.maybe_text(column++)) {
      json.raw(*text);
    } else {
      json.null();
    }
  }
  return column;
}

void put_match(JsonWriter& json, const Statement& row) {
  json.begin_object().member("score", row.real(0));
  json.member("scoreMax", row.real(1)).key("work").begin_object();
  int column = kFirstText;
  for (const char* name : kTexts) json.member(name, row.maybe_text(column++));
  json.key("source").begin_object().member("name", row.text(kSource));
  json.member("url", row.maybe_text(kSource + 1)).end_object();
  column = put_jsons(json, row, kWorkJsons, kFirstJson);
  json.end_object();
  column = put_jsons(json, row, kMatchJsons, column);
  // Null with ranker query: the reader then takes the match for one of it.
  json.member("probability", row.maybe_real(column));
  json.member("logOdds", row.maybe_real(column + 1));
  json.end_object();
}

struct StoredPlan {
  std::string doi;
  std::int64_t id = 0;
  std::optional<std::string> title;
};

Result<std::vector<StoredPlan>> stored_plans(Connection& connection) {
  DMP_ASSIGN(Statement rows, connection.prepare(kPlans));
  std::vector<StoredPlan> plans;
  while (true) {
    DMP_ASSIGN(const bool row, rows.step());
    if (!row) break;
    const std::string named = rows.text(1);
    std::string doi = normal_doi(named);
    plans.push_back(
        {doi.empty() ? named : doi, rows.integer(0), rows.maybe_text(2)});
  }
  std::sort(plans.begin(), plans.end(), [](const auto& a, const auto& b) {
    return std::tie(a.doi, a.id) < std::tie(b.doi, b.id);
  });
  return plans;
}

// The record of a matches file that a search would have written.
Result<std::string> record_of(const StoredPlan& plan, Statement& rows) {
  std::string record;
  JsonWriter json(record);
  json.begin_object().member("dmpDoi", plan.doi).member("planId", plan.id);
  json.key("works").begin_array();
  rows.bind(plan.id);
  while (true) {
    DMP_ASSIGN(const bool row, rows.step());
    if (!row) break;
    put_match(json, rows);
  }
  json.end_array().end_object();
  return record;
}

}  // namespace

Result<StoredMatches> StoredMatches::open(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    return Error{ErrorCode::not_found, file.string() + ": no such database"};
  DMP_ASSIGN(Connection connection,
             Connection::open(file, Access::read, std::chrono::seconds(10)));
  if (Status ready = view_schema(connection); !ready)
    return std::move(ready).error().during(file.string());
  // From the first row read, others' changes are not seen.
  DMP_TRY(connection.run("BEGIN"));
  return StoredMatches(std::move(connection));
}

Result<std::vector<model::Plan>> StoredMatches::plans() {
  DMP_ASSIGN(auto stored, stored_plans(connection_));
  std::vector<model::Plan> plans;
  for (StoredPlan& one : stored) {
    model::Plan& plan = plans.emplace_back();
    plan.doi = std::move(one.doi);
    plan.title = std::move(one.title);
    plan.plan_id = one.id;
  }
  return plans;
}

Status StoredMatches::read(const results::MatchVisit& visit) {
  DMP_ASSIGN(const auto plans, stored_plans(connection_));
  DMP_ASSIGN(Statement rows, connection_.prepare(kMatches));
  results::MatchParser parser;
  for (const StoredPlan& plan : plans) {
    DMP_ASSIGN(std::string record, record_of(plan, rows));
    const std::size_t size = record.size();
    record.append(ingest::RecordLines::kPaddingBytes, '\0');
    DMP_ASSIGN(auto parsed,
               parser.parse(std::string_view(record).substr(0, size)));
    DMP_TRY(visit(std::move(parsed.matches)));
  }
  return {};
}

}  // namespace dmp::database
