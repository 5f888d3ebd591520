// The stored procedures of the DMP Tool as SQLite statements; the numbers are
// those of the algorithm in spec database.md 2.
#include "database/sqlite_store.h"

#include "database/schema.h"
#include "text/collation.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace dmp::database {

namespace {

// 1
constexpr const char* kNewWorks = R"sql(
INSERT INTO works (doi, doi_fold)
SELECT doi, doi_fold FROM temp.stagingWorkVersions WHERE true ORDER BY doi
ON CONFLICT (doi_fold) DO NOTHING)sql";

// 2
constexpr const char* kNewVersions = R"sql(
INSERT INTO workVersions
  (workId, hash, workType, publicationDate, title, abstractText, authors,
   institutions, funders, awards, publicationVenue, sourceName, sourceUrl)
SELECT k.id, s.hash, s.workType, s.publicationDate, s.title, s.abstractText,
       s.authors, s.institutions, s.funders, s.awards, s.publicationVenue,
       s.sourceName, s.sourceUrl
  FROM temp.stagingWorkVersions s
  JOIN works k ON k.doi_fold = s.doi_fold
 WHERE true ORDER BY s.doi
ON CONFLICT (workId, hash) DO NOTHING)sql";

// 3
constexpr const char* kTargets = R"sql(
INSERT INTO temp.mergeTarget (stagingId, planId, workId, workVersionId)
SELECT s.id, p.id, k.id, v.id
  FROM temp.stagingRelatedWorks s
  JOIN plans p        ON p.id = s.planId
  JOIN works k        ON k.doi_fold = s.doi_fold
  JOIN workVersions v ON v.workId = k.id AND v.hash = s.hash)sql";

// 4
constexpr const char* kNewLinks = R"sql(
INSERT INTO relatedWorks
  (planId, workVersionId, sourceType, status, score, scoreMax, doiMatch,
   contentMatch, authorMatches, institutionMatches, funderMatches,
   awardMatches, probability, logOdds, weights)
SELECT t.planId, t.workVersionId, s.sourceType, s.status, s.score, s.scoreMax,
       s.doiMatch, s.contentMatch, s.authorMatches, s.institutionMatches,
       s.funderMatches, s.awardMatches, s.probability, s.logOdds, s.weights
  FROM temp.mergeTarget t
  JOIN temp.stagingRelatedWorks s ON s.id = t.stagingId
 WHERE NOT EXISTS (
         SELECT 1 FROM relatedWorks r JOIN workVersions v ON v.id = r.workVersionId
          WHERE r.planId = t.planId AND v.workId = t.workId)
 ORDER BY s.id)sql";

// 5a
constexpr const char* kSetStatus = R"sql(
UPDATE relatedWorks SET status = s.status
  FROM temp.mergeTarget t
  JOIN temp.stagingRelatedWorks s ON s.id = t.stagingId
  JOIN workVersions v ON v.workId = t.workId
 WHERE relatedWorks.planId = t.planId AND relatedWorks.workVersionId = v.id
   AND relatedWorks.status IS NOT s.status)sql";

// 5b
constexpr const char* kMovePending = R"sql(
UPDATE relatedWorks
   SET workVersionId = t.workVersionId, sourceType = s.sourceType,
       score = s.score, scoreMax = s.scoreMax, doiMatch = s.doiMatch,
       contentMatch = s.contentMatch, authorMatches = s.authorMatches,
       institutionMatches = s.institutionMatches,
       funderMatches = s.funderMatches, awardMatches = s.awardMatches,
       probability = s.probability, logOdds = s.logOdds, weights = s.weights
  FROM temp.mergeTarget t
  JOIN temp.stagingRelatedWorks s ON s.id = t.stagingId
  JOIN workVersions v ON v.workId = t.workId
 WHERE relatedWorks.planId = t.planId AND relatedWorks.workVersionId = v.id
   AND relatedWorks.status = 'PENDING')sql";

// 6
constexpr const char* kDropStale = R"sql(
DELETE FROM relatedWorks
 WHERE status = 'PENDING'
   AND planId IN (SELECT planId FROM temp.mergeTarget)
   AND NOT EXISTS (
         SELECT 1 FROM temp.mergeTarget t
          WHERE t.planId = relatedWorks.planId
            AND t.workVersionId = relatedWorks.workVersionId))sql";

