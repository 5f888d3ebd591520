#include "text/doi.h"

#include "text/unicode.h"

#include <gtest/gtest.h>

#include <random>

namespace dmp::text {
namespace {

struct Row {
  const char* input;
  const char* doi;  // "" = none
};

// Source: records.md 1.2, the table; P13, P14.
TEST(DoiText, FollowsTheTableOfTheRule) {
  const Row rows[] = {
      {"https://doi.org/10.5281/ZENODO.7654321", "10.5281/zenodo.7654321"},
      {"doi: 10.1109/ACCESS.2021.3070212.", "10.1109/access.2021.3070212"},
      {"10.1063/1.4821616]", "10.1063/1.4821616"},
      {"10.1061/(asce)0733-9496(2007)133:6(566.2)",
       "10.1061/(asce)0733-9496(2007)133:6(566.2)"},
      {"10.1175/1520-0485(2003)033<2504:naswth>2.0.co;2",
       "10.1175/1520-0485(2003)033<2504:naswth>2.0.co;2"},
      {"10.1175/1520-0485(2003)033&lt;2504:NASWTH&gt;2.0.CO;2",
       "10.1175/1520-0485(2003)033<2504:naswth>2.0.co;2"},
      {"10.18730/117K*", "10.18730/117k*"},
      {"https://ssl.fao.org/glisapi/v1/pgrfas?_format=dwc&doi=10.18730/HP84H",
       "10.18730/hp84h"},
      {"https://repo.example.org/x?doi=10.18730/HP84H&v=2", "10.18730/hp84h"},
      {"https:// www.liebertpub.com/doi/10.1089/vbz.2018.2431",
       "10.1089/vbz.2018.2431"},
      {"<p>10.1234/abc</p>", "10.1234/abc"},
      {"https://journals.example.org/doi/pdf/10.1234/abc.def/full",
       "10.1234/abc.def"},
      {"10.5194/gmd- 9- 1747-2016", "10.5194/gmd-"},
      {"\n      10.15475/dhz/kfn/1915/2/20\n    ",
       "10.15475/dhz/kfn/1915/2/20"},
      {"10.26767/colo\u0301quio.v17i4.1817",
       "10.26767/col\u00F3quio.v17i4.1817"},
      {"110.1234/x", ""},
      {"version 2.10.1234/x", ""},
      {"10.12/abc", ""},
      {"10.1234/", ""},
      {"10.1234/---", ""},
      {"see 10.1234/a and 10.1234/b", "10.1234/a"},
      {"DOI:10.1234/abc", "10.1234/abc"},
      {"10.1234/abc\tmore", "10.1234/abc"},
      {"<10.1234/abc>", "10.1234/abc"},
      {"https://doi.org/10.1234/abc?utm=x", "10.1234/abc"},
      {"https://doi.org/10.1234%2Fabc", "10.1234/abc"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(doi_text(row.input, DoiField::untyped).doi, row.doi) << row.input;
  }
}

TEST(DoiText, DeletesInnerBlanksOfATypedField) {
  EXPECT_EQ(doi_text("10.5194/gmd- 9- 1747-2016", DoiField::typed).doi,
            "10.5194/gmd-9-1747-2016");
}

TEST(DoiRegistry, TakesOffOneResolverAndLowercases) {
  const Row rows[] = {
      {"https://doi.org/10.48321/D1AB", "10.48321/d1ab"},
      {"http://dx.doi.org/10.48321/D1AB", "10.48321/d1ab"},
      {"HTTPS://WWW.DOI.ORG/10.1/x", ""},
      {"doi:  10.1234/X", "10.1234/x"},
      {"info:doi/10.1234/X", "10.1234/x"},
      {"urn:doi:10.1234/X", "10.1234/x"},
      {"https://doi.datacite.org/10.1234/x%2Fy", "10.1234/x/y"},
      {"10.1234/ends-with.", "10.1234/ends-with."},
      {"10.18730/117K*", "10.18730/117k*"},
      {"", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(doi_registry(row.input).doi, row.doi) << row.input;
  }
}

TEST(DoiRegistry, RefusesWhatASearchEngineCannotHold) {
  const std::string prefix = "10.1234/";
  const auto at_limit = doi_registry(prefix + std::string(504, 'a'));
  EXPECT_EQ(at_limit.status, DoiStatus::over_255);
  EXPECT_EQ(at_limit.doi.size(), 512U);
  const auto over = doi_registry(prefix + std::string(505, 'a'));
  EXPECT_EQ(over.status, DoiStatus::too_long);
  EXPECT_TRUE(over.doi.empty());
}

// The laws of the header, on texts made of the characters that matter.
TEST(Doi, BothRulesAreIdempotentAndGiveValidUtf8) {
  constexpr std::string_view kAlphabet =
      "10./aB();<>&?=#\"' %2F*\xC3\xA9\xCC\x81";
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string text =
        random() % 2 == 0 ? "10.1234/a" : "https://x.org/10.12345/";
    for (auto count = random() % 24; count > 0; --count) {
      text += kAlphabet[random() % kAlphabet.size()];
    }
    for (const Doi& once : {doi_registry(text), doi_text(text, DoiField::typed),
                            doi_text(text, DoiField::untyped)}) {
      if (!once.usable()) continue;
      EXPECT_EQ(doi_registry(once.doi).doi, once.doi) << text;
      EXPECT_EQ(to_valid_utf8(once.doi), once.doi) << text;
    }
    const Doi found = doi_text(text, DoiField::untyped);
    if (found.usable()) {
      EXPECT_EQ(doi_text(found.doi, DoiField::untyped).doi, found.doi) << text;
    }
  }
}

// Bare DOIs of a few characters, up to five of them behind the prefix.
TEST(DoiText, ShortCutEqualsTheRules) {
  constexpr std::string_view kCharacters = "aZ0.-(/)%";
  for (std::size_t code = 0; code < std::size_t{9} * 9 * 9 * 9 * 9; ++code) {
    std::string doi = "10.1234/";
    for (std::size_t rest = code; rest > 0; rest /= 9)
      doi += kCharacters[rest % 9];
    const Doi quick = doi_text(doi, DoiField::typed);
    const Doi slow = doi_text_by_rules(doi, DoiField::typed);
    ASSERT_EQ(quick.doi, slow.doi) << doi;
    ASSERT_EQ(quick.status, slow.status) << doi;
  }
}

TEST(DoiBucket, IsTheTopByteOfTheHash) {
  // XXH3-64 of the empty text, seed 0: 2d06800538d394c2.
  EXPECT_EQ(doi_bucket(""), 0x2D);
}

// Found by fuzz/doi_text_fuzz.cpp: a control character inside an entity.
TEST(DoiText, DecodesUntilNothingChanges) {
  const std::string once =
      doi_text("10.1175/0484(2003)033&lt\x01;2504", DoiField::typed).doi;
  EXPECT_EQ(once, "10.1175/0484(2003)033<2504");
  EXPECT_EQ(doi_text(once, DoiField::typed).doi, once);
}

}  // namespace
}  // namespace dmp::text
