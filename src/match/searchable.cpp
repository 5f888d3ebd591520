#include "match/searchable.h"

#include "text/dates.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace dmp::match {

namespace {

bool is_day(const std::optional<text::Day>& day) {
  static const text::Day kFirst = text::to_day(1, 1, 1),
                         kLast = text::to_day(9999, 12, 31);
  return !day || (*day >= kFirst && *day <= kLast);
}

// Empty: nothing is wrong.
std::string complaint(const model::Plan& plan) {
  if (plan.doi.empty()) return "the record has no DOI";
  for (const auto& [name, day] :
       {std::pair{"project_start", plan.project_start},
        {"project_end", plan.project_end}}) {
    if (!is_day(day))
      return std::string(name) + ": not a day of the years 1 to 9999";
  }
  return {};
}

}  // namespace

std::vector<const model::Plan*> searchable(
    const std::vector<model::Plan>& plans, std::vector<PlanFailure>& failures) {
  std::vector<const model::Plan*> good;
  good.reserve(plans.size());
  for (const auto& plan : plans) {
    std::string wrong = complaint(plan);
    if (wrong.empty()) {
      good.push_back(&plan);
    } else {
      failures.push_back(
          {plan.doi, "record", {ErrorCode::corrupt_input, std::move(wrong)}});
    }
  }
  std::sort(good.begin(), good.end(),
            [](const auto* a, const auto* b) { return a->doi < b->doi; });
  return good;
}

}  // namespace dmp::match
