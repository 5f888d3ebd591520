#include "text/identifiers.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace dmp::text {
namespace {

std::string show(const std::optional<std::string>& id) {
  return id.value_or("none");
}

// Source: records.md 1.5; P11, P12.
TEST(NormaliseRor, ChecksTheWholeTokenAndItsDigits) {
  EXPECT_EQ(show(normalise_ror("https://ror.org/01AN7Q238")), "01an7q238");
  EXPECT_EQ(show(normalise_ror("ror.org/021nxhr62")), "021nxhr62");
  EXPECT_EQ(show(normalise_ror("https://ror.org/https://ror.org/01ppj9r51")),
            "01ppj9r51");
  EXPECT_EQ(show(normalise_ror("02mhbdp94")), "02mhbdp94");
  for (const char* bad :
       {"501100000780", "011000007", "02mhbdp95", "0|abcd12", "x01an7q238",
        "https://example.org/01an7q238", "", "0abcdef12"}) {
    EXPECT_EQ(show(normalise_ror(bad)), "none") << bad;
  }
  EXPECT_TRUE(has_ror_form("0abcdef12"));
}

TEST(NormaliseOrcid, AcceptsUrlsAndBareDigits) {
  for (const char* good :
       {"https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097",
        "0000000218250097", "0000 0002 1825 0097",
        "http://orcid.org/0000-0002-1825-0097/"}) {
    EXPECT_EQ(show(normalise_orcid(good)), "0000-0002-1825-0097") << good;
  }
  EXPECT_EQ(show(normalise_orcid("0000-0002-1694-233X")),
            "0000-0002-1694-233x");
  for (const char* bad :
       {"https://orcid.org/", "0000-0002-1825-0098", "", "orcid"}) {
    EXPECT_EQ(show(normalise_orcid(bad)), "none") << bad;
  }
}

// A blank before it makes a text one that is not of the usual form.
TEST(NormaliseOrcid, IsTheSameInTheUsualFormAsInAnother) {
  std::mt19937 random(11);
  constexpr std::string_view kOdd = "xX-/ a\xC2";
  int found = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = random() % 2 == 0 ? "" : "https://orcid.org/";
    for (int i = 0; i < 16; ++i) {
      if (i % 4 == 0 && i > 0) text += '-';
      text += static_cast<char>('0' + random() % 10);
    }
    if (random() % 8 == 0) text.back() = kOdd[random() % 2];
    if (random() % 4 == 0)
      text[random() % text.size()] = kOdd[random() % kOdd.size()];
    if (random() % 8 == 0) text.pop_back();
    ASSERT_EQ(show(normalise_orcid(text)), show(normalise_orcid(" " + text)))
        << text;
    found += normalise_orcid(text) ? 1 : 0;
  }
  EXPECT_GT(found, 500);
}

TEST(NormaliseRor, IsTheSameInTheUsualFormAsInAnother) {
  std::mt19937 random(11);
  constexpr std::string_view kLetters =
      "0123456789abcdefghjkmnpqrstvwxyzAZilou/";
  int found = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string token = random() % 16 == 0 ? "" : "0";
    while (token.size() < 7) token += kLetters[random() % kLetters.size()];
    while (token.size() < 9) token += static_cast<char>('0' + random() % 10);
    const std::string usual = "https://ror.org/" + token;
    const std::string other = "HTTPS://ror.org/" + token;
    ASSERT_EQ(show(normalise_ror(usual)), show(normalise_ror(other)));
    ASSERT_EQ(has_ror_form(usual), has_ror_form(other));
    found += normalise_ror(usual) ? 1 : 0;
  }
  EXPECT_GT(found, 100);
}

// P51
TEST(NormaliseIsni, IgnoresBlanksAndResolvers) {
  for (const char* good :
       {"0000 0001 2181 7878", "0000-0001-2181-7878", "0000000121817878",
        "https://isni.org/isni/0000000121817878",
        "http://www.isni.org/0000000121817878", "isni:0000000121817878"}) {
    EXPECT_EQ(show(normalise_isni(good)), "0000000121817878") << good;
  }
  EXPECT_EQ(show(normalise_isni("0000000121817879")), "none");
}

TEST(ClassifyOrgId, TellsTheKindByItsForm) {
  const struct {
    const char* text;
    const char* hint;
    OrgIdType type;
    const char* id;
  } rows[] = {
      {"https://ror.org/01an7q238", "", OrgIdType::ror, "01an7q238"},
      {"https://www.grid.ac/institutes/grid.47840.3F", "", OrgIdType::grid,
       "grid.47840.3f"},
      {"https://grid.ac/institutesgrid.47840.3f", "GRID", OrgIdType::grid,
       "grid.47840.3f"},
      {"http://dx.doi.org/10.13039/100000001", "", OrgIdType::fundref,
       "10.13039/100000001"},
      {"501100000780", "Crossref Funder ID", OrgIdType::fundref,
       "10.13039/501100000780"},
      {"501100000780", "", OrgIdType::other, "501100000780"},
      {"https://www.wikidata.org/wiki/Q23548", "", OrgIdType::wikidata,
       "q23548"},
      {"0000 0001 2181 7878", "", OrgIdType::isni, "0000000121817878"},
      {" edmo:3818 ", "OTHER", OrgIdType::other, "edmo:3818"},
      {"", "", OrgIdType::other, ""},
  };
  for (const auto& row : rows) {
    const OrgId id = classify_org_id(row.text, row.hint);
    EXPECT_EQ(id.type, row.type) << row.text;
    EXPECT_EQ(id.identifier, row.id) << row.text;
  }
}

TEST(WorkIds, HaveTheirNormalForms) {
  EXPECT_EQ(show(normalise_openalex("https://openalex.org/w6893908118")),
            "W6893908118");
  EXPECT_EQ(show(normalise_openalex("https://openalex.org/F4320332161", "F")),
            "F4320332161");
  EXPECT_EQ(show(normalise_openalex("https://openalex.org/A1")), "none");
  EXPECT_EQ(show(normalise_pmid("https://pubmed.ncbi.nlm.nih.gov/123")), "123");
  EXPECT_EQ(show(normalise_pmid("https://x.org/PMC123")), "none");
  EXPECT_EQ(show(normalise_pmcid("https://x.org/pmc/articles/123")), "PMC123");
  EXPECT_EQ(show(normalise_pmcid("https://x.org/PMC123")), "PMC123");
  EXPECT_EQ(show(normalise_mag("2741809807")), "2741809807");
}

}  // namespace
}  // namespace dmp::text
