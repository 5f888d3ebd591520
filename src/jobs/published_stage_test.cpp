#include "jobs/published_stage.h"

#include "jobs/bucket_stage.h"
#include "jobs/download_stage.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;
using storage::Manifest;
using storage::ObjectInfo;
using storage::StageResult;
using testing::ElementsAreArray;

constexpr int kFiles = 5;
const std::string kStage = "data/2026-01-01/transform";

// A bucket whose user is killed after some requests that change it: none after
// those has any effect.
class MortalBucket : public storage::ObjectStore {
 public:
  explicit MortalBucket(const fs::path& folder)
      : inner_(storage::open_folder(folder)) {}

  std::string name() const override { return "s3://mortal"; }
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
  Status download(std::string_view key, const fs::path& file) const override {
    return inner_->download(key, file);
  }
  Result<ObjectInfo> write(std::string_view key,
                           std::string_view bytes) const override {
    DMP_TRY(change());
    return inner_->write(key, bytes);
  }
  Result<ObjectInfo> upload(const fs::path& file,
                            std::string_view key) const override {
    DMP_TRY(change());
    ++uploads;
    return inner_->upload(file, key);
  }
  Status remove(std::string_view key) const override {
    DMP_TRY(change());
    return inner_->remove(key);
  }

  mutable std::atomic<int> left{1 << 30};  // changes until it is killed
  mutable std::atomic<int> uploads{0};

 private:
  Status change() const {
    if (left-- > 0) return {};
    return Error{ErrorCode::io, "killed"};
  }

  std::unique_ptr<ObjectStore> inner_;
};

class PublishedStageTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    renew();
  }
  void TearDown() override { fs::remove_all(root_); }

  void renew() {
    fs::remove_all(root_ / "bucket");
    bucket_ = std::make_unique<MortalBucket>(root_ / "bucket");
  }

  static std::string content(int edition, int file) {
    return fmt::format("edition {}, file {}", edition, file);
  }
  static std::string name(int file) { return fmt::format("{}.txt", file); }

  // As a stage that is made on this machine.
  Result<StageResult> make(int edition) {
    StageJob job;
    job.name = "test";
    job.options = {std::to_string(edition)};
    job.output = kStage;
    job.work = [&](const StageJob::Folders&,
                   const fs::path& out) -> Result<StageResult> {
      DMP_ASSIGN(auto publication, storage::Publication::begin(out, "test"));
      for (int file = 0; file < kFiles; ++file) {
        std::ofstream(out / name(file)) << content(edition, file);
        DMP_TRY(publication.add(out / name(file)));
      }
      StageResult made;
      Manifest manifest;
      manifest.stage = "test";
      DMP_ASSIGN(made.manifest, publication.publish(manifest));
      return made;
    };
    return run_stage({*bucket_, root_ / "scratch"}, job);
  }

  // As one that is fetched, object by object.
  Result<StageResult> fetch(int edition) {
    Manifest manifest = download_manifest("test");
    manifest.options["edition"] = std::to_string(edition);
    const JobContext context{*bucket_, root_ / "scratch"};
    DMP_ASSIGN(auto stage, DownloadStage::begin(context, kStage, manifest));
    if (stage->is_done()) return StageResult{true, stage->manifest()};
    std::vector<std::string> paths;
    for (int file = 0; file < kFiles; ++file) {
      paths.push_back(name(file));
      if (stage->find(paths.back(), "source")) continue;
      const fs::path fetched = stage->scratch_file(paths.back());
      std::ofstream(fetched) << content(edition, file);
      DMP_TRY(stage->store(fetched, paths.back(), "source", 1));
    }
    return stage->publish(paths);
  }

  // The edition that a reader sees; that it is whole.
  int seen() {
    const auto manifest = stage_manifest(*bucket_, kStage);
    EXPECT_TRUE(manifest.has_value());
    EXPECT_EQ(manifest->files.size(), kFiles);
    const auto of = [&](int file) {
      return bucket_
          ->read(kStage + "/" +
                     manifest->files[static_cast<std::size_t>(file)].path,
                 0, UINT64_MAX, "")
          .value_or("absent");
    };
    const int edition = of(0) == content(2, 0) ? 2 : 1;
    for (int file = 0; file < kFiles; ++file)
      EXPECT_EQ(of(file), content(edition, file));
    return edition;
  }

  using Publish = std::function<Result<StageResult>(int edition)>;
  enum class Resent { nothing, what_was_not_noted };

  // Edition 2 replaces edition 1, and is killed at every request once.
  void kill_everywhere(const Publish& publish, Resent resent) {
    int before = 0, after = 0;
    for (int changes = 0;; ++changes) {
      SCOPED_TRACE(fmt::format("killed after {} changes", changes));
      renew();
      ASSERT_TRUE(publish(1));
      bucket_->uploads = 0;
      bucket_->left = changes;
      (void)publish(2);
      const bool killed = bucket_->left < 0;
      const int edition = seen();
      (edition == 1 ? before : after) += killed ? 1 : 0;
      bucket_->left = 1 << 30;
      const auto done = publish(2);
      ASSERT_TRUE(done) << done.error().message;
      EXPECT_EQ(done->up_to_date, edition == 2);
      EXPECT_EQ(seen(), 2);
      expect_nothing_else();
      EXPECT_GE(bucket_->uploads, kFiles);
      EXPECT_LE(bucket_->uploads,
                resent == Resent::nothing ? kFiles : 2 * kFiles);
      if (!killed) break;
    }
    EXPECT_GE(before, kFiles);
    EXPECT_GE(after, kFiles) << "while it removed the old ones";
  }

  void expect_nothing_else() {
    std::vector<std::string> listed{kStage + "/manifest.json"}, there;
    const Manifest manifest = stage_manifest(*bucket_, kStage).value();
    for (const auto& file : manifest.files)
      listed.push_back(kStage + "/" + file.path);
    const auto objects = bucket_->list(kStage + "/").value();
    for (const auto& object : objects) there.push_back(object.key);
    EXPECT_THAT(there, testing::UnorderedElementsAreArray(listed));
  }

  fs::path root_;
  std::unique_ptr<MortalBucket> bucket_;
};

