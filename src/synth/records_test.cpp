#include "synth/records.h"

#include "synth/inverted_index.h"
#include "synth/plans.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <functional>
#include <map>
#include <set>
#include <string>

namespace dmp::synth {
namespace {

using Element = simdjson::dom::element;
constexpr text::Day kToday = 20'454;  // 2026-01-01

World make_world(const std::vector<std::string>& settings = {}) {
  return World(3, {2000, 100, 6, 6}, *make_knobs(Noise::typical, settings),
               kToday);
}

// The members of a record and their text; those of `attributes`, `dmp` and the
// like one level deeper. Empty: no JSON object.
std::map<std::string, std::string> members_of(std::string json) {
  // A lone surrogate is JSON, but this parser will not have it.
  for (std::size_t at = 0; (at = json.find("\\ud800")) != std::string::npos;)
    json[at + 2] = 'c';
  std::map<std::string, std::string> members;
  simdjson::dom::parser parser;
  Element document;
  simdjson::dom::object object;
  if (parser.parse(json).get(document) || document.get(object)) return members;
  for (const auto field : object) {
    simdjson::dom::object below;
    const std::string key(field.key);
    if ((key == "attributes" || key == "dmp") && !field.value.get(below)) {
      for (const auto inner : below)
        members[std::string(inner.key)] = simdjson::minify(inner.value);
    } else {
      members[key] = simdjson::minify(field.value);
    }
  }
  return members;
}

std::set<std::string> differences(const std::string& a, const std::string& b) {
  const auto some = members_of(a), others = members_of(b);
  std::set<std::string> names;
  for (const auto& [name, text] : some)
    if (!others.contains(name) || others.at(name) != text) names.insert(name);
  for (const auto& [name, text] : others)
    if (!some.contains(name)) names.insert(name);
  return names;
}

enum class In { openalex, crossref, datacite };

std::string record_of(In in, const World& world, const Work& work,
                      std::optional<Oddity> odd) {
  std::string out;
  const Record record{world, work, odd,
                      Random(child(work.key, static_cast<std::uint64_t>(in)))};
  if (in == In::openalex) append_openalex(record, kToday, false, out);
  if (in == In::crossref) append_crossref(record, out);
  if (in == In::datacite) append_datacite(record, out);
  return out;
}

bool is_in(In in, const Work& work) {
  return in == In::openalex   ? work.in_openalex
         : in == In::crossref ? work.in_crossref
                              : work.in_datacite;
}

template <class Take>
void for_some_works(const World& world, In in, Take take) {
  Work work;
  for (std::uint64_t slot = 0; slot < world.works(); slot += 5) {
    make_work(world, slot, Texts::with, work);
    if (is_in(in, work)) take(std::as_const(work));
  }
}

// Members an oddity may change when it changes many.
bool changes_the_form(Oddity odd) {
  return odd == Oddity::oa_slim || odd == Oddity::oa_nulls ||
         odd == Oddity::oa_raw_venue || odd == Oddity::oa_award_lists ||
         odd == Oddity::oa_unknown_keys || odd == Oddity::dc_slim ||
         odd == Oddity::dc_objects || odd == Oddity::dc_nulls;
}

void check_oddities(In in, OddityRange range) {
  const World world = make_world({"no_abstract=0", "no_funding=0"});
  for (auto i = static_cast<int>(range.first);
       i <= static_cast<int>(range.last); ++i) {
    const auto odd = static_cast<Oddity>(i);
    std::set<std::string> changed;
    for_some_works(world, in, [&](const Work& work) {
      const std::string plain = record_of(in, world, work, {}),
                        made = record_of(in, world, work, odd);
      EXPECT_EQ(made.find('\n'), made.size() - 1) << oddity_name(odd);
      ASSERT_FALSE(members_of(made).empty()) << oddity_name(odd) << made;
      changed.merge(differences(plain, made));
    });
    EXPECT_FALSE(changed.empty()) << oddity_name(odd) << " changes nothing";
    std::string names;
    for (const std::string& name : changed) names += name + " ";
    EXPECT_TRUE(changes_the_form(odd) || changed.size() <= 4)
        << oddity_name(odd) << ": " << names;
    const bool identity = changed.contains("doi") || changed.contains("DOI");
    EXPECT_EQ(identity, odd == Oddity::oa_doi_form) << oddity_name(odd);
  }
}

TEST(OpenAlexOddities, AreJsonAndChangeOnlyTheirPart) {
  check_oddities(In::openalex, kOpenAlexOddities);
}
TEST(CrossrefOddities, AreJsonAndChangeOnlyTheirPart) {
  check_oddities(In::crossref, kCrossrefOddities);
}
TEST(DataCiteOddities, AreJsonAndChangeOnlyTheirPart) {
  check_oddities(In::datacite, kDataCiteOddities);
}

std::string plan_line(bool madmp, const World& world, const Plan& plan,
                      std::optional<Oddity> odd) {
  std::string out;
  if (madmp)
    append_madmp(world, plan, odd, out);
  else
    append_export_line(world, plan, odd, out);
  return out;
}

void check_plan_oddities(bool madmp, OddityRange range) {
  const World world = make_world();
  for (auto i = static_cast<int>(range.first);
       i <= static_cast<int>(range.last); ++i) {
    const auto odd = static_cast<Oddity>(i);
    bool changed = false;
    for (std::uint32_t p = 0; p < world.plans(); ++p) {
      const Plan plan = world.plan(p);
      const std::string plain = plan_line(madmp, world, plan, {});
      std::string made = plan_line(madmp, world, plan, odd);
      changed |= made != plain;
      if (odd == Oddity::ex_duplicate) made.erase(0, made.find('\n') + 1);
      const auto members = members_of(made);
      ASSERT_TRUE(members.contains("dmp_id")) << oddity_name(odd) << made;
      std::string id = members.at("dmp_id");
      for (char& c : id) c = static_cast<char>(std::tolower(c));
      EXPECT_NE(id.find(plan.doi.substr(9)), std::string::npos) << made;
    }
    EXPECT_TRUE(changed) << oddity_name(odd);
  }
}

TEST(ExportOddities, KeepThePlansDoi) {
  check_plan_oddities(false, kExportOddities);
}
TEST(MadmpOddities, KeepThePlansDoi) {
  check_plan_oddities(true, kMadmpOddities);
}

TEST(Strays, AreJsonWithoutWhatARecordNeeds) {
  const World world = make_world();
  Work work;
  make_work(world, 0, Texts::with, work);
  const auto stray = [&](auto append, Oddity odd) {
    std::string out;
    append(Record{world, work, odd, Random(1)}, out);
    return members_of(out);
  };
  const auto openalex = [](Record record, std::string& out) {
    append_openalex_stray(record, kToday, out);
  };
  EXPECT_EQ(stray(openalex, Oddity::oa_stray_no_doi)["doi"], "null");
  EXPECT_EQ(stray(openalex, Oddity::oa_stray_no_id)["id"], "null");
  EXPECT_GT(stray(openalex, Oddity::oa_stray_long_doi)["doi"].size(), 512u);
  EXPECT_FALSE(
      stray(append_crossref_stray, Oddity::cr_stray_no_doi).contains("DOI"));
  EXPECT_EQ(stray(append_datacite_stray, Oddity::dc_stray_no_doi)["doi"],
            "null");
  EXPECT_EQ(stray(append_datacite_stray, Oddity::dc_stray_draft)["state"],
            "\"draft\"");
}

// Each knob of the raw forms changes its own members.
struct Effect {
  In in;
  const char* setting;
  std::set<std::string> changes;
};

TEST(RecordKnobs, ChangeWhatTheyNameAndNothingElse) {
  const Effect effects[] = {
      {In::openalex,
       "old_generation=1",
       {"grants", "awards", "funders", "is_xpac", "ids", "updated_date",
        "primary_location", "authorships"}},
      {In::openalex, "org_variant=1", {"authorships"}},
      {In::openalex, "org_unidentified=1", {"authorships"}},
      {In::openalex, "funder_unidentified=1", {"funders"}},
      {In::crossref, "funder_unidentified=1", {"funder"}},
      {In::crossref, "org_variant=1", {"author"}},
      {In::datacite, "no_name_type=1", {"creators"}},
      {In::datacite,
       "late_registration=1",
       {"created", "registered", "updated"}},
      {In::datacite, "org_unidentified=1", {"creators", "contributors"}},
      {In::datacite, "org_variant=1", {"creators", "contributors"}},
      {In::datacite, "funder_unidentified=1", {"fundingReferences"}}};
  const World plain = make_world();
  for (const Effect& effect : effects) {
    const World other = make_world({effect.setting});
    std::set<std::string> changed;
    for_some_works(plain, effect.in, [&](const Work& work) {
      changed.merge(differences(record_of(effect.in, plain, work, {}),
                                record_of(effect.in, other, work, {})));
    });
    EXPECT_FALSE(changed.empty()) << effect.setting;
    for (const std::string& name : changed)
      EXPECT_TRUE(effect.changes.contains(name))
          << effect.setting << " changes " << name;
  }
}

// The knobs of maDMPs name more, and leave all else as it is.
TEST(PlanKnobs, AddAwardsAndDataSetsToMadmps) {
  const World plain = make_world();
  const auto changed = [&](const World& other, const std::string& part) {
    std::size_t longer = 0;
    for (std::uint32_t p = 0; p < plain.plans(); ++p) {
      const Plan plan = plain.plan(p);
      const std::string before = plan_line(true, plain, plan, {}),
                        after = plan_line(true, other, plan, {});
      EXPECT_EQ(plan_line(false, plain, plan, {}),
                plan_line(false, other, plan, {}))
          << "the export";
      if (before == after) continue;
      EXPECT_EQ(differences(before, after), (std::set<std::string>{part}));
      EXPECT_GT(after.size(), before.size());
      ++longer;
    }
    return longer;
  };
  EXPECT_GT(changed(make_world({"plan_renewals=1"}), "project"), 30u);
  EXPECT_GT(changed(make_world({"plan_data_sets=1"}), "dataset"), 30u);
}

TEST(OpenAlexRecords, AreOfBothGenerations) {
  const World world = make_world({"old_generation=.4"});
  int grants = 0, awards = 0;
  for_some_works(world, In::openalex, [&](const Work& work) {
    const auto members = members_of(record_of(In::openalex, world, work, {}));
    EXPECT_FALSE(members.contains("grants") && members.contains("awards"));
    EXPECT_EQ(members.contains("is_xpac"),
              !(members.contains("grants") || !members.contains("is_xpac")));
    (members.contains("is_xpac") ? awards : grants)++;
  });
  EXPECT_GT(grants, 60);
  EXPECT_GT(awards, 120);
}

TEST(DataCiteRecords, HaveCreatorsWithoutNameType) {
  const World world = make_world({"no_name_type=.5"});
  int typed = 0, untyped = 0;
  for_some_works(world, In::datacite, [&](const Work& work) {
    const auto creators =
        members_of(record_of(In::datacite, world, work, {})).at("creators");
    (creators.find("Personal") != std::string::npos ? typed : untyped)++;
  });
  EXPECT_NEAR(typed / static_cast<double>(typed + untyped), .5, .12);
}

TEST(InvertedIndex, HoldsEveryWordAtItsPlaces) {
  InvertedIndex index;
  std::string out;
  index.build("a bb  a\ncc", 0);
  index.write(false, out);
  EXPECT_EQ(out, R"({"a":[0,2],"bb":[1],"cc":[3]})");
}

TEST(InvertedIndex, LeavesGapsAndJoinsWordsWhenAsked) {
  InvertedIndex index;
  std::string out;
  index.build("a b c d e", 2);
  index.write(false, out);
  EXPECT_EQ(out, R"({"a":[0],"b c":[1],"":[3,8],"d":[5],"e":[6]})");
}

}  // namespace
}  // namespace dmp::synth
