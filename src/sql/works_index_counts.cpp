#include "sql/works_index_counts.h"

#include "sql/session.h"

#include <fmt/format.h>

#include <array>

namespace dmp::sql {

namespace {

constexpr std::array<const char*, 3> kSources{"openalex_works",
                                              "crossref_metadata", "datacite"};

std::int64_t at(const Counts& counts, const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

Status check_least(const std::string& name, std::int64_t works,
                   std::int64_t stated) {
  if (works >= stated) return {};
  return Error{ErrorCode::internal,
               fmt::format("count check C8 failed: {} works have {}, a single "
                           "source has {}",
                           works, name, stated)};
}

// Related pairs of a class whose other end does not list them.
Status check_both_ways(Session& session, const std::string& list) {
  DMP_ASSIGN(const auto one_sided, session.scalar_int(fmt::format(
                                       R"(
    SELECT count(*)
    FROM (SELECT * FROM (SELECT doi, unnest({0}) AS related FROM relation_index)
          ORDER BY hash(doi, related), doi, related LIMIT 1000) AS p
    LEFT JOIN relation_index AS r ON r.doi = p.related
    WHERE r.doi IS NULL OR NOT list_contains(r.{0}, p.doi))",
                                       list)));
  return check_equal("C4", one_sided, 0);
}

}  // namespace

Status add_row(Session& session, const std::string& sql, Counts& counts) {
  DMP_ASSIGN(auto rows,
             session.query("SELECT columns(*)::BIGINT FROM (" + sql + ")"));
  DMP_ASSIGN(const std::size_t count, rows.next());
  if (count != 1) return Error{ErrorCode::internal, "a count without a row"};
  for (std::size_t i = 0; i < rows.column_count(); ++i) {
    const auto& column = rows.column(i);
    counts[rows.column_name(i)] +=
        column.is_null(0) ? 0 : column.value<std::int64_t>(0);
  }
  return {};
}

Status add_named(Session& session, const std::string& sql,
                 const std::string& prefix, Counts& counts) {
  DMP_ASSIGN(auto rows, session.query(sql));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return {};
    for (std::size_t row = 0; row < count; ++row) {
      counts[prefix + std::string(rows.column(0).text(row))] +=
          rows.column(1).value<std::int64_t>(row);
    }
  }
}

Status check_equal(const char* name, std::int64_t left, std::int64_t right) {
  if (left == right) return {};
  return Error{
      ErrorCode::internal,
      fmt::format("count check {} failed: {} is not {}", name, left, right)};
}

Status count_relations(Session& session, Counts& counts) {
  DMP_TRY(add_row(session, R"(
    SELECT count(*) AS relations_in,
      count(*) FILTER (WHERE a.related IS NULL) AS relations_no_doi,
      count(*) FILTER (WHERE a.related = a.doi) AS relations_self,
      count(*) FILTER (WHERE a.related <> a.doi AND t.type_id IS NULL) AS relations_unclassified,
      count(*) FILTER (WHERE a.related <> a.doi AND t.type_id IS NOT NULL) AS relations_classified
    FROM prepare.relation_assertions a
    LEFT JOIN prepare.relation_types t ON t.source = a.source AND t.type = a.type)",
                  counts));
  DMP_TRY(add_row(session, R"(
    SELECT count(*) AS relation_edges, count(*) FILTER (WHERE o.doi IS NOT NULL) AS relations_over_out_degree,
      count(*) FILTER (WHERE o.doi IS NULL AND i.doi IS NOT NULL) AS relations_over_in_degree
    FROM prepare.relation_edges e
    LEFT JOIN prepare.relation_hubs o ON o.side = 'out' AND o.type_id = e.type_id AND o.doi = e.doi
    LEFT JOIN prepare.relation_hubs i ON i.side = 'in' AND i.type_id = e.type_id AND i.doi = e.related)",
                  counts));
  counts["relations_repeated"] =
      at(counts, "relations_classified") - at(counts, "relation_edges");
  counts["relations_kept"] = at(counts, "relation_edges") -
                             at(counts, "relations_over_out_degree") -
                             at(counts, "relations_over_in_degree");
  DMP_ASSIGN(const auto both_ways, session.scalar_int("SELECT count(*) FROM "
                                                      "prepare.related_dois"));
  return check_equal("C5", both_ways, 2 * counts["relations_kept"]);
}