// Issue 7 line 5.
TEST_F(PublishedStageTest, AMadeStageIsTheOldOrTheNewOneWhereverItIsKilled) {
  kill_everywhere([&](int edition) { return make(edition); }, Resent::nothing);
}

// Issue 7 line 5.
TEST_F(PublishedStageTest, AFetchedStageIsTheOldOrTheNewOneWhereverItIsKilled) {
  kill_everywhere([&](int edition) { return fetch(edition); },
                  Resent::what_was_not_noted);
}

TEST_F(PublishedStageTest, AStageThatHasLostAnObjectIsMadeAnew) {
  const std::vector<Publish> kinds{[&](int edition) { return make(edition); },
                                   [&](int edition) { return fetch(edition); }};
  for (const auto& publish : kinds) {
    renew();
    ASSERT_TRUE(publish(1));
    EXPECT_TRUE(publish(1)->up_to_date);
    ASSERT_TRUE(bucket_->remove(kStage + "/" + name(1)));
    EXPECT_FALSE(publish(1)->up_to_date);
    EXPECT_EQ(seen(), 1);
    expect_nothing_else();
  }
}

TEST(SourcePaths, AreNoneOfOurNamesAndNoneTwice) {
  for (const char* ours :
       {"manifest.json", "_progress.jsonl", "_progress-000001.jsonl",
        "_uploading.json", "_parts/x.gz", "a/x.gz.1.unfinished"}) {
    const auto checked = check_source_path(ours);
    ASSERT_FALSE(checked) << ours;
    EXPECT_EQ(checked.error().code, ErrorCode::corrupt_input);
  }
  EXPECT_TRUE(check_source_paths({"a/manifest.json", "a/_parts/x.gz", "b"}));
  EXPECT_FALSE(check_source_paths({"b", "a", "b"}));
}

// It may be at work.
TEST_F(PublishedStageTest, ARerunLeavesAnAttemptAtANewStageAlone) {
  ASSERT_TRUE(make(1));
  Manifest next = stage_manifest(*bucket_, kStage).value();
  next.created_at = "later";
  ASSERT_TRUE(note_manifest(*bucket_, kStage, next));
  ASSERT_TRUE(bucket_->write(kStage + "/r01/0.txt", "on its way"));
  EXPECT_TRUE(make(1)->up_to_date);
  EXPECT_TRUE(bucket_->stat(kStage + "/r01/0.txt"));
}

}  // namespace
}  // namespace dmp::jobs
