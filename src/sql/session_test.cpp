#include "sql/session.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace dmp::sql {
namespace {

Session open_session() {
  auto session = Session::open({});
  EXPECT_TRUE(session.has_value());
  return *std::move(session);
}

TEST(Session, StreamsNestedColumnsWithNulls) {
  Session session = open_session();
  auto rows = session.query(
      "SELECT * FROM (VALUES (1, 'a text longer than twelve bytes', "
      "[{'name': 'x', 'ror': NULL}, {'name': NULL, 'ror': 'r'}]), "
      "(2, NULL, []), (3, 'short', NULL)) AS t(id, title, orgs) ORDER BY id");
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  ASSERT_EQ(rows->next().value(), 3U);
  const ColumnView& title = rows->column(1);
  EXPECT_EQ(title.text(0), "a text longer than twelve bytes");
  EXPECT_TRUE(title.is_null(1));
  EXPECT_EQ(title.maybe_text(2), "short");
  const ColumnView& orgs = rows->column(rows->column_index("orgs").value());
  const auto range = orgs.list(0);
  ASSERT_EQ(range.end - range.begin, 2U);
  const ColumnView& item = orgs.child(0);
  EXPECT_EQ(item.child(0).text(range.begin), "x");
  EXPECT_TRUE(item.child(1).is_null(range.begin));
  EXPECT_EQ(item.child(1).text(range.begin + 1), "r");
  EXPECT_EQ(orgs.list(1).begin, orgs.list(1).end);
  EXPECT_TRUE(orgs.is_null(2));
  EXPECT_EQ(rows->next().value(), 0U);
}

TEST(Session, StreamsMoreRowsThanOneChunk) {
  Session session = open_session();
  auto rows = session.query("SELECT range FROM range(5000)");
  ASSERT_TRUE(rows.has_value());
  std::int64_t sum = 0;
  for (;;) {
    const std::size_t count = rows->next().value();
    if (count == 0) break;
    for (std::size_t i = 0; i < count; ++i) {
      sum += rows->column(0).value<std::int64_t>(i);
    }
  }
  EXPECT_EQ(sum, 5000LL * 4999 / 2);
}

TEST(Session, SaysWhatStatementFailedInOneLine) {
  Session session = open_session();
  const Status bad = session.execute("SELECT *\nFROM no_such_table");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().message.find('\n'), std::string::npos);
  EXPECT_NE(bad.error().message.find("no_such_table"), std::string::npos);
}

TEST(Session, CallsATruncatedParquetFileCorrupt) {
  Session session = open_session();
  const auto path = std::filesystem::temp_directory_path() / "dmp_bad.parquet";
  std::ofstream(path) << "PAR1 this is not a Parquet file at all";
  const auto rows =
      session.query("SELECT * FROM read_parquet(" + quote(path.string()) + ")");
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code, ErrorCode::corrupt_input);
  // Issue 7: which file, what is wrong, what to do; no statement.
  EXPECT_EQ(rows.error().message,
            "'" + path.string() +
                "' is cut off or no Parquet file; make or fetch it again");
  std::ofstream(path) << "PAR1";
  EXPECT_EQ(
      session
          .execute("SELECT * FROM read_parquet(" + quote(path.string()) + ")")
          .error()
          .message,
      rows.error().message);
  std::filesystem::remove(path);
}

TEST(Session, ReadsScalars) {
  Session session = open_session();
  EXPECT_EQ(session.scalar_int("SELECT 41 + 1").value(), 42);
  EXPECT_EQ(session.scalar_int("SELECT NULL").value(), 0);
  EXPECT_EQ(session.scalar_text("SELECT 'it''s'").value(), "it's");
  EXPECT_EQ(session.scalar_text("SELECT " + quote("it's")).value(), "it's");
}

TEST(Session, OtherConnectionsSeeTheSameTables) {
  Session session = open_session();
  ASSERT_TRUE(session.execute("CREATE TABLE t AS SELECT 7 AS x").has_value());
  auto other = session.another_connection();
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(other->scalar_int("SELECT x FROM t").value(), 7);
}

}  // namespace
}  // namespace dmp::sql
