#include "match/linkage_compare.h"
#include "match/linkage_order.h"
#include "match/linkage_second_pass.h"
#include "match/linkage_text.h"
#include "match/random_world.h"
#include "match/slow_linkage.h"
#include "sql/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

namespace dmp::match::linkage {

namespace {

constexpr int kPlans = 40, kWorks = 12, kCollection = 80;

// World's records, with middle initials, data, years of OpenAlex, and titles
// that several works have.
class LinkageWorld : public World {
 public:
  using World::World;

  model::Plan linkage_plan() {
    model::Plan made = plan();
    for (auto& one : made.authors) add_initials(one);
    return made;
  }
  model::Work linkage_work(const std::string& doi) {
    model::Work made = work();
    made.doi = doi;
    for (auto& one : made.authors) add_initials(one);
    if (chance(25)) made.work_type = chance(50) ? "DATASET" : "SOFTWARE";
    if (chance(20)) {
      made.publication_date = text::to_day(1990 + below(30), 1, 1);
      made.publication_date_end.reset();
      made.source_name = chance(70) ? "OpenAlex" : "Crossref";
    }
    if (chance(20)) made.title = "Kelp forests after the storm of a year";
    return made;
  }
  Model model() {
    Model made;
    made.tau = .5 + unit() / 2;
    made.lambda = {1 + 20 * unit(), 1 + 5 * unit()};
    made.q = {.1 + .5 * unit(), .6 + .3 * unit()};
    made.date_during = unit();
    for (auto& share : made.date_s) share = .2 + unit();
    return made;
  }

 private:
  double unit() { return below(1'000'000) / 1e6; }
  void add_initials(model::Author& author) {
    if (author.name.first_initial && chance(40))
      author.name.middle_initials = chance(50) ? "R" : "BQ";
  }
};

// One collection with its statistics, plans, and the works held against them.
struct Round {
  explicit Round(LinkageWorld& world, const FunderFamilies& families)
      : model(world.model()) {
    slow.organisations = World::organisations();
    slow.terms = random_table(world);
    slow.counts = kCounts;
    for (int i = 0; i < kCollection; ++i)
      slow.works.push_back(world.linkage_work(fmt::format("10.5555/c{}", i)));
    for (int i = 0; i < kWorks; ++i)
      works.push_back(world.linkage_work(fmt::format("10.5555/w{}", i)));
    options.builder = QueryBuilder::dmpworks;
    for (int i = 0; i < kPlans; ++i) records.push_back(world.linkage_plan());
    for (const auto& plan : records)
      queries.push_back(make_query(plan, options, families));
    for (int i = 0; i < kPlans; ++i) {
      const auto at = static_cast<std::size_t>(i);
      plans.push_back({&records[at], &queries[at]});
      made.push_back(
          make_linkage_plan(records[at], queries[at], options, families));
      want_counts(made.back(), collection.counts);
      made.back().text.terms =
          text_terms(queries[at].content_tokens, slow.terms, slow.counts);
    }
    read_statistics();
    const NullSample sample(collection.summary.sample, mean_length(kCounts));
    chance = sample.calibrate(made);
    const DateHistogram dates(collection.summary);
    for (auto& plan : made) {
      if (plan.has_start) plan.date_g = dates.shares(plan.date_edges);
    }
  }

  // As the stage of the index makes them.
  void read_statistics() {
    const auto dir = std::filesystem::temp_directory_path() /
                     fmt::format("slow_linkage_{}", ::getpid());
    std::filesystem::create_directories(dir);
    sql::LinkageStats stats(dir);
    for (const auto& work : slow.works) ASSERT_TRUE(stats.add(work));
    auto session = sql::Session::open({});
    ASSERT_TRUE(session);
    ASSERT_TRUE(stats.finish(*session, {dir, dir}));
    auto summary = sql::read_linkage_summary(*session, dir);
    ASSERT_TRUE(summary);
    collection.summary = *std::move(summary);
    ASSERT_TRUE(collection.counts.read(*session, dir));
    std::filesystem::remove_all(dir);
  }

  SlowCollection slow;
  Collection collection;
  std::vector<model::Work> works;
  std::vector<model::Plan> records;
  std::vector<PlanQuery> queries;
  std::vector<SlowPlan> plans;
  std::vector<LinkagePlan> made;
  TextChance chance{};
  SearchOptions options;
  Model model;
};

std::vector<Pair> quick_pairs(const Round& round, const LinkagePlan& plan,
                              const Model& met, std::vector<bool>& opens) {
  text::Analyser analyser;
  std::vector<Pair> pairs;
  for (const auto& work : round.works) {
    WorkKeys keys(work, analyser);
    WorkView view(work, analyser);
    auto found = compare_keys(plan, keys, round.collection);
    compare_text(plan, view, mean_length(kCounts), round.chance, found.levels);
    opens.push_back(found.opens);
    Pair pair;
    pair.doi = work.doi;
    pair.log_odds =
        score(weigh(found.levels, met).sum(), found.levels, met).log_odds;
    pair.levels = std::move(found.levels);
    pair.relatives = relatives_of(work);
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

// What must have happened for the agreement to mean anything.
struct Seen {
  int pairs = 0, opened = 0, moved = 0, likely = 0;
};

void compare(const Round& round, Seen& seen) {
  const SlowTopics topics = slow_topics(round.plans, round.slow);
  const Model met = meeting(round.model, round.chance);
  for (std::size_t p = 0; p < round.plans.size(); ++p) {
    std::vector<bool> opens;
    const auto pairs = quick_pairs(round, round.made[p], met, opens);
    std::vector<const Levels*> levels;
    levels.reserve(pairs.size());
    for (const auto& pair : pairs) levels.push_back(&pair.levels);
    const auto finals = second_pass(levels, group(pairs), met);
    const auto expected = slow_linkage(round.plans[p], p, round.works, topics,
                                       round.slow, round.model);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      ASSERT_NEAR(pairs[i].log_odds, expected[i].own_log_odds, 1e-9)
          << p << " " << i;
      ASSERT_NEAR(finals[i].log_odds, expected[i].log_odds, 1e-9)
          << p << " " << i;
      ASSERT_EQ(opens[i], expected[i].opens) << p << " " << i;
      ++seen.pairs;
      seen.opened += opens[i] ? 1 : 0;
      seen.likely += expected[i].log_odds > 0 ? 1 : 0;
      seen.moved +=
          std::abs(expected[i].log_odds - expected[i].own_log_odds) > .1;
    }
  }
}

// Issue 6, line 1.
TEST(LinkageModel, AgreesWithTheFormulasOnTenThousandRandomPairs) {
  LinkageWorld world(6);
  const FunderFamilies families = [] {
    auto made = families_of(World::organisations());
    made.index_names();
    return made;
  }();
  Seen seen;
  while (seen.pairs < 10'000) {
    const Round round(world, families);
    compare(round, seen);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(seen.opened, 2'000);
  EXPECT_GT(seen.moved, 1'000);
  EXPECT_GT(seen.likely, 100);
}

}  // namespace
}  // namespace dmp::match::linkage
