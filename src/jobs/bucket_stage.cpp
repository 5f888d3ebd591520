#include "jobs/bucket_stage.h"

#include "jobs/in_parallel.h"
#include "jobs/input_check.h"
#include "jobs/published_stage.h"
#include "jobs/run_id.h"
#include "jobs/scratch_room.h"
#include "storage/files.h"
#include "storage/stage_path.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <system_error>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::Manifest;
using storage::ManifestInput;
using storage::Proof;
using storage::StageResult;

namespace {

constexpr std::string_view kManifest = "/manifest.json";

Error io_error(const fs::path& path, const std::error_code& error) {
  return Error{ErrorCode::io, path.string() + ": " + error.message()};
}

Error no_manifest(const std::string& place) {
  return Error{ErrorCode::invalid_argument,
               place +
                   " is not a finished stage: no manifest.json; an input made "
                   "by another program is read with --allow-no-manifest"};
}

// What people upload has no manifest, but neither has a download on its way.
Status refuse_unfinished(const storage::ObjectStore& bucket,
                         const std::string& prefix) {
  const auto under_way = bucket.stat(prefix + "/" + kProgressName);
  if (!under_way) {
    if (under_way.error().code == ErrorCode::not_found) return {};
    return under_way.error();
  }
  DMP_ASSIGN(const bool finished, is_finished(bucket, prefix));
  if (finished) return {};
  return Error{ErrorCode::invalid_argument,
               fmt::format("{}/{}: its download is not finished", bucket.name(),
                           prefix)};
}

// Where a job publishes.
std::string place_of(const StageJob& job) {
  return job.part.empty() ? job.output : part_prefix(job, job.part);
}

std::string parts_of(const StageJob& job) {
  return job.output + "/" + storage::kPartsName + "/";
}

// ---------------------------------------------------------------- in place

Result<StageJob::Folders> folders_of(const JobContext& context,
                                     const std::vector<StageInput>& inputs,
                                     const fs::path& bucket, Proof proof) {
  StageJob::Folders folders;
  for (const auto& input : inputs) {
    const fs::path dir = bucket / input.prefix;
    std::error_code error;
    if (!fs::is_directory(dir, error)) {
      return Error{ErrorCode::not_found,
                   dir.string() + ": no such folder; nothing is there yet"};
    }
    if (input.by_hand) DMP_TRY(refuse_unfinished(context.bucket, input.prefix));
    DMP_ASSIGN(auto manifest, find_manifest(context.bucket, input.prefix));
    if (!manifest && !input.by_hand && !context.allow_no_manifest)
      return no_manifest(dir.string());
    if (manifest) {
      manifest->files = manifest->files_named(input.only);
      DMP_TRY(check_files(dir, *manifest, input.needs, proof, context.threads));
    }
    folders[input.prefix] = dir;
  }
  return folders;
}

// A manifest is there that is none, and the stage is to be made anew: from here
// on what it listed is known as left by an attempt, and goes.
Status mark_spoilt(const fs::path& stage) {
  std::error_code error;
  if (!fs::exists(stage / "manifest.json", error)) return {};
  return storage::write_file_atomically(stage / storage::kUnfinishedName, "");
}

Result<StageResult> run_in_folder(const JobContext& context,
                                  const StageJob& job, const fs::path& bucket) {
  DMP_ASSIGN(const auto made, former_stage(context, place_of(job)));
  const Proof proof =
      made && !context.force ? Proof::since_published : Proof::whole;
  DMP_ASSIGN(auto folders, folders_of(context, job.inputs, bucket, proof));
  for (const auto& part : job.parts) {
    const std::string prefix = part_prefix(job, part);
    folders[prefix] = bucket / prefix;
    DMP_ASSIGN(const auto manifest, find_manifest(context.bucket, prefix));
    if (manifest) {
      DMP_TRY(
          check_files(folders[prefix], *manifest, {}, proof, context.threads));
    }
  }
  if (!made && context.force) DMP_TRY(mark_spoilt(bucket / place_of(job)));
  return job.work(folders, bucket / place_of(job));
}

// ---------------------------------------------------------------------- S3

class RemoteStage {
 public:
  RemoteStage(const JobContext& context, const StageJob& job)
      : context_(context),
        bucket_(context.bucket),
        job_(job),
        place_(place_of(job)) {}

