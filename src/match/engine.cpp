// The streaming matcher. Pass 1: every worker streams its share of the files
// past all plans and keeps the best of each; the shares merge exactly, because
// a plan's list is a set ordered by (score, DOI). Pass 2: the works that were
// kept are read whole, and their evidence is written down.
#include "match/engine.h"

#include "base/log.h"
#include "match/best_lists.h"
#include "match/collection.h"
#include "match/doi_sources.h"
#include "match/evaluate.h"
#include "match/kept_works.h"
#include "match/linkage_engine.h"
#include "match/listed_works.h"
#include "match/match_record.h"
#include "match/searchable.h"
#include "match/work_scorer.h"
#include "sql/session.h"
#include "sql/work_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <thread>

namespace dmp::match {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPlansAtATime = 500;

// Columns that decide a hit and its score.
constexpr std::string_view kColumns =
    "doi, title, abstract_text, work_type, publication_date, "
    "publication_date_end, institutions, authors, funders, awards, relations";

// The plans, ready to be searched for.
struct Prepared {
  std::vector<const model::Plan*> plans;  // by DOI, as all that follows
  std::vector<PlanQuery> queries;
  CollectionCounts collection;

  std::vector<std::string> dois() const {
    std::vector<std::string> dois;
    dois.reserve(plans.size());
    for (const auto* plan : plans) dois.push_back(plan->doi);
    return dois;
  }
};

// ------------------------------------------------------------------ statistics

// Document frequencies of the plans' own terms only.
Result<TermTable> read_terms(sql::Session& session, const fs::path& dir,
                             const std::vector<PlanQuery>& queries) {
  TermTable wanted;
  for (const auto& query : queries) {
    for (const auto& token : query.content_tokens)
      wanted.emplace(token, TermCounts{});
  }
  constexpr int kLeastDocuments = 5;  // rarer terms are not selected
  DMP_TRY(read_term_counts(session, dir, wanted, kLeastDocuments));
  return wanted;
}

// ---------------------------------------------------------------------- pass 1

Status read_piece(sql::Session& session, const std::string& source,
                  WorkScorer& scorer) {
  DMP_ASSIGN(auto answer,
             session.query(fmt::format("SELECT {} FROM {}", kColumns, source)));
  sql::WorkRows rows(std::move(answer));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return {};
    for (std::size_t row = 0; row < count; ++row) scorer.score(rows.work(row));
  }
}

Status stream(const SearchInputs& inputs, const ScoredPlans& plans,
              const Shard& shard, BestLists& best, SearchCounts& totals) {
  DMP_ASSIGN(auto first, sql::Session::open({}));
  DMP_ASSIGN(const auto pieces, pieces_of(first, inputs.works_files, shard));
  const auto workers = std::max<std::size_t>(
      1, std::min<std::size_t>(static_cast<std::size_t>(plans.options.threads),
                               pieces.size()));
  std::atomic<std::size_t> next{0};
  std::vector<WorkScorer::Counts> counts(workers);
  std::vector<Status> done(workers);
  const auto work = [&](std::size_t me) {
    WorkScorer scorer(plans, best);
    done[me] = [&]() -> Status {
      DMP_ASSIGN(auto session, sql::Session::open({}));
      for (std::size_t i = next++; i < pieces.size(); i = next++) {
        DMP_TRY(read_piece(session, pieces[i], scorer));
      }
      return {};
    }();
    counts[me] = scorer.counts();
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work, i);
  work(0);
  for (auto& thread : threads) thread.join();
  std::int64_t scored = 0;
  for (std::size_t i = 0; i < workers; ++i) {
    DMP_TRY(done[i]);
    totals.works += counts[i].works;
    totals.candidates += counts[i].candidates;
    totals.hits += counts[i].hits;
    scored += counts[i].scored;
  }
  log::debug("{} works, {} candidates, {} with gate and date, {} scored fully",
             totals.works, totals.candidates, totals.hits, scored);
  return {};
}

// ---------------------------------------------------------------------- pass 2

Error lost(const std::string& work) {
  return {ErrorCode::internal, work + ": the two passes disagree"};
}

// Writes the lists down as records.
class Reporter {
 public:
  Reporter(const Prepared& prepared, const SearchOptions& options,
           BestLists& best)
      : prepared_(prepared), options_(options) {
    lists_.reserve(prepared.plans.size());
    for (std::size_t i = 0; i < prepared.plans.size(); ++i)
      lists_.push_back(best.take(static_cast<std::uint32_t>(i)));
  }

  Status run(const SearchInputs& inputs,
             const std::function<Status(model::PlanMatches&&)>& sink,
             SearchCounts& totals) {
    ListedWorks listed;
    for (std::size_t i = 0; i < lists_.size(); ++i) {
      for (const auto& ranked : lists_[i])
        listed.want(i / kPlansAtATime, ranked.doi);
    }
    DMP_TRY(
        listed.find(inputs.works_files, inputs.scratch_dir, options_.threads));
    for (std::size_t begin = 0; begin < lists_.size(); begin += kPlansAtATime) {
      DMP_ASSIGN(auto works, listed.next());
      const std::size_t end = std::min(lists_.size(), begin + kPlansAtATime);
      for (std::size_t i = begin; i < end; ++i)
        DMP_TRY(report(i, works, sink, totals));
    }
    return {};
  }

