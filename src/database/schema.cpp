#include "database/schema.h"

#include "text/collation.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace dmp::database {

namespace {

// "DMPW": what PRAGMA application_id of our files says.
constexpr std::int64_t kApplication = 0x444D5057;

// Version 1. doi_fold is text::collation_key of doi: a plain column, so that
// any SQLite can open the file. `modified` moves by trigger, and only when a
// value does (MySQL: ON UPDATE CURRENT_TIMESTAMP).
constexpr const char* kTables = R"sql(
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE plans (
  id       INTEGER PRIMARY KEY,
  dmpId    TEXT,
  title    TEXT,
  status   TEXT NOT NULL DEFAULT 'COMPLETE',
  created  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  modified TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX plans_dmpId ON plans (dmpId);

CREATE TABLE works (
  id           INTEGER PRIMARY KEY,
  doi          TEXT NOT NULL CHECK (length(doi) BETWEEN 1 AND 255),
  doi_fold     BLOB NOT NULL UNIQUE,
  created      TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  createdById  INTEGER REFERENCES users (id),
  modified     TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  modifiedById INTEGER REFERENCES users (id)
);

CREATE TABLE workVersions (
  id               INTEGER PRIMARY KEY,
  workId           INTEGER NOT NULL REFERENCES works (id),
  hash             BLOB NOT NULL
                   CHECK (typeof(hash) = 'blob' AND length(hash) = 16),
  workType         TEXT NOT NULL CHECK (length(workType) <= 255),
  publicationDate  TEXT,
  title            TEXT,
  abstractText     TEXT,
  authors          TEXT NOT NULL CHECK (json_valid(authors)),
  institutions     TEXT NOT NULL CHECK (json_valid(institutions)),
  funders          TEXT NOT NULL CHECK (json_valid(funders)),
  awards           TEXT NOT NULL CHECK (json_valid(awards)),
  publicationVenue TEXT CHECK (length(publicationVenue) <= 1000),
  sourceName       TEXT NOT NULL CHECK (length(sourceName) <= 255),
  sourceUrl        TEXT CHECK (length(sourceUrl) <= 255),
  created          TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  createdById      INTEGER REFERENCES users (id),
  modified         TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  modifiedById     INTEGER REFERENCES users (id),
  UNIQUE (workId, hash)
);

CREATE TABLE relatedWorks (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  planId             INTEGER NOT NULL REFERENCES plans (id),
  workVersionId      INTEGER NOT NULL REFERENCES workVersions (id),
  score              REAL NOT NULL,
  scoreMax           REAL NOT NULL,
  status             TEXT NOT NULL DEFAULT 'PENDING'
                     CHECK (status IN ('PENDING', 'ACCEPTED', 'REJECTED')),
  sourceType         TEXT NOT NULL
                     CHECK (sourceType IN ('SYSTEM_MATCHED', 'USER_ADDED')),
  doiMatch           TEXT CHECK (doiMatch IS NULL OR json_valid(doiMatch)),
  contentMatch       TEXT CHECK (contentMatch IS NULL OR json_valid(contentMatch)),
  authorMatches      TEXT CHECK (authorMatches IS NULL OR json_valid(authorMatches)),
  institutionMatches TEXT CHECK (institutionMatches IS NULL OR json_valid(institutionMatches)),
  funderMatches      TEXT CHECK (funderMatches IS NULL OR json_valid(funderMatches)),
  awardMatches       TEXT CHECK (awardMatches IS NULL OR json_valid(awardMatches)),
  created            TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  createdById        INTEGER REFERENCES users (id),
  modified           TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  modifiedById       INTEGER REFERENCES users (id),
  UNIQUE (planId, workVersionId)
);
CREATE INDEX relatedWorks_workVersionId ON relatedWorks (workVersionId);
CREATE INDEX relatedWorks_pending ON relatedWorks (planId)
  WHERE status = 'PENDING';

CREATE TRIGGER plans_modified AFTER UPDATE ON plans
WHEN NEW.modified IS OLD.modified AND NEW.title IS NOT OLD.title
BEGIN
  UPDATE plans SET modified = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

CREATE TRIGGER relatedWorks_modified AFTER UPDATE ON relatedWorks
WHEN NEW.modified IS OLD.modified
 AND (NEW.planId IS NOT OLD.planId
   OR NEW.workVersionId IS NOT OLD.workVersionId
   OR NEW.score IS NOT OLD.score OR NEW.scoreMax IS NOT OLD.scoreMax
   OR NEW.status IS NOT OLD.status OR NEW.sourceType IS NOT OLD.sourceType
   OR NEW.doiMatch IS NOT OLD.doiMatch
   OR NEW.contentMatch IS NOT OLD.contentMatch
   OR NEW.authorMatches IS NOT OLD.authorMatches
   OR NEW.institutionMatches IS NOT OLD.institutionMatches
   OR NEW.funderMatches IS NOT OLD.funderMatches
   OR NEW.awardMatches IS NOT OLD.awardMatches
   OR NEW.modifiedById IS NOT OLD.modifiedById)
BEGIN
  UPDATE relatedWorks SET modified = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

INSERT INTO settings VALUES ('identity', lower(hex(randomblob(16))));
)sql";

// Version 2: what ranker linkage says of a link.
constexpr const char* kLinkage = R"sql(
ALTER TABLE relatedWorks ADD COLUMN probability REAL;
ALTER TABLE relatedWorks ADD COLUMN logOdds REAL;
ALTER TABLE relatedWorks ADD COLUMN
  weights TEXT CHECK (weights IS NULL OR json_valid(weights));

CREATE TRIGGER relatedWorks_linkage_modified AFTER UPDATE ON relatedWorks
WHEN NEW.modified IS OLD.modified
 AND (NEW.probability IS NOT OLD.probability
   OR NEW.logOdds IS NOT OLD.logOdds OR NEW.weights IS NOT OLD.weights)
BEGIN
  UPDATE relatedWorks SET modified = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;
)sql";

