#include "match/evaluate.h"

#include "match/small_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kOne = "0000-0002-1825-0097", kTwo = "0000-0001-5109-3700";

// Source: the examples of search.md 4.
TEST(Evaluate, TakesTheMeanOverTheChildrenThatMatch) {
  const auto plan =
      plan_of({author("Silva", "Ana", kOne), author("Berg", "Bo", kTwo)});
  EXPECT_EQ(score(plan, work_of({author("Silva", "Ana", kOne), author("X", "Y"),
                                 author("Berg", "Bo", kTwo)})),
            2);
  EXPECT_EQ(score(plan, work_of({author("Silva", "Ana", kOne),
                                 author("Berg", "Bo")})),
            1.5F);
  const auto wangs = plan_of({author("Wang", "Li"), author("Wang", "Lu")});
  EXPECT_EQ(score(wangs, work_of({author("Wang", "Lan")})), 2);
}

// Hundreds of authors: the mean is over those that match (search.md 10).
TEST(Evaluate, HandlesFiveHundredPlanAuthorsAndFiveThousandWorkAuthors) {
  auto plan = plan_of({});
  auto work = work_of({});
  for (int i = 0; i < 500; ++i)
    plan.authors.push_back(author(("Name" + std::to_string(i)).c_str(), "Ana"));
  for (int i = 0; i < 5'000; ++i)
    work.authors.push_back(author(("Name" + std::to_string(i)).c_str(), "Ana"));
  const auto hit = judge(plan, work);
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->score, 1);
  EXPECT_THAT(hit->authors, SizeIs(500));
}

TEST(Evaluate, HandlesFiveThousandTokensAndNoDates) {
  auto plan = plan_of({author("Silva", "Ana")});
  plan.project_start.reset();
  plan.project_end.reset();
  plan.abstract_text = "";
  for (int i = 0; i < 5'000; ++i) *plan.abstract_text += "kelp ";
  auto work = work_of({author("Silva", "A")});
  work.title = "Kelp";
  const auto hit = judge(plan, work, {}, {{"kelp", {9, 3}}});
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->date_status, "inside");
  EXPECT_GT(hit->content, 0);
}

// A plan with nothing to search for has no hits, in any builder.
TEST(Evaluate, GivesNothingForAPlanWithoutAnyClause) {
  auto plan = plan_of({});
  const auto work = work_of({author("Silva", "Ana")});
  for (const auto builder : {QueryBuilder::dmpworks, QueryBuilder::baseline,
                             QueryBuilder::candidate}) {
    SearchOptions options;
    options.builder = builder;
    EXPECT_FALSE(judge(plan, work, options));
  }
}

// A title alone opens no gate, but scores in the builder without gates.
TEST(Evaluate, LetsTheTextAloneInOnlyWithTheCandidateBuilder) {
  auto plan = plan_of({});
  plan.title = "Kelp";
  auto work = work_of({});
  work.title = "Kelp";
  const TermTable terms{{"kelp", {9, 3}}};
  EXPECT_FALSE(judge(plan, work, {}, terms));
  SearchOptions candidate;
  candidate.builder = QueryBuilder::candidate;
  EXPECT_TRUE(judge(plan, work, candidate, terms));
  // Dated only from 1990 on.
  work.publication_date = text::to_day(1980, 1, 1);
  EXPECT_FALSE(judge(plan, work, candidate, terms));
  plan.project_start = text::to_day(1989, 12, 31);
  EXPECT_TRUE(judge(plan, work, candidate, terms));
}

// A4: three awards of one funder do not make the funder count three times.
TEST(Evaluate, CountsAFunderOnce) {
  auto plan = plan_of({author("Silva", "Ana")});
  plan.funding.resize(3);
  for (auto& entry : plan.funding) entry.funder_ror = "0sea00001";
  auto work = work_of({author("Silva", "Ana")});
  work.funders = {{"Sea Fund", "0sea00001"}};
  EXPECT_EQ(score(plan, work), 3);
  EXPECT_EQ(score(plan, work, baseline()), 7);
}

