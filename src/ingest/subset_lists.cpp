#include "ingest/subset_lists.h"

#include "base/log.h"
#include "text/clean_text.h"
#include "text/doi.h"
#include "text/identifiers.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <simdjson.h>

namespace dmp::ingest {

namespace {

using Element = simdjson::dom::element;

std::string_view text_of(Element object, std::string_view key) {
  std::string_view text;
  if (object[key].get(text) != simdjson::SUCCESS) return {};
  return text;
}

// Hands each entry of a list to `take`, which says whether it is valid.
template <class Take>
Status each_entry(const SubsetList& list, const char* what, Take take) {
  simdjson::dom::parser parser;
  simdjson::dom::array entries;
  if (parser.parse(list.json).get(entries) != simdjson::SUCCESS) {
    return Error{ErrorCode::corrupt_input, list.name + ": not a JSON array"};
  }
  std::size_t index = 0, valid = 0;
  for (const Element entry : entries) {
    if (take(entry)) {
      ++valid;
    } else {
      log::warning("{}: entry {} is no {}; passed by", list.name, index, what);
    }
    ++index;
  }
  if (index == 0 || valid > 0) return {};
  return Error{
      ErrorCode::invalid_argument,
      fmt::format("{}: none of {} entries is a {}", list.name, index, what)};
}

}  // namespace

std::optional<std::string> listed_doi(std::string_view text) {
  text::Doi doi = text::doi_registry(text);
  if (!doi.usable()) return std::nullopt;
  return std::move(doi.doi);
}

Result<std::vector<std::string>> read_doi_list(const SubsetList& list) {
  std::vector<std::string> dois;
  DMP_TRY(each_entry(list, "DOI", [&](Element entry) {
    std::string_view text;
    if (entry.get(text) != simdjson::SUCCESS) return false;
    auto doi = listed_doi(text);
    if (!doi) return false;
    dois.push_back(*std::move(doi));
    return true;
  }));
  return dois;
}

Result<std::vector<ListedInstitution>> read_institution_list(
    const SubsetList& list) {
  std::vector<ListedInstitution> institutions;
  DMP_TRY(each_entry(list, "institution", [&](Element entry) {
    ListedInstitution listed{
        text::normalise_ror(text_of(entry, "ror")),
        text::clean_text(text_of(entry, "name"), text::TextKind::label)};
    if (listed.name && text::key(*listed.name).empty()) listed.name.reset();
    const bool valid = listed.ror || listed.name;
    if (valid) institutions.push_back(std::move(listed));
    return valid;
  }));
  return institutions;
}

}  // namespace dmp::ingest
