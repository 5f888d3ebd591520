// The entry points of the stage: what is wanted, is it there, where may it go.
#include "sql/works_index.h"

#include "sql/index_build.h"
#include "sql/index_inputs.h"
#include "sql/index_ranges.h"
#include "storage/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

namespace dmp::sql {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

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

// What the options ask for.
struct Wanted {
  std::vector<Model> models;
  std::optional<PreviousState> previous;
  storage::Manifest manifest;  // of the whole stage, planned
};

Result<Wanted> wanted_by(const WorksIndexOptions& options) {
  Wanted wanted;
  DMP_ASSIGN(wanted.models, index_models(options));
  DMP_ASSIGN(wanted.previous, previous_state(options));
  DMP_ASSIGN(wanted.manifest,
             wanted_manifest(options, wanted.previous, wanted.models));
  wanted.manifest.key = storage::stage_key(wanted.manifest);
  return wanted;
}

// Calls `work` with a build whose new files go to `out`, in a scratch folder
// that is gone in the end.
template <class Work>
Status with_build(const WorksIndexOptions& options, Wanted wanted,
                  const fs::path& out, Work&& work) {
  const fs::path root = options.scratch_dir.empty() ? out : options.scratch_dir;
  const storage::Scratch scratch(root / fmt::format("_scratch_{}", ::getpid()));
  DMP_TRY(storage::make_folder(scratch.path()));
  DMP_ASSIGN(auto session, open_session(options, scratch.path()));
  IndexBuild build(options, std::move(wanted.models),
                   std::move(wanted.previous), out, scratch.path(),
                   std::move(session));
  return work(build);
}

// Whether the stage has the database, if that is asked for.
bool has_database(const WorksIndexOptions& options,
                  const storage::Manifest& stage) {
  return !options.keep_database || !stage.files_named("duckdb/").empty();
}

// As with_build, for the stage itself: its database is closed, hence whole,
// before it is listed.
template <class Work>
Status build_stage(WorksIndexOptions options, Wanted wanted,
                   storage::Publication& publication, Work&& work) {
  const fs::path database = publication.dir() / "duckdb" / "db.db";
  if (options.keep_database) {
    DMP_TRY(storage::make_folder(database.parent_path()));
    options.database = database;
  }
  DMP_TRY(with_build(options, std::move(wanted), publication.dir(), work));
  if (options.keep_database) DMP_TRY(publication.add(database));
  return {};
}

// The whole stage, if it is finished and nobody wants it made again. A kill
// right after its manifest may have left parts.
Result<std::optional<StageResult>> made_before(
    const WorksIndexOptions& options, const storage::Manifest& wanted) {
  std::optional<StageResult> result;
  if (options.force) return result;
  auto done = storage::finished(options.stage_dir, wanted.key);
  if (done && has_database(options, *done)) {
    DMP_TRY(storage::remove_parts(options.stage_dir));
    result = StageResult{true, *std::move(done)};
  }
  return result;
}

// As made_before, and else the part `dir`, which is then not needed again.
Result<std::optional<StageResult>> part_made_before(
    const WorksIndexOptions& options, const storage::Manifest& wanted,
    const fs::path& dir, const storage::Manifest& part) {
  DMP_ASSIGN(auto result, made_before(options, wanted));
  if (result || options.force) return result;
  if (auto done = storage::finished_part(dir, part))
    result = StageResult{true, *std::move(done)};
  return result;
}

}  // namespace

Result<storage::Manifest> planned_works_index(
    const WorksIndexOptions& options) {
  DMP_ASSIGN(auto wanted, wanted_by(options));
  return std::move(wanted.manifest);
}

