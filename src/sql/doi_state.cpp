#include "sql/doi_state.h"

#include "sql/session.h"

#include <fmt/format.h>

#include <system_error>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kEmptyState =
    "SELECT NULL::VARCHAR AS doi, NULL::VARCHAR AS hash, NULL::VARCHAR AS "
    "state, NULL::DATE AS updated_date, NULL::VARCHAR AS run_id, NULL::INTEGER "
    "AS seq WHERE FALSE";

std::string files(const std::vector<fs::path>& paths) {
  std::string scan = parquet_files(paths);
  scan.insert(scan.size() - 1, ", union_by_name = true");
  return scan;
}

// cur: the newest row a DOI had before, rows of this date included.
constexpr std::string_view kDiff = R"(
CREATE TEMP TABLE state_new AS
WITH cur AS (
  SELECT doi, arg_max(hash, (updated_date, seq)) AS hash,
    arg_max(state, (updated_date, seq)) AS state,
    max(updated_date) AS updated_date
  FROM state_before GROUP BY doi
)
SELECT coalesce(n.doi, c.doi) AS doi,
  CASE WHEN n.doi IS NOT NULL THEN n.hash ELSE c.hash END AS hash,
  CASE WHEN n.doi IS NOT NULL THEN 'UPSERT' ELSE 'DELETE' END AS state,
  coalesce(c.state, 'DELETE') AS before,
  c.hash AS hash_before
FROM state_index n FULL JOIN cur c ON c.doi = n.doi
LEFT JOIN state_unsynced u ON u.doi = coalesce(n.doi, c.doi)
WHERE u.doi IS NOT NULL
   OR (n.doi IS NOT NULL AND (c.doi IS NULL OR c.state = 'DELETE' OR c.hash <> n.hash))
   OR (n.doi IS NULL AND c.state = 'UPSERT'))";

constexpr std::string_view kAfter = R"(
CREATE TEMP TABLE state_after AS
SELECT * EXCLUDE (newest) FROM (
  SELECT *, row_number() OVER (PARTITION BY doi ORDER BY updated_date DESC, seq DESC) AS newest
  FROM (
    SELECT doi, hash, state, updated_date, run_id, seq FROM state_before b
    WHERE NOT (updated_date = {0} AND EXISTS (SELECT 1 FROM state_new n WHERE n.doi = b.doi))
    UNION ALL
    SELECT doi, hash, state, {0}, {1}, 0 FROM state_new
  )
)
WHERE newest <= {2})";

Status export_changed(Session& session, const DoiStateOptions& options,
                      const std::string& date, DoiStateResult& result) {
  DMP_TRY(session.execute(fmt::format(
      "CREATE TEMP TABLE state_changed AS SELECT doi FROM state_after "
      "WHERE state = 'UPSERT' AND updated_date = {}",
      date)));
  DMP_ASSIGN(const auto works,
             session.scalar_int("SELECT count(*) FROM state_index"));
  for (std::size_t i = 0; i < options.index_files.size(); ++i) {
    const fs::path target =
        options.export_dir /
        fmt::format("works_index_{}.parquet", result.export_files.size());
    std::error_code error;
    if (result.upserts == works) {
      // Everything changed (a first run): the same bytes under a second name.
      fs::create_hard_link(options.index_files[i], target, error);
      if (error) fs::copy_file(options.index_files[i], target, error);
      if (error) {
        return Error{ErrorCode::io, target.string() + ": " + error.message()};
      }
    } else {
      DMP_TRY(session.execute(fmt::format(
          "COPY (SELECT w.* FROM {} w SEMI JOIN state_changed c ON c.doi = "
          "w.doi "
          "ORDER BY w.doi_bucket, w.doi) TO {} (FORMAT parquet, COMPRESSION "
          "zstd, "
          "ROW_GROUP_SIZE 2048)",
          files({options.index_files[i]}), quote(target.string()))));
    }
    DMP_ASSIGN(const auto rows,
               session.scalar_int("SELECT count(*) FROM " + files({target})));
    // A file of no rows stays only where it is the only one.
    const bool last = i + 1 == options.index_files.size();
    if (rows == 0 && !(last && result.export_files.empty())) {
      fs::remove(target, error);
      continue;
    }
    DMP_ASSIGN(const auto deleted,
               session.scalar_int(
                   "SELECT count(*) FROM " + files({target}) +
                   " SEMI JOIN (SELECT doi FROM state_after WHERE state = "
                   "'DELETE' AND updated_date = " +
                   date + ") AS d USING (doi)"));
    result.exported_deletes += deleted;
    result.exported += rows;
    result.export_files.emplace_back(target, rows);
  }
  return {};
}

}  // namespace

