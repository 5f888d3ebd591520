#include "match/listed_works.h"

#include "sql/work_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace dmp::match {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

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
  // Titles of works 1 to `last` in the next batch; each is in it but once.
  static std::vector<std::string> next(ListedWorks& listed, int last = 99) {
    auto works = listed.next();
    EXPECT_TRUE(works) << works.error().message;
    std::vector<std::string> titles;
    for (int number = 1; number <= last; ++number) {
      const model::Work* work = works->find(doi(number));
      if (work == nullptr) continue;
      EXPECT_EQ(work->doi, doi(number));
      titles.push_back(work->title.value_or(""));
    }
    EXPECT_EQ(titles.size(), works->size());
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
    EXPECT_THAT(next(listed), ElementsAre("2", "70"));
    EXPECT_THAT(next(listed), IsEmpty());
    EXPECT_THAT(next(listed), ElementsAre("3", "70"));
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
    for (int batch = 0; batch < batches; ++batch)
      found += next(listed, 5'000).size();
    EXPECT_EQ(found, 5'000U);
  }
}

TEST_F(ListedWorksTest, GivesAWorkAsOftenAsItIsWanted) {
  ListedWorks listed;
  for (int times = 0; times < 3; ++times) listed.want(0, doi(7));
  listed.want(1, doi(7));
  ASSERT_TRUE(listed.find({works(1, 9)}, root_ / "scratch", 1));
  for (const int wanted : {3, 1}) {
    auto works = listed.next();
    ASSERT_TRUE(works);
    for (int times = 0; times < wanted; ++times) {
      ASSERT_NE(works->find(doi(7)), nullptr);
      EXPECT_EQ(works->take(doi(7)).title, "7");
    }
    EXPECT_EQ(works->find(doi(7)), nullptr);
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
