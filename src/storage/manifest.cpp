#include "storage/manifest.h"

#include "base/json_writer.h"
#include "storage/files.h"
#include "storage/stage_path.h"
#include "text/dates.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <chrono>
#include <system_error>

namespace dmp::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kManifestName = "manifest.json";
// Bumped when a stage's output changes for the same inputs and options.
constexpr std::string_view kFormatVersion = "1";

// ------------------------------------------------------------------- writing

void write_counts(JsonWriter& json, std::string_view name,
                  const std::map<std::string, std::int64_t>& counts) {
  json.key(name).begin_object();
  for (const auto& [rule, count] : counts) json.member(rule, count);
  json.end_object();
}

void write_files(JsonWriter& json, const std::vector<ManifestFile>& files) {
  json.key("files").begin_array();
  for (const auto& file : files) {
    json.begin_object();
    json.member("bytes", static_cast<std::int64_t>(file.bytes));
    json.member("path", file.path);
    json.key("rows");
    if (file.rows < 0) {
      json.null();
    } else {
      json.value(file.rows);
    }
    json.member("sha256", file.sha256).end_object();
  }
  json.end_array();
}

void write_inputs(JsonWriter& json, const std::vector<ManifestInput>& inputs) {
  json.key("inputs").begin_array();
  for (const auto& input : inputs) {
    json.begin_object();
    json.member("bytes", static_cast<std::int64_t>(input.bytes));
    json.member("digest", input.digest);
    json.member("path", input.path).end_object();
  }
  json.end_array();
}

std::string to_json(const Manifest& manifest) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  write_counts(json, "counters", manifest.counters);
  json.key("counts").begin_object();
  write_counts(json, "dropped", manifest.dropped);
  json.member("in", manifest.rows_in).member("out", manifest.rows_out);
  write_counts(json, "rejects", manifest.rejects);
  json.end_object();
  json.member("createdAt", manifest.created_at);
  write_files(json, manifest.files);
  write_inputs(json, manifest.inputs);
  json.member("key", manifest.key);
  json.key("options").begin_object();
  for (const auto& [name, value] : manifest.options) json.member(name, value);
  json.end_object();
  json.member("partial", manifest.partial);
  json.member("stage", manifest.stage);
  json.member("subset", manifest.subset);
  json.member("synthetic", manifest.synthetic);
  json.member("version", manifest.version);
  json.end_object();
  out += '\n';
  return out;
}

// ------------------------------------------------------------------- reading

using Element = simdjson::dom::element;

std::string text_of(Element object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

std::int64_t int_of(Element object, std::string_view name,
                    std::int64_t absent) {
  std::int64_t number = 0;
  return object[name].get(number) == simdjson::SUCCESS ? number : absent;
}

bool bool_of(Element object, std::string_view name) {
  bool truth = false;
  return object[name].get(truth) == simdjson::SUCCESS && truth;
}

std::map<std::string, std::int64_t> counts_of(Element object,
                                              std::string_view name) {
  std::map<std::string, std::int64_t> counts;
  simdjson::dom::object members;
  if (object[name].get(members) != simdjson::SUCCESS) return counts;
  for (const auto member : members) {
    std::int64_t count = 0;
    if (member.value.get(count) == simdjson::SUCCESS) {
      counts.emplace(member.key, count);
    }
  }
  return counts;
}

// A path of a manifest must stay below its stage.
bool is_inside(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  for (const auto& part : fs::path(path)) {
    if (part == "..") return false;
  }
  return true;
}

Status read_files(Element root, Manifest& manifest) {
  simdjson::dom::array files;
  if (root["files"].get(files) != simdjson::SUCCESS) {
    return Error{ErrorCode::corrupt_input, "manifest has no list of files"};
  }
  for (const Element entry : files) {
    ManifestFile file;
    file.path = text_of(entry, "path");
    file.bytes = static_cast<std::uint64_t>(int_of(entry, "bytes", 0));
    file.rows = int_of(entry, "rows", -1);
    file.sha256 = text_of(entry, "sha256");
    if (!is_inside(file.path)) {
      return Error{ErrorCode::corrupt_input,
                   "manifest names a file outside its stage: " + file.path};
    }
    manifest.files.push_back(std::move(file));
  }
  return {};
}

void read_inputs(Element root, Manifest& manifest) {
  simdjson::dom::array inputs;
  if (root["inputs"].get(inputs) != simdjson::SUCCESS) return;
  for (const Element entry : inputs) {
    manifest.inputs.push_back(
        {text_of(entry, "path"), text_of(entry, "digest"),
         static_cast<std::uint64_t>(int_of(entry, "bytes", 0))});
  }
}

void read_options(Element root, Manifest& manifest) {
  simdjson::dom::object options;
  if (root["options"].get(options) != simdjson::SUCCESS) return;
  for (const auto member : options) {
    std::string_view value;
    if (member.value.get(value) == simdjson::SUCCESS) {
      manifest.options.emplace(member.key, value);
    }
  }
}

Result<Manifest> from_json(const std::string& text) {
  simdjson::dom::parser parser;
  Element root;
  if (parser.parse(text).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return Error{ErrorCode::corrupt_input, "not a manifest"};
  }
  Manifest manifest;
  manifest.stage = text_of(root, "stage");
  manifest.key = text_of(root, "key");
  manifest.version = text_of(root, "version");
  manifest.created_at = text_of(root, "createdAt");
  manifest.subset = bool_of(root, "subset");
  manifest.synthetic = bool_of(root, "synthetic");
  manifest.partial = bool_of(root, "partial");
  Element counts;
  if (root["counts"].get(counts) == simdjson::SUCCESS) {
    manifest.rows_in = int_of(counts, "in", 0);
    manifest.rows_out = int_of(counts, "out", 0);
    manifest.dropped = counts_of(counts, "dropped");
    manifest.rejects = counts_of(counts, "rejects");
  }
  manifest.counters = counts_of(root, "counters");
  read_options(root, manifest);
  read_inputs(root, manifest);
  DMP_TRY(read_files(root, manifest));
  return manifest;
}

}  // namespace

// ------------------------------------------------------------------ Manifest

std::vector<fs::path> Manifest::paths(const fs::path& stage_dir,
                                      std::string_view prefix) const {
  std::vector<fs::path> found;
  for (const auto& file : files) {
    if (name_in_stage(file.path).starts_with(prefix))
      found.push_back(stage_dir / file.path);
  }
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

std::string manifest_json(const Manifest& manifest) {
  return to_json(manifest);
}

Result<Manifest> parse_manifest(const std::string& json) {
  return from_json(json);
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
  auto manifest = from_json(*text);
  if (!manifest) return std::move(manifest).error().during(path.string());
  return manifest;
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

}  // namespace dmp::storage
