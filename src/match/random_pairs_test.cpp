#include "match/evaluate.h"
#include "match/random_world.h"
#include "match/slow_evaluator.h"
#include "match/work_scorer.h"
#include "text/analysis.h"

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

// A plan, a work and the way to compare them. Every other work appears on a day
// that decides something; one pair of 500 has many authors on both sides.
struct Pair {
  explicit Pair(World& world)
      : options(random_options(world)),
        table(random_table(world)),
        plan(world.plan()),
        work(world.work()) {
    if (world.chance(50)) work.publication_date = world.edge(plan, options);
    if (work.publication_date && work.publication_date_end && world.chance(50))
      work.publication_date_end = world.edge(plan, options);
    if (world.below(500) != 0) return;
    while (plan.authors.size() < 100) plan.authors.push_back(world.author());
    work.authors = world.work(400).authors;
  }
  SearchOptions options;
  TermTable table;
  model::Plan plan;
  model::Work work;
};

// What must have happened for the agreement to mean anything.
struct Seen {
  int hits = 0, outside = 0, mismatches = 0, crowds = 0, weak = 0;

  void count(const Pair& pair, const Evaluation& hit) {
    ++hits;
    outside += hit.date_status == "outside";
    mismatches += hit.funder_mismatch;
    crowds += pair.plan.authors.size() >= 100 && hit.authors.size() >= 50;
    for (const auto& clause : hit.explain)
      weak += clause.clause == "awards_weak";
  }
};

// Issue 5, line 1: 10,000 random pairs, each builder and switch.
TEST(Evaluate, AgreesWithTheFormulasOnRandomPairs) {
  World world(7);
  text::Analyser analyser;
  const auto ror = World::organisations();
  const FunderFamilies families = families_of(ror);
  Seen seen;
  for (int round = 0; round < 10'000; ++round) {
    const Pair pair(world);
    const auto& options = pair.options;
    std::vector<PlanQuery> queries{make_query(pair.plan, options, families)};
    queries[0].terms =
        select_terms(queries[0].content_tokens, pair.table, kCounts,
                     options.similarity, options.term_ties);
    const auto expected =
        slow_evaluate(pair.plan, pair.work, pair.table, kCounts, options, ror);
    const auto got = quick_score(queries, pair.work, options);
    ASSERT_EQ(got.has_value(), expected.has_value()) << round;
    WorkView view(pair.work, analyser);
    const auto whole =
        evaluate(queries[0], view, kCounts, options, Detail::evidence);
    ASSERT_EQ(whole.has_value(), expected.has_value()) << round;
    if (!expected) continue;
    seen.count(pair, *whole);
    const auto score = static_cast<double>(*got);
    const auto content = static_cast<double>(whole->content);
    ASSERT_NEAR(score, expected->score, 1e-6 * std::max(1.0, expected->score))
        << round;
    ASSERT_EQ(whole->score, *got) << round;
    ASSERT_NEAR(content, expected->content, 1e-6 * expected->content) << round;
    ASSERT_NEAR(sum_of(whole->explain), score, 1e-6 * std::max(1.0, score));
  }
  EXPECT_GT(seen.hits, 1'500);
  EXPECT_GT(seen.outside, 100);
  EXPECT_GT(seen.mismatches, 50);
  EXPECT_GT(seen.crowds, 2);
  EXPECT_GT(seen.weak, 50);
}

}  // namespace
}  // namespace dmp::match