  Result<StageResult> run() {
    DMP_TRY(plan_inputs());
    DMP_ASSIGN(const auto former, former_stage(context_, place_));
    DMP_ASSIGN(const auto done, made_before(former));
    if (done) return *done;
    DMP_TRY(plan_parts());
    DMP_TRY(storage::make_folder(context_.scratch));
    const storage::Scratch scratch(context_.scratch);
    DMP_TRY(fetch_inputs());
    const fs::path out = context_.scratch / "out" / place_;
    DMP_ASSIGN(StageResult result, job_.work(folders_, out));
    result.manifest.key = key_of_place();
    name_inputs(result.manifest);
    DMP_TRY(publish(result.manifest, out, former));
    return result;
  }

  // The inputs only: nothing is published.
  Status read(const InputWork& work) {
    DMP_TRY(plan_inputs());
    DMP_TRY(storage::make_folder(context_.scratch));
    const storage::Scratch scratch(context_.scratch);
    DMP_TRY(fetch_inputs());
    return work(folders_);
  }

 private:
  struct Fetch {
    std::string key;
    fs::path file;
    std::uint64_t bytes = 0;
    std::string sha256;  // empty: not known
    Need need = Need::whole;
    std::string etag = {};  // empty: not known
    sql::BucketRange buckets{0, 255};
  };

  std::string part_key(const std::string& part) const {
    return storage::sha256_text(key_ + "\npart " + part);
  }
  std::string key_of_place() const {
    return job_.part.empty() ? key_ : part_key(job_.part);
  }

  bool is_good(const Manifest& made) const {
    return !job_.is_good || job_.is_good(made);
  }

  // What is published already, unless it is to be made again: this part, or the
  // whole stage, which needs no part any more.
  Result<std::optional<StageResult>> made_before(
      const std::optional<Manifest>& former) const {
    std::optional<StageResult> done;
    if (context_.force) return done;
    if (former && former->key == key_of_place() &&
        (!job_.part.empty() || is_good(*former))) {
      DMP_ASSIGN(const bool whole, is_whole(bucket_, place_, *former));
      if (!whole) return done;
      clear_after_kill(bucket_, place_, *former);
      done = StageResult{true, *former};
    } else if (!job_.part.empty()) {
      DMP_ASSIGN(const auto stage, find_manifest(bucket_, job_.output));
      if (stage && stage->key == key_ && is_good(*stage))
        done = StageResult{true, *stage};
    }
    return done;
  }

  // The parts that others have made: of this key, or they are none.
  Status plan_parts() {
    std::vector<std::string> absent;
    for (const auto& part : job_.parts) {
      const std::string prefix = part_prefix(job_, part);
      folders_[prefix] = context_.scratch / "in" / prefix;
      DMP_ASSIGN(const auto manifest, find_manifest(bucket_, prefix));
      if (manifest && manifest->key == part_key(part)) {
        plan_files(prefix, *manifest, {prefix});
      } else {
        absent.push_back(part);
      }
    }
    if (absent.empty()) return {};
    return storage::parts_missing(bucket_.name() + "/" + parts_of(job_),
                                  absent);
  }

  // Files that no manifest lists have the tag of the object, not of the copy in
  // the scratch folder.
  void name_inputs(Manifest& manifest) const {
    std::map<std::string_view, std::string_view> tags;
    for (const auto& one : fetches_)
      if (one.sha256.empty()) tags[one.key] = one.etag;
    for (auto& input : manifest.inputs) {
      if (input.kind == ManifestInput::Kind::stage) continue;
      for (const auto& [prefix, folder] : folders_) {
        const auto object = tags.find(prefix + "/" + input.path);
        if (object != tags.end()) input.digest = object->second;
      }
    }
  }

  // Lists what has to be fetched, and makes the key of the work from it.
  Status plan_inputs() {
    std::string identity =
        fmt::format("{}\n{}", storage::kFormatVersion, job_.name);
    for (const auto& option : job_.options) identity += "\n" + option;
    for (const auto& input : job_.inputs) {
      folders_[input.prefix] = context_.scratch / "in" / input.prefix;
      identity += "\n" + input.prefix;
      DMP_ASSIGN(const bool listed, plan_stage(input, identity));
      if (!listed) DMP_TRY(plan_objects(input, identity));
    }
    key_ = storage::sha256_text(identity);
    return {};
  }

