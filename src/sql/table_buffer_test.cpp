#include "sql/table_buffer.h"

#include "sql/session.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace dmp::sql {
namespace {

namespace fs = std::filesystem;

class TableBufferTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::string ask(const std::string& sql) {
    auto session = Session::open({});
    auto answer = session->scalar_text(sql);
    return answer ? *answer : answer.error().message;
  }
  std::string from(const std::string& file) {
    return "read_parquet(" + quote((dir_ / file).string()) + ")";
  }

  fs::path dir_;
};

Schema nested_schema() {
  return {text_field("doi"),
          list_of("authors",
                  struct_of("", {text_field("orcid"), text_field("full")})),
          field("day", Kind::date),
          field("at", Kind::timestamp),
          field("flag", Kind::boolean),
          field("bucket", Kind::uint8),
          field("score", Kind::real)};
}

void add(TableBuffer& rows, int number, int authors) {
  rows.column(0).append_text("10.1234/a-long-enough-doi-" +
                             std::to_string(number));
  rows.column(1).begin_list();
  for (int i = 0; i < authors; ++i) {
    auto& author = rows.column(1).element();
    author.append_struct();
    author.at(0).append_null();
    author.at(1).append_text("Author " + std::to_string(i));
  }
  rows.column(1).end_list();
  rows.column(2).append_int(number);
  rows.column(3).append_int(number * 1'000'000LL);
  rows.column(4).append_bool(number % 2 == 0);
  rows.column(5).append_int(number % 256);
  rows.column(6).append_real(number / 2.0);
}

TEST_F(TableBufferTest, WritesNestedRowsInTheWantedOrder) {
  TableBuffer rows(nested_schema());
  std::vector<std::uint32_t> order;
  constexpr int kRows = 5'000;
  for (int i = 0; i < kRows; ++i) {
    add(rows, i, i % 4);
    rows.end_row();
    order.push_back(static_cast<std::uint32_t>(kRows - 1 - i));
  }
  const auto done = write_parquet(rows, order, dir_ / "a.parquet", {});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(ask("SELECT count(*) FROM " + from("a.parquet")), "5000");
  EXPECT_EQ(ask("SELECT doi FROM " + from("a.parquet") + " LIMIT 1"),
            "10.1234/a-long-enough-doi-4999");
  EXPECT_EQ(ask("SELECT sum(len(authors)) FROM " + from("a.parquet")), "7500");
  EXPECT_EQ(ask("SELECT authors::VARCHAR || day || flag || bucket || score "
                "FROM " +
                from("a.parquet") + " WHERE day = DATE '1970-01-04'"),
            "[{'orcid': NULL, 'full': Author 0}, {'orcid': NULL, 'full': "
            "Author 1}, {'orcid': NULL, 'full': Author 2}]1970-01-04false31.5");
}

TEST_F(TableBufferTest, TakesBackAnUnfinishedRow) {
  TableBuffer rows(nested_schema());
  add(rows, 1, 2);
  rows.end_row();
  add(rows, 2, 3);
  rows.drop_row();
  add(rows, 3, 1);
  rows.end_row();
  ASSERT_TRUE(write_parquet(rows, {}, dir_ / "a.parquet", {}).has_value());
  EXPECT_EQ(ask("SELECT string_agg(day::VARCHAR || len(authors), ' ') FROM " +
                from("a.parquet")),
            "1970-01-022 1970-01-041");
}

TEST_F(TableBufferTest, GivesEqualBytesForEqualRows) {
  const auto bytes = [&](const char* name) {
    TableBuffer rows(nested_schema());
    for (int i = 0; i < 3'000; ++i) {
      add(rows, i, 2);
      rows.end_row();
    }
    EXPECT_TRUE(write_parquet(rows, {}, dir_ / name, {}).has_value());
    std::stringstream text;
    text << std::ifstream(dir_ / name).rdbuf();
    return text.str();
  };
  EXPECT_EQ(bytes("a.parquet"), bytes("b.parquet"));
}

