#include "storage/files.h"
#include "storage/manifest.h"
#include "storage/object_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace dmp::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FolderStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    store_ = open_folder(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(FolderStoreTest, DoesNotListWhatAKilledWriterLeft) {
  const fs::path left = unfinished_name(root_ / "notes.jsonl");
  std::ofstream(left) << "{}";
  EXPECT_THAT(store_->list("").value(), testing::IsEmpty());
  remove_unfinished(root_);
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(FolderStoreTest, NamesALinkThatLeadsNowhere) {
  fs::create_symlink("loop.gz", root_ / "loop.gz");
  const auto listed = store_->list("");
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, ErrorCode::io);
  EXPECT_THAT(listed.error().message,
              HasSubstr((root_ / "loop.gz").string() + ": Too many levels"));
}

TEST_F(FolderStoreTest, PassesOverALinkToWhatIsGone) {
  fs::create_symlink("gone.gz", root_ / "link.gz");
  EXPECT_THAT(store_->list("").value(), testing::IsEmpty());
}

// As a full disk does, which says ENOSPC.
TEST_F(FolderStoreTest, SaysWhyAFileCannotBeCopied) {
  std::ofstream(root_ / "from") << std::string(std::size_t{1} << 20, 'x');
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{std::size_t{64} << 10, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto sent = store_->upload(root_ / "from", "to");
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::io);
  EXPECT_THAT(sent.error().message,
              HasSubstr((root_ / "to").string() + ": File too large"));
  EXPECT_EQ(store_->list("").value().size(), 1U);
}

}  // namespace
}  // namespace dmp::storage
