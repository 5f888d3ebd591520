#include "match/engine.h"

#include "match/random_world.h"
#include "match/search_fixture.h"
#include "match/small_pairs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::match {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// All that ranker query says of a match, doubles to the last bit.
std::string text_of(const model::Match& match) {
  std::string out = fmt::format(
      "{} {:a} {} {:a} {} {}\n", match.work.doi, match.score, match.doi_found,
      match.content_score, match.date_status, match.funder_mismatch);
  out += match.title_highlight.value_or("-");
  for (const auto& fragment : match.abstract_highlights) out += fragment;
  for (const auto* items :
       {&match.authors, &match.institutions, &match.funders, &match.awards,
        &match.intra_work_dois, &match.possible_shared_project_dois,
        &match.dataset_citation_dois}) {
    for (const auto& item : *items)
      out += fmt::format("\n {} {:a} {}", item.index, item.score,
                         fmt::join(item.fields, ","));
    out += "\n-";
  }
  for (const auto& clause : match.explain) {
    out += fmt::format("\n {} {} {:a} {}", clause.clause, clause.gate,
                       clause.score, clause.note);
    for (const auto& item : clause.items)
      out += fmt::format("\n  {} {} {} {:a}", item.dmp, item.work, item.how,
                         item.points);
    for (const auto& term : clause.terms)
      out += fmt::format("\n  {} {} {:a}", term.term, term.field, term.points);
  }
  return out + "\n";
}

std::string text_of(const std::vector<model::PlanMatches>& plans) {
  std::string out;
  for (const auto& plan : plans) {
    out += fmt::format("{} {:a}\n", plan.plan_doi, plan.score_max);
    for (const auto& match : plan.works) out += text_of(match);
  }
  return out;
}

// Plans by DOI; of each the best first, then by DOI.
void expect_order(const std::vector<model::PlanMatches>& plans,
                  std::size_t most) {
  std::size_t full = 0;
  std::string before;
  for (const auto& plan : plans) {
    EXPECT_LT(before, plan.plan_doi);
    before = plan.plan_doi;
    EXPECT_LE(plan.works.size(), most);
    full += plan.works.size() == most;
    if (plan.works.empty()) continue;
    EXPECT_EQ(plan.score_max, plan.works[0].score);
    for (std::size_t i = 1; i < plan.works.size(); ++i) {
      const auto& above = plan.works[i - 1];
      const auto& below = plan.works[i];
      EXPECT_TRUE(
          above.score > below.score ||
          (above.score == below.score && above.work.doi < below.work.doi));
    }
  }
  EXPECT_GT(full, 5U);
}

class QuerySearch : public SearchFixture {
 protected:
  void publish_world(int works, int plans) {
    World world(31);
    std::vector<model::Work> all;
    for (int i = 0; i < works; ++i) {
      all.push_back(world.work());
      all.back().doi = "10.5555/w" + std::to_string(i);
    }
    for (int i = 0; i < plans; ++i) {
      inputs_.plans.push_back(world.plan());
      inputs_.plans.back().doi = "10.48321/d" + std::to_string(100 + i);
    }
    inputs_.ror_file = dir_ / "ror.parquet";
    write_ror(World::organisations(), *inputs_.ror_file);
    publish_works(std::move(all), 8);
  }
};

