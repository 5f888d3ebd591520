#include "ingest/input_files.h"

#include "ingest/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
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

TEST_F(FindInput, NamesAStageByItsContentHoweverItIsSpelled) {
  write("ds/2026-01-01/download/part_000.gz", "1");
  write(
      "ds/2026-01-01/download/manifest.json",
      R"({"key":"k","files":[{"path":"part_000.gz","bytes":1,"sha256":"a"}]})");
  const fs::path stage = root_ / "ds/2026-01-01/download";
  const auto first = as_inputs(stage, {{stage / "part_000.gz", 1}}).value();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].path, "ds/2026-01-01/download");
  EXPECT_EQ(first[0].kind, storage::ManifestInput::Kind::stage);
  EXPECT_EQ(first[0].bytes, 1U);
  for (const char* spelled :
       {"../download/", "./", "../../2026-01-01/download"}) {
    const fs::path other = stage / spelled;
    const auto again = as_inputs(other, {{other / "part_000.gz", 1}}).value();
    EXPECT_EQ(again[0].path, first[0].path) << spelled;
    EXPECT_EQ(again[0].digest, first[0].digest) << spelled;
  }
}

TEST_F(FindInput, NamesOneFileOfAStageByTheSumThatIsListed) {
  write("manifest.json",
        R"({"key":"k","files":[{"path":"r01/a.json.gz","bytes":1,)"
        R"("sha256":"5a"}]})");
  write("r01/a.json.gz", "1");
  const fs::path file = root_ / "r01/../r01/a.json.gz";
  const auto inputs = as_inputs(file, {{file, 1}}).value();
  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_EQ(inputs[0].path, "a.json.gz");
  EXPECT_EQ(inputs[0].digest, "sha256:5a");
}

// Whoever puts another file in the place of a listed one has another input.
TEST_F(FindInput, NamesAReplacedFileOfAStageByItsBytesAndTime) {
  const std::string sum = storage::sha256_text("1");
  write("r01/a.json.gz", "1");
  write("manifest.json",
        R"({"key":"k","files":[{"path":"r01/a.json.gz","bytes":1,)"
        R"("sha256":")" +
            sum + R"("}]})");
  const fs::path file = root_ / "r01/a.json.gz";
  const auto later = [&] {
    fs::last_write_time(file, fs::last_write_time(root_ / "manifest.json") +
                                  std::chrono::seconds(1));
  };
  const auto digest = [&](std::uint64_t bytes) {
    return as_inputs(file, {{file, bytes}}).value().at(0).digest;
  };
  later();  // a copy
  EXPECT_EQ(digest(1), "sha256:" + sum);
  write("r01/a.json.gz", "2");
  later();
  EXPECT_FALSE(digest(1).starts_with("sha256:"));
  const auto folder = as_inputs(root_, {{file, 1}});
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ErrorCode::corrupt_input);
  EXPECT_THAT(folder.error().message, testing::HasSubstr("a.json.gz"));
  write("r01/a.json.gz", "12");
  EXPECT_FALSE(digest(2).starts_with("sha256:"));
}

TEST_F(FindInput, TakesASpoiltManifestForNoPlainFolder) {
  write("manifest.json", R"({"key":"k","files":[{"path":"r01)");
  EXPECT_EQ(find().error().code, ErrorCode::corrupt_input);
  EXPECT_THAT(find().error().message, testing::HasSubstr("manifest.json"));
}

TEST_F(FindInput, NamesOtherFilesByTheirPlaceInTheFolderBytesAndTime) {
  const auto named = [&](const fs::path& folder) {
    const auto files =
        find_input(folder, works_patterns(Source::openalex_works)).value();
    return as_inputs(folder, files).value();
  };
  const auto first = named(root_), again = named(root_ / "r01" / "..");
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[1].path, "updated_date=2026-01-01/part_000.gz");
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].path, again[i].path);
    EXPECT_EQ(first[i].digest, again[i].digest);
  }
  fs::last_write_time(root_ / first[1].path, fs::file_time_type::clock::now() +
                                                 std::chrono::seconds(5));
  EXPECT_NE(named(root_)[1].digest, first[1].digest);
}

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
