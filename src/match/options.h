#pragma once

#include "model/plan.h"
#include "text/dates.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace dmp::match {

// Source: spec search.md 1. `candidate` has no gate: any clause that hits makes
// a hit (a server also returns works that no clause hits, with score 0).
enum class QueryBuilder : std::uint8_t { dmpworks, baseline, candidate };

// bm25: servers from 3.0. legacy_bm25: indices of 2.x, with the factor k1 + 1.
enum class Similarity : std::uint8_t { bm25, legacy_bm25 };

// Which of equally heavy words are kept at place 25. stable: by document
// frequency, then term. server: as the hash table and heap of a server do.
enum class TermTies : std::uint8_t { stable, server };

// When the name of a work's funder is that of the plan's. phrase: equal to a
// name of the family, or holds the plan's name as a phrase. equal: the former.
enum class FunderNameRule : std::uint8_t { phrase, equal };

// How titles and abstracts are written around the marks.
enum class Encoding : std::uint8_t { plain, html };

enum class Feature : std::uint8_t {
  funded_dois,
  authors,
  institutions,
  funders,
  awards,
  content,
  relations,
};

// What builder dmpworks does otherwise than the baseline. Source: search.md 3.
// award_funders is A1, raw_awards A2, dates A3, duplicates A4, surnames A5;
// award_spellings: the numbers of a plan also as other hands write them
// (enrichment.md 2.1, 2.2).
enum class Improvement : std::uint8_t {
  award_funders,
  raw_awards,
  dates,
  duplicates,
  surnames,
  award_spellings,
};

// What orders the works. linkage: the probability of linkage.md; query: the
// score of the query.
enum class Ranker : std::uint8_t { query, linkage };

// scoreMax with ranker linkage: 1, or the plan's highest probability.
enum class ScoreMax : std::uint8_t { one, best };

// Source: spec cli.md G9.
struct SearchOptions {
  QueryBuilder builder = QueryBuilder::dmpworks;
  int max_results = 100;  // works kept a plan
  int project_end_buffer_years = 3;
  int project_start_buffer_days = 0;
  int inferred_end_extra_years = 2;
  int inner_hits = 50;  // evidence items a list
  std::set<Feature> disabled;
  std::set<Improvement> without;  // of builder dmpworks, for studies
  // Weights of an award by what its funder says: agrees, unknown, disagrees.
  double award_full = 10, award_unknown = 2, award_disagree = 0.5;
  Similarity similarity = Similarity::bm25;
  TermTies term_ties = TermTies::stable;
  FunderNameRule funder_name_rule = FunderNameRule::phrase;
  Encoding highlight_encoding = Encoding::plain;
  bool explain = true;
  // Plans whose project starts on these days or between; without them all.
  std::optional<text::Day> plans_from, plans_until;
  bool undated_plans = false;  // also those without a start
  // Only plans that changed on this day (UTC) or later; without it all.
  std::optional<text::Day> changed_since;
  Ranker ranker = Ranker::query;
  // Ranker linkage only. No file: the compiled-in tables.
  std::optional<std::filesystem::path> linkage_file;
  double min_probability = 0.001;
  ScoreMax score_max = ScoreMax::one;
  bool linkage_pairs = false;   // also publish linkage_pairs/
  double explore_ratio = 0;     // share of the list drawn from p 0.01 to 0.5
  int plans_per_file = 1000;    // of the match files
  std::int64_t max_failed = 0;  // plans; more that fail fail the search
  int threads = 1;

  bool improved() const { return builder == QueryBuilder::dmpworks; }
  bool improves(Improvement improvement) const {
    return improved() && !without.contains(improvement);
  }
  bool uses(Feature feature) const { return !disabled.contains(feature); }
  // Source: spec dmps.md 8.
  bool is_of_dates(const model::Plan& plan) const {
    if (!plans_from && !plans_until) return true;
    if (!plan.project_start) return undated_plans;
    return (!plans_from || *plan.project_start >= *plans_from) &&
           (!plans_until || *plan.project_start <= *plans_until);
  }
  // By itself or by what enrichment found. Source: spec search.md 9.
  bool has_changed(const model::Plan& plan) const {
    if (!changed_since) return true;
    const text::Micros begin = *changed_since * 86'400'000'000;
    return plan.modified >= begin || plan.awards_changed >= begin;
  }
  bool wants(const model::Plan& plan) const {
    return is_of_dates(plan) && has_changed(plan);
  }
};

}  // namespace dmp::match
