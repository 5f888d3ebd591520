#include "jobs/download_stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;
using storage::ObjectInfo;

// Objects in a folder, as a server keeps them: they have tags, and no place.
class Server : public storage::ObjectStore {
 public:
  explicit Server(const fs::path& folder)
      : inner_(storage::open_folder(folder)) {}

  std::string name() const override { return "s3://server"; }
  std::optional<fs::path> folder() const override { return std::nullopt; }
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) const override {
    return inner_->list(prefix);
  }
  Result<ObjectInfo> stat(std::string_view key) const override {
    return inner_->stat(key);
  }
  Result<std::string> read(std::string_view key, std::uint64_t offset,
                           std::uint64_t count,
                           std::string_view etag) const override {
    return inner_->read(key, offset, count, etag);
  }
  Result<ObjectInfo> write(std::string_view key,
                           std::string_view bytes) const override {
    return inner_->write(key, bytes);
  }
  Status download(std::string_view key, const fs::path& file) const override {
    return inner_->download(key, file);
  }
  Result<ObjectInfo> upload(const fs::path& file,
                            std::string_view key) const override {
    return inner_->upload(file, key);
  }
  Status remove(std::string_view key) const override {
    return inner_->remove(key);
  }

 private:
  std::unique_ptr<storage::ObjectStore> inner_;
};

class DownloadStageTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  std::unique_ptr<DownloadStage> begin(const JobContext& context) const {
    return DownloadStage::begin(context, kPrefix, download_manifest("data"))
        .value();
  }
  Status store(DownloadStage& stage, const std::string& name) const {
    const fs::path file = root_ / name;
    std::ofstream(file) << name;
    return stage.store(file, name, "source", -1);
  }

  static constexpr const char* kPrefix = "data/2026-01-01/download";
  fs::path root_;
};

// Issue 7: of all objects, those an attempt before has stored included.
TEST_F(DownloadStageTest, ListsTheTagsOfTheObjectsOfAServer) {
  const Server bucket(root_ / "bucket");
  const JobContext context{bucket, root_ / "scratch"};
  ASSERT_TRUE(store(*begin(context), "a"));
  const auto stage = begin(context);
  EXPECT_EQ(stage->fetched(), 1U);
  ASSERT_TRUE(store(*stage, "b"));
  const auto done = stage->publish({"a", "b"});
  ASSERT_TRUE(done) << done.error().message;
  const auto manifest = stage_manifest(bucket, kPrefix).value();
  ASSERT_EQ(manifest.files.size(), 2U);
  for (const auto& file : manifest.files) {
    const std::string key = std::string(kPrefix) + "/" + file.path;
    EXPECT_EQ(file.etag, bucket.stat(key).value().etag) << file.path;
  }
  EXPECT_EQ(manifest.version, storage::kFormatVersion);
}

TEST_F(DownloadStageTest, ListsNoTagsOfFilesInAFolder) {
  const auto bucket = storage::open_folder(root_ / "bucket");
  const JobContext context{*bucket, root_ / "scratch"};
  const auto stage = begin(context);
  ASSERT_TRUE(store(*stage, "a"));
  const auto done = stage->publish({"a"});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.files.at(0).etag, "");
}

}  // namespace
}  // namespace dmp::jobs
