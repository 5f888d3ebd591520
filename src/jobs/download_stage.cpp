#include "jobs/download_stage.h"

#include "base/json_writer.h"
#include "jobs/catalogue.h"
#include "jobs/published_stage.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>

namespace dmp::jobs {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kManifest = "manifest.json";
// A killed download loses what it did since the record was last written. The
// record is written whole each time, so the pauses grow with it: this many
// times as long as writing it took.
constexpr int kNotePause = 3;

std::string to_line(const FetchedObject& object) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("bytes", static_cast<std::int64_t>(object.bytes));
  json.member("object", object.object);
  json.member("offset", static_cast<std::int64_t>(object.offset));
  json.member("order", object.order);
  json.member("path", object.path).member("rows", object.rows);
  json.member("sha256", object.sha256).member("source", object.source);
  json.end_object();
  return out + "\n";
}

std::optional<FetchedObject> object_of(simdjson::dom::element line) {
  FetchedObject object;
  std::int64_t bytes = 0, offset = 0;
  const auto text = [&](const char* name, std::string& value) {
    std::string_view found;
    if (line[name].get(found) != simdjson::SUCCESS) return false;
    value = found;
    return true;
  };
  if (line["bytes"].get(bytes) != simdjson::SUCCESS ||
      line["offset"].get(offset) != simdjson::SUCCESS ||
      line["rows"].get(object.rows) != simdjson::SUCCESS ||
      line["order"].get(object.order) != simdjson::SUCCESS ||
      !text("object", object.object) || !text("path", object.path) ||
      !text("sha256", object.sha256) || !text("source", object.source)) {
    return std::nullopt;
  }
  object.bytes = static_cast<std::uint64_t>(bytes);
  object.offset = static_cast<std::uint64_t>(offset);
  return object;
}

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

std::string download_prefix(std::string_view dataset, const std::string& run) {
  return fmt::format("{}/{}/download", dataset_folder(dataset), run);
}

storage::Manifest download_manifest(std::string_view dataset) {
  storage::Manifest manifest;
  manifest.stage = std::string(dataset) + " download";
  manifest.version = "1";
  return manifest;
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
      manifest_(std::move(manifest)) {}

std::string DownloadStage::key_of(const std::string& object) const {
  return prefix_ + "/" + object;
}

Result<std::unique_ptr<DownloadStage>> DownloadStage::begin(
    const JobContext& context, const std::string& prefix,
    storage::Manifest manifest, Files files) {
  manifest.key = storage::stage_key(manifest);
  std::unique_ptr<DownloadStage> stage(
      new DownloadStage(context, prefix, std::move(manifest)));
  auto former = stage_manifest(context.bucket, prefix);
  if (former) {
    if (former->key == stage->manifest_.key && !context.force) {
      clear_after_kill(context.bucket, prefix, *former);
      stage->manifest_ = *std::move(former);
      stage->done_ = true;
      return stage;
    }
    stage->former_ = *std::move(former);
  } else if (former.error().code != ErrorCode::not_found) {
    return std::move(former).error();
  }
  stage->below_ = folder_beside(stage->former_);
  std::error_code error;
  fs::create_directories(context.scratch, error);
  if (error) {
    return Error{ErrorCode::io,
                 context.scratch.string() + ": " + error.message()};
  }
  DMP_TRY(stage->read_progress());
  if (files == Files::by_people && !stage->former_ && !stage->begun_)
    DMP_TRY(stage->refuse_files_of_people());
  // From here on what lies there is known as of a download.
  DMP_TRY(stage->note_progress());
  DMP_TRY(stage->clear_leftovers());
  return stage;
}

// What an earlier attempt with the same key noted, and is really there.
Status DownloadStage::read_progress() {
  auto text = context_.bucket.read(key_of(kProgressName));
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return {};
    return std::move(text).error();
  }
  begun_ = true;
  std::map<std::string, std::uint64_t> present;
  DMP_ASSIGN(const auto listed, context_.bucket.list(prefix_ + "/"));
  for (const auto& object : listed) present[object.key] = object.bytes;
  simdjson::dom::parser parser;
  std::string_view rest = *text;
  for (bool first = true; !rest.empty(); first = false) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    simdjson::dom::element json;
    if (parser.parse(line).get(json) != simdjson::SUCCESS) return {};
    if (first) {
      std::string_view key;
      if (json["key"].get(key) != simdjson::SUCCESS || key != manifest_.key)
        return {};
      continue;
    }
    auto object = object_of(json);
    if (!object) return {};
    const auto there = present.find(key_of(object->object));
    if (there == present.end() || there->second != object->bytes) continue;
    std::string path = object->path;
    objects_.insert_or_assign(std::move(path), *std::move(object));
  }
  if (context_.say && !objects_.empty()) {
    context_.say(
        fmt::format("{}: {} objects are there already", prefix_, fetched()));
  }
  return {};
}

Status DownloadStage::refuse_files_of_people() const {
  DMP_ASSIGN(const auto listed, context_.bucket.list(prefix_ + "/"));
  if (listed.empty()) return {};
  return Error{ErrorCode::invalid_argument,
               fmt::format("{}/{} was not put there by a download, which would "
                           "remove it; hint: name another run id",
                           context_.bucket.name(), listed.front().key)};
}

// Objects of an unfinished attempt that are not noted, and in a folder the
// files its writers were at when it was killed.
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

fs::path DownloadStage::scratch_file(const std::string& name) const {
  fs::path file = context_.scratch / name;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  return file;
}

Status DownloadStage::store(const fs::path& file, const std::string& path,
                            const std::string& source, std::int64_t rows,
                            std::uint64_t offset, std::int64_t order) {
  FetchedObject object;
  object.path = path;
  object.object = below_ + path;
  object.source = source;
  object.rows = rows;
  object.offset = offset;
  object.order = order;
  DMP_ASSIGN(object.sha256, storage::sha256_file(file));
  DMP_ASSIGN(const auto sent,
             context_.bucket.upload(file, key_of(object.object)));
  object.bytes = sent.bytes;
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error || bytes != sent.bytes) {
    return Error{
        ErrorCode::corrupt_input,
        fmt::format("{}: {} bytes arrived of {}", sent.key, sent.bytes, bytes)};
  }
  fs::remove(file, error);
  {
    const std::lock_guard<std::mutex> hold(lock_);
    objects_[path] = std::move(object);
  }
  return note_progress();
}

// By one thread at a time, while the others go on.
Status DownloadStage::note_progress() {
  std::unique_lock<std::mutex> hold(lock_);
  const auto begun = std::chrono::steady_clock::now();
  if (noting_ || begun < next_note_) return {};
  noting_ = true;
  std::string text = fmt::format("{{\"key\":\"{}\"}}\n", manifest_.key);
  for (const auto& [path, object] : objects_) text += to_line(object);
  hold.unlock();
  const auto written = context_.bucket.write(key_of(kProgressName), text);
  hold.lock();
  noting_ = false;
  const auto ended = std::chrono::steady_clock::now();
  next_note_ = ended + kNotePause * (ended - begun);
  if (!written) return written.error();
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
        {object.object, object.bytes, object.rows, object.sha256});
    if (object.rows > 0) manifest_.rows_out += object.rows;
  }
  manifest_.rows_in = manifest_.rows_out;
  manifest_.created_at = storage::created_now();
  DMP_TRY(note_manifest(context_.bucket, prefix_, manifest_));
  DMP_TRY(publish_manifest(context_.bucket, prefix_, manifest_));
  return storage::StageResult{false, manifest_};
}

}  // namespace dmp::jobs
