#include "results/metrics.h"

#include "results/sample_matches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace dmp::results {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kNear = 1e-6;

// The example of ranking.md 6.1: R = {a, b, c}, run = x, a, y, b.
TEST(RankMetrics, FollowTheExampleOfTheSpec) {
  const RankMetrics metrics =
      rank_metrics({false, true, false, true}, 3, {3, 10});
  ASSERT_THAT(metrics.at, SizeIs(2));
  EXPECT_NEAR(metrics.at[0].map, 0.166667, kNear);
  EXPECT_NEAR(metrics.at[0].ndcg, 0.296082, kNear);
  EXPECT_NEAR(metrics.at[0].precision, 1.0 / 3, kNear);
  EXPECT_NEAR(metrics.at[0].recall, 1.0 / 3, kNear);
  EXPECT_NEAR(metrics.at[1].map, 0.333333, kNear);
  EXPECT_NEAR(metrics.at[1].precision, 0.2, kNear);
  EXPECT_NEAR(metrics.at[1].recall, 2.0 / 3, kNear);
  EXPECT_NEAR(metrics.mrr, 0.5, kNear);
}

TEST(RankMetrics, AreOneForAPerfectRunAndZeroForNone) {
  const RankMetrics perfect = rank_metrics({true, true}, 2, {2});
  EXPECT_DOUBLE_EQ(perfect.at[0].map, 1);
  EXPECT_DOUBLE_EQ(perfect.at[0].ndcg, 1);
  EXPECT_DOUBLE_EQ(perfect.mrr, 1);
  for (const auto& none :
       {rank_metrics({}, 2, {2}), rank_metrics({false}, 0, {2})}) {
    EXPECT_EQ(none.at[0].map + none.at[0].ndcg + none.at[0].precision +
                  none.at[0].recall + none.mrr,
              0);
  }
}

// Recall and NDCG's sum can only grow with k; all lie in 0 … 1.
TEST(RankMetrics, StayInBoundsForEveryRunOfEight) {
  for (unsigned bits = 0; bits < 256; ++bits) {
    std::vector<bool> run;
    for (unsigned i = 0; i < 8; ++i) run.push_back((bits >> i & 1U) != 0);
    const RankMetrics metrics = rank_metrics(run, 9, {1, 2, 4, 8, 100});
    double recall = 0;
    for (const MetricsAt& at : metrics.at) {
      for (const double value : {at.map, at.ndcg, at.precision, at.recall}) {
        EXPECT_GE(value, 0);
        EXPECT_LE(value, 1);
      }
      EXPECT_GE(at.recall, recall);
      recall = at.recall;
    }
  }
}

model::PlanMatches run_of(const std::string& plan,
                          const std::vector<std::string>& works) {
  model::PlanMatches matches;
  matches.plan_doi = plan;
  matches.score_max = 10;
  double score = 10;
  for (const auto& doi : works) {
    model::Match match;
    match.work.doi = doi;
    match.score = score;
    score -= 2;
    matches.works.push_back(match);
  }
  return matches;
}

TEST(MetricsCollector, AveragesOverAllPlansOfTheGroundTruth) {
  GroundTruth truth;
  truth.add("10.1/p", "10.5555/a", Verdict::accepted);
  truth.add("10.1/p", "10.5555/b", Verdict::accepted);
  truth.add("10.1/p", "10.5555/z", Verdict::rejected);
  truth.add("10.1/q", "10.5555/c", Verdict::accepted);
  truth.add("10.1/only-rejected", "10.5555/c", Verdict::rejected);
  MetricsCollector collector(truth, {2});
  collector.add(run_of("10.1/p", {"10.5555/a", "10.5555/z"}));
  collector.add(run_of("10.1/unknown", {"10.5555/a"}));
  const Metrics metrics = collector.finish();
  ASSERT_THAT(metrics.plans, SizeIs(2)) << "a plan without hits has its row";
  EXPECT_EQ(metrics.plans[1].dmp_doi, "10.1/q");
  EXPECT_EQ(metrics.plans[1].metrics.at[0].recall, 0);
  EXPECT_DOUBLE_EQ(metrics.all.at[0].recall, 0.25);
  EXPECT_DOUBLE_EQ(metrics.all.at[0].precision, 0.25);
  EXPECT_EQ(metrics.outputs, 3U);
  EXPECT_EQ(metrics.found, 1U);
  EXPECT_EQ(metrics.high.listed, 2);
  EXPECT_EQ(metrics.high.relevant, 1);
}

