#pragma once

#include "match/key_postings.h"
#include "match/plan_query.h"
#include "match/work_words.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dmp::match {

// What the gates of one plan find in one work. All of it is exact, but for the
// awards, whose funders are not compared here.
struct GateHits {
  std::uint32_t plan = 0;           // position in the queries
  std::uint32_t author_points = 0;  // summed over the work's authors that hit
  std::uint32_t authors_hit = 0;
  bool funded_doi = false, intra = false, shared = false, citation = false;
  bool award = false;  // an id of the plan's is among the work's
};

// From a key of a work to the plans that ask for it. Authors are found by their
// surnames and initials, so that who has another one is not met at all. Built
// once, then read by all threads.
class PlanIndex {
 public:
  // Adds the surnames to `words`.
  PlanIndex(const std::vector<PlanQuery>& queries, const SearchOptions& options,
            Vocabulary& words);

 private:
  friend class GateFinder;
  // An author clause, numbered over all plans.
  struct Clause {
    std::uint32_t plan, number;
  };
  struct Initial {
    std::optional<std::string> letter;  // lower case; none: fits any
    std::vector<Clause> clauses;        // by plan
  };
  struct Surname {
    WorkWords::Ids words;
    std::vector<Initial> initials;
  };
  void add_authors(const PlanQuery& query, std::uint32_t plan,
                   Vocabulary& words);
  void add_surname(const AuthorClause& author, Clause clause,
                   Vocabulary& words);

  std::size_t plans_;
  bool every_plan_;                      // the builder without a gate
  bool by_surnames_;                     // A5, else anywhere in the full name
  KeyPostings funded_, output_, award_;  // plans
  KeyPostings orcid_;                    // numbers of author clauses
  std::vector<std::uint32_t> plan_of_clause_;
  std::vector<Surname> surnames_;
  std::map<WorkWords::Ids, std::uint32_t> surname_of_words_;
  std::vector<std::vector<std::uint32_t>> surnames_by_word_;  // the last
};

// Finds the plans of one work after another. Memory: 28 bytes a plan. Threads:
// one each.
class GateFinder {
 public:
  explicit GateFinder(const PlanIndex& index);

  // Plans with a key in the work, once each, in no order; all plans, with hits
  // or without, for the builder that has no gate. Valid until the next call.
  const std::vector<GateHits>& find(WorkWords& words);

 private:
  // What is known of a plan; the last author that hit, from 1.
  struct Tally {
    GateHits hits;
    std::uint32_t last_author = 0;
    bool is_met = false;
  };
  GateHits& meet(std::uint32_t plan);
  void add_point(std::uint32_t plan, std::uint32_t author,
                 std::uint32_t points);
  void add_authors(WorkWords& words);
  void add_surname(const PlanIndex::Surname& surname,
                   const std::optional<std::string>& initial,
                   std::uint32_t author);
  void add_surnames(const WorkWords::Ids& name,
                    const std::optional<std::string>& initial,
                    std::uint32_t author);
  void add_relations(const model::Work& work);
  void gather();

  const PlanIndex& index_;
  std::vector<Tally> tallies_;  // by plan
  std::vector<std::uint32_t> met_;
  std::vector<std::uint32_t> by_orcid_;  // clauses of the author looked at
  std::vector<std::uint32_t> seen_;      // surnames likewise
  std::vector<GateHits> found_;
};

}  // namespace dmp::match