// One script for each version, from the one before.
constexpr std::array kMigrations{kTables, kLinkage};

// A file of version 1 as one of version 2.
constexpr const char* kViewOfFirst = R"sql(
CREATE TEMP VIEW relatedWorks AS
SELECT *, NULL AS probability, NULL AS logOdds, NULL AS weights
  FROM main.relatedWorks)sql";

constexpr const char* kStaging = R"sql(
CREATE TEMP TABLE stagingWorkVersions (
  doi_fold BLOB PRIMARY KEY, doi TEXT NOT NULL, hash BLOB NOT NULL,
  workType TEXT NOT NULL, publicationDate TEXT, title TEXT, abstractText TEXT,
  authors TEXT NOT NULL, institutions TEXT NOT NULL, funders TEXT NOT NULL,
  awards TEXT NOT NULL, publicationVenue TEXT, sourceName TEXT NOT NULL,
  sourceUrl TEXT NOT NULL
);
CREATE TEMP TABLE stagingRelatedWorks (
  id INTEGER PRIMARY KEY, planId INTEGER NOT NULL, doi_fold BLOB NOT NULL,
  workDoi TEXT NOT NULL, hash BLOB NOT NULL, sourceType TEXT NOT NULL,
  score REAL NOT NULL, scoreMax REAL NOT NULL, status TEXT NOT NULL,
  doiMatch TEXT, contentMatch TEXT, authorMatches TEXT,
  institutionMatches TEXT, funderMatches TEXT, awardMatches TEXT,
  probability REAL, logOdds REAL, weights TEXT,
  UNIQUE (planId, doi_fold)
);
CREATE TEMP TABLE mergeTarget (
  stagingId INTEGER PRIMARY KEY, planId INTEGER NOT NULL,
  workId INTEGER NOT NULL, workVersionId INTEGER NOT NULL,
  UNIQUE (planId, workVersionId)
);
CREATE INDEX temp.mergeTarget_work ON mergeTarget (planId, workId);
)sql";

struct Version {
  std::int64_t application = 0, number = 0, tables = 0;
};

