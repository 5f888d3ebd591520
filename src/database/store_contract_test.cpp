// What every store of related works does. The seven cases are those the DMP
// Tool's stored procedures were checked with.
#include "database/store_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::database {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using MakeStore = std::unique_ptr<RelatedWorksStore> (*)();

std::unique_ptr<RelatedWorksStore> model() {
  return std::make_unique<ModelStore>();
}

class Store : public ::testing::TestWithParam<MakeStore> {
 protected:
  Store() : made_(GetParam()()), store_(*made_) {}

  std::vector<std::string> modified(std::int64_t plan) {
    std::vector<std::string> times;
    const auto links = store_.links(plan);
    EXPECT_TRUE(links);
    for (const Link& one : *links) times.push_back(one.modified);
    return times;
  }

  std::unique_ptr<RelatedWorksStore> made_;
  RelatedWorksStore& store_;
};

INSTANTIATE_TEST_SUITE_P(All, Store, ::testing::Values(memory_sqlite, model),
                         [](const auto& test) {
                           return test.param == model ? "Model" : "Sqlite";
                         });

TEST_P(Store, NamesEachMergeAnew) {
  EXPECT_EQ(*store_.last_merge(), "");
  const auto first = store_.begin_merge();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(*store_.last_merge(), *first);
  EXPECT_NE(*store_.begin_merge(), *first);
}

// Plans 1, 2, 3 with an accepted, a rejected, two undecided and a person's
// link.
class SeededStore : public Store {
 protected:
  void SetUp() override {
    add_plans(store_, 3);
    Batch seed;
    seed.works = {work("10.5555/accepted", "a1"),
                  work("10.5555/rejected", "b1"), work("10.5555/pending", "c1"),
                  work("10.5555/stale", "d1")};
    StagedLink accepted =
        decided(1, "10.5555/accepted", "a1", LinkStatus::accepted);
    accepted.values.score = 30.5;
    accepted.values.score_max = 40.25;
    StagedLink rejected =
        decided(1, "10.5555/rejected", "b1", LinkStatus::rejected);
    rejected.values.score = 5;
    rejected.values.score_max = 40.25;
    seed.links = {accepted,
                  rejected,
                  link(1, "10.5555/pending", "c1", 9, 40.25),
                  link(1, "10.5555/stale", "d1", 8, 40.25),
                  link(2, "10.5555/pending", "c1", 7, 40.25),
                  decided(3, "10.5555/stale", "d1", LinkStatus::accepted,
                          LinkSource::user_added)};
    apply(store_, seed, BatchOrigin::persons_list);
  }

  // New content for three known works, one new work, one work gone.
  static Batch system_run() {
    Batch batch;
    batch.works = {work("10.5555/accepted", "a2"),
                   work("10.5555/rejected", "b2"),
                   work("10.5555/pending", "c2"), work("10.5555/fresh", "e1")};
    batch.links = {link(1, "10.5555/accepted", "a2", 31),
                   link(1, "10.5555/rejected", "b2", 6),
                   link(1, "10.5555/pending", "c2", 10.5),
                   link(1, "10.5555/fresh", "e1", 20.1F)};
    return batch;
  }
};

INSTANTIATE_TEST_SUITE_P(All, SeededStore,
                         ::testing::Values(memory_sqlite, model),
                         [](const auto& test) {
                           return test.param == model ? "Model" : "Sqlite";
                         });

TEST_P(SeededStore, Case1SystemRunMovesPendingLinksOnly) {
  apply(store_, system_run());
  EXPECT_THAT(
      shown(store_, 1),
      ElementsAre("10.5555/accepted A1 ACCEPTED SYSTEM_MATCHED 30.5/40.25",
                  "10.5555/fresh E1 PENDING SYSTEM_MATCHED 20.1/50",
                  "10.5555/pending C2 PENDING SYSTEM_MATCHED 10.5/50",
                  "10.5555/rejected B1 REJECTED SYSTEM_MATCHED 5/40.25"));
  EXPECT_THAT(shown(store_, 2),
              ElementsAre("10.5555/pending C1 PENDING SYSTEM_MATCHED 7/40.25"));
  EXPECT_THAT(shown(store_, 3),
              ElementsAre("10.5555/stale D1 ACCEPTED USER_ADDED 1/1"));
}

