#pragma once

#include "model/work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmp::model {

// One nested item of a work that hit (spec search.md 8.2).
struct ItemMatch {
  int index = 0;                    // position in the work's list
  double score = 0;                 // the item's own sum
  std::vector<std::string> fields;  // sorted names of the constants that hit
};

struct ExplainItem {
  std::string dmp;  // index in the plan's list, or the DOI / variant
  int work = -1;    // index in the work's list; -1: none
  std::string how;  // orcid, surname, ror, name, award-strong, …
  double points = 0;
};

struct TermPoints {
  std::string term;
  std::string field;  // title | abstract_text
  double points = 0;
};

// search.md 8.3. The sum of `score` over a match's clauses is its score.
struct ExplainClause {
  std::string clause;
  bool gate = false;
  double score = 0;
  std::vector<ExplainItem> items;
  std::vector<TermPoints> terms;  // content only
  std::string note;
};

struct DoiSource {
  std::optional<std::string> parent_award_id;
  std::string award_id;
  std::string award_url;
};

// One comparison of the linkage model, in bits (spec linkage.md 11). The sums
// over the entries X of vs_chance and Y of vs_team give the log-odds L by
// 2^-L = 2^-X + 2^-Y.
struct WeightEntry {
  std::string kind;   // prior, author, text, date, award, funder, …
  std::string level;  // what was found; empty for prior
  double vs_chance = 0, vs_team = 0;
  int dmp = -1;   // index in the plan's list; -1: none
  int work = -1;  // index in the work's list; -1: none
  std::string note;
};

// With ranker linkage.
struct Linkage {
  double probability = 0;  // 1e-6 to 1 - 1e-6
  double log_odds = 0;     // bits, before recalibration; orders the list
  double query_score = 0;  // sum of the matching clauses
  std::vector<WeightEntry> weights;
};

// One work listed for a plan, with its evidence. Source: search.md 8.2.
struct Match {
  Work work;
  double score = 0;  // finite
  bool doi_found = false;
  std::vector<DoiSource> doi_sources;
  double content_score = 0;
  std::optional<std::string> title_highlight;  // <mark>…</mark>, else raw
  std::vector<std::string> abstract_highlights;
  // Best score first, then index; at most 50 each.
  std::vector<ItemMatch> authors, institutions, funders, awards;
  std::vector<ItemMatch> intra_work_dois, possible_shared_project_dois,
      dataset_citation_dois;
  std::string date_status;  // inside | outside | unknown
  bool funder_mismatch = false;
  std::vector<ExplainClause> explain;
  std::optional<Linkage> linkage;
};

// All listed works of one plan, best first (score, with ranker
// linkage log-odds, desc, then DOI); written even
// when `works` is empty.
struct PlanMatches {
  std::string plan_doi;
  std::optional<std::int64_t> plan_id;
  double score_max = 0;
  std::vector<Match> works;
};

}  // namespace dmp::model
