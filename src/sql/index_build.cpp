#include "sql/index_build.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "sql/index_inputs.h"
#include "sql/source_schemas.h"
#include "storage/files.h"
#include "text/dates.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kBytesPerRange = std::uint64_t{1} << 30;

}  // namespace

IndexBuild::IndexBuild(const WorksIndexOptions& options,
                       std::vector<Model> models,
                       std::optional<PreviousState> previous, fs::path out,
                       fs::path scratch, Session session)
    : options_(options),
      previous_(std::move(previous)),
      out_(std::move(out)),
      scratch_(std::move(scratch)),
      session_(std::move(session)),
      runner_(session_, std::move(models), index_variables(options)),
      stats_(scratch_ / "terms") {}

Status IndexBuild::run(storage::Publication& publication,
                       storage::Manifest& manifest) {
  DMP_TRY(make_folders());
  DMP_TRY(open_inputs());
  DMP_TRY(audit_inputs());
  DMP_ASSIGN(const auto prepared, make_prepared());
  DMP_TRY(take_prepared(prepared));
  // From here on relations are a table by DOI, and identifiers resolve.
  DMP_TRY(begin_linkage());
  const auto cut = cut_buckets(range_count());
  IndexRanges ranges(needs(&stats_), options_.stage_dir / storage::kPartsName,
                     manifest);
  DMP_TRY(ranges.keep_only(cut));
  for (const auto& range : cut) DMP_TRY(ranges.add(range, options_.progress));
  return conclude(ranges, publication, manifest);
}

Result<storage::Manifest> IndexBuild::prepare(storage::Publication part,
                                              storage::Manifest planned) {
  DMP_TRY(open_inputs());
  DMP_TRY(audit_inputs());
  DMP_ASSIGN(const auto prepared, make_prepared());
  DMP_TRY(take_prepared(prepared));
  return write_prepared(session_, runner_, prepared, std::move(part),
                        std::move(planned));
}

Result<storage::Manifest> IndexBuild::make_range(
    const BucketRange& range, const fs::path& prepared, const fs::path& parts,
    const storage::Manifest& planned) {
  DMP_TRY(open_inputs());
  DMP_ASSIGN(const auto counts,
             read_prepared(session_, runner_, prepared, planned));
  DMP_TRY(take_prepared(counts));
  IndexRanges ranges(needs(nullptr), parts, planned);
  DMP_TRY(ranges.add(range, options_.progress));
  return ranges.part(range);
}

Status IndexBuild::finish(const fs::path& parts,
                          storage::Publication& publication,
                          storage::Manifest& manifest) {
  DMP_TRY(make_folders());
  DMP_TRY(open_inputs());
  DMP_TRY(audit_inputs());
  DMP_ASSIGN(const auto prepared,
             read_prepared(session_, runner_, parts / kPreparedPart, manifest));
  DMP_TRY(take_prepared(prepared));
  DMP_TRY(begin_linkage());
  IndexRanges ranges(needs(&stats_), parts, manifest);
  DMP_TRY(ranges.take(cut_buckets(range_count())));
  return conclude(ranges, publication, manifest);
}

Result<std::vector<ModelRows>> IndexBuild::run_models() {
  DMP_TRY(open_inputs());
  DMP_TRY(runner_.run(ModelScope::prepare, 0, 255));
  DMP_TRY(runner_.run(ModelScope::range, 0, 255));
  std::vector<ModelRows> made;
  for (const auto& model : runner_.models()) {
    DMP_ASSIGN(const auto rows,
               session_.scalar_int("SELECT count(*) FROM " + model.name));
    made.push_back({model.name, rows});
  }
  return made;
}

Status IndexBuild::conclude(IndexRanges& ranges,
                            storage::Publication& publication,
                            storage::Manifest& manifest) {
  DMP_TRY(write_ror_index());
  take_counts(ranges.counts());
  // From here on a DOI is unique and normalised, and every row is on disk.
  DMP_TRY(timed("collection statistics", [&] {
    return stats_.collection.finish(session_, out_ / "collection_stats");
  }));
  DMP_TRY(timed("DOI state", [&] { return write_state(ranges); }));
  DMP_TRY(guard_shrink("works", counts_["works"]));
  DMP_TRY(timed("count checks", [&] { return check_counts(ranges); }));
  DMP_TRY(timed("linkage statistics", [&] { return write_linkage(ranges); }));
  DMP_TRY(write_report(manifest));
  return timed("listing of files", [&]() -> Status {
    DMP_TRY(ranges.publish(publication, out_));
    return publish_files(publication, manifest);
  });
}