// From the index on disk to the records, ranker query.
TEST_F(QuerySearch, GivesTheSameBytesForAnyThreads) {
  publish_world(200, 25);
  SearchOptions options;
  options.max_results = 10;
  const auto plans = find(options);
  const std::string one = text_of(plans);
  EXPECT_GT(counts_.matches, 100);
  EXPECT_GT(one.size(), 20'000U);
  for (const int threads : {2, 8}) {
    options.threads = threads;
    EXPECT_EQ(text_of(find(options)), one) << threads;
  }
  expect_order(plans, 10);
}

// P94: each shard is streamed past, and all are merged, by as many threads.
TEST_F(QuerySearch, GivesTheSameBytesForAnyShards) {
  publish_world(200, 25);
  SearchOptions options;
  options.max_results = 10;
  const std::string whole = text_of(find(options));
  EXPECT_GT(whole.size(), 20'000U);
  for (const auto& [shards, threads] : {std::pair{1, 8}, {3, 2}, {64, 1}}) {
    options.threads = threads;
    EXPECT_EQ(text_of(find_in_shards(options, shards)), whole)
        << shards << " shards, " << threads << " threads";
    EXPECT_EQ(counts_.works, 200);
  }
}

// Issue 5, line 5: plans without a clause, a text or dates, and crowds.
class Extremes : public QuerySearch {
 protected:
  static std::string words(int from, int until) {
    std::string text;
    for (int i = from; i < until; ++i) text += "word" + std::to_string(i) + " ";
    return text;
  }
  static std::vector<model::Author> people(int count) {
    std::vector<model::Author> all;
    all.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
      all.push_back(author(("Name" + std::to_string(i)).c_str(), "Ana"));
    return all;
  }
  // Five works of 6,000 different words; one has 5,000 authors.
  void publish_crowd() {
    std::vector<model::Work> works;
    for (int i = 0; i < 5; ++i) {
      works.push_back(work_of({author("Nobody", "Known")}));
      works.back().doi = "10.5555/long." + std::to_string(i);
      works.back().abstract_text = words(0, 6'000);
    }
    works[0].authors = people(5'000);
    publish_works(std::move(works), 1);
  }
};

TEST_F(Extremes, MatchFiveHundredAuthorsWithFiveThousandAndLongTexts) {
  publish_crowd();
  auto plan = plan_of(people(500));
  // The words after the first 5,000 are not looked at, however heavy.
  plan.abstract_text = words(0, 5'000);
  for (int i = 0; i < 100; ++i) *plan.abstract_text += words(5'000, 5'025);
  inputs_.plans = {plan};
  const auto found = find({});
  ASSERT_THAT(found, SizeIs(1));
  ASSERT_THAT(found[0].works, SizeIs(1));
  const auto& match = found[0].works[0];
  EXPECT_EQ(match.explain[0].clause, "authors");
  EXPECT_EQ(match.explain[0].score, 1);
  EXPECT_EQ(match.explain[0].note, "mean of 500 of 5000");
  EXPECT_THAT(match.explain[0].items, SizeIs(500));
  EXPECT_THAT(match.authors, SizeIs(50));
  ASSERT_EQ(match.explain[1].clause, "content");
  EXPECT_THAT(match.explain[1].terms, SizeIs(25));
  for (const auto& term : match.explain[1].terms)
    EXPECT_FALSE(term.term.starts_with("word50")) << term.term;
}

TEST_F(Extremes, FindNothingForAPlanWithNothingAndSomethingWithoutDates) {
  publish_crowd();
  model::Plan bare;
  bare.doi = "10.48321/bare";
  model::Plan undated;
  undated.doi = "10.48321/undated";
  undated.authors = people(1);
  inputs_.plans = {undated, bare};
  const auto found = find({});
  ASSERT_THAT(found, SizeIs(2));  // a record for each
  EXPECT_EQ(found[0].plan_doi, "10.48321/bare");
  EXPECT_THAT(found[0].works, IsEmpty());
  ASSERT_THAT(found[1].works, SizeIs(1));
  EXPECT_EQ(found[1].works[0].date_status, "inside");
  EXPECT_EQ(found[1].works[0].score, 1);
}

// The same plans and works by the linkage model: only the crowd is listed.
TEST_F(Extremes, AreListedByTheirProbability) {
  publish_crowd();
  auto crowd = plan_of(people(500));
  crowd.doi = "10.48321/crowd";
  crowd.abstract_text = words(0, 6'000);
  model::Plan undated;
  undated.doi = "10.48321/undated";
  undated.authors = people(500);
  model::Plan bare;
  bare.doi = "10.48321/bare";
  inputs_.plans = {bare, crowd, undated};
  SearchOptions options;
  options.ranker = Ranker::linkage;
  const auto found = find(options);
  ASSERT_THAT(found, SizeIs(3));  // by DOI: bare, crowd, undated
  EXPECT_THAT(found[0].works, IsEmpty());
  for (const std::size_t plan : {1, 2}) {
    ASSERT_FALSE(found[plan].works.empty()) << found[plan].plan_doi;
    const auto& best = found[plan].works[0];
    EXPECT_EQ(best.work.doi, "10.5555/long.0");
    EXPECT_THAT(best.authors, SizeIs(50));
    EXPECT_GT(best.linkage->probability, .1) << found[plan].plan_doi;
  }
  // The text says more than the names alone.
  EXPECT_GT(found[1].works[0].linkage->probability, .5);
  EXPECT_LT(found[2].works[0].linkage->probability, .5);
}

// search.md 2: "warn"; a line for all, none where the builder has no gates.
TEST_F(Extremes, WarnOnceOfPlansWithoutAGate) {
  publish_crowd();
  for (const char* doi : {"10.48321/a", "10.48321/b", "10.48321/c"}) {
    inputs_.plans.emplace_back();
    inputs_.plans.back().doi = doi;
    inputs_.plans.back().title = "word1";
  }
  inputs_.plans.back().authors = people(1);
  const auto said = [&](const SearchOptions& options) {
    testing::internal::CaptureStderr();
    find(options);
    return testing::internal::GetCapturedStderr();
  };
  const std::string warning = said({});
  EXPECT_THAT(warning, HasSubstr("warning: 2 of 3 plans have no works"));
  EXPECT_EQ(std::count(warning.begin(), warning.end(), '\n'), 1);
  SearchOptions candidate;
  candidate.builder = QueryBuilder::candidate;
  EXPECT_THAT(said(candidate), Not(HasSubstr("warning")));
  inputs_.plans.erase(inputs_.plans.begin(), inputs_.plans.begin() + 2);
  EXPECT_THAT(said({}), IsEmpty());
}

}  // namespace
}  // namespace dmp::match
