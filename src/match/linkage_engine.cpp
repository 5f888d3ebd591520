// Pass one streams the works past the plans: keys first, which are cheap and
// exact; text only where it could still put the pair on the list. Pass two
// joins what the shares kept, adds neighbours, and lets versions and data sets
// help each other. Source: spec linkage.md 12.
#include "match/linkage_engine.h"

#include "base/log.h"
#include "match/collection.h"
#include "match/doi_sources.h"
#include "match/kept_pairs.h"
#include "match/linkage_file.h"
#include "match/linkage_index.h"
#include "match/linkage_neighbours.h"
#include "match/linkage_order.h"
#include "match/linkage_pairs.h"
#include "match/linkage_pool.h"
#include "match/linkage_report.h"
#include "match/linkage_text.h"
#include "match/listed_works.h"
#include "match/match_record.h"
#include "match/searchable.h"
#include "sql/session.h"
#include "sql/work_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <numeric>
#include <set>
#include <thread>

namespace dmp::match::linkage {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPlansAtATime = 500;
constexpr double kPruneProbability = .001;

constexpr std::string_view kColumns =
    "doi, title, abstract_text, work_type, publication_date, "
    "publication_date_end, institutions, authors, funders, awards, relations, "
    "source";

// All that is read while works stream past; nothing here changes then.
struct World {
  std::vector<const model::Plan*> sources;
  std::vector<PlanQuery> queries;
  std::vector<LinkagePlan> plans;
  CollectionCounts counts;
  Collection collection;
  TextChance chance{};
  double mean_length = 1;
  Model model;
  double least_part = 0;  // log-odds from which a pair is in the second pass
  double floor = 0;       // log-odds below which nothing is kept
  std::size_t most = 0;   // pairs kept a plan
};

// ------------------------------------------------------------------- preparing

Status add_text(const SearchInputs& inputs, const SearchOptions& options,
                sql::Session& session, World& world) {
  DMP_ASSIGN(world.counts,
             read_collection_counts(session, inputs.collection_stats_dir));
  TermTable terms;
  for (const auto& query : world.queries) {
    for (const auto& token : query.content_tokens)
      terms.emplace(token, TermCounts{});
  }
  DMP_TRY(read_term_counts(session, inputs.collection_stats_dir, terms));
  for (std::size_t i = 0; i < world.queries.size(); ++i) {
    auto& query = world.queries[i];
    world.plans[i].text.terms =
        text_terms(query.content_tokens, terms, world.counts);
    world.plans[i].text.rarest = rarest_terms(world.plans[i].text.terms, terms);
    query.terms = select_terms(query.content_tokens, terms, world.counts,
                               options.similarity, options.term_ties);
  }
  world.mean_length = mean_length(world.counts);
  const NullSample sample(world.collection.summary.sample, world.mean_length);
  world.chance = sample.calibrate(world.plans);
  world.model = meeting(world.model, world.chance);
  return {};
}

Result<World> prepare(const SearchInputs& inputs, const SearchOptions& options,
                      SearchCounts& totals) {
  World world;
  if (options.linkage_file) {
    DMP_ASSIGN(world.model, read_model(*options.linkage_file));
  }
  DMP_ASSIGN(auto families, FunderFamilies::read(inputs.ror_file));
  families.index_names();
  world.sources = searchable(inputs.plans, totals.failures);
  for (const auto* plan : world.sources) {
    world.queries.push_back(make_query(*plan, options, families));
    world.plans.push_back(
        make_linkage_plan(*plan, world.queries.back(), options, families));
    want_counts(world.plans.back(), world.collection.counts);
  }
  DMP_ASSIGN(auto session, sql::Session::open({}));
  DMP_ASSIGN(world.collection.summary,
             sql::read_linkage_summary(session, inputs.linkage_stats_dir));
  DMP_TRY(world.collection.counts.read(session, inputs.linkage_stats_dir));
  DMP_TRY(add_text(inputs, options, session, world));
  const DateHistogram dates(world.collection.summary);
  for (auto& plan : world.plans) {
    if (plan.has_start) plan.date_g = dates.shares(plan.date_edges);
  }
  world.least_part = uncalibrated(kPruneProbability, world.model);
  // A smaller least probability switches the pruning off. So do the pairs: to
  // learn from those alone that a model liked makes its errors worse. What is
  // kept for that is no relative of anything else, so that no list changes.
  world.floor =
      options.min_probability < kPruneProbability || inputs.linkage_pairs_dir
          ? -std::numeric_limits<double>::infinity()
          : world.least_part;
  constexpr std::size_t kLeastKept = 400;
  world.most =
      std::max(kLeastKept, 4 * static_cast<std::size_t>(options.max_results));
  return world;
}

// -------------------------------------------------------------------- pass one

struct Share {
  std::vector<Pool> pools;
  SearchCounts counts;
};

// The largest log-odds that any topic could give.
double bound(const World& world, const LinkagePlan& plan, const Levels& levels,
             const ClassPair& sum) {
  if (plan.text.terms.empty()) return score(sum, levels, world.model).log_odds;
  double best = -std::numeric_limits<double>::infinity();
  const int condition = levels.text_condition;
  for (std::size_t bin = 0; bin < kTextBins; ++bin) {
    ClassPair with = sum;
    with += text_weight(condition, static_cast<int>(bin),
                        world.chance[static_cast<std::size_t>(condition)][bin],
                        world.model);
    best = std::max(best, score(with, levels, world.model).log_odds);
  }
  return best;
}

class Streamer {
 public:
  Streamer(const World& world, const LinkageIndex& index)
      : world_(world), index_(index) {
    share_.pools.resize(world.plans.size());
  }