// A4 for the other two lists: one ORCID or name twice is asked once.
TEST(Evaluate, CountsAnAuthorAndAnInstitutionOnce) {
  auto plan = plan_of({author("Silva", "Ana"), author("Silva", "ANA")});
  plan.institutions = {{"Kelp House", "0kelp0001"},
                       {"KELP  House", "0kelp0001"},
                       {"Kelp House", "0kelp0002"}};
  auto work = work_of({author("Silva", "Ana")});
  work.institutions = {{"The Kelp House", "0kelp0001"}};
  EXPECT_EQ(score(plan, work), 1 + 2 + 1);
  EXPECT_EQ(score(plan, work, without(Improvement::duplicates)), 2 + 5);
}

// What `--without-improvements` takes away, one at a time, and nothing else.
TEST(Evaluate, LeavesOutTheImprovementsAskedFor) {
  auto plan = plan_of({author("James", "Ana")});
  plan.funding.resize(3);
  for (auto& entry : plan.funding) entry.funder_ror = kSeaFund;
  plan.funding[0].award_id = "2345678";
  plan.funding[1].award_id = "ABC-12345";
  plan.awards = {award({"2345678"})};
  plan.awards[0].text = "2345678";
  auto work = work_of({author("James", "Ana"), author("Silva", "James")});
  work.funders = {{std::nullopt, kSeaFund}};
  work.awards = {{"2345678", {"0other001"}, {}}, {"ABC-12345", {kSeaFund}, {}}};
  // Surname 1, strong award 10, weak 0.5, funder once 2.
  EXPECT_EQ(score(plan, work), 13.5);
  EXPECT_EQ(score(plan, work, without(Improvement::award_funders)), 13);
  EXPECT_EQ(score(plan, work, without(Improvement::raw_awards)), 3.5);
  EXPECT_EQ(score(plan, work, without(Improvement::duplicates)), 17.5);
  // The mean over two authors, of whom one is called James by given name.
  EXPECT_EQ(score(plan, work, without(Improvement::surnames)), 13.5);
  auto other = work;
  other.authors = {author("Silva", "James")};
  EXPECT_EQ(score(plan, other), 12.5);
  EXPECT_EQ(score(plan, other, without(Improvement::surnames)), 13.5);
  work.publication_date.reset();
  EXPECT_EQ(score(plan, work), 13.5);
  EXPECT_EQ(score(plan, work, without(Improvement::dates)), -1);
}

// A5: a surname that is somebody's given name, and another person's initial.
TEST(Evaluate, ChecksInitialsAndSurnames) {
  const auto plan = plan_of({author("James", "Ana")});
  EXPECT_FALSE(judge(plan, work_of({author("Silva", "James")})));
  EXPECT_EQ(score(plan, work_of({author("Silva", "James")}), baseline()), 1);
  EXPECT_FALSE(judge(plan, work_of({author("James", "Bo")})));
  auto unknown = work_of({author("James", "Bo")});
  unknown.authors[0].name.first_initial.reset();
  EXPECT_EQ(score(plan, unknown), 1);
}

// search.md 10: a plan registered as a work, and its own DOI, never match.
TEST(Evaluate, NeverMatchesPlans) {
  const auto plan = plan_of({author("Silva", "Ana")});
  auto work = work_of({author("Silva", "Ana")});
  work.work_type = "OUTPUT_MANAGEMENT_PLAN";
  EXPECT_FALSE(judge(plan, work));
  work.work_type = "ARTICLE";
  work.doi = plan.doi;
  EXPECT_FALSE(judge(plan, work));
}

