#include "match/award_spellings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

// Source: spec enrichment.md 2.1.
TEST(AwardSpellings, WriteAnNihIdInAllItsForms) {
  const auto spellings = award_spellings("1 R01 AG080054-01A1", std::nullopt);
  EXPECT_THAT(
      spellings,
      IsSupersetOf({"AG080054", "AG 080054", "AG080054-01", "AG 080054-01A1",
                    "R01 AG080054", "R01AG080054", "R01AG080054-01A1",
                    "1R01AG080054-01A1", "1 R01 AG080054", "R01-AG080054",
                    "R01-AG-080054", "AG-080054", "AG80054"}));
}

TEST(AwardSpellings, ReadNihIdsHoweverTheyAreWritten) {
  for (const char* text :
       {"AI 176039", "AI176039", "NIH RO1-AI176039", "R01 AI 176039",
        "1R01AI176039-01", "r01ai176039", "NIH grant no. R01 AI176039"}) {
    EXPECT_THAT(award_spellings(text, std::nullopt),
                IsSupersetOf({"AI176039", "AI 176039"}))
        << text;
  }
  EXPECT_THAT(award_spellings("1ZIAHG200417-01", std::nullopt),
              IsSupersetOf({"ZIAHG200417", "1ZIAHG200417-01"}));
  EXPECT_THAT(award_spellings("R01 AI 17603", std::nullopt),
              IsSupersetOf({"AI017603"}));
}

// P79: no id is made of a part of something longer.
TEST(AwardSpellings, MakeNothingOfOtherTexts) {
  for (const char* text :
       {"GRANT123456", "PAR-21-155", "HHSN272201400005C", "AB123456",
        "GRANT1234567", "1234567890123", "NSF 23-561", "", "AI 17603",
        "R01AI176039/2", "\xE2\x82\xAC 1234567"}) {
    EXPECT_THAT(award_spellings(text, std::nullopt), IsEmpty()) << text;
  }
}

// Source: spec enrichment.md 2.2.
TEST(AwardSpellings, WriteAnNsfIdWithAndWithoutItsOrganisation) {
  EXPECT_THAT(
      award_spellings("DMR-0507101", std::nullopt),
      ElementsAre("0507101", "DMR 0507101", "DMR-0507101", "DMR0507101",
                  "NSF 0507101", "NSF-0507101", "NSF0507101", "507101"));
  EXPECT_EQ(award_spellings("NSF DMR 1507101", std::nullopt),
            award_spellings("DMR1507101", std::nullopt));
}

TEST(AwardSpellings, TakeABareNumberForNsfOnlyWithThatFunder) {
  EXPECT_THAT(award_spellings("1507101", std::nullopt), IsEmpty());
  EXPECT_THAT(award_spellings("1507101", "01cwqze88"), IsEmpty());
  EXPECT_THAT(award_spellings("1507101", "021nxhr62"),
              IsSupersetOf({"1507101", "NSF-1507101"}));
}

}  // namespace
}  // namespace dmp::match
