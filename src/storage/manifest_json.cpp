// manifest.json: a manifest as text, and back.
#include "base/json_writer.h"
#include "storage/manifest.h"

#include <simdjson.h>

#include <filesystem>
#include <utility>

namespace dmp::storage {

namespace fs = std::filesystem;

namespace {

constexpr int kSearchSchema = 2;  // of the member "search"
// What an input is known by. Source: spec jobs.md 4.2.
constexpr std::string_view kStageDigest = "manifestSha256", kObjectTag = "etag";

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
    json.key("etag");
    if (file.etag.empty()) {
      json.null();
    } else {
      json.value(file.etag);
    }
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
    const bool stage = input.kind == ManifestInput::Kind::stage;
    json.member("bytes", static_cast<std::int64_t>(input.bytes));
    json.member(stage ? kStageDigest : kObjectTag, input.digest);
    json.member("path", input.path).end_object();
  }
  json.end_array();
}

void write_search(JsonWriter& json, const model::SearchRun& search) {
  json.key("search").begin_object().member("dmps", search.dmps);
  json.member("dmps_with_hits", search.dmps_with_hits);
  json.member("engine", search.engine).member("failed", search.failed);
  json.key("linkage");
  if (search.linkage) {
    json.begin_object().member("method", search.linkage->method);
    json.member("sha256", search.linkage->sha256).end_object();
  } else {
    json.null();
  }
  json.member("query_builder", search.query_builder);
  json.member("ranker", search.ranker).member("run_id", search.run_id);
  json.member("schema", kSearchSchema).member("similarity", search.similarity);
  json.member("started_at", search.started_at);
  json.member("window", search.window).member("works", search.works);
  json.key("works_index").begin_object();
  json.member("docs", search.works_index.docs);
  json.member("name", search.works_index.name);
  json.member("stats", search.works_index.stats).end_object().end_object();
}

}  // namespace

std::string manifest_json(const Manifest& manifest) {
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
  if (manifest.search) write_search(json, *manifest.search);
  json.member("stage", manifest.stage);
  json.member("subset", manifest.subset);
  json.member("synthetic", manifest.synthetic);
  json.member("version", manifest.version);
  json.end_object();
  out += '\n';
  return out;
}

// ------------------------------------------------------------------- reading

namespace {

using Element = simdjson::dom::element;

std::optional<std::string> maybe_text_of(Element object,
                                         std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return std::nullopt;
  return std::string(text);
}

std::string text_of(Element object, std::string_view name) {
  return maybe_text_of(object, name).value_or("");
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
    file.etag = text_of(entry, "etag");
    if (!is_inside(file.path)) {
      return Error{ErrorCode::corrupt_input,
                   "manifest names a file outside its stage: " + file.path};
    }
    manifest.files.push_back(std::move(file));
  }
  return {};
}

// Earlier versions called both "digest".
void read_inputs(Element root, Manifest& manifest) {
  simdjson::dom::array inputs;
  if (root["inputs"].get(inputs) != simdjson::SUCCESS) return;
  for (const Element entry : inputs) {
    ManifestInput input;
    input.path = text_of(entry, "path");
    input.bytes = static_cast<std::uint64_t>(int_of(entry, "bytes", 0));
    if (auto digest = maybe_text_of(entry, kStageDigest)) {
      input.digest = *std::move(digest);
      input.kind = ManifestInput::Kind::stage;
    } else {
      input.digest =
          maybe_text_of(entry, kObjectTag).value_or(text_of(entry, "digest"));
    }
    manifest.inputs.push_back(std::move(input));
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

std::optional<model::SearchRun> read_search(Element root) {
  Element object;
  if (root["search"].get(object) != simdjson::SUCCESS ||
      int_of(object, "schema", 0) != kSearchSchema) {
    return std::nullopt;
  }
  model::SearchRun search;
  search.run_id = maybe_text_of(object, "run_id");
  search.started_at = text_of(object, "started_at");
  search.engine = text_of(object, "engine");
  search.query_builder = text_of(object, "query_builder");
  search.ranker = text_of(object, "ranker");
  search.similarity = text_of(object, "similarity");
  search.window = maybe_text_of(object, "window");
  Element part;
  if (object["linkage"].get(part) == simdjson::SUCCESS && part.is_object())
    search.linkage = {text_of(part, "method"), text_of(part, "sha256")};
  if (object["works_index"].get(part) == simdjson::SUCCESS) {
    search.works_index = {text_of(part, "name"), int_of(part, "docs", 0),
                          text_of(part, "stats")};
  }
  search.dmps = int_of(object, "dmps", 0);
  search.dmps_with_hits = int_of(object, "dmps_with_hits", 0);
  search.works = int_of(object, "works", 0);
  search.failed = int_of(object, "failed", 0);
  return search;
}

}  // namespace

bool is_of_another_program(const std::string& json) {
  simdjson::dom::parser parser;
  Element root, files;
  return parser.parse(json).get(root) == simdjson::SUCCESS &&
         root["files"].get(files) != simdjson::SUCCESS;
}

Result<Manifest> parse_manifest(const std::string& json) {
  simdjson::dom::parser parser;
  Element root;
  if (parser.parse(json).get(root) != simdjson::SUCCESS || !root.is_object()) {
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
  manifest.search = read_search(root);
  read_inputs(root, manifest);
  DMP_TRY(read_files(root, manifest));
  return manifest;
}

}  // namespace dmp::storage
