// The driver: prepare once, then each range of DOI buckets, then the whole.
// The SQL is in sqlmesh/; here are order, memory, hashes, files and checks.
#include "sql/works_index.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "sql/collection_stats.h"
#include "sql/doi_state.h"
#include "sql/index_audits.h"
#include "sql/index_inputs.h"
#include "sql/linkage_stats.h"
#include "sql/model_project.h"
#include "sql/model_runner.h"
#include "sql/previous_state.h"
#include "sql/session.h"
#include "sql/source_schemas.h"
#include "sql/work_hash.h"
#include "sql/work_table.h"
#include "sql/works_index_counts.h"
#include "storage/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <system_error>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

// Rows of an export file; about 500 MB at 1.5 KB a row.
constexpr std::size_t kFileRows = 262'144;
// Small groups, so that one DOI bucket touches little of a file.
constexpr std::size_t kGroupRows = 2'048;
constexpr std::uint64_t kBytesPerRange = std::uint64_t{1} << 30;

class Build {
 public:
  Build(const WorksIndexOptions& options, std::vector<Model> models,
        std::optional<PreviousState> previous, fs::path out, fs::path scratch,
        Session session)
      : options_(options),
        previous_(std::move(previous)),
        out_(std::move(out)),
        scratch_(std::move(scratch)),
        session_(std::move(session)),
        runner_(session_, std::move(models), index_variables(options)),
        rows_(work_schema()),
        stats_(scratch_ / "terms"),
        linkage_stats_(scratch_ / "terms") {}

  // The recipe.
  Status run(storage::Publication& publication, storage::Manifest& manifest) {
    DMP_TRY(make_folders());
    DMP_TRY(open_inputs());
    DMP_TRY(audit_inputs());
    DMP_TRY(runner_.run(ModelScope::prepare, 0, 255));
    DMP_TRY(export_prepared());
    // From here on relations are a table by DOI, and identifiers resolve.
    for (const auto& [low, high] : ranges()) {
      if (options_.progress) {
        options_.progress(fmt::format("buckets {}-{} of 256", low, high));
      }
      DMP_TRY(runner_.run(ModelScope::range, low, high));
      DMP_TRY(timed("rows of the range", [&] { return write_range(); }));
    }
    DMP_TRY(timed("last rows of the index", [&] { return flush(true); }));
    // From here on a DOI is unique and normalised, and every row is on disk.
    DMP_TRY(timed("collection statistics", [&] {
      return stats_.finish(session_, out_ / "collection_stats");
    }));
    DMP_TRY(timed("linkage statistics", [&] {
      return linkage_stats_.finish(session_, out_ / "linkage_stats");
    }));
    DMP_TRY(timed("DOI state", [&] { return write_state(); }));
    DMP_TRY(guard_shrink("works", counts_["works"]));
    DMP_TRY(timed("count checks", [&] { return check_counts(); }));
    DMP_TRY(write_report(manifest));
    return timed("listing of files",
                 [&] { return publish_files(publication, manifest); });
  }