  // False: the input has no manifest of ours, and that is allowed.
  Result<bool> plan_stage(const StageInput& input, std::string& identity) {
    DMP_ASSIGN(auto manifest, find_manifest(bucket_, input.prefix));
    if (!manifest) {
      if (input.by_hand) {
        DMP_TRY(refuse_unfinished(bucket_, input.prefix));
        return false;
      }
      if (context_.allow_no_manifest) return false;
      return no_manifest(bucket_.name() + "/" + input.prefix);
    }
    manifest->files = manifest->files_named(input.only);
    identity += storage::content_digest(*manifest);
    plan_files(input.prefix, *manifest, input);
    return true;
  }

  void plan_files(const std::string& prefix, const Manifest& manifest,
                  const StageInput& input) {
    const fs::path dir = folders_[prefix];
    for (const auto& file : manifest.files) {
      const auto name = storage::name_in_stage(file.path);
      fetches_.push_back({prefix + "/" + file.path, dir / file.path, file.bytes,
                          file.sha256,
                          input.needs ? input.needs(name) : Need::whole,
                          file.etag, input.buckets});
    }
    manifests_.emplace_back(dir, storage::manifest_json(manifest));
  }

  Status plan_objects(const StageInput& input, std::string& identity) {
    DMP_ASSIGN(const auto objects, bucket_.list(input.prefix + "/"));
    if (objects.empty()) {
      return Error{
          ErrorCode::not_found,
          fmt::format("{}/{}: nothing is there", bucket_.name(), input.prefix)};
    }
    for (const auto& object : objects) {
      identity +=
          fmt::format("\n{} {} {}", object.key, object.bytes, object.etag);
      const std::string name = object.key.substr(input.prefix.size() + 1);
      fetches_.push_back({object.key, folders_[input.prefix] / name,
                          object.bytes, "", Need::whole, object.etag});
    }
    return {};
  }

  Status fetch_inputs() {
    DMP_TRY(check_space());
    if (context_.say) {
      const auto wanted = std::count_if(
          fetches_.begin(), fetches_.end(),
          [](const Fetch& one) { return one.need <= Need::buckets; });
      context_.say(fmt::format("{}: {} objects to fetch from {}", job_.name,
                               wanted, bucket_.name()));
    }
    DMP_TRY(in_parallel(fetches_.size(), kTransfers,
                        [&](std::size_t i) { return fetch(fetches_[i]); }));
    DMP_TRY(fetch_rows());
    for (const auto& [dir, text] : manifests_) {
      std::error_code error;
      fs::create_directories(dir, error);
      DMP_TRY(storage::write_file_atomically(dir / "manifest.json", text));
    }
    return {};
  }

  Status fetch(Fetch& one) const {
    std::error_code error;
    fs::create_directories(one.file.parent_path(), error);
    if (error) return io_error(one.file, error);
    if (one.need == Need::nothing) return make_hole(one.file, one.bytes);
    if (one.need != Need::whole) {
      Status got = fetch_footer(bucket_, piecewise(one));
      if (got || got.error().code != ErrorCode::corrupt_input ||
          one.sha256.empty())
        return got;
      // It has another tag than is listed, as in a copy of the bucket: its sum
      // says whether it is the same.
      one.need = Need::whole;
    }
    DMP_TRY(bucket_.download(one.key, one.file));
    const auto bytes = fs::file_size(one.file, error);
    if (error || bytes != one.bytes) {
      return Error{ErrorCode::corrupt_input,
                   fmt::format("{}/{}: {} bytes, {} are listed", bucket_.name(),
                               one.key, bytes, one.bytes)};
    }
    if (one.sha256.empty()) return {};
    DMP_ASSIGN(const std::string sum, storage::sha256_file(one.file));
    return sum == one.sha256
               ? Status()
               : storage::other_bytes(bucket_.name() + "/" + one.key);
  }

  static PartialFile piecewise(const Fetch& one) {
    return {one.key, one.bytes, one.etag, one.file};
  }

