#include "jobs/partial_fetch.h"

#include "sql/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;

class PartialFetch : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    fs::create_directories(root_ / "bucket");
    file_ = root_ / "fetched.parquet";
    bucket_ = storage::open_folder(root_ / "bucket");
  }
  void TearDown() override { fs::remove_all(root_); }

  // Rows 0 … 9,999 in row groups of that many; its size.
  std::uint64_t write(int group_rows) {
    auto session = sql::Session::open({});
    EXPECT_TRUE(session->execute(fmt::format(
        "COPY (SELECT i AS one, i + 1 AS two FROM range(10000) AS t(i)) TO {} "
        "(FORMAT parquet, ROW_GROUP_SIZE {})",
        sql::quote((root_ / "bucket/a.parquet").string()), group_rows)));
    return fs::file_size(root_ / "bucket/a.parquet");
  }
  Status fetch(std::uint64_t bytes) {
    return fetch_footer(*bucket_, {"a.parquet", bytes, "", file_});
  }
  Result<std::int64_t> ask(const std::string& what) {
    auto session = sql::Session::open({});
    return session->scalar_int(
        fmt::format("SELECT {} FROM {}", what, sql::parquet_files({file_})));
  }

  fs::path root_, file_;
  std::unique_ptr<storage::ObjectStore> bucket_;
};

TEST_F(PartialFetch, AFooterTellsHowManyRowsThereAre) {
  for (const int group_rows : {10'000, 2'048}) {
    const std::uint64_t bytes = write(group_rows);
    ASSERT_TRUE(fetch(bytes));
    EXPECT_EQ(fs::file_size(file_), bytes);
    EXPECT_EQ(ask("count(*)").value_or(-1), 10'000);
  }
  EXPECT_FALSE(ask("sum(one)")) << "its rows are not there";
}

TEST_F(PartialFetch, ALongFooterIsFetchedWhole) {
  std::string columns = "1 AS c0";
  for (int i = 1; i < 2'000; ++i) columns += fmt::format(", {0} AS c{0}", i);
  auto session = sql::Session::open({});
  const fs::path wide = root_ / "bucket/a.parquet";
  ASSERT_TRUE(session->execute(fmt::format("COPY (SELECT {}) TO {}", columns,
                                           sql::quote(wide.string()))));
  ASSERT_TRUE(fetch(fs::file_size(wide)));
  EXPECT_EQ(ask("count(*)").value_or(-1), 1);
}

TEST_F(PartialFetch, RefusesWhatIsNotAsListed) {
  const std::uint64_t bytes = write(10'000);
  for (const std::uint64_t listed : {bytes - 1, bytes + 1, std::uint64_t{3}}) {
    const auto done = fetch(listed);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::corrupt_input);
  }
  std::ofstream(root_ / "bucket/a.parquet")
      << std::string(100, '\xff') << "PAR1";
  EXPECT_EQ(fetch(104).error().code, ErrorCode::corrupt_input);
}

TEST_F(PartialFetch, RowsOfARangeOfBucketsAreThereAndNoOthers) {
  auto session = sql::Session::open({});
  const fs::path whole = root_ / "bucket/a.parquet";
  ASSERT_TRUE(session->execute(fmt::format(
      "COPY (SELECT (i // 400)::UTINYINT AS doi_bucket, i AS one, repeat('x', "
      "i % 90) AS two FROM range(102400) AS t(i)) TO {} (FORMAT parquet, "
      "ROW_GROUP_SIZE 4096)",
      sql::quote(whole.string()))));
  const PartialFile wanted{"a.parquet", fs::file_size(whole), "", file_};
  ASSERT_TRUE(fetch_footer(*bucket_, wanted));
  const auto done = fetch_buckets(*bucket_, {wanted}, {100, 109});
  ASSERT_TRUE(done) << done.error().message;
  const auto sum = [&](const fs::path& file, int low, int high) {
    return session->scalar_int(fmt::format(
        "SELECT sum(one + length(two)) FROM {} WHERE doi_bucket BETWEEN {} AND "
        "{}",
        sql::parquet_files({file}), low, high));
  };
  EXPECT_EQ(sum(file_, 100, 109).value_or(-1), *sum(whole, 100, 109));
  EXPECT_EQ(sum(file_, 104, 104).value_or(-1), *sum(whole, 104, 104));
  EXPECT_FALSE(sum(file_, 0, 20)) << "its rows are not there";
  EXPECT_FALSE(sum(file_, 120, 255)) << "its rows are not there";
}

TEST_F(PartialFetch, WithoutStatisticsOfBucketsAllRowsAreFetched) {
  const std::uint64_t bytes = write(2'048);  // has no such column
  ASSERT_TRUE(fetch(bytes));
  ASSERT_TRUE(
      fetch_buckets(*bucket_, {{"a.parquet", bytes, "", file_}}, {7, 7}));
  EXPECT_EQ(ask("sum(one)").value_or(-1), 49'995'000);
}

TEST_F(PartialFetch, AnotherObjectThanListedIsRefused) {
  const std::uint64_t bytes = write(10'000);
  const auto done =
      fetch_footer(*bucket_, {"a.parquet", bytes, "other", file_});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::corrupt_input);
}

TEST_F(PartialFetch, AHoleHasItsSize) {
  ASSERT_TRUE(make_hole(file_, 1 << 20));
  EXPECT_EQ(fs::file_size(file_), 1U << 20);
  EXPECT_FALSE(ask("count(*)"));
}

}  // namespace
}  // namespace dmp::jobs
