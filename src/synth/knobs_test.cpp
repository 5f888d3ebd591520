#include "synth/knobs.h"

#include "synth/plans.h"
#include "synth/works.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>

namespace dmp::synth {
namespace {

// What a world says of itself, by the part that says it.
using Facts = std::map<std::string, std::string>;

void add(Facts& facts, const std::string& name, const std::string& text) {
  (facts[name] += text) += '|';
}

void add_authors(Facts& facts, const std::string& whose,
                 const std::vector<Author>& authors) {
  for (const Author& author : authors) {
    add(facts, whose + " authors", std::to_string(author.person));
    add(facts, whose + " names",
        display_name(author.name, NameForm::full, false));
    add(facts, whose + " orcids", author.orcid);
    for (const std::uint32_t org : author.institutions)
      add(facts, whose + " institutions", std::to_string(org));
  }
}

void add_funding(Facts& facts, const std::string& whose,
                 const std::vector<Funding>& funding) {
  for (const Funding& one : funding) {
    add(facts, whose + " funders", std::to_string(one.funder));
    add(facts, whose + " awards", one.award);
  }
}

void add_work(Facts& facts, const Work& work) {
  add(facts, "doi", work.doi);
  add(facts, "type", std::to_string(static_cast<int>(work.type)));
  add(facts, "role", std::string(role_name(work.role)));
  add(facts, "title", work.title);
  add(facts, "abstract", work.abstract);
  add(facts, "date", std::to_string(work.date));
  add(facts, "precision", std::to_string(static_cast<int>(work.date_form)));
  add(facts, "name form", work.name_form == NameForm::full ? "full" : "short");
  add(facts, "accents", work.ascii_names ? "without" : "with");
  add(facts, "sources",
      std::to_string(work.in_openalex) + std::to_string(work.in_crossref) +
          std::to_string(work.in_datacite));
  add(facts, "xpac", work.xpac ? "yes" : "no");
  for (const Relation& relation : work.relations)
    add(facts, "relations", relation.doi);
  add_authors(facts, "work", work.authors);
  add_funding(facts, "work", work.funding);
}

Facts facts_of(const std::vector<std::string>& settings) {
  const auto knobs = make_knobs(Noise::typical, settings);
  const World world(7, {1500, 60, 6, 6}, *knobs, 20'000);
  Facts facts;
  Work work;
  for (std::uint64_t slot = 0; slot < world.works(); slot += 2) {
    make_work(world, slot, Texts::with, work);
    add_work(facts, work);
  }
  for (std::uint32_t p = 0; p < world.plans(); ++p) {
    const Plan plan = world.plan(p);
    add(facts, "plan doi", plan.doi);
    add(facts, "plan title", plan.title);
    add(facts, "plan description", plan.description);
    add(facts, "plan start", std::to_string(plan.project.start));
    add(facts, "plan end", std::to_string(plan.end));
    add(facts, "plan status", std::string(plan.status));
    add(facts, "plan call", plan.opportunity);
    add_authors(facts, "plan", plan.authors);
    add_funding(facts, "plan", plan.funding);
    add(facts, "outputs", std::to_string(world.outputs(p)));
  }
  return facts;
}

std::set<std::string> differences(const Facts& a, const Facts& b) {
  std::set<std::string> names;
  for (const auto& [name, text] : a)
    if (!b.contains(name) || b.at(name) != text) names.insert(name);
  for (const auto& [name, text] : b)
    if (!a.contains(name)) names.insert(name);
  return names;
}

TEST(Knobs, AreThePresetUnlessSet) {
  const auto clean = make_knobs(Noise::clean, {}),
             poor = make_knobs(Noise::poor, {});
  ASSERT_TRUE(clean && poor);
  EXPECT_LT(clean->no_abstract, poor->no_abstract);
  const std::vector<std::string> settings{"orcid=1", "odd_oa_nulls=0",
                                          "orcid=0.25"};
  const auto set = make_knobs(Noise::clean, settings);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->orcid, .25);
  EXPECT_EQ(set->odd[static_cast<std::size_t>(Oddity::oa_nulls)], 0);
  EXPECT_EQ(set->no_abstract, clean->no_abstract);
}

TEST(Knobs, AreRefusedWithAReason) {
  const std::pair<const char*, const char*> cases[] = {
      {"orcid", "NAME=VALUE expected"},
      {"orcid=", "a number from 0 to 1"},
      {"orcid=1.5", "a number from 0 to 1"},
      {"orcid=-1", "a number from 0 to 1"},
      {"orcid=nan", "a number from 0 to 1"},
      {"orcid=.5x", "a number from 0 to 1"},
      {"miss_name=1001", "a number from 0 to 1000"},
      {"orchid=1", "unknown knob 'orchid'; the knobs are"}};
  for (const auto& [setting, message] : cases) {
    const auto knobs =
        make_knobs(Noise::typical, std::vector<std::string>{setting});
    ASSERT_FALSE(knobs) << setting;
    EXPECT_EQ(knobs.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(knobs.error().message.find(message), std::string::npos)
        << knobs.error().message;
  }
}

TEST(Knobs, OfEveryOddityHaveANameOfTheirOwn) {
  std::set<std::string_view> names;
  const std::string help = knob_help();
  for (std::size_t i = 0; i < kOddities; ++i) {
    const std::string_view name = oddity_name(static_cast<Oddity>(i));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_NE(help.find(name), std::string::npos);
  }
}

struct Effect {
  const char* setting;
  std::set<std::string> changes;
};

// A share at its end or a weight: what it names changes, and nothing else.
TEST(Knobs, ChangeWhatTheyNameAndNothingElse) {
  const std::set<std::string> plan_people{"plan authors", "plan names",
                                          "plan orcids", "plan institutions"};
  // Of near misses and hidden teams, which are made from what the plan says.
  std::set<std::string> people = plan_people;
  people.insert(
      {"work authors", "work names", "work orcids", "work institutions"});
  const Effect effects[] = {
      {"orcid=0", {"work orcids"}},
      {"initials=1", {"name form"}},
      {"ascii_names=1", {"accents"}},
      {"no_abstract=1", {"abstract"}},
      {"no_affiliation=1", {"work institutions"}},
      {"no_funding=1", {"work funders", "work awards"}},
      {"funder_only=1", {"work awards"}},
      {"award_mangled=1", {"work awards"}},
      {"funder_family=1", {"work funders"}},
      {"coarse_date=1", {"precision"}},
      {"xpac=1", {"xpac"}},
      {"abstract_words=40", {"abstract"}},
      {"person_orcid=0", {"work orcids", "plan orcids"}},
      {"common_names=1", {"work names", "plan names"}},
      {"several_institutions=1", {"work institutions", "plan institutions"}},
      {"moved=1", {"work institutions"}},
      {"plan_orcid=0", {"plan orcids"}},
      {"plan_no_description=1", {"plan description"}},
      {"plan_no_award=1", {"plan awards", "plan status"}},
      {"plan_filler_award=1", {"plan awards"}},
      {"plan_no_funder=1",
       {"plan awards", "plan funders", "plan status", "plan call"}},
      {"plan_inferred_end=1", {"plan end", "date"}},
      {"one_author_plans=1", people},
      {"outsiders=1", people},
      {"hidden_team=1",
       {"work authors", "work names", "work orcids", "work institutions"}},
      {"late_outputs=1", {"date"}},
      {"early_outputs=1", {"date"}},
      {"topic_drift=1", {"title", "abstract"}},
      {"near_topic=1", {"title", "abstract"}},
      {"keep_team=1",
       {"work authors", "work names", "work orcids", "work institutions"}},
      {"keep_funder=1", {"work funders", "work awards"}},
      {"keep_award=1", {"work funders", "work awards"}},
      // Seen in raw records or files only.
      {"funder_unidentified=1", {}},
      {"org_variant=1", {}},
      {"org_unidentified=1", {}},
      {"duplicate=1", {}},
      {"no_name_type=1", {}},
      {"old_generation=1", {}},
      {"late_registration=1", {}},
      {"plan_records=1", {}},
      {"funder_lists=1", {}},
      {"registry_litter=0", {}},
      {"file_members=0", {}},
      {"odd_oa_nulls=0", {}}};
  const Facts before = facts_of({});
  for (const Effect& effect : effects) {
    const auto changed = differences(before, facts_of({effect.setting}));
    for (const std::string& name : changed)
      EXPECT_TRUE(effect.changes.contains(name))
          << effect.setting << " changes " << name;
    EXPECT_EQ(changed.empty(), effect.changes.empty()) << effect.setting;
  }
}

}  // namespace
}  // namespace dmp::synth
