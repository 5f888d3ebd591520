#include "storage/manifest.h"

#include "base/json_writer.h"
#include "storage/files.h"
#include "storage/stage_path.h"
#include "text/dates.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>

namespace dmp::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kManifestName = "manifest.json";

}  // namespace

// ------------------------------------------------------------------ Manifest

std::vector<ManifestFile> Manifest::files_named(std::string_view prefix) const {
  std::vector<ManifestFile> found;
  for (const auto& file : files) {
    if (name_in_stage(file.path).starts_with(prefix)) found.push_back(file);
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

std::string_view name_in_stage(std::string_view path) {
  const auto slash = path.find('/');
  const bool replaced =
      slash != std::string_view::npos && slash > 1 && path[0] == 'r' &&
      path.substr(1, slash - 1).find_first_not_of("0123456789") ==
          std::string_view::npos;
  return replaced ? path.substr(slash + 1) : path;
}

std::string created_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return text::format_instant(seconds * 1'000'000);
}

std::string stage_key(const Manifest& manifest) {
  std::string text = fmt::format("{}\n{}\n", manifest.stage, kFormatVersion);
  for (const auto& [name, value] : manifest.options) {
    text += json_string(name) + "=" + json_string(value) + "\n";
  }
  for (const auto& input : manifest.inputs) {
    const bool stage = input.kind == ManifestInput::Kind::stage;
    text += fmt::format("{} {} {}\n", stage ? "stage" : json_string(input.path),
                        input.digest, input.bytes);
  }
  return sha256_text(text);
}

std::string content_digest(const Manifest& manifest) {
  std::string content = manifest.key;
  for (const auto& file : manifest.files) content += "\n" + file.sha256;
  return sha256_text(content);
}

ManifestInput as_input(const std::string& name, const Manifest& manifest) {
  std::uint64_t bytes = 0;
  for (const auto& file : manifest.files) bytes += file.bytes;
  return {name, content_digest(manifest), bytes, ManifestInput::Kind::stage};
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

Result<std::optional<Manifest>> manifest_if_any(const fs::path& folder) {
  const fs::path path = folder / kManifestName;
  const auto text = read_file(path);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return std::nullopt;
    return Error(text.error());
  }
  if (is_of_another_program(*text)) return std::nullopt;
  auto manifest = parse_manifest(*text);
  if (!manifest) {
    auto error = std::move(manifest).error().during(path.string());
    error.message += "; make the stage again, or remove what is no manifest";
    return error;
  }
  return std::optional<Manifest>(*std::move(manifest));
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
  return as_input(name, manifest);
}

}  // namespace dmp::storage