// Every switch takes away its clause and nothing else.
TEST(Evaluate, LeavesOutWhatIsSwitchedOff) {
  auto plan = plan_of({author("Silva", "Ana")});
  plan.title = "Kelp";
  plan.funding.resize(1);
  plan.funding[0].funder_ror = "0sea00001";
  plan.institutions = {{"Kelp College", std::nullopt}};
  plan.published_outputs = {"10.5555/p"};
  plan.awards = {award({"OCE-2345678"})};
  plan.awards[0].funded_dois = {"10.5555/kelp.1"};
  auto work = work_of({author("Silva", "Ana")});
  work.title = "Kelp";
  work.funders = {{"Sea Fund", "0sea00001"}};
  work.institutions = {{"The Kelp College", std::nullopt}};
  work.awards = {{"OCE-2345678", {}, {}}};
  work.intra_work_dois = {"10.5555/p"};
  const TermTable terms{{"kelp", {9, 3}}};
  const auto whole = judge(plan, work, {}, terms);
  ASSERT_TRUE(whole);
  const std::pair<Feature, float> parts[] = {
      {Feature::funded_dois, 15},
      {Feature::authors, 1},
      {Feature::awards, 10},
      {Feature::relations, 10},
      {Feature::institutions, 1},
      {Feature::funders, 2},
      {Feature::content, whole->content}};
  for (const auto& [feature, points] : parts) {
    SearchOptions options;
    options.disabled = {feature};
    const auto less = judge(plan, work, options, terms);
    ASSERT_TRUE(less);
    EXPECT_NEAR(whole->score - less->score, points, 1e-5)
        << static_cast<int>(feature);
  }
}

// P89: DOIs of three relations are evidence of their own, with their points.
TEST(Evaluate, NamesRelatedDoisThatHit) {
  auto plan = plan_of({});
  plan.published_outputs = {"10.5555/p", "10.5555/q"};
  auto work = work_of({});
  work.intra_work_dois = {"10.5555/a", "10.5555/p"};
  work.possible_shared_project_dois = {"10.5555/p", "10.5555/q"};
  work.dataset_citation_dois = {"10.5555/q"};
  const auto hit = judge(plan, work);
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->score, 17.5);
  ASSERT_THAT(hit->intra, SizeIs(1));
  EXPECT_EQ(hit->intra[0].index, 1);
  EXPECT_EQ(hit->intra[0].score, 10);
  EXPECT_THAT(hit->intra[0].fields,
              ElementsAre("relations.intra_work_dois.doi.10.5555/p"));
  ASSERT_THAT(hit->shared, SizeIs(2));
  EXPECT_EQ(hit->shared[1].score, 5);
  EXPECT_THAT(
      hit->shared[1].fields,
      ElementsAre("relations.possible_shared_project_dois.doi.10.5555/q"));
  ASSERT_THAT(hit->citations, SizeIs(1));
  EXPECT_EQ(hit->citations[0].score, 2.5);
  EXPECT_THAT(hit->citations[0].fields,
              ElementsAre("relations.dataset_citation_dois.doi.10.5555/q"));
}

TEST(Evaluate, NamesWhatHit) {
  auto plan = plan_of({author("Silva", "Ana", kOne)});
  plan.institutions = {{"Kelp College", "0kelp0001"}};
  auto work = work_of({author("X", "Y"), author("Silva", "Ana", kOne)});
  work.institutions = {{"Kelp College", "0kelp0001"}};
  const auto hit = judge(plan, work);
  ASSERT_TRUE(hit);
  ASSERT_THAT(hit->authors, SizeIs(1));
  EXPECT_EQ(hit->authors[0].index, 1);
  EXPECT_THAT(hit->authors[0].fields,
              ElementsAre("authors.full.Silva", "authors.orcid." + kOne));
  EXPECT_THAT(hit->institutions[0].fields,
              ElementsAre("institutions.name.Kelp College",
                          "institutions.ror.0kelp0001"));
  EXPECT_EQ(hit->explain[0].note, "mean of 1 of 2");
  EXPECT_THAT(hit->awards, IsEmpty());
}

}  // namespace
}  // namespace dmp::match