Result<Counts> unclassified_relations(Session& session) {
  Counts types;
  DMP_TRY(add_named(session, R"(
    SELECT a.source || ' ' || coalesce(a.type, ''), count(*)::BIGINT
    FROM prepare.relation_assertions a
    WHERE a.related <> a.doi AND NOT EXISTS (
      SELECT 1 FROM prepare.relation_types t WHERE t.source = a.source AND t.type = a.type)
    GROUP BY ALL ORDER BY ALL)",
                    "", types));
  return types;
}

// Entries without a name and without a ROR id of their own are not counted: an
// identifier may resolve to nothing, and then nothing is left of them.
Status count_range(Session& session, const BucketRange& range, Counts& counts) {
  for (const char* source : kSources) {
    DMP_TRY(add_row(session,
                    fmt::format("SELECT count(*) AS in_ranges_{0} FROM raw.{0} "
                                "WHERE doi_bucket BETWEEN {1} AND {2}",
                                source, range.low, range.high),
                    counts));
  }
  DMP_TRY(add_row(session, R"(
    SELECT count(*) AS datacite_dois,
      count(*) FILTER (WHERE len(list_filter(funders, lambda f: f.award_number IS NOT NULL)) > 0) AS stated_award_DataCite_datacite,
      count(*) FILTER (WHERE len(list_filter(funders, lambda f: f.funder_name IS NOT NULL OR dmp_organisation_id(f.funder_identifier, f.funder_identifier_type) LIKE 'ror:%')) > 0) AS stated_funder_DataCite_datacite,
      count(*) FILTER (WHERE len(list_filter(institutions, lambda i: i.name IS NOT NULL OR dmp_organisation_id(i.affiliation_identifier, i.affiliation_identifier_scheme) LIKE 'ror:%')) > 0) AS stated_institution_DataCite_datacite
    FROM works.datacite_works)",
                  counts));
  DMP_TRY(add_row(session, R"(
    SELECT count(*) AS openalex_dois, count(*) FILTER (WHERE dc) AS openalex_dois_in_datacite,
      count(*) FILTER (WHERE dc AND len(awards) > 0) AS stated_award_DataCite_openalex,
      count(*) FILTER (WHERE dc AND len(funders) > 0) AS stated_funder_DataCite_openalex,
      count(*) FILTER (WHERE dc AND len(institutions) > 0) AS stated_institution_DataCite_openalex,
      count(*) FILTER (WHERE NOT dc AND len(awards) > 0) AS stated_award_OpenAlex_openalex,
      count(*) FILTER (WHERE NOT dc AND len(funders) > 0) AS stated_funder_OpenAlex_openalex,
      count(*) FILTER (WHERE NOT dc AND len(institutions) > 0) AS stated_institution_OpenAlex_openalex
    FROM (SELECT awards, list_filter(funders, lambda f: f.name IS NOT NULL OR f.ror IS NOT NULL) AS funders,
            list_filter(institutions, lambda i: i.name IS NOT NULL OR i.ror IS NOT NULL) AS institutions, doi IN (SELECT doi FROM works.datacite_works) AS dc
          FROM works.openalex_works))",
                  counts));
  DMP_TRY(add_row(session, R"(
    SELECT
      count(*) FILTER (WHERE len(list_filter(funders, lambda f: f.award IS NOT NULL)) > 0) AS stated_award_OpenAlex_crossref,
      count(*) FILTER (WHERE len(list_filter(funders, lambda f: f.name IS NOT NULL)) > 0
        OR len(list_filter(funder_rors, lambda f: f.name IS NOT NULL OR f.ror IS NOT NULL)) > 0) AS stated_funder_OpenAlex_crossref,
      count(*) FILTER (WHERE len(list_filter(institutions, lambda i: i.ror IS NOT NULL)) > 0) AS stated_institution_OpenAlex_crossref
    FROM works.crossref_works
    WHERE doi NOT IN (SELECT doi FROM works.datacite_works) AND doi IN (SELECT doi FROM works.openalex_works))",
                  counts));
  DMP_TRY(add_row(session, R"(
    SELECT count(*) AS crossref_dois_merged FROM works.crossref_works
    WHERE doi IN (SELECT doi FROM works.datacite_works) OR doi IN (SELECT doi FROM works.openalex_works))",
                  counts));
  DMP_TRY(add_row(session, R"(
    SELECT sum(len(intra_work_dois)) AS related_intra_work, sum(len(possible_shared_project_dois)) AS related_shared_project,
      sum(len(dataset_citation_dois)) AS related_citation
    FROM works.relations_index)",
                  counts));
  return add_named(session, "SELECT list, works FROM works.list_lengths",
                   "truncated_", counts);
}

