#include "match/linkage_recalibrate.h"

#include "match/linkage_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>

namespace dmp::match::linkage {
namespace {

// Three pairs, of which a search shows the first two: with p .01 it does, below
// that it does not.
constexpr std::pair<const char*, double> kPairs[] = {
    {"10.5555/likely", .8}, {"10.5555/least", .01}, {"10.5555/unseen", .0099}};

std::string plan_doi(int plan) {
  return "10.48321/p" + std::to_string(100 + plan);
}

PairSet set_of(int plans) {
  PairSet set;
  set.searched = plans;
  set.chance.fill(measured_text_u());
  const Model model;
  for (int i = 0; i < plans; ++i) {
    PlanPairs& plan = set.plans.emplace_back();
    plan.plan_doi = plan_doi(i);
    for (const auto& [doi, p] : kPairs) {
      // By a funded DOI alone.
      Levels levels;
      levels.works = 1e12;
      levels.funded = true;
      const double weight =
          (std::log2(p / (1 - p)) - prior(levels, model).o) / model.tau;
      levels.funded_u = model.funded.o / std::exp2(weight);
      plan.groups.cluster.push_back(plan.levels.size());
      plan.groups.lifts.emplace_back();
      plan.dois.emplace_back(doi);
      plan.levels.push_back(levels);
      plan.log_odds.push_back(std::log2(p / (1 - p)));
      plan.probability.push_back(p);
      plan.types.emplace_back("ARTICLE");
      plan.years.push_back(2020);
    }
  }
  return set;
}

// What people said of the first `works` of the plans from `first` on: all of
// it wrong, so that a recalibration shows.
Labels judged(int first, int plans, std::size_t works) {
  Labels labels;
  for (int i = first; i < plans; ++i) {
    for (std::size_t j = 0; j < works; ++j)
      labels[{plan_doi(i), kPairs[j].first}] = false;
  }
  return labels;
}

Learnt recalibrated(const Labels& labels) {
  return learn(set_of(40), {}, labels, Update::recalibrate);
}

constexpr const char* kNone =
    "no plan of which all shown works were judged: not recalibrated";

TEST(Recalibration, IsFittedWhereAllShownWorksWereJudged) {
  const Learnt learnt = recalibrated(judged(0, 40, 2));
  EXPECT_TRUE(learnt.remarks.empty()) << learnt.remarks.front();
  EXPECT_TRUE(learnt.refusals.empty());
  EXPECT_LT(learnt.model.platt_b, -1);
  EXPECT_EQ(learnt.model.trained.method, "labels");
  EXPECT_EQ(learnt.model.trained.learned,
            std::vector<std::string>{"recalibration"});
}

TEST(Recalibration, IsRefusedWhereAShownWorkOfEachPlanWasNotJudged) {
  const Learnt learnt = recalibrated(judged(0, 40, 1));
  EXPECT_EQ(learnt.remarks, std::vector<std::string>{kNone});
  EXPECT_EQ(learnt.refusals, learnt.remarks);
  EXPECT_EQ(learnt.model.platt_a, 1);
  EXPECT_EQ(learnt.model.platt_b, 0);
  EXPECT_TRUE(learnt.model.trained.learned.empty());
}

TEST(Recalibration, LeavesOutThePlansOfWhichNotAllWasJudged) {
  Labels labels = judged(0, 10, 2);
  const Learnt of_ten = recalibrated(labels);
  labels.merge(judged(10, 40, 1));
  const Learnt of_all = recalibrated(labels);
  EXPECT_EQ(of_all.model.platt_a, of_ten.model.platt_a);
  EXPECT_EQ(of_all.model.platt_b, of_ten.model.platt_b);
  EXPECT_NE(recalibrated(judged(0, 40, 2)).model.platt_b, of_ten.model.platt_b);
}

// `method` says how, which is one word for several things.
TEST(Training, NamesWhatWasLearned) {
  const auto learned = [](Update update, const Labels& labels) {
    const Model model = learn(set_of(120), {}, labels, update).model;
    const auto back = parse_model(model_json(model));
    EXPECT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->trained, model.trained);
    return std::pair(model.trained.method, model.trained.learned);
  };
  using Said = std::pair<std::string, std::vector<std::string>>;
  EXPECT_EQ(learned(Update::lambda, {}), Said("em", {"lambda"}));
  EXPECT_EQ(learned(Update::automatic, {}), Said("em", {"lambda", "tables"}));
  EXPECT_EQ(learned(Update::automatic, judged(0, 120, 2)),
            Said("labels", {"lambda", "tables", "recalibration"}));
  EXPECT_EQ(learned(Update::automatic, judged(0, 40, 2)),
            Said("labels", {"recalibration"}));
}

// Two files of the same learning, one after the other: the second says what it
// moved itself.
TEST(Training, NamesNothingThatTheStartHadLearned) {
  Model start;
  start.trained.learned = {"lambda", "tables"};
  const Learnt learnt = learn(set_of(40), start, {}, Update::lambda);
  EXPECT_EQ(learnt.model.trained.learned, std::vector<std::string>{"lambda"});
  EXPECT_EQ(model_json(Model()).find("learned"), std::string::npos);
}

}  // namespace
}  // namespace dmp::match::linkage
