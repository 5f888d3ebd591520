#include "match/linkage_learn.h"

#include "match/linkage_evaluate.h"
#include "match/linkage_file.h"
#include "match/linkage_order.h"
#include "match/linkage_recalibrate.h"
#include "match/pair_maker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace dmp::match::linkage {
namespace {

// Of everything that learning may change; lambda as a share.
double largest_difference(const Model& a, const Model& b) {
  double most = 0;
  const auto differ = [&](const ClassPair& x, const ClassPair& y) {
    most = std::max({most, std::abs(x.s - y.s), std::abs(x.o - y.o)});
  };
  differ(a.q, b.q);
  differ({a.lambda.s / b.lambda.s, a.lambda.o / b.lambda.o}, {1, 1});
  differ(a.funder, b.funder);
  differ(a.institution, b.institution);
  differ(a.funded, b.funded);
  differ({a.date_during, a.tau}, {b.date_during, b.tau});
  differ({a.platt_a, a.platt_b}, {b.platt_a, b.platt_b});
  for (std::size_t i = 0; i < kDateBins; ++i)
    differ({a.date_s[i], a.date_o[i]}, {b.date_s[i], b.date_o[i]});
  for (std::size_t i = 0; i < kAwardLevels; ++i) differ(a.award[i], b.award[i]);
  for (std::size_t i = 0; i < kRelationLevels; ++i)
    differ(a.relation[i], b.relation[i]);
  for (std::size_t i = 0; i < kNameLevels; ++i)
    differ({a.author_a[i], 0}, {b.author_a[i], 0});
  for (std::size_t c = 0; c < kConditions; ++c) {
    for (std::size_t i = 0; i < kTextBins; ++i) {
      most = std::max({most, std::abs(a.text_s[c][i] - b.text_s[c][i]),
                       std::abs(a.text_o[c][i] - b.text_o[c][i])});
    }
  }
  return most;
}

Model learnt_from(const PairSet& set, const Model& start) {
  const Learnt learnt = learn(set, start, {}, Update::automatic);
  EXPECT_TRUE(learnt.refusals.empty()) << learnt.refusals.front();
  return learnt.model;
}

// Awards and institutions too, of works for which the truth is known.
void add_evidence(const Labels& truth, PairSet& set) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> draw(0, 1);
  for (auto& plan : set.plans) {
    for (std::size_t i = 0; i < plan.levels.size(); ++i) {
      Levels& levels = plan.levels[i];
      const bool output = truth.at({plan.plan_doi, plan.dois[i]});
      const double award = draw(random), house = draw(random);
      levels.award = award < (output ? .25 : .01) ? AwardLevel::full_strong
                     : award < .5                 ? AwardLevel::other
                                                  : AwardLevel::none;
      levels.award_u = award < (output ? .25 : .01) ? 1e-4 : .5;
      levels.institution =
          house < (output ? .9 : .6) ? Agreement::agree : Agreement::disagree;
      levels.institution_u = levels.institution == Agreement::agree ? .1 : .9;
    }
  }
}

// All that is learnt: the whole file, to 1e-3.
TEST(LinkageEm, T11FindsTheSameFromTenBadStarts) {
  PairMaker maker;
  PairSet set = maker.set(150, true);
  add_evidence(maker.truth, set);
  const Model good = learnt_from(set, {});
  EXPECT_NE(good.award, Model().award);
  EXPECT_NE(good.institution, Model().institution);
  EXPECT_NE(good.date_o, Model().date_o);
  std::vector<Model> starts(10);
  starts[0].lambda.o *= 10;
  starts[1].lambda.o *= .03;
  starts[2].lambda.s *= 10;
  starts[3].lambda.s *= .03;
  std::swap(starts[4].q.s, starts[4].q.o);
  std::swap(starts[5].text_s, starts[5].text_o);
  for (auto& row : starts[6].text_o) row.fill(1.0 / kTextBins);
  for (auto& row : starts[7].text_s) row.fill(1.0 / kTextBins);
  starts[8].date_o.fill(1.0 / kDateBins);
  std::swap(starts[9].funder.s, starts[9].funder.o);
  for (std::size_t i = 0; i < starts.size(); ++i)
    EXPECT_LT(largest_difference(learnt_from(set, starts[i]), good), 1e-3) << i;
}

TEST(LinkageEm, T12GivesTheSameBytesTwice) {
  const PairSet set = PairMaker().set(120, true);
  EXPECT_EQ(model_json(learnt_from(set, {})), model_json(learnt_from(set, {})));
}

