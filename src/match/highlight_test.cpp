#include "match/highlight.h"

#include "text/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// Of the words kelp and café.
std::vector<Mark> marks(std::string_view text) {
  text::Analyser analyser;
  std::vector<Mark> found;
  for (const auto& token : analyser.analyse(text)) {
    if (token.term == "kelp" || token.term == "cafe")
      found.push_back({token.begin_byte, token.end_byte});
  }
  return found;
}

std::string title(std::string_view text, Encoding encoding = Encoding::plain) {
  return mark_title(text, marks(text), encoding);
}

std::vector<std::string> fragments_of(std::string_view text) {
  return mark_abstract(text, marks(text));
}

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// Source: spec search.md 7.
TEST(MarkTitle, MarksEachOccurrenceAndKeepsTheRest) {
  EXPECT_EQ(title("Kelp, kelp & the Caf\u00E9"),
            "<mark>Kelp</mark>, <mark>kelp</mark> & the "
            "<mark>Caf\u00E9</mark>");
  EXPECT_EQ(title("Sea <i>weed</i>"), "Sea <i>weed</i>");
  EXPECT_EQ(title(""), "");
}

TEST(MarkTitle, EscapesWhenAsked) {
  EXPECT_EQ(title("<b>Kelp</b> & \"sea\"", Encoding::html),
            "&lt;b&gt;<mark>Kelp</mark>&lt;/b&gt; &amp; &quot;sea&quot;");
}

TEST(MarkTitle, GivesFiveHundredCharactersWithoutAHit) {
  EXPECT_EQ(title(repeat("\u00E9", 600)), repeat("\u00E9", 500));
  EXPECT_EQ(title(repeat("a ", 300) + "kelp").size(), 617U);
}

TEST(MarkAbstract, GivesAtMostTwoFragmentsTheBestFirst) {
  const std::string filler = repeat("some other words here ", 20);
  const std::string text = "Kelp begins. " + filler + "kelp and kelp cafe " +
                           filler + "kelp kelp " + filler;
  const auto fragments = fragments_of(text);
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_THAT(fragments[0], HasSubstr("<mark>kelp</mark> and <mark>kelp</mark> "
                                      "<mark>cafe</mark>"));
  EXPECT_THAT(fragments[1], HasSubstr("<mark>kelp</mark> <mark>kelp</mark>"));
  for (const auto& fragment : fragments) {
    EXPECT_GE(fragment.size(), 160U);
    EXPECT_LE(fragment.size(), 160U + 40 + 3 * 13);
  }
}

TEST(MarkAbstract, GivesTheBeginningWithoutAHit) {
  EXPECT_THAT(fragments_of("Short."), ElementsAre("Short."));
  EXPECT_THAT(fragments_of(""), IsEmpty());
  const auto fragments = fragments_of(repeat("word ", 100));
  ASSERT_THAT(fragments, SizeIs(1));
  EXPECT_THAT(fragments[0], StartsWith("word word"));
  EXPECT_LE(fragments[0].size(), 180U);
}

// Without the marks a fragment is a piece of the text, cut between characters.
TEST(MarkAbstract, CutsBetweenCharacters) {
  const std::string text =
      repeat("\u6D77\u85FB", 200) + " kelp " + repeat("\u00E9\u00E8", 300);
  const auto fragments = fragments_of(text);
  ASSERT_THAT(fragments, SizeIs(1));
  std::string plain = fragments[0];
  plain.erase(plain.find("<mark>"), 6);
  plain.erase(plain.find("</mark>"), 7);
  EXPECT_NE(text.find(plain), std::string::npos);
  EXPECT_NE(static_cast<unsigned char>(plain[0]) & 0xC0U, 0x80U);
}

}  // namespace
}  // namespace dmp::match
