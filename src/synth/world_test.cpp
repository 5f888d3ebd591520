#include "synth/world.h"

#include "synth/plans.h"
#include "synth/works.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dmp::synth {
namespace {

constexpr text::Day kToday = 20'454;  // 2026-01-01

World make_world(const std::vector<std::string>& settings = {},
                 World::Size size = {6000, 300, 6, 6}) {
  return World(1, size, *make_knobs(Noise::typical, settings), kToday);
}

bool has_person(const std::vector<Author>& authors, std::uint64_t person) {
  return std::any_of(authors.begin(), authors.end(),
                     [&](const Author& a) { return a.person == person; });
}

bool share_a_person(const std::vector<Author>& some,
                    const std::vector<Author>& others) {
  return std::any_of(some.begin(), some.end(), [&](const Author& author) {
    return has_person(others, author.person);
  });
}

// Calls take(plan, work) for every work of a role.
template <class Take>
int for_each_of(const World& world, Role role, Take take) {
  int count = 0;
  Work work;
  for (std::uint32_t p = 0; p < world.plans(); ++p) {
    const Plan plan = world.plan(p);
    const std::uint64_t first = world.first_slot(p);
    for (std::uint32_t k = 0; k < world.slots(p); ++k) {
      if (role_of_slot(world, first + k) != role) continue;
      make_work(world, first + k, Texts::without, work);
      take(plan, std::as_const(work));
      ++count;
    }
  }
  return count;
}

TEST(World, ScattersEveryWorkToOneSlot) {
  const World world = make_world();
  std::vector<bool> seen(world.works());
  std::set<std::string> dois;
  for (std::uint64_t i = 0; i < world.works(); ++i) {
    const std::uint64_t slot = world.slot_of_work(i);
    ASSERT_LT(slot, world.works());
    EXPECT_FALSE(seen[slot]);
    seen[slot] = true;
    EXPECT_TRUE(dois.insert(doi_of_slot(world, slot)).second);
  }
}

// Nothing is held for a work: memory does not grow with them.
TEST(World, OfABillionWorksIsMadeAtOnce) {
  const World world = make_world({}, {1'000'000'000, 10, 5, 5});
  Work work;
  make_work(world, 999'999'999, Texts::with, work);
  EXPECT_FALSE(work.title.empty());
  EXPECT_LT(world.organisations().size(), 20'000u);
}

TEST(World, GivesPlansTheirShareOfOutputs) {
  const World world = make_world({"plans_without_outputs=.3", "team_works=4"},
                                 {60'000, 2000, 5, 3});
  std::uint32_t outputs = 0, others = 0, misses = 0, without = 0;
  for (std::uint32_t p = 0; p < world.plans(); ++p) {
    outputs += world.outputs(p);
    others += world.team_works(p);
    misses += world.misses(p);
    without += world.outputs(p) == 0 ? 1 : 0;
  }
  EXPECT_NEAR(outputs / 2000., 5, .5);
  EXPECT_NEAR(others / 2000., 20, 2);
  EXPECT_NEAR(misses / 2000., 3, .3);
  EXPECT_NEAR(without / 2000., .3, .03);
}

TEST(World, TeamsOtherWorksGiveWayFirst) {
  const World world = make_world({}, {1500, 100, 5, 5});
  std::uint32_t outputs = 0, others = 0;
  for (std::uint32_t p = 0; p < world.plans(); ++p) {
    outputs += world.outputs(p);
    others += world.team_works(p);
  }
  EXPECT_NEAR(outputs / 100., 5, 1);
  EXPECT_GT(others, 100u);
  EXPECT_LE(world.background_begin(), 1500u);
}

TEST(World, GivesPlansLessWhenThereAreTooFewWorks) {
  const World world = make_world({}, {100, 50, 10, 10});
  EXPECT_LE(world.background_begin(), 100u);
  Work work;
  for (std::uint64_t slot = 0; slot < 100; ++slot)
    make_work(world, slot, Texts::with, work);
}

TEST(World, PlacesEveryOutputWhereTheIndexLooks) {
  const int outputs = for_each_of(
      make_world(), Role::output, [](const Plan&, const Work& work) {
        EXPECT_TRUE(work.in_datacite || (work.in_openalex && !work.xpac));
      });
  EXPECT_GT(outputs, 1000);
}

TEST(HardNegatives, SamePeopleHaveProjectsOnNearTopicsAndKeepFunders) {
  const World world = make_world();
  int shared = 0, kept = 0, funded = 0;
  const int count = for_each_of(
      world, Role::same_team, [&](const Plan& plan, const Work& work) {
        shared += share_a_person(work.authors, plan.project.team) ? 1 : 0;
        if (work.funding.empty()) return;
        ++funded;
        for (const Funding& funding : work.funding)
          if (funding.funder == plan.project.funding[0].funder) {
            ++kept;
            break;
          }
      });
  EXPECT_GT(count, 300);
  EXPECT_EQ(shared, count);
  EXPECT_GT(kept, funded / 4);
  int near = 0;
  const Project plan = world.plan_project(3);
  for (std::uint64_t key = 0; key < 400; ++key)
    near += world.sibling_project(plan, key).topic.group == plan.topic.group;
  EXPECT_NEAR(near / 400., world.knobs().near_topic, .08);
}

TEST(HardNegatives, StrangersBearTheNameOfSomebodyOfThePlan) {
  const int count =
      for_each_of(make_world({"initials=0"}), Role::same_name,
                  [](const Plan& plan, const Work& work) {
                    bool namesake = false;
                    for (const Author& author : work.authors)
                      for (const Author& listed : plan.authors)
                        namesake |= author.name.family == listed.name.family &&
                                    author.name.given == listed.name.given &&
                                    author.person != listed.person;
                    EXPECT_TRUE(namesake) << work.doi;
                  });
  EXPECT_GT(count, 100);
}

TEST(HardNegatives, AwardNumbersAreSharedByFunders) {
  int same = 0;
  const int count =
      for_each_of(make_world({"award_mangled=0"}), Role::shared_award,
                  [&](const Plan& plan, const Work& work) {
                    const Funding& ours = plan.project.funding[0];
                    ASSERT_FALSE(work.funding.empty());
                    EXPECT_EQ(work.funding[0].award, ours.award);
                    same += work.funding[0].funder == ours.funder ? 1 : 0;
                  });
  EXPECT_GT(count, 30);
  EXPECT_EQ(same, 0);
}

// With the knob, the bare numbers of unrelated projects meet by themselves.
TEST(HardNegatives, BareNumbersOfDifferentFundersMeet) {
  const auto meetings = [](const char* setting) {
    const World world = make_world({setting}, {3000, 600, 2, 2});
    std::map<std::string, std::set<std::uint32_t>> funders;
    for (std::uint32_t p = 0; p < world.plans(); ++p)
      for (const Funding& funding : world.plan_project(p).funding)
        funders[funding.award].insert(funding.funder);
    return std::count_if(funders.begin(), funders.end(),
                         [](const auto& one) { return one.second.size() > 1; });
  };
  EXPECT_GT(meetings("awards_shared=1"), 100);
  EXPECT_LT(meetings("awards_shared=0"), 30);
}

TEST(HardNegatives, TopicsAreSharedByStrangers) {
  int people = 0;
  const int count = for_each_of(
      make_world(), Role::same_topic, [&](const Plan& plan, const Work& work) {
        people += share_a_person(work.authors, plan.project.team) ? 1 : 0;
      });
  EXPECT_GT(count, 100);
  EXPECT_LT(people, count / 20);
}

TEST(HardNegatives, PlansNameOneAuthorOrOutsidersAndPeopleHaveTwoInstitutions) {
  const World world = make_world(
      {"one_author_plans=.25", "outsiders=.5", "several_institutions=.3"},
      {20'000, 1000, 5, 5});
  int one = 0, outside = 0, people = 0, several = 0;
  for (std::uint32_t p = 0; p < world.plans(); ++p) {
    const Plan plan = world.plan(p);
    ASSERT_FALSE(plan.authors.empty());
    one += plan.authors.size() == 1 ? 1 : 0;
    outside += std::any_of(
        plan.authors.begin(), plan.authors.end(), [&](const Author& author) {
          return !has_person(plan.project.team, author.person);
        });
    for (const Author& author : plan.authors) {
      ++people;
      several += author.institutions.size() > 1 ? 1 : 0;
    }
  }
  EXPECT_NEAR(one / 1000., .27, .06);  // small teams may name one by chance
  EXPECT_NEAR(outside / 1000., .75 * .5, .05);
  EXPECT_NEAR(several / static_cast<double>(people), .3, .04);
}

TEST(Evidence, IsWhatBothSidesRecord) {
  Plan plan;
  plan.project.start = 100;
  plan.end = 1000;
  Author author;
  author.person = 7;
  author.orcid = "0000-0001-0000-0009";
  author.institutions = {3};
  plan.authors = {author};
  plan.funding = {{5, "R01GM123456"}};
  Work work;
  work.role = Role::output;
  work.date = 5000;
  EXPECT_EQ(evidence(plan, work), "topic");
  work.date = 500;
  work.authors = {author};
  work.funding = {{5, "5R01GM123456-04"}};
  EXPECT_EQ(evidence(plan, work),
            "author;orcid;institution;award;funder;date;topic");
  work.role = Role::same_name;
  work.authors[0].person = 8;
  work.authors[0].institutions.clear();
  work.funding = {{6, "R01GM123456"}};
  EXPECT_EQ(evidence(plan, work), "same-name;award;date");
  plan.funding[0].award = "N/A";
  EXPECT_EQ(evidence(plan, work), "same-name;date");
}

}  // namespace
}  // namespace dmp::synth