constexpr const char* kDropDouble = R"sql(
WITH linked AS (
  SELECT r.id, r.planId, v.workId, r.status
    FROM temp.stagingRelatedWorks s
    JOIN works k        ON k.doi_fold = s.doi_fold
    JOIN workVersions v ON v.workId = k.id
    JOIN relatedWorks r ON r.planId = s.planId AND r.workVersionId = v.id)
DELETE FROM relatedWorks
 WHERE id IN (
   SELECT mine.id FROM linked mine JOIN linked other
       ON other.planId = mine.planId AND other.workId = mine.workId
    WHERE mine.status = 'PENDING'
      AND (other.status <> 'PENDING' OR other.id < mine.id)))sql";

constexpr const char* kUnresolved = R"sql(
SELECT s.workDoi
  FROM temp.stagingRelatedWorks s
 WHERE NOT EXISTS (SELECT 1 FROM plans p WHERE p.id = s.planId)
    OR NOT (EXISTS (SELECT 1 FROM temp.stagingWorkVersions w
                     WHERE w.doi_fold = s.doi_fold AND w.hash = s.hash)
         OR EXISTS (SELECT 1 FROM works k JOIN workVersions v ON v.workId = k.id
                     WHERE k.doi_fold = s.doi_fold AND v.hash = s.hash))
 ORDER BY s.workDoi)sql";

constexpr const char* kLinks = R"sql(
SELECT r.id, k.doi, v.hash, r.sourceType, r.status, r.score, r.scoreMax,
       r.doiMatch, r.contentMatch, r.authorMatches, r.institutionMatches,
       r.funderMatches, r.awardMatches, r.probability, r.logOdds, r.weights,
       v.title, r.modified
  FROM relatedWorks r
  JOIN workVersions v ON v.id = r.workVersionId
  JOIN works k        ON k.id = v.workId
 WHERE r.planId = ?1
 ORDER BY k.doi, v.hash)sql";

Link link_of(const Statement& row) {
  Link link;
  link.id = row.integer(0);
  LinkValues& values = link.values;
  values.doi = row.text(1);
  values.hash = row.text(2);
  values.source =
      source_named(row.text(3)).value_or(LinkSource::system_matched);
  values.status = status_named(row.text(4)).value_or(LinkStatus::pending);
  values.score = static_cast<float>(row.real(5));
  values.score_max = static_cast<float>(row.real(6));
  values.evidence = {
      row.maybe_text(7),  row.maybe_text(8),  row.maybe_text(9),
      row.maybe_text(10), row.maybe_text(11), row.maybe_text(12),
      row.maybe_real(13), row.maybe_real(14), row.maybe_text(15)};
  link.title = row.maybe_text(16);
  link.modified = row.text(17);
  return link;
}

class SqliteStore final : public RelatedWorksStore {
 public:
  explicit SqliteStore(Connection connection)
      : connection_(std::move(connection)) {}

  Result<std::string> identity() override {
    return connection_.text(
        "SELECT value FROM settings WHERE name = 'identity'");
  }

  Result<std::string> last_merge() override {
    return connection_.text("SELECT value FROM settings WHERE name = 'merge'");
  }

  Result<std::string> begin_merge() override {
    DMP_TRY(
        change("INSERT INTO settings "
               "VALUES ('merge', lower(hex(randomblob(16)))) "
               "ON CONFLICT DO UPDATE SET value = excluded.value"));
    return last_merge();
  }

  bool keeps_plans() const override { return true; }

  Result<std::vector<PlanRow>> plans() override {
    DMP_ASSIGN(Statement rows,
               connection_.prepare("SELECT id, dmpId, title, created, modified "
                                   "FROM plans ORDER BY id"));
    std::vector<PlanRow> plans;
    while (true) {
      DMP_ASSIGN(const bool row, rows.step());
      if (!row) return plans;
      plans.push_back({rows.integer(0), rows.text(1), rows.maybe_text(2),
                       rows.maybe_text(3), rows.maybe_text(4)});
    }
  }

