#include "match/linkage_evaluate.h"

#include "match/pair_maker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>

namespace dmp::match::linkage {
namespace {

TEST(LinkageEvaluation, CountsOnlyJudgedPairsOfReviews) {
  PairMaker maker;
  const PairSet set = maker.set(2, true);
  const auto& plan = set.plans[0];
  const Labels one{{{plan.plan_doi, plan.dois[0]}, true}};
  EXPECT_EQ(evaluate_model(set, {}, one, Unlisted::unknown).all.pairs, 1);
  EXPECT_EQ(evaluate_model(set, {}, one, Unlisted::wrong).all.pairs, 50);
}

TEST(LinkageEvaluation, DividesThePairsBySlice) {
  PairMaker maker;
  const PairSet set = maker.set(2, true);
  const auto judged = evaluate_model(set, {}, maker.truth, Unlisted::wrong,
                                     {Slice::year, Slice::type, Slice::authors,
                                      Slice::awards, Slice::abstract});
  const std::pair<const char*, std::int64_t> table[] = {
      {"abstract yes", 50}, {"authors 2-3", 50},  {"awards no", 50},
      {"type ARTICLE", 6},  {"type DATASET", 44}, {"year 2015-2019", 26},
      {"year unknown", 24}};
  ASSERT_EQ(judged.slices.size(), std::size(table));
  for (std::size_t i = 0; i < std::size(table); ++i) {
    EXPECT_EQ(judged.slices[i].name, table[i].first);
    EXPECT_EQ(judged.slices[i].pairs, table[i].second) << table[i].first;
  }
}

// Two plans, of which one lost a link, and a third that has no pair at all.
TEST(LinkageEvaluation, MeasuresTheCoverageOfEachSliceOfItsOwnLinks) {
  PairMaker maker;
  PairSet set = maker.set(2, true);
  for (auto& levels : set.plans[1].levels) levels.authors.resize(1);
  Labels labels = maker.truth;
  labels[{set.plans[1].plan_doi, "10.5555/never-kept"}] = true;
  labels[{"10.48321/without-a-pair", "10.5555/never-kept"}] = true;
  const auto judged =
      evaluate_model(set, {}, labels, Unlisted::wrong,
                     {Slice::authors, Slice::awards, Slice::type});
  std::map<std::string, Judgement> rows;
  for (const auto& row : judged.slices) rows[row.name] = row;
  EXPECT_EQ(judged.all.accepted, 8);
  EXPECT_EQ(judged.all.links, 6);
  EXPECT_EQ(rows["authors 2-3"].accepted, 3);
  EXPECT_EQ(rows["authors 0-1"].accepted, 4);
  EXPECT_EQ(rows["authors unknown"].accepted, 1);
  EXPECT_EQ(rows["authors unknown"].pairs, 0);
  EXPECT_EQ(rows["awards no"].accepted, 7);
  EXPECT_EQ(rows["awards unknown"].accepted, 1);
  EXPECT_EQ(rows["type ARTICLE"].accepted, std::nullopt);
  // By plans coverage adds up to that of all, by works that of the kept does.
  for (std::size_t i = 0; i < kThresholdRows; ++i) {
    const auto covered = [&](const Judgement& row) {
      const double accepted = static_cast<double>(row.accepted.value_or(0));
      return accepted * row.thresholds[i].coverage;
    };
    EXPECT_NEAR(covered(rows["authors 2-3"]) + covered(rows["authors 0-1"]),
                covered(judged.all), 1e-9);
    const auto& article = rows["type ARTICLE"].thresholds[i];
    EXPECT_EQ(article.coverage, 0);
    EXPECT_NEAR(article.coverage_of_kept,
                judged.all.thresholds[i].coverage_of_kept, 1e-12)
        << "all links are articles";
  }
  EXPECT_GT(judged.all.thresholds[0].coverage, 0);
  EXPECT_NE(evaluation_json(judged).find(R"("coverage":null)"),
            std::string::npos);
  EXPECT_NE(evaluation_csv(judged).find("type ARTICLE,threshold,0.5,"),
            std::string::npos);
}

TEST(LinkageEvaluation, MeasuresByHand) {
  // One plan, three pairs with p of .8, .2 and .02; the first two are links and
  // a third link was never kept.
  PairMaker maker;
  PairSet set = maker.set(1, true);
  auto& plan = set.plans[0];
  const double wanted[] = {.8, .2, .02};
  const Model model;
  for (std::size_t i = 0; i < plan.levels.size(); ++i) {
    plan.levels[i] = {};
    const double p = i < 3 ? wanted[i] : 1e-9;
    // Only a funded DOI: b = tau log2(m_O / u) + log2(lambda_O / N), a tiny.
    plan.levels[i].works = 1e12;
    plan.levels[i].funded = true;
    const double b =
        (log_odds_of(p) - prior(plan.levels[i], model).o) / model.tau;
    plan.levels[i].funded_u = model.funded.o / std::exp2(b);
  }
  Labels labels;
  for (std::size_t i = 0; i < 3; ++i)
    labels[{plan.plan_doi, plan.dois[i]}] = i < 2;
  labels[{plan.plan_doi, "10.5555/never-kept"}] = true;
  const auto judged = evaluate_model(set, model, labels, Unlisted::unknown);
  EXPECT_EQ(judged.all.pairs, 3);
  EXPECT_EQ(judged.labels, 3);
  EXPECT_EQ(judged.found, 2);
  EXPECT_NEAR(judged.map100, 2.0 / 3, 1e-9);
  EXPECT_NEAR(judged.recall100, 2.0 / 3, 1e-9);
  constexpr double kLoose = .02;  // class S takes a little
  EXPECT_NEAR(judged.all.brier, (.04 + .64 + .0004) / 3, kLoose);
  EXPECT_NEAR(judged.all.ece, (.2 + .8 + .02) / 3, kLoose);
  EXPECT_EQ(judged.all.thresholds[0].pairs, 1);
  EXPECT_EQ(judged.all.thresholds[0].precision, 1);
  EXPECT_NEAR(judged.all.thresholds[0].coverage, 1.0 / 3, 1e-9);
}

TEST(LinkageEvaluation, WritesTheSameFiguresThreeWays) {
  PairMaker maker;
  const PairSet set = maker.set(3, true);
  const auto judged =
      evaluate_model(set, {}, maker.truth, Unlisted::wrong, {Slice::awards});
  const std::string json = evaluation_json(judged),
                    csv = evaluation_csv(judged),
                    text = evaluation_text(judged);
  EXPECT_NE(json.find(R"("name":"awards no")"), std::string::npos);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 2 * (12 + 4));
  EXPECT_NE(text.find("MAP@100"), std::string::npos);
  EXPECT_NE(model_card({}, {"a remark"}).find("* a remark\n"),
            std::string::npos);
}

}  // namespace
}  // namespace dmp::match::linkage