TEST_P(SeededStore, Case2CleanUpDropsVersionsAndWorksWithoutLink) {
  apply(store_, system_run());
  auto gone = store_.drop_orphans();
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->versions, 2);  // the new content of the decided works
  EXPECT_EQ(gone->works, 0);
  ASSERT_TRUE(store_.drop_pending(2));
  ASSERT_TRUE(store_.drop_pending(1));
  gone = store_.drop_orphans();
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->versions, 3);
  EXPECT_EQ(gone->works, 2);  // fresh and pending
}

TEST_P(SeededStore, Case3TheSameBatchOnceMoreTouchesNothing) {
  apply(store_, system_run());
  const auto before = modified(1);
  const auto rows = shown(store_, 1);
  ASSERT_TRUE(store_.drop_orphans());
  const Status again = store_.apply(BatchOrigin::system_run);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(shown(store_, 1), rows);
  EXPECT_EQ(modified(1), before);
}

TEST_P(SeededStore, Case4NothingStagedChangesNothing) {
  const auto one = shown(store_, 1), two = shown(store_, 2);
  apply(store_, {});
  EXPECT_EQ(shown(store_, 1), one);
  EXPECT_EQ(shown(store_, 2), two);
}

TEST_P(SeededStore, Case5PassesByWhatCannotBeResolvedAndSeesNoCase) {
  apply(store_, system_run());
  Batch batch;
  batch.works = {work("10.5555/FRESH", "e1"), work("10.5555/lone", "f1")};
  batch.links = {link(2, "10.5555/FRESH", "e1", 3, 9),
                 link(2, "10.5555/lone", "ff", 2, 9),
                 link(9999, "10.5555/lone", "f1", 2, 9)};
  ASSERT_TRUE(store_.stage(batch));
  const auto lost = store_.unresolved();
  ASSERT_TRUE(lost);
  EXPECT_THAT(*lost, ElementsAre("10.5555/lone", "10.5555/lone"));
  ASSERT_TRUE(store_.apply(BatchOrigin::system_run));
  EXPECT_THAT(shown(store_, 2),
              ElementsAre("10.5555/fresh E1 PENDING SYSTEM_MATCHED 3/9"));
  EXPECT_THAT(shown(store_, 9999), IsEmpty());
}

TEST_P(SeededStore, Case6APersonsListSetsTheStatusOfAnyLink) {
  apply(store_, system_run());
  Batch list;
  list.works = {work("10.5555/rejected", "b3"), work("10.5555/fresh", "e1")};
  list.links = {decided(1, "10.5555/rejected", "b3", LinkStatus::accepted,
                        LinkSource::user_added),
                decided(3, "10.5555/fresh", "e1", LinkStatus::accepted,
                        LinkSource::user_added)};
  apply(store_, list, BatchOrigin::persons_list);
  EXPECT_THAT(
      shown(store_, 1),
      ElementsAre("10.5555/accepted A1 ACCEPTED SYSTEM_MATCHED 30.5/40.25",
                  "10.5555/fresh E1 PENDING SYSTEM_MATCHED 20.1/50",
                  "10.5555/pending C2 PENDING SYSTEM_MATCHED 10.5/50",
                  "10.5555/rejected B1 ACCEPTED SYSTEM_MATCHED 5/40.25"));
  EXPECT_THAT(shown(store_, 3),
              ElementsAre("10.5555/fresh E1 ACCEPTED USER_ADDED 1/1",
                          "10.5555/stale D1 ACCEPTED USER_ADDED 1/1"));
}

