#include "text/organisation.h"

#include <gtest/gtest.h>

namespace dmp::text {
namespace {

CreatorHint named(std::string_view name, std::string_view type = "") {
  CreatorHint hint;
  hint.name = name;
  hint.name_type = type;
  return hint;
}

// Source: records.md 1.7; P04.
TEST(ClassifyCreator, AppliesTheRulesInOrder) {
  const struct {
    CreatorHint hint;
    NameHolder holder;
  } rows[] = {
      {named("Carberry, Josiah", "Organizational"), NameHolder::organisation},
      {named("Carberry, Josiah", "Personal"), NameHolder::person},
      {named("Intergovernmental Panel on Climate Change", "Personal"),
       NameHolder::organisation},
      {named("Faculty Libraries", "Personal"), NameHolder::organisation},
      {named("Carberry, Josiah"), NameHolder::person},
      {named("Universidade de S\u00e3o Paulo"), NameHolder::organisation},
      {named("GLIS Of The ITPGRFA"), NameHolder::organisation},
      {named("OECD"), NameHolder::organisation},
      {named("zenodo.org"), NameHolder::organisation},
      {named("Agnes Martin"), NameHolder::person},
      {named("one two three four five six"), NameHolder::organisation},
      {named("Technische Hochschule"), NameHolder::organisation},
      {named("Dr. Kelp-Sternwarte Tangstadt"), NameHolder::organisation},
      {named("Monitoring Task Force"), NameHolder::organisation},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(classify_creator(row.hint), row.holder) << row.hint.name;
  }
}

TEST(ClassifyCreator, TakesPartsOrAnOrcidForAPerson) {
  CreatorHint hint = named("Library");
  hint.given = "Ana";
  hint.family = "Library";
  EXPECT_EQ(classify_creator(hint), NameHolder::person);
  CreatorHint orcid = named("Press");
  orcid.has_valid_orcid = true;
  EXPECT_EQ(classify_creator(orcid), NameHolder::person);
  CreatorHint ror = named("Smith, Ana", "Personal");
  ror.has_org_identifier = true;
  EXPECT_EQ(classify_creator(ror), NameHolder::organisation);
}

CreatorHint parted(std::string_view given, std::string_view family) {
  CreatorHint hint = named(family, "Personal");
  hint.given = given;
  hint.family = family;
  return hint;
}

// Real forms; docs/formats.md.
TEST(ClassifyCreator, KnowsAnOrganisationThatWasCutLikeAName) {
  const CreatorHint organisations[] = {
      parted("", "Intergovernmental Panel on Kelp"),
      parted("University Of Kelp", "Data Center"),
      parted("The Kelp Town", "Library"),
      parted("the KELP", "collaboration"),
      parted("Washington", "North Kelp National Laboratory"),
  };
  for (const auto& hint : organisations) {
    EXPECT_EQ(classify_creator(hint), NameHolder::organisation)
        << hint.given << "/" << hint.family;
  }
  const CreatorHint people[] = {
      parted("Victor A.", "Torres-Company"),
      parted("Anna Maria", "Bank"),
      parted("Ag. M.", "Kelp"),
      parted("Jan", "van der Bank"),
      parted("", "Carberry"),
      named("Silva, Ana (Kelp University)", "Personal"),
      named("Ana M. Silva (Kelp University In St. Louis"),
      named("N.RAMAMOORTHY"),
      named("Snow [Photographer]"),
  };
  for (const auto& hint : people) {
    EXPECT_EQ(classify_creator(hint), NameHolder::person)
        << hint.given << "/" << hint.family << "/" << hint.name;
  }
  CreatorHint orcid = parted("University Of Kelp", "Data Center");
  orcid.has_valid_orcid = true;
  EXPECT_EQ(classify_creator(orcid), NameHolder::person);
}

}  // namespace
}  // namespace dmp::text
