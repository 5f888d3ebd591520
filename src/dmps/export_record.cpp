#include "dmps/record.h"

#include <algorithm>
#include <utility>

namespace dmp::dmps {
namespace {

using Text = std::optional<std::string>;

Text at_or_null(const std::vector<Text>& items, std::size_t index) {
  return index < items.size() ? items[index] : Text{};
}

// Before September 2025 people and institutions were flat lists, their ids
// beside them by position.
void read_flat_lists(const Fields& record, const Cleaner& clean,
                     model::Plan& plan) {
  const auto people = record.texts("people");
  const auto people_ids = record.texts("people_ids");
  for (std::size_t i = 0; i < std::max(people.size(), people_ids.size()); ++i) {
    if (auto author =
            clean.author(at_or_null(people, i), at_or_null(people_ids, i))) {
      clean.add_author(*std::move(author), plan);
    }
  }
  const auto names = record.texts("affiliations");
  const auto ids = record.texts("affiliation_ids");
  for (std::size_t i = 0; i < std::max(names.size(), ids.size()); ++i) {
    clean.organisation(at_or_null(names, i), at_or_null(ids, i), plan);
  }
}

void read_funding(const Fields& entry, const Cleaner& clean,
                  model::Plan& plan) {
  model::Funding funding;
  funding.status = entry.text("status");
  funding.award_id = clean.award(entry.text("grant_id"));
  funding.funding_opportunity_id =
      clean.award(entry.text("funding_opportunity_id"));
  entry.each_object(
      "funder",
      [&](const Fields& funder) {
        funding.funder_name = clean.label(funder.text("name"));
        if (const Text id = funder.text("id")) {
          clean.funder_id(*id, "", funding);
        }
      },
      [&](std::string name) { funding.funder_name = clean.label(name); });
  clean.add_funding(std::move(funding), plan);
}

}  // namespace

PlanOutcome read_export(const Fields& record, const Cleaner& clean,
                        model::Plan& plan) {
  const Text id = record.text("dmp_id");
  Text doi = id ? clean.plan_doi(*id) : Text{};
  if (!doi) return PlanOutcome::no_doi;
  plan.doi = *std::move(doi);
  plan.source = "export";
  plan.created = clean.instant(record.text("created"), "created");
  plan.registered = clean.instant(record.text("registered"), "registered");
  plan.modified = clean.instant(record.text("modified"), "modified");
  plan.title = clean.title(record.text("title"));
  plan.abstract_text = clean.abstract_text(record.text("description"));
  plan.project_start =
      clean.project_day(record.text("project_start"), Cleaner::Edge::start);
  plan.project_end =
      clean.project_day(record.text("project_end"), Cleaner::Edge::end);
  record.each_object("institutions", [&](const Fields& item) {
    clean.organisation(item.text("name"), item.text("ror"), plan);
  });
  record.each_object("authors", [&](const Fields& item) {
    if (auto author = clean.author(item.text("name"), item.text("orcid"))) {
      clean.add_author(*std::move(author), plan);
    }
  });
  read_flat_lists(record, clean, plan);
  record.each_object("funding", [&](const Fields& entry) {
    read_funding(entry, clean, plan);
  });
  return PlanOutcome::kept;
}

}  // namespace dmp::dmps