  Status put_plans(std::span<const PlanRow> plans) override {
    DMP_ASSIGN(Transaction transaction, Transaction::begin(connection_));
    DMP_ASSIGN(Statement add,
               connection_.prepare(
                   "INSERT INTO plans (dmpId, title, created, modified) "
                   "SELECT ?1, ?2, coalesce(?3, CURRENT_TIMESTAMP), "
                   "coalesce(?4, ?3, CURRENT_TIMESTAMP) "
                   "WHERE NOT EXISTS (SELECT 1 FROM plans WHERE dmpId = ?1)"));
    DMP_ASSIGN(
        Statement change,
        connection_.prepare("UPDATE plans SET title = coalesce(?2, title), "
                            "created = coalesce(?3, created), "
                            "modified = coalesce(?4, modified) "
                            "WHERE id = ?1"));
    for (const PlanRow& plan : plans) {
      Statement& put =
          plan.id == 0
              ? add.bind(plan.dmp_id, plan.title, plan.created, plan.modified)
              : change.bind(plan.id, plan.title, plan.created, plan.modified);
      DMP_TRY(put.run());
    }
    return transaction.commit();
  }

  Result<std::vector<Link>> links(std::int64_t plan_id) override {
    DMP_ASSIGN(Statement rows, connection_.prepare(kLinks));
    rows.bind(plan_id);
    std::vector<Link> links;
    while (true) {
      DMP_ASSIGN(const bool row, rows.step());
      if (!row) return links;
      links.push_back(link_of(rows));
    }
  }

  Result<std::int64_t> count_pending() override {
    return connection_.integer(
        "SELECT count(*) FROM relatedWorks WHERE status = 'PENDING'");
  }

  // Temporary tables lie in memory: nothing of it waits for the disk.
  Status stage(const Batch& batch) override {
    DMP_TRY(connection_.run("SAVEPOINT staging"));
    Status staged = fill_staging(batch);
    if (!staged) DMP_TRY(connection_.run("ROLLBACK TO staging"));
    DMP_TRY(connection_.run("RELEASE staging"));
    return staged;
  }

  Result<std::vector<std::string>> unresolved() override {
    DMP_ASSIGN(Statement rows, connection_.prepare(kUnresolved));
    std::vector<std::string> dois;
    while (true) {
      DMP_ASSIGN(const bool row, rows.step());
      if (!row) return dois;
      dois.push_back(rows.text(0));
    }
  }

  Result<std::int64_t> drop_double_links() override {
    return change(kDropDouble);
  }

  Status apply(BatchOrigin origin) override {
    DMP_ASSIGN(Transaction transaction, Transaction::begin(connection_));
    DMP_TRY(connection_.run("DELETE FROM temp.mergeTarget"));
    for (const char* step : {kNewWorks, kNewVersions, kTargets, kNewLinks})
      DMP_TRY(connection_.run(step));
    if (origin == BatchOrigin::persons_list) {
      DMP_TRY(connection_.run(kSetStatus));
    } else {
      DMP_TRY(connection_.run(kMovePending));
      DMP_TRY(connection_.run(kDropStale));
    }
    return transaction.commit();
  }

  Result<std::int64_t> drop_pending(std::int64_t plan_id) override {
    return change(
        "DELETE FROM relatedWorks WHERE planId = ?1 AND status = 'PENDING' "
        "AND sourceType = 'SYSTEM_MATCHED'",
        plan_id);
  }

  Result<Orphans> drop_orphans() override {
    Orphans gone;
    DMP_ASSIGN(Transaction transaction, Transaction::begin(connection_));
    DMP_TRY(connection_.run(
        "DELETE FROM workVersions WHERE NOT EXISTS (SELECT 1 FROM relatedWorks "
        "r WHERE r.workVersionId = workVersions.id)"));
    gone.versions = connection_.changes();
    DMP_TRY(connection_.run(
        "DELETE FROM works WHERE NOT EXISTS (SELECT 1 FROM workVersions v "
        "WHERE v.workId = works.id)"));
    gone.works = connection_.changes();
    DMP_TRY(transaction.commit());
    return gone;
  }

