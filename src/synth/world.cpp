#include "synth/world.h"

#include "synth/check_digits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace dmp::synth {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kMembers = 16;       // numbers of people a group has
constexpr std::uint32_t kActiveMembers = 8;  // of these are in its projects
constexpr std::uint64_t kFields = 60;
constexpr std::uint64_t kOrcids = 100'000'000'000;
constexpr std::uint64_t kStranger = std::uint64_t{1} << 63;
constexpr std::uint64_t kFromPapers = std::uint64_t{1} << 62;
constexpr std::array kYears{2, 3, 3, 4, 5};  // a project runs

constexpr std::array kFillers{"N/A"sv,     "TBD"sv,
                              " None "sv,  "n/a"sv,
                              "pending"sv, "xxxxxxxxxxxxxxxxx"sv,
                              "0000"sv,    "not yet assigned"sv,
                              "-"sv,       "Em elaboração"sv};

std::vector<std::uint64_t> tree(std::uint64_t seed) {
  std::vector<std::uint64_t> keys;
  for (std::uint64_t what = 0; what < 32; ++what)
    keys.push_back(child(mix(seed + 0x5bd1e995), what));
  return keys;
}

// Different numbers below 10^8 give different ORCIDs.
std::string orcid_of(std::uint64_t number) {
  return make_orcid(number % 100'000'000 * 61'803'398'873u % kOrcids);
}

std::uint32_t some(Random& random, double mean) {
  return random.geometric(mean / 2) + random.geometric(mean / 2);
}

double share_that_fits(std::uint64_t room, std::uint64_t count) {
  return count > room ? static_cast<double>(room) / static_cast<double>(count)
                      : 1;
}

// Each with the chance `share`, one at least, in their order.
std::vector<Author> some_of(const std::vector<Author>& team, double share,
                            Random random) {
  std::vector<Author> some;
  for (const Author& author : team)
    if (random.chance(share)) some.push_back(author);
  if (some.empty()) some.push_back(random.pick(std::span<const Author>(team)));
  return some;
}

}  // namespace

World::World(std::uint64_t seed, Size size, Knobs knobs, text::Day today)
    : size_(size),
      knobs_(knobs),
      today_(today),
      keys_(tree(seed)),
      organisations_(keys_[30], size.works, knobs),
      vocabulary_(keys_[31]),
      scatter_(keys_[29], size.works) {
  count_slots();
  groups_ = size_.plans + (size_.works - background_begin()) / 12 + 1;
}

// Plans without outputs leave theirs to the others, so that the mean holds.
// Asked for more than there are works, the teams' other works give way first,
// then each plan gives up its share.
void World::count_slots() {
  const double with = std::max(1 - knobs_.plans_without_outputs, 1e-6);
  std::vector<std::uint32_t> near(size_.plans);
  outputs_.resize(size_.plans);
  team_works_.resize(size_.plans);
  std::uint64_t all = 0, team = 0;
  for (std::uint32_t p = 0; p < size_.plans; ++p) {
    Random random = this->random(What::count, p);
    const bool none = random.chance(knobs_.plans_without_outputs);
    outputs_[p] = some(random, size_.links / with) * (none ? 0 : 1);
    if (!none && outputs_[p] == 0 && size_.links > 0) outputs_[p] = 1;
    near[p] = some(random, size_.misses);
    team_works_[p] = some(random, size_.links * knobs_.team_works);
    all += outputs_[p] + near[p];
    team += team_works_[p];
  }
  const double keep = share_that_fits(size_.works, all);
  const double keep_team =
      share_that_fits(size_.works - std::min(size_.works, all), team);
  const auto cut = [](std::uint32_t count, double share) {
    return static_cast<std::uint32_t>(count * share);
  };
  first_.push_back(0);
  for (std::uint32_t p = 0; p < size_.plans; ++p) {
    outputs_[p] = cut(outputs_[p], keep);
    team_works_[p] = cut(team_works_[p], keep_team);
    first_.push_back(first_.back() + outputs_[p] + team_works_[p] +
                     cut(near[p], keep));
  }
}

std::uint32_t World::plan_of_slot(std::uint64_t slot) const {
  const auto after = std::upper_bound(first_.begin(), first_.end(), slot);
  return static_cast<std::uint32_t>(after - first_.begin()) - 1;
}

Author World::person(std::uint64_t number) const {
  Random random = this->random(What::person, number);
  Author author;
  author.person = number;
  author.name = invented_name(Random(random.next()), knobs_.common_names);
  if (random.chance(knobs_.person_orcid)) author.orcid = orcid_of(number);
  const Group home = group(number / kMembers);
  author.institutions.push_back(
      random.chance(.75) ? home.home : organisations_.pick_institution(random));
  if (random.chance(knobs_.several_institutions)) {
    const std::uint32_t second = organisations_.pick_institution(random);
    if (second != author.institutions[0]) author.institutions.push_back(second);
  }
  return author;
}