TEST_P(SeededStore, DecidesOnALinkInTheNameOfAUser) {
  ASSERT_TRUE(
      store_.set_status(1, "10.5555/PENDING", LinkStatus::accepted, "ada"));
  ASSERT_TRUE(
      store_.set_status(1, "10.5555/stale", LinkStatus::rejected, "ada"));
  apply(store_, system_run());
  EXPECT_THAT(
      shown(store_, 1),
      ElementsAre("10.5555/accepted A1 ACCEPTED SYSTEM_MATCHED 30.5/40.25",
                  "10.5555/fresh E1 PENDING SYSTEM_MATCHED 20.1/50",
                  "10.5555/pending C1 ACCEPTED SYSTEM_MATCHED 9/40.25",
                  "10.5555/rejected B1 REJECTED SYSTEM_MATCHED 5/40.25",
                  "10.5555/stale D1 REJECTED SYSTEM_MATCHED 8/40.25"));
  const Status absent =
      store_.set_status(2, "10.5555/fresh", LinkStatus::accepted, "ada");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
}

TEST_P(SeededStore, DropsOnlyWhatTheSystemMatchedForAnEmptyRecord) {
  Batch list;
  list.works = {work("10.5555/user", "e5")};
  list.links = {decided(1, "10.5555/user", "e5", LinkStatus::pending,
                        LinkSource::user_added)};
  apply(store_, list, BatchOrigin::persons_list);
  const auto gone = store_.drop_pending(1);
  ASSERT_TRUE(gone);
  EXPECT_EQ(*gone, 2);
  EXPECT_THAT(
      shown(store_, 1),
      ElementsAre("10.5555/accepted A1 ACCEPTED SYSTEM_MATCHED 30.5/40.25",
                  "10.5555/rejected B1 REJECTED SYSTEM_MATCHED 5/40.25",
                  "10.5555/user E5 PENDING USER_ADDED 1/1"));
  const auto pending = store_.count_pending();
  ASSERT_TRUE(pending);
  EXPECT_EQ(*pending, 2);
}

// The example of spec database.md 8.
TEST_P(Store, KeepsTheExample) {
  add_plans(store_, 1);
  Batch before;
  before.works = {work("10.1/a", "01"), work("10.1/b", "02"),
                  work("10.1/c", "03"), work("10.1/d", "04"),
                  work("10.1/e", "05")};
  before.links = {
      link(1, "10.1/a", "01", 1, 1),
      decided(1, "10.1/b", "02", LinkStatus::accepted),
      link(1, "10.1/c", "03", 1, 1),
      decided(1, "10.1/d", "04", LinkStatus::rejected),
      decided(1, "10.1/e", "05", LinkStatus::pending, LinkSource::user_added)};
  apply(store_, before, BatchOrigin::persons_list);
  Batch batch;
  batch.works = {work("10.1/a", "01"), work("10.1/b", "09"),
                 work("10.1/d", "04"), work("10.1/f", "06")};
  batch.links = {link(1, "10.1/a", "01", 7), link(1, "10.1/b", "09", 6),
                 link(1, "10.1/d", "04", 5), link(1, "10.1/f", "06", 4)};
  apply(store_, batch);
  EXPECT_THAT(shown(store_, 1),
              ElementsAre("10.1/a 01 PENDING SYSTEM_MATCHED 7/50",
                          "10.1/b 02 ACCEPTED SYSTEM_MATCHED 1/1",
                          "10.1/d 04 REJECTED SYSTEM_MATCHED 1/1",
                          "10.1/f 06 PENDING SYSTEM_MATCHED 4/50"));
}

TEST_P(Store, KeepsPlansByTheirId) {
  add_plans(store_, 2);
  add_plans(store_, 3);  // two of them known
  PlanRow renamed;
  renamed.id = 2;
  renamed.title = "Eels";
  ASSERT_TRUE(store_.put_plans(std::vector{renamed}));
  const auto plans = store_.plans();
  ASSERT_TRUE(plans);
  ASSERT_EQ(plans->size(), 3U);
  EXPECT_EQ((*plans)[2].id, 3);
  EXPECT_EQ((*plans)[1].title, "Eels");
  EXPECT_EQ((*plans)[1].dmp_id, "https://doi.org/10.48321/d1demo0002");
}

}  // namespace
}  // namespace dmp::database
