#pragma once

#include "match/linkage_learn.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmp::match::linkage {

// What a pair is that the labels do not name. wrong: the labels are the whole
// truth (a generated world); unknown: they are reviews, so it does not count.
enum class Unlisted : std::uint8_t { wrong, unknown };

// What the pairs may be divided by: year and type of the work, number of
// authors of the plan, whether the plan has an award, the work an abstract.
enum class Slice : std::uint8_t { year, type, authors, awards, abstract };

// Pairs with a probability from `from` up to the next row.
struct Reliability {
  double from = 0;
  std::int64_t pairs = 0;
  double mean_p = 0, true_ratio = 0;
};

// The pairs with p of at least `p`.
struct Threshold {
  double p = 0;
  std::int64_t pairs = 0, links = 0;
  double precision = 0;         // 1 when there is no pair
  double coverage = 0;          // of `accepted`; where unknown, 0
  double coverage_of_kept = 0;  // of the links that are kept pairs
};

// How good the probabilities are. ECE is over pairs with p >= 0.01, by the rows
// of the reliability table; Brier over all judged pairs.
struct Judgement {
  std::string name;  // all, or of a slice: "authors 0-1"
  std::int64_t pairs = 0, links = 0;
  // Accepted labels that belong to it, kept or not; nullopt: nobody knows, as
  // of a property of the work, which only kept pairs tell.
  std::optional<std::int64_t> accepted;
  double brier = 0, ece = 0;
  std::vector<Reliability> reliability;
  std::vector<Threshold> thresholds;
};

// Rows of the two tables of a judgement. Source: spec linkage.md 10.
inline constexpr std::size_t kReliabilityRows = 12, kThresholdRows = 4;

// Sums of judged pairs, and what they come to.
class Tally {
 public:
  void add(double p, bool link);
  std::int64_t pairs() const { return pairs_; }
  std::int64_t links() const { return links_; }
  // `accepted`: what coverage is a share of.
  Judgement judgement(std::string name,
                      std::optional<std::int64_t> accepted) const;

 private:
  std::int64_t pairs_ = 0, links_ = 0;
  double brier_ = 0;
  std::array<Reliability, kReliabilityRows> bins_{};
  std::array<Threshold, kThresholdRows> above_{};
};

struct LinkageEvaluation {
  std::int64_t plans = 0;   // with an accepted label
  std::int64_t labels = 0;  // accepted
  std::int64_t found = 0;   // accepted labels that are kept pairs
  double map100 = 0, ndcg10 = 0, recall100 = 0;  // means over `plans`
  Judgement all;
  // By name. The rows of a property of the plan (authors, awards) divide all
  // accepted labels between them, as `all` has them; those of plans without a
  // pair are in a row "authors unknown". Rows of a property of the work divide
  // the kept ones. So coverage_of_kept compares any two rows, and coverage any
  // two that have it.
  std::vector<Judgement> slices;
};

// Second pass and recalibration included. Source: spec linkage.md 10.
LinkageEvaluation evaluate_model(const PairSet& set, const Model& model,
                                 const Labels& labels, Unlisted unlisted,
                                 const std::vector<Slice>& by = {});

// One JSON object; rows with a header; a table for people.
std::string evaluation_json(const LinkageEvaluation& evaluation);
std::string evaluation_csv(const LinkageEvaluation& evaluation);
std::string evaluation_text(const LinkageEvaluation& evaluation);

// What a reader of a parameter file must know of it, as Markdown: where it
// comes from, its main numbers, remarks, and what it must not be used for.
std::string model_card(const Model& model,
                       const std::vector<std::string>& remarks);

}  // namespace dmp::match::linkage
