#include "match/work_scorer.h"

#include "match/evaluate.h"
#include "match/random_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace dmp::match {
namespace {

// Plans and works that share what few names and numbers there are.
struct Crowd {
  Crowd(unsigned seed, const SearchOptions& options) {
    World world(seed);
    const TermTable table = random_table(world);
    for (int i = 0; i < 40; ++i) {
      queries.push_back(make_query(world.plan(), options, FunderFamilies()));
      auto& query = queries.back();
      query.terms = select_terms(query.content_tokens, table, kCounts,
                                 options.similarity, options.term_ties);
    }
    for (int i = 0; i < 60; ++i) {
      works.push_back(world.work());
      works.back().doi = "10.5555/w" + std::to_string(i);  // each once
    }
  }
  std::vector<PlanQuery> queries;
  std::vector<model::Work> works;
};

// Pair by pair, without index, lists or bounds.
std::vector<Ranked> best_by_evaluation(const PlanQuery& query,
                                       const std::vector<model::Work>& works,
                                       const SearchOptions& options) {
  text::Analyser analyser;
  std::vector<Ranked> all;
  for (const auto& work : works) {
    WorkView view(work, analyser);
    const auto hit = evaluate(query, view, kCounts, options, Detail::evidence);
    if (hit) all.push_back({hit->score, work.doi});
  }
  std::sort(all.begin(), all.end());
  const auto most = static_cast<std::size_t>(options.max_results);
  if (all.size() > most) all.resize(most);
  return all;
}

void expect_best(const Crowd& crowd, const SearchOptions& options,
                 BestLists& lists) {
  for (std::uint32_t plan = 0; plan < crowd.queries.size(); ++plan) {
    const auto expected =
        best_by_evaluation(crowd.queries[plan], crowd.works, options);
    const auto got = lists.take(plan);
    ASSERT_EQ(got.size(), expected.size()) << plan;
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].doi, expected[i].doi) << plan;
      ASSERT_EQ(got[i].score, expected[i].score) << plan;
    }
  }
}

TEST(WorkScorer, FindsTheBestWorksOfAllPlansAtOnce) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    World world(seed + 1'000);
    SearchOptions options = random_options(world);
    // Of short lists nearly all are full, so that bounds leave pairs out.
    options.max_results = seed % 2 == 0 ? 2 : 100;
    const Crowd crowd(seed, options);
    const ScoredPlans plans(crowd.queries, kCounts, options);
    BestLists lists(crowd.queries.size(),
                    static_cast<std::size_t>(options.max_results));
    WorkScorer scorer(plans, lists);
    for (const auto& work : crowd.works) scorer.score(work);
    ASSERT_NO_FATAL_FAILURE(expect_best(crowd, options, lists)) << seed;
  }
}

TEST(WorkScorer, ScoresFewerPairsToTheEndOnceListsAreFull) {
  SearchOptions options;
  const Crowd crowd(3, options);
  const ScoredPlans plans(crowd.queries, kCounts, options);
  BestLists lists(crowd.queries.size(), 1);
  WorkScorer scorer(plans, lists);
  for (const auto& work : crowd.works) scorer.score(work);
  EXPECT_GT(scorer.counts().candidates, scorer.counts().hits);
  EXPECT_GT(scorer.counts().hits, scorer.counts().scored);
}

TEST(WorkScorer, IsTheSameForTwoThreadsThatShareTheLists) {
  SearchOptions options;
  options.max_results = 3;
  const Crowd crowd(5, options);
  const ScoredPlans plans(crowd.queries, kCounts, options);
  BestLists lists(crowd.queries.size(), 3);
  const auto score = [&](std::size_t first) {
    WorkScorer scorer(plans, lists);
    for (std::size_t i = first; i < crowd.works.size(); i += 2)
      scorer.score(crowd.works[i]);
  };
  std::thread other(score, 1);
  score(0);
  other.join();
  expect_best(crowd, options, lists);
}

// Its own words in one place: the most that a text can score.
model::Work work_of_its_words(const PlanQuery& query, model::Work work) {
  work.title.emplace();
  work.abstract_text.emplace();
  for (const auto& term : query.terms.terms) {
    auto& text =
        term.field == TextField::title ? *work.title : *work.abstract_text;
    for (int i = 0; i < 200; ++i) text += term.term + " ";
  }
  return work;
}

double score_of(const Evaluation& evaluation, std::string_view name) {
  double sum = 0;
  for (const auto& clause : evaluation.explain) {
    if (clause.clause == name) sum += clause.score;
  }
  return sum;
}

double most_content(const MostPoints& most, const model::Work& work) {
  if (work.title && work.abstract_text)
    return static_cast<double>(most.content);
  return static_cast<double>(work.title           ? most.title
                             : work.abstract_text ? most.abstract_text
                                                  : 0);
}

TEST(MostPoints, IsNeverLessThanAClause) {
  World world(11);
  text::Analyser analyser;
  int reached = 0;
  for (int round = 0; round < 3'000; ++round) {
    const SearchOptions options = random_options(world);
    PlanQuery query = make_query(world.plan(), options, FunderFamilies());
    query.terms = select_terms(query.content_tokens, random_table(world),
                               kCounts, options.similarity, options.term_ties);
    model::Work work = world.work();
    if (round % 3 == 0) work = work_of_its_words(query, std::move(work));
    const MostPoints most = most_points(query);
    WorkView view(work, analyser);
    const auto all =
        evaluate(query, view, kCounts, options, Detail::every_clause);
    ASSERT_TRUE(all);
    const double institutions = score_of(*all, "institutions");
    ASSERT_LE(institutions, static_cast<double>(most.institutions)) << round;
    ASSERT_LE(score_of(*all, "funders"), static_cast<double>(most.funders));
    ASSERT_LE(score_of(*all, "content"), most_content(most, work)) << round;
    reached += institutions > 0 &&
               institutions == static_cast<double>(most.institutions);
  }
  EXPECT_GT(reached, 0);  // it is no higher than it must be
}

}  // namespace
}  // namespace dmp::match