TEST(LinkageEm, T13InventsNoOutputsWhereThereAreNone) {
  const PairSet set = PairMaker().set(300, false);
  const Learnt learnt = learn(set, {}, {}, Update::automatic);
  const auto judged = evaluate_model(set, learnt.model, {}, Unlisted::wrong);
  EXPECT_LT(static_cast<double>(judged.all.thresholds[1].pairs),
            .001 * static_cast<double>(judged.all.pairs));
}

TEST(LinkageEm, KeepsTheTablesOfFewPlans) {
  const Learnt learnt =
      learn(PairMaker().set(99, true), {}, {}, Update::automatic);
  EXPECT_EQ(learnt.model.text_o, Model().text_o);
  EXPECT_EQ(learnt.model.q, Model().q);
  EXPECT_NE(learnt.model.lambda, Model().lambda);
  ASSERT_EQ(learnt.remarks.size(), 1U);
}

// Other work of the team may carry the award too (centre grants), which the
// pairs alone do not show.
TEST(LinkageEm, TakesNoAwardForProof) {
  PairSet set = PairMaker().set(150, true);
  for (auto& plan : set.plans) {
    for (std::size_t i = 0; i < plan.levels.size(); ++i) {
      plan.levels[i].award = i < 3 ? AwardLevel::full_strong : AwardLevel::none;
      plan.levels[i].award_u = i < 3 ? 1e-4 : .5;
    }
  }
  const Model model = learnt_from(set, {});
  const auto& strong =
      model.award[static_cast<std::size_t>(AwardLevel::full_strong)];
  EXPECT_GT(strong.o, .5);
  EXPECT_NEAR(strong.s, .03 * strong.o, 1e-9);
  ClassPair all;
  for (std::size_t i = 1; i < kAwardLevels; ++i) all += model.award[i];
  EXPECT_NEAR(all.s, 1, 1e-9);
  EXPECT_NEAR(all.o, 1, 1e-9);
}

// Of what is shown, with tau: lambda is no number of its own.
TEST(LinkageEm, GivesProbabilitiesThatSumToTheExpectedOutputs) {
  const int plans = 150;
  const PairSet set = PairMaker().set(plans, true);
  for (const Update update : {Update::automatic, Update::lambda}) {
    const Model model = learn(set, {}, {}, update).model;
    const Model used = meeting(model, set.chance);
    double sum = 0;
    for (const auto& plan : set.plans) {
      for (const double odds : log_odds_of(plan, used))
        sum += calibrated(odds, used);
    }
    // With the two plans of the tables.
    EXPECT_NEAR((sum + 2 * Model().lambda.o) / (plans + 2), model.lambda.o,
                .001);
  }
}

TEST(LinkageEm, WeighsPlansOfOneAuthorWithoutTempering) {
  PairSet set = PairMaker().set(150, true);
  for (auto& plan : set.plans)
    for (auto& levels : plan.levels) levels.authors.resize(1);
  Model untempered;
  untempered.tau = 1;
  EXPECT_EQ(learn(set, {}, {}, Update::lambda).model.lambda,
            learn(set, untempered, {}, Update::lambda).model.lambda);
  for (auto& plan : set.plans)
    for (auto& levels : plan.levels) levels.authors.resize(2);
  EXPECT_NE(learn(set, {}, {}, Update::lambda).model.lambda,
            learn(set, untempered, {}, Update::lambda).model.lambda);
}

// What EM takes for outputs there has any topic; the table says it must not.
TEST(LinkageEm, HoldsToTheTopicTableWhereThereIsNothingToLearn) {
  const Model model = learnt_from(PairMaker().set(100, false), {});
  EXPECT_LT(model.lambda.o, 2);
  const auto far = [](const Model& one) {
    return std::accumulate(one.text_o[3].begin(), one.text_o[3].begin() + 9,
                           0.0);
  };
  EXPECT_LT(far(model), far(Model()) + .15);
}

// Ten a plan are on the lists; 22 % of the team's works bear no name of theirs.
// By the works on the lists alone q of S were .51 and lambda of S 10; loose, as
// some of the works by chance are taken for the team's.
TEST(LinkageEm, CountsTheOtherWorkThatNoListShows) {
  const Model model = learnt_from(PairMaker().set(300, true), {});
  EXPECT_NEAR(model.q.s, .40, .04);
  EXPECT_NEAR(model.q.o, .85, .04);
  EXPECT_NEAR(model.lambda.s, 10 / (1 - .6 * .6 * .6), 2);
  EXPECT_NEAR(model.lambda.o, 3, .2);
}

// The tables expect three times as much other work as outputs. Where topic and
// names alone tell them apart, a pull on lambda weighs many times what it says.
TEST(LinkageEm, FollowsPlansOfOtherDensityThanTheTables) {
  PairSet set = PairMaker().set(300, true, 2);
  for (auto& plan : set.plans) {
    for (auto& levels : plan.levels) {
      levels.has_date = false;
      levels.funder = Agreement::missing;
      levels.text_bin = std::min(levels.text_bin, 11);
    }
  }
  const Model model = learnt_from(set, {});
  EXPECT_NEAR(model.lambda.o, 3, .25);
  EXPECT_NEAR(model.lambda.s, 2 / (1 - .6 * .6 * .6), .8);
}

