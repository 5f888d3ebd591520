#include "text/analysis.h"

#include "text/phrase.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace dmp::text {
namespace {

std::string tokens(std::string_view text) {
  Analyser analyser;
  std::string shown;
  for (const Token& token : analyser.analyse(text)) {
    if (!shown.empty()) shown += '|';
    shown += token.term;
  }
  return shown;
}

// Source: search.md 5.1, the table.
TEST(Analyser, FollowsTheTableOfTheRule) {
  EXPECT_EQ(tokens("COVID-19 & Wi-Fi"), "covid|19|wi|fi");
  EXPECT_EQ(tokens("don\u2019t U.S.A. e.g. 3.14 1,000"),
            "don't|u.s.a|e.g|3.14|1,000");
  EXPECT_EQ(tokens("foo_bar CO2 Stra\u00DFe na\u00EFve"),
            "foo_bar|co2|strasse|naive");
  // The document says abc.1; ICU, the real thing, breaks letter '.' digit.
  EXPECT_EQ(tokens("10.1234/abc.1"), "10.1234|abc|1");
  EXPECT_EQ(tokens("\u03B1SMA"), "\u03B1|sma");
  EXPECT_EQ(tokens("\uFB01sh \u0141\u00F3d\u017A \u00C6on \u00DEor"),
            "fish|lodz|aeon|thor");
  EXPECT_EQ(tokens(" ... --- "), "");
  EXPECT_FALSE(tokens("\u5317\u4EAC\u5927\u5B66").empty());
}

// As Lucene's word rules have it (Default.rbbi), whatever ICU's say.
TEST(Analyser, PartsWordsAtAnAtSign) {
  EXPECT_EQ(tokens("Ana@kelp.org a@b 1@2 @kelp @ sea@"),
            "ana|kelp.org|a|b|1|2|kelp|sea");
  EXPECT_EQ(tokens("Caf\u00E9@kelp.org \u00E9a@b\u00E9 @\u00E9"),
            "cafe|kelp.org|ea|be|e");
  Analyser analyser;
  const auto& found = analyser.analyse("\u00E9@kelp");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].begin_byte, 3U);
}

// Source: search.md 5.1, steps 4 to 6.
TEST(Analyser, FoldsLettersAndDropsWhatIsNotSeen) {
  EXPECT_EQ(tokens("S\u00F8r \u0110or\u0111e \u00E6 \u00FEorn"),
            "sor|dorde|ae|thorn");
  EXPECT_EQ(tokens("ko\u00ADop a\u200Cb a\u2060b \uFF2B\uFF25"),
            "koop|ab|ab|ke");
  // Accents of other scripts stay; the last sigma is a sigma.
  EXPECT_EQ(
      tokens("\u0395\u03BB\u03BB\u03AC\u03B4\u03B1 \u039F\u0394\u039F\u03A3"),
      "\u03B5\u03BB\u03BB\u03AC\u03B4\u03B1|\u03BF\u03B4\u03BF\u03C3");
  EXPECT_EQ(tokens("\u0419\u043E\u0434"), "\u0439\u043E\u0434");
}

// Whole values; `lowercase` is step 4, `name_normalizer` steps 4 to 6.
TEST(KeywordNormalisers, KeepTheWholeValue) {
  EXPECT_EQ(keyword_lowercase("OCE-2345678 \u00C9"), "oce-2345678 \u00E9");
  EXPECT_EQ(keyword_lowercase("Stra\u00DFe \uFF2B"), "stra\u00DFe \uFF4B");
  EXPECT_EQ(keyword_name("Kelp & Sea, Inc."), "kelp & sea, inc.");
  EXPECT_EQ(keyword_name("Stra\u00DFe, \u00C9cole \u0141\u00F3d\u017A"),
            "strasse, ecole lodz");
  EXPECT_EQ(keyword_name("ko\u00ADop\u200B \uFF2B \u03AC"), "koop k \u03AC");
}

TEST(Analyser, GivesTheBytesOfTheOriginalText) {
  Analyser analyser;
  const std::string text = "Kelp \u00E9t\u00E9 forests";
  const auto& found = analyser.analyse(text);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(
      text.substr(found[1].begin_byte, found[1].end_byte - found[1].begin_byte),
      "\u00E9t\u00E9");
  EXPECT_EQ(found[2].position, 2U);
}

TEST(Analyser, HasOneResultForBothPathsOnAscii) {
  Analyser ascii;
  Analyser unicode;
  constexpr std::string_view kAlphabet = "aB1_.,;:'-/ \"()\n\t@2zZ";
  std::mt19937 random(17);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 24, ' ');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    const auto& one = ascii.analyse(text, Analyser::Path::ascii);
    const auto& two = unicode.analyse(text, Analyser::Path::unicode);
    ASSERT_EQ(one.size(), two.size()) << text;
    for (std::size_t i = 0; i < one.size(); ++i) {
      ASSERT_EQ(one[i].term, two[i].term) << text;
      ASSERT_EQ(one[i].begin_byte, two[i].begin_byte) << text;
      ASSERT_EQ(one[i].end_byte, two[i].end_byte) << text;
    }
  }
}

bool phrase(std::initializer_list<std::string> query,
            std::initializer_list<std::string_view> document, int slop) {
  const std::vector<std::string> q(query);
  const std::vector<std::string_view> d(document);
  const bool matches = phrase_matches(q, d, slop);
  const auto number = [](std::string_view token) {
    return static_cast<std::uint32_t>(token[0]);
  };
  std::vector<std::uint32_t> q_numbers(q.size());
  std::vector<std::uint32_t> d_numbers(d.size());
  std::transform(q.begin(), q.end(), q_numbers.begin(), number);
  std::transform(d.begin(), d.end(), d_numbers.begin(), number);
  EXPECT_EQ(phrase_matches(q_numbers, d_numbers, slop), matches);
  return matches;
}

// Source: search.md 5.2.
TEST(PhraseMatches, AllowsTheSlopAndNoMore) {
  EXPECT_TRUE(phrase({"van", "berg"}, {"jan", "van", "berg"}, 0));
  EXPECT_FALSE(phrase({"van", "berg"}, {"van", "der", "berg"}, 0));
  EXPECT_TRUE(phrase({"university", "california"},
                     {"university", "of", "california"}, 3));
  EXPECT_TRUE(phrase({"b", "a"}, {"a", "b"}, 2));
  EXPECT_FALSE(phrase({"b", "a"}, {"a", "b"}, 1));
  EXPECT_TRUE(phrase({"a", "b"}, {"a", "x", "x", "x", "b"}, 3));
  EXPECT_FALSE(phrase({"a", "b"}, {"a", "x", "x", "x", "x", "b"}, 3));
  EXPECT_FALSE(phrase({"a", "a"}, {"a", "b"}, 3));
  EXPECT_TRUE(phrase({"a", "a"}, {"a", "b", "a"}, 3));
  EXPECT_FALSE(phrase({}, {"a"}, 3));
}

}  // namespace
}  // namespace dmp::text
