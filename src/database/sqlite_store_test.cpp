// What is SQLite's own: the file, its triggers, its errors.
#include "database/sqlite_store.h"

#include "database/schema.h"
#include "database/store_world.h"
#include "storage/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace dmp::database {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SqliteFile : public ::testing::Test {
 protected:
  SqliteFile()
      : folder_(std::filesystem::temp_directory_path() /
                fmt::format("sqlite_store_{}_{}", ::getpid(), test_name())) {
    std::filesystem::create_directories(folder_.path());
  }

  std::filesystem::path file() const { return folder_.path() / "w.db"; }

  std::unique_ptr<RelatedWorksStore> open() {
    auto store = open_sqlite(file(), {Access::write, milliseconds(0)});
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }
  // Another program's view of the file.
  Connection other() {
    auto connection = Connection::open(file(), Access::write, milliseconds(0));
    EXPECT_TRUE(connection);
    return *std::move(connection);
  }
  void sql(const std::string& text) {
    Connection connection = other();
    const Status done = connection.run(text);
    ASSERT_TRUE(done) << done.error().message;
  }
  Error refused() {
    const auto store = open_sqlite(file(), {Access::write, milliseconds(0)});
    EXPECT_FALSE(store);
    return store ? Error{} : store.error();
  }

  // Of plan 1: one link to a work, and one to another version of it.
  void make_double(RelatedWorksStore& store, const std::string& status) {
    add_plans(store, 1);
    apply(store, {{work("10.5555/fresh", "e1")},
                  {link(1, "10.5555/fresh", "e1", 20)}});
    sql("INSERT INTO workVersions (workId, hash, workType, authors, "
        "institutions, funders, awards, sourceName) SELECT id, "
        "x'e9000000000000000000000000000000', 'ARTICLE', '[]', '[]', '[]', "
        "'[]', 'OpenAlex' FROM works WHERE doi = '10.5555/fresh'");
    sql("INSERT INTO relatedWorks (planId, workVersionId, score, scoreMax, "
        "sourceType, status) SELECT 1, max(id), 1, 1, 'USER_ADDED', '" +
        status + "' FROM workVersions");
  }
  static Batch third_version() {
    return {{work("10.5555/fresh", "ea")}, {link(1, "10.5555/fresh", "ea", 2)}};
  }
  // Of a double link with this status a merge of a third version leaves `left`.
  void expect_one_of_double(const std::string& status, const char* left) {
    const auto store = open();
    make_double(*store, status);
    ASSERT_TRUE(store->stage(third_version()));
    const auto dropped = store->drop_double_links();
    ASSERT_TRUE(dropped);
    EXPECT_EQ(*dropped, 1);
    ASSERT_TRUE(store->apply(BatchOrigin::system_run));
    EXPECT_THAT(shown(*store, 1), ElementsAre(left));
  }

 private:
  storage::Scratch folder_;
};

TEST_F(SqliteFile, Case7TwoLinksThatWouldBecomeOneUndoTheBatch) {
  const auto store = open();
  make_double(*store, "PENDING");
  ASSERT_TRUE(store->stage(third_version()));
  const Status applied = store->apply(BatchOrigin::system_run);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::corrupt_input);
  EXPECT_THAT(shown(*store, 1),
              ElementsAre("10.5555/fresh E1 PENDING SYSTEM_MATCHED 20/50",
                          "10.5555/fresh E9 PENDING USER_ADDED 1/1"));
  Connection connection = other();
  const auto versions = connection.integer(
      "SELECT count(*) FROM workVersions WHERE hex(hash) LIKE 'EA%'");
  ASSERT_TRUE(versions);
  EXPECT_EQ(*versions, 0);
}

TEST_F(SqliteFile, KeepsTheOldestOfDoubleLinks) {
  expect_one_of_double("PENDING",
                       "10.5555/fresh EA PENDING SYSTEM_MATCHED 2/50");
}

TEST_F(SqliteFile, KeepsTheDecidedOneOfDoubleLinks) {
  expect_one_of_double("REJECTED", "10.5555/fresh E9 REJECTED USER_ADDED 1/1");
}

