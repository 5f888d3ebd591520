#include "sql/index_ranges.h"

#include "sql/index_world.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

namespace dmp::sql {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(CutBuckets, CoversAllOnce) {
  for (const int count : {1, 2, 3, 7, 100, 255, 256}) {
    const auto ranges = cut_buckets(count);
    ASSERT_EQ(ranges.size(), static_cast<std::size_t>(count));
    int next = 0;
    for (const auto& range : ranges) {
      EXPECT_EQ(range.low, next);
      EXPECT_GE(range.high, range.low);
      next = range.high + 1;
    }
    EXPECT_EQ(next, 256);
  }
}

// A stage in four ranges whose third cannot be made as long as `broken`.
class IndexRangesTest : public ::testing::Test {
 protected:
  IndexRangesTest() { add_many(world_); }

  Result<storage::StageResult> build(const std::string& name,
                                     const IndexWorld::Change& change = {}) {
    heard_.clear();
    return world_.try_build(name, [&](auto& options) {
      options.ranges = 4;
      options.run_id = "run";
      options.progress = [&, stage = options.stage_dir](std::string_view text) {
        heard_.emplace_back(text);
        if (broken_ && text.starts_with("buckets 128-191"))
          std::ofstream(stage / storage::kPartsName / "128-191") << "no folder";
      };
      if (change) change(options);
    });
  }

  IndexWorld world_;
  std::vector<std::string> heard_;
  bool broken_ = false;
};

// P56: closed, without a log beside it, and only where it is asked for.
TEST_F(IndexRangesTest, KeepsTheDatabaseForWhoAsksForIt) {
  const fs::path kept = world_.stage("run") / "duckdb";
  ASSERT_TRUE(build("run").has_value());
  EXPECT_FALSE(fs::exists(kept));
  const auto keep = [](auto& options) { options.keep_database = true; };
  const auto built = build("run", keep);
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_FALSE(built->up_to_date);
  const auto listed =
      built->manifest.paths(world_.stage("run"), "duckdb/db.db");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(std::distance(fs::directory_iterator(listed[0].parent_path()), {}),
            1);
  Session::Options options;
  options.database = listed[0].string();
  auto session = Session::open(options);
  ASSERT_TRUE(session.has_value()) << session.error().message;
  EXPECT_GT(session->scalar_int("SELECT count(*) FROM duckdb_tables()").value(),
            0);
  // It is there now, for whoever asks or not.
  EXPECT_TRUE(build("run", keep)->up_to_date);
  EXPECT_TRUE(build("run")->up_to_date);
}

TEST_F(IndexRangesTest, AFailedStageGoesOnAfterItsLastRange) {
  ASSERT_TRUE(build("whole").has_value());
  EXPECT_FALSE(fs::exists(world_.stage("whole") / storage::kPartsName));
  broken_ = true;
  const auto failed = build("again");
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().message, HasSubstr("is no folder"));
  EXPECT_EQ(storage::read_manifest(world_.stage("again")).error().code,
            ErrorCode::not_found);
  broken_ = false;
  const auto built = build("again");
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_THAT(heard_,
              ElementsAre("buckets 0-63 of 256: made before",
                          "buckets 64-127 of 256: made before",
                          "buckets 128-191 of 256", "buckets 192-255 of 256"));
  EXPECT_FALSE(fs::exists(world_.stage("again") / storage::kPartsName));
  EXPECT_EQ(world_.content("again"), world_.content("whole"));
}

TEST_F(IndexRangesTest, APartThatIsCutOrOfOtherInputIsMadeAgain) {
  broken_ = true;
  ASSERT_FALSE(build("cut").has_value());
  const fs::path first = world_.stage("cut") / storage::kPartsName / "0-63";
  ASSERT_TRUE(fs::exists(first / "works_index_0.parquet"));
  fs::resize_file(first / "works_index_0.parquet", 100);
  broken_ = false;
  ASSERT_TRUE(build("cut").has_value());
  EXPECT_EQ(heard_[0], "buckets 0-63 of 256");
  EXPECT_EQ(heard_[1], "buckets 64-127 of 256: made before");

  broken_ = true;
  ASSERT_FALSE(build("other").has_value());
  broken_ = false;
  world_.add("datacite", "'10.1/new' AS doi, 'New' AS title");
  ASSERT_TRUE(build("other").has_value());
  EXPECT_EQ(heard_[0], "buckets 0-63 of 256");
  EXPECT_EQ(heard_[1], "buckets 64-127 of 256");
}

// Killed between the manifest and the removal of the parts.
TEST_F(IndexRangesTest, AFinishedStageLosesThePartsAKillLeft) {
  ASSERT_TRUE(build("whole").has_value());
  const fs::path parts = world_.stage("whole") / storage::kPartsName;
  fs::create_directories(parts / "0-63");
  const auto again = build("whole");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_TRUE(again->up_to_date);
  EXPECT_FALSE(fs::exists(parts));
}

// Another limit of memory means other ranges: parts nobody will ask for go.
TEST_F(IndexRangesTest, PartsOfOtherRangesAreRemoved) {
  broken_ = true;
  ASSERT_FALSE(build("cut").has_value());
  const fs::path parts = world_.stage("cut") / storage::kPartsName;
  ASSERT_TRUE(fs::exists(parts / "0-63"));
  bool gone = false;
  const auto built = build("cut", [&](auto& options) {
    options.ranges = 2;
    options.progress = [&](std::string_view text) {
      heard_.emplace_back(text);
      gone = !fs::exists(parts / "0-63");
    };
  });
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_TRUE(gone);
  EXPECT_THAT(heard_,
              ElementsAre("buckets 0-127 of 256", "buckets 128-255 of 256"));
}

TEST_F(IndexRangesTest, ForceMakesEveryRangeAgain) {
  broken_ = true;
  ASSERT_FALSE(build("forced").has_value());
  broken_ = false;
  ASSERT_TRUE(
      build("forced", [](auto& options) { options.force = true; }).has_value());
  EXPECT_EQ(heard_[0], "buckets 0-63 of 256");
}

// The guard comes after the ranges: who accepts need not wait for them again.
TEST_F(IndexRangesTest, AStageStoppedByAGuardKeepsItsRanges) {
  ASSERT_TRUE(build("before").has_value());
  world_.clear("openalex_works");
  const auto after_before = [&](bool accept) {
    return [this, accept](WorksIndexOptions& options) {
      options.previous = world_.stage("before");
      options.release_date += 1;
      options.accept_change = accept;
      options.max_change_ratio = 0.1;
      options.openalex_works.reset();
    };
  };
  const auto stopped = build("after", after_before(false));
  ASSERT_FALSE(stopped.has_value());
  EXPECT_THAT(stopped.error().message, HasSubstr("--accept-change"));
  const auto accepted = build("after", after_before(true));
  ASSERT_TRUE(accepted.has_value()) << accepted.error().message;
  EXPECT_EQ(heard_[3], "buckets 192-255 of 256: made before");
}

}  // namespace
}  // namespace dmp::sql
