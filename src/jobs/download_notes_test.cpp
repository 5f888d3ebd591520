#include "jobs/download_notes.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;

constexpr int kThreads = 8;

class DownloadNotesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "notesXXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    bucket_ = storage::open_folder(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }

  DownloadNotes notes(const std::string& key) const {
    return {*bucket_, "data/1/download", key};
  }
  static FetchedObject object(const std::string& path) {
    FetchedObject object;
    object.path = object.object = path;
    object.source = "7 \"tag\"";
    object.bytes = 7;
    object.rows = 3;
    object.sha256 = "abc";
    object.offset = 512;
    object.order = 2;
    return object;
  }
  std::multiset<std::string> noted(const std::string& key) const {
    const auto found = notes(key).read();
    EXPECT_TRUE(found);
    std::multiset<std::string> paths;
    for (const auto& one : found->objects) paths.insert(one.path);
    return paths;
  }

  fs::path dir_;
  std::unique_ptr<storage::ObjectStore> bucket_;
};

TEST_F(DownloadNotesTest, KeepEverythingOfAnObject) {
  DownloadNotes written = notes("k");
  ASSERT_TRUE(written.begin({}));
  ASSERT_TRUE(written.add(object("a/b.gz")));
  const auto found = notes("k").read();
  ASSERT_TRUE(found);
  ASSERT_EQ(found->objects.size(), 1U);
  const FetchedObject &one = found->objects[0], wanted = object("a/b.gz");
  EXPECT_EQ(one.object, wanted.object);
  EXPECT_EQ(one.source, wanted.source);
  EXPECT_EQ(one.bytes, wanted.bytes);
  EXPECT_EQ(one.rows, wanted.rows);
  EXPECT_EQ(one.sha256, wanted.sha256);
  EXPECT_EQ(one.offset, wanted.offset);
  EXPECT_EQ(one.order, wanted.order);
}

TEST_F(DownloadNotesTest, OfManyThreadsAreAllThere) {
  DownloadNotes written = notes("k");
  ASSERT_TRUE(written.begin({object("before")}));
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 80; ++i) {
        EXPECT_TRUE(written.add(object(std::to_string(thread * 1000 + i))));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto paths = noted("k");
  EXPECT_EQ(paths.size(), 641U) << "more than one file holds";
  EXPECT_EQ(std::set<std::string>(paths.begin(), paths.end()).size(), 641U);
}

TEST_F(DownloadNotesTest, OfAnotherDownloadSayOnlyThatThereWasOne) {
  EXPECT_FALSE(notes("k").read()->any);
  DownloadNotes written = notes("other");
  ASSERT_TRUE(written.begin({object("a")}));
  ASSERT_TRUE(written.add(object("b")));
  const auto found = notes("k").read();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->any);
  EXPECT_TRUE(found->objects.empty());
  EXPECT_EQ(noted("other"), (std::multiset<std::string>{"a", "b"}));
}

TEST_F(DownloadNotesTest, ThatCannotBeWrittenAreAnErrorOfEachWhoAdds) {
  DownloadNotes written = notes("k");
  fs::create_directories(dir_ / "data" / "1");
  std::ofstream(dir_ / "data" / "1" / "download") << "no folder";
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      EXPECT_FALSE(written.add(object(std::to_string(thread))));
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace dmp::jobs
