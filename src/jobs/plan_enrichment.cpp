#include "jobs/plan_enrichment.h"

#include "base/counters.h"
#include "base/log.h"
#include "dmps/external_data.h"
#include "match/enriched_awards.h"
#include "match/plan_query.h"
#include "storage/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace dmp::jobs {

namespace {

// What is worth a line: the rest is as it should be.
void say_left_out(const Counters& counters) {
  std::string list;
  for (const std::string_view name :
       {"unknown_award_class", "bad_award_id", "bad_award_url",
        "bad_funded_doi", "no_doi", "duplicate"}) {
    if (const auto count = counters.get(name); count > 0)
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, name);
  }
  if (!list.empty()) log::warning("external data left out: {}", list);
}

void take(const model::ExternalData& row, model::Plan& plan,
          Counters& counters) {
  plan.awards = match::plan_awards(row, counters);
  plan.awards_changed = row.changed;
  if (!plan.awards.empty()) counters.add("enriched");
  counters.add("awards_of_before",
               std::count_if(plan.awards.begin(), plan.awards.end(),
                             [&](const auto& award) {
                               return !match::is_current(plan, award);
                             }));
}

}  // namespace

Result<std::optional<std::filesystem::path>> enrichment_at(
    const std::filesystem::path& stage_dir) {
  const auto manifest = storage::read_manifest(stage_dir);
  if (manifest) return std::optional(stage_dir);
  if (manifest.error().code == ErrorCode::not_found)
    return std::optional<std::filesystem::path>();
  return manifest.error();
}

Result<EnrichmentCounts> enrich_plans(
    const std::optional<std::filesystem::path>& external_data,
    std::vector<model::Plan>& plans) {
  EnrichmentCounts counts;
  if (!external_data) return counts;
  DMP_ASSIGN(auto table, dmps::read_external_data(*external_data));
  std::unordered_map<std::string_view, model::Plan*> by_doi;
  for (auto& plan : plans) by_doi.emplace(plan.doi, &plan);
  Counters& counters = table.counters;
  for (const char* name : {"enriched", "rows", "no_plan", "awards_of_before"})
    counters.add(name, 0);
  for (const auto& row : table.rows) {
    const auto found = by_doi.find(row.doi);
    if (found == by_doi.end()) {
      counters.add("no_plan");
    } else {
      take(row, *found->second, counters);
    }
  }
  say_left_out(counters);
  for (const auto& [name, count] : counters.all())
    counts[name == "enriched" ? name : "external_data." + name] = count;
  return counts;
}

}  // namespace dmp::jobs