Author World::anybody(Random& random) const {
  const std::uint64_t group = random.next() % groups_;
  return person(group * kMembers + random.below(kActiveMembers));
}

Author World::author_of_name(const std::string& name) const {
  Author author;
  author.person = (name_key(name) >> 2) | kFromPapers;
  author.name = name_of_text(name);
  Random random = this->random(What::person, author.person);
  const bool identified = random.chance(knobs_.person_orcid);
  const std::uint64_t orcid = random.next() % kOrcids;
  if (identified) author.orcid = make_orcid(orcid);
  author.institutions.push_back(organisations_.pick_institution(random));
  if (random.chance(knobs_.several_institutions)) {
    const std::uint32_t second = organisations_.pick_institution(random);
    if (second != author.institutions[0]) author.institutions.push_back(second);
  }
  return author;
}

Author World::namesake(const Author& of, std::uint64_t number) const {
  Random random = this->random(What::person, number ^ kStranger);
  Author author;
  author.person = number | kStranger;
  author.name = of.name;
  if (random.below(2) == 0) author.name.middle.clear();
  const bool identified = random.chance(knobs_.person_orcid);
  const std::uint64_t orcid = random.next() % kOrcids;
  if (identified) author.orcid = make_orcid(orcid);
  author.institutions.push_back(organisations_.pick_institution(random));
  return author;
}

Group World::group(std::uint64_t number) const {
  Group group;
  group.number = number;
  group.key = key(What::group, number);
  Random random(group.key);
  group.field = random.below(kFields);
  group.home = organisations_.pick_institution(random);
  for (std::uint32_t& funder : group.funders)
    funder = organisations_.pick_funder(random);
  return group;
}

std::uint64_t World::group_of_plan(std::uint32_t plan) const {
  while (plan > 0 && random(What::plan, plan).chance(knobs_.sibling_plans))
    --plan;
  return plan;
}

std::uint64_t World::background_group(Random& random) const {
  return size_.plans + random.next() % (groups_ - size_.plans);
}

// One in ten works in another group too.
std::uint64_t World::member(std::uint64_t group, std::uint32_t k) const {
  Random random = this->random(What::member, group * kMembers + k);
  if (k > 0 && random.below(10) == 0)
    return random.next() % groups_ * kMembers + random.below(4);
  return group * kMembers + k;
}

std::vector<Funding> World::fund(const Group& group, Random& random,
                                 std::uint64_t key) const {
  std::vector<Funding> all;
  const std::uint32_t count = random.below(10) < 7 ? 1 : 2;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t funder = random.below(10) < 7
                                     ? group.funders[i]
                                     : organisations_.pick_funder(random);
    if (i > 0 && funder == all[0].funder) break;
    all.push_back(
        {funder, make_award(organisations_[funder].style, child(key, i))});
  }
  return all;
}

Project World::project(std::uint64_t group_number,
                       std::uint64_t project_key) const {
  const Group group = this->group(group_number);
  Random random(project_key);
  Project project;
  project.key = project_key;
  project.group = group_number;
  project.topic = {key(What::text, group.field),
                   key(What::text, group_number + 1000), project_key};
  const std::uint32_t size = 2 + random.below(4);
  const std::uint32_t leader = random.below(10) < 7 ? 0 : 1;
  const std::uint32_t stride = random.below(2) == 0 ? 1 : 3;
  for (std::uint32_t i = 0; i < size; ++i) {
    Author author =
        person(member(group_number, (leader + i * stride) % kActiveMembers));
    const auto same = [&](const Author& other) {
      return other.person == author.person;
    };
    if (std::none_of(project.team.begin(), project.team.end(), same))
      project.team.push_back(std::move(author));
  }
  project.funding = fund(group, random, project_key);
  project.start = today_ - 365 * random.between(1, 13) - random.between(0, 364);
  project.end = project.start + 365 * random.pick(kYears) - 1;
  return project;
}

Project World::plan_project(std::uint32_t plan) const {
  Project project =
      this->project(group_of_plan(plan), key(What::project, plan));
  if (cast_) {
    PaperText text;
    cast_->papers().load(cast_->seed(plan), text);
    project.team.clear();
    for (const std::size_t place : cast_->team(plan))
      project.team.push_back(author_of_name(text.authors[place]));
    const Window window =
        paper_window(plan, cast_->papers().day(cast_->seed(plan)));
    project.start = window.start;
    project.end = window.end;
  }
  Random random(child(project.key, 77));
  if (random.chance(knobs_.plan_inferred_end))
    project.end = project.start + 1095;
  return project;
}

