#include "match/evaluate.h"

#include "text/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const CollectionCounts kCounts{5'000, {1'000, 9'000}, {800, 90'000}};
const auto kStart = text::to_day(2024, 3, 1);

model::Author author(const char* surname, const char* given,
                     std::optional<std::string> orcid = std::nullopt) {
  model::Author author;
  author.orcid = std::move(orcid);
  author.name.surname = surname;
  author.name.given_name = given;
  author.name.first_initial = std::string(1, given[0]);
  author.name.full = std::string(surname) + ", " + given;
  return author;
}

model::Plan plan_of(std::vector<model::Author> authors) {
  model::Plan plan;
  plan.doi = "10.48321/d1qq01";
  plan.project_start = kStart;
  plan.project_end = text::to_day(2027, 2, 28);
  plan.authors = std::move(authors);
  return plan;
}

model::Work work_of(std::vector<model::Author> authors) {
  model::Work work;
  work.doi = "10.5555/kelp.1";
  work.work_type = "ARTICLE";
  work.publication_date = text::to_day(2025, 1, 1);
  work.authors = std::move(authors);
  return work;
}

model::PlanAward award(std::vector<std::string> variants) {
  model::PlanAward award;
  award.canonical_id = variants.front();
  award.variants = std::move(variants);
  award.funder_name = "Sea Fund";
  award.funder_ror = "0sea00001";
  return award;
}

std::optional<Evaluation> judge(const model::Plan& plan,
                                const model::Work& work,
                                const SearchOptions& options = {},
                                const TermTable& terms = {}) {
  static text::Analyser analyser;
  auto query = make_query(plan, options, FunderFamilies());
  query.terms = select_terms(query.content_tokens, terms, kCounts);
  WorkView view(work, analyser);
  return evaluate(query, view, kCounts, options, Detail::evidence);
}

float score(const model::Plan& plan, const model::Work& work,
            const SearchOptions& options = {}) {
  const auto hit = judge(plan, work, options);
  return hit ? hit->score : -1;
}

SearchOptions baseline() {
  SearchOptions options;
  options.builder = QueryBuilder::baseline;
  return options;
}

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

TEST(Evaluate, CountsAPlanAwardOnceHoweverManyVariantsHit) {
  auto plan = plan_of({});
  plan.awards = {award({"OCE-2345678", "OCE 2345678"}), award({"ABC-99999"})};
  auto work = work_of({});
  work.awards = {{"oce-2345678", {}, {}}, {"ABC-99999", {}, {}}};
  EXPECT_EQ(score(plan, work), 10);
  EXPECT_EQ(score(plan, work, baseline()), 10);
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

// P85: a plan that was never enriched is searched with its raw ids.
TEST(Evaluate, SearchesRawIdsOfAPlanThatWasNeverEnriched) {
  auto plan = plan_of({});
  plan.funding.resize(1);
  plan.funding[0].award_id = "ABC-12345";
  auto work = work_of({});
  work.awards = {{"abc-12345", {}, {}}};
  EXPECT_EQ(score(plan, work, baseline()), 10);
  EXPECT_EQ(score(plan, work), 10);
}

// A2: one parsed award does not take away the ids of the other entries.
TEST(Evaluate, KeepsRawIdsOfEntriesThatWereNotParsed) {
  auto plan = plan_of({});
  plan.funding.resize(2);
  plan.funding[0].award_id = "OCE-2345678";
  plan.funding[1].award_id = "ABC-12345";
  plan.awards = {award({"OCE-2345678"})};
  plan.awards[0].text = "OCE-2345678";
  auto work = work_of({});
  work.awards = {{"ABC-12345", {}, {}}};
  EXPECT_EQ(score(plan, work), 10);
  EXPECT_FALSE(judge(plan, work, baseline()));
  // The parsed entry counts once, not as award and as raw id.
  work.awards = {{"OCE-2345678", {}, {}}};
  EXPECT_EQ(score(plan, work), 10);
}

// A1, search.md 3.1: a bare number opens the gate only when funders agree.
TEST(Evaluate, ChecksTheFunderOfABareNumber) {
  auto plan = plan_of({author("Silva", "Ana")});
  plan.awards = {award({"2345678"})};
  struct Row {
    model::WorkAward award;
    float with_author, alone;
    const char* how;
  };
  for (const Row& row :
       {Row{{"2345678", {"0sea00001"}, {}}, 11, 10, "award-agree"},
        Row{{"2345678", {}, {"The Sea Fund"}}, 11, 10, "award-agree"},
        Row{{"2345678", {}, {}}, 3, -1, "award-unknown"},
        Row{{"2345678", {"0other001"}, {}}, 1.5F, -1, "award-disagree"}}) {
    auto work = work_of({author("Silva", "Ana")});
    work.awards = {row.award};
    const auto hit = judge(plan, work);
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->score, row.with_author) << row.how;
    EXPECT_EQ(hit->funder_mismatch,
              std::string_view(row.how) == "award-disagree");
    work.authors.clear();
    EXPECT_EQ(score(plan, work), row.alone) << row.how;
  }
}