  Status read(sql::Session& session, const std::string& source) {
    DMP_ASSIGN(auto answer, session.query(fmt::format("SELECT {} FROM {}",
                                                      kColumns, source)));
    sql::WorkRows rows(std::move(answer));
    for (;;) {
      DMP_ASSIGN(const std::size_t count, rows.next());
      if (count == 0) return {};
      for (std::size_t row = 0; row < count; ++row) look_at(rows.work(row));
    }
  }

  Share take() { return std::move(share_); }

 private:
  void look_at(const model::Work& work) {
    ++share_.counts.works;
    if (work.work_type == "OUTPUT_MANAGEMENT_PLAN") return;
    WorkKeys keys(work, analyser_);
    index_.candidates(keys, plans_);
    if (plans_.empty()) return;
    WorkView view(work, analyser_);
    std::optional<Relatives> relatives;
    for (const std::uint32_t plan : plans_)
      compare(plan, keys, view, relatives);
  }

  void compare(std::uint32_t position, WorkKeys& keys, WorkView& view,
               std::optional<Relatives>& relatives) {
    const LinkagePlan& plan = world_.plans[position];
    if (plan.doi == keys.work().doi) return;
    ++share_.counts.candidates;
    KeyComparison found = compare_keys(plan, keys, world_.collection);
    if (!found.opens &&
        !(found.opens_with_title && title_has_rare_term(plan.text, view)))
      return;
    ++share_.counts.hits;
    const model::Work& work = keys.work();
    const bool related = !work.intra_work_dois.empty() ||
                         !work.possible_shared_project_dois.empty() ||
                         !work.dataset_citation_dois.empty();
    Pool& pool = share_.pools[position];
    const double least =
        related ? pool.least_related() : std::max(world_.floor, pool.least());
    const ClassPair sum = weigh(found.levels, world_.model).sum();
    if (bound(world_, plan, found.levels, sum) < least) return;
    compare_text(plan, view, world_.mean_length, world_.chance, found.levels);
    Pair pair;
    pair.log_odds = score(weigh(found.levels, world_.model).sum(), found.levels,
                          world_.model)
                        .log_odds;
    if (pair.log_odds < least) return;
    if (!relatives) relatives = relatives_of(work);
    pair.doi = work.doi;
    pair.levels = std::move(found.levels);
    pair.relatives = *relatives;
    pair.surely_team = found.sure_author || found.matched_authors >= 2;
    pool.offer(pair, world_.most);
  }

