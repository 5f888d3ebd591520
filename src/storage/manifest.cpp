#include "storage/manifest.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "storage/files.h"
#include "text/dates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

namespace dmp::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kManifestName = "manifest.json";
// Bumped when a stage's output changes for the same inputs and options.
constexpr std::string_view kFormatVersion = "1";

std::string now_utc() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return text::format_instant(seconds * 1'000'000);
}

}  // namespace

// ------------------------------------------------------------------ Manifest

namespace {

// The r<NN>/ that a path begins with, '/' included; empty: it does not.
std::string_view replacement_folder(std::string_view path) {
  const auto slash = path.find('/');
  const bool numbered =
      slash != std::string_view::npos && slash > 1 && path[0] == 'r' &&
      path.substr(1, slash - 1).find_first_not_of("0123456789") ==
          std::string_view::npos;
  return numbered ? path.substr(0, slash + 1) : std::string_view();
}

}  // namespace

std::vector<ManifestFile> Manifest::files_named(std::string_view prefix) const {
  std::vector<ManifestFile> found;
  for (const auto& file : files) {
    std::string_view name = file.path;
    name.remove_prefix(replacement_folder(name).size());
    if (name.starts_with(prefix)) found.push_back(file);
  }
  return found;
}

std::vector<fs::path> Manifest::paths(const fs::path& stage_dir,
                                      std::string_view prefix) const {
  std::vector<fs::path> found;
  for (const auto& file : files_named(prefix))
    found.push_back(stage_dir / file.path);
  return found;
}

std::string created_now() {
  return now_utc();
}

std::string stage_key(const Manifest& manifest) {
  std::string text = fmt::format("{}\n{}\n", manifest.stage, kFormatVersion);
  for (const auto& [name, value] : manifest.options) {
    text += json_string(name) + "=" + json_string(value) + "\n";
  }
  for (const auto& input : manifest.inputs) {
    text += fmt::format("{} {} {}\n", json_string(input.path), input.digest,
                        input.bytes);
  }
  return sha256_text(text);
}

Result<Manifest> read_manifest(const fs::path& stage_dir) {
  const fs::path path = stage_dir / kManifestName;
  auto text = read_file(path);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) {
      return Error{ErrorCode::not_found, stage_dir.string() +
                                             " is not a finished stage: no " +
                                             std::string(kManifestName)};
    }
    return std::move(text).error();
  }
  auto manifest = parse_manifest(*text);
  if (!manifest) return std::move(manifest).error().during(path.string());
  return manifest;
}

std::optional<Manifest> finished(const fs::path& stage_dir,
                                 const std::string& key) {
  auto manifest = read_manifest(stage_dir);
  if (!manifest || manifest->key != key) return std::nullopt;
  if (!verify_sizes(*manifest, stage_dir)) return std::nullopt;
  return *std::move(manifest);
}

std::optional<Manifest> finished_part(const fs::path& part,
                                      const Manifest& planned) {
  auto manifest = read_manifest(part);
  if (!manifest || stage_key(*manifest) != stage_key(planned))
    return std::nullopt;
  if (!verify_sizes(*manifest, part)) return std::nullopt;
  return *std::move(manifest);
}

Status verify_sizes(const Manifest& manifest, const fs::path& stage_dir) {
  for (const auto& file : manifest.files) {
    std::error_code error;
    const auto bytes = fs::file_size(stage_dir / file.path, error);
    if (error) {
      return Error{
          ErrorCode::corrupt_input,
          fmt::format("{}: listed in the manifest, but {}",
                      (stage_dir / file.path).string(), error.message())};
    }
    if (bytes != file.bytes) {
      return Error{
          ErrorCode::corrupt_input,
          fmt::format("{}: {} bytes, the manifest says {}",
                      (stage_dir / file.path).string(), bytes, file.bytes)};
    }
  }
  return {};
}

Result<ManifestInput> stage_input(const std::string& name,
                                  const fs::path& stage_dir) {
  DMP_ASSIGN(const auto manifest, read_manifest(stage_dir));
  DMP_TRY(verify_sizes(manifest, stage_dir));
  if (manifest.partial) {
    return Error{ErrorCode::invalid_argument,
                 stage_dir.string() +
                     " was made from a part of its input (--limit-files)"};
  }
  // The key names inputs and options; the sums of the files name the content.
  std::string content = manifest.key;
  for (const auto& file : manifest.files) content += "\n" + file.sha256;
  return ManifestInput{name, sha256_text(content), 0};
}

// --------------------------------------------------------------- Publication

namespace {

Error io_error(const fs::path& path, const std::error_code& error) {
  return Error{ErrorCode::io, path.string() + ": " + error.message()};
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
    if (it->is_directory() && !it->is_symlink()) {
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

// Stands in a stage folder from the first file to the first manifest, so that
// what a killed attempt left is known as ours.
constexpr const char* kUnfinishedName = ".unfinished";

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
    if (it->is_directory() && !it->is_symlink()) continue;
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
  manifest.created_at = now_utc();
  manifest.key = stage_key(manifest);
  DMP_TRY(write_file_atomically(stage_dir_ / kManifestName,
                                manifest_json(manifest)));
  live_ = false;
  // The new stage stands; what is left of the former one is only space.
  if (auto removed = remove_others(stage_dir_, listed(manifest)); !removed) {
    log::warning("clean up {}: {}", stage_dir_.string(),
                 removed.error().message);
  }
  return manifest;
}

Status link_in_stage_folder(const fs::path& stage_dir,
                            const Manifest& manifest) {
  for (const auto& file : manifest.files) {
    const fs::path path(file.path);
    const auto folder = replacement_folder(file.path);
    if (folder.empty() || path.parent_path() / "" != folder) continue;
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