Result<Version> version_of(Connection& connection) {
  Version version;
  DMP_ASSIGN(version.application, connection.integer("PRAGMA application_id"));
  DMP_ASSIGN(version.number, connection.integer("PRAGMA user_version"));
  DMP_ASSIGN(version.tables,
             connection.integer("SELECT count(*) FROM sqlite_schema"));
  return version;
}

// Whether the tables may be brought up to date, or are.
Status check_version(const Version& version) {
  const auto refused = [](std::string why) {
    return Error{ErrorCode::invalid_argument, std::move(why)};
  };
  const bool is_new =
      version.tables == 0 && version.number == 0 && version.application == 0;
  if (version.application != kApplication && !is_new)
    return refused("it is the database of another program");
  const auto newest = static_cast<std::int64_t>(kMigrations.size());
  if (version.number <= newest) return {};
  return refused(
      fmt::format("its tables are of version {}, this program knows {}; take a "
                  "newer dmpworks",
                  version.number, newest));
}

Status migrate(Connection& connection, std::int64_t from) {
  for (auto n = static_cast<std::size_t>(from); n < kMigrations.size(); ++n)
    DMP_TRY(connection.run(kMigrations[n]));
  return connection.run(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                  kApplication, kMigrations.size()));
}

using WorksByKey = std::map<std::string, std::pair<std::int64_t, std::string>>;

// Id and DOI of all works, by our key.
Result<WorksByKey> works_by_key(Connection& connection) {
  WorksByKey works;
  DMP_ASSIGN(Statement all,
             connection.prepare("SELECT id, doi FROM works ORDER BY id"));
  while (true) {
    DMP_ASSIGN(const bool row, all.step());
    if (!row) return works;
    const std::string doi = all.text(1);
    const auto [place, is_new] = works.try_emplace(
        text::collation_key(doi), std::pair(all.integer(0), doi));
    if (is_new) continue;
    return Error{ErrorCode::corrupt_input,
                 fmt::format("works {} \"{}\" and {} \"{}\" are one DOI under "
                             "the collation {}",
                             place->second.first, place->second.second,
                             all.integer(0), doi, text::collation_version())};
  }
}

// Keys of another ICU are not to be compared with ours: made anew.
Status refold(Connection& connection) {
  DMP_ASSIGN(
      const std::string written,
      connection.text("SELECT value FROM settings WHERE name = 'collation'"));
  if (written == text::collation_version()) return {};
  DMP_ASSIGN(const auto works, works_by_key(connection));
  // A number equals no key, so a new one never meets another work's old one.
  DMP_TRY(connection.run("UPDATE works SET doi_fold = id"));
  DMP_ASSIGN(
      Statement put,
      connection.prepare("UPDATE works SET doi_fold = ?2 WHERE id = ?1"));
  for (const auto& [key, work] : works)
    DMP_TRY(put.bind(work.first, Blob{key}).run());
  DMP_ASSIGN(Statement note,
             connection.prepare("INSERT INTO settings VALUES ('collation', ?1) "
                                "ON CONFLICT DO UPDATE SET value = ?1"));
  return note.bind(std::string_view(text::collation_version())).run();
}

}  // namespace

Status prepare_schema(Connection& connection) {
  DMP_ASSIGN(Transaction transaction, Transaction::begin(connection));
  DMP_ASSIGN(const Version version, version_of(connection));
  DMP_TRY(check_version(version));
  if (version.number < static_cast<std::int64_t>(kMigrations.size()))
    DMP_TRY(migrate(connection, version.number));
  DMP_TRY(refold(connection));
  return transaction.commit();
}

Status view_schema(Connection& connection) {
  DMP_ASSIGN(const Version version, version_of(connection));
  DMP_TRY(check_version(version));
  if (version.number == static_cast<std::int64_t>(kMigrations.size()))
    return {};
  if (version.number == 1) return connection.run(kViewOfFirst);
  return Error{ErrorCode::invalid_argument,
               "it has no tables of related works"};
}

Status make_staging_tables(Connection& connection) {
  return connection.run(kStaging);
}

}  // namespace dmp::database
