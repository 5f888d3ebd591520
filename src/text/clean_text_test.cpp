#include "text/clean_text.h"

#include "text/unicode.h"

#include <gtest/gtest.h>

#include <random>

namespace dmp::text {
namespace {

std::string clean(std::string_view raw, TextKind kind = TextKind::title) {
  return clean_text(raw, kind).value_or("<null>");
}

struct Row {
  const char* raw;
  const char* cleaned;
};

// Source: records.md 1.3 and 10.
TEST(CleanText, StripsMarkupAndDecodesEntities) {
  const Row rows[] = {
      {"A&amp;A 2.0", "A&A 2.0"},
      {"H<sub>2</sub>O &lt;i&gt;in situ&lt;/i&gt;", "H2O in situ"},
      {"p &lt; 0.05 and q &gt; 1", "p < 0.05 and q > 1"},
      {"<mml:math><mml:mi>x</mml:mi> <mml:mo>=</mml:mo> "
       "<mml:mn>2</mml:mn></mml:math>",
       "x=2"},
      {"2<q<3", "2<q<3"},
      {"<20\u03BCm", "<20\u03BCm"},
      {"an unclosed <Taxon ist im Garten", "an unclosed <Taxon ist im Garten"},
      {"a<b", "a<b"},
      {"a <b and c> d", "a <b and c> d"},
      {"<a title=\"x > y\" href='z'>link</a>", "link"},
      {"<div><p>one</p><p>two</p></div>", "one two"},
      {"&lt;scp&gt;DC\u2010DC&lt;/scp&gt;", "DC\u2010DC"},
      {"&amp;amp;", "&"},
      {"1990&#150;1995", "1990\u20131995"},
      {"<![CDATA[raw <i>text</i>]]>", "raw text"},
      {"so\u00ADft hy\u200Bphen", "soft hyphen"},
      {"<i></i>", "<null>"},
      {"x<!-- hidden -->y", "xy"},
      {"<script>var a = '<p>';</script>kept", "kept"},
      {"<tex-math>\\frac{1}{2}</tex-math>half", "half"},
      {"<script>no end", "no end"},
      {"line\r\n  break\t tab", "line break tab"},
      {"caf&eacute; &copy; &unknown; &#x1F600;",
       "caf\u00E9 \u00A9 &unknown; \U0001F600"},
      {"e\u0301", "\u00E9"},
      {"a&nbsp;b&#13;c", "a b c"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(clean(row.raw), row.cleaned) << row.raw;
}

// Real titles without blanks around what they mark; docs/formats.md.
TEST(CleanText, KeepsWordsApartThatOnlyAMarkParted) {
  const Row rows[] = {
      {"Lessons of<i>Macrocystis</i>Infection",
       "Lessons of Macrocystis Infection"},
      {"before<i>versus</i>after", "before versus after"},
      {"three of<jats:italic>C. kelpi</jats:italic>found",
       "three of C. kelpi found"},
      {"it is.<b>Methods.</b>We dived", "it is. Methods. We dived"},
      {"Ant,<i>Kelpus\u00E9</i>Smith", "Ant, Kelpus\u00E9 Smith"},
      {"(<i>Kelpus maximus)</i>blades", "(Kelpus maximus) blades"},
      {"sets for<mml:math><mml:mi>d</mml:mi></mml:math>-complete and"
       "<math><mi>N</mi><mo>=</mo><mn>8</mn></math>nuclei",
       "sets for d-complete and N=8 nuclei"},
      {"Kelp, 1950\u20131989<sup>1</sup>", "Kelp, 1950\u20131989 1"},
      {"10<sup>6</sup> cells", "10 6 cells"},
      {"A<i>trans</i>isomer of 10<i>Kelpus</i>", "A trans isomer of 10 Kelpus"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(clean(row.raw), row.cleaned) << row.raw;
}

TEST(CleanText, LeavesTogetherWhatIsOneWord) {
  const Row rows[] = {
      {"<scp>T</scp>reebase", "Treebase"},
      {"1<i>H</i>-indole", "1H-indole"},
      {"<i>p</i>H of two <i>Agrobacteria</i>s", "pH of two Agrobacterias"},
      {"5 <i>\u00B5</i>g", "5 \u00B5g"},
      {"CO<sub>2</sub>emission", "CO2emission"},
      {"<sup>18</sup>F-FDG and Ca<sup>2+</sup>", "18F-FDG and Ca2+"},
      {"JC<math><mo>\u2217</mo></math>-algebra", "JC\u2217-algebra"},
      {"L\u2019<i>Histoire</i>", "L\u2019Histoire"},
      {"an end</i>without a start", "an endwithout a start"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(clean(row.raw), row.cleaned) << row.raw;
}

// What real records hold; docs/formats.md has the counts.
TEST(CleanText, MendsWhatWrongDecodingLeft) {
  const Row rows[] = {
      // Windows-1252 read as Latin-1.
      {"the \u0093rules of the game\u0094",
       "the \u201Crules of the game\u201D"},
      {"1990\u00961995", "1990\u20131995"},
      {"it\u0092s", "it\u2019s"},
      // UTF-8 read as Latin-1.
      {"D\u00E2\u0080\u0099Adamo", "D\u2019Adamo"},
      {"\u00E2\u0080\u009Csome\u00E2\u0080\u009D", "\u201Csome\u201D"},
      {"a\u00E2\u0080\u00AFb", "a b"},
      {"a\u00E2\u0080\u008Bb", "ab"},
      {"\u00E2\u0080", "\u00E2"},
      {"p\u00E2t\u00E9 \u0080", "p\u00E2t\u00E9"},
      // Marks of a catalogue around an article that is not sorted by.
      {"\u0098The \u009CJournal of social policy",
       "The Journal of social policy"},
      {"\u062C\u200E \u200Fb", "\u062C b"},
      // A dotless i below an accent, as TeX has it.
      {"D\u0131\u0301az", "D\u00EDaz"},
      {"Y\u0131lmaz", "Y\u0131lmaz"},
      // Line breaks that were escaped twice.
      {"the contract&#13;\\n mechanism", "the contract mechanism"},
      {"\\n Contains \\n \\r\\n a", "Contains a"},
      {"\\n", "<null>"},
      {"\\nabla f", "\\nabla f"},
      {"\\sum_\\n g", "\\sum_\\n g"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(clean(row.raw), row.cleaned) << row.raw;
}

TEST(CleanText, DropsALeadingHeadingOfAnAbstractOnly) {
  const char* jats =
      "<jats:title>Abstract</jats:title><jats:p>The ocean.</jats:p>"
      "<jats:p>Limited data were there.</jats:p>";
  EXPECT_EQ(clean(jats, TextKind::abstract),
            "The ocean. Limited data were there.");
  EXPECT_EQ(clean("Abstract .\u2014To better understand kelp forests",
                  TextKind::abstract),
            "To better understand kelp forests");
  EXPECT_EQ(
      clean("AbstractAbstractThis paper argues for it", TextKind::abstract),
      "This paper argues for it");
  EXPECT_EQ(clean("SummaryA new way to see the ocean", TextKind::abstract),
            "A new way to see the ocean");
  EXPECT_EQ(clean("ABSTRACTION is useful for big programs", TextKind::abstract),
            "ABSTRACTION is useful for big programs");
  EXPECT_EQ(clean("Abstractions are useful for programs", TextKind::abstract),
            "Abstractions are useful for programs");
  EXPECT_EQ(clean("Abstract data types are useful things", TextKind::abstract),
            "Abstract data types are useful things");
  EXPECT_EQ(clean("Abstract Too short", TextKind::abstract),
            "Abstract Too short");
  EXPECT_EQ(clean("Abstract The title keeps its first word for sure"),
            "Abstract The title keeps its first word for sure");
}

TEST(CleanText, TurnsPlaceholdersIntoNothing) {
  for (const char* text : {"", " ", "-", "\u2013", "N/A", "(none)", ":unav",
                           "(:unav)", ":(unav)", "a", "Null.", "[na]", "..."}) {
    EXPECT_EQ(clean(text), "<null>") << text;
  }
  EXPECT_EQ(clean("No abstract available.", TextKind::abstract), "<null>");
  EXPECT_EQ(clean("[TODO] Add abstract here", TextKind::abstract), "<null>");
  EXPECT_EQ(clean("[S.n.]", TextKind::label), "<null>");
  EXPECT_EQ(clean("Unknown", TextKind::label), "<null>");
  EXPECT_EQ(clean("Unknown"), "Unknown");
}

TEST(CleanText, CutsAtTheLastBlankBeforeTheLimitAndSaysSo) {
  std::string words;
  while (words.size() < 120'000) words += "kelp forest ";
  CleanNotes notes;
  const auto cut = clean_text(words, TextKind::abstract, &notes);
  ASSERT_TRUE(cut.has_value());
  EXPECT_TRUE(notes.truncated);
  EXPECT_LE(count_code_points(*cut), 100'000U);
  EXPECT_TRUE(cut->ends_with("kelp") || cut->ends_with("forest"));
}

// P25
TEST(CleanText, GivesValidUtf8WithoutControlsForAnyBytes) {
  constexpr std::string_view kAlphabet =
      "<>&;/ab='\"!-[]?p \xC3\xA9\xFF\xED\xA0\x80\x01\x00\xE2\x80\x8B#x12";
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string raw(random() % 60, ' ');
    for (char& c : raw) c = kAlphabet[random() % kAlphabet.size()];
    for (const auto kind :
         {TextKind::title, TextKind::abstract, TextKind::label}) {
      const auto once = clean_text(raw, kind);
      if (!once) continue;
      EXPECT_EQ(to_valid_utf8(*once), *once);
      EXPECT_EQ(collapse_space(*once), *once);
      EXPECT_EQ(once->find('\x01'), std::string::npos);
    }
  }
}

// Long texts are looked at in blocks; nothing may slip through at an edge.
TEST(CleanText, FindsWhatIsToTidyAtEveryPlace) {
  const std::string letters(100, 'a');
  for (std::size_t at = 1; at < letters.size(); ++at) {
    const std::string head = letters.substr(0, at);
    const std::string tail = letters.substr(at);
    const auto cleaned = [&](std::string_view between) {
      return clean_text(head + std::string(between) + tail, TextKind::title);
    };
    for (const char* blank : {" ", "  ", " \n", "\t", " \u00A0", "\u2003 ",
                              "\u3000", " \u200B ", "\u1680"}) {
      EXPECT_EQ(cleaned(blank), head + " " + tail) << at << " " << blank;
    }
    for (const char* nothing : {"\x7F", "\x01", "\u200B", "\u0085\b"}) {
      const bool breaks = nothing[0] == '\xC2';  // NEL parts words
      EXPECT_EQ(cleaned(nothing), head + (breaks ? " " : "") + tail) << at;
    }
    for (const char* kept : {"\u00E9", "\u2019", "\u6458", "\uFF01"})
      EXPECT_EQ(cleaned(kept), head + kept + tail) << at;
    EXPECT_EQ(clean_text(head + "\n ", TextKind::title),
              head == "a" ? std::nullopt : std::optional(head));
  }
}

TEST(CleanText, IsLinearOnHostileInput) {
  for (const char* part : {"<", "&", "<!--", "<a ", "<script>", "<![CDATA[",
                           "&lt;", "<p>", "<a b=\"", "(", "&#"}) {
    std::string hostile;
    while (hostile.size() < 400'000) hostile += part;
    clean_text(hostile, TextKind::abstract);  // must end soon; ctest's limit
  }
}

}  // namespace
}  // namespace dmp::text