  // Of the files whose footers are there.
  Status fetch_rows() const {
    std::map<std::pair<int, int>, std::vector<PartialFile>> files;
    for (const auto& one : fetches_) {
      if (one.need == Need::buckets)
        files[{one.buckets.low, one.buckets.high}].push_back(piecewise(one));
    }
    for (const auto& [range, wanted] : files)
      DMP_TRY(fetch_buckets(bucket_, wanted, {range.first, range.second}));
    return {};
  }

  // Errors: io, when the scratch disk cannot hold what has to be fetched.
  Status check_space() const {
    std::uint64_t needed = 0;
    for (const auto& one : fetches_) {
      if (one.need == Need::whole) needed += one.bytes;
      if (one.need == Need::buckets)
        needed += one.bytes / 256 * (one.buckets.high - one.buckets.low + 1);
    }
    return check_room(context_.scratch, needed, "the inputs of " + job_.name,
                      "another place is given with --scratch-dir");
  }

  // First publication: final names. Replacing: a fresh r<NN>/, and the former
  // files go after the manifest points to the new ones. What a killed attempt
  // has uploaded of the same files is not sent again.
  Status publish(Manifest& manifest, const fs::path& out,
                 const std::optional<Manifest>& former) {
    DMP_ASSIGN(const auto present, bucket_.list(place_ + "/"));
    const std::string below = former ? fresh_folder(*former) + "/" : "";
    std::vector<fs::path> files;
    for (auto& file : manifest.files) {
      files.push_back(out / file.path);
      file.path = below + file.path;
    }
    const auto there = uploaded_before(manifest, present);
    std::set<std::string> kept;
    for (const auto& [key, etag] : there) kept.insert(key);
    if (former) {
      kept.insert(place_ + std::string(kManifest));
      for (const auto& file : former->files)
        kept.insert(place_ + "/" + file.path);
    }
    for (const auto& object : present)
      if (object.key.starts_with(parts_of(job_)) && job_.part.empty())
        kept.insert(object.key);
    DMP_TRY(remove_others(bucket_, present, kept));
    // Only now: what lies under a name of this list has the content it says.
    DMP_TRY(note_manifest(bucket_, place_, manifest));
    DMP_TRY(in_parallel(files.size(), kTransfers, [&](std::size_t i) -> Status {
      auto& entry = manifest.files[i];
      const auto sent = there.find(place_ + "/" + entry.path);
      if (sent == there.end()) return upload(files[i], entry);
      entry.etag = sent->second;
      return {};
    }));
    return publish_manifest(bucket_, place_, manifest);
  }

  // Keys and tags of objects that an attempt which was killed has uploaded, and
  // that are what `manifest` lists: objects are seen whole or not at all.
  std::map<std::string, std::string> uploaded_before(
      const Manifest& manifest,
      const std::vector<storage::ObjectInfo>& present) const {
    std::map<std::string, std::string> keys;
    const auto json = bucket_.read(place_ + "/" + kUploadingName);
    if (!json) return keys;
    const auto begun = storage::parse_manifest(*json);
    if (!begun) return keys;
    std::map<std::string_view, const storage::ObjectInfo*> objects;
    for (const auto& object : present) objects[object.key] = &object;
    std::map<std::string, std::string> sums;
    for (const auto& file : begun->files) sums[file.path] = file.sha256;
    for (const auto& file : manifest.files) {
      const std::string key = place_ + "/" + file.path;
      const auto object = objects.find(key);
      const auto sum = sums.find(file.path);
      if (object != objects.end() && object->second->bytes == file.bytes &&
          sum != sums.end() && sum->second == file.sha256)
        keys[key] = object->second->etag;
    }
    return keys;
  }

  Status upload(const fs::path& file, storage::ManifestFile& entry) const {
    DMP_ASSIGN(const auto sent,
               bucket_.upload(file, place_ + "/" + entry.path));
    entry.etag = sent.etag;
    if (sent.bytes == entry.bytes) return {};
    return Error{ErrorCode::corrupt_input,
                 fmt::format("{}: {} bytes arrived of {}", sent.key, sent.bytes,
                             entry.bytes)};
  }

  static std::string fresh_folder(const Manifest& former) {
    for (int number = 1;; ++number) {
      std::string name = fmt::format("r{:02}", number);
      const bool used = std::any_of(
          former.files.begin(), former.files.end(),
          [&](const auto& file) { return file.path.starts_with(name + "/"); });
      if (!used) return name;
    }
  }

