#include "match/enriched_awards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace dmp::match {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Optional;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kNih = "dmpworks.funders.nih_award_id.NIHAwardID";
constexpr const char* kNsf = "dmpworks.funders.nsf_award_id.NSFAwardID";

using Parts = std::vector<std::pair<const char*, const char*>>;  // type, value

model::AwardId id(const char* award_class, const Parts& parts) {
  model::AwardId id{award_class, {}};
  for (const auto& [type, value] : parts)
    id.parts.push_back({std::string(value), type});
  return id;
}

model::EnrichedAward enriched(model::AwardId id) {
  model::EnrichedAward award;
  award.id = std::move(id);
  award.funded_dois = {"10.5555/kelp.1"};
  return award;
}

// The awards of a plan with these ids, and what was counted.
struct Made {
  std::vector<model::PlanAward> awards;
  std::map<std::string, std::int64_t, std::less<>> counted;
};
Made made(std::vector<model::EnrichedAward> awards) {
  model::ExternalData data;
  data.awards = std::move(awards);
  Counters counters;
  Made made;
  made.awards = plan_awards(data, counters);
  made.counted = counters.all();
  return made;
}

TEST(EnrichedAwards, WriteAnNsfAwardAsTheFunderAndTheReferenceDo) {
  auto award = enriched(id(kNsf, {{"text", "OCE-2345678, 12"},
                                  {"org_id", "OCE"},
                                  {"award_id", "2345678"}}));
  award.funder_name = "NSF";
  award.funder_ror = "https://ror.org/021nxhr62";
  const auto [awards, counted] = made({award});
  ASSERT_THAT(awards, SizeIs(1));
  EXPECT_EQ(awards[0].text, "OCE-2345678, 12");
  EXPECT_EQ(awards[0].canonical_id, "OCE-2345678");
  EXPECT_THAT(awards[0].variants,
              ElementsAre("2345678", "OCE 2345678", "OCE-2345678"));
  EXPECT_THAT(
      awards[0].added_variants,
      ElementsAre("OCE2345678", "NSF 2345678", "NSF-2345678", "NSF2345678"));
  EXPECT_THAT(
      awards[0].award_url,
      Optional(std::string("https://www.nsf.gov/awardsearch/showAward?AWD_ID="
                           "2345678&HistoricalAwards=false")));
  EXPECT_THAT(awards[0].funder_ror, Optional(std::string("021nxhr62")));
  EXPECT_THAT(awards[0].funded_dois, ElementsAre("10.5555/kelp.1"));
  EXPECT_THAT(counted, IsEmpty());
}

// enrichment.md 2.1, 3: only what was looked up has a page.
TEST(EnrichedAwards, WriteAnNihAwardWithItsYears) {
  auto award = enriched(id(kNih, {{"text", "R01 AG080054"},
                                  {"activity_code", "R01"},
                                  {"institute_code", "AG"},
                                  {"serial_number", "080054"}}));
  award.related_awards = {id(kNih, {{"application_type", "1"},
                                    {"activity_code", "R01"},
                                    {"institute_code", "AG"},
                                    {"serial_number", "080054"},
                                    {"support_year", "01"},
                                    {"other_suffixes", "A1"},
                                    {"appl_id", "10438547"}})};
  const auto [awards, counted] = made({award});
  ASSERT_THAT(awards, SizeIs(1));
  EXPECT_EQ(awards[0].canonical_id, "R01AG080054");
  EXPECT_EQ(awards[0].award_url, std::nullopt);
  EXPECT_THAT(awards[0].variants,
              IsSupersetOf({"R01AG080054", "1R01AG080054-01A1"}));
  EXPECT_THAT(awards[0].added_variants, Contains("AG80054"));
  ASSERT_THAT(awards[0].related_awards, SizeIs(1));
  EXPECT_EQ(awards[0].related_awards[0].canonical_id, "1R01AG080054-01A1");
  EXPECT_THAT(awards[0].related_awards[0].award_url,
              Optional(std::string(
                  "https://reporter.nih.gov/project-details/10438547")));
  EXPECT_THAT(counted, IsEmpty());
}

TEST(EnrichedAwards, WriteAPageOfTheFunderByWhatBelongsToIt) {
  auto award = enriched(id(kNih, {{"appl_id", "10438547"}}));
  award.related_awards = {
      id(kNih, {{"institute_code", "AG"}, {"serial_number", "080054"}})};
  const auto [awards, counted] = made({award});
  ASSERT_THAT(awards, SizeIs(1));
  EXPECT_EQ(awards[0].canonical_id, "10438547");
  EXPECT_THAT(awards[0].variants, ElementsAre("AG080054", "AG 080054"));
  EXPECT_THAT(counted, IsEmpty());
}

TEST(EnrichedAwards, TakeOtherFundersIdsAsTheyAre) {
  const auto [awards, counted] =
      made({enriched(id("generic", {{"text", "EP/X1234/1 "}, {"id", "X1234"}})),
            enriched(id("europepmc", {{"text", "WT-098051"}}))});
  ASSERT_THAT(awards, SizeIs(2));
  EXPECT_THAT(awards[0].variants, ElementsAre("X1234"));
  EXPECT_THAT(awards[0].added_variants, ElementsAre("EP/X1234/1"));
  EXPECT_EQ(awards[1].canonical_id, "WT-098051");
  EXPECT_EQ(awards[1].award_url, std::nullopt);
}

// P85 and dmps.md 6: a class that is not in the table is skipped, as are parts
// that make no id; the other awards of the plan stay.
TEST(EnrichedAwards, LeaveOutAndCountWhatIsNoAward) {
  auto odd_url = enriched(id(kNsf, {{"award_id", "802290"}}));
  odd_url.award_url = "javascript:alert(1)";
  odd_url.related_awards = {id("os.system", {{"text", "x"}}), id(kNih, {})};
  const auto [awards, counted] = made(
      {enriched(id("os.system", {{"text", "rm"}})), enriched({}),
       enriched(id(kNih, {{"institute_code", "A1"}, {"serial_number", "1"}})),
       enriched(id(kNih, {{"institute_code", "AI"},
                          {"serial_number", std::string(9'000, '1').c_str()}})),
       enriched(id(kNsf, {{"award_id", "12345678"}})),
       enriched(id(kNsf, {{"award_id", ""}})),
       enriched(id("generic", {{"id", "n/a"}})), enriched(id("generic", {})),
       odd_url});
  ASSERT_THAT(awards, SizeIs(1));
  EXPECT_EQ(awards[0].canonical_id, "0802290");
  EXPECT_THAT(awards[0].award_url,
              Optional(StartsWith("https://www.nsf.gov/")));
  EXPECT_THAT(awards[0].related_awards, IsEmpty());
  EXPECT_THAT(counted,
              ElementsAre(Pair("bad_award_id", 7), Pair("bad_award_url", 1),
                          Pair("unknown_award_class", 3)));
}

TEST(EnrichedAwards, DropPartsThatAreNotOfTheirForm) {
  const auto [awards, counted] =
      made({enriched(id(kNih, {{"application_type", "x"},
                               {"activity_code", "R0"},
                               {"institute_code", "ai"},
                               {"serial_number", "176039"},
                               {"support_year", "2024"},
                               {"other_suffixes", "A1"}})),
            enriched(id(kNsf, {{"org_id", "<b>"}, {"award_id", "2345678"}}))});
  ASSERT_THAT(awards, SizeIs(2));
  EXPECT_EQ(awards[0].canonical_id, "AI176039");
  EXPECT_EQ(awards[1].canonical_id, "2345678");
}

}  // namespace
}  // namespace dmp::match
