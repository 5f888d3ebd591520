#include "storage/listed_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace dmp::storage {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

class ListedFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    stage_ = ::mkdtemp(name.data());
    std::ofstream(manifest()) << "{}";
    listed_ = {"r01/a.gz", 3, -1, sha256_text("old")};
  }
  void TearDown() override { fs::remove_all(stage_); }

  fs::path manifest() const { return stage_ / "manifest.json"; }

  // The listed file, written `later` than its manifest.
  void write(const std::string& text, seconds later) const {
    const fs::path file = stage_ / listed_.path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    fs::last_write_time(file, fs::last_write_time(manifest()) + later);
  }
  bool holds(Proof proof) const {
    return is_as_listed(stage_, listed_, proof).value();
  }

  fs::path stage_;
  ManifestFile listed_;
};

TEST_F(ListedFile, WrittenSinceItsManifestIsSummed) {
  write("old", seconds(1));  // a copy
  EXPECT_TRUE(holds(Proof::since_published));
  write("new", seconds(1));
  EXPECT_FALSE(holds(Proof::since_published));
}

TEST_F(ListedFile, OlderThanItsManifestIsBelievedUnlessAllIsSummed) {
  for (const auto later : {seconds(-1), seconds(0)}) {
    write("new", later);
    EXPECT_TRUE(holds(Proof::since_published));
    EXPECT_FALSE(holds(Proof::whole));
    write("old", later);
    EXPECT_TRUE(holds(Proof::whole));
  }
}

TEST_F(ListedFile, OfOtherSizeIsAnotherWhenEverItWasWritten) {
  for (const auto later : {seconds(-1), seconds(1)}) {
    write("older", later);
    EXPECT_FALSE(holds(Proof::since_published));
    EXPECT_FALSE(holds(Proof::whole));
  }
}

TEST_F(ListedFile, IsSummedWhereTheManifestHasNoTime) {
  write("new", seconds(-1));
  fs::remove(manifest());
  EXPECT_FALSE(holds(Proof::since_published));
}

TEST_F(ListedFile, ListedWithoutASumHasToHaveTheSize) {
  listed_.sha256.clear();
  write("new", seconds(1));
  EXPECT_TRUE(holds(Proof::since_published));
  EXPECT_TRUE(holds(Proof::whole));
  listed_.bytes = 4;
  EXPECT_FALSE(holds(Proof::whole));
}

TEST_F(ListedFile, ThatIsAbsentIsNotAsListed) {
  EXPECT_FALSE(holds(Proof::since_published));
  EXPECT_FALSE(holds(Proof::whole));
}

}  // namespace
}  // namespace dmp::storage
