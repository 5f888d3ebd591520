#include "match/families.h"

#include "match/ror_rows.h"
#include "match/small_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// A house of health with an institute, of which a laboratory is part; above the
// house a ministry and a government, beside it what it was and became.
const FunderFamilies& health() {
  RorRow house{"0house", "House of Health"};
  house.labels = {"Haus der Gesundheit"};
  house.aliases = {"Health House"};
  house.acronyms = {"HoH"};
  house.parents = {"0ministry", "0government"};
  house.children = {"0institute"};
  house.predecessors = {"0clinic"};
  house.successors = {"0agency"};
  RorRow institute{"0institute", "Institute of Lungs"};
  institute.parents = {"0house"};
  institute.children = {"0lab"};
  RorRow laboratory{"0lab", "Lung Laboratory"};
  laboratory.parents = {"0institute"};
  RorRow ministry{"0ministry", "Ministry of Care"};
  ministry.parents = {"0government"};
  ministry.children = {"0house", "0school"};
  RorRow government{"0government", "Government of Kelpland"};
  government.children = {"0house", "0ministry"};
  RorRow clinic{"0clinic", "Old Clinic"};
  clinic.children = {"0ward"};
  clinic.predecessors = {"0hospital"};
  clinic.successors = {"0house"};
  RorRow agency{"0agency", "Agency of Health"};
  agency.children = {"0desk"};
  agency.predecessors = {"0house"};
  // Two that are said to be parts of each other.
  RorRow chicken{"0chicken", "Chicken"};
  chicken.children = {"0egg"};
  RorRow egg{"0egg", "Egg"};
  egg.children = {"0chicken"};
  static const FunderFamilies kFamilies =
      families_of({house, institute, laboratory, ministry, government, clinic,
                   agency, chicken, egg});
  return kFamilies;
}

// Source: spec search.md 3.1, "funder family".
TEST(FunderFamilies, HoldWhatIsBelowOneLevelAboveAndBefore) {
  const auto& families = health();
  EXPECT_THAT(families.family_of("0house", std::nullopt).rors,
              UnorderedElementsAre("0house", "0institute", "0lab", "0ministry",
                                   "0clinic", "0agency"));
  EXPECT_THAT(families.family_of("0institute", std::nullopt).rors,
              UnorderedElementsAre("0institute", "0lab", "0house"));
  EXPECT_THAT(families.family_of("0lab", std::nullopt).rors,
              UnorderedElementsAre("0lab", "0institute"));
}

// What was a part of the clinic that the house once was is no part of it.
TEST(FunderFamilies, LeaveOutThePartsOfPredecessorsAndSuccessors) {
  const auto rors = health().family_of("0house", std::nullopt).rors;
  EXPECT_FALSE(rors.contains("0ward"));
  EXPECT_FALSE(rors.contains("0desk"));
  EXPECT_FALSE(rors.contains("0hospital"));
}

// Else every agency of a country would agree with every other.
TEST(FunderFamilies, LeaveOutGovernmentsAndOtherChildrenOfAParent) {
  const auto& families = health();
  const auto rors = families.family_of("0ministry", std::nullopt).rors;
  EXPECT_FALSE(rors.contains("0government"));
  EXPECT_FALSE(families.family_of("0house", {}).rors.contains("0school"));
  // A plan that names the government itself means all of it.
  EXPECT_TRUE(families.family_of("0government", {}).rors.contains("0lab"));
}

TEST(FunderFamilies, EndWhereOrganisationsAreInEachOther) {
  EXPECT_THAT(health().family_of("0egg", std::nullopt).rors,
              UnorderedElementsAre("0egg", "0chicken"));
}

TEST(FunderFamilies, HaveAllNamesOfTheFunderAloneAnalysed) {
  const auto family = health().family_of("0house", "The House, of HEALTH");
  EXPECT_THAT(family.names, UnorderedElementsAre(
                                "the house of health", "house of health",
                                "haus der gesundheit", "health house", "hoh"));
  EXPECT_EQ(family.own_name, "the house of health");
}

TEST(FunderFamilies, AreTheFunderAloneWhereRorDoesNotKnowIt) {
  const auto unknown = health().family_of("0unknown", "---");
  EXPECT_THAT(unknown.rors, ElementsAre("0unknown"));
  EXPECT_THAT(unknown.names, IsEmpty());
  EXPECT_TRUE(health().family_of(std::nullopt, "---").empty());
  EXPECT_THAT(FunderFamilies().family_of("0house", std::nullopt).rors,
              ElementsAre("0house"));
}

TEST(FunderFamilies, ComeFromAFileThatIsThere) {
  EXPECT_FALSE(FunderFamilies::read("/nowhere/ror.parquet"));
  EXPECT_TRUE(FunderFamilies::read(std::nullopt));
}

// P80: an institute of the NIH as funder is treated as the NIH: a bare number
// opens the gate by the ROR of either, or by a name of the funder.
TEST(FunderFamilies, LetAnInstituteStandForTheHouseAboveIt) {
  auto plan = plan_of({});
  plan.awards = {award({"2345678"})};
  plan.awards[0].funder_name = "Lungs";
  plan.awards[0].funder_ror = "0institute";
  auto work = work_of({});
  const auto opens = [&](model::WorkAward by, const FunderFamilies& families) {
    work.awards = {std::move(by)};
    return judge(plan, work, {}, {}, families).has_value();
  };
  const auto& families = health();
  EXPECT_TRUE(opens({"2345678", {"0house"}, {}}, families));
  EXPECT_TRUE(opens({"2345678", {"0lab"}, {}}, families));
  EXPECT_TRUE(opens({"2345678", {}, {"INSTITUTE of Lungs"}}, families));
  EXPECT_FALSE(opens({"2345678", {"0ministry"}, {}}, families));
  EXPECT_FALSE(opens({"2345678", {}, {"House of Health"}}, families));
  EXPECT_FALSE(opens({"2345678", {"0house"}, {}}, FunderFamilies()));
}

}  // namespace
}  // namespace dmp::match
