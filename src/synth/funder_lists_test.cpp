#include "synth/funder_lists.h"

#include "dmps/external_data.h"
#include "storage/manifest.h"
#include "synth/works.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>

namespace dmp::synth {
namespace {

namespace fs = std::filesystem;
constexpr text::Day kToday = 20'454;  // 2026-01-01

World make_world(const std::vector<std::string>& settings) {
  return World(3, {20'000, 200, 6, 6}, *make_knobs(Noise::typical, settings),
               kToday);
}

// How many works a world's funders list, and could, by role.
struct Count {
  int of = 0, listed = 0;
  double share() const { return listed / static_cast<double>(of); }
};
std::map<Role, Count> count_listed(const World& world) {
  std::map<Role, Count> counts;
  for (std::uint32_t p = 0; p < world.plans(); ++p) {
    const Plan plan = world.plan(p);
    const auto row = funder_list(world, p);
    std::set<std::string> dois;
    if (row)
      dois.insert(row->awards.at(0).funded_dois.begin(),
                  row->awards.at(0).funded_dois.end());
    const bool names_award =
        !plan.funding.empty() &&
        plan.funding[0].award == plan.project.funding[0].award;
    EXPECT_TRUE(names_award || dois.empty()) << plan.doi;
    if (!names_award) continue;
    for (std::uint64_t i = 0; i < world.slots(p); ++i) {
      const std::uint64_t slot = world.first_slot(p) + i;
      Count& count = counts[role_of_slot(world, slot)];
      ++count.of;
      count.listed += static_cast<int>(dois.erase(doi_of_slot(world, slot)));
    }
    EXPECT_TRUE(dois.empty()) << "works of other plans";
  }
  return counts;
}

TEST(FunderLists, NameAShareOfTheOutputs) {
  for (const double share : {.3, .8}) {
    auto counts = count_listed(
        make_world({"funder_lists=" + std::to_string(share), "keep_award=0"}));
    EXPECT_GT(counts[Role::output].of, 500);
    EXPECT_NEAR(counts[Role::output].share(), share, .06);
    for (const auto& [role, count] : counts)
      EXPECT_EQ(count.listed > 0, role == Role::output) << role_name(role);
  }
}

// As real ones do: the award paid for more than what the plan is about.
TEST(FunderLists, NameOtherWorkOfTheTeamOnTheSameAward) {
  auto counts = count_listed(make_world({"funder_lists=.5", "keep_award=.2"}));
  EXPECT_NEAR(counts[Role::same_team].share(), .1, .03);
  EXPECT_NEAR(counts[Role::output].share(), .5, .06);
  EXPECT_EQ(counts[Role::shared_award].listed, 0) << "another funder's";
}

TEST(FunderLists, AreOfTheAwardAsThePlanHasIt) {
  const World world = make_world({"funder_lists=1"});
  std::set<std::string> classes;
  for (std::uint32_t p = 0; p < world.plans(); ++p) {
    const auto row = funder_list(world, p);
    if (!row) continue;
    const Plan plan = world.plan(p);
    EXPECT_EQ(row->doi, plan.doi);
    ASSERT_EQ(row->awards.size(), 1U);
    const auto& id = row->awards[0].id;
    classes.insert(id.award_class);
    std::map<std::string, std::string> parts;
    for (const auto& part : id.parts) parts[part.type] = *part.value;
    EXPECT_EQ(parts.at("text"), plan.funding[0].award);
    if (parts.contains("serial_number")) {
      EXPECT_EQ(parts.at("activity_code") + parts.at("institute_code") +
                    parts.at("serial_number"),
                parts.at("text"));
    }
    EXPECT_EQ(row->awards[0].funder_ror,
              world.organisations()[plan.funding[0].funder].ror);
  }
  EXPECT_EQ(classes,
            (std::set<std::string>{"dmpworks.funders.nih_award_id.NIHAwardID",
                                   "dmpworks.funders.nsf_award_id.NSFAwardID",
                                   "generic"}));
}

TEST(FunderLists, AreAStageThatEnrichmentMightHaveMade) {
  const World world = make_world({"funder_lists=.5"});
  std::vector<std::uint32_t> plans(world.plans());
  std::iota(plans.begin(), plans.end(), 0U);
  std::vector<model::ExternalData> expected;
  for (const std::uint32_t plan : plans)
    if (auto row = funder_list(world, plan)) expected.push_back(*row);
  std::sort(expected.begin(), expected.end(),
            [](const auto& a, const auto& b) { return a.doi < b.doi; });
  const fs::path dir = fs::temp_directory_path() /
                       ("funder_lists_" + std::to_string(::getpid()));
  ASSERT_TRUE(write_funder_lists(world, plans, dir));
  const auto table = dmps::read_external_data(dir);
  const auto manifest = storage::read_manifest(dir);
  fs::remove_all(dir);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->rows, expected);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->stage, dmps::kEnrichmentStage);
  EXPECT_EQ(manifest->created_at, "2026-01-01T00:00:00Z");
  EXPECT_EQ(manifest->key, storage::stage_key(*manifest));
  EXPECT_TRUE(manifest->synthetic);
}

}  // namespace
}  // namespace dmp::synth
