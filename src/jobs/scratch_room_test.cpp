#include "jobs/scratch_room.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::StartsWith;

class ScratchRoomTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    free_ = fs::space(root_).available;
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
  std::uint64_t free_ = 0;
};

TEST_F(ScratchRoomTest, TakesWhatFitsSixTimes) {
  EXPECT_EQ(lack_of_room(root_ / "of the job", 0), "");
  EXPECT_TRUE(fs::is_directory(root_ / "of the job"));
  // Other programs use the disk too: far enough from the limit.
  EXPECT_EQ(lack_of_room(root_, free_ / 12), "");
}

TEST_F(ScratchRoomTest, SaysWhatIsNotFetchedAndWhy) {
  const std::uint64_t bytes = free_ / 3;  // fits, but not beside the job
  const std::string lack = lack_of_room(root_, bytes);
  EXPECT_THAT(lack, StartsWith(fmt::format(
                        "the former works ({} MiB) are not fetched to continue "
                        "the linkage statistics, as only ",
                        bytes >> 20)));
  EXPECT_THAT(lack, EndsWith(" MiB are free in " + root_.string()));
}

TEST_F(ScratchRoomTest, IsNotInTheWayWhereNobodyKnowsHowMuchIsFree) {
  // A file where the folder should be: the job itself will say so.
  const fs::path file = root_ / "file";
  fs::copy_file("/proc/self/comm", file);
  EXPECT_EQ(lack_of_room(file / "scratch", free_), "");
}

TEST(CheckRoom, SaysInOneLineThatADiskIsTooSmall) {
  const auto place = std::filesystem::temp_directory_path() / "absent" / "yet";
  EXPECT_TRUE(check_room(place, 1, "objects", "make room"));
  const Status full = check_room(place, std::uint64_t{1} << 62,
                                 "the objects of a", "make room");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::io);
  EXPECT_THAT(full.error().message,
              testing::HasSubstr(" bytes are free, the objects of a have "
                                 "4611686018427387904; make room"));
  EXPECT_THAT(full.error().message, testing::StartsWith(place.string() + ": "));
}

}  // namespace
}  // namespace dmp::jobs
