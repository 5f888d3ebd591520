#pragma once

#include "base/result.h"
#include "ingest/subset_lists.h"
#include "jobs/plan_enrichment.h"
#include "match/engine.h"
#include "storage/manifest.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace dmp::jobs {

// A search apart from any run: plans and a works index given by their places.
// Source: spec cli.md 8, `opensearch dmp-works-search` with engine stream.
struct LocalSearch {
  std::filesystem::path plans;        // as dmps/transform.h, load_plans
  std::filesystem::path works_index;  // as jobs/index_files.h
  // A finished ror stage, for Funder ids and withdrawn RORs of the plans and
  // for the families of funders. nullopt: RORs stay as given, and a funder's
  // family is what the plan says.
  std::optional<std::filesystem::path> ror_stage;
  match::SearchOptions options;
  // Given: only these plans are searched. P95.
  std::optional<ingest::SubsetList> subset_dois = {}, subset_institutions = {};
  // A finished enrichment of the plans; nullopt: none is enriched (P85).
  std::optional<std::filesystem::path> external_data = {};
};

// The plans, with what enrichment knows of them. `counts`: what that was.
// Errors: those of load_plans and enrich_plans.
Result<std::vector<model::Plan>> plans_of(const LocalSearch& search,
                                          EnrichmentCounts& counts);

using MatchSink = std::function<Status(model::PlanMatches&&)>;

// Gives the matches of each of `plans`, in the order of match::search.
// Errors: those of load_plans, index_files and match::search.
Result<match::SearchCounts> search_plans(const LocalSearch& search,
                                         std::vector<model::Plan> plans,
                                         const MatchSink& sink);

// The same of the plans that are wanted, published as a stage: matches_NNNN.
// jsonl.gz, failures.jsonl if a plan failed, linkage_pairs/ if asked for, and
// manifest.json, side by side. Always done anew; readers see the old stage
// until the new one stands, then the files lie in an r<NN>/ and have links
// beside the manifest. That too many plans failed is said by search_verdict().
// Source: spec search.md 8.1; P88. Errors: also those of dmps::PlanSubset.
Result<storage::StageResult> search_to_folder(
    const LocalSearch& search, const std::filesystem::path& out_dir);

// Where search_to_file() lists the plans that failed: <file>.failures.jsonl.
std::filesystem::path failures_beside(std::filesystem::path file);

// One file, .jsonl or .jsonl.gz, replaced when it is complete; plans that
// failed are listed beside it, in a file which is absent if none did. Gives the
// counts as a manifest that is not written. Errors: io.
Result<storage::StageResult> search_to_file(const LocalSearch& search,
                                            const std::filesystem::path& file);

}  // namespace dmp::jobs