TEST(MetricsCollector, JudgesTheProbabilitiesOfListedWorks) {
  GroundTruth truth;
  truth.add("10.1/p", "10.5555/a", Verdict::accepted);
  truth.add("10.1/p", "10.5555/b", Verdict::accepted);
  MetricsCollector collector(truth, {2});
  collector.add(run_of("10.1/p", {"10.5555/a"}));
  EXPECT_FALSE(collector.finish().probabilities);
  auto matches = run_of("10.1/p", {"10.5555/a", "10.5555/z"});
  for (auto& match : matches.works) match.linkage.emplace().probability = .8;
  collector.add(matches);
  const auto judged = collector.finish().probabilities;
  ASSERT_TRUE(judged);
  EXPECT_EQ(judged->pairs, 2);
  EXPECT_NEAR(judged->ece, .3, 1e-12);
  EXPECT_NEAR(judged->thresholds[0].precision, .5, 1e-12);
  EXPECT_NEAR(judged->thresholds[0].coverage, .5, 1e-12);
}

// What is sure of a plan that has nothing is wrong.
TEST(MetricsCollector, JudgesTheProbabilitiesOfPlansWithoutOutputs) {
  GroundTruth truth;
  truth.add("10.1/p", "10.5555/a", Verdict::accepted);
  truth.add("10.1/q", "10.5555/a", Verdict::rejected);
  MetricsCollector collector(truth, {2});
  for (const char* plan : {"10.1/p", "10.1/q", "10.1/unknown"}) {
    auto matches = run_of(plan, {"10.5555/a"});
    matches.works[0].linkage.emplace().probability = .9;
    collector.add(matches);
  }
  const auto metrics = collector.finish();
  EXPECT_EQ(metrics.plans.size(), 1U);
  ASSERT_TRUE(metrics.probabilities);
  EXPECT_EQ(metrics.probabilities->pairs, 2);
  EXPECT_NEAR(metrics.probabilities->ece, .4, 1e-12);
}

TEST(MetricsCsv, HasTheRowOfAllFirst) {
  GroundTruth truth;
  truth.add("10.1/p", "10.5555/a", Verdict::accepted);
  MetricsCollector collector(truth, {1, 2});
  collector.add(run_of("10.1/p", {"10.5555/a"}));
  EXPECT_EQ(metrics_csv(collector.finish(), {{"10.1/p", "Kelp, \"peat\""}}),
            "dmp_doi,dmp_title,n_outputs,map@1,ndcg@1,precision@1,recall@1,"
            "map@2,ndcg@2,precision@2,recall@2\n"
            "all,,,1,1,1,1,1,1,0.5,1\n"
            "10.1/p,\"Kelp, \"\"peat\"\"\",1,1,1,1,1,1,1,0.5,1\n");
}

class GroundTruthFile : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(test_folder());
    path_ = test_folder() / "truth.csv";
  }
  void TearDown() override { fs::remove_all(test_folder()); }
  Result<GroundTruth> read(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return GroundTruth::read(path_);
  }
  fs::path path_;
};

TEST_F(GroundTruthFile, IsReadByColumnNameInAnyOrderAndSpelling) {
  for (const char* text :
       {"dmp_doi,work_doi,status,evidence\n10.1234/P,10.5555/A,ACCEPTED,x;y\n",
        "\xEF\xBB\xBFstatus,workDoi,dmpDoi\r\n accepted "
        ",https://doi.org/10.5555/a,doi.org/10.1234/p\r\n\r\n",
        "status,\"work_doi\",dmp_doi\nAccepted,\"10.5555/a\",10.1234/p"}) {
    const auto truth = read(text);
    ASSERT_TRUE(truth.has_value()) << truth.error().message;
    EXPECT_EQ(truth->verdict("10.1234/p", "10.5555/a"), Verdict::accepted);
    EXPECT_THAT(truth->warnings(), IsEmpty());
  }
}

// P92, a row without a usable DOI: named by its line.
TEST_F(GroundTruthFile, PrefersAcceptedAndWarns) {
  const auto truth = read(
      "dmp_doi,work_doi,status\n10.1234/p,10.5555/a,REJECTED\n"
      "10.1234/p,10.5555/a,ACCEPTED\n,10.5555/a,ACCEPTED\n"
      "10.1234/p,10.5555/b,PENDING\n");
  ASSERT_TRUE(truth.has_value());
  EXPECT_EQ(truth->verdict("10.1234/p", "10.5555/a"), Verdict::accepted);
  EXPECT_EQ(truth->verdict("10.1234/p", "10.5555/b"), std::nullopt);
  EXPECT_THAT(truth->warnings(),
              ElementsAre(HasSubstr("both ACCEPTED"), HasSubstr("line 4")));
}

TEST_F(GroundTruthFile, NamesAMissingColumnAndWantsAnAcceptedRow) {
  const auto no_column = read("dmp_doi,status\n");
  ASSERT_FALSE(no_column.has_value());
  EXPECT_THAT(no_column.error().message, HasSubstr("work_doi"));
  EXPECT_FALSE(read("").has_value());
  EXPECT_FALSE(read("dmp_doi,work_doi,status\n10.1234/p,10.5555/a,REJECTED\n")
                   .has_value());
}

}  // namespace
}  // namespace dmp::results
