// The works index in phases: what an array job and its neighbours do.
#include "sql/index_world.h"
#include "sql/works_index.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace dmp::sql {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class IndexPhasesTest : public ::testing::Test {
 protected:
  IndexPhasesTest() {
    add_many(world_);
    world_.add("ror", "'https://ror.org/00a' AS ror_id, 'active' AS status");
    const auto built = world_.try_build("whole", change_);
    EXPECT_TRUE(built.has_value()) << built.error().message;
    options_ = world_.options_of("apart", change_);
  }

  fs::path parts() const { return options_.stage_dir / storage::kPartsName; }
  Result<storage::StageResult> prepare() {
    return prepare_works_index(options_);
  }
  Result<storage::StageResult> make(int index) {
    return make_index_range(options_, index, parts() / "prepare");
  }
  Result<storage::StageResult> finish() {
    return finish_works_index(options_, parts());
  }
  void make_parts() {
    ASSERT_TRUE(prepare().has_value());
    for (const int index : {2, 0, 1}) {
      const auto made = make(index);
      ASSERT_TRUE(made.has_value()) << made.error().message;
      EXPECT_FALSE(made->up_to_date);
    }
  }

  const IndexWorld::Change change_ = [](auto& options) {
    options.ranges = 3;
    options.run_id = "run";
  };
  IndexWorld world_;
  WorksIndexOptions options_;
};

TEST_F(IndexPhasesTest, GiveTheStageOfOneJob) {
  make_parts();
  const auto built = finish();
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_EQ(world_.content("apart"), world_.content("whole"));
  const auto whole = storage::read_manifest(world_.stage("whole"));
  EXPECT_EQ(built->manifest.key, whole->key);
  EXPECT_EQ(built->manifest.dropped, whole->dropped);
  for (const auto& file : whole->files) {
    EXPECT_TRUE(fs::exists(options_.stage_dir / file.path)) << file.path;
  }
  EXPECT_FALSE(fs::exists(parts()));
}

TEST_F(IndexPhasesTest, AFinishedPartIsNotMadeAgain) {
  make_parts();
  EXPECT_TRUE(prepare()->up_to_date);
  EXPECT_TRUE(make(1)->up_to_date);
  fs::resize_file(parts() / "85-169" / "works_index_0.parquet", 100);
  EXPECT_FALSE(make(1)->up_to_date);
  ASSERT_TRUE(finish().has_value());
  EXPECT_TRUE(prepare()->up_to_date) << "the stage is there: no part is needed";
  EXPECT_TRUE(make(0)->up_to_date);
  EXPECT_TRUE(finish()->up_to_date);
  EXPECT_FALSE(fs::exists(parts()));
}

TEST_F(IndexPhasesTest, FinishNamesThePartsThatAreMissing) {
  ASSERT_TRUE(prepare().has_value());
  ASSERT_TRUE(make(1).has_value());
  const auto early = finish();
  ASSERT_FALSE(early.has_value());
  EXPECT_EQ(early.error().code, ErrorCode::not_found);
  EXPECT_THAT(early.error().message,
              HasSubstr("_parts: no finished part 0-84, 170-255; hint:"));
  EXPECT_FALSE(fs::exists(options_.stage_dir / "manifest.json"));
  EXPECT_TRUE(fs::exists(parts() / "85-169" / "manifest.json"));
  ASSERT_TRUE(make(0).has_value());
  ASSERT_TRUE(make(2).has_value());
  EXPECT_TRUE(finish().has_value());
}

TEST_F(IndexPhasesTest, PartsOfOtherInputsAreNoParts) {
  make_parts();
  options_.max_relation_degrees = 7;
  const auto range = make(0);
  ASSERT_FALSE(range.has_value());
  EXPECT_THAT(range.error().message, HasSubstr("no finished part prepare"));
  ASSERT_TRUE(prepare().has_value());
  const auto whole = finish();
  ASSERT_FALSE(whole.has_value());
  EXPECT_THAT(whole.error().message,
              HasSubstr("no finished part 0-84, 85-169, 170-255"));
}

// The good stage stays readable until the new one stands.
TEST_F(IndexPhasesTest, AFinishedStageIsReplaced) {
  make_parts();
  ASSERT_TRUE(finish().has_value());
  options_.max_relation_degrees = 7;
  make_parts();
  EXPECT_TRUE(storage::read_manifest(options_.stage_dir).has_value());
  const auto built = finish();
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_THAT(built->manifest.files.front().path, HasSubstr("r01/"));
  EXPECT_FALSE(fs::exists(parts()));
}

}  // namespace
}  // namespace dmp::sql