TEST(Evaluate, ComparesWholeNamesWhenAsked) {
  auto plan = plan_of({});
  plan.awards = {award({"2345678"})};
  plan.awards[0].funder_ror.reset();
  auto work = work_of({});
  work.awards = {{"2345678", {}, {"The Sea Fund"}}};
  SearchOptions equal;
  equal.funder_name_rule = FunderNameRule::equal;
  EXPECT_EQ(score(plan, work), 10);
  EXPECT_EQ(score(plan, work, equal), -1);
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

// P23, P86: undated and early works stay findable by a funded DOI.
TEST(Evaluate, FindsUndatedAndEarlyWorksByTheirFundedDoi) {
  auto plan = plan_of({});
  plan.awards = {award({"OCE-2345678"})};
  plan.awards[0].funded_dois = {"10.5555/kelp.1"};
  auto work = work_of({});
  work.publication_date = text::to_day(2001, 1, 1);
  const auto early = judge(plan, work);
  ASSERT_TRUE(early);
  EXPECT_EQ(early->date_status, "outside");
  EXPECT_FALSE(judge(plan, work, baseline()));
  work.publication_date.reset();
  const auto undated = judge(plan, work);
  ASSERT_TRUE(undated);
  EXPECT_EQ(undated->date_status, "unknown");
  EXPECT_FALSE(judge(plan, work, baseline()));
}

// The bounds of the window, both inclusive; a year may be its last day.
TEST(Evaluate, KeepsBothEndsOfTheWindow) {
  const auto plan = plan_of({author("Silva", "Ana")});
  auto work = work_of({author("Silva", "Ana")});
  const auto passes = [&](int year, int month, int day, bool improved) {
    work.publication_date = text::to_day(year, month, day);
    return judge(plan, work, improved ? SearchOptions() : baseline())
        .has_value();
  };
  for (const bool improved : {false, true}) {
    EXPECT_TRUE(passes(2024, 3, 1, improved));
    EXPECT_FALSE(passes(2024, 2, 29, improved));
    EXPECT_TRUE(passes(2030, 2, 28, improved));
    EXPECT_FALSE(passes(2030, 3, 1, improved));
  }
  work.publication_date_end = text::to_day(2024, 12, 31);
  EXPECT_TRUE(passes(2024, 1, 1, true));
  EXPECT_FALSE(passes(2024, 1, 1, false));
}

// P87: thousands of variants of one award.
TEST(Evaluate, SearchesFiveThousandVariants) {
  auto plan = plan_of({});
  std::vector<std::string> variants;
  variants.reserve(5'000);
  for (int i = 0; i < 5'000; ++i)
    variants.push_back("ABC" + std::to_string(10'000 + i));
  plan.awards = {award(variants)};
  auto work = work_of({});
  work.awards = {{"abc14999", {}, {}}};
  EXPECT_EQ(score(plan, work), 10);
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
