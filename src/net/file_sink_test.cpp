#include "net/file_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace dmp::net {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FileSinkTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sinkXXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    path_ = dir_ / "file";
  }
  void TearDown() override { fs::remove_all(dir_); }
  std::string content() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path dir_, path_;
};

TEST_F(FileSinkTest, PutsPiecesWhereTheyBelongWhateverTheirOrder) {
  std::ofstream(path_) << std::string(200'000, 'o');  // of an earlier attempt
  std::string bytes(100'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i * 7919 >> 8);
  auto sink = FileSink::create(path_);
  ASSERT_TRUE(sink) << sink.error().message;
  const std::string_view all(bytes);
  ASSERT_TRUE((*sink)->write_at(70'000, all.substr(70'000)));
  ASSERT_TRUE((*sink)->write_at(0, all.substr(0, 70'000)));
  ASSERT_TRUE((*sink)->finish());
  sink->reset();
  EXPECT_TRUE(content() == bytes);
}

TEST_F(FileSinkTest, TakesRoomForWhatIsToCome) {
  auto sink = FileSink::create(path_);
  ASSERT_TRUE(sink);
  ASSERT_TRUE((*sink)->reserve(0));
  ASSERT_TRUE((*sink)->reserve(100'000));
  ASSERT_TRUE((*sink)->write_at(99'999, "x"));
  EXPECT_EQ(fs::file_size(path_), 100'000U);
  const Status too_large = (*sink)->reserve(std::uint64_t{1} << 62);
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, ErrorCode::io);
  EXPECT_FALSE((*sink)->finish());
}

TEST_F(FileSinkTest, LeavesNoFileThatWasNotFinished) {
  {
    auto sink = FileSink::create(path_);
    ASSERT_TRUE(sink);
    ASSERT_TRUE((*sink)->write_at(0, "half"));
    EXPECT_TRUE(fs::exists(path_));
  }
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(FileSinkTest, SaysWhyAndStaysFailed) {
  fs::create_symlink("/dev/full", path_);
  auto sink = FileSink::create(path_);
  ASSERT_TRUE(sink);
  const Status written = (*sink)->write_at(0, "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::io);
  EXPECT_THAT(written.error().message, HasSubstr("No space left"));
  EXPECT_THAT(written.error().message, HasSubstr(path_.string()));
  EXPECT_FALSE((*sink)->write_at(0, ""));
  EXPECT_FALSE((*sink)->finish());
}

TEST_F(FileSinkTest, CannotBeMadeInAFolderThatIsNotThere) {
  const auto sink = FileSink::create(dir_ / "none" / "file");
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace dmp::net
