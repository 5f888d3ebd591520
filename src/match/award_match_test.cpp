#include "match/award_match.h"

#include "match/small_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Awards, CountsAPlanAwardOnceHoweverManyVariantsHit) {
  auto plan = plan_of({});
  plan.awards = {award({"OCE-2345678", "OCE 2345678"}), award({"ABC-99999"})};
  auto work = work_of({});
  work.awards = {{"oce-2345678", {}, {}}, {"ABC-99999", {}, {}}};
  EXPECT_EQ(score(plan, work), 10);
  EXPECT_EQ(score(plan, work, baseline()), 10);
}

// P85: a plan that was never enriched is searched with its raw ids.
TEST(Awards, SearchesRawIdsOfAPlanThatWasNeverEnriched) {
  auto plan = plan_of({});
  plan.funding.resize(1);
  plan.funding[0].award_id = "ABC-12345";
  auto work = work_of({});
  work.awards = {{"abc-12345", {}, {}}};
  EXPECT_EQ(score(plan, work, baseline()), 10);
  EXPECT_EQ(score(plan, work), 10);
}

// A2: one parsed award does not take away the ids of the other entries.
TEST(Awards, KeepsRawIdsOfEntriesThatWereNotParsed) {
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
TEST(Awards, ChecksTheFunderOfABareNumber) {
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
    EXPECT_FALSE(hit->funder_mismatch);
    EXPECT_EQ(hit->explain.back().items.back().how, row.how);
    work.authors.clear();
    EXPECT_EQ(score(plan, work), row.alone) << row.how;
  }
}

// The row "strong": ten points and the gate, whoever paid; another funder is
// worth a flag.
TEST(Awards, FlagsAnotherFunderOfAStrongNumber) {
  auto plan = plan_of({author("Silva", "Ana")});
  plan.awards = {award({"OCE-2345678"})};
  struct Row {
    model::WorkAward award;
    bool mismatch;
  };
  for (const Row& row : {Row{{"OCE-2345678", {kSeaFund}, {}}, false},
                         Row{{"OCE-2345678", {}, {}}, false},
                         Row{{"OCE-2345678", {"0other001"}, {}}, true}}) {
    auto work = work_of({author("Silva", "Ana")});
    work.awards = {row.award};
    const auto hit = judge(plan, work);
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->score, 11);
    EXPECT_EQ(hit->funder_mismatch, row.mismatch);
    EXPECT_TRUE(hit->explain[1].gate);
    EXPECT_EQ(hit->explain[1].items[0].how, "award-strong");
    work.authors.clear();
    EXPECT_EQ(score(plan, work), 10);
    EXPECT_EQ(score(plan, work, without(Improvement::award_funders)), 10);
  }
}

// A number without a stated funder is held against all funders of the work.
TEST(Awards, TakesTheFundersOfTheWorkWhereANumberHasNone) {
  auto plan = plan_of({});
  plan.awards = {award({"2345678"})};
  auto work = work_of({});
  work.awards = {{"2345678", {}, {}}};
  work.funders = {{"Bog Fund", std::nullopt}, {"Sea Fund", std::nullopt}};
  EXPECT_EQ(score(plan, work), 10);
  work.funders.pop_back();
  EXPECT_EQ(score(plan, work), -1);
}

// search.md 3.1, part weak: of an award that hits in full elsewhere in the work
// a weak number adds nothing, to no sum and to no list.
TEST(Awards, DropsWeakHitsOfAnAwardThatHitsInFull) {
  auto plan = plan_of({});
  plan.awards = {award({"OCE-2345678", "2345678"})};
  auto work = work_of({});
  work.awards = {{"2345678", {}, {}}, {"OCE-2345678", {}, {}}};
  const auto hit = judge(plan, work);
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->score, 10);
  ASSERT_THAT(hit->awards, SizeIs(1));
  EXPECT_EQ(hit->awards[0].index, 1);
  EXPECT_EQ(hit->awards[0].score, 10);
  EXPECT_THAT(hit->awards[0].fields,
              ElementsAre("awards.award_id.OCE-2345678"));
}

