#include "match/searchable.h"

#include "match/random_world.h"
#include "match/search_fixture.h"
#include "sql/session.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;

model::Plan plan_called(const std::string& doi) {
  model::Plan plan;
  plan.doi = doi;
  return plan;
}

TEST(Searchable, GivesThePlansByDoi) {
  const std::vector<model::Plan> plans{plan_called("10.5/b"),
                                       plan_called("10.5/a")};
  std::vector<PlanFailure> failures;
  EXPECT_THAT(searchable(plans, failures), ElementsAre(&plans[1], &plans[0]));
  EXPECT_TRUE(failures.empty());
}

TEST(Searchable, SaysWhatIsWrongWithARecord) {
  // What DuckDB's date 'infinity' is.
  constexpr auto kNever = std::numeric_limits<std::int32_t>::max();
  std::vector<model::Plan> plans{plan_called("10.5/a"), plan_called(""),
                                 plan_called("10.5/b"), plan_called("10.5/c"),
                                 plan_called("10.5/d")};
  plans[2].project_end = kNever;
  plans[3].project_start = -kNever;
  plans[4].project_start = text::to_day(1, 1, 1);
  plans[4].project_end = text::to_day(9999, 12, 31);
  std::vector<PlanFailure> failures;
  EXPECT_THAT(searchable(plans, failures), ElementsAre(&plans[0], &plans[4]));
  std::string said;
  for (const auto& failure : failures) {
    said += fmt::format("{} {} {} {}\n", failure.plan_doi, failure.stage,
                        failure.attempts, failure.error.message);
    EXPECT_EQ(failure.error.code, ErrorCode::corrupt_input);
  }
  EXPECT_EQ(
      said,
      " record 1 the record has no DOI\n"
      "10.5/b record 1 project_end: not a day of the years 1 to 9999\n"
      "10.5/c record 1 project_start: not a day of the years 1 to 9999\n");
}

// Each DOI with a blank behind it.
std::string dois_of(const model::PlanMatches& plan) {
  std::string dois = plan.plan_doi + " ";
  for (const auto& match : plan.works) dois += match.work.doi + " ";
  return dois;
}

class FailingPlans : public SearchFixture,
                     public ::testing::WithParamInterface<Ranker> {
 protected:
  FailingPlans() {
    World world(31);
    std::vector<model::Work> works;
    for (int i = 0; i < 200; ++i) {
      works.push_back(world.work());
      works.back().doi = "10.5555/w" + std::to_string(i);
    }
    for (int i = 0; i < 25; ++i) {
      inputs_.plans.push_back(world.plan());
      inputs_.plans.back().doi = "10.48321/d" + std::to_string(100 + i);
    }
    publish_works(std::move(works), 4);
    options_.ranker = GetParam();
    options_.max_results = 5;
  }

  // The works lose one behind the back of the search.
  void lose(const std::string& doi) {
    auto session = sql::Session::open({});
    for (auto& file : inputs_.works_files) {
      const auto less = file.string() + ".less";
      ASSERT_TRUE(session->execute(fmt::format(
          "COPY (SELECT * FROM {} WHERE doi <> {}) TO {} (FORMAT parquet)",
          sql::parquet_files({file}), sql::quote(doi), sql::quote(less))));
      file = less;
    }
  }

  SearchOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Rankers, FailingPlans,
                         ::testing::Values(Ranker::query, Ranker::linkage));

TEST_P(FailingPlans, HaveNoRecordAndStopNoOther) {
  const auto whole = find(options_);
  inputs_.plans[7].doi.clear();
  inputs_.plans[9].project_end = std::numeric_limits<std::int32_t>::max();
  const auto plans = find(options_);
  ASSERT_EQ(plans.size(), whole.size() - 2);
  EXPECT_EQ(counts_.plans, 23);
  ASSERT_EQ(counts_.failures.size(), 2U);
  EXPECT_EQ(counts_.failures[1].plan_doi, whole[9].plan_doi);
  for (const auto& plan : plans) EXPECT_NE(plan.plan_doi, whole[9].plan_doi);
}

TEST_P(FailingPlans, AreThoseThatAWorkIsLostOfBetweenThePasses) {
  const auto whole = find(options_);
  KeptShard kept;
  kept.dir = dir_ / "kept";
  ASSERT_TRUE(search_shard(inputs_, options_, {}, kept.dir, &kept.counts));
  const auto listed =
      std::find_if(whole.begin(), whole.end(),
                   [](const auto& plan) { return !plan.works.empty(); });
  ASSERT_NE(listed, whole.end());
  const std::string gone = listed->works[0].work.doi;
  lose(gone);
  inputs_.shards = {kept};
  std::vector<std::string> expected, found, failed, expected_to_fail;
  for (const auto& plan : find(options_)) found.push_back(dois_of(plan));
  for (const auto& failure : counts_.failures) {
    failed.push_back(failure.plan_doi);
    EXPECT_EQ(failure.stage, "evidence");
    EXPECT_THAT(failure.error.message, ::testing::HasSubstr(gone));
  }
  for (const auto& plan : whole) {
    if (dois_of(plan).find(gone + " ") == std::string::npos)
      expected.push_back(dois_of(plan));
    else
      expected_to_fail.push_back(plan.plan_doi);
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(failed, expected_to_fail);
  EXPECT_LT(expected_to_fail.size(), whole.size());
  EXPECT_EQ(counts_.plans, static_cast<std::int64_t>(found.size()));
}

}  // namespace
}  // namespace dmp::match
