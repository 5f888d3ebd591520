#pragma once

#include "match/date_window.h"
#include "match/plan_query.h"
#include "match/vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dmp::match {

// The most that the bonus clauses of a plan can add, whatever the work. Each is
// at least the score of the clause, to the last bit: scores are sums of terms
// that are not negative, and rounding keeps order.
struct MostPoints {
  float institutions = 0, funders = 0;
  // Of content where the work has a title only, an abstract only, both.
  float title = 0, abstract_text = 0, content = 0;
};
MostPoints most_points(const PlanQuery& query);

// What the scores of works are made of, for all plans: numbers in rows, so that
// a pair touches few cache lines. Read by all threads.
class PlanTable {
 public:
  struct Organisation {
    Vocabulary::Id ror = Vocabulary::kUnknown;  // kUnknown: none
    std::uint32_t name_begin = 0, name_end = 0;
  };
  struct Term {
    Vocabulary::Id word = Vocabulary::kUnknown;
    TextField field = TextField::title;
    float weight = 0;
  };
  struct Row {
    DateWindow window;
    MostPoints most;
    std::uint32_t institutions = 0, funders = 0, organisations_end = 0;
    std::uint32_t terms = 0, terms_end = 0;
    int least_terms = 0;  // that must match
    bool dated = true;
  };

  // Adds the words of names and texts to `words`.
  PlanTable(const std::vector<PlanQuery>& queries, Vocabulary& words);

  std::size_t size() const { return rows_.size(); }
  const Row& row(std::uint32_t plan) const { return rows_[plan]; }
  std::span<const Organisation> institutions(const Row& row) const {
    return std::span(organisations_)
        .subspan(row.institutions, row.funders - row.institutions);
  }
  std::span<const Organisation> funders(const Row& row) const {
    return std::span(organisations_)
        .subspan(row.funders, row.organisations_end - row.funders);
  }
  std::span<const Vocabulary::Id> name(const Organisation& of) const {
    return std::span(names_).subspan(of.name_begin,
                                     of.name_end - of.name_begin);
  }
  std::span<const Term> terms(const Row& row) const {
    return std::span(terms_).subspan(row.terms, row.terms_end - row.terms);
  }
  const Vocabulary& rors() const { return rors_; }

 private:
  void add(const std::vector<OrganisationClause>& clauses, Vocabulary& words);

  Vocabulary rors_;
  std::vector<Row> rows_;
  std::vector<Organisation> organisations_;
  std::vector<Vocabulary::Id> names_;
  std::vector<Term> terms_;
};

}  // namespace dmp::match
