#include "synth/cast.h"

#include "synth/works.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dmp::synth {
namespace {

namespace fs = std::filesystem;

constexpr text::Day kToday = 20'454;  // 2026-01-01
constexpr int kGroups = 40;

std::string word(std::uint32_t number) {
  std::string letters = "word";
  for (; number > 0; number /= 26)
    letters += static_cast<char>('a' + number % 26);
  return letters;
}

// Words of a topic among those of all.
std::string words(std::uint32_t topic, int count, Random& random) {
  constexpr std::uint32_t kOfTopic = 30, kGeneral = 500;
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::uint32_t number =
        random.below(3) > 0
            ? kGeneral + topic * kOfTopic + random.below(kOfTopic)
            : random.below(kGeneral);
    text += word(number) + " ";
  }
  return text;
}

std::string paper(std::uint32_t topic, const std::vector<std::string>& people,
                  int year, std::uint32_t category, Random& random) {
  std::string authors;
  for (const std::string& name : people)
    authors += (authors.empty() ? "\"" : ",\"") + name + "\"";
  return fmt::format(
      R"({{"title":"{}","abstract":"{}","authors":[{}],"created":"{}-06-15","categories":["c{}"]}})"
      "\n",
      words(topic, 6, random), words(topic, 40, random), authors, year,
      category);
}

// Groups of four people: papers of all but one on their topic in 2015 and 2016,
// by two of them on other topics, and old ones on their topic; and strangers.
std::string make_papers() {
  Random random(5);
  std::string lines;
  for (std::uint32_t group = 0; group < kGroups; ++group) {
    std::vector<std::string> all;
    for (const char* given : {"Ada", "Bo", "Cy", "Di"})
      all.push_back(fmt::format("{} Kin{}", given, word(group)));
    const std::uint32_t category = group % 4;
    for (std::uint32_t i = 0; i < 8; ++i) {
      auto people = all;
      people.erase(people.begin() + 1 + i % 3);
      lines += paper(group, people, 2015 + static_cast<int>(i % 2), category,
                     random);
      const std::vector<std::string> two{all[i % 4], all[(i + 1) % 4]};
      lines += paper(1000 + group * 8 + i, two, 2015, category, random);
      lines += paper(group, two, 2004, category, random);
    }
    for (std::uint32_t i = 0; i < 20; ++i)
      lines += paper(5000 + group * 20 + i,
                     {fmt::format("Ed Other{}", word(group * 20 + i))}, 2012,
                     category, random);
  }
  return lines;
}

class CastOfPapers : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "cast_XXXXXX").string();
    folder_ = mkdtemp(name.data());
    const std::vector<fs::path> files{folder_ / "papers.jsonl"};
    std::ofstream(files[0]) << make_papers();
    auto read = PaperStore::read(files, folder_);
    ASSERT_TRUE(read) << read.error().message;
    papers_.emplace(std::move(*read));
  }
  void TearDown() override { fs::remove_all(folder_); }

  World world_with(const std::vector<std::string>& settings) const {
    World world(3, {1200, 20, 3, 12}, *make_knobs(Noise::typical, settings),
                kToday);
    return world;
  }

  std::int64_t in_common(std::uint32_t seed, std::uint32_t other) const {
    const auto others = papers_->authors(other),
               people = papers_->authors(seed);
    return std::count_if(people.begin(), people.end(), [&](auto person) {
      return std::find(others.begin(), others.end(), person) != others.end();
    });
  }
  bool in_time(const World& world, std::uint32_t plan,
               std::uint32_t other) const {
    const Window window =
        world.paper_window(plan, papers_->day(world.cast()->seed(plan)));
    const text::Day day = papers_->day(other);
    return day >= window.start - 365 && day <= window.end + 3 * 365;
  }

  // Of the team's own papers among its other works, those near the plan's
  // topic, and the rest.
  std::pair<int, int> other_works(const char* setting) const {
    World world = world_with({setting});
    world.use_papers(*papers_);
    int near = 0, far = 0;
    for (std::uint64_t slot = 0; slot < world.background_begin(); ++slot) {
      const Part part = world.cast()->part(slot);
      if (role_of_slot(world, slot) != Role::same_team || part.adopted)
        continue;
      const std::uint32_t seed = world.cast()->seed(world.plan_of_slot(slot));
      (papers_->similarity(seed, part.paper) >= .07 ? near : far)++;
    }
    return {near, far};
  }

  fs::path folder_;
  std::optional<PaperStore> papers_;
};

