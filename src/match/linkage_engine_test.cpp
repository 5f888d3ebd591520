#include "match/engine.h"
#include "match/linkage_file.h"
#include "match/linkage_learn.h"
#include "match/linkage_model.h"
#include "match/linkage_order.h"
#include "match/linkage_pairs.h"
#include "match/search_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <utility>

namespace dmp::match {
namespace {

model::Author person(const std::string& given, const std::string& family) {
  text::NameParts parts;
  parts.given = given;
  parts.family = family;
  return {std::nullopt, text::parse_name(parts).value_or(text::PersonName{})};
}

constexpr const char* kTopics[] = {
    "kelp forest decline under marine heat waves",
    "quantum error correction with trapped ions",
    "soil carbon turnover in boreal peatlands",
    "protein folding by deep neural networks",
    "medieval trade routes of the baltic sea",
};
constexpr const char* kSurnames[] = {"Silva", "Okafor", "Lindqvist", "Tanaka",
                                     "Marsh"};
constexpr const char* kGiven[] = {"Ana", "Chidi", "Bo", "Yuki", "Joan"};

// Five plans, and works on their topics.
class LinkageSearch : public SearchFixture {
 protected:
  model::Work work(int i) {
    const auto topic = static_cast<std::size_t>(random_() % 5);
    const auto who = random_() % 3 == 0 ? topic : random_() % 5;
    model::Work w;
    w.doi = "10.5555/w" + std::to_string(i);
    w.title =
        std::string("Report ") + std::to_string(i) + " on " + kTopics[topic];
    w.abstract_text = std::string("This work studies ") + kTopics[topic] +
                      " with many further words on methods and results.";
    w.work_type = "ARTICLE";
    w.publication_date = text::to_day(2005 + static_cast<int>(random_() % 20),
                                      1 + static_cast<int>(random_() % 12), 15);
    w.authors = {
        person(kGiven[who], kSurnames[who]),
        person(random_() % 2 == 0 ? "A." : "Zoe", kSurnames[random_() % 5])};
    w.source_name = "Crossref";
    return w;
  }

  static model::Plan plan(std::size_t i) {
    model::Plan p;
    p.doi = "10.48321/d" + std::to_string(i);
    p.title = kTopics[i];
    p.abstract_text = std::string("We will study ") + kTopics[i] +
                      " and publish the data and the methods.";
    p.project_start = text::to_day(2018, 1, 1);
    p.project_end = text::to_day(2021, 1, 1);
    p.authors = {person(kGiven[i], kSurnames[i])};
    p.institutions = {{"Some University", std::nullopt}};
    return p;
  }

  void publish(std::vector<model::Work> works, std::size_t files = 3) {
    publish_works(std::move(works), files);
    for (std::size_t i = 0; i < 5; ++i) inputs_.plans.push_back(plan(i));
  }

  std::vector<model::Work> many(int count) {
    std::vector<model::Work> works;
    works.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) works.push_back(work(i));
    return works;
  }

