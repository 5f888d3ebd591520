#include "sql/index_inputs.h"

#include "sql/linkage_stats.h"
#include "text/dates.h"

#include <utility>

namespace dmp::sql {

std::vector<IndexInput> index_inputs(const WorksIndexOptions& options) {
  return {{"openalex_works_path", "openalex_works_", options.openalex_works,
           options.openalex_threshold, "--audit-openalex-works-threshold"},
          {"crossref_metadata_path", "crossref_metadata_",
           options.crossref_metadata, options.crossref_threshold,
           "--audit-crossref-metadata-works-threshold"},
          {"datacite_path", "datacite_", options.datacite,
           options.datacite_threshold, "--audit-datacite-works-threshold"},
          {"ror_path", "ror.parquet", options.ror,
           options.accept_change ? 1 : options.ror_threshold, ""},
          {"data_citation_corpus_path", "data_citation_corpus", options.corpus,
           options.accept_change ? 0 : options.corpus_threshold, ""}};
}

Result<std::vector<Model>> index_models(const WorksIndexOptions& options) {
  if (options.project.empty()) return read_models(embedded_project());
  DMP_ASSIGN(const auto files, read_project(options.project));
  return read_models(files);
}

Variables index_variables(const WorksIndexOptions& options) {
  return {
      {"max_relation_degrees", std::to_string(options.max_relation_degrees)},
      {"audit_nested_object_limit",
       std::to_string(options.nested_object_limit)},
      {"include_crossref_only",
       options.include_crossref_only ? "TRUE" : "FALSE"},
      {"xpac_enrich", options.xpac_enrich ? "TRUE" : "FALSE"}};
}

Result<storage::Manifest> wanted_manifest(
    const WorksIndexOptions& options, const std::optional<PreviousState>& state,
    const std::vector<Model>& models) {
  storage::Manifest manifest;
  manifest.stage = "works index";
  for (const auto& input : index_inputs(options)) {
    if (!input.stage) continue;
    DMP_ASSIGN(auto entry, storage::stage_input(input.prefix, *input.stage));
    manifest.inputs.push_back(std::move(entry));
  }
  if (state) manifest.inputs.push_back(state->input);
  manifest.options["models"] = models_digest(models);
  manifest.options["release_date"] = text::format_day(options.release_date);
  manifest.options["run_id"] = options.run_id;
  manifest.options["max_doi_states"] = std::to_string(options.max_doi_states);
  manifest.options["max_relation_degrees"] =
      std::to_string(options.max_relation_degrees);
  manifest.options["nested_object_limit"] =
      std::to_string(options.nested_object_limit);
  manifest.options["include_crossref_only"] =
      options.include_crossref_only ? "true" : "false";
  std::string unsynced;
  for (const auto& doi : options.unsynced) unsynced += doi + "\n";
  if (!unsynced.empty()) {
    manifest.options["unsynced"] = storage::sha256_text(unsynced);
  }
  manifest.options["linkage_stats"] = LinkageStats::kFormat;
  manifest.options["xpac_enrich"] = options.xpac_enrich ? "true" : "false";
  return manifest;
}

Result<std::optional<PreviousState>> previous_state(
    const WorksIndexOptions& options) {
  if (!options.previous) return std::optional<PreviousState>();
  DMP_ASSIGN(auto state, read_previous_state(*options.previous));
  return std::optional(std::move(state));
}

}  // namespace dmp::sql