  const World& world_;
  const LinkageIndex& index_;
  text::Analyser analyser_;
  std::vector<std::uint32_t> plans_;
  Share share_;
};

Result<std::vector<Pool>> stream(const SearchInputs& inputs, const World& world,
                                 const Shard& shard, int wanted_threads,
                                 SearchCounts& totals) {
  const LinkageIndex index(world.plans);
  DMP_ASSIGN(auto first, sql::Session::open({}));
  DMP_ASSIGN(const auto pieces, pieces_of(first, inputs.works_files, shard));
  const auto workers = std::max<std::size_t>(
      1, std::min<std::size_t>(static_cast<std::size_t>(wanted_threads),
                               pieces.size()));
  std::atomic<std::size_t> next{0};
  std::vector<Share> shares(workers);
  std::vector<Status> done(workers);
  const auto work = [&](std::size_t me) {
    Streamer streamer(world, index);
    done[me] = [&]() -> Status {
      DMP_ASSIGN(auto session, sql::Session::open({}));
      for (std::size_t i = next++; i < pieces.size(); i = next++) {
        DMP_TRY(streamer.read(session, pieces[i]));
      }
      return {};
    }();
    shares[me] = streamer.take();
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work, i);
  work(0);
  for (auto& thread : threads) thread.join();
  std::vector<Pool> pools(world.plans.size());
  for (std::size_t i = 0; i < workers; ++i) {
    DMP_TRY(done[i]);
    for (std::size_t plan = 0; plan < pools.size(); ++plan)
      pools[plan].merge(std::move(shares[i].pools[plan]), world.most);
    totals.add_streamed(shares[i].counts);
  }
  return pools;
}

std::vector<std::string> dois_of(const World& world) {
  std::vector<std::string> dois;
  dois.reserve(world.sources.size());
  for (const auto* plan : world.sources) dois.push_back(plan->doi);
  return dois;
}

// What the shards of the search kept, as one would have kept it.
Result<std::vector<Pool>> join(const std::vector<KeptShard>& shards,
                               const World& world, SearchCounts& totals) {
  std::vector<Pool> pools(world.plans.size());
  const auto dois = dois_of(world);
  for (const auto& shard : shards) {
    DMP_TRY(read_kept_pairs(dois, shard.dir, world.most, pools));
    totals.add_streamed(shard.counts);
  }
  return pools;
}

Status check_statistics(const SearchInputs& inputs) {
  if (!inputs.linkage_stats_dir.empty()) return {};
  return Error{ErrorCode::not_found,
               "the works index has no linkage_stats/; hint: make it again, or "
               "--ranker query"};
}

// -------------------------------------------------------------------- pass two

class PassTwo {
 public:
  PassTwo(const SearchInputs& inputs, const SearchOptions& options,
          const World& world)
      : inputs_(inputs), options_(options), world_(world) {}