Result<PreparedCounts> IndexBuild::make_prepared() {
  DMP_TRY(runner_.run(ModelScope::prepare, 0, 255));
  return count_prepared();
}

Status IndexBuild::make_folders() {
  for (const char* name :
       {"works_index", "works_index_export", "doi_state_export",
        "collection_stats", "linkage_stats", "linkage_state", "relation_index",
        "ror_index"}) {
    DMP_TRY(storage::make_folder(out_ / name));
  }
  return storage::make_folder(scratch_ / "terms");
}

Status IndexBuild::open_inputs() {
  std::map<std::string, std::vector<fs::path>> files_by_variable;
  for (const auto& input : index_inputs(options_)) {
    std::vector<fs::path> files;
    if (input.stage) {
      DMP_ASSIGN(const auto manifest, storage::read_manifest(*input.stage));
      files = manifest.paths(*input.stage, input.prefix);
      synthetic_ = synthetic_ || manifest.synthetic;
      subset_ = subset_ || manifest.subset;
    }
    if (files.empty()) {
      // An absent source is an empty table of its own shape.
      DMP_ASSIGN(auto file, write_empty(input.variable));
      files.push_back(std::move(file));
    }
    files_by_variable[input.variable] = std::move(files);
  }
  DMP_TRY(runner_.open(files_by_variable));
  return runner_.run(ModelScope::raw, 0, 255);
}

Result<fs::path> IndexBuild::write_empty(const std::string& variable) {
  const fs::path path = scratch_ / (variable + ".parquet");
  DMP_TRY(session_.execute(fmt::format(
      "COPY (SELECT * FROM ({}) WHERE FALSE) TO {} (FORMAT parquet)",
      empty_source(variable), quote(path.string()))));
  return path;
}

Status IndexBuild::audit_inputs() {
  const std::map<std::string, std::string> tables{
      {"openalex_works_path", "raw.openalex_works"},
      {"crossref_metadata_path", "raw.crossref_metadata"},
      {"datacite_path", "raw.datacite"},
      {"ror_path", "raw.ror"},
      {"data_citation_corpus_path", "raw.data_citation_corpus"}};
  for (const auto& input : index_inputs(options_)) {
    const std::string& table = tables.at(input.variable);
    DMP_ASSIGN(const auto rows,
               session_.scalar_int("SELECT count(*) FROM " + table));
    counts_["rows_" + table.substr(4)] = rows;
    if (!input.stage) continue;
    const std::string_view option = input.override_with;
    DMP_TRY(audit_rows(
        table, rows, input.threshold,
        option.empty() ? "--accept-change if that is right"
                       : fmt::format("{} {} if that is right", option, rows)));
    DMP_TRY(guard_shrink("rows_" + table.substr(4), rows));
  }
  return {};
}

Status IndexBuild::guard_shrink(const std::string& name, std::int64_t rows) {
  if (!previous_ || options_.accept_change) return {};
  const auto found = previous_->counters.find(name);
  if (found == previous_->counters.end()) return {};
  const double least =
      (1 - options_.max_change_ratio) * static_cast<double>(found->second);
  if (static_cast<double>(rows) >= least) return {};
  return Error{
      ErrorCode::invalid_argument,
      fmt::format("audit: {} is {}, the previous run had {}: {:.1f} % fewer, "
                  "{} % are allowed; hint: --accept-change if that is right",
                  name, rows, found->second,
                  100 - 100 * static_cast<double>(rows) /
                            static_cast<double>(found->second),
                  options_.max_change_ratio * 100)};
}

Result<PreparedCounts> IndexBuild::count_prepared() {
  PreparedCounts prepared;
  DMP_ASSIGN(prepared.counts["ror_ambiguous"],
             session_.scalar_int("SELECT count(*) FROM prepare.ror_identifiers "
                                 "WHERE ror_id IS NULL"));
  DMP_TRY(count_relations(session_, prepared.counts));
  DMP_ASSIGN(prepared.unclassified, unclassified_relations(session_));
  return prepared;
}

Status IndexBuild::take_prepared(const PreparedCounts& prepared) {
  for (const auto& [name, count] : prepared.counts) counts_[name] = count;
  unclassified_ = prepared.unclassified;
  if (options_.ror) DMP_TRY(ror_ids_.read(session_));
  return guard_shrink("relation_edges", counts_["relation_edges"]);
}