TEST(LinkageEm, LearnsNoPresenceFromPlansOfOneAuthor) {
  PairSet set = PairMaker().set(150, true);
  for (auto& plan : set.plans) {
    for (auto& levels : plan.levels) {
      levels.authors.resize(1);
      levels.authors[0] = {NameLevel::full, 1e-5, 0};
    }
  }
  const Model model = learnt_from(set, {});
  EXPECT_NEAR(model.q.s, Model().q.s, 1e-12);
  EXPECT_NEAR(model.q.o, Model().q.o, 1e-12);
}

// One output of three is less near its plan than the table has it, and later:
// of plans that name one author less of that is believed.
TEST(LinkageEm, HoldsMoreToTheTablesWherePlansNameOneAuthor) {
  PairSet set = PairMaker().set(150, true);
  for (auto& plan : set.plans) {
    for (std::size_t i = 0; i < plan.levels.size(); ++i) {
      plan.levels[i].authors.resize(1);
      plan.levels[i].award = i < 3 ? AwardLevel::full_strong : AwardLevel::none;
      plan.levels[i].award_u = i < 3 ? 1e-4 : .5;
    }
    plan.levels[0].date_f = {0, 0, 0, 0, 0, 0, 1, 0};
    plan.levels[0].text_bin = 11;
  }
  const auto moved = [](const Model& model) {
    double sum = 0;
    for (std::size_t b = 0; b < kTextBins; ++b)
      sum += std::abs(model.text_o[3][b] - Model().text_o[3][b]);
    for (std::size_t b = 0; b < kDateBins; ++b)
      sum += std::abs(model.date_o[b] - Model().date_o[b]);
    return sum;
  };
  const double lone = moved(learnt_from(set, {}));
  for (auto& plan : set.plans)
    for (auto& levels : plan.levels) levels.authors.resize(2);
  EXPECT_LT(lone, .85 * moved(learnt_from(set, {})));
}

// All pairs here have both abstracts: the other rows are the tables'.
TEST(LinkageEm, LearnsNoTopicOfPlansWithoutAbstractFromOthers) {
  const Model few = learnt_from(PairMaker().set(120, true), {}),
              many = learnt_from(PairMaker().set(240, true), {});
  for (const std::size_t condition : {0, 1, 2}) {
    EXPECT_EQ(few.text_o[condition], many.text_o[condition]) << condition;
    EXPECT_EQ(few.text_s[condition], many.text_s[condition]) << condition;
  }
  EXPECT_NE(few.text_o[3], many.text_o[3]);
}

TEST(LinkageEm, LeavesTheShareOfOtherWorkAtTheTimeOfTheProject) {
  const Model model = learnt_from(PairMaker().set(120, true), {});
  EXPECT_EQ(model.date_during, Model().date_during);
  EXPECT_NE(model.date_s, Model().date_s);
}

TEST(LinkageEm, IsCalibratedOnWhatItWasDrawnFrom) {
  PairMaker maker;
  const PairSet set = maker.set(300, true);
  Model independent;
  independent.tau = 1;  // as these comparisons are
  const Model model = learnt_from(set, independent);
  const auto judged = evaluate_model(set, model, maker.truth, Unlisted::wrong);
  EXPECT_LT(judged.all.ece, .05);
  EXPECT_GT(judged.map100, .9);
  for (const auto& row : judged.all.thresholds)
    EXPECT_GE(row.precision, row.p - .02) << row.p;
}

TEST(LinkageEm, RefusesMoreOutputsThanATeamHas) {
  PairSet set = PairMaker().set(120, true);
  Labels all;  // somebody accepted everything
  for (const auto& plan : set.plans) {
    for (const auto& doi : plan.dois) all[{plan.plan_doi, doi}] = true;
  }
  EXPECT_FALSE(learn(set, {}, all, Update::all).refusals.empty());
}

// Without other work of the team, what no list shows has nothing to go by.
TEST(LinkageEm, StaysInBoundsWithoutOtherWorkOfTheTeam) {
  for (const int of_team : {0, 1, 2}) {
    for (const bool outputs : {true, false}) {
      const Learnt learnt = learn(PairMaker().set(150, outputs, of_team), {},
                                  {}, Update::automatic);
      EXPECT_GE(learnt.model.q.s, .05) << of_team << outputs;
      EXPECT_LT(learnt.model.lambda.s, 100) << of_team << outputs;
      EXPECT_TRUE(parse_model(model_json(learnt.model))) << of_team << outputs;
    }
  }
}