  // All plans with their pairs, neighbours included.
  Status run(std::vector<Pool>& pools,
             const std::function<Status(model::PlanMatches&&)>& sink,
             PairsFile* pairs_file, SearchCounts& totals) {
    for (auto& pool : pools)
      plans_.push_back(
          {pool.take(world_.most, world_.floor, world_.least_part), {}, {}});
    if (options_.uses(Feature::relations)) DMP_TRY(add_neighbours());
    ListedWorks listed;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      Judged& plan = plans_[i];
      plan.finals = judge(plan.pairs, i, pairs_file);
      plan.list = list_of(world_.plans[i].doi, plan.pairs, plan.finals,
                          world_.model, options_);
      for (const auto& one : plan.list)
        listed.want(i / kPlansAtATime, plan.pairs[one.pair].doi);
      const bool last = i + 1 == plans_.size();
      if (pairs_file != nullptr && (last || (i + 1) % kPlansAtATime == 0))
        DMP_TRY(pairs_file->flush());
    }
    DMP_TRY(find(listed));
    ListedWorks::Works works;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      if (i % kPlansAtATime == 0) {
        DMP_ASSIGN(works, listed.next());
      }
      auto matches = record(i, plans_[i], works);
      plans_[i] = {};
      if (!matches) {
        totals.fail(world_.plans[i].doi, std::move(matches).error());
        continue;
      }
      totals.count(*matches);
      DMP_TRY(sink(*std::move(matches)));
    }
    return {};
  }

 private:
  // What is known of a plan.
  struct Judged {
    std::vector<Pair> pairs;
    std::vector<Final> finals;  // of the pairs
    std::vector<Listed> list;
  };

  Status find(ListedWorks& listed) const {
    return listed.find(inputs_.works_files, inputs_.scratch_dir,
                       options_.threads);
  }

  Status add_neighbours() {
    std::vector<std::vector<Neighbour>> neighbours;
    neighbours.reserve(plans_.size());
    ListedWorks listed;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      neighbours.push_back(neighbours_of(plans_[i].pairs));
      for (const auto& one : neighbours.back())
        listed.want(i / kPlansAtATime, one.doi);
    }
    DMP_TRY(find(listed));
    ListedWorks::Works works;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      if (i % kPlansAtATime == 0) {
        DMP_ASSIGN(works, listed.next());
      }
      add_neighbours_of(i, neighbours[i], works);
    }
    return {};
  }

  void add_neighbours_of(std::size_t position,
                         const std::vector<Neighbour>& neighbours,
                         const ListedWorks::Works& works) {
    auto& pairs = plans_[position].pairs;
    std::set<std::string_view> added;
    std::vector<Pair> more;
    for (const auto& one : neighbours) {
      const model::Work* const work = works.find(one.doi);
      if (work == nullptr || added.contains(one.doi)) continue;
      Pair pair;
      if (!compare(position, *work, pair)) continue;
      if (!one.version && !pair.relatives.is_data &&
          !pairs[one.pair].relatives.is_data) {
        continue;
      }
      added.insert(one.doi);
      more.push_back(std::move(pair));
    }
    // Kept as well, but for no part: now it has one.
    std::erase_if(pairs,
                  [&](const Pair& pair) { return added.contains(pair.doi); });
    for (auto& pair : more) pairs.push_back(std::move(pair));
    std::sort(pairs.begin(), pairs.end(),
              [](const Pair& a, const Pair& b) { return a.doi < b.doi; });
  }

  bool compare(std::size_t position, const model::Work& work, Pair& pair) {
    const LinkagePlan& plan = world_.plans[position];
    if (work.work_type == "OUTPUT_MANAGEMENT_PLAN" || work.doi == plan.doi)
      return false;
    WorkKeys keys(work, analyser_);
    WorkView view(work, analyser_);
    pair.levels = compare_keys(plan, keys, world_.collection).levels;
    compare_text(plan, view, world_.mean_length, world_.chance, pair.levels);
    pair.doi = work.doi;
    pair.relatives = relatives_of(work);
    pair.log_odds =
        score(weigh(pair.levels, world_.model).sum(), pair.levels, world_.model)
            .log_odds;
    return true;
  }

  std::vector<Final> judge(const std::vector<Pair>& pairs, std::size_t plan,
                           PairsFile* pairs_file) {
    Groups groups;
    if (options_.uses(Feature::relations)) {
      groups = group(pairs);
    } else {
      groups.lifts.resize(pairs.size());
      groups.cluster.resize(pairs.size());
      std::iota(groups.cluster.begin(), groups.cluster.end(), 0);
    }
    std::vector<const Levels*> levels;
    levels.reserve(pairs.size());
    for (const auto& pair : pairs) levels.push_back(&pair.levels);
    auto finals = second_pass(levels, groups, world_.model);
    if (pairs_file != nullptr) {
      pairs_file->append(world_.plans[plan].doi, pairs, groups, finals,
                         world_.model);
    }
    return finals;
  }

  Result<model::PlanMatches> record(std::size_t position, const Judged& plan,
                                    ListedWorks::Works& works) {
    const auto& pairs = plan.pairs;
    model::PlanMatches matches;
    matches.plan_doi = world_.plans[position].doi;
    matches.plan_id = world_.sources[position]->plan_id;
    for (const auto& listed : plan.list) {
      const std::string& doi = pairs[listed.pair].doi;
      const model::Work* const work = works.find(doi);
      if (work == nullptr)
        return Error{ErrorCode::internal, doi + ": gone from the index"};
      WorkView view(*work, analyser_);
      auto evidence = evaluate(world_.queries[position], view, world_.counts,
                               options_, Detail::every_clause);
      if (!evidence) continue;  // never: this detail has no gate
      const double query_score = static_cast<double>(evidence->score);
      model::Match match =
          match_of(works.take(doi), *std::move(evidence), options_);
      match.doi_sources = doi_sources(*world_.sources[position], doi, options_);
      const Final& final = plan.finals[listed.pair];
      WorkKeys keys(match.work, analyser_);
      const Places places =
          compare_keys(world_.plans[position], keys, world_.collection).places;
      match.score = listed.probability;
      match.linkage =
          model::Linkage{listed.probability, final.log_odds, query_score,
                         weight_entries(world_.plans[position], pairs, final,
                                        listed.pair, places, world_.model)};
      matches.works.push_back(std::move(match));
    }
    if (!matches.works.empty()) {
      matches.score_max =
          options_.score_max == ScoreMax::one ? 1 : matches.works.front().score;
    }
    return matches;
  }

  const SearchInputs& inputs_;
  const SearchOptions& options_;
  const World& world_;
  std::vector<Judged> plans_;
  text::Analyser analyser_;
};