TEST_F(TableBufferTest, WritesAnEmptyTableWithItsSchema) {
  TableBuffer rows(nested_schema());
  ASSERT_TRUE(write_parquet(rows, {}, dir_ / "a.parquet", {}).has_value());
  EXPECT_EQ(ask("SELECT count(*) FROM " + from("a.parquet")), "0");
}

TEST_F(TableBufferTest, SaysWhereItCouldNotWrite) {
  TableBuffer rows(nested_schema());
  const auto done = write_parquet(rows, {}, dir_ / "none" / "a.parquet", {});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::io) << done.error().message;
}

TEST_F(TableBufferTest, DropsRepeatedElementsOfAList) {
  TableBuffer rows(
      {list_of("names", struct_of("", {text_field("a"), text_field("b")}))});
  auto& names = rows.column(0);
  const auto append = [&](const char* a, const char* b) {
    auto& element = names.element();
    element.append_struct();
    element.at(0).append_text(a);
    if (b == nullptr)
      element.at(1).append_null();
    else
      element.at(1).append_text(b);
    return names.drop_repeated_element();
  };
  for (int row = 0; row < 2; ++row) {
    names.begin_list();
    EXPECT_FALSE(append("x", "y"));
    EXPECT_FALSE(append("x", nullptr));
    EXPECT_FALSE(append("xy", ""));
    EXPECT_TRUE(append("x", nullptr));
    EXPECT_TRUE(append("x", "y"));
    names.end_list();
    rows.end_row();
  }
  ASSERT_TRUE(write_parquet(rows, {}, dir_ / "a.parquet", {}).has_value());
  EXPECT_EQ(ask("SELECT string_agg(len(names)::VARCHAR, ' ') FROM " +
                from("a.parquet")),
            "3 3");
}

// Law: a list keeps its distinct elements in order, however long it is.
TEST_F(TableBufferTest, KeepsTheFirstOfEqualElementsInLongLists) {
  TableBuffer rows({list_of("words", text_field(""))});
  auto& words = rows.column(0);
  words.begin_list();
  for (int i = 0; i < 100'000; ++i) {
    words.element().append_text(std::to_string(i * 7919 % 5'000));
    EXPECT_EQ(words.drop_repeated_element(), i >= 5'000) << i;
  }
  words.end_list();
  rows.end_row();
  ASSERT_TRUE(write_parquet(rows, {}, dir_ / "a.parquet", {}).has_value());
  EXPECT_EQ(
      ask("SELECT len(words) || ' ' || words[2] FROM " + from("a.parquet")),
      "5000 2919");
}

TEST_F(TableBufferTest, ForgetsTheElementsOfADroppedRow) {
  TableBuffer rows({list_of("words", text_field(""))});
  auto& words = rows.column(0);
  words.begin_list();
  words.element().append_text("a");
  EXPECT_FALSE(words.drop_repeated_element());
  rows.drop_row();
  words.begin_list();
  words.element().append_text("a");
  EXPECT_FALSE(words.drop_repeated_element());
  words.end_list();
  rows.end_row();
  EXPECT_EQ(rows.rows(), 1U);
}

TEST_F(TableBufferTest, ClosesRowGroupsByRows) {
  TableBuffer rows({text_field("text")});
  for (int i = 0; i < 10'000; ++i) {
    rows.column(0).append_text(std::string(1'000, 'x'));
    rows.end_row();
  }
  ParquetWriter writer;
  const auto groups = [&](const char* name, const ParquetOptions& options) {
    EXPECT_TRUE(writer.write(rows, {}, dir_ / name, options).has_value());
    return ask("SELECT max(row_group_id) + 1 FROM parquet_metadata(" +
               quote((dir_ / name).string()) + ")");
  };
  EXPECT_EQ(groups("a.parquet", {}), "1");
  EXPECT_EQ(groups("b.parquet", {.row_group_rows = 4'096}), "3");
  EXPECT_EQ(groups("c.parquet", {.row_group_rows = 1}), "5");
}

}  // namespace
}  // namespace dmp::sql