  const JobContext& context_;
  const storage::ObjectStore& bucket_;
  const StageJob& job_;
  const std::string place_;  // prefix of what is published
  StageJob::Folders folders_;
  std::vector<Fetch> fetches_;
  std::vector<std::pair<fs::path, std::string>> manifests_;
  std::string key_;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string stage_prefix(std::string_view dataset, std::string_view run,
                         std::string_view stage) {
  return fmt::format("{}/{}/{}", dataset, run, stage);
}

std::string part_prefix(const StageJob& job, const std::string& part) {
  return fmt::format("{}/{}/{}", job.output, storage::kPartsName, part);
}

Result<StageResult> run_stage(const JobContext& context, const StageJob& job) {
  if (const auto folder = context.bucket.folder()) {
    const storage::Scratch scratch(context.scratch);
    return run_in_folder(context, job, *folder);
  }
  return RemoteStage(context, job).run();
}

Status read_inputs(const JobContext& context, const std::string& name,
                   const std::vector<StageInput>& inputs,
                   const InputWork& work) {
  if (const auto folder = context.bucket.folder()) {
    const storage::Scratch scratch(context.scratch);
    DMP_ASSIGN(const auto folders,
               folders_of(context, inputs, *folder, Proof::whole));
    return work(folders);
  }
  StageJob job;
  job.name = name;
  job.inputs = inputs;
  return RemoteStage(context, job).read(work);
}

Result<Manifest> stage_manifest(const storage::ObjectStore& bucket,
                                const std::string& prefix) {
  const std::string key = prefix + std::string(kManifest);
  DMP_ASSIGN(const std::string json, bucket.read(key));
  auto manifest = storage::parse_manifest(json);
  if (!manifest) {
    return std::move(manifest).error().during(bucket.name() + "/" + key);
  }
  return manifest;
}

Result<std::optional<Manifest>> find_manifest(
    const storage::ObjectStore& bucket, const std::string& prefix) {
  auto manifest = stage_manifest(bucket, prefix);
  if (manifest) return std::optional(*std::move(manifest));
  if (manifest.error().code == ErrorCode::not_found)
    return std::optional<Manifest>();
  return std::move(manifest).error();
}

Result<bool> is_finished(const storage::ObjectStore& bucket,
                         const std::string& prefix) {
  DMP_ASSIGN(const auto manifest, find_manifest(bucket, prefix));
  return manifest.has_value();
}

Result<std::set<std::string>> finished_runs(const storage::ObjectStore& bucket,
                                            const std::string& root,
                                            const std::string& leaf) {
  DMP_ASSIGN(const auto objects, bucket.list(root + "/"));
  const std::string ending =
      (leaf.empty() ? "" : "/" + leaf) + std::string(kManifest);
  std::set<std::string> runs;
  for (const auto& object : objects) {
    const std::string_view key =
        std::string_view(object.key).substr(root.size() + 1);
    const auto run = key.substr(0, key.find('/'));
    if (key.substr(run.size()) == ending && is_run_id(run)) runs.emplace(run);
  }
  return runs;
}

Result<std::string> newest_run(const storage::ObjectStore& bucket,
                               const std::string& root,
                               const std::string& leaf) {
  DMP_ASSIGN(const auto runs, finished_runs(bucket, root, leaf));
  if (!runs.empty()) return *runs.rbegin();
  return Error{ErrorCode::not_found,
               fmt::format("{}/{}: no finished run", bucket.name(), root)};
}

fs::path scratch_folder(const fs::path& root, const std::string& dataset,
                        const std::string& run, const std::string& stage) {
  std::string attempt = variable("AWS_BATCH_JOB_ID");
  std::replace(attempt.begin(), attempt.end(), ':', '-');
  if (attempt.empty()) {
    attempt = std::to_string(::getpid());
  } else {
    attempt += "-" + variable("AWS_BATCH_JOB_ARRAY_INDEX") + "-" +
               variable("AWS_BATCH_JOB_ATTEMPT");
  }
  return root / dataset / run / (stage + "." + attempt);
}

}  // namespace dmp::jobs
