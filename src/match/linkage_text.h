#pragma once

#include "match/linkage_plan.h"
#include "match/text_score.h"
#include "match/work_view.h"
#include "sql/linkage_stats.h"
#include "text/analysis.h"

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dmp::match::linkage {

// How near two topics are: BM25 of all words of the plan against title and
// abstract of the work as one field, told in deviations of the same score over
// 300 works drawn at random. Source: spec linkage.md 4.2.

// Terms with idf * sqrt(min(tf, 3)), by term. df is the larger of the two
// fields', because no count of both together is kept.
std::vector<std::pair<std::string, double>> text_terms(
    const std::vector<std::string>& tokens, const TermTable& table,
    const CollectionCounts& counts);

// The 12 terms of those on the fewest works, ties by term; sorted.
// Source: linkage.md 3.
std::vector<std::string> rarest_terms(
    const std::vector<std::pair<std::string, double>>& terms,
    const TermTable& table);
// Whether the title has one of the plan's rarest terms.
bool title_has_rare_term(const PlanText& plan, WorkView& work);

// Mean tokens of title and abstract together.
double mean_length(const CollectionCounts& counts);

double text_score(const PlanText& plan, WorkView& work, double mean_length);

// P(bin | chance) by condition.
using TextChance = TextTable;

// The works drawn at random, inverted: from a term to the works that have it.
class NullSample {
 public:
  NullSample(const std::vector<sql::SampleWork>& works, double mean_length);

  // Sets mean and deviation of every plan, shrunk towards the mean over plans
  // of its kind, and returns the chance of each bin over all plans.
  TextChance calibrate(std::vector<LinkagePlan>& plans) const;

 private:
  struct Posting {
    std::uint32_t work;
    double saturation;  // tf / (tf + k1 * …)
  };
  std::vector<double> scores(const PlanText& plan) const;
  void measure(PlanText& plan) const;

  std::unordered_map<std::string, std::vector<Posting>> postings_;
  std::vector<bool> has_abstract_;
};

double z_score(const PlanText& plan, double score, int condition);

// Fills in the text of a pair. A plan without words has none.
void compare_text(const LinkagePlan& plan, WorkView& work, double mean_length,
                  const TextChance& chance, Levels& levels);

}  // namespace dmp::match::linkage