  // Chosen models only, over all buckets.
  Result<std::vector<ModelRows>> run_models() {
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

 private:
  Status make_folders() {
    for (const char* name :
         {"works_index", "works_index_export", "doi_state_export",
          "collection_stats", "linkage_stats", "relation_index", "ror_index"}) {
      DMP_TRY(storage::make_folder(out_ / name));
    }
    return storage::make_folder(scratch_ / "terms");
  }

  Status open_inputs() {
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

  Result<fs::path> write_empty(const std::string& variable) {
    const fs::path path = scratch_ / (variable + ".parquet");
    DMP_TRY(session_.execute(fmt::format(
        "COPY (SELECT * FROM ({}) WHERE FALSE) TO {} (FORMAT parquet)",
        empty_source(variable), quote(path.string()))));
    return path;
  }

  Status audit_inputs() {
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
      DMP_TRY(audit_rows(table, rows, input.threshold,
                         option.empty() ? "--accept-change if that is right"
                                        : fmt::format("{} {} if that is right",
                                                      option, rows)));
      DMP_TRY(guard_shrink("rows_" + table.substr(4), rows));
    }
    return {};
  }

  // No table may lose more than max_change_ratio of its rows between runs.
  Status guard_shrink(const std::string& name, std::int64_t rows) {
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

  // Adds the CPU time of a step to the counters of the stage; not to its
  // report, which is the same for the same input.
  template <class Step>
  Status timed(std::string_view name, Step&& step) {
    return runner_.clock().time(fmt::format("cpu_ms {}", name), step);
  }

  Status export_prepared() {
    DMP_TRY(session_.execute(fmt::format(
        "COPY (SELECT * FROM prepare.ror_index ORDER BY type, identifier) TO "
        "{} "
        "(FORMAT parquet, COMPRESSION zstd)",
        quote((out_ / "ror_index" / "ror_index_0.parquet").string()))));
    DMP_ASSIGN(counts_["ror_ambiguous"],
               session_.scalar_int("SELECT count(*) FROM "
                                   "prepare.ror_identifiers WHERE ror_id IS "
                                   "NULL"));
    if (options_.ror) DMP_TRY(ror_ids_.read(session_));
    DMP_TRY(count_relations(session_, counts_));
    DMP_ASSIGN(unclassified_, unclassified_relations(session_));
    DMP_TRY(session_.execute(
        "CREATE OR REPLACE TABLE relation_index (doi VARCHAR, intra_work_dois "
        "VARCHAR[], "
        "possible_shared_project_dois VARCHAR[], dataset_citation_dois "
        "VARCHAR[], doi_bucket UTINYINT)"));
    return guard_shrink("relation_edges", counts_["relation_edges"]);
  }

  std::vector<std::pair<int, int>> ranges() {
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
    count = std::min(count, 256);
    std::vector<std::pair<int, int>> cut;
    cut.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      cut.emplace_back(i * 256 / count, (i + 1) * 256 / count - 1);
    }
    return cut;
  }

  // Streams the rows of the range in order, adds the hashes, and writes.
  Status write_range() {
    DMP_TRY(count_range(session_, counts_));
    DMP_TRY(audit_range(session_, counts_, unknown_types_));
    DMP_TRY(
        session_.execute("INSERT INTO relation_index BY NAME SELECT * FROM "
                         "works.relations_index ORDER BY doi_bucket, doi"));
    DMP_ASSIGN(auto answer,
               session_.query("SELECT * EXCLUDE (doi_bucket) FROM "
                              "works.works_index ORDER BY doi_bucket, doi"));
    WorkRows works(std::move(answer));
    std::string previous;
    for (;;) {
      DMP_ASSIGN(const std::size_t count, works.next());
      if (count == 0) return {};
      for (std::size_t row = 0; row < count; ++row) {
        model::Work work = works.work(row);
        const HashedExtras extras = works.extras(row);
        DMP_TRY(check_row(work, extras, previous));
        previous = work.doi;
        DMP_TRY(stats_.add(work));
        DMP_TRY(linkage_stats_.add(work));
        count_work(work);
        append_work(rows_, work, extras);
        DMP_TRY(flush(false));
      }
    }
  }

  Status check_row(const model::Work& work, const HashedExtras& extras,
                   const std::string& previous) {
    if (work.doi == previous) {
      return Error{ErrorCode::internal, "audit: two rows of DOI " + work.doi};
    }
    // The hash of the models against the plain reading of its rule, now and
    // then: it decides what the search server is sent.
    constexpr std::int64_t kCheckedRows = 1'000;
    if (counts_["works"] % kCheckedRows != 0) return {};
    if (work.hash == work_hash(work, extras) &&
        work.version_hash == version_hash(work)) {
      return {};
    }
    return Error{ErrorCode::internal, "audit: wrong hash of DOI " + work.doi};
  }

  void count_work(const model::Work& work) {
    ++counts_["works"];
    ++counts_["works_" + work.source_name];
    if (!work.title) ++counts_["works_without_title"];
    if (work.abstract_text) ++counts_["works_with_abstract"];
    if (!work.publication_date) ++counts_["works_without_date"];
    const auto with = [&](const char* list, bool any) {
      if (!any) return;
      ++counts_[std::string("works_with_") + list];
      ++counts_[fmt::format("works_with_{}_{}", list, work.source_name)];
    };
    with("award", !work.awards.empty());
    with("funder", !work.funders.empty());
    with("institution", !work.institutions.empty());
    if (!work.intra_work_dois.empty() ||
        !work.possible_shared_project_dois.empty() ||
        !work.dataset_citation_dois.empty()) {
      ++counts_["works_with_relation"];
    }
    counts_["ror_unknown"] += ror_ids_.unknown(work);
    ++types_[work.work_type];
  }

  // Files end at a fixed number of rows, wherever ranges end.
  Status flush(bool last) {
    if (rows_.rows() < kFileRows && !last) return {};
    if (rows_.rows() == 0 && !index_files_.empty()) return {};
    const fs::path path =
        out_ / "works_index" /
        fmt::format("works_index_{}.parquet", index_files_.size());
    ParquetOptions parquet;
    parquet.row_group_rows = kGroupRows;
    DMP_TRY(write_parquet(rows_, {}, path, parquet));
    index_files_.push_back({path, static_cast<std::int64_t>(rows_.rows())});
    rows_.clear();
    return {};
  }

  Status write_state() {
    DoiStateOptions state;
    for (const auto& [path, rows] : index_files_)
      state.index_files.push_back(path);
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
        fmt::format(
            "audit: {} of {} works would be deleted, {:.1f} %, {} % are "
            "allowed; hint: --accept-change if that is right",
            state_.deletes, state_.live_before,
            100 * static_cast<double>(state_.deletes) /
                static_cast<double>(state_.live_before),
            options_.max_change_ratio * 100)};
  }