Status IndexBuild::write_ror_index() {
  return session_.execute(fmt::format(
      "COPY (SELECT * FROM prepare.ror_index ORDER BY type, identifier) TO {} "
      "(FORMAT parquet, COMPRESSION zstd)",
      quote((out_ / "ror_index" / "ror_index_0.parquet").string())));
}

int IndexBuild::range_count() const {
  int count = options_.ranges;
  if (count <= 0) {
    std::uint64_t bytes = 0;
    for (const auto& input : index_inputs(options_)) {
      if (!input.stage) continue;
      if (auto manifest = storage::read_manifest(*input.stage)) {
        for (const auto& file : manifest->files) bytes += file.bytes;
      }
    }
    // Decoded and joined, a byte of Parquet takes about eight.
    const std::uint64_t budget = options_.memory_limit_bytes > 0
                                     ? options_.memory_limit_bytes / 4
                                     : kBytesPerRange;
    count = static_cast<int>(
        std::clamp<std::uint64_t>(bytes * 8 / budget + 1, 1, 256));
  }
  return std::min(count, 256);
}

Status IndexBuild::begin_linkage() {
  return timed("linkage statistics", [&]() -> Status {
    DMP_ASSIGN(linkage_,
               LinkageUpdate::begin(session_, previous_, stats_.linkage));
    return {};
  });
}

Status IndexBuild::write_linkage(const IndexRanges& ranges) {
  std::vector<fs::path> exported;
  for (const auto& [path, rows] : state_.export_files) exported.push_back(path);
  return linkage_.finish(
      session_, stats_.linkage, {ranges.work_files(), exported, state_},
      scratch_ / "terms", {out_ / "linkage_stats", out_ / "linkage_state"});
}

void IndexBuild::take_counts(const IndexCounts& ranges) {
  for (const auto& [name, count] : ranges.counts) counts_[name] += count;
  types_ = ranges.types;
  unknown_types_ = ranges.unknown_types;
}

Status IndexBuild::write_state(const IndexRanges& ranges) {
  DoiStateOptions state;
  state.index_files = ranges.work_files();
  if (previous_) state.previous_files = previous_->files;
  state.release_date = options_.release_date;
  state.run_id = options_.run_id;
  state.unsynced = options_.unsynced;
  state.max_states = options_.max_doi_states;
  state.state_file = out_ / "doi_state_export" / "doi_state_0.parquet";
  state.export_dir = out_ / "works_index_export";
  DMP_ASSIGN(state_, write_doi_state(session_, state));
  counts_["doi_state_rows"] = state_.rows;
  counts_["upserts"] = state_.upserts;
  counts_["deletes"] = state_.deletes;
  if (options_.accept_change || state_.live_before == 0) return {};
  const double most =
      options_.max_change_ratio * static_cast<double>(state_.live_before);
  if (static_cast<double>(state_.deletes) <= most) return {};
  return Error{
      ErrorCode::invalid_argument,
      fmt::format("audit: {} of {} works would be deleted, {:.1f} %, {} % are "
                  "allowed; hint: --accept-change if that is right",
                  state_.deletes, state_.live_before,
                  100 * static_cast<double>(state_.deletes) /
                      static_cast<double>(state_.live_before),
                  options_.max_change_ratio * 100)};
}

Status IndexBuild::check_counts(const IndexRanges& ranges) {
  DMP_TRY(session_.execute(
      fmt::format("CREATE OR REPLACE VIEW relation_index AS SELECT * FROM "
                  "{}",
                  parquet_files(ranges.relation_files()))));
  DMP_TRY(check_totals(session_,
                       {options_.xpac_enrich, options_.include_crossref_only},
                       counts_));
  DMP_TRY(check_equal("C6", state_.live_after, counts_["works"]));
  DMP_TRY(
      check_equal("C6", state_.upserts + state_.unchanged, counts_["works"]));
  DMP_TRY(check_equal("C6", state_.live_before - state_.went + state_.came,
                      state_.live_after));
  DMP_TRY(check_equal("C7", state_.exported, state_.upserts));
  return check_equal("C7", state_.exported_deletes, 0);
}

void IndexBuild::count_repeated() {
  const auto repeated = [&](const char* name, const char* rows,
                            const char* kept) {
    counts_[name] = counts_[rows] - counts_[kept];
  };
  // In mode enrich rows are left out for another reason too.
  if (!options_.xpac_enrich) {
    repeated("repeated_openalex_ids", "rows_openalex_works",
             "openalex_records");
  }
  repeated("repeated_crossref_dois", "rows_crossref_metadata", "crossref_dois");
  repeated("repeated_datacite_dois", "rows_datacite", "datacite_dois");
}

