// Issue 6, line 6: what a search says in its match files is the model run over
// the pairs that it keeps in linkage_pairs/.
#include "match/linkage_file.h"
#include "match/linkage_order.h"
#include "match/linkage_pairs.h"
#include "match/random_world.h"
#include "match/search_fixture.h"
#include "results/match_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <utility>

namespace dmp::results {
namespace {

namespace fs = std::filesystem;
namespace linkage = match::linkage;

using PairName = std::pair<std::string, std::string>;  // DOIs of plan and work

std::string work_doi(int i) {
  return "10.5555/w" + std::to_string(i);
}

// Records of few names, numbers and words, of which relations hold for real.
class LinkageFiles : public match::SearchFixture {
 protected:
  LinkageFiles() {
    constexpr int kWorks = 500, kPlans = 25;
    match::World world(66);
    std::vector<model::Work> works;
    for (int i = 0; i < kWorks; ++i) {
      works.push_back(world.work());
      works.back().doi = work_doi(i);
      if (i % 5 == 1) relate(works[works.size() - 2], works.back());
    }
    for (int i = 0; i < kPlans; ++i) {
      inputs_.plans.push_back(world.plan());
      inputs_.plans.back().doi = "10.48321/d" + std::to_string(i);
    }
    publish_works(std::move(works), 3);
    inputs_.linkage_pairs_dir = dir_ / "linkage_pairs";
    options_.ranker = match::Ranker::linkage;
  }

  // A version, or the data, by turns.
  static void relate(model::Work& paper, model::Work& other) {
    const bool is_data = std::stoi(other.doi.substr(9)) % 2 == 0;
    if (is_data) other.work_type = "DATASET";
    auto list = is_data ? &model::Work::possible_shared_project_dois
                        : &model::Work::intra_work_dois;
    paper.*list = {other.doi};
    other.*list = {paper.doi};
  }

  // Searches, writes the match files and reads them back.
  std::vector<model::PlanMatches> matches_on_disk() {
    auto writer = MatchFileWriter::begin(dir_ / "matches");
    EXPECT_TRUE(writer);
    for (const auto& plan : find(options_)) EXPECT_TRUE(writer->put(plan));
    EXPECT_TRUE(writer->finish());
    std::vector<model::PlanMatches> plans;
    const auto read =
        read_matches(dir_ / "matches", [&](model::PlanMatches&& plan) {
          plans.push_back(std::move(plan));
          return Status{};
        });
    EXPECT_TRUE(read) << read.error().message;
    return plans;
  }

  match::SearchOptions options_;
};

struct Judged {
  double log_odds = 0, probability = 0;
  bool has_moved = false;  // in the second pass
};

// The model over linkage_pairs/: no engine, no work, no plan.
std::map<PairName, Judged> judged(const fs::path& dir, linkage::Model model) {
  const auto set = linkage::read_pairs(dir);
  EXPECT_TRUE(set) << set.error().message;
  model = linkage::meeting(std::move(model), set->chance);
  std::map<PairName, Judged> all;
  for (const auto& plan : set->plans) {
    std::vector<const linkage::Levels*> levels;
    for (const auto& one : plan.levels) levels.push_back(&one);
    const auto finals = linkage::second_pass(levels, plan.groups, model);
    for (std::size_t i = 0; i < finals.size(); ++i) {
      const double odds = finals[i].log_odds;
      EXPECT_NEAR(odds, plan.log_odds[i], 1e-9);
      all[{plan.plan_doi, plan.dois[i]}] = {odds,
                                            linkage::calibrated(odds, model),
                                            odds != finals[i].own_log_odds};
    }
  }
  return all;
}

double rounded(double value, double scale) {
  return std::round(value * scale) / scale;
}

// Of linkage.md 11: p to six decimals, L to three.
void expect_the_same(const std::vector<model::PlanMatches>& plans,
                     const std::map<PairName, Judged>& pairs) {
  std::size_t compared = 0, moved = 0;
  std::set<double> probabilities;
  for (const auto& plan : plans) {
    for (const auto& match : plan.works) {
      const auto& said = *match.linkage;
      const auto& pair = pairs.at({plan.plan_doi, match.work.doi});
      EXPECT_EQ(said.probability, rounded(pair.probability, 1e6));
      EXPECT_EQ(said.log_odds, rounded(pair.log_odds, 1e3));
      EXPECT_EQ(match.score, said.probability);
      ++compared;
      moved += pair.has_moved ? 1 : 0;
      probabilities.insert(said.probability);
    }
  }
  EXPECT_GT(compared, 500U);
  EXPECT_GT(moved, 30U) << "the second pass is part of it";
  EXPECT_GT(probabilities.size(), 300U) << "not all sure, not all hopeless";
}

// What is left out of a list is not more probable than what is on it.
void expect_the_best(const std::vector<model::PlanMatches>& plans,
                     const std::map<PairName, Judged>& pairs,
                     const match::SearchOptions& options) {
  std::map<std::string, std::size_t> likely;
  for (const auto& [name, pair] : pairs) {
    if (pair.probability >= options.min_probability) ++likely[name.first];
  }
  for (const auto& plan : plans) {
    EXPECT_EQ(plan.works.size(),
              std::min(likely[plan.plan_doi],
                       static_cast<std::size_t>(options.max_results)));
  }
}

TEST_F(LinkageFiles, HaveWhatTheModelSaysOfTheKeptPairs) {
  const auto plans = matches_on_disk();
  const auto pairs = judged(*inputs_.linkage_pairs_dir, {});
  expect_the_same(plans, pairs);
  expect_the_best(plans, pairs, options_);
}

TEST_F(LinkageFiles, HaveWhatALearnedModelSaysOfTheKeptPairs) {
  options_.linkage_file = dir_ / "linkage.json";
  std::ofstream(*options_.linkage_file)
      << R"({"format":"dmpworks-linkage/1","tau":0.7,"lambda":{"S":20,"O":6},)"
         R"("platt":{"a":0.8,"b":0.5}})";
  const auto model = linkage::read_model(*options_.linkage_file);
  ASSERT_TRUE(model) << model.error().message;
  const auto plans = matches_on_disk();
  const auto pairs = judged(*inputs_.linkage_pairs_dir, *model);
  expect_the_same(plans, pairs);
  expect_the_best(plans, pairs, options_);
}

}  // namespace
}  // namespace dmp::results
