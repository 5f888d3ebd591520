#include "storage/gzip_file.h"

#include "storage/files.h"
#include "storage/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <random>

namespace dmp::storage {
namespace {

namespace fs = std::filesystem;

class GzipFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  // As zlib reads it.
  static std::string inflated(const fs::path& path) {
    gzFile file = gzopen(path.c_str(), "rb");
    EXPECT_NE(file, nullptr);
    std::string text;
    char buffer[4096];
    int read = 0;
    while ((read = gzread(file, buffer, sizeof buffer)) > 0)
      text.append(buffer, static_cast<std::size_t>(read));
    EXPECT_EQ(read, 0);
    EXPECT_EQ(gzclose(file), Z_OK);
    return text;
  }
  // Text that does not compress much.
  static std::string random_text(std::size_t size) {
    std::mt19937 random(1);
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>(random());
    return text;
  }
  fs::path root_;
};

TEST_F(GzipFileTest, HoldsWhatWasWrittenWhateverThePieces) {
  const std::string text = random_text(700'000);
  std::string whole;
  for (const std::size_t piece : {std::size_t{1'000}, text.size()}) {
    const fs::path path = root_ / "folder" / std::to_string(piece);
    auto file = GzipFile::create(path);
    ASSERT_TRUE(file);
    for (std::size_t at = 0; at < text.size(); at += piece)
      ASSERT_TRUE(file->write(std::string_view(text).substr(at, piece)));
    const auto bytes = file->finish();
    ASSERT_TRUE(bytes);
    EXPECT_EQ(*bytes, fs::file_size(path));
    EXPECT_EQ(inflated(path), text);
    const std::string packed = *read_file(path);
    if (whole.empty()) whole = packed;
    EXPECT_EQ(packed, whole);
  }
}

TEST_F(GzipFileTest, AnEmptyFileIsOneEmptyMember) {
  auto file = GzipFile::create(root_ / "empty");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->finish());
  EXPECT_GT(fs::file_size(root_ / "empty"), 0U);
  EXPECT_EQ(inflated(root_ / "empty"), "");
}

TEST_F(GzipFileTest, AMemberHoldsTheText) {
  for (const std::size_t size : {0, 1, 100, 300'000, 1'000'000}) {
    const std::string text = random_text(size);
    ASSERT_TRUE(write_file_atomically(root_ / "member", gzip_member(text)));
    EXPECT_EQ(inflated(root_ / "member"), text);
  }
}

TEST_F(GzipFileTest, AFullDiskIsAnError) {
  auto file = GzipFile::create("/dev/full");
  ASSERT_TRUE(file);
  const std::string text = random_text(600'000);
  const bool failed = !file->write(text) || !file->finish();
  EXPECT_TRUE(failed);
}

}  // namespace
}  // namespace dmp::storage
