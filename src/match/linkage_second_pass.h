#pragma once

#include "match/linkage_model.h"
#include "model/work.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dmp::match::linkage {

// Keys of names, sorted: the low half of sql::count_key. Two names of works
// that relations or a title bring together are one key by chance once in 2^32;
// a plan may keep thousands of pairs, each with two lists of them.
using PersonKeys = std::vector<std::uint32_t>;

// What the second pass needs of a work beside its levels.
struct Relatives {
  std::vector<std::string> versions, shared, citations;  // related DOIs
  std::uint64_t title = 0;  // key of the folded letters; 0 of 20 or fewer
  PersonKeys people;        // of surname and initial
  PersonKeys surnames;      // of surnames
  bool is_data = false;     // data set or software
  std::string type;         // of the work, as in the index
  int year = 0;             // published; 0: unknown
  bool operator==(const Relatives&) const = default;
};
Relatives relatives_of(const model::Work& work);
bool has_relation(const Relatives& relatives);

// A pair of one plan after pass one.
struct Pair {
  std::string doi;  // of the work
  Levels levels;
  double log_odds = 0;  // pass one
  Relatives relatives;
  bool surely_team = false;  // 2 matched authors, or one by ORCID or full name
  // In the second pass: see Pool::take. A pair that does not keeps its own L.
  bool takes_part = true;
  bool operator==(const Pair&) const = default;
};

// An edge to a work whose probability lifts this one's.
struct Lift {
  std::size_t from = 0;  // position of the other pair
  double rho = 0;
  bool operator==(const Lift&) const = default;
};

// How the pairs of a plan hang together. Clusters are named by the position of
// their first member. A pair that takes no part stands alone.
struct Groups {
  std::vector<std::size_t> cluster;
  std::vector<std::vector<Lift>> lifts;
};
Groups group(const std::vector<Pair>& pairs);

// A pair after the second pass. Where a comparison was taken from another
// version of the work, `*_from` is that pair's position.
struct Final {
  Weights weights;
  std::size_t authors_from = 0, text_from = 0, award_from = 0;
  std::size_t funder_from = 0, institution_from = 0;
  std::size_t funded_from = 0, relation_from = 0;
  int dated = 0;     // versions with a date, whose mean the date's weight is
  double raise = 0;  // bits, of the entry `related`
  std::size_t raised_by = 0;  // position, when raise > 0
  double log_odds = 0;        // L
  double own_log_odds = 0;    // of pass one: order within a cluster
};

// Source: spec linkage.md 5. One pass; the result does not depend on the order
// of the pairs. `levels` by position.
std::vector<Final> second_pass(const std::vector<const Levels*>& levels,
                               const Groups& groups, const Model& model);

// Better first: L, then L of pass one, then DOI.
bool better(const Final& a, const std::string& a_doi, const Final& b,
            const std::string& b_doi);

}  // namespace dmp::match::linkage