  // A thousand by one name, more pairs than are kept of a plan: three of four
  // on its topic, each fifth with a version. Others stand round them, so that
  // the topic is rare.
  static constexpr int kCrowd = 1'000;
  std::vector<model::Work> crowd() {
    auto works = many(kCrowd + 24'000);
    for (int i = 0; i < kCrowd; ++i) {
      model::Work& w = works[static_cast<std::size_t>(i)];
      w.authors = {person("Ana", "Silva")};
      if (i % 4 == 0) continue;
      w.title = std::string("Report on ") + kTopics[0];
      w.title->append(" " + std::to_string(i));
      w.abstract_text = w.title;
    }
    for (std::size_t i = 0; i < kCrowd; i += 10) {
      works[i].intra_work_dois = {works[i + 5].doi};
      works[i + 5].intra_work_dois = {works[i].doi};
    }
    for (std::size_t i = kCrowd; i < works.size(); ++i) {
      works[i].authors = {person("Chidi", "Okafor")};
      works[i].title = "Report on " + std::string(kTopics[1 + i % 4]);
      works[i].abstract_text = works[i].title;
    }
    return works;
  }

  // Versions, data and equal titles among works of all kinds, so that many a
  // pair below the bound is next to one above it. Of some relations only one
  // end knows.
  std::vector<model::Work> relatives(int count) {
    auto works = many(count);
    const auto any = [&]() -> model::Work& {
      return works[random_() % works.size()];
    };
    for (int i = 0; i < count / 4; ++i) {
      model::Work &a = any(), &b = any(), &paper = any(), &data = any();
      a.intra_work_dois.push_back(b.doi);
      if (i % 3 > 0) b.intra_work_dois.push_back(a.doi);
      data.work_type = "DATASET";
      paper.possible_shared_project_dois.push_back(data.doi);
      if (i % 4 > 0) data.possible_shared_project_dois.push_back(paper.doi);
      any().title = any().title;
    }
    return works;
  }

  // What a search keeps for the second pass.
  linkage::PairSet pairs_of(const SearchOptions& options) {
    inputs_.linkage_pairs_dir = dir_ / fmt::format("pairs{}", searches_++);
    find(options);
    auto set = linkage::read_pairs(*inputs_.linkage_pairs_dir);
    EXPECT_TRUE(set) << set.error().message;
    inputs_.linkage_pairs_dir.reset();
    return set ? *std::move(set) : linkage::PairSet{};
  }

  static SearchOptions linkage_options() {
    SearchOptions options;
    options.ranker = Ranker::linkage;
    return options;
  }

  std::mt19937 random_{7};
  int searches_ = 0;
};

void expect_equal(const std::vector<model::PlanMatches>& a,
                  const std::vector<model::PlanMatches>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t plan = 0; plan < a.size(); ++plan) {
    ASSERT_EQ(a[plan].works.size(), b[plan].works.size());
    for (std::size_t i = 0; i < a[plan].works.size(); ++i) {
      EXPECT_EQ(a[plan].works[i].work.doi, b[plan].works[i].work.doi);
      EXPECT_EQ(a[plan].works[i].linkage->log_odds,
                b[plan].works[i].linkage->log_odds);
    }
  }
}

TEST_F(LinkageSearch, T07ListsByLogOddsAndExplainsThem) {
  publish(many(400));
  const auto plans = find(linkage_options());
  ASSERT_EQ(plans.size(), 5U);
  for (const auto& found : plans) {
    ASSERT_FALSE(found.works.empty());
    EXPECT_EQ(found.score_max, 1);
    double before = 1e9;
    for (const auto& match : found.works) {
      ASSERT_TRUE(match.linkage);
      const auto& linkage = *match.linkage;
      EXPECT_LE(linkage.log_odds, before);
      before = linkage.log_odds;
      EXPECT_EQ(match.score, linkage.probability);
      EXPECT_GE(linkage.probability, .001);
      double x = 0, y = 0;  // test 7, on what is written
      for (const auto& entry : linkage.weights) {
        x += entry.vs_chance;
        y += entry.vs_team;
      }
      EXPECT_NEAR(std::exp2(-linkage.log_odds), std::exp2(-x) + std::exp2(-y),
                  1e-9 * std::exp2(-linkage.log_odds));
    }
  }
}

// The same lists, but for works of less than .001.
void expect_equal_from_bound(const std::vector<model::PlanMatches>& bounded,
                             std::vector<model::PlanMatches> all) {
  for (auto& plan : all) {
    std::erase_if(plan.works, [](const auto& match) {
      return match.linkage->probability < .001;
    });
  }
  expect_equal(bounded, all);
}

std::size_t count_works(const std::vector<model::PlanMatches>& plans) {
  std::size_t count = 0;
  for (const auto& plan : plans) count += plan.works.size();
  return count;
}

// Bounds are on the log-odds before recalibration, lists are cut after it.
// --min-probability 0 and the pairs for learning switch bounds off.
TEST_F(LinkageSearch, T15GivesTheSameWithAndWithoutBounds) {
  publish(relatives(5'000));
  const std::filesystem::path file = dir_ / "linkage.json";
  std::size_t most_before = 0;
  for (const char* platt :
       {R"("a":1,"b":0)", R"("a":0.9,"b":0.5)", R"("a":0.8,"b":2)"}) {
    std::ofstream(file) << R"({"format":"dmpworks-linkage/1","platt":{)"
                        << platt << "}}";
    SearchOptions bounded = linkage_options();
    bounded.linkage_file = file;
    std::size_t works = 0;
    for (const int most : {100, 2'000}) {
      bounded.max_results = most;
      SearchOptions unbounded = bounded;
      unbounded.min_probability = 0;
      const auto few = find(bounded), all = find(unbounded);
      expect_equal_from_bound(few, all);
      works = count_works(few);
      EXPECT_TRUE(most == 100 || count_works(all) > works + 1'000) << platt;
      inputs_.linkage_pairs_dir = dir_ / fmt::format("pairs{}", searches_++);
      expect_equal(few, find(bounded));
      inputs_.linkage_pairs_dir.reset();
    }
    EXPECT_GT(works, most_before + 200) << "another bound, more works above it";
    most_before = works;
  }
  EXPECT_GT(most_before, 2'000U) << "hundreds a plan, so that lists are full";
}

// L of pass one of each pair of the only plan, by DOI.
std::map<std::string, double> own_odds(const linkage::PairSet& set) {
  const auto model = linkage::meeting({}, set.chance);
  std::map<std::string, double> odds;
  for (std::size_t i = 0; i < set.plans.at(0).dois.size(); ++i) {
    const auto& levels = set.plans[0].levels[i];
    odds[set.plans[0].dois[i]] =
        linkage::score(linkage::weigh(levels, model).sum(), levels, model)
            .log_odds;
  }
  return odds;
}

// The 400 best, by the bound of the 400th too, and the versions of one of them;
// all pairs are known from a search that keeps 8,000.
TEST_F(LinkageSearch, T15KeepsThe400BestOfAPlanAndTheirVersions) {
  constexpr std::size_t kMost = 400;
  publish(crowd());
  inputs_.plans.resize(1);
  SearchOptions roomy = linkage_options();
  roomy.max_results = 2'000;
  const auto all = own_odds(pairs_of(roomy));
  ASSERT_EQ(all.size(), kCrowd);
  std::vector<std::pair<double, std::string>> order;
  order.reserve(all.size());
  for (const auto& [doi, odds] : all) order.emplace_back(-odds, doi);
  std::sort(order.begin(), order.end());
  std::set<std::string> best, expected;
  for (std::size_t i = 0; i < kMost; ++i) best.insert(order[i].second);
  expected = best;
  const auto version_of = [](const std::string& doi) {
    const int i = std::stoi(doi.substr(doi.find('w') + 1));
    if (i % 5 != 0) return std::string();
    return "10.5555/w" + std::to_string(i % 10 == 0 ? i + 5 : i - 5);
  };
  for (const auto& doi : best) {
    if (const auto other = version_of(doi); !other.empty())
      expected.insert(other);
  }
  ASSERT_GT(expected.size(), best.size() + 20);
  for (const int threads : {1, 3}) {
    SearchOptions bounded = linkage_options();
    bounded.threads = threads;
    const auto kept = own_odds(pairs_of(bounded));
    std::set<std::string> found;
    for (const auto& [doi, odds] : kept) {
      found.insert(doi);
      EXPECT_EQ(odds, all.at(doi));
    }
    EXPECT_EQ(found, expected);
  }
}

TEST_F(LinkageSearch, GivesTheBestOfAPlanAsScoreMaxWhenAsked) {
  publish(many(200));
  SearchOptions options = linkage_options();
  options.score_max = ScoreMax::best;
  const auto plans = find(options);
  for (const auto& found : plans) {
    ASSERT_FALSE(found.works.empty());
    EXPECT_EQ(found.score_max, found.works[0].score);
    EXPECT_LT(found.score_max, 1);
  }
  expect_equal(find(linkage_options()), plans);
}

TEST_F(LinkageSearch, GivesTheSameForAnyThreads) {
  publish(many(300));
  SearchOptions three = linkage_options();
  three.threads = 3;
  expect_equal(find(linkage_options()), find(three));
}

TEST_F(LinkageSearch, T10GivesAVersionTheSameOdds) {  // P95a
  auto works = many(200);
  model::Work article = works[3], preprint = works[3];
  article.doi = "10.5555/article";
  article.title = "Kelp forest decline under marine heat waves in the north";
  article.authors = {person("Ana", "Silva"), person("Joan", "Marsh")};
  article.publication_date = text::to_day(2019, 6, 1);
  preprint = article;
  preprint.doi = "10.5555/preprint";
  preprint.work_type = "PREPRINT";
  preprint.abstract_text.reset();
  works.push_back(article);
  works.push_back(preprint);
  publish(std::move(works));
  const auto plans = find(linkage_options());
  std::vector<double> odds;
  for (const auto& match : plans[0].works) {
    if (match.work.doi == "10.5555/article" ||
        match.work.doi == "10.5555/preprint")
      odds.push_back(match.linkage->log_odds);
  }
  ASSERT_EQ(odds.size(), 2U);
  EXPECT_EQ(odds[0], odds[1]);
}

// An article, its preprint and its data, at both ends of the index.
TEST_F(LinkageSearch, GivesTheSameForAnyShards) {  // P94, P95a
  auto works = many(200);
  model::Work article = works[0], preprint, data;
  article.title = "Kelp forest decline under marine heat waves";
  article.publication_date = text::to_day(2019, 6, 1);
  article.authors = {person("Ana", "Silva"), person("Joan", "Marsh")};
  preprint = data = article;
  article.doi = "10.1111/article";
  preprint.doi = "10.9999/preprint";
  preprint.abstract_text.reset();
  preprint.work_type = "PREPRINT";
  data.doi = "10.9999/data";
  data.work_type = "DATASET";
  data.authors = {person("Nobody", "Known")};
  article.intra_work_dois = {preprint.doi};
  article.possible_shared_project_dois = {data.doi};
  preprint.intra_work_dois = data.possible_shared_project_dois = {article.doi};
  for (const auto& one : {article, preprint, data}) works.push_back(one);
  publish(std::move(works));
  const auto whole = find(linkage_options());
  for (const int count : {1, 3, 64})
    expect_equal(find_in_shards(linkage_options(), count), whole);
  std::map<std::string, double> odds;
  for (const auto& match : whole[0].works)
    odds[match.work.doi] = match.linkage->log_odds;
  EXPECT_EQ(odds.at(preprint.doi), odds.at(article.doi));
  EXPECT_TRUE(odds.contains(data.doi)) << "a neighbour of the article";
}

TEST_F(LinkageSearch, FindsADataSetNextToASureCandidate) {
  auto works = many(200);
  model::Work article = works[0], data = works[0];
  article.doi = "10.5555/article";
  article.title = "Kelp forest decline under marine heat waves";
  article.publication_date = text::to_day(2019, 6, 1);
  article.authors = {person("Ana", "Silva")};
  article.possible_shared_project_dois = {"10.5555/data"};
  data.doi = "10.5555/data";
  data.title = "Data";
  data.abstract_text.reset();
  data.work_type = "DATASET";
  data.authors = {person("Nobody", "Known")};
  data.possible_shared_project_dois = {"10.5555/article"};
  works.push_back(article);
  works.push_back(data);
  publish(std::move(works));
  const auto plans = find(linkage_options());
  const auto& found = plans[0].works;
  const auto at = std::find_if(found.begin(), found.end(), [](const auto& m) {
    return m.work.doi == "10.5555/data";
  });
  ASSERT_NE(at, found.end());
  EXPECT_EQ(at->linkage->weights.back().kind, "related");
  EXPECT_EQ(at->linkage->weights.back().note, "10.5555/article");
  SearchOptions alone = linkage_options();
  alone.disabled = {Feature::relations};
  const auto without = find(alone);
  for (const auto& match : without[0].works)
    EXPECT_NE(match.work.doi, "10.5555/data");
}

TEST_F(LinkageSearch, WritesPairsThatGiveTheSameOdds) {
  publish(many(300));
  inputs_.linkage_pairs_dir = dir_ / "pairs";
  const auto plans = find(linkage_options());
  const auto set = linkage::read_pairs(dir_ / "pairs");
  ASSERT_TRUE(set) << set.error().message;
  const auto model = linkage::meeting({}, set->chance);
  std::size_t checked = 0;
  for (const auto& plan : set->plans) {
    std::vector<const linkage::Levels*> levels;
    for (const auto& one : plan.levels) levels.push_back(&one);
    const auto finals = linkage::second_pass(levels, plan.groups, model);
    for (std::size_t i = 0; i < finals.size(); ++i) {
      EXPECT_NEAR(finals[i].log_odds, plan.log_odds[i], 1e-9);
      for (const auto& found : plans) {
        if (found.plan_doi != plan.plan_doi) continue;
        for (const auto& match : found.works) {
          if (match.work.doi != plan.dois[i]) continue;
          EXPECT_NEAR(match.linkage->log_odds, finals[i].log_odds, 1e-9);
          EXPECT_NEAR(match.linkage->probability,
                      linkage::calibrated(finals[i].log_odds, model), 5e-7);
          ++checked;
        }
      }
    }
  }
  EXPECT_GT(checked, 20U);
}

// Both what is learned from and all that is learned; eight threads have a file
// each.
TEST_F(LinkageSearch, T12LearnsTheSameBytesFromAnyThreads) {
  publish(many(400), 8);
  SearchOptions options = linkage_options();
  std::map<int, linkage::PairSet> sets;
  std::map<int, std::string> files;
  for (const int threads : {1, 8}) {
    options.threads = threads;
    sets[threads] = pairs_of(options);
    files[threads] = linkage::model_json(
        linkage::learn(sets[threads], {}, {}, linkage::Update::all).model);
  }
  EXPECT_EQ(files[1], files[8]);
  EXPECT_NE(files[1], linkage::model_json({}));
  EXPECT_EQ(sets[1].chance, sets[8].chance);
  ASSERT_EQ(sets[1].plans.size(), sets[8].plans.size());
  for (std::size_t i = 0; i < sets[1].plans.size(); ++i) {
    EXPECT_EQ(sets[1].plans[i].dois, sets[8].plans[i].dois);
    EXPECT_EQ(sets[1].plans[i].log_odds, sets[8].plans[i].log_odds);
  }
}

// Positions in the lists of plan and work, behind others that do not match.
TEST_F(LinkageSearch, SaysWhatEachWeightIsOf) {
  auto works = many(60);
  model::Work w = works[0];
  w.doi = "10.5555/evidence";
  w.title = kTopics[0];
  w.publication_date = text::to_day(2018, 3, 1);
  w.authors = {person("Zoe", "Marsh"), person("Ana", "Silva")};
  w.funders = {{"Bog Foundation", std::nullopt}, {"Kelp Fund", std::nullopt}};
  w.institutions = {{"House of Peat", std::nullopt},
                    {"Kelp House", std::nullopt}};
  w.awards = {{"BOG-777777", {}, {}}, {"OCE-2345678", {}, {}}};
  w.intra_work_dois = {"10.5555/output"};
  works.push_back(w);
  publish(std::move(works));
  model::Plan& plan = inputs_.plans[0];
  plan.institutions = {{"Some University", std::nullopt},
                       {"Kelp House", std::nullopt}};
  plan.funding.resize(2);
  plan.funding[0].funder_name = "Reed Trust";
  plan.funding[1].funder_name = "Kelp Fund";
  plan.funding[1].award_id = "OCE-2345678";
  plan.published_outputs = {"10.5555/other", "10.5555/output"};
  const auto plans = find(linkage_options());
  const auto found =
      std::find_if(plans[0].works.begin(), plans[0].works.end(),
                   [&](const auto& match) { return match.work.doi == w.doi; });
  ASSERT_NE(found, plans[0].works.end());
  std::map<std::string, model::WeightEntry> by_kind;
  for (const auto& entry : found->linkage->weights) by_kind[entry.kind] = entry;
  const auto expect = [&](const char* kind, const char* level, int dmp,
                          int work) {
    EXPECT_EQ(by_kind[kind].level, level) << kind;
    EXPECT_EQ(by_kind[kind].dmp, dmp) << kind;
    EXPECT_EQ(by_kind[kind].work, work) << kind;
  };
  expect("author", "full", 0, 1);
  expect("date", "first_half", -1, -1);
  expect("award", "full_strong", 1, 1);
  expect("funder", "agree", 1, 1);
  expect("institution", "agree", 1, 1);
  expect("relation", "intra_work", -1, -1);
  EXPECT_EQ(by_kind["relation"].note, "to 10.5555/output");
}

TEST_F(LinkageSearch, SaysWhichAwardTheFunderListsAWorkFor) {
  publish(many(60));
  model::PlanAward award;
  award.canonical_id = "OCE-1";
  award.award_url = "https://funder.example/1";
  award.funded_dois = {"10.5555/w7"};
  inputs_.plans[0].awards = {award};
  for (const Ranker ranker : {Ranker::query, Ranker::linkage}) {
    SearchOptions options;
    options.ranker = ranker;
    options.min_probability = 0;  // its topic may be another
    std::size_t found = 0;
    const auto plans = find(options);
    for (const auto& match : plans[0].works) {
      EXPECT_EQ(match.doi_found, match.work.doi == "10.5555/w7");
      EXPECT_EQ(match.doi_sources.size(), match.doi_found ? 1U : 0U);
      for (const auto& source : match.doi_sources)
        found += source.award_url == "https://funder.example/1" ? 1U : 0U;
    }
    EXPECT_EQ(found, 1U) << (ranker == Ranker::query ? "query" : "linkage");
  }
}

TEST_F(LinkageSearch, RefusesAnIndexWithoutStatistics) {
  publish(many(20));
  inputs_.linkage_stats_dir.clear();
  const auto status = search(
      inputs_, linkage_options(),
      [](model::PlanMatches&&) -> Status { return {}; }, nullptr);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace dmp::match
