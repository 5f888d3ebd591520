// publish_external_data ROWS.jsonl FOLDER: makes a finished enrichment stage of
// JSON lines, for the tests of what reads one and for bench/match/quality.py.
// Values are taken as they are, so that tables can be made which enrichment
// would not write.
#include "dmps/external_data.h"
#include "sql/session.h"
#include "storage/manifest.h"

#include <filesystem>
#include <iostream>

namespace {

constexpr const char* kParts = "STRUCT(value VARCHAR, type VARCHAR)[]";

std::string columns() {
  const std::string id = std::string("class VARCHAR, parts ") + kParts;
  return "{doi: 'VARCHAR', updated: 'TIMESTAMP', changed: 'TIMESTAMP', "
         "fingerprint: 'VARCHAR', awards: 'STRUCT(funder STRUCT(name VARCHAR, "
         "ror VARCHAR), award_id STRUCT(" +
         id + ", related_awards STRUCT(" + id +
         ")[]), funded_dois VARCHAR[], award_url VARCHAR, error STRUCT(stage "
         "VARCHAR, status BIGINT, message VARCHAR, \"at\" TIMESTAMP, attempts "
         "BIGINT), fetched_at TIMESTAMP)[]'}";
}

dmp::Status publish(const std::string& rows,
                    const std::filesystem::path& stage) {
  DMP_ASSIGN(auto publication, dmp::storage::Publication::begin(
                                   stage, dmp::dmps::kEnrichmentStage));
  const auto table = publication.dir() / "external_data_0.parquet";
  DMP_ASSIGN(auto session, dmp::sql::Session::open({}));
  DMP_TRY(session.execute(
      "COPY (SELECT * FROM read_json(" + dmp::sql::quote(rows) +
      ", columns = " + columns() + ", format = 'newline_delimited')) TO " +
      dmp::sql::quote(table.string()) + " (FORMAT parquet)"));
  DMP_TRY(publication.add(table));
  dmp::storage::Manifest manifest;
  manifest.stage = dmp::dmps::kEnrichmentStage;
  DMP_TRY(publication.publish(std::move(manifest)));
  return {};
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 2;
  const auto done = publish(words[1], words[2]);
  if (done) return 0;
  std::cerr << done.error().message << "\n";
  return 1;
}
