#include "jobs/download_stage.h"

#include "jobs/catalogue.h"
#include "jobs/published_stage.h"
#include "jobs/scratch_room.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>

namespace dmp::jobs {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kManifest = "manifest.json";
// The first r<NN>/ that no file of a good stage lies in; "" without one.
std::string folder_beside(const std::optional<storage::Manifest>& former) {
  if (!former) return "";
  for (int number = 1;; ++number) {
    std::string name = fmt::format("r{:02}/", number);
    bool used = false;
    for (const auto& file : former->files)
      used = used || file.path.starts_with(name);
    if (!used) return name;
  }
}

}  // namespace

Status check_source_path(std::string_view path) {
  const auto folder = path.substr(0, path.find('/'));
  const bool ours = path == kManifest || path == kUploadingName ||
                    folder == storage::kPartsName ||
                    path.starts_with("_progress") ||
                    path.ends_with(storage::kUnfinishedEnding);
  if (!ours) return {};
  return Error{ErrorCode::corrupt_input,
               fmt::format("the source has \"{}\", a name that a stage keeps "
                           "for itself",
                           path)};
}

Status check_source_paths(std::vector<std::string> paths) {
  for (const auto& path : paths) DMP_TRY(check_source_path(path));
  std::sort(paths.begin(), paths.end());
  const auto twice = std::adjacent_find(paths.begin(), paths.end());
  if (twice == paths.end()) return {};
  return Error{ErrorCode::corrupt_input,
               fmt::format("the source has \"{}\" twice", *twice)};
}

std::string download_prefix(std::string_view dataset, const std::string& run) {
  return fmt::format("{}/{}/download", dataset_folder(dataset), run);
}

storage::Manifest download_manifest(std::string_view dataset) {
  storage::Manifest manifest;
  manifest.stage = std::string(dataset) + " download";
  manifest.version = storage::kFormatVersion;
  return manifest;
}

std::string source_in_key(const storage::ObjectStore& store,
                          std::string_view source) {
  const auto folder = storage::bucket_folder(source);
  if (!folder) return store.name();
  std::error_code error;
  const fs::path place = fs::weakly_canonical(*folder, error);
  return error ? store.name() : place.string();
}

std::uint64_t most_unpacked_bytes() {
  const char* given = std::getenv("DMPWORKS_MAX_UNPACKED_BYTES");
  const std::uint64_t bytes =
      given == nullptr ? 0 : std::strtoull(given, nullptr, 10);
  return bytes > 0 ? bytes : std::uint64_t{2} << 40;
}

DownloadStage::DownloadStage(const JobContext& context, std::string prefix,
                             storage::Manifest manifest)
    : context_(context),
      prefix_(std::move(prefix)),
      manifest_(std::move(manifest)),
      notes_(context.bucket, prefix_, manifest_.key) {}

// That of a file in a folder is another in each copy.
std::string DownloadStage::tag_to_list(
    const storage::ObjectInfo& object) const {
  return context_.bucket.folder() ? "" : object.etag;
}

std::string DownloadStage::key_of(const std::string& object) const {
  return prefix_ + "/" + object;
}

Result<std::unique_ptr<DownloadStage>> DownloadStage::begin(
    const JobContext& context, const std::string& prefix,
    storage::Manifest manifest, Files files) {
  manifest.key = storage::stage_key(manifest);
  std::unique_ptr<DownloadStage> stage(
      new DownloadStage(context, prefix, std::move(manifest)));
  DMP_ASSIGN(auto former, former_stage(context, prefix));
  if (former) {
    bool done = former->key == stage->manifest_.key && !context.force;
    if (done) {
      DMP_ASSIGN(done, is_whole(context.bucket, prefix, *former));
    }
    if (done) {
      clear_after_kill(context.bucket, prefix, *former);
      stage->manifest_ = *std::move(former);
      stage->done_ = true;
      return stage;
    }
    stage->former_ = std::move(former);
  }
  stage->below_ = folder_beside(stage->former_);
  std::error_code error;
  fs::create_directories(context.scratch, error);
  if (error) {
    return Error{ErrorCode::io,
                 context.scratch.string() + ": " + error.message()};
  }
  DMP_TRY(stage->read_notes());
  if (files == Files::by_people && !stage->former_ && !stage->begun_)
    DMP_TRY(stage->refuse_files_of_people());
  // From here on what lies there is known as of a download.
  DMP_TRY(stage->begin_notes());
  DMP_TRY(stage->clear_leftovers());
  return stage;
}

// What an earlier attempt with the same key noted, and is really there.
Status DownloadStage::read_notes() {
  DMP_ASSIGN(auto found, notes_.read());
  begun_ = found.any;
  if (found.objects.empty()) return {};
  std::map<std::string_view, const storage::ObjectInfo*> present;
  DMP_ASSIGN(const auto listed, context_.bucket.list(prefix_ + "/"));
  for (const auto& object : listed) present[object.key] = &object;
  for (auto& object : found.objects) {
    const auto there = present.find(key_of(object.object));
    if (there == present.end() || there->second->bytes != object.bytes)
      continue;
    object.etag = tag_to_list(*there->second);
    std::string path = object.path;
    objects_.insert_or_assign(std::move(path), std::move(object));
  }
  if (context_.say && !objects_.empty()) {
    context_.say(
        fmt::format("{}: {} objects are there already", prefix_, fetched()));
  }
  return {};
}

