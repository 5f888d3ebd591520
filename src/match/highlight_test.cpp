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
            "&lt;b&gt;<mark>Kelp</mark>&lt;/b&gt; &amp; \"sea\"");
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

// A thousand letters without an edge but those put in, and hits at places.
class Letters {
 public:
  Letters& put(std::size_t at, char edge) {
    text_[at] = edge;
    return *this;
  }
  std::vector<std::string> fragments(const std::vector<Mark>& hits) const {
    return mark_abstract(text_, hits);
  }
  // From one place until another, the hits marked.
  std::string part(std::size_t begin, std::size_t end,
                   const std::vector<Mark>& hits) const {
    std::string out;
    for (const auto& hit : hits) {
      out += text_.substr(begin, hit.begin - begin) + "<mark>" +
             text_.substr(hit.begin, hit.end - hit.begin) + "</mark>";
      begin = hit.end;
    }
    return out + text_.substr(begin, end - begin);
  }

 private:
  std::string text_ = std::string(1'000, 'x');
};

// Source, to the end of MarkAbstract: spec search.md 7, row "fragments".
TEST(MarkAbstract, CentresAFragmentOnItsHits) {
  const Letters text;
  EXPECT_THAT(text.fragments({{500, 504}}),
              ElementsAre(text.part(422, 582, {{500, 504}})));
  EXPECT_THAT(text.fragments({{500, 504}, {550, 561}}),
              ElementsAre(text.part(451, 611, {{500, 504}, {550, 561}})));
  // At the beginning and the end there is less on that side.
  EXPECT_THAT(text.fragments({{30, 34}}),
              ElementsAre(text.part(0, 160, {{30, 34}})));
  EXPECT_THAT(text.fragments({{980, 984}}),
              ElementsAre(text.part(902, 1'000, {{980, 984}})));
}

TEST(MarkAbstract, TakesHitsThatEndWithin154Characters) {
  const Letters text;
  EXPECT_THAT(text.fragments({{500, 504}, {650, 654}}),
              ElementsAre(text.part(497, 657, {{500, 504}, {650, 654}})));
  // One further on has a fragment of its own, not before the end of the first.
  EXPECT_THAT(text.fragments({{500, 504}, {651, 655}}),
              ElementsAre(text.part(422, 582, {{500, 504}}),
                          text.part(582, 742, {{651, 655}})));
}

TEST(MarkAbstract, HoldsAHitLongerThanAFragment) {
  const Letters text;
  EXPECT_THAT(text.fragments({{500, 700}}),
              ElementsAre(text.part(500, 700, {{500, 700}})));
}

// Each edge by itself, outwards, by at most twenty characters.
TEST(MarkAbstract, EndsAtEdgesThatAreNear) {
  const std::vector<Mark> hit{{500, 504}};
  for (const char edge : {' ', '\t', '\n', '.', ',', '!', '?'}) {
    const Letters near = Letters().put(402, edge).put(601, edge);
    EXPECT_THAT(near.fragments(hit), ElementsAre(near.part(403, 601, hit)));
    const Letters far = Letters().put(401, edge).put(602, edge);
    EXPECT_THAT(far.fragments(hit), ElementsAre(far.part(422, 582, hit)));
  }
  const Letters other = Letters().put(410, ';').put(590, '-');
  EXPECT_THAT(other.fragments(hit), ElementsAre(other.part(422, 582, hit)));
}

// A fragment that begins where the last ended does not go back over it.
TEST(MarkAbstract, DoesNotOverlap) {
  const Letters text = Letters().put(575, ' ');
  EXPECT_THAT(text.fragments({{500, 504}, {660, 664}}),
              ElementsAre(text.part(422, 582, {{500, 504}}),
                          text.part(582, 742, {{660, 664}})));
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
