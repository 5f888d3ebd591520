// dmpworks.duckdb_extension answers as the functions in the program do.
#include "sql/session.h"

#include <duckdb.h>
#include <gtest/gtest.h>

#include <string>

namespace dmp::sql {

namespace {

// A DuckDB of its own, which has our functions from the extension alone.
class Loaded {
 public:
  Loaded() {
    duckdb_config config = nullptr;
    duckdb_create_config(&config);
    duckdb_set_config(config, "allow_unsigned_extensions", "true");
    duckdb_open_ext(nullptr, &database_, config, nullptr);
    duckdb_destroy_config(&config);
    duckdb_connect(database_, &connection_);
  }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  ~Loaded() {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }

  // The first value as text, or what DuckDB says against it.
  std::string ask(const std::string& sql) {
    duckdb_result result{};
    std::string answer;
    if (duckdb_query(connection_, sql.c_str(), &result) != DuckDBSuccess) {
      answer = duckdb_result_error(&result);
    } else if (char* text = duckdb_value_varchar(&result, 0, 0)) {
      answer = text;
      duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    return answer;
  }

 private:
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

constexpr const char* kCalls[] = {
    "dmp_key('Ünïted  STATES ﬁsh')",
    "dmp_key(NULL)",
    "dmp_doi_bucket('10.1234/abc')",
    "dmp_organisation_id('https://ror.org/021nxhr62', 'ROR')",
    "dmp_organisation_id('grid.1.1', NULL)",
    "md5(dmp_lookup(['ror:a', 'grid:b'], ['1', '2']))",
    "dmp_organisations([{'name': 'A', 'identifier': 'grid:b'}, {'name': 'Z', "
    "'identifier': NULL}], dmp_lookup(['grid:b'], ['021nxhr62']))",
    "dmp_awards([{'award_id': 'B-2', 'funder_name': 'F', 'identifier': NULL}, "
    "{'award_id': 'a-1', 'funder_name': 'G', 'identifier': 'ror:021nxhr62'}], "
    "dmp_lookup([], []))",
    "dmp_authors([{'orcid': NULL, 'first_initial': 'A', 'given_name': 'Ada', "
    "'middle_initials': NULL, 'middle_names': NULL, 'surname': 'Byron', "
    "'full': 'Ada Byron'}], [{'orcid': '0000-0002-1825-0097', 'first_initial': "
    "'A', 'given_name': NULL, 'middle_initials': NULL, 'middle_names': NULL, "
    "'surname': 'BYRON', 'full': NULL}])",
    "dmp_md5('text', DATE '2026-01-01', TRUE, ['a', NULL], {'b': NULL})",
    "dmp_md5_pair({'a': 'text'}, {'a': TRUE}, {'a': ['b']})",
};

}  // namespace

TEST(Extension, AnswersAsTheProgramDoes) {
  Loaded loaded;
  ASSERT_EQ(loaded.ask("LOAD '" DMPWORKS_EXTENSION "'"), "");
  auto session = Session::open({});
  ASSERT_TRUE(session);
  for (const std::string call : kCalls) {
    SCOPED_TRACE(call);
    const auto own = session->scalar_text(call);
    ASSERT_TRUE(own) << own.error().message;
    EXPECT_EQ(loaded.ask("SELECT (" + call + ")::VARCHAR"), *own);
  }
}

TEST(Extension, SaysWhatItIs) {
  Loaded loaded;
  ASSERT_EQ(loaded.ask("LOAD '" DMPWORKS_EXTENSION "'"), "");
  EXPECT_EQ(loaded.ask("SELECT extension_version FROM duckdb_extensions() "
                       "WHERE extension_name = 'dmpworks' AND loaded"),
            "v" DMPWORKS_VERSION);
}

// Only DuckDB's own kind of error may leave a function.
TEST(Extension, RefusesATypeItHasNoRuleFor) {
  Loaded loaded;
  ASSERT_EQ(loaded.ask("LOAD '" DMPWORKS_EXTENSION "'"), "");
  EXPECT_NE(loaded.ask("SELECT dmp_md5(1.5)").find("type without a rule"),
            std::string::npos);
}

}  // namespace dmp::sql