Window World::paper_window(std::uint32_t plan, text::Day day) const {
  Random random(child(key(What::project, plan), 79));
  const text::Day start = day - random.between(0, 500);
  return {start, start + 365 * random.pick(kYears) - 1};
}

Project World::sibling_project(const Project& plan,
                               std::uint64_t project_key) const {
  Project other = project(plan.group, project_key);
  Random random(child(project_key, 78));
  other.team =
      some_of(plan.team, knobs_.keep_team, Random(child(project_key, 80)));
  if (!random.chance(knobs_.near_topic))
    other.topic.group = child(other.topic.group, 1);
  for (Funding& funding : other.funding) {
    const bool keeps = random.chance(knobs_.keep_funder);
    const std::uint32_t other_funder = organisations_.pick_funder(random);
    funding.funder = keeps ? plan.funding[0].funder : other_funder;
    funding.award = make_award(organisations_[funding.funder].style,
                               child(project_key, funding.funder));
  }
  if (random.chance(knobs_.keep_award)) other.funding = plan.funding;
  // Half of the other projects run at the same time, the others anywhere.
  if (random.below(2) == 0) {
    const text::Day shift = random.between(-300, 300);
    other.start = std::min(plan.start + shift, today_ - 100);
    other.end = other.start + 1000;
  }
  return other;
}

std::string World::plan_doi(std::uint32_t plan) const {
  return fmt::format("10.48321/d1{:06x}",
                     Permutation(key(What::plan, 1),
                                 std::uint64_t{1} << 24)(plan % (1u << 24)) +
                         (plan >> 24 << 24));
}

void World::say_authors(Plan& plan, Random random) const {
  const std::vector<Author>& team = plan.project.team;
  const bool one = random.chance(knobs_.one_author_plans);
  for (std::size_t i = 0; i < team.size(); ++i) {
    const bool named = random.chance(.85);
    if (i == 0 || (!one && named)) plan.authors.push_back(team[i]);
  }
  Random outside(random.next());
  if (!one && outside.chance(knobs_.outsiders))
    for (int i = 0; i < 2; ++i) plan.authors.push_back(anybody(outside));
  for (Author& author : plan.authors)
    if (!random.chance(knobs_.plan_orcid)) author.orcid.clear();
}

void World::say_funding(Plan& plan, Random random) const {
  if (random.chance(knobs_.plan_no_funder)) return;
  const bool called = random.below(5) == 0;
  Random call(random.next());
  plan.funding = plan.project.funding;
  const bool no_award = random.chance(knobs_.plan_no_award);
  const bool filler = random.chance(knobs_.plan_filler_award);
  for (Funding& funding : plan.funding) {
    if (no_award) funding.award.clear();
    if (filler) funding.award = random.pick(kFillers);
  }
  plan.status = no_award ? "planned"sv : "granted"sv;
  if (called)
    plan.opportunity =
        fmt::format("{}-{:02}-{:03}", call.below(2) == 0 ? "PAR" : "CALL",
                    call.below(25), call.below(1000));
}

void World::say_text(Plan& plan, Random random) const {
  const bool described = !random.chance(knobs_.plan_no_description);
  if (cast_) {
    constexpr std::array kBefore{""sv, ""sv, "Collaborative Research: "sv,
                                 "Data management plan: "sv,
                                 "Understanding "sv};
    PaperText text;
    cast_->papers().load(cast_->seed(plan.number), text);
    plan.title = std::string(random.pick(kBefore)) + text.title;
    if (described) plan.description = text.abstract;
    return;
  }
  vocabulary_.title(plan.project.topic, random, plan.title);
  if (described)
    vocabulary_.description(plan.project.topic, random.between(40, 160), random,
                            plan.description);
}

Plan World::plan(std::uint32_t number) const {
  Plan plan;
  plan.number = number;
  plan.doi = plan_doi(number);
  plan.project = plan_project(number);
  Random random = this->random(What::plan_says, number);
  // A stream each, so that no knob shifts what others decide.
  say_authors(plan, Random(random.next()));
  say_funding(plan, Random(random.next()));
  say_text(plan, Random(random.next()));
  plan.end = plan.project.end;
  plan.created =
      std::min(plan.project.start + random.between(-200, 200), today_ - 10);
  plan.modified = std::min(plan.created + random.between(0, 700), today_);
  return plan;
}

}  // namespace dmp::synth