Result<DoiStateResult> write_doi_state(Session& session,
                                       const DoiStateOptions& options) {
  DoiStateResult result;
  const std::string date =
      "DATE " + quote(text::format_day(options.release_date));
  DMP_TRY(session.execute(
      "CREATE TEMP TABLE state_index AS SELECT doi, hash FROM " +
      files(options.index_files)));
  DMP_TRY(session.execute(fmt::format(
      "CREATE TEMP TABLE state_before AS SELECT doi, hash, state, "
      "updated_date::DATE AS updated_date, run_id, coalesce(seq, 0) AS seq "
      "FROM ({}{})",
      kEmptyState,
      // Files of the reference system lack run_id and seq.
      options.previous_files.empty() ? ""
                                     : " UNION ALL BY NAME SELECT * FROM " +
                                           files(options.previous_files))));
  DMP_ASSIGN(
      const auto later,
      session.scalar_int(
          "SELECT count(*) FROM state_before WHERE updated_date > " + date));
  if (later > 0) {
    return Error{
        ErrorCode::invalid_argument,
        fmt::format("{} rows of the previous DOI state are dated after "
                    "the release date {}",
                    later, text::format_day(options.release_date))};
  }
  DMP_ASSIGN(
      result.live_before,
      session.scalar_int("SELECT count(*) FROM (SELECT arg_max(state, "
                         "(updated_date, seq)) AS s "
                         "FROM state_before GROUP BY doi) WHERE s = 'UPSERT'"));
  DMP_TRY(session.execute(
      "CREATE TEMP TABLE state_unsynced (doi VARCHAR PRIMARY KEY)"));
  for (const auto& doi : options.unsynced) {
    DMP_TRY(session.execute("INSERT OR IGNORE INTO state_unsynced VALUES (" +
                            quote(doi) + ")"));
  }
  DMP_TRY(session.execute(std::string(kDiff)));
  DMP_TRY(session.execute(
      fmt::format(kAfter, date, quote(options.run_id), options.max_states)));
  const auto count = [&](const std::string& condition) {
    return session.scalar_int("SELECT count(*) FROM state_after WHERE " +
                              condition);
  };
  DMP_ASSIGN(result.rows, count("TRUE"));
  DMP_ASSIGN(result.upserts,
             count("state = 'UPSERT' AND updated_date = " + date));
  DMP_ASSIGN(result.deletes,
             count("state = 'DELETE' AND updated_date = " + date));
  DMP_ASSIGN(
      result.live_after,
      session.scalar_int("SELECT count(*) FROM (SELECT arg_max(state, "
                         "(updated_date, seq)) AS s "
                         "FROM state_after GROUP BY doi) WHERE s = 'UPSERT'"));
  DMP_ASSIGN(result.unchanged,
             session.scalar_int(
                 "SELECT count(*) FROM (SELECT arg_max(state, (updated_date, "
                 "seq)) AS s, max(updated_date) AS d FROM state_after GROUP BY "
                 "doi) WHERE s = 'UPSERT' AND d < " +
                 date));
  const auto moved = [&](const char* before, const char* after) {
    return session.scalar_int(
        fmt::format("SELECT count(*) FROM state_new WHERE before = '{}' AND "
                    "state = '{}'",
                    before, after));
  };
  DMP_ASSIGN(result.came, moved("DELETE", "UPSERT"));
  DMP_ASSIGN(result.went, moved("UPSERT", "DELETE"));
  DMP_TRY(session.execute(
      fmt::format("COPY (SELECT doi, hash, state, "
                  "updated_date, run_id, seq::INTEGER AS seq "
                  "FROM state_after ORDER BY dmp_doi_bucket(doi), "
                  "doi, updated_date, seq) TO {} (FORMAT parquet, "
                  "COMPRESSION zstd)",
                  quote(options.state_file.string()))));
  DMP_TRY(export_changed(session, options, date, result));
  return result;
}

Status write_empty_doi_state(Session& session, const fs::path& file) {
  return session.execute(fmt::format("COPY ({}) TO {} (FORMAT parquet)",
                                     kEmptyState, quote(file.string())));
}

}  // namespace dmp::sql