Status check_totals(Session& session, const IndexScope& scope,
                    const Counts& counts) {
  for (const std::string source : kSources) {
    DMP_TRY(check_equal("C2", at(counts, "in_ranges_" + source),
                        at(counts, "rows_" + source)));
  }
  const std::string own =
      "FROM raw.openalex_works o LEFT JOIN prepare.openalex_homes h "
      "ON h.id = o.id WHERE (h.doi IS NULL OR h.doi = o.doi)";
  DMP_ASSIGN(const auto expected,
             session.scalar_int(fmt::format(
                 "SELECT count(*) FROM (SELECT doi FROM raw.datacite UNION "
                 "SELECT o.doi {}{}{})",
                 own, scope.xpac_enrich ? " AND NOT o.is_xpac" : "",
                 scope.include_crossref_only
                     ? " UNION SELECT doi FROM raw.crossref_metadata"
                     : "")));
  DMP_TRY(check_equal("C1", at(counts, "works"), expected));
  DMP_ASSIGN(const auto crossref,
             session.scalar_int(
                 "SELECT count(DISTINCT doi) FROM raw.crossref_metadata"));
  DMP_TRY(check_equal("C2", at(counts, "crossref_dois"), crossref));
  DMP_ASSIGN(
      const auto datacite,
      session.scalar_int("SELECT count(DISTINCT doi) FROM raw.datacite"));
  DMP_TRY(check_equal("C2", at(counts, "datacite_dois"), datacite));
  DMP_ASSIGN(const auto openalex,
             session.scalar_int("SELECT count(DISTINCT o.doi) " + own));
  DMP_ASSIGN(const auto xpac_only,
             session.scalar_int(
                 scope.xpac_enrich
                     ? "SELECT count(*) FROM (SELECT o.doi " + own +
                           " AND o.doi NOT IN (SELECT doi FROM raw.datacite) "
                           "GROUP BY o.doi HAVING bool_and(o.is_xpac))"
                     : "SELECT 0"));
  DMP_TRY(check_equal("C3", at(counts, "openalex_dois") + xpac_only, openalex));
  DMP_ASSIGN(const auto relations,
             session.scalar_int("SELECT count(DISTINCT doi) FROM "
                                "prepare.related_dois"));
  DMP_TRY(check_equal("C2", at(counts, "relations_index_rows"), relations));
  for (const char* list :
       {"related_intra_work", "related_shared_project", "related_citation"}) {
    DMP_TRY(check_equal("C4", at(counts, list) % 2, 0));
  }
  for (const char* list : {"intra_work_dois", "possible_shared_project_dois",
                           "dataset_citation_dois"}) {
    DMP_TRY(check_both_ways(session, list));
  }
  for (const std::string list : {"award", "funder", "institution"}) {
    for (const std::string branch :
         {"DataCite_datacite", "DataCite_openalex", "OpenAlex_openalex",
          "OpenAlex_crossref"}) {
      const auto works = fmt::format("works_with_{}_{}", list,
                                     branch.substr(0, branch.find('_')));
      DMP_TRY(
          check_least(works, at(counts, works),
                      at(counts, fmt::format("stated_{}_{}", list, branch))));
    }
  }
  return {};
}

}  // namespace dmp::sql
