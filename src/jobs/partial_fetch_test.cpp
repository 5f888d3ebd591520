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
    return fetch_footer(*bucket_, "a.parquet", bytes, file_);
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

TEST_F(PartialFetch, AHoleHasItsSize) {
  ASSERT_TRUE(make_hole(file_, 1 << 20));
  EXPECT_EQ(fs::file_size(file_), 1U << 20);
  EXPECT_FALSE(ask("count(*)"));
}

}  // namespace
}  // namespace dmp::jobs
