// ROR schema 2. Source: records.md 5.
#include "ingest/archive.h"
#include "ingest/byte_source.h"
#include "ingest/columns.h"
#include "ingest/input_files.h"
#include "ingest/rejects.h"
#include "ingest/ror_table.h"
#include "ingest/transform.h"
#include "text/clean_text.h"
#include "text/identifiers.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

namespace dmp::ingest {

namespace fs = std::filesystem;

namespace {

using Element = simdjson::dom::element;
constexpr std::uint64_t kLargestEntryBytes = std::uint64_t{2} << 30;

std::string_view text_of(Element object, std::string_view key) {
  std::string_view text;
  if (object[key].get(text) != simdjson::SUCCESS) return {};
  return text;
}

template <class Visit>
void each(Element object, std::string_view key, Visit visit) {
  simdjson::dom::array items;
  if (object[key].get(items) != simdjson::SUCCESS) return;
  for (const Element item : items) visit(item);
}

struct ExternalId {
  std::string type, identifier;
  bool preferred = false;
  bool operator==(const ExternalId&) const = default;
};
std::uint64_t hash_of(const ExternalId& id) {
  return text_hash(id.identifier);
}

void add_id(std::string_view raw, std::string_view hint,
            std::string_view preferred, DistinctItems<ExternalId>& ids,
            Counters& counters) {
  const text::OrgId id = text::classify_org_id(raw, hint);
  if (id.type == text::OrgIdType::other || id.type == text::OrgIdType::ror) {
    counters.add("ror_bad_external_id");
    return;
  }
  ids.add(ExternalId{std::string(text::org_id_type_name(id.type)),
                     id.identifier, raw == preferred});
}

}  // namespace

RorTable::RorTable()
    : rows_(
          {sql::text_field("ror_id"), sql::text_field("status"),
           sql::text_field("name"), sql::list_of("labels", sql::text_field("")),
           sql::list_of("aliases", sql::text_field("")),
           sql::list_of("acronyms", sql::text_field("")),
           sql::text_field("country_code"),
           sql::list_of("types", sql::text_field("")),
           sql::list_of(
               "external_ids",
               sql::struct_of(
                   "", {sql::text_field("type"), sql::text_field("identifier"),
                        sql::field("preferred", sql::Kind::boolean)})),
           sql::list_of("parents", sql::text_field("")),
           sql::list_of("children", sql::text_field("")),
           sql::list_of("successors", sql::text_field("")),
           sql::list_of("predecessors", sql::text_field(""))}) {}

Status RorTable::read(const std::string& name, const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::array records;
  if (const auto failed = parser.parse(json).get(records);
      failed != simdjson::SUCCESS) {
    return Error{ErrorCode::corrupt_input,
                 fmt::format("{}: not an array of ROR records: {}", name,
                             simdjson::error_message(failed))};
  }
  for (const Element record : records) {
    counters_.add("records");
    if (!add(record)) counters_.add("ror_bad_id");
  }
  return {};
}

bool RorTable::add(Element record) {
  const auto id = text::normalise_ror(text_of(record, "id"));
  if (!id) return false;
  ids_.push_back(*id);
  rows_.column(0).append_text(*id);
  rows_.column(1).append_text(text::to_valid_utf8(text_of(record, "status")));
  add_names(record);
  add_country(record);
  std::vector<std::string> types;
  each(record, "types", [&](Element item) {
    std::string_view type;
    if (item.get(type) == simdjson::SUCCESS) types.emplace_back(type);
  });
  append_list(7, types);
  add_external_ids(record);
  add_relations(record);
  rows_.end_row();
  return true;
}

Status RorTable::write(const fs::path& path) const {
  std::vector<std::uint32_t> order(ids_.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = static_cast<std::uint32_t>(i);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) {
    return ids_[a] != ids_[b] ? ids_[a] < ids_[b] : a < b;
  });
  return sql::write_parquet(rows_, order, path, {});
}

void RorTable::append_list(std::size_t column,
                           const std::vector<std::string>& texts) {
  rows_.column(column).begin_list();
  for (const auto& text : texts)
    rows_.column(column).element().append_text(text);
  rows_.column(column).end_list();
}

void RorTable::add_names(Element record) {
  std::optional<std::string> display;
  std::vector<std::string> labels, aliases, acronyms;
  each(record, "names", [&](Element item) {
    const auto value =
        text::clean_text(text_of(item, "value"), text::TextKind::label);
    if (!value) return;
    each(item, "types", [&](Element kind) {
      std::string_view type;
      if (kind.get(type) != simdjson::SUCCESS) return;
      if (type == "ror_display" && !display) display = value;
      if (type == "label") labels.push_back(*value);
      if (type == "alias") aliases.push_back(*value);
      if (type == "acronym") acronyms.push_back(*value);
    });
  });
  rows_.column(2).append_maybe(display);
  append_list(3, labels);
  append_list(4, aliases);
  append_list(5, acronyms);
}

void RorTable::add_country(Element record) {
  std::optional<std::string> country;
  each(record, "locations", [&](Element item) {
    Element details;
    if (country || item["geonames_details"].get(details) != simdjson::SUCCESS)
      return;
    const auto code = text_of(details, "country_code");
    if (!code.empty()) country = std::string(code);
  });
  rows_.column(6).append_maybe(country);
}