// A child can hold the full hit of one award and a weak one of another: the
// parts are joined by child. A second weak child is listed, but not summed.
TEST(Awards, JoinsFullAndWeakHitsOfAChild) {
  auto plan = plan_of({});
  plan.awards = {award({"2345678"}), award({"2345678"})};
  plan.awards[1].funder_ror = "0bog00001";
  plan.awards[1].funder_name = "Bog Fund";
  auto work = work_of({});
  work.awards = {{"2345678", {kSeaFund}, {}}, {"2345678", {"0third01"}, {}}};
  const auto hit = judge(plan, work);
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->score, 10.5F);
  ASSERT_THAT(hit->awards, SizeIs(2));
  EXPECT_EQ(hit->awards[0].score, 10.5);
  EXPECT_EQ(hit->awards[1].score, .5);
  EXPECT_FALSE(hit->funder_mismatch);
}

TEST(Awards, ComparesWholeNamesWhenAsked) {
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

// dmps.md 6: an award whose text the funding no longer names is ignored, with
// the DOIs its funder lists; it keeps its place in the list.
TEST(Awards, IgnoresAwardsThatNoLongerFollowFromTheFunding) {
  auto plan = plan_of({});
  plan.awards = {award({"OCE-2345678"}), award({"ABC-99999"})};
  plan.awards[0].text = "OCE-2345678";
  plan.awards[0].funded_dois = {"10.5555/kelp.1"};
  plan.awards[1].text = "ABC-99999";
  plan.funding.resize(1);
  plan.funding[0].award_id = "ABC-99999";
  auto work = work_of({});
  work.awards = {{"OCE-2345678", {}, {}}};
  EXPECT_FALSE(judge(plan, work));
  EXPECT_EQ(score(plan, work, baseline()), 25);
  work.awards = {{"ABC-99999", {}, {}}};
  const auto hit = judge(plan, work);
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->explain[0].items[0].dmp, "1");
  plan.funding[0].funder_project_number = "OCE-2345678";
  EXPECT_EQ(score(plan, work), 25);
}

TEST(Awards, FollowFromATextThatNamesThemAmongOthers) {
  auto plan = plan_of({});
  plan.awards = {award({"2126793"})};
  plan.awards[0].text = "2126793";
  EXPECT_FALSE(is_current(plan, plan.awards[0]));
  plan.funding.resize(1);
  for (const auto& [text, follows] : {std::pair("2126793", true),
                                      {"Lead 2126792, 2126793", true},
                                      {"2126793;2126792", true},
                                      {"OCE 2126793/4", true},
                                      {"OCE-2126793", false},
                                      {"12126793", false},
                                      {"21267930, 2126793.1", false},
                                      {"", false}}) {
    plan.funding[0].award_id = text;
    EXPECT_EQ(is_current(plan, plan.awards[0]), follows) << text;
  }
}

// The reference's query has the spellings of the reference.
TEST(Awards, SearchAddedSpellingsOnlyWithTheImprovement) {
  auto plan = plan_of({});
  plan.awards = {award({"DMR-1507101"})};
  plan.awards[0].added_variants = {"DMR1507101"};
  auto work = work_of({});
  work.awards = {{"dmr1507101", {}, {}}};
  EXPECT_EQ(score(plan, work), 10);
  EXPECT_FALSE(judge(plan, work, baseline()));
  EXPECT_FALSE(judge(plan, work, without(Improvement::award_spellings)));
}

// The switches of the funder check and of spellings are two.
TEST(Awards, SpellNumbersAlsoWithoutTheFunderCheck) {
  auto plan = plan_of({});
  plan.funding.resize(1);
  plan.funding[0].award_id = "NSF-2345678";
  plan.funding[0].funder_ror = kSeaFund;
  auto work = work_of({});
  work.awards = {{"2345678", {"0other001"}, {}}};
  EXPECT_FALSE(judge(plan, work));
  EXPECT_EQ(score(plan, work, without(Improvement::award_funders)), 10);
  work.awards = {{"2345678", {kSeaFund}, {}}};
  EXPECT_EQ(score(plan, work), 10);
  EXPECT_FALSE(judge(plan, work, without(Improvement::award_spellings)));
}

// The reference's query has the ids as the plan has them.
TEST(Awards, SearchFillersOnlyInTheBaseline) {
  auto plan = plan_of({});
  plan.funding.resize(1);
  plan.funding[0].award_id = "unknown";
  EXPECT_THAT(make_query(plan, {}, FunderFamilies()).awards, IsEmpty());
  EXPECT_THAT(make_query(plan, baseline(), FunderFamilies()).awards, SizeIs(1));
}

// P87: thousands of variants of one award.
TEST(Awards, SearchesFiveThousandVariants) {
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

}  // namespace
}  // namespace dmp::match
