#include "match/evaluate.h"
#include "match/random_world.h"
#include "match/slow_evaluator.h"
#include "match/work_scorer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dmp::match {
namespace {

double sum_of(const std::vector<model::ExplainClause>& clauses) {
  double sum = 0;
  for (const auto& clause : clauses) sum += clause.score;
  return sum;
}

// As while works stream past, one plan alone.
std::optional<float> quick_score(const std::vector<PlanQuery>& queries,
                                 const model::Work& work,
                                 const SearchOptions& options) {
  const ScoredPlans plans(queries, kCounts, options);
  BestLists lists(1, 1);
  WorkScorer(plans, lists).score(work);
  const auto kept = lists.take(0);
  if (kept.empty()) return std::nullopt;
  return kept[0].score;
}

// Issue 5, line 1: 10,000 random pairs, each builder and switch.
TEST(Evaluate, AgreesWithTheFormulasOnRandomPairs) {
  World world(7);
  text::Analyser analyser;
  const FunderFamilies families;
  int hits = 0;
  for (int round = 0; round < 10'000; ++round) {
    const SearchOptions options = random_options(world);
    const TermTable table = random_table(world);
    const model::Plan plan = world.plan();
    const model::Work work = world.work();
    std::vector<PlanQuery> queries{make_query(plan, options, families)};
    queries[0].terms = select_terms(queries[0].content_tokens, table, kCounts,
                                    options.similarity, options.term_ties);
    const auto expected = slow_evaluate(plan, work, table, kCounts, options);
    const auto got = quick_score(queries, work, options);
    ASSERT_EQ(got.has_value(), expected.has_value()) << round;
    WorkView view(work, analyser);
    const auto whole =
        evaluate(queries[0], view, kCounts, options, Detail::evidence);
    ASSERT_EQ(whole.has_value(), expected.has_value()) << round;
    if (!expected) continue;
    ++hits;
    const auto score = static_cast<double>(*got);
    ASSERT_NEAR(score, expected->score, 1e-6 * std::max(1.0, expected->score))
        << round;
    ASSERT_EQ(whole->score, *got) << round;
    ASSERT_NEAR(static_cast<double>(whole->content), expected->content, 1e-5);
    ASSERT_NEAR(sum_of(whole->explain), score, 1e-5 * std::max(1.0, score));
  }
  EXPECT_GT(hits, 1000);
}

}  // namespace
}  // namespace dmp::match
