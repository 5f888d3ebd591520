#include "sql/index_audits.h"

#include "model/work.h"
#include "sql/session.h"

#include <fmt/format.h>

namespace dmp::sql {

namespace {

std::int64_t at(const Counts& counts, const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

Status audit_rows(const std::string& table, std::int64_t rows,
                  std::int64_t least, const std::string& hint) {
  if (rows >= least) return {};
  return Error{ErrorCode::invalid_argument,
               fmt::format("audit: {} has {} rows, at least {} are asked for, "
                           "{} more; hint: {}",
                           table, rows, least, least - rows, hint)};
}

Status RorIds::read(Session& session) {
  DMP_ASSIGN(auto rows,
             session.query("SELECT identifier FROM prepare.ror_identifiers "
                           "WHERE type = 'ror'"));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return {};
    for (std::size_t row = 0; row < count; ++row)
      ids_.emplace(rows.column(0).text(row));
  }
}

bool RorIds::lacks(const std::string& ror) const {
  return !ror.empty() && !ids_.contains(ror);
}

std::int64_t RorIds::unknown(const model::Work& work) const {
  std::int64_t unknown = 0;
  if (ids_.empty()) return unknown;
  for (const auto* list : {&work.institutions, &work.funders}) {
    for (const auto& entry : *list)
      if (entry.ror && lacks(*entry.ror)) ++unknown;
  }
  return unknown;
}

Status audit_range(Session& session, Counts& counts, Counts& unknown_types) {
  DMP_TRY(add_row(session, R"(
    SELECT (SELECT count(*) FROM works.openalex_records) AS openalex_records,
      (SELECT count(*) FROM works.crossref_works) AS crossref_dois,
      (SELECT count(*) FROM works.relations_index) AS relations_index_rows)",
                  counts));
  for (const char* table :
       {"openalex_works", "crossref_works", "datacite_works"}) {
    DMP_TRY(add_row(
        session,
        fmt::format("SELECT count(*) AS empty_texts FROM works.{} WHERE doi = "
                    "'' OR title = '' OR abstract = '' OR publication_venue = "
                    "''",
                    table),
        counts));
  }
  return add_named(session, R"(
    SELECT source || ' ' || raw, count(*)::BIGINT
    FROM (SELECT 'openalex' AS source, work_type AS raw FROM works.openalex_works
          UNION ALL SELECT 'datacite', lower(work_type) FROM works.datacite_works) AS w
    WHERE raw IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM prepare.work_types t WHERE t.source = w.source AND t.raw = w.raw)
    GROUP BY ALL)",
                   "", unknown_types);
}

std::vector<std::string> index_warnings(const Counts& counts,
                                        const Counts& unknown_types) {
  std::vector<std::string> warnings;
  const auto say = [&](std::int64_t count, const std::string& what) {
    if (count > 0) warnings.push_back(fmt::format("{} {}", count, what));
  };
  say(at(counts, "repeated_openalex_ids"),
      "records of OpenAlex repeat the id of another; the latest counts");
  say(at(counts, "repeated_crossref_dois"),
      "records of Crossref repeat the DOI of another");
  say(at(counts, "repeated_datacite_dois"),
      "records of DataCite repeat the DOI of another; the newest counts");
  say(at(counts, "empty_texts"), "records have an empty text");
  for (const auto& [type, works] : unknown_types)
    say(works, "works have the unknown type " + type);
  for (const char* list :
       {"authors", "institutions", "funders", "awards", "relations"}) {
    say(at(counts, std::string("truncated_") + list),
        fmt::format("works have more {} than one document holds; the list was "
                    "cut",
                    list));
  }
  say(at(counts, "ror_unknown"),
      "mentions of ROR ids are of none that the registry has");
  return warnings;
}

}  // namespace dmp::sql