TEST(LinkageEm, RefusesToLearnFromNoPairs) {
  PairSet none;
  none.chance.fill(measured_text_u());
  for (const std::int64_t searched : {150, 0}) {
    none.searched = searched;
    const Learnt learnt = learn(none, {}, {}, Update::all);
    ASSERT_EQ(learnt.refusals.size(), 1U);
    EXPECT_EQ(learnt.refusals[0], "there are no pairs to learn from");
    EXPECT_TRUE(parse_model(model_json(learnt.model))) << searched;
  }
}

TEST(LinkageEm, RefusesMoreOtherWorkThanAnyTeamHas) {
  PairSet set = PairMaker().set(120, true);
  Model start;
  start.lambda.s = std::numeric_limits<double>::quiet_NaN();
  const auto refusals = learn(set, start, {}, Update::lambda).refusals;
  ASSERT_FALSE(refusals.empty());
  EXPECT_NE(refusals[0].find("lambda S"), std::string::npos) << refusals[0];
}

TEST(LinkageEm, TakesBackARecalibrationOfOtherParameters) {
  Model start;
  start.platt_a = .8;
  start.platt_b = .3;
  const Learnt learnt =
      learn(PairMaker().set(120, true), start, {}, Update::automatic);
  EXPECT_EQ(learnt.model.platt_a, 1);
  EXPECT_EQ(learnt.model.platt_b, 0);
  ASSERT_FALSE(learnt.remarks.empty());
  EXPECT_NE(learnt.remarks.back().find("taken back"), std::string::npos);
}

// The file of the run before is better than the compiled-in tables.
TEST(LinkageFit, DoesNothingWithFewerThanThirtyLabelledPlans) {
  PairMaker maker;
  const PairSet set = maker.set(29, true);
  Labels labels = maker.truth;
  labels[{"10.48321/unknown", "10.5555/unknown"}] = true;
  const Learnt learnt = learn(set, {}, labels, Update::automatic);
  EXPECT_EQ(learnt.refusals, std::vector<std::string>{
                                 "fewer than 30 labelled plans: no change"});
  EXPECT_EQ(learnt.model.trained.labels,
            static_cast<std::int64_t>(maker.truth.size()))
      << "those that meet a pair";
  EXPECT_EQ(learnt.model.text_o, Model().text_o);
  EXPECT_EQ(learnt.model.lambda, Model().lambda);
  EXPECT_EQ(learnt.model.platt_a, 1);
}

TEST(LinkageFit, RecalibratesFromThirtyPlansAndLearnsTablesFromAHundred) {
  PairMaker maker;
  const PairSet some = maker.set(60, true);
  const Learnt scaled = learn(some, {}, maker.truth, Update::automatic);
  EXPECT_EQ(scaled.model.text_o, Model().text_o);
  EXPECT_NE(scaled.model.platt_a, 1);
  PairMaker other;
  const PairSet many = other.set(120, true);
  const Learnt both = learn(many, {}, other.truth, Update::automatic);
  EXPECT_NE(both.model.text_o, Model().text_o);
  EXPECT_NE(both.model.platt_a, 1);
  EXPECT_NEAR(both.model.lambda.o, 3, .2);
}

TEST(LinkageFile, ReadsBackWhatItWrote) {
  const Model model = learnt_from(PairMaker().set(120, true), {});
  const auto back = parse_model(model_json(model));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(model_json(*back), model_json(model));
  EXPECT_LT(largest_difference(*back, model), 1e-5);
}

TEST(LinkageEm, RefusesWhatMakesThreeTimesAsManySure) {
  const PairSet set = PairMaker().set(120, true);
  Model last = learnt_from(set, {});
  last.platt_b = -12;  // hardly anything was sure
  const Learnt learnt = learn(set, {}, {}, Update::automatic, &last);
  ASSERT_EQ(learnt.refusals.size(), 1U);
  EXPECT_NE(learnt.refusals[0].find("factor 3"), std::string::npos);
}

// Recalibration moves no parameter of the classes, but what is sure.
TEST(LinkageEm, RefusesARecalibrationThatLeavesNextToNothingSure) {
  const PairSet set = PairMaker().set(120, true);
  const Model last = learnt_from(set, {});
  Labels none;  // somebody rejected everything
  for (const auto& plan : set.plans) {
    for (const auto& doi : plan.dois) none[{plan.plan_doi, doi}] = false;
  }
  const Learnt learnt = learn(set, last, none, Update::recalibrate, &last);
  ASSERT_EQ(learnt.refusals.size(), 1U);
  EXPECT_NE(learnt.refusals[0].find("factor 3"), std::string::npos);
}

}  // namespace
}  // namespace dmp::match::linkage
