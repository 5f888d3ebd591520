#include "results/metrics_study.h"

#include "results/sample_matches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace dmp::results {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(Bootstrap, IsAPointWhereAllPlansAreAlike) {
  const Interval interval = bootstrap(std::vector<double>(30, 0.25));
  EXPECT_DOUBLE_EQ(interval.mean, 0.25);
  EXPECT_DOUBLE_EQ(interval.low, 0.25);
  EXPECT_DOUBLE_EQ(interval.high, 0.25);
  EXPECT_EQ(bootstrap({}).high, 0);
}

// Of n draws of 0 and 1 the mean has the deviation sqrt(p (1 - p) / n).
TEST(Bootstrap, IsAsWideAsTheNormalIntervalOfAShare) {
  std::vector<double> values(400, 0);
  for (std::size_t i = 0; i < 100; ++i) values[i * 4] = 1;
  const Interval interval = bootstrap(values);
  const double half = 1.96 * std::sqrt(0.25 * 0.75 / 400);
  EXPECT_NEAR(interval.low, 0.25 - half, 0.008);
  EXPECT_NEAR(interval.high, 0.25 + half, 0.008);
}

TEST(Bootstrap, GivesTheSameForTheSameValues) {
  const std::vector<double> values{0.1, 0.9, 0.4, 0.4, 0.7};
  EXPECT_EQ(bootstrap(values).low, bootstrap(values).low);
  EXPECT_LE(bootstrap(values).low, bootstrap(values).mean);
  EXPECT_GE(bootstrap(values).high, bootstrap(values).mean);
}

TEST(PairedDifference, IsChanceWhenNothingDiffers) {
  const Difference none = paired_difference(std::vector<double>(20, 0));
  EXPECT_EQ(none.mean, 0);
  EXPECT_DOUBLE_EQ(none.p, 1);
}

// All 2^10 sign patterns: only two are as far from 0 as all of one sign.
TEST(PairedDifference, ComesNearTheExactTest) {
  const Difference better = paired_difference(std::vector<double>(10, 0.1));
  EXPECT_NEAR(better.mean, 0.1, 1e-12);
  EXPECT_NEAR(better.p, 2.0 / 1024, 0.0015);
  const Difference worse = paired_difference(std::vector<double>(10, -0.1));
  EXPECT_DOUBLE_EQ(worse.p, better.p) << "two-sided";
}

Metrics metrics_of(const std::vector<std::string>& plans,
                   const std::vector<std::string>& hits) {
  GroundTruth truth;
  for (const auto& plan : plans)
    truth.add(plan, "10.5555/a", Verdict::accepted);
  MetricsCollector collector(truth, {1, 5});
  for (const auto& plan : hits) {
    model::PlanMatches matches;
    matches.plan_doi = plan;
    matches.score_max = 1;
    model::Match match;
    match.work.doi = "10.5555/a";
    match.score = 1;
    matches.works.push_back(match);
    collector.add(matches);
  }
  return collector.finish();
}

class MetricsCsvFile : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(test_folder());
    path_ = test_folder() / "metrics.csv";
  }
  void TearDown() override { fs::remove_all(test_folder()); }
  void write(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  fs::path path_;
};

TEST_F(MetricsCsvFile, IsReadBackAsItWasWritten) {
  write(metrics_csv(metrics_of({"10.1/p", "10.1/q"}, {"10.1/p"}),
                    {{"10.1/p", "Kelp, peat"}}));
  const auto table = read_metrics_csv(path_);
  ASSERT_TRUE(table.has_value()) << table.error().message;
  ASSERT_EQ(table->size(), 2U) << "the row of all is no plan";
  EXPECT_EQ(table->at("10.1/p").at("precision@5"), 0.2);
  EXPECT_EQ(table->at("10.1/q").at("map@1"), 0);
}

TEST_F(MetricsCsvFile, SaysTheLineThatIsWrong) {
  for (const auto& [text, problem] :
       {std::pair{"a,b\n", "not the metrics"},
        {"dmp_doi,dmp_title,n_outputs,map@1\n10.1/p,,1,high\n", "line 2"},
        {"dmp_doi,dmp_title,n_outputs,map@1\n10.1/p,,1\n",
         "line 2: 3 fields"}}) {
    write(text);
    const auto table = read_metrics_csv(path_);
    ASSERT_FALSE(table.has_value()) << text;
    EXPECT_THAT(table.error().message, HasSubstr(problem));
  }
}

TEST_F(MetricsCsvFile, IsComparedPlanByPlan) {
  write(
      metrics_csv(metrics_of({"10.1/p", "10.1/q", "10.1/z"}, {"10.1/q"}), {}));
  const auto other = read_metrics_csv(path_);
  ASSERT_TRUE(other.has_value());
  const Metrics mine =
      metrics_of({"10.1/p", "10.1/q", "10.1/r"}, {"10.1/p", "10.1/q"});
  const MetricsStudy studied = study(mine, &*other);
  EXPECT_EQ(studied.not_in_other, 1U);
  EXPECT_EQ(studied.only_in_other, 1U);
  const StudiedMetric& map = studied.metrics.at(0);
  EXPECT_EQ(map.name, "map@1");
  EXPECT_EQ(map.compared, 2U);
  EXPECT_DOUBLE_EQ(map.other_mean, 0.5);
  EXPECT_DOUBLE_EQ(map.difference.mean, 0.5);
  EXPECT_EQ(studied.metrics.back().name, "mrr");
  EXPECT_EQ(studied.metrics.back().compared, 0U) << "the CSV has no mrr";
  EXPECT_THAT(study_text(mine, studied), HasSubstr("difference +0.5000"));
  EXPECT_THAT(study_json(mine, studied), HasSubstr("\"difference\":0.5"));
}

}  // namespace
}  // namespace dmp::results
