#include "match/listed_works.h"

#include "sql/work_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

namespace dmp::match {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class ListedWorksTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  // A file of works 10.5555/<number>, titled by their number.
  fs::path works(int first, int last) const {
    sql::TableBuffer rows(sql::work_schema());
    for (int number = first; number <= last; ++number) {
      model::Work work;
      work.doi = doi(number);
      work.title = std::to_string(number);
      sql::append_work(rows, work, {});
    }
    fs::path path = root_ / (std::to_string(first) + ".parquet");
    EXPECT_TRUE(sql::write_parquet(rows, {}, path, {}));
    return path;
  }
  static std::string doi(int number) {
    return "10.5555/" + std::to_string(number);
  }
  // DOI to title of the next batch.
  static std::map<std::string, std::string> next(ListedWorks& listed) {
    const auto works = listed.next();
    EXPECT_TRUE(works) << works.error().message;
    std::map<std::string, std::string> titles;
    for (const auto& [key, work] : *works) {
      EXPECT_EQ(key, work.doi);
      titles[key] = work.title.value_or("");
    }
    return titles;
  }

  fs::path root_;
};

TEST_F(ListedWorksTest, GivesEachBatchItsWorks) {
  const auto files = {works(1, 50), works(51, 99)};
  const fs::path scratch = root_ / "scratch";
  {
    ListedWorks listed;
    listed.want(0, doi(70));
    listed.want(2, doi(3));
    listed.want(2, doi(70));
    listed.want(2, doi(3));
    listed.want(3, doi(1000));
    listed.want(0, doi(2));
    ASSERT_TRUE(listed.find(files, scratch, 1));
    EXPECT_TRUE(fs::exists(scratch));
    EXPECT_THAT(next(listed),
                UnorderedElementsAre(Pair(doi(70), "70"), Pair(doi(2), "2")));
    EXPECT_THAT(next(listed), IsEmpty());
    EXPECT_THAT(next(listed),
                UnorderedElementsAre(Pair(doi(3), "3"), Pair(doi(70), "70")));
    EXPECT_THAT(next(listed), IsEmpty());
    EXPECT_THAT(next(listed), IsEmpty());
  }
  EXPECT_FALSE(fs::exists(scratch));
}

TEST_F(ListedWorksTest, HoldsMoreThanAChunkABatch) {
  const auto files = {works(1, 5'000)};
  for (const int batches : {1, 3}) {
    ListedWorks listed;
    for (int number = 1; number <= 5'000; ++number)
      listed.want(static_cast<std::size_t>(number % batches), doi(number));
    ASSERT_TRUE(listed.find(files, root_ / "scratch", 2));
    std::size_t found = 0;
    for (int batch = 0; batch < batches; ++batch) found += next(listed).size();
    EXPECT_EQ(found, 5'000U);
  }
}

TEST_F(ListedWorksTest, NothingWantedReadsNothing) {
  ListedWorks listed;
  ASSERT_TRUE(listed.find({root_ / "absent.parquet"}, {}, 1));
  EXPECT_THAT(next(listed), IsEmpty());
}

TEST_F(ListedWorksTest, AFileThatIsCutIsAnError) {
  const fs::path file = works(1, 5'000);
  fs::resize_file(file, fs::file_size(file) / 2);
  ListedWorks listed;
  listed.want(0, doi(1));
  const Status found = listed.find({file}, root_ / "scratch", 1);
  const bool failed = !found || !listed.next();
  EXPECT_TRUE(failed);
}

}  // namespace
}  // namespace dmp::match
