#include "storage/files.h"

#include "storage/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace dmp::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
};

TEST_F(FilesTest, AnErrorOfWritingSaysWhereAndWhy) {
  errno = ENOSPC;
  const Error error = write_error("/somewhere/file.json");
  EXPECT_EQ(error.code, ErrorCode::io);
  EXPECT_THAT(error.message, HasSubstr("/somewhere/file.json"));
  EXPECT_THAT(error.message, HasSubstr("No space left on device"));
}

TEST_F(FilesTest, MakesTheFoldersAbove) {
  ASSERT_TRUE(make_folder(root_ / "a/b/c").has_value());
  EXPECT_TRUE(fs::is_directory(root_ / "a/b/c"));
  EXPECT_TRUE(make_folder(root_ / "a/b/c").has_value());
}

TEST_F(FilesTest, NoFolderInsideAFile) {
  std::ofstream(root_ / "file") << "x";
  const Status made = make_folder(root_ / "file/inner");
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, ErrorCode::io);
  EXPECT_THAT(made.error().message, HasSubstr("file/inner"));
}

TEST_F(FilesTest, ScratchGoesWithAllThatIsInIt) {
  const fs::path folder = root_ / "attempt";
  {
    const Scratch scratch(folder);
    ASSERT_TRUE(make_folder(scratch.path() / "deep").has_value());
    std::ofstream(scratch.path() / "deep/file") << "x";
  }
  EXPECT_FALSE(fs::exists(folder));
  { const Scratch never_made(root_ / "nothing"); }
  EXPECT_TRUE(fs::exists(root_));
}

TEST_F(FilesTest, AFolderIsLockedByOneAtATime) {
  {
    const auto first = FolderLock::take(root_ / "out");
    ASSERT_TRUE(first.has_value());
    const auto second = FolderLock::take(root_ / "out");
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::unavailable);
    EXPECT_THAT(second.error().message, HasSubstr("another run"));
    EXPECT_TRUE(FolderLock::take(root_ / "other").has_value());
  }
  EXPECT_TRUE(FolderLock::take(root_ / "out").has_value());
}

// The rename fails where a folder has the name, after all was written.
TEST_F(FilesTest, AWriteThatFailsLeavesWhatWasThereAndNothingElse) {
  ASSERT_TRUE(make_folder(root_ / "out/m.json"));
  const Status written = write_file_atomically(root_ / "out/m.json", "{}");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::io);
  EXPECT_TRUE(fs::is_directory(root_ / "out/m.json"));
  EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "out"),
                          fs::directory_iterator()),
            1);
}

TEST_F(FilesTest, AWriteIntoNoFolderNamesTheFileThatWasAskedFor) {
  const fs::path file = root_ / "nowhere/m.json";
  const Status written = write_file_atomically(file, "{}");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message,
            file.string() + ": No such file or directory");
}

}  // namespace
}  // namespace dmp::storage