 private:
  Status report(std::size_t i, ListedWorks::Works& works,
                const std::function<Status(model::PlanMatches&&)>& sink,
                SearchCounts& totals) {
    auto matches = record(i, works);
    if (!matches) {
      totals.fail(prepared_.plans[i]->doi, std::move(matches).error());
      return {};
    }
    totals.count(*matches);
    return sink(*std::move(matches));
  }

  Result<model::PlanMatches> record(std::size_t i, ListedWorks::Works& works) {
    const model::Plan& plan = *prepared_.plans[i];
    model::PlanMatches matches;
    matches.plan_doi = plan.doi;
    matches.plan_id = plan.plan_id;
    for (const auto& ranked : lists_[i]) {
      const model::Work* const work = works.find(ranked.doi);
      if (work == nullptr) return lost(ranked.doi);
      WorkView view(*work, analyser_);
      auto hit = evaluate(prepared_.queries[i], view, prepared_.collection,
                          options_, Detail::evidence);
      if (!hit || hit->score != ranked.score) return lost(ranked.doi);
      matches.works.push_back(
          match_of(works.take(ranked.doi), *std::move(hit), options_));
      matches.works.back().doi_sources =
          doi_sources(plan, ranked.doi, options_);
    }
    if (!matches.works.empty()) matches.score_max = matches.works[0].score;
    return matches;
  }

  const Prepared& prepared_;
  const SearchOptions& options_;
  std::vector<std::vector<Ranked>> lists_;
  text::Analyser analyser_;
};

// One line, however many plans. Source: search.md 2.
void warn_of_gates(const std::vector<PlanQuery>& queries,
                   const SearchOptions& options) {
  if (options.builder == QueryBuilder::candidate) return;
  const auto without =
      std::count_if(queries.begin(), queries.end(),
                    [](const PlanQuery& query) { return !query.has_gate(); });
  if (without == 0) return;
  log::warning(
      "{} of {} plans have no works: nothing in them opens a gate (author, "
      "award, published output, DOI from a funder)",
      without, queries.size());
}

// What the passes cost; the time of the process, all threads.
void log_cost(const char* what) {
  log::debug("{} after {:.2f} CPU s", what,
             static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
}

Result<Prepared> prepare(const SearchInputs& inputs,
                         const SearchOptions& options, SearchCounts& totals) {
  Prepared prepared;
  DMP_ASSIGN(const auto families, FunderFamilies::read(inputs.ror_file));
  auto& plans = prepared.plans;
  plans = searchable(inputs.plans, totals.failures);
  auto& queries = prepared.queries;
  queries.reserve(plans.size());
  for (const auto* plan : plans)
    queries.push_back(make_query(*plan, options, families));
  DMP_ASSIGN(auto session, sql::Session::open({}));
  DMP_ASSIGN(prepared.collection,
             read_collection_counts(session, inputs.collection_stats_dir));
  DMP_ASSIGN(const auto terms,
             read_terms(session, inputs.collection_stats_dir, queries));
  for (auto& query : queries) {
    query.terms = select_terms(query.content_tokens, terms, prepared.collection,
                               options.similarity, options.term_ties);
    query.content_tokens = {};  // most of a query's memory
  }
  log_cost("plans read");
  return prepared;
}

Status stream_share(const SearchInputs& inputs, const SearchOptions& options,
                    const Prepared& prepared, const Shard& shard,
                    BestLists& best, SearchCounts& totals) {
  const ScoredPlans scored(prepared.queries, prepared.collection, options);
  DMP_TRY(stream(inputs, scored, shard, best, totals));
  log_cost("works streamed past");
  return {};
}

}  // namespace

Status search_shard(const SearchInputs& inputs, const SearchOptions& options,
                    const Shard& shard, const fs::path& dir,
                    SearchCounts* counts) {
  if (options.ranker == Ranker::linkage)
    return linkage::search_shard(inputs, options, shard, dir, counts);
  DMP_ASSIGN(const Prepared prepared, prepare(inputs, options, *counts));
  counts->plans = static_cast<std::int64_t>(prepared.plans.size());
  BestLists best(prepared.plans.size(),
                 static_cast<std::size_t>(options.max_results));
  DMP_TRY(stream_share(inputs, options, prepared, shard, best, *counts));
  return write_kept_works(prepared.dois(), best, dir);
}

Status search(const SearchInputs& inputs, const SearchOptions& options,
              const std::function<Status(model::PlanMatches&&)>& sink,
              SearchCounts* counts) {
  if (options.ranker == Ranker::linkage)
    return linkage::search(inputs, options, sink, counts);
  SearchCounts totals;
  DMP_ASSIGN(const Prepared prepared, prepare(inputs, options, totals));
  warn_of_gates(prepared.queries, options);
  BestLists best(prepared.plans.size(),
                 static_cast<std::size_t>(options.max_results));
  if (inputs.shards.empty())
    DMP_TRY(stream_share(inputs, options, prepared, {}, best, totals));
  for (const auto& shard : inputs.shards) {
    DMP_TRY(read_kept_works(prepared.dois(), shard.dir, best));
    totals.add_streamed(shard.counts);
  }
  DMP_TRY(Reporter(prepared, options, best).run(inputs, sink, totals));
  log_cost("evidence written");
  if (counts != nullptr) *counts = std::move(totals);
  return {};
}

}  // namespace dmp::match