Status DownloadStage::begin_notes() const {
  std::vector<FetchedObject> objects;
  objects.reserve(objects_.size());
  for (const auto& [path, object] : objects_) objects.push_back(object);
  return notes_.begin(objects);
}

Status DownloadStage::refuse_files_of_people() const {
  DMP_ASSIGN(const auto listed, context_.bucket.list(prefix_ + "/"));
  // With --force, a download's manifest that is spoilt.
  const bool downloaded =
      std::any_of(listed.begin(), listed.end(), [&](const auto& object) {
        return object.key == key_of(std::string(kManifest));
      });
  if (listed.empty() || downloaded) return {};
  return Error{ErrorCode::invalid_argument,
               fmt::format("{}/{} was not put there by a download, which would "
                           "remove it; hint: name another run id",
                           context_.bucket.name(), listed.front().key)};
}

// Objects of an unfinished attempt that are not noted, notes but the new one,
// and in a folder the files its writers were at when it was killed.
Status DownloadStage::clear_leftovers() const {
  if (const auto folder = context_.bucket.folder())
    storage::remove_unfinished(*folder / prefix_);
  std::set<std::string> kept{key_of(std::string(kManifest)),
                             key_of(kProgressName)};
  for (const auto& [path, object] : objects_)
    kept.insert(key_of(object.object));
  if (former_) {
    for (const auto& file : former_->files) kept.insert(key_of(file.path));
  }
  DMP_ASSIGN(const auto listed, context_.bucket.list(prefix_ + "/"));
  return remove_others(context_.bucket, listed, kept);
}

std::optional<FetchedObject> DownloadStage::find(
    const std::string& path, const std::string& source) const {
  const std::lock_guard<std::mutex> hold(lock_);
  const auto found = objects_.find(path);
  if (found == objects_.end() || found->second.source != source)
    return std::nullopt;
  return found->second;
}

std::size_t DownloadStage::fetched() const {
  const std::lock_guard<std::mutex> hold(lock_);
  return objects_.size();
}

std::vector<FetchedObject> DownloadStage::without_gap() const {
  const std::lock_guard<std::mutex> hold(lock_);
  std::vector<FetchedObject> members;
  for (const auto& [path, object] : objects_) {
    if (object.order >= 0) members.push_back(object);
  }
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.order < b.order; });
  std::size_t count = 0;
  while (count < members.size() &&
         members[count].order == static_cast<std::int64_t>(count)) {
    ++count;
  }
  members.resize(count);
  return members;
}

Status DownloadStage::check_room(std::uint64_t bytes) const {
  const auto folder = context_.bucket.folder();
  if (!folder) return {};
  return jobs::check_room(*folder, bytes, "the objects of " + prefix_,
                          "make room, or name another bucket");
}

fs::path DownloadStage::scratch_file(const std::string& name) const {
  fs::path file = context_.scratch / name;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  return file;
}

Status DownloadStage::store(const fs::path& file, const std::string& path,
                            const std::string& source, std::int64_t rows,
                            std::uint64_t offset, std::int64_t order) {
  DMP_TRY(check_source_path(path));
  FetchedObject object;
  object.path = path;
  object.object = below_ + path;
  object.source = source;
  object.rows = rows;
  object.offset = offset;
  object.order = order;
  std::error_code error;
  object.bytes = fs::file_size(file, error);
  if (error)
    return Error{ErrorCode::io, file.string() + ": " + error.message()};
  DMP_ASSIGN(object.sha256, storage::sha256_file(file));
  DMP_TRY(notes_.add(object));
  DMP_ASSIGN(const auto sent,
             context_.bucket.upload(file, key_of(object.object)));
  if (sent.bytes != object.bytes) {
    return Error{ErrorCode::corrupt_input,
                 fmt::format("{}: {} bytes arrived of {}", sent.key, sent.bytes,
                             object.bytes)};
  }
  object.etag = tag_to_list(sent);
  fs::remove(file, error);
  const std::lock_guard<std::mutex> hold(lock_);
  objects_[path] = std::move(object);
  return {};
}

Result<storage::StageResult> DownloadStage::publish(
    const std::vector<std::string>& paths) {
  const std::lock_guard<std::mutex> hold(lock_);
  if (paths.empty()) {
    return Error{ErrorCode::not_found, prefix_ + ": the source has no objects"};
  }
  manifest_.rows_out = 0;
  for (const auto& path : paths) {
    const auto found = objects_.find(path);
    if (found == objects_.end())
      return Error{ErrorCode::internal, path + " was not stored"};
    const FetchedObject& object = found->second;
    manifest_.files.push_back(
        {object.object, object.bytes, object.rows, object.sha256, object.etag});
    if (object.rows > 0) manifest_.rows_out += object.rows;
  }
  manifest_.rows_in = manifest_.rows_out;
  manifest_.created_at = storage::created_now();
  DMP_TRY(note_manifest(context_.bucket, prefix_, manifest_));
  DMP_TRY(publish_manifest(context_.bucket, prefix_, manifest_));
  return storage::StageResult{false, manifest_};
}

}  // namespace dmp::jobs