TEST_F(CastOfPapers, OutputsAreCommonWorkOnTheTopicInItsTime) {
  World world = world_with({});
  world.use_papers(*papers_);
  int real = 0;
  for (std::uint64_t slot = 0; slot < world.background_begin(); ++slot) {
    const Part part = world.cast()->part(slot);
    if (role_of_slot(world, slot) != Role::output || part.adopted) continue;
    const std::uint32_t plan = world.plan_of_slot(slot);
    const std::uint32_t seed = world.cast()->seed(plan);
    ++real;
    EXPECT_GE(papers_->similarity(seed, part.paper), .15);
    EXPECT_GE(in_common(seed, part.paper), 2);
    EXPECT_TRUE(in_time(world, plan, part.paper));
  }
  EXPECT_GT(real, 20);
}

TEST_F(CastOfPapers, NearTopicSaysHowNearTheTeamsOtherWorkIs) {
  const auto [no_near, all_far] = other_works("near_topic=0");
  EXPECT_EQ(no_near, 0);
  EXPECT_GT(all_far, 40);
  const auto [all_near, no_far] = other_works("near_topic=1");
  EXPECT_GT(all_near, 40);
  EXPECT_EQ(no_far, 0);
  const auto [near, far] = other_works("near_topic=0.5");
  EXPECT_GT(near, 15);
  EXPECT_GT(far, 15);
}

// Who could not say whether it is an output leaves it out.
TEST_F(CastOfPapers, TheBackgroundHasNothingThatMightBeAnOutput) {
  World world = world_with({});
  world.use_papers(*papers_);
  int team = 0;
  for (std::uint64_t slot = world.background_begin(); slot < world.works();
       ++slot) {
    const Part part = world.cast()->part(slot);
    for (std::uint32_t plan = 0; part.again == 0 && plan < world.plans();
         ++plan) {
      const std::uint32_t seed = world.cast()->seed(plan);
      if (in_common(seed, part.paper) == 0) continue;
      ++team;
      EXPECT_FALSE(papers_->similarity(seed, part.paper) >= .07 &&
                   in_time(world, plan, part.paper));
    }
  }
  EXPECT_GT(team, 50);
}

TEST_F(CastOfPapers, EveryPaperPlaysOneWork) {
  World world = world_with({});
  world.use_papers(*papers_);
  std::set<std::uint32_t> seen;
  for (std::uint32_t plan = 0; plan < world.plans(); ++plan)
    EXPECT_TRUE(seen.insert(world.cast()->seed(plan)).second);
  for (std::uint64_t slot = 0; slot < world.works(); ++slot) {
    const Part part = world.cast()->part(slot);
    if (part.again > 0) continue;
    EXPECT_TRUE(seen.insert(part.paper).second) << slot;
  }
  EXPECT_GT(seen.size(), 1000u);
}

TEST_F(CastOfPapers, WhoIsOnMostOutputsLeads) {
  World world = world_with({});
  world.use_papers(*papers_);
  int led = 0;
  for (std::uint32_t plan = 0; plan < world.plans(); ++plan) {
    const auto team = world.cast()->team(plan);
    ASSERT_GE(team.size(), 2u);
    EXPECT_LE(team.size(), 4u);
    std::vector<int> present(team.size());
    for (std::uint32_t k = 0; k < world.outputs(plan); ++k) {
      const Part part = world.cast()->part(world.first_slot(plan) + k);
      if (part.adopted) continue;
      const auto authors = papers_->authors(part.paper);
      for (std::size_t i = 0; i < team.size(); ++i) {
        const auto person = papers_->authors(world.cast()->seed(plan))[team[i]];
        present[i] +=
            std::find(authors.begin(), authors.end(), person) != authors.end();
      }
    }
    EXPECT_TRUE(std::is_sorted(present.rbegin(), present.rend()));
    led += present.front() > present.back() ? 1 : 0;
  }
  EXPECT_GT(led, 5);
}

}  // namespace
}  // namespace dmp::synth
