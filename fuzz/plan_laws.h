#pragma once

#include "dmps/record.h"
#include "fuzz/laws.h"
#include "text/doi.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace dmp::fuzz {

inline void check_text(const std::optional<std::string>& text) {
  if (text) LAW(!text->empty() && is_utf8(*text));
}

inline void check_plan(const model::Plan& plan) {
  LAW(!plan.doi.empty() && text::doi_registry(plan.doi).doi == plan.doi);
  check_text(plan.title);
  check_text(plan.abstract_text);
  if (plan.project_start && plan.project_end)
    LAW(*plan.project_start <= *plan.project_end);
  for (const auto& organisation : plan.institutions) {
    LAW(organisation.name || organisation.ror);
    check_text(organisation.name);
    check_text(organisation.ror);
  }
  for (const auto& author : plan.authors) {
    LAW(author.orcid || author.name.full);
    check_text(author.orcid);
    check_text(author.name.full);
    check_text(author.name.surname);
  }
  for (const auto& funding : plan.funding) {
    for (const auto* text :
         {&funding.funder_name, &funding.funder_ror, &funding.funder_fundref,
          &funding.funding_opportunity_id, &funding.status, &funding.award_id,
          &funding.funder_project_number}) {
      check_text(*text);
    }
  }
  const auto& outputs = plan.published_outputs;
  LAW(std::is_sorted(outputs.begin(), outputs.end()));
  LAW(std::adjacent_find(outputs.begin(), outputs.end()) == outputs.end());
  for (const auto& doi : outputs) LAW(text::doi_registry(doi).doi == doi);
}

// One record a line, under the rules of a run and under the lenient ones.
inline void check_plans(std::string_view lines) {
  static const dmps::RorRegistry kRegistry;
  static dmps::PlanReader reader;
  dmps::ReadingRules lenient;
  lenient.partial_dates = dmps::PartialDates::lenient;
  lenient.unnamed_plans = dmps::UnnamedPlans::synthesize;
  lenient.old_start = dmps::OldStart::reject_plan;
  lenient.related_outputs = dmps::RelatedOutputs::take;
  for (const auto& rules : {dmps::ReadingRules{}, lenient}) {
    Counters counters;
    const dmps::Cleaner clean(rules, kRegistry, counters);
    for (const auto line : lines_of(lines, 8)) {
      std::string padded(line);
      padded.append(64, '\0');
      model::Plan plan;
      const auto outcome = reader.read(
          std::string_view(padded).substr(0, line.size()), clean, plan);
      LAW(!dmps::outcome_name(outcome).empty());
      if (outcome == dmps::PlanOutcome::kept) check_plan(plan);
    }
  }
}

}  // namespace dmp::fuzz
