#include "match/linkage_compare.h"

#include "match/linkage_text.h"
#include "match/ror_rows.h"
#include "sql/linkage_keys.h"
#include "text/awards.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dmp::match::linkage {
namespace {

using sql::count_key;
using sql::CountKind;

text::PersonName person(const std::string& given, const std::string& family) {
  text::NameParts parts;
  if (!given.empty()) parts.given = given;
  parts.family = family;
  return text::parse_name(parts).value_or(text::PersonName{});
}

NameLevel level_of(const std::string& plan_given, const std::string& work_given,
                   const std::string& family = "Müller Lüdenscheidt") {
  return compare_names(sql::name_key(person(plan_given, "Muller-Ludenscheidt")),
                       sql::name_key(person(work_given, family)));
}

TEST(CompareNames, FollowsTheTableOfLevels) {
  const struct {
    const char *plan, *work;
    NameLevel level;
  } table[] = {
      {"Ana", "Ana", NameLevel::full},
      {"Ana", "ANA", NameLevel::full},
      {"Ana M.", "Ana M.", NameLevel::full},
      {"Ana", "Ana M.", NameLevel::full},
      {"Ana M.", "Ana K.", NameLevel::middle},
      {"A. M.", "Ana Maria", NameLevel::initial2},
      {"A. M.", "A. K.", NameLevel::none},
      {"A.", "Ana", NameLevel::initial},
      {"Ana", "Anastasia", NameLevel::initial},  // a prefix
      {"Ana", "Alma", NameLevel::none},
      {"Ana", "Bo", NameLevel::none},
  };
  for (const auto& row : table) {
    EXPECT_EQ(level_of(row.plan, row.work), row.level)
        << row.plan << " | " << row.work;
    EXPECT_EQ(level_of(row.work, row.plan), row.level)
        << row.work << " | " << row.plan;
  }
  EXPECT_EQ(level_of("Ana", "Ana", "Muller"), NameLevel::none);
  EXPECT_EQ(level_of("Ana", "", "Muller-Ludenscheidt"), NameLevel::surname);
}

// ------------------------------------------------------- levels of whole pairs

constexpr const char* kOrcid = "0000-0002-1825-0097";
constexpr const char* kOther = "0000-0001-5109-3700";
constexpr const char* kFunder = "https://ror.org/021nxhr62";
constexpr const char* kInstitution = "https://ror.org/05gq02987";

class Pairs : public ::testing::Test {
 protected:
  Pairs() {
    auto& summary = collection_.summary;
    summary.works = 1'000'000;
    summary.author_slots = 5'000'000;
    summary.institution_slots = 2'000'000;
    summary.works_with_award = 400'000;
    summary.works_with_funder = 500'000;
    PlanAuthor author{kOrcid, sql::name_key(person("Ana", "Silva")), 0};
    plan_.authors.push_back(author);
    plan_.funders = {{kFunder, {}, 0}};
    plan_.institutions = {{kInstitution, {}, 0}};
    plan_.families.push_back({{kFunder}, {}, {}});
    want_counts(plan_, collection_.counts);
    set(CountKind::surname_given, 12, "silva", "ana");
    set(CountKind::surname_initial, 800, "silva", "a");
    set(CountKind::surname, 9'000, "silva");
    set(CountKind::funder, 30'000, kFunder);
    set(CountKind::institution, 1'000, kInstitution);
    work_.doi = "10.5555/w";
    work_.title = "A work";
  }

  void set(CountKind kind, std::uint32_t count, std::string_view a,
           std::string_view b = {}) {
    collection_.counts.set(count_key(kind, a, b), count);
  }
  void add_plan_award(const std::string& id, bool strong, std::uint32_t works) {
    plan_.awards.push_back(
        {text::normalise_award(id), strong, sql::award_cores(id), 0, 0});
    set(CountKind::award, works, plan_.awards.back().normalised);
  }
  void add_author(const std::string& given, const std::string& family,
                  std::optional<std::string> orcid = {}) {
    work_.authors.push_back({std::move(orcid), person(given, family)});
  }
  KeyComparison compare() {
    WorkKeys keys(work_, analyser_);
    return compare_keys(plan_, keys, collection_);
  }

  WorkView& view() { return view_.emplace(work_, analyser_); }

  LinkagePlan plan_;
  model::Work work_;
  Collection collection_;
  std::optional<WorkView> view_;
  text::Analyser analyser_;
};

double u_of(double count, double authors) {
  return 1 - std::pow(1 - count / 5e6, authors);
}

TEST_F(Pairs, T01ToT04CountAName) {  // the u of tests 1 to 4
  for (int i = 0; i < 5; ++i) add_author("Zoe", "Other");
  add_author("Ana", "Silva");
  const auto full = compare();
  EXPECT_EQ(full.levels.authors[0].level, NameLevel::full);
  EXPECT_NEAR(full.levels.authors[0].u, u_of(12, 6), 1e-12);
  EXPECT_EQ(full.levels.authors[0].work_author, 5);
  EXPECT_TRUE(full.opens && full.sure_author);

  work_.authors[5].name = person("A.", "Silva");
  const auto initial = compare();
  EXPECT_EQ(initial.levels.authors[0].level, NameLevel::initial);
  EXPECT_NEAR(initial.levels.authors[0].u, u_of(800, 6), 1e-12);
  EXPECT_TRUE(initial.opens && !initial.sure_author);

  work_.authors[5] = {kOrcid, person("Ana", "Silva")};
  EXPECT_EQ(compare().levels.authors[0].level, NameLevel::orcid);
  EXPECT_NEAR(compare().levels.authors[0].u, .002 * u_of(12, 6), 1e-12);

  work_.authors[5].orcid = kOther;
  EXPECT_EQ(compare().levels.authors[0].level, NameLevel::conflict);
  EXPECT_NEAR(compare().levels.authors[0].u, u_of(12, 6), 1e-12);

  work_.authors.pop_back();
  EXPECT_EQ(compare().levels.authors[0].level, NameLevel::none);
  EXPECT_EQ(compare().levels.authors[0].u, 1);
  EXPECT_FALSE(compare().opens);
}

TEST_F(Pairs, TakeTheBestOfTheWorksAuthors) {
  add_author("", "Silva");
  add_author("A.", "Silva");
  add_author("Ana", "Silva");
  EXPECT_EQ(compare().levels.authors[0].level, NameLevel::full);
  EXPECT_EQ(compare().levels.authors[0].work_author, 2);
  add_author("Another", "Name", kOrcid);  // married: the ORCID says who it is
  EXPECT_EQ(compare().levels.authors[0].level, NameLevel::orcid);
  EXPECT_NEAR(compare().levels.authors[0].u, .002, 1e-12);
}

// linkage.md 3: beyond 50,000 a name alone opens nothing.
TEST_F(Pairs, OpenByACommonNameWithSomethingElseOnly) {
  add_author("Ana", "Silva");
  set(CountKind::surname_given, 50'000, "silva", "ana");
  EXPECT_TRUE(compare().opens);
  set(CountKind::surname_given, 50'001, "silva", "ana");
  EXPECT_FALSE(compare().opens);
  EXPECT_TRUE(compare().opens_with_title);
  work_.institutions = {{std::nullopt, kInstitution}};
  EXPECT_TRUE(compare().opens);
  work_.institutions.clear();
  work_.authors[0].orcid = kOrcid;
  EXPECT_TRUE(compare().opens);
  work_.authors[0].orcid.reset();
  plan_.authors.push_back({{}, sql::name_key(person("Bo", "Kelvin")), 1});
  EXPECT_FALSE(compare().opens);
  add_author("Bo", "Kelvin");
  EXPECT_TRUE(compare().opens);
  work_.authors.clear();
  EXPECT_FALSE(compare().opens_with_title);
}

TEST_F(Pairs, OpenByACommonNameWithARareWordInTheTitle) {
  TermTable table;
  std::vector<std::pair<std::string, double>> terms;
  for (int i = 0; i < 20; ++i) {
    const std::string term = "w" + std::to_string(10 + i);
    table[term] = {100 - i, i};
    terms.emplace_back(term, 1);
  }
  plan_.text.rarest = rarest_terms(terms, table);
  ASSERT_EQ(plan_.text.rarest.size(), 12U);
  EXPECT_EQ(plan_.text.rarest.front(), "w18");  // on 92 works; w29 on 81
  work_.title = "Some w17 words";
  work_.abstract_text = "And w29 here";
  EXPECT_FALSE(title_has_rare_term(plan_.text, view()));
  work_.title = "Some W18 words";
  EXPECT_TRUE(title_has_rare_term(plan_.text, view()));
}

TEST(LinkagePlans, CountTheAuthorsBeyondFifty) {
  model::Plan plan;
  for (int i = 0; i < 53; ++i) {
    plan.authors.push_back(
        {std::nullopt,
         person("Ana", "Silva" +
                           std::string(1, static_cast<char>('a' + i % 26)) +
                           (i < 26   ? "x"
                            : i < 52 ? "y"
                                     : "z"))});
  }
  plan.authors.push_back(plan.authors[52]);  // twice: one author
  const FunderFamilies families;
  const LinkagePlan made =
      make_linkage_plan(plan, make_query(plan, {}, families), {}, families);
  EXPECT_EQ(made.authors.size(), kMostAuthors);
  EXPECT_EQ(made.more_authors, 3);
}

TEST_F(Pairs, CompareAwardsByLevel) {
  const struct {
    const char *plan, *work;
    const char* funder;  // of the work's award; "" = not said
    bool strong;
    AwardLevel level;
  } table[] = {
      {"PHY-1401829", "PHY-1401829", "", true, AwardLevel::full_strong},
      {"1401829", "1401829", kFunder, false, AwardLevel::full_agree},
      {"1401829", "1401829", "", false, AwardLevel::full_unknown},
      {"1401829", "1401829", kInstitution, false, AwardLevel::full_disagree},
      {"R01GM123456", "5R01GM123456-03", kFunder, true, AwardLevel::core_agree},
      {"R01GM123456", "5R01GM123456-03", "", true, AwardLevel::core_unknown},
      {"R01GM123456", "5R01GM123456-03", kInstitution, true,
       AwardLevel::core_disagree},
      {"AB/X7Y/98", "AB/X7Y/89", kFunder, true, AwardLevel::fuzzy},
      {"AB/X7Y/98", "AB/X7Y/89", "", true, AwardLevel::other},
      {"1401829", "9999999", kFunder, false, AwardLevel::other},
  };
  for (const auto& row : table) {
    plan_.awards.clear();
    add_plan_award(row.plan, row.strong, 2);
    work_.awards = {{row.work, {}, {}}};
    if (row.funder[0] != '\0') work_.awards[0].funder_rors = {row.funder};
    EXPECT_EQ(compare().levels.award, row.level) << row.plan << " " << row.work;
  }
}

TEST_F(Pairs, CountAwards) {
  EXPECT_EQ(compare().levels.award, AwardLevel::unusable);
  add_plan_award("PHY-1401829", true, 2);
  EXPECT_EQ(compare().levels.award, AwardLevel::none);
  EXPECT_NEAR(compare().levels.award_u, .6, 1e-12);
  work_.awards = {{"SOMETHING-ELSE-77", {}, {}}};
  EXPECT_EQ(compare().levels.award, AwardLevel::other);
  EXPECT_NEAR(compare().levels.award_u, .4, 1e-12);
  work_.awards.push_back({"PHY1401829", {}, {}});
  EXPECT_NEAR(compare().levels.award_u, 2e-6, 1e-15);
  EXPECT_TRUE(compare().opens);
  // A programme's number stands on thousands of works and opens no pair.
  set(CountKind::award, 3'000, plan_.awards[0].normalised);
  EXPECT_NEAR(compare().levels.award_u, 3e-3, 1e-12);
  EXPECT_FALSE(compare().opens);
}

TEST_F(Pairs, CompareFundersAndInstitutions) {
  EXPECT_EQ(compare().levels.funder, Agreement::missing);
  EXPECT_EQ(compare().levels.institution, Agreement::missing);
  work_.funders = {{"A funder", kInstitution}};
  work_.institutions = {{"One", kFunder}, {"Two", "https://ror.org/03yrm5c26"}};
  auto found = compare().levels;
  EXPECT_EQ(found.funder, Agreement::disagree);
  EXPECT_NEAR(found.funder_u, 1 - .06, 1e-12);
  EXPECT_EQ(found.institution, Agreement::disagree);
  const double pi = 1'000 / 2e6;
  EXPECT_NEAR(found.institution_u, std::pow(1 - pi, 2), 1e-12);
  work_.funders.push_back({"The funder", kFunder});
  work_.institutions.push_back({"Three", kInstitution});
  found = compare().levels;
  EXPECT_EQ(found.funder, Agreement::agree);
  EXPECT_NEAR(found.funder_u, .06, 1e-12);
  EXPECT_EQ(found.institution, Agreement::agree);
  EXPECT_NEAR(found.institution_u, 1 - std::pow(1 - pi, 3), 1e-12);
}

// A plan and works that name an organisation by its ROR, by a name that its ROR
// alone bears, or by one that others bear too (linkage.md 4.4 and 9).
TEST_F(Pairs, KnowOrganisationsByTheNamesTheyAloneBear) {
  RorRow house{"0house", "House of Kelp"}, hall{"0hall", "Hall of Kelp"};
  house.aliases = {"Kelp House"};
  house.acronyms = {"HoK"};
  hall.acronyms = {"HoK"};
  auto families = families_of({house, hall});
  families.index_names();
  const auto plan_of = [&](std::optional<std::string> name,
                           std::optional<std::string> ror) {
    model::Plan plan;
    plan.institutions = {{std::move(name), std::move(ror)}};
    const SearchOptions options;
    plan_ = make_linkage_plan(plan, make_query(plan, options, families),
                              options, families);
    want_counts(plan_, collection_.counts);
    set(CountKind::institution, 900, "0house");
    set(CountKind::institution, 90, "kelp house");
    set(CountKind::institution, 9, "house of kelp");
    set(CountKind::institution, 7, "hok");
  };
  const auto said = [&](const char* name, const char* ror) {
    work_.institutions = {{std::string(name), std::nullopt}};
    if (ror != nullptr) work_.institutions[0].ror = ror;
    return compare().levels;
  };
  using A = Agreement;
  plan_of("Kelp House", std::nullopt);
  EXPECT_EQ(said("Kelp House", nullptr).institution, A::agree);
  EXPECT_EQ(said("House of Kelp", nullptr).institution, A::agree);
  EXPECT_EQ(said("Another spelling", "0house").institution, A::agree);
  EXPECT_EQ(said("Kelp House", "0hall").institution, A::disagree);
  EXPECT_EQ(said("HoK", nullptr).institution, A::disagree);
  EXPECT_NEAR(said("Kelp House", nullptr).institution_u, 999 / 2e6, 1e-9);

  plan_of(std::nullopt, "0house");
  EXPECT_EQ(said("KELP HOUSE", nullptr).institution, A::agree);
  EXPECT_EQ(said("Kelp House", "0hall").institution, A::disagree);

  // Whose acronym it is nobody knows, so it neither agrees nor disagrees with
  // one that bears it and goes by its ROR.
  plan_of("HoK", std::nullopt);
  EXPECT_EQ(said("HoK", "0house").institution, A::missing);
  EXPECT_EQ(said("House of Kelp", "0house").institution, A::disagree);
  EXPECT_EQ(said("HoK", nullptr).institution, A::agree);
  EXPECT_NEAR(said("HoK", nullptr).institution_u, 7 / 2e6, 1e-9);
}

TEST_F(Pairs, SayNothingOfTheTextOfAWorkThatHasNone) {
  plan_.text.terms = {{"kelp", 2}};
  plan_.text.mean = {1, 1};
  const auto text_of = [&] {
    WorkView view(work_, analyser_);
    Levels levels = compare().levels;
    compare_text(plan_, view, 10, TextChance{}, levels);
    return levels.text_bin;
  };
  work_.title = "Sand";
  EXPECT_EQ(text_of(), static_cast<int>(text_bin(-1)));
  for (const char* title : {"", "—"}) {
    work_.title = title;
    EXPECT_EQ(text_of(), -1) << title;
  }
  work_.abstract_text = "Sand";
  EXPECT_GE(text_of(), 0);
}

TEST_F(Pairs, OpenByFundedAndRelatedDois) {
  plan_.funded_dois = {"10.5555/v", "10.5555/w"};
  EXPECT_TRUE(compare().opens && compare().levels.funded);
  EXPECT_NEAR(compare().levels.funded_u, 2e-6, 1e-15);
  plan_.funded_dois.clear();
  plan_.outputs = {"10.5555/known"};
  EXPECT_FALSE(compare().opens);
  work_.dataset_citation_dois = {"10.5555/known"};
  EXPECT_EQ(compare().levels.relation, RelationLevel::dataset_citation);
  work_.possible_shared_project_dois = {"10.5555/known"};
  EXPECT_EQ(compare().levels.relation, RelationLevel::shared_project);
  work_.intra_work_dois = {"10.5555/known"};
  EXPECT_EQ(compare().levels.relation, RelationLevel::intra_work);
  EXPECT_TRUE(compare().opens);
}

// No value of a work, however odd, gives a weight that is no number.
TEST_F(Pairs, HaveFiniteWeightsWhateverTheCounts) {
  add_plan_award("PHY-1401829", true, 4'000'000'000);
  set(CountKind::surname_given, 4'000'000'000, "silva", "ana");
  set(CountKind::funder, 4'000'000'000, kFunder);
  set(CountKind::institution, 4'000'000'000, kInstitution);
  add_author("Ana", "Silva");
  work_.awards = {{"PHY-1401829", {}, {}}};
  work_.funders = {{"The funder", kFunder}};
  work_.institutions = {{"Three", kInstitution}};
  for (const bool empty : {false, true}) {
    if (empty) collection_.summary = {};
    const auto found = compare();
    const Model model;
    const double odds =
        score(weigh(found.levels, model).sum(), found.levels, model).log_odds;
    EXPECT_TRUE(std::isfinite(odds)) << empty;
  }
}

}  // namespace
}  // namespace dmp::match::linkage
