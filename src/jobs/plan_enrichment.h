#pragma once

#include "base/result.h"
#include "model/plan.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dmp::jobs {

// Named counts of what enrichment gave the plans, as they stand in the manifest
// of a search; empty without enrichment. enriched: plans with an award;
// external_data.rows: rows read, external_data.no_plan: of plans that are not
// searched, external_data.awards_of_before: awards that no longer follow from
// the funding of their plan; and external_data.<name> of what was left out
// (dmps/external_data.h, match/enriched_awards.h).
using EnrichmentCounts = std::map<std::string, std::int64_t>;

// The finished enrichment stage in that folder; nullopt: none is there.
// Errors: those of storage::read_manifest, but for a stage that is absent or
// unfinished.
Result<std::optional<std::filesystem::path>> enrichment_at(
    const std::filesystem::path& stage_dir);

// Gives each of `plans` the awards that the finished enrichment stage
// `external_data` has of it, and when their funded DOIs last changed. A plan
// without a row is one that was never enriched (P85). What was left out is said
// in one line. nullopt: no plan is enriched.
// Errors: those of dmps::read_external_data.
Result<EnrichmentCounts> enrich_plans(
    const std::optional<std::filesystem::path>& external_data,
    std::vector<model::Plan>& plans);

}  // namespace dmp::jobs