Status IndexBuild::count_dropped(storage::Manifest& manifest) {
  const auto less = [&](const char* all, const char* some) {
    return counts_[all] - counts_[some];
  };
  auto& dropped = manifest.dropped;
  dropped["openalex_repeated"] = less("rows_openalex_works", "openalex_dois");
  dropped["openalex_merged"] = counts_["openalex_dois_in_datacite"];
  dropped["crossref_repeated"] =
      less("rows_crossref_metadata", "crossref_dois");
  dropped["crossref_merged"] = counts_["crossref_dois_merged"];
  if (!options_.include_crossref_only) {
    dropped["crossref_without_work"] =
        less("crossref_dois", "crossref_dois_merged");
  }
  dropped["datacite_repeated"] = less("rows_datacite", "datacite_dois");
  std::int64_t known = manifest.rows_out;
  for (const auto& [rule, count] : dropped) known += count;
  if (options_.xpac_enrich) {
    dropped["openalex_xpac_only"] = manifest.rows_in - known;
    return {};
  }
  return check_equal("row equation", known, manifest.rows_in);
}

Status IndexBuild::write_report(const storage::Manifest& planned) {
  count_repeated();
  const auto warnings = index_warnings(counts_, unknown_types_);
  for (const auto& warning : warnings) log::warning("works index: {}", warning);
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("run_id", options_.run_id);
  json.member("release_date", text::format_day(options_.release_date));
  json.key("counts").begin_object();
  for (const auto& [name, count] : counts_) json.member(name, count);
  json.end_object().key("works_by_type").begin_object();
  for (const auto& [name, count] : types_) json.member(name, count);
  json.end_object().key("unclassified_relations").begin_object();
  for (const auto& [name, count] : unclassified_) json.member(name, count);
  json.end_object().key("unknown_work_types").begin_object();
  for (const auto& [name, count] : unknown_types_) json.member(name, count);
  json.end_object().key("warnings").begin_array();
  for (const auto& warning : warnings) json.value(warning);
  json.end_array().key("least_rows").begin_object();
  for (const auto& input : index_inputs(options_))
    if (input.stage) json.member(input.variable, input.threshold);
  json.end_object().member("max_change_ratio", options_.max_change_ratio);
  json.member("accept_change", options_.accept_change);
  json.key("parameters").begin_object();
  for (const auto& [name, value] : planned.options) json.member(name, value);
  json.end_object().key("inputs").begin_object();
  for (const auto& input : planned.inputs)
    json.member(input.path, input.digest);
  json.end_object().end_object();
  return storage::write_file_atomically(out_ / "report.json", out + "\n");
}

Status IndexBuild::publish_files(storage::Publication& publication,
                                 storage::Manifest& manifest) {
  for (const auto& [path, rows] : state_.export_files)
    DMP_TRY(publication.add(path, rows));
  DMP_TRY(publication.add(out_ / "doi_state_export" / "doi_state_0.parquet",
                          state_.rows));
  for (const char* name : kLinkageFiles)
    DMP_TRY(publication.add(out_ / "linkage_stats" / name));
  for (const char* name : LinkageUpdate::kStateFiles)
    DMP_TRY(publication.add(out_ / "linkage_state" / name));
  for (const char* name :
       {"collection_stats/summary.parquet", "collection_stats/terms.parquet",
        "ror_index/ror_index_0.parquet", "report.json"}) {
    DMP_TRY(publication.add(out_ / name));
  }
  manifest.rows_in = counts_["rows_openalex_works"] +
                     counts_["rows_crossref_metadata"] +
                     counts_["rows_datacite"];
  manifest.rows_out = counts_["works"];
  DMP_TRY(count_dropped(manifest));
  if (manifest.rows_in > 0 && manifest.rows_out == 0) {
    log::warning(
        "works index: no work came of {} records; works begin with OpenAlex "
        "or DataCite, Crossref completes them",
        manifest.rows_in);
  }
  manifest.synthetic = synthetic_;
  manifest.subset = subset_;
  manifest.counters = counts_;
  // Not in the report, which is the same however these were made.
  for (const auto& [name, count] : linkage_.counts())
    manifest.counters[name] = count;
  manifest.counters.merge(runner_.clock().milliseconds());
  return {};
}

}  // namespace dmp::sql
