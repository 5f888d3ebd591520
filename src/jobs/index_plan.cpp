#include "jobs/index_plan.h"

#include "ingest/transform.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

// One folder that is published, and what of the built stage goes there.
struct Output {
  fs::path dir;
  std::string stage;   // what its manifest calls itself
  std::string prefix;  // of the built stage's files
  std::string files;   // how their names begin
};

// `path` without links, `.` and a slash at its end; it need not exist.
fs::path plain(const fs::path& path) {
  std::error_code error;
  const fs::path full = fs::weakly_canonical(fs::absolute(path), error);
  return full.has_filename() ? full : full.parent_path();
}

std::vector<Output> outputs_of(const IndexPlan& plan) {
  std::vector<Output> outputs{{plan.export_dir, "works index export",
                               "works_index_export/", "works_index_"}};
  if (plan.index_dir) {
    const fs::path beside = plain(*plan.index_dir).parent_path();
    outputs.push_back(
        {*plan.index_dir, "all works", "works_index/", "works_index_"});
    outputs.push_back({beside / "collection_stats", "collection stats",
                       "collection_stats/", ""});
    outputs.push_back(
        {beside / "linkage_stats", "linkage stats", "linkage_stats/", ""});
  }
  outputs.push_back(
      {plan.state_dir, "DOI state", "doi_state_export/", "doi_state_"});
  return outputs;
}

bool is_within(const fs::path& inner, const fs::path& outer) {
  const auto [end, ignored] =
      std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end();
}

Status check_outputs(const IndexPlan& plan) {
  const auto outputs = outputs_of(plan);
  for (const auto& output : outputs) {
    const fs::path dir = plain(output.dir);
    for (const auto& input : {plan.openalex_works, plan.crossref_metadata,
                              plan.datacite, plan.ror, plan.corpus}) {
      if (is_within(dir, plain(input)) || is_within(plain(input), dir))
        return storage::folder_refused(output.dir,
                                       "is the input " + input.string());
    }
    for (const auto& other : outputs) {
      if (&other != &output && is_within(dir, plain(other.dir)))
        return storage::folder_refused(output.dir,
                                       "is the output " + other.dir.string());
    }
    // Without a manifest what stands there goes before the new is there.
    if (plan.index.previous && is_within(plain(*plan.index.previous), dir) &&
        !storage::read_manifest(output.dir)) {
      return storage::folder_refused(output.dir,
                                     "is the DOI state that is continued");
    }
    DMP_TRY(storage::check_stage_folder(output.dir, output.stage));
  }
  return {};
}

// The stage of ROR or the corpus: `given` if it is one, else made from the
// files in it.
template <class Options>
Result<fs::path> stage_of(const fs::path& given, const fs::path& made,
                          double max_reject_ratio,
                          Result<StageResult> (*transform)(const Options&)) {
  auto manifest = storage::read_manifest(given);
  if (manifest) return given;
  if (manifest.error().code != ErrorCode::not_found)
    return std::move(manifest).error();
  Options options;
  options.input = given;
  options.stage_dir = made;
  options.max_reject_ratio = max_reject_ratio;
  DMP_TRY(transform(options));
  return made;
}

Status open_inputs(IndexPlan& plan) {
  sql::WorksIndexOptions& index = plan.index;
  index.openalex_works = plan.openalex_works;
  index.crossref_metadata = plan.crossref_metadata;
  index.datacite = plan.datacite;
  DMP_ASSIGN(const auto openalex, storage::read_manifest(plan.openalex_works));
  DMP_ASSIGN(const auto crossref,
             storage::read_manifest(plan.crossref_metadata));
  DMP_ASSIGN(const auto datacite, storage::read_manifest(plan.datacite));
  DMP_ASSIGN(index.ror, stage_of(plan.ror, plan.scratch / "ror",
                                 plan.max_reject_ratio, ingest::transform_ror));
  DMP_ASSIGN(index.corpus,
             stage_of(plan.corpus, plan.scratch / "corpus",
                      plan.max_reject_ratio, ingest::transform_corpus));
  const auto least = index_thresholds(plan.least, openalex, crossref, datacite);
  index.openalex_threshold = least.openalex_works;
  index.crossref_threshold = least.crossref_metadata;
  index.datacite_threshold = least.datacite;
  index.ror_threshold = least.ror;
  index.corpus_threshold = least.corpus;
  const auto xpac = openalex.options.find("xpac");
  index.xpac_enrich =
      xpac != openalex.options.end() && xpac->second == "enrich";
  if (!index.database.empty())
    DMP_TRY(storage::make_folder(fs::absolute(index.database).parent_path()));
  index.stage_dir = plan.scratch / "index";
  index.scratch_dir = plan.scratch;
  return {};
}

std::string key_of(storage::Manifest manifest, const Output& output) {
  manifest.stage = output.stage;
  return storage::stage_key(manifest);
}

// A second name for the file, or a copy on another file system.
Status place(const fs::path& from, const fs::path& to) {
  DMP_TRY(storage::make_folder(to.parent_path()));
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (error) fs::copy_file(from, to, error);
  if (error) return Error{ErrorCode::io, to.string() + ": " + error.message()};
  return {};
}

Status publish(const Output& output, const fs::path& built,
               storage::Manifest manifest) {
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(output.dir, output.stage));
  manifest.stage = output.stage;
  const auto files = std::move(manifest.files);
  for (const auto& file : files) {
    if (!file.path.starts_with(output.prefix)) continue;
    const fs::path target =
        publication.dir() / file.path.substr(output.prefix.size());
    DMP_TRY(place(built / file.path, target));
    DMP_TRY(publication.add(target, file.rows));
  }
  DMP_TRY(publication.publish(std::move(manifest)));
  return {};
}

Status publish_report(const IndexPlan& plan) {
  DMP_ASSIGN(const auto report,
             storage::read_file(plan.index.stage_dir / "report.json"));
  const fs::path& beside = plan.index_dir ? *plan.index_dir : plan.export_dir;
  const fs::path folder = plain(beside).parent_path();
  DMP_TRY(storage::make_folder(folder));
  return storage::write_file_atomically(folder / "report.json", report);
}

}  // namespace

Result<StageResult> plan_index(IndexPlan plan) {
  DMP_TRY(check_outputs(plan));
  const storage::Scratch scratch(plan.scratch);
  DMP_TRY(open_inputs(plan));
  DMP_ASSIGN(const auto planned, sql::planned_works_index(plan.index));
  const auto outputs = outputs_of(plan);
  if (!plan.index.force &&
      std::all_of(outputs.begin(), outputs.end(), [&](const Output& output) {
        return storage::finished(output.dir, key_of(planned, output));
      })) {
    DMP_ASSIGN(auto done, storage::read_manifest(plan.export_dir));
    return StageResult{true, std::move(done)};
  }
  DMP_ASSIGN(auto stage, sql::build_works_index(plan.index));
  // From here on every audit has passed.
  DMP_TRY(publish_report(plan));
  for (const auto& output : outputs)
    DMP_TRY(publish(output, plan.index.stage_dir, stage.manifest));
  return stage;
}

Result<std::vector<sql::ModelRows>> plan_models(
    IndexPlan plan, const std::vector<std::string>& names) {
  const storage::Scratch scratch(plan.scratch);
  DMP_TRY(open_inputs(plan));
  return sql::build_models(plan.index, names);
}

}  // namespace dmp::jobs