// Their works can be found by the first fifty and by all other keys.
void warn_of_left_out_authors(const World& world) {
  std::size_t plans = 0, authors = 0;
  for (const auto& plan : world.plans) {
    plans += plan.more_authors > 0 ? 1 : 0;
    authors += static_cast<std::size_t>(plan.more_authors);
  }
  if (plans == 0) return;
  log::warning(
      "{} of {} plans have more than {} authors; {} authors beyond those are "
      "not compared",
      plans, world.plans.size(), kMostAuthors, authors);
}

}  // namespace

Status search_shard(const SearchInputs& inputs, const SearchOptions& options,
                    const Shard& shard, const fs::path& dir,
                    SearchCounts* counts) {
  DMP_TRY(check_statistics(inputs));
  DMP_ASSIGN(const World world, prepare(inputs, options, *counts));
  counts->plans = static_cast<std::int64_t>(world.plans.size());
  DMP_ASSIGN(auto pools,
             stream(inputs, world, shard, options.threads, *counts));
  return write_kept_pairs(dois_of(world), pools, world.most, dir);
}

Status search(const SearchInputs& inputs, const SearchOptions& options,
              const std::function<Status(model::PlanMatches&&)>& sink,
              SearchCounts* counts) {
  DMP_TRY(check_statistics(inputs));
  SearchCounts totals;
  DMP_ASSIGN(const World world, prepare(inputs, options, totals));
  DMP_ASSIGN(auto pools,
             inputs.shards.empty()
                 ? stream(inputs, world, {}, options.threads, totals)
                 : join(inputs.shards, world, totals));
  warn_of_left_out_authors(world);
  // From here on a plan has all its pairs but the neighbours.
  std::optional<PairsFile> pairs_file;
  if (inputs.linkage_pairs_dir) pairs_file.emplace(*inputs.linkage_pairs_dir);
  PairsFile* const file = pairs_file ? &*pairs_file : nullptr;
  DMP_TRY(PassTwo(inputs, options, world).run(pools, sink, file, totals));
  const auto searched = static_cast<std::int64_t>(world.plans.size());
  if (file != nullptr) DMP_TRY(file->finish(world.chance, searched));
  if (counts != nullptr) *counts = std::move(totals);
  return {};
}

}  // namespace dmp::match::linkage