TEST_F(SqliteFile, ModifiedMovesOnlyWithAValue) {
  const auto store = open();
  add_plans(*store, 1);
  const Batch batch{
      {work("10.5555/a", "a1"), work("10.5555/b", "b1")},
      {link(1, "10.5555/a", "a1", 1), link(1, "10.5555/b", "b1", 2)}};
  apply(*store, batch);
  const std::string old = "2025-05-05 00:00:00";
  sql("UPDATE relatedWorks SET modified = '" + old + "'");
  apply(*store, batch);
  Batch moved = batch;
  moved.links[1].values.score = 3;
  const auto unmoved = store->links(1);
  ASSERT_TRUE(unmoved);
  EXPECT_EQ((*unmoved)[1].modified, old);
  apply(*store, moved);
  const auto links = store->links(1);
  ASSERT_TRUE(links);
  EXPECT_EQ((*links)[0].modified, old);
  EXPECT_GT((*links)[1].modified, old);
  moved.links[0].values.evidence.weights = R"([{"k":"prior"}])";
  apply(*store, moved);
  EXPECT_GT((*store->links(1))[0].modified, old);
}

TEST_F(SqliteFile, KeepsScoresAsSinglePrecision) {
  const auto store = open();
  add_plans(*store, 1);
  apply(*store,
        {{work("10.5555/a", "a1")}, {link(1, "10.5555/a", "a1", 20.1F)}});
  Connection connection = other();
  auto score = connection.prepare("SELECT score FROM relatedWorks");
  ASSERT_TRUE(score);
  ASSERT_TRUE(score->step());
  EXPECT_EQ(score->real(0), double{20.1F});
}

// A file as it was before the linkage model: read as it is, changed when it is
// written to.
TEST_F(SqliteFile, OfTheFirstVersionIsReadAndBroughtUpToDate) {
  const Batch batch{{work("10.5555/a", "a1")}, {link(1, "10.5555/a", "a1", 1)}};
  {
    const auto store = open();
    add_plans(*store, 1);
    apply(*store, batch);
  }
  sql("DROP TRIGGER relatedWorks_linkage_modified; "
      "ALTER TABLE relatedWorks DROP COLUMN probability; "
      "ALTER TABLE relatedWorks DROP COLUMN logOdds; "
      "ALTER TABLE relatedWorks DROP COLUMN weights; "
      "PRAGMA user_version = 1");
  const auto evidence = [](RelatedWorksStore& store) {
    const auto links = store.links(1);
    return links && !links->empty() ? (*links)[0].values.evidence : Evidence{};
  };
  {
    const auto store = open_sqlite(file(), {Access::read});
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(evidence(**store).author_matches, "[]");
    EXPECT_EQ(evidence(**store).probability, std::nullopt);
  }
  EXPECT_EQ(other().integer("PRAGMA user_version").value_or(0), 1);
  const auto store = open();
  EXPECT_EQ(other().integer("PRAGMA user_version").value_or(0), 2);
  EXPECT_EQ(evidence(*store).weights, std::nullopt);
  apply(*store, batch);
  EXPECT_EQ(evidence(*store), batch.links[0].values.evidence);
}

TEST_F(SqliteFile, TextIsNeverSql) {
  const auto store = open();
  add_plans(*store, 1);
  const std::string doi = "10.5555/'); DROP TABLE works; --";
  apply(*store, {{work(doi, "a1")}, {link(1, doi, "a1", 1)}});
  ASSERT_TRUE(store->set_status(1, doi, LinkStatus::accepted, "'); --"));
  EXPECT_THAT(shown(*store, 1),
              ElementsAre(doi + " A1 ACCEPTED SYSTEM_MATCHED 1/50"));
}

TEST_F(SqliteFile, RefusesRowsThatBreakARuleAndGoesOn) {
  const auto store = open();
  add_plans(*store, 1);
  Batch no_json{{work("10.5555/a", "a1")}, {link(1, "10.5555/a", "a1", 1)}};
  no_json.works[0].authors = "[";
  Batch short_hash{{work("10.5555/a", "a1")}, {}};
  short_hash.works[0].hash = "a1";
  Batch twice{{work("10.5555/a", "a1"), work("10.5555/A", "a2")}, {}};
  for (const Batch& batch : {no_json, short_hash, twice}) {
    Status done = store->stage(batch);
    if (done) done = store->apply(BatchOrigin::system_run);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::corrupt_input);
  }
  apply(*store, {{work("10.5555/a", "a1")}, {link(1, "10.5555/a", "a1", 1)}});
  EXPECT_EQ(shown(*store, 1).size(), 1U);
}