void RorTable::add_external_ids(Element record) {
  DistinctItems<ExternalId> ids;
  each(record, "external_ids", [&](Element item) {
    const auto type = text_of(item, "type");
    const auto preferred = text_of(item, "preferred");
    std::string_view single;
    if (item["all"].get(single) == simdjson::SUCCESS)
      add_id(single, type, preferred, ids, counters_);
    each(item, "all", [&](Element value) {
      std::string_view raw;
      if (value.get(raw) == simdjson::SUCCESS)
        add_id(raw, type, preferred, ids, counters_);
    });
  });
  auto& column = rows_.column(8);
  column.begin_list();
  for (const auto& id : ids) {
    auto& element = column.element();
    element.append_struct();
    element.at(0).append_text(id.type);
    element.at(1).append_text(id.identifier);
    element.at(2).append_bool(id.preferred);
  }
  column.end_list();
}

void RorTable::add_relations(Element record) {
  std::vector<std::string> parents, children, successors, predecessors;
  each(record, "relationships", [&](Element item) {
    const auto id = text::normalise_ror(text_of(item, "id"));
    if (!id) return;
    const std::string type = text::to_lower(text_of(item, "type"));
    if (type == "parent") parents.push_back(*id);
    if (type == "child") children.push_back(*id);
    if (type == "successor") successors.push_back(*id);
    if (type == "predecessor") predecessors.push_back(*id);
  });
  append_list(9, parents);
  append_list(10, children);
  append_list(11, successors);
  append_list(12, predecessors);
}

namespace {

Result<std::string> read_whole(const fs::path& path) {
  DMP_ASSIGN(auto source, ByteSource::open(path));
  std::string text;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (;;) {
    DMP_ASSIGN(const std::size_t count,
               source.read(buffer.data(), buffer.size()));
    if (count == 0) return text;
    text.append(buffer.data(), count);
    if (text.size() > kLargestEntryBytes) {
      return Error{ErrorCode::corrupt_input, path.string() + ": over 2 GiB"};
    }
  }
}

// An array whose first object has `names`.
bool is_schema_2(std::string_view json) {
  const auto head = json.substr(0, 1 << 20);
  const auto names = head.find("\"names\"");
  return names != std::string_view::npos && text::trim(head).starts_with("[");
}

// The one schema-2 document of a ZIP. P26.
Result<std::string> schema_2_entry(const fs::path& path) {
  DMP_ASSIGN(auto entries, read_json_entries(path, kLargestEntryBytes));
  std::string names;
  std::erase_if(entries, [&](const ArchiveEntry& entry) {
    names += (names.empty() ? "" : ", ") + entry.name;
    return !is_schema_2(entry.bytes);
  });
  if (entries.size() > 1) {
    std::vector<ArchiveEntry> named;
    for (auto& entry : entries) {
      if (entry.name.find("schema_v2") != std::string::npos)
        named.push_back(std::move(entry));
    }
    if (named.size() == 1) entries = std::move(named);
  }
  if (entries.size() != 1) {
    return Error{
        ErrorCode::corrupt_input,
        fmt::format("{}: {} ROR schema 2 entries, one is needed; it holds {}",
                    path.string(), entries.size(),
                    names.empty() ? "no JSON" : names)};
  }
  return std::move(entries[0].bytes);
}

const std::vector<FilePattern>& ror_patterns() {
  static const std::vector<FilePattern> kPatterns{
      {{".zip"}, {}, "", {"__MACOSX/"}, "*.zip"},
      {{".json.gz", ".json"},
       {},
       "",
       {"__MACOSX/", "manifest.json"},
       "*.json.gz, *.json"}};
  return kPatterns;
}

}  // namespace

Result<storage::StageResult> transform_ror(const RorOptions& options) {
  DMP_ASSIGN(const auto files, find_input(options.input, ror_patterns()));
  if (files.size() != 1) {
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{}: {} ROR files, name one",
                             options.input.string(), files.size())};
  }
  storage::Manifest manifest;
  manifest.stage = "transform ror";
  DMP_ASSIGN(manifest.inputs, as_inputs(options.input, files));
  if (!options.force) {
    if (auto done = storage::finished(options.stage_dir,
                                      storage::stage_key(manifest))) {
      return storage::StageResult{true, *std::move(done)};
    }
  }
  const fs::path& path = files[0].path;
  DMP_ASSIGN(const std::string json,
             is_zip(path) ? schema_2_entry(path) : read_whole(path));
  RorTable table;
  DMP_TRY(table.read(path.string(), json));
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(options.stage_dir, manifest.stage));
  const Counters& counters = table.counters();
  const fs::path out = publication.dir() / "ror.parquet";
  DMP_TRY(table.write(out));
  DMP_TRY(publication.add(out, static_cast<std::int64_t>(table.size())));
  manifest.rows_in = counters.get("records");
  manifest.rows_out = static_cast<std::int64_t>(table.size());
  if (counters.get("ror_bad_id") > 0)
    manifest.dropped["ror_bad_id"] = counters.get("ror_bad_id");
  for (const auto& [name, count] : counters.all())
    manifest.counters[name] = count;
  storage::StageResult stage;
  DMP_ASSIGN(stage.manifest, publication.publish(std::move(manifest)));
  return stage;
}

}  // namespace dmp::ingest