Result<StageResult> build_works_index(const WorksIndexOptions& options) {
  DMP_ASSIGN(auto wanted, wanted_by(options));
  DMP_ASSIGN(auto done, made_before(options, wanted.manifest));
  if (done) return *std::move(done);
  storage::Manifest manifest = wanted.manifest;
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(options.stage_dir, manifest.stage));
  if (options.force) DMP_TRY(storage::remove_parts(options.stage_dir));
  DMP_TRY(build_stage(
      options, std::move(wanted), publication,
      [&](IndexBuild& build) { return build.run(publication, manifest); }));
  StageResult stage;
  DMP_ASSIGN(stage.manifest, publication.publish(std::move(manifest)));
  return stage;
}

std::vector<std::string> index_parts(int ranges) {
  std::vector<std::string> names;
  for (const auto& range : cut_buckets(ranges))
    names.push_back(part_name(range));
  return names;
}

Result<StageResult> prepare_works_index(const WorksIndexOptions& options) {
  DMP_ASSIGN(auto wanted, wanted_by(options));
  const storage::Manifest planned = planned_prepared(wanted.manifest);
  const fs::path dir = options.stage_dir / storage::kPartsName / kPreparedPart;
  DMP_ASSIGN(auto done,
             part_made_before(options, wanted.manifest, dir, planned));
  if (done) return *std::move(done);
  DMP_TRY(
      storage::claim_stage_folder(options.stage_dir, wanted.manifest.stage));
  StageResult stage;
  DMP_ASSIGN(auto part, storage::Publication::begin(dir, planned.stage));
  const fs::path out = part.dir();
  DMP_TRY(with_build(
      options, std::move(wanted), out, [&](IndexBuild& build) -> Status {
        DMP_ASSIGN(stage.manifest, build.prepare(std::move(part), planned));
        return {};
      }));
  return stage;
}

Result<StageResult> make_index_range(const WorksIndexOptions& options,
                                     int index, const fs::path& prepared) {
  DMP_ASSIGN(auto wanted, wanted_by(options));
  const BucketRange range =
      cut_buckets(options.ranges)[static_cast<std::size_t>(index)];
  const storage::Manifest planned = wanted.manifest;
  const fs::path parts = options.stage_dir / storage::kPartsName;
  const fs::path dir = parts / part_name(range);
  DMP_ASSIGN(auto done, part_made_before(options, planned, dir,
                                         planned_range(planned, range)));
  if (done) return *std::move(done);
  DMP_TRY(storage::claim_stage_folder(options.stage_dir, planned.stage));
  if (options.force) DMP_TRY(storage::remove_folder(dir));
  StageResult stage;
  DMP_TRY(with_build(
      options, std::move(wanted), parts, [&](IndexBuild& build) -> Status {
        DMP_ASSIGN(stage.manifest,
                   build.make_range(range, prepared, parts, planned));
        return {};
      }));
  return stage;
}

Result<StageResult> finish_works_index(const WorksIndexOptions& options,
                                       const fs::path& parts) {
  DMP_ASSIGN(auto wanted, wanted_by(options));
  DMP_ASSIGN(auto done, made_before(options, wanted.manifest));
  if (done) return *std::move(done);
  storage::Manifest manifest = wanted.manifest;
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(options.stage_dir, manifest.stage));
  DMP_TRY(build_stage(options, std::move(wanted), publication,
                      [&](IndexBuild& build) {
                        return build.finish(parts, publication, manifest);
                      }));
  StageResult stage;
  DMP_ASSIGN(stage.manifest, publication.publish(std::move(manifest)));
  return stage;
}

Result<std::vector<ModelRows>> build_models(
    const WorksIndexOptions& options, const std::vector<std::string>& names) {
  DMP_ASSIGN(const auto all, index_models(options));
  Wanted wanted;
  DMP_ASSIGN(wanted.models, with_needs(all, names));
  std::vector<ModelRows> made;
  DMP_TRY(with_build(options, std::move(wanted), options.scratch_dir,
                     [&](IndexBuild& build) -> Status {
                       DMP_ASSIGN(made, build.run_models());
                       return {};
                     }));
  return made;
}

}  // namespace dmp::sql
