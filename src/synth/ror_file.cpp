#include "base/json_writer.h"
#include "synth/organisations.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>

namespace dmp::synth {
namespace {

std::string url_of(const Organisation& org) {
  return "https://ror.org/" + org.ror;
}

std::string_view status_name(OrgStatus status) {
  switch (status) {
    case OrgStatus::active:
      return "active";
    case OrgStatus::inactive:
      return "inactive";
    case OrgStatus::withdrawn:
      return "withdrawn";
  }
  return "active";
}

void write_name(JsonWriter& json, std::string_view value,
                std::initializer_list<std::string_view> types) {
  json.begin_object().key("lang");
  if (types.size() == 1)
    json.null();
  else
    json.value("en");
  json.key("types").begin_array();
  for (const std::string_view type : types) json.value(type);
  json.end_array().member("value", value).end_object();
}

void write_external_id(JsonWriter& json, std::string_view type,
                       const std::string& id, bool preferred) {
  if (id.empty()) return;
  json.begin_object().key("all").begin_array().value(id).end_array();
  json.key("preferred");
  if (preferred)
    json.value(id);
  else
    json.null();
  json.member("type", type).end_object();
}

void write_relations(JsonWriter& json, const Organisations& all,
                     std::string_view type,
                     const std::vector<std::uint32_t>& others) {
  for (const std::uint32_t other : others)
    json.begin_object()
        .member("label", all[other].name)
        .member("type", type)
        .member("id", url_of(all[other]))
        .end_object();
}

void write_organisation(JsonWriter& json, const Organisations& all,
                        std::uint32_t i) {
  const Organisation& org = all[i];
  json.begin_object();
  json.key("admin").raw(
      R"({"created":{"date":"2019-02-17","schema_version":"1.0"},"last_modified":{"date":"2025-11-24","schema_version":"2.1"}})");
  json.key("domains").begin_array().end_array();
  json.member("established", 1850 + static_cast<int>(i % 160));
  json.key("external_ids").begin_array();
  write_external_id(json, "fundref", org.fundref, i % 2 == 0);
  write_external_id(json, "grid", org.grid, true);
  write_external_id(json, "isni", org.isni, false);
  write_external_id(json, "wikidata", org.wikidata, i % 3 == 0);
  json.end_array().member("id", url_of(org));
  json.key("links")
      .begin_array()
      .begin_object()
      .member("type", "website")
      .member("value", fmt::format("https://org{}.example.org", i))
      .end_object()
      .end_array();
  json.key("locations")
      .begin_array()
      .begin_object()
      .key("geonames_details")
      .begin_object();
  json.member("country_code", org.country_code)
      .member("country_name", org.country)
      .member("lat", 10.5)
      .member("lng", -3.25)
      .member("name", org.city);
  json.end_object()
      .member("geonames_id", 1'000'000 + static_cast<int>(i))
      .end_object()
      .end_array();
  json.key("names").begin_array();
  if (!org.acronym.empty()) write_name(json, org.acronym, {"acronym"});
  write_name(json, org.name, {"ror_display", "label"});
  for (const std::string& alias : org.aliases)
    write_name(json, alias, {"alias"});
  json.end_array().key("relationships").begin_array();
  write_relations(json, all, "parent", org.parents);
  write_relations(json, all, "child", org.children);
  write_relations(json, all, "successor", org.successors);
  write_relations(json, all, "predecessor", org.predecessors);
  json.end_array().member("status", status_name(org.status));
  json.key("types").begin_array().value(org.kind);
  if (org.is_funder) json.value("government");
  json.end_array().end_object();
}

struct FreeArchive {
  void operator()(archive* zip) const { archive_write_free(zip); }
};

// No time is set: ZIP holds local times, which differ between machines.
Status add_entry(archive* zip, const std::string& name, std::string_view text) {
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(
      archive_entry_new(), &archive_entry_free);
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  if (archive_write_header(zip, entry.get()) != ARCHIVE_OK ||
      archive_write_data(zip, text.data(), text.size()) !=
          static_cast<la_ssize_t>(text.size()))
    return Error{ErrorCode::io, archive_error_string(zip)};
  return {};
}

}  // namespace

Status write_ror(const Organisations& organisations, std::string_view run_id,
                 bool odd, const std::filesystem::path& folder) {
  std::string text, csv = "id,name,status\n";
  JsonWriter json(text);
  json.begin_array();
  for (std::uint32_t i = 0; i < organisations.size(); ++i) {
    write_organisation(json, organisations, i);
    csv += fmt::format("{},\"{}\",{}\n", url_of(organisations[i]),
                       organisations[i].name,
                       status_name(organisations[i].status));
  }
  json.end_array();

  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  const std::string stem = fmt::format("v2.1-{}-ror-data", run_id);
  const std::filesystem::path path = folder / (stem + ".zip");
  const std::unique_ptr<archive, FreeArchive> zip(archive_write_new());
  archive_write_set_format_zip(zip.get());
  if (archive_write_open_filename(zip.get(), path.c_str()) != ARCHIVE_OK)
    return Error{ErrorCode::io, fmt::format("{}: {}", path.string(),
                                            archive_error_string(zip.get()))};
  DMP_TRY(add_entry(zip.get(), stem + ".json", text));
  DMP_TRY(add_entry(zip.get(), stem + ".csv", csv));
  if (odd)
    DMP_TRY(add_entry(zip.get(), "__MACOSX/._" + stem + ".json", "litter"));
  if (archive_write_close(zip.get()) != ARCHIVE_OK)
    return Error{ErrorCode::io, fmt::format("{}: {}", path.string(),
                                            archive_error_string(zip.get()))};
  return {};
}

}  // namespace dmp::synth
