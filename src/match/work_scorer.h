#pragma once

#include "match/best_lists.h"
#include "match/options.h"
#include "match/plan_index.h"
#include "match/plan_query.h"
#include "match/plan_table.h"
#include "match/text_score.h"
#include "match/work_view.h"
#include "match/work_words.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dmp::match {

// What is the same for all workers; the queries outlive it.
struct ScoredPlans {
  ScoredPlans(const std::vector<PlanQuery>& plan_queries,
              const CollectionCounts& collection,
              const SearchOptions& search_options);

  const std::vector<PlanQuery>& queries;
  const CollectionCounts& counts;
  const SearchOptions& options;
  Vocabulary words;
  PlanIndex index;
  PlanTable table;
};

// Scores one work after another for all plans at once, to the last bit as
// evaluate() does, and offers the hits to the lists. What is cheap comes first:
// gates, dates, then names, then texts; a pair whose gates leave it below the
// worst work of a full list, whatever else may hit, goes no further. Threads:
// one each; they may share the lists.
class WorkScorer {
 public:
  WorkScorer(const ScoredPlans& plans, BestLists& lists);

  void score(const model::Work& work);

  struct Counts {
    std::int64_t works = 0;
    std::int64_t candidates = 0;  // pairs with a key in common
    std::int64_t hits = 0;        // of these, with gate and date
    std::int64_t scored = 0;      // of these, to the end; depends on the order
  };
  const Counts& counts() const { return counts_; }

 private:
  // The sums of clauses that are known so far, as doubles are added up.
  struct Sums {
    double gates = 0, bonus = 0;
    bool is_open = false;
    DateExcuses excuses;
  };
  // An institution or funder of the work.
  struct Child {
    Vocabulary::Id ror = Vocabulary::kUnknown;
    const WorkWords::Ids* name = nullptr;  // none: nullptr
  };
  void consider(const GateHits& hits);
  Sums gates_of(const GateHits& hits);
  void add_awards(std::uint32_t plan, Sums& sums);
  bool date_fits(const PlanTable::Row& row, const Sums& sums) const;
  float total(const Sums& sums, double bonus) const;
  float most_content(const PlanTable::Row& row) const;
  float organisations(std::span<const PlanTable::Organisation> clauses,
                      const std::vector<model::Organisation>& items,
                      std::optional<std::vector<Child>>& children);
  std::vector<Child> children_of(const std::vector<model::Organisation>& items);
  std::uint32_t points(const PlanTable::Organisation& clause,
                       const Child& child) const;
  float content(const PlanTable::Row& row);
  float factor(TextField field);

  const ScoredPlans& plans_;
  BestLists& lists_;
  bool gated_;
  GateFinder finder_;
  WorkWords words_;
  text::Analyser analyser_;
  Counts counts_;
  // Of the work looked at.
  const model::Work* work_ = nullptr;
  std::optional<WorkView> view_;
  std::optional<std::vector<Child>> institutions_, funders_;
  std::optional<float> factors_[2];
};

}  // namespace dmp::match
