#include "ingest/input_files.h"

#include "ingest/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace dmp::ingest {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class FindInput : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    write("updated_date=2026-01-01/part_000.gz", "1");
    write("r01/updated_date=2026-01-02/part_000.gz", "22");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  auto find() const {
    return find_input(root_, works_patterns(Source::openalex_works));
  }
  std::vector<std::string> found() const {
    std::vector<std::string> paths;
    const auto files = find().value();
    paths.reserve(files.size());
    for (const auto& file : files)
      paths.push_back(file.path.lexically_relative(root_).string());
    return paths;
  }

  fs::path root_;
};

TEST_F(FindInput, TakesAllOfAPlainFolder) {
  write("manifest.json", R"({"made": "by another program"})");
  EXPECT_THAT(found(), ElementsAre("r01/updated_date=2026-01-02/part_000.gz",
                                   "updated_date=2026-01-01/part_000.gz"));
}

// Issue 7 line 5: no reader sees what is being published, or was left.
TEST_F(FindInput, TakesOfAStageWhatItsManifestLists) {
  storage::Manifest manifest;
  manifest.files = {{"r01/updated_date=2026-01-02/part_000.gz", 2, 1, ""},
                    {"r01/rejects/rejects_0.parquet", 1, 1, ""}};
  write("r01/rejects/rejects_0.parquet", "x");
  write("manifest.json", storage::manifest_json(manifest));
  EXPECT_THAT(found(), ElementsAre("r01/updated_date=2026-01-02/part_000.gz"));
  EXPECT_EQ(find()->at(0).bytes, 2U);
  fs::remove(root_ / manifest.files[0].path);
  EXPECT_EQ(find().error().code, ErrorCode::corrupt_input);
}

}  // namespace
}  // namespace dmp::ingest
