#include "text/awards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Source: records.md 1.8, the table.
TEST(SplitAward, FollowsTheTableOfTheRule) {
  const auto pieces = [](const char* text) { return split_award(text).pieces; };
  EXPECT_THAT(pieces("407235/2017-5, 461777/2014-2"),
              ElementsAre("407235/2017-5", "461777/2014-2"));
  EXPECT_THAT(pieces("DE-AC02-05CH11231,17-SC-20-SC"),
              ElementsAre("DE-AC02-05CH11231", "17-SC-20-SC"));
  EXPECT_THAT(pieces("-AC02-05CH11231"), ElementsAre("AC02-05CH11231"));
  EXPECT_THAT(pieces("FA9550-10-1-0454 and W911-NF13-10192"),
              ElementsAre("FA9550-10-1-0454", "W911-NF13-10192"));
  EXPECT_THAT(pieces("TUBITAK-TOVAG, project no. 113O232"),
              ElementsAre("TUBITAK-TOVAG", "113O232"));
  EXPECT_THAT(
      pieces("Ho 443/19-1,2,3 and Ro 2431/3-1"),
      ElementsAre("Ho 443/19-1", "Ho 443/19-2", "Ho 443/19-3", "Ro 2431/3-1"));
  EXPECT_THAT(pieces("MR/M008975/1"), ElementsAre("MR/M008975/1"));
  EXPECT_THAT(pieces("info:eu-repo/grantAgreement/EC/H2020/777483/"),
              ElementsAre("777483"));
  EXPECT_THAT(
      pieces("https://www.nsf.gov/awardsearch/showAward?AWD_ID=2132549&x=1"),
      ElementsAre("2132549"));
  EXPECT_THAT(pieces("https://example.org/award,1"),
              ElementsAre("https://example.org/award,1"));
  EXPECT_THAT(pieces("https://doi.org/10.35802/218300"), ElementsAre("218300"));
  EXPECT_THAT(pieces("Grant #: AI176039"), ElementsAre("AI176039"));
  EXPECT_THAT(pieces("notary 12"), ElementsAre("notary 12"));
  EXPECT_THAT(pieces("12.05.2020"), IsEmpty());
  EXPECT_THAT(pieces("A1234 and and B1234"), ElementsAre("A1234", "B1234"));
}

TEST(SplitAward, KeepsBracketsThatHaveTheirPartner) {
  const auto pieces = [](const char* text) { return split_award(text).pieces; };
  EXPECT_THAT(pieces("PHY-1234567 (KFU)"), ElementsAre("PHY-1234567 (KFU)"));
  EXPECT_THAT(pieces("(KFU) 1234567"), ElementsAre("(KFU) 1234567"));
  EXPECT_THAT(pieces("1234567)"), ElementsAre("1234567"));
  EXPECT_THAT(pieces("(1234567"), ElementsAre("1234567"));
  EXPECT_THAT(pieces("[1234/2012-0]"), ElementsAre("1234/2012-0"));
  EXPECT_THAT(pieces("((98765))."), ElementsAre("98765"));
}

TEST(SplitAward, TakesWordsWithoutANumberForOneName) {
  const auto pieces = [](const char* text) { return split_award(text).pieces; };
  EXPECT_THAT(pieces("Graduate Kelp and Diving Activity (GKDA)"),
              ElementsAre("Graduate Kelp and Diving Activity (GKDA)"));
  EXPECT_THAT(pieces("pending and none"), IsEmpty());
  EXPECT_THAT(pieces("KELP-A, grant KELP-7"), ElementsAre("KELP-A", "KELP-7"));
}

// P15
TEST(SplitAward, DropsFillersAndCountsThem) {
  for (const char* text : {"None", "n/a", "-", "xxxxx", " None ", "N/A", "TBD",
                           "xxxxxxxxxxxxxxxxx", "0000", "1", "pending."}) {
    const AwardPieces split = split_award(text);
    EXPECT_THAT(split.pieces, IsEmpty()) << text;
  }
  EXPECT_EQ(split_award("n/a").excluded, 1);
  EXPECT_FALSE(is_award_filler("1234567"));
  EXPECT_TRUE(is_award_filler("Em elabora\u00e7\u00e3o"));
}

TEST(NormaliseAward, TakesOffSeparatorsAndLeadingWords) {
  EXPECT_EQ(normalise_award("oce-2345678"), "OCE2345678");
  EXPECT_EQ(normalise_award("Grant No: AI 176.039"), "AI176039");
  EXPECT_EQ(normalise_award("NO"), "NO");
}

// Source: search.md 3.1.
TEST(IsStrongAward, NeedsLettersAndEnoughDigits) {
  for (const char* id :
       {"OCE-2345678", "AI176039", "10.35802/218300", "DE-AC02-05CH11231"}) {
    EXPECT_TRUE(is_strong_award(id)) << id;
  }
  for (const char* id : {"2345678", "101002345", "A12", "ABCDEF", "AB123"}) {
    EXPECT_FALSE(is_strong_award(id)) << id;
  }
}

TEST(SplitAward, SurvivesLongTexts) {
  std::string text;
  while (text.size() < 300'000) text += "A1234 and and and no no ,;-";
  EXPECT_GT(split_award(text).pieces.size(), 1000U);
}

// Found by fuzz/awards_fuzz.cpp: a piece that splits again is split at once.
TEST(SplitAward, GivesPiecesThatSplitNoFurther) {
  const struct {
    const char* text;
    std::vector<std::string> pieces;
  } cases[] = {
      {"grant 10.1234/AB-77 and X-9", {"ab-77", "X-9"}},
      {"info:eu-repo/grantAgreement/EC/FP7/123456, 654321/",
       {"123456", "654321"}},
      {"info:eu-repo/grantagreement/a1\x10", {"a1"}},
  };
  for (const auto& one : cases) {
    const auto split = split_award(one.text);
    for (const auto& piece : split.pieces)
      EXPECT_EQ(split_award(piece).pieces, std::vector<std::string>{piece});
  }
  EXPECT_EQ(split_award(cases[0].text).pieces, cases[0].pieces);
}

}  // namespace
}  // namespace dmp::text