  // C1-C8 of works-index.md 7; C5 when relations were prepared.
  Status check_counts() {
    DMP_TRY(session_.execute(fmt::format(
        "COPY relation_index TO {} (FORMAT parquet, COMPRESSION zstd)",
        quote(
            (out_ / "relation_index" / "relation_index_0.parquet").string()))));
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

  void count_repeated() {
    const auto repeated = [&](const char* name, const char* rows,
                              const char* kept) {
      counts_[name] = counts_[rows] - counts_[kept];
    };
    // In mode enrich rows are left out for another reason too.
    if (!options_.xpac_enrich) {
      repeated("repeated_openalex_ids", "rows_openalex_works",
               "openalex_records");
    }
    repeated("repeated_crossref_dois", "rows_crossref_metadata",
             "crossref_dois");
    repeated("repeated_datacite_dois", "rows_datacite", "datacite_dois");
  }

  // Records that became part of another row, or had none to complete, each
  // rule counted for itself; with the rows they are all that came in.
  Status count_dropped(storage::Manifest& manifest) {
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

  Status write_report(const storage::Manifest& planned) {
    count_repeated();
    const auto warnings = index_warnings(counts_, unknown_types_);
    for (const auto& warning : warnings)
      log::warning("works index: {}", warning);
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

  Status publish_files(storage::Publication& publication,
                       storage::Manifest& manifest) {
    for (const auto& [path, rows] : index_files_)
      DMP_TRY(publication.add(path, rows));
    for (const auto& [path, rows] : state_.export_files)
      DMP_TRY(publication.add(path, rows));
    DMP_TRY(publication.add(out_ / "doi_state_export" / "doi_state_0.parquet",
                            state_.rows));
    for (const char* name : LinkageStats::kFiles)
      DMP_TRY(publication.add(out_ / "linkage_stats" / name));
    for (const char* name :
         {"collection_stats/summary.parquet", "collection_stats/terms.parquet",
          "relation_index/relation_index_0.parquet",
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
    manifest.counters.merge(runner_.clock().milliseconds());
    return {};
  }

  const WorksIndexOptions& options_;
  std::optional<PreviousState> previous_;
  fs::path out_, scratch_;
  Session session_;
  ModelRunner runner_;
  TableBuffer rows_;
  CollectionStats stats_;
  LinkageStats linkage_stats_;
  std::vector<std::pair<fs::path, std::int64_t>> index_files_;
  DoiStateResult state_;
  Counts counts_, types_, unclassified_, unknown_types_;
  RorIds ror_ids_;
  bool synthetic_ = false, subset_ = false;  // as an input says
};

Result<Session> open_session(const WorksIndexOptions& options,
                             const fs::path& scratch) {
  Session::Options session;
  session.database = options.database.string();
  session.threads = options.threads;
  // Our own buffers (rows of a file, term counts) need a share of the limit.
  session.memory_limit_bytes = options.memory_limit_bytes / 10 * 6;
  session.spill_dir = scratch / "spill";
  return Session::open(session);
}

}  // namespace

Result<storage::Manifest> planned_works_index(
    const WorksIndexOptions& options) {
  DMP_ASSIGN(const auto models, index_models(options));
  DMP_ASSIGN(const auto previous, previous_state(options));
  DMP_ASSIGN(auto manifest, wanted_manifest(options, previous, models));
  manifest.key = storage::stage_key(manifest);
  return manifest;
}

Result<storage::StageResult> build_works_index(
    const WorksIndexOptions& options) {
  DMP_ASSIGN(auto models, index_models(options));
  DMP_ASSIGN(auto previous, previous_state(options));
  DMP_ASSIGN(auto manifest, wanted_manifest(options, previous, models));
  if (!options.force) {
    if (auto done = storage::finished(options.stage_dir,
                                      storage::stage_key(manifest))) {
      return storage::StageResult{true, *std::move(done)};
    }
  }
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(options.stage_dir, manifest.stage));
  const fs::path root =
      options.scratch_dir.empty() ? publication.dir() : options.scratch_dir;
  const storage::Scratch scratch(root / fmt::format("_scratch_{}", ::getpid()));
  DMP_TRY(storage::make_folder(scratch.path()));
  DMP_ASSIGN(auto session, open_session(options, scratch.path()));
  storage::StageResult stage;
  {
    Build build(options, std::move(models), std::move(previous),
                publication.dir(), scratch.path(), std::move(session));
    DMP_TRY(build.run(publication, manifest));
  }
  DMP_ASSIGN(stage.manifest, publication.publish(std::move(manifest)));
  return stage;
}

Result<std::vector<ModelRows>> build_models(
    const WorksIndexOptions& options, const std::vector<std::string>& names) {
  DMP_ASSIGN(const auto all, index_models(options));
  DMP_ASSIGN(auto models, with_needs(all, names));
  const storage::Scratch scratch(options.scratch_dir /
                                 fmt::format("_scratch_{}", ::getpid()));
  DMP_TRY(storage::make_folder(scratch.path()));
  DMP_ASSIGN(auto session, open_session(options, scratch.path()));
  Build build(options, std::move(models), {}, scratch.path(), scratch.path(),
              std::move(session));
  return build.run_models();
}

}  // namespace dmp::sql
