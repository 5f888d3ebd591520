#pragma once

#include "model/match.h"
#include "results/evidence.h"
#include "results/metrics.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dmp::results {

// One line of the report's list of plans.
struct PlanLine {
  std::string doi;
  std::string title;  // the DOI when it has none
  std::size_t works = 0, shown = 0;
  std::array<std::size_t, 3> bands{};  // by Band
};

// What the first pass over the matches counts. Works are counted once a plan.
struct ReportSummary {
  std::vector<PlanLine> plans;  // in the order of the files
  std::int64_t works = 0, shown = 0;
  std::array<std::int64_t, 3> bands{};       // by Band
  std::array<std::int64_t, 10> strengths{};  // strength_of, tenths
  std::map<int, std::int64_t> years;
  std::int64_t undated = 0;
  bool has_probabilities = false;  // a work's strength is one
  std::map<std::string, std::int64_t> types;
  std::map<std::string, std::int64_t, std::less<>> signals;

  void add(const model::PlanMatches& matches, std::string title,
           std::size_t max_works, double min_score);
  std::int64_t plans_with_works() const;
};

// Whether a work is shown, by rank (0-based) and strength_of.
bool is_shown(const model::PlanMatches& matches, std::size_t rank,
              std::size_t max_works, double min_score);

// <section>s of the page: counts and charts; metrics; the list of plans.
std::string summary_html(const ReportSummary& summary);
// With a plot of how right the probabilities are, if there are any.
std::string metrics_html(const Metrics& metrics);
std::string plan_list_html(const ReportSummary& summary);

// "ARTICLE" -> "Article", "BOOK_CHAPTER" -> "Book chapter".
std::string type_label(std::string_view work_type);

}  // namespace dmp::results
