#include "base/log.h"
#include "storage/files.h"
#include "storage/manifest.h"
#include "storage/stage_path.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

// Stages in folders: how they are published, and cleared.
namespace dmp::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kManifestName = "manifest.json";

Error io_error(const fs::path& path, const std::error_code& error) {
  return Error{ErrorCode::io, path.string() + ": " + error.message()};
}

// A link to one is none.
Result<bool> is_folder(const fs::directory_entry& entry) {
  std::error_code error;
  const auto type = entry.symlink_status(error).type();
  if (type == fs::file_type::none) return io_error(entry.path(), error);
  return type == fs::file_type::directory;
}

// As link_in_stage_folder() makes them.
bool is_link_to(const fs::path& path, const std::set<std::string>& names) {
  std::error_code no_link;
  const fs::path target = fs::read_symlink(path, no_link);
  return !no_link && names.contains(target.string()) &&
         target.filename() == path.filename();
}

// Removes everything below `dir` that `kept` (relative paths) does not name,
// links to what it names excepted, and folders left empty. A kept folder is
// kept with all that is in it.
Status remove_others(const fs::path& dir, const std::set<std::string>& kept) {
  std::error_code error;
  if (!fs::exists(dir, error)) return {};
  std::vector<fs::path> folders;
  std::vector<fs::path> doomed;
  for (fs::recursive_directory_iterator it(dir, error), end;
       !error && it != end; it.increment(error)) {
    DMP_ASSIGN(const bool folder, is_folder(*it));
    if (folder) {
      if (kept.contains(it->path().lexically_relative(dir).string())) {
        it.disable_recursion_pending();
      } else {
        folders.push_back(it->path());
      }
    } else if (!kept.contains(it->path().lexically_relative(dir).string()) &&
               !is_link_to(it->path(), kept)) {
      doomed.push_back(it->path());
    }
  }
  if (error) return io_error(dir, error);
  for (const auto& path : doomed) {
    fs::remove(path, error);
    if (error) return io_error(path, error);
  }
  std::sort(folders.rbegin(), folders.rend());
  for (const auto& folder : folders) {
    if (fs::is_empty(folder, error)) fs::remove(folder, error);
  }
  return {};
}

std::set<std::string> listed(const Manifest& manifest) {
  std::set<std::string> names{std::string(kManifestName)};
  for (const auto& file : manifest.files) names.insert(file.path);
  return names;
}

// The first r<NN> no listed file lies in.
fs::path fresh_folder(const fs::path& stage_dir, const Manifest& former) {
  for (int number = 1;; ++number) {
    const std::string name = fmt::format("r{:02}", number);
    const bool used = std::any_of(
        former.files.begin(), former.files.end(),
        [&](const auto& file) { return file.path.starts_with(name + "/"); });
    if (!used) return stage_dir / name;
  }
}

std::set<std::string> with_parts(std::set<std::string> names) {
  names.insert(kPartsName);
  return names;
}

// Removes what the published manifest does not list. The stage stands; what is
// left of the former one is only space: an error is a warning.
void clear_published(const fs::path& stage_dir, const Manifest& manifest) {
  std::set<std::string> kept = listed(manifest);
  kept.insert(kUnfinishedName);
  Status cleared = remove_others(stage_dir, kept);
  // Last, so that a kill before it is seen.
  std::error_code error;
  if (cleared) fs::remove(stage_dir / kUnfinishedName, error);
  if (error) cleared = io_error(stage_dir / kUnfinishedName, error);
  if (!cleared) {
    log::warning("clean up {}: {}", stage_dir.string(),
                 cleared.error().message);
  }
}

// Whether the publication of this very manifest was killed while it cleared up.
// A mark of another text is of an attempt that may still be at work.
bool was_left_uncleared(const fs::path& stage_dir) {
  const auto mark = read_file(stage_dir / kUnfinishedName);
  if (!mark || mark->empty()) return false;
  const auto text = read_file(stage_dir / kManifestName);
  return text && *text == *mark;
}

}  // namespace

Error folder_refused(const fs::path& dir, const std::string& why) {
  return Error{
      ErrorCode::invalid_argument,
      fmt::format("{}: {}; hint: name a folder of its own", dir.string(), why)};
}

Status remove_parts(const fs::path& stage_dir) {
  return remove_folder(stage_dir / kPartsName);
}

Error parts_missing(const fs::path& parts,
                    const std::vector<std::string>& names) {
  return Error{
      ErrorCode::not_found,
      fmt::format("{}: no finished part {}; hint: run the jobs that make "
                  "parts again",
                  parts.string(), fmt::join(names, ", "))};
}

