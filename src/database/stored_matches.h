#pragma once

#include "base/result.h"
#include "database/sqlite.h"
#include "model/plan.h"
#include "results/match_files.h"

#include <filesystem>
#include <vector>

namespace dmp::database {

// The links of an SQLite file of related works as matches, whatever was decided
// on them. What the tables do not keep is empty: relations and their matches,
// updatedDate, dateStatus, explanation, queryScore. All that is read is of one
// moment, whoever writes meanwhile. Threads: one at a time.
class StoredMatches {
 public:
  // Errors: those of open_sqlite, to be read.
  static Result<StoredMatches> open(const std::filesystem::path& file);

  // DOI and title, by DOI in byte order.
  Result<std::vector<model::Plan>> plans();
  // A record for each plan, by DOI, then id; works by score, highest first,
  // then log-odds, then DOI. A plan without a DOI has what its row says in its
  // place. Memory: a record. Errors: corrupt_input, unavailable, io, those of
  // `visit`.
  Status read(const results::MatchVisit& visit);

 private:
  explicit StoredMatches(Connection connection)
      : connection_(std::move(connection)) {}

  Connection connection_;
};

}  // namespace dmp::database