TEST_F(SqliteFile, IsUnavailableWhileAnotherWrites) {
  const auto store = open();
  add_plans(*store, 1);
  ASSERT_TRUE(store->stage(third_version()));
  {
    Connection connection = other();
    ASSERT_TRUE(connection.run("BEGIN IMMEDIATE"));
    const Status applied = store->apply(BatchOrigin::system_run);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, ErrorCode::unavailable);
  }
  EXPECT_TRUE(store->apply(BatchOrigin::system_run));
}

TEST_F(SqliteFile, IsTheSameStoreWhenItIsOpenedAgain) {
  std::string identity;
  {
    const auto store = open();
    add_plans(*store, 1);
    apply(*store, third_version());
    identity = store->identity().value_or("");
  }
  EXPECT_FALSE(std::filesystem::exists(file().string() + "-wal"));
  const auto again = open_sqlite(file(), {Access::read});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*(*again)->identity(), identity);
  EXPECT_EQ(shown(**again, 1).size(), 1U);
  std::filesystem::remove(file());
  EXPECT_NE(*open()->identity(), identity);
}

TEST_F(SqliteFile, FoldsDoisAnewForAnotherCollation) {
  {
    const auto store = open();
    add_plans(*store, 1);
    apply(*store, third_version());
  }
  sql("UPDATE works SET doi_fold = x'00'; "
      "UPDATE settings SET value = 'icu 1' WHERE name = 'collation'");
  const auto store = open();
  ASSERT_TRUE(
      store->set_status(1, "10.5555/FRESH", LinkStatus::accepted, "ada"));
  EXPECT_EQ(shown(*store, 1).size(), 1U);
}

TEST_F(SqliteFile, FoldsDoisAnewThatHaveTheKeysOfOneAnother) {
  {
    const auto store = open();
    add_plans(*store, 1);
    apply(*store,
          {{work("10.5555/a", "a1"), work("10.5555/b", "b1")},
           {link(1, "10.5555/a", "a1", 1), link(1, "10.5555/b", "b1", 2)}});
  }
  sql("UPDATE settings SET value = 'icu 1' WHERE name = 'collation'; "
      "CREATE TEMP TABLE old AS SELECT doi, doi_fold FROM works; "
      "UPDATE works SET doi_fold = id; "
      "UPDATE works SET doi_fold = "
      "(SELECT doi_fold FROM old WHERE old.doi <> works.doi)");
  const auto store = open();
  ASSERT_TRUE(store->set_status(1, "10.5555/A", LinkStatus::accepted, "ada"));
  EXPECT_THAT(shown(*store, 1),
              ElementsAre("10.5555/a A1 ACCEPTED SYSTEM_MATCHED 1/50",
                          "10.5555/b B1 PENDING SYSTEM_MATCHED 2/50"));
}

TEST_F(SqliteFile, NamesTwoWorksThatAreOneForAnotherCollation) {
  open();
  sql("UPDATE settings SET value = 'icu 1' WHERE name = 'collation'; "
      "INSERT INTO works (doi, doi_fold) VALUES ('10.5555/a', x'01'), "
      "('10.5555/A', x'02')");
  EXPECT_EQ(refused().code, ErrorCode::corrupt_input);
  EXPECT_THAT(refused().message,
              HasSubstr("works 1 \"10.5555/a\" and 2 \"10.5555/A\" are one"));
}

TEST_F(SqliteFile, RefusesWhatIsNotItsOwn) {
  EXPECT_EQ(open_sqlite(file(), {Access::read}).error().code,
            ErrorCode::not_found);
  sql("CREATE TABLE notes (text)");
  EXPECT_THAT(refused().message, HasSubstr("of another program"));
  std::filesystem::remove(file());
  std::ofstream(file()) << std::string(4096, 'x');
  EXPECT_THAT(refused().message, HasSubstr("not a database"));
  EXPECT_EQ(refused().code, ErrorCode::invalid_argument);
  std::filesystem::remove(file());
  open();
  sql("PRAGMA user_version = 99");
  EXPECT_THAT(refused().message, HasSubstr("version 99"));
}

TEST_F(SqliteFile, ReadsNoEmptyFile) {
  std::ofstream(file()).close();
  const auto store = open_sqlite(file(), {Access::read});
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("no tables of related works"));
}

}  // namespace
}  // namespace dmp::database
