#include "jobs/run_id.h"

#include "storage/manifest.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;

class RunIdTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  void finish(const std::string& run) {
    auto publication =
        storage::Publication::begin(root_ / "sqlmesh" / run, "sqlmesh");
    storage::Manifest manifest;
    manifest.stage = "sqlmesh";
    ASSERT_TRUE(publication->publish(manifest).has_value());
  }

  fs::path root_;
};

TEST_F(RunIdTest, P113_RefusesWhatCannotBePartOfAKey) {
  for (const char* good : {"2026-01-01", "a", "A_b-9"}) {
    EXPECT_TRUE(is_run_id(good)) << good;
  }
  for (const char* bad : {"", "2026.02:04", "-a", "a/b", "..", "a b"}) {
    EXPECT_FALSE(is_run_id(bad)) << bad;
  }
  EXPECT_FALSE(is_run_id(std::string(65, 'a')));
  EXPECT_EQ(choose_run_id(root_, "2026.02:04").error().code,
            ErrorCode::invalid_argument);
}

TEST_F(RunIdTest, TakesTheNewestRunOfTheFolderElseToday) {
  EXPECT_EQ(choose_run_id(root_, "").value(), text::format_day(today()));
  fs::create_directories(root_ / "dmps" / "2026-01-01");
  fs::create_directories(root_ / "ror" / "2026-02-01");
  EXPECT_EQ(choose_run_id(root_, "").value(), "2026-02-01");
  EXPECT_EQ(choose_run_id(root_, "x").value(), "x");
}

// P58, P59
TEST_F(RunIdTest, ContinuesTheNewestOlderFinishedRun) {
  EXPECT_FALSE(previous_index(root_, "2026-03-01", "").value().has_value());
  finish("2026-01-01");
  finish("2026-02-01");
  fs::create_directories(root_ / "sqlmesh" / "2026-02-15");  // unfinished
  EXPECT_EQ(previous_index(root_, "2026-03-01", "").value(),
            root_ / "sqlmesh" / "2026-02-01");
  EXPECT_EQ(previous_index(root_, "2026-02-01", "").value(),
            root_ / "sqlmesh" / "2026-01-01");
  EXPECT_FALSE(
      previous_index(root_, "2026-03-01", "INITIAL").value().has_value());
  EXPECT_EQ(previous_index(root_, "2026-03-01", "2026-02-15").error().code,
            ErrorCode::not_found);
}

TEST_F(RunIdTest, ReadsTheDayOfARunIdThatIsADate) {
  EXPECT_EQ(run_day("1970-01-02"), 1);
  EXPECT_FALSE(run_day("2026-02-30").has_value());
  EXPECT_FALSE(run_day("january").has_value());
  EXPECT_FALSE(run_day("2026").has_value());
}

}  // namespace
}  // namespace dmp::jobs