  Status set_status(std::int64_t plan_id, std::string_view doi,
                    LinkStatus status, std::string_view user) override {
    DMP_ASSIGN(Transaction transaction, Transaction::begin(connection_));
    DMP_ASSIGN(Statement add,
               connection_.prepare("INSERT INTO users (name) VALUES (?1) "
                                   "ON CONFLICT DO NOTHING"));
    DMP_TRY(add.bind(user).run());
    DMP_ASSIGN(
        Statement decide,
        connection_.prepare(
            "UPDATE relatedWorks SET status = ?3, modifiedById = "
            "(SELECT id FROM users WHERE name = ?4) "
            "WHERE planId = ?1 AND workVersionId IN (SELECT v.id FROM works k "
            "JOIN workVersions v ON v.workId = k.id WHERE k.doi_fold = ?2)"));
    DMP_TRY(decide
                .bind(plan_id, Blob{text::collation_key(doi)},
                      status_name(status), user)
                .run());
    if (connection_.changes() == 0) {
      return Error{ErrorCode::not_found,
                   fmt::format("plan {} has no link to {}", plan_id, doi)};
    }
    return transaction.commit();
  }

 private:
  // One statement that changes rows, as a transaction of its own.
  template <class... Args>
  Result<std::int64_t> change(const char* sql, const Args&... values) {
    DMP_ASSIGN(Transaction transaction, Transaction::begin(connection_));
    DMP_ASSIGN(Statement statement, connection_.prepare(sql));
    DMP_TRY(statement.bind(values...).run());
    const std::int64_t changed = connection_.changes();
    DMP_TRY(transaction.commit());
    return changed;
  }

  Status fill_staging(const Batch& batch) {
    DMP_TRY(
        connection_.run("DELETE FROM temp.stagingWorkVersions; "
                        "DELETE FROM temp.stagingRelatedWorks"));
    DMP_ASSIGN(Statement work,
               connection_.prepare("INSERT INTO temp.stagingWorkVersions "
                                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                                   "?9, ?10, ?11, ?12, ?13, ?14)"));
    for (const WorkVersion& w : batch.works) {
      DMP_TRY(work.bind(Blob{text::collation_key(w.doi)}, w.doi, Blob{w.hash},
                        w.work_type, w.publication_date, w.title,
                        w.abstract_text, w.authors, w.institutions, w.funders,
                        w.awards, w.publication_venue, w.source_name,
                        w.source_url)
                  .run());
    }
    DMP_ASSIGN(Statement link,
               connection_.prepare("INSERT INTO temp.stagingRelatedWorks "
                                   "VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                                   "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
                                   "?16, ?17)"));
    for (const auto& [plan_id, v] : batch.links) {
      const Evidence& e = v.evidence;
      DMP_TRY(link.bind(plan_id, Blob{text::collation_key(v.doi)}, v.doi,
                        Blob{v.hash}, source_name(v.source), double{v.score},
                        double{v.score_max}, status_name(v.status), e.doi_match,
                        e.content_match, e.author_matches,
                        e.institution_matches, e.funder_matches,
                        e.award_matches, e.probability, e.log_odds, e.weights)
                  .run());
    }
    return {};
  }

  Connection connection_;
};

// What holds for a connection, not for the file.
Status set_up(Connection& connection, Access access) {
  // The indexes of DOIs are walked in no order: 64 MiB of pages, not 2.
  DMP_TRY(
      connection.run("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
                     "PRAGMA cache_size = -65536"));
  if (access == Access::read) {
    DMP_TRY(view_schema(connection));
    return connection.run("PRAGMA query_only = ON");
  }
  DMP_TRY(prepare_schema(connection));
  DMP_TRY(
      connection.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
  return make_staging_tables(connection);
}

}  // namespace

Result<std::unique_ptr<RelatedWorksStore>> open_sqlite(
    const std::filesystem::path& file, const SqliteOptions& options) {
  std::error_code error;
  if (options.access != Access::write && !std::filesystem::exists(file, error))
    return Error{ErrorCode::not_found, file.string() + ": no such database"};
  DMP_ASSIGN(Connection connection,
             Connection::open(file, options.access, options.patience));
  if (Status ready = set_up(connection, options.access); !ready)
    return std::move(ready).error().during(file.string());
  return std::make_unique<SqliteStore>(std::move(connection));
}

}  // namespace dmp::database