Status check_stage_folder(const fs::path& stage_dir, const std::string& stage) {
  std::error_code error;
  if (!fs::exists(stage_dir, error)) return {};
  if (!fs::is_directory(stage_dir, error))
    return folder_refused(stage_dir, "is no folder");
  if (const auto manifest = read_manifest(stage_dir)) {
    if (manifest->stage == stage) return {};
    return folder_refused(stage_dir,
                          "holds another stage, \"" + manifest->stage + "\"");
  }
  if (fs::exists(stage_dir / kUnfinishedName, error)) return {};
  for (fs::recursive_directory_iterator it(stage_dir, error), end;
       !error && it != end; it.increment(error)) {
    DMP_ASSIGN(const bool folder, is_folder(*it));
    if (folder) continue;
    // Another job that makes a part has claimed it in between.
    std::error_code absent;
    if (fs::exists(stage_dir / kUnfinishedName, absent)) return {};
    return folder_refused(
        stage_dir,
        "holds " + it->path().lexically_relative(stage_dir).string());
  }
  if (error) return io_error(stage_dir, error);
  return {};
}

Status claim_stage_folder(const fs::path& stage_dir, const std::string& stage) {
  DMP_TRY(check_stage_folder(stage_dir, stage));
  std::error_code error;
  fs::create_directories(stage_dir, error);
  if (error) return io_error(stage_dir, error);
  if (read_manifest(stage_dir) || std::ofstream(stage_dir / kUnfinishedName))
    return {};
  return write_error(stage_dir);
}

std::optional<Manifest> finished(const fs::path& stage_dir,
                                 const std::string& key) {
  auto manifest = read_manifest(stage_dir);
  if (!manifest || manifest->key != key) return std::nullopt;
  if (!verify_sizes(*manifest, stage_dir)) return std::nullopt;
  if (was_left_uncleared(stage_dir)) clear_published(stage_dir, *manifest);
  return *std::move(manifest);
}

Result<Publication> Publication::begin(const fs::path& stage_dir,
                                       const std::string& stage) {
  DMP_TRY(claim_stage_folder(stage_dir, stage));
  std::error_code error;
  Publication publication;
  publication.stage_dir_ = stage_dir;
  publication.dir_ = stage_dir;
  auto former = read_manifest(stage_dir);
  if (former) {
    DMP_TRY(remove_others(stage_dir, with_parts(listed(*former))));
    publication.dir_ = fresh_folder(stage_dir, *former);
    fs::create_directories(publication.dir_, error);
    if (error) return io_error(publication.dir_, error);
  } else {
    DMP_TRY(remove_others(stage_dir, with_parts({kUnfinishedName})));
  }
  publication.live_ = true;
  return publication;
}

Status Publication::add(const fs::path& file, std::int64_t rows) {
  ManifestFile entry;
  entry.path = file.lexically_relative(stage_dir_).string();
  entry.rows = rows;
  std::error_code error;
  entry.bytes = fs::file_size(file, error);
  if (error) return io_error(file, error);
  DMP_ASSIGN(entry.sha256, sha256_file(file));
  DMP_TRY(sync_to_disk(file));
  files_.push_back(std::move(entry));
  return {};
}

void Publication::adopt(const fs::path& file, ManifestFile known) {
  known.path = file.lexically_relative(stage_dir_).string();
  files_.push_back(std::move(known));
}

Result<Manifest> Publication::publish(Manifest manifest) {
  manifest.files = files_;
  manifest.version = kFormatVersion;
  manifest.created_at = created_now();
  manifest.key = stage_key(manifest);
  const std::string text = manifest_json(manifest);
  DMP_TRY(write_file_atomically(stage_dir_ / kUnfinishedName, text));
  DMP_TRY(write_file_atomically(stage_dir_ / kManifestName, text));
  live_ = false;
  clear_published(stage_dir_, manifest);
  return manifest;
}

Status link_in_stage_folder(const fs::path& stage_dir,
                            const Manifest& manifest) {
  for (const auto& file : manifest.files) {
    const fs::path path(file.path);
    const fs::path folder = path.parent_path();
    if (folder.empty() || folder.has_parent_path()) continue;
    if (name_in_stage(file.path) == file.path) continue;
    const fs::path link = stage_dir / path.filename();
    std::error_code error;
    fs::remove(link, error);
    if (!error) fs::create_symlink(path, link, error);
    if (error) return io_error(link, error);
  }
  return sync_to_disk(stage_dir);
}

Publication::Publication(Publication&& other) noexcept
    : stage_dir_(std::move(other.stage_dir_)),
      dir_(std::move(other.dir_)),
      files_(std::move(other.files_)),
      live_(std::exchange(other.live_, false)) {}

Publication::~Publication() {
  if (!live_) return;
  std::set<std::string> kept;
  std::error_code error;
  if (const auto former = read_manifest(stage_dir_)) {
    kept = listed(*former);
  } else if (fs::exists(stage_dir_ / kPartsName, error)) {
    kept = {kUnfinishedName};
  }
  const Status removed = remove_others(stage_dir_, with_parts(std::move(kept)));
  if (!removed) {
    log::warning("clean up {}: {}", stage_dir_.string(),
                 removed.error().message);
  }
}

}  // namespace dmp::storage
