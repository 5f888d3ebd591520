#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::ingest {

// A list of a subset: its JSON, and what messages call it.
struct SubsetList {
  std::string name;
  std::string json;
};

struct ListedInstitution {
  std::optional<std::string> ror;   // normalised, text/identifiers.h
  std::optional<std::string> name;  // cleaned; never without a letter or digit
};

// The lists of subsets of works and of plans, in the order of the list. An
// entry that is null or not valid is passed by with a warning that names its
// index; further keys of an entry are ignored.
// Errors: corrupt_input (not a JSON array), invalid_argument (entries, but none
// is valid). Source: spec jobs.md 5; P39.

// An array of DOIs in any common form; normalised, text/doi.h.
Result<std::vector<std::string>> read_doi_list(const SubsetList& list);
// An array of {"name", "ror"}, either or both.
Result<std::vector<ListedInstitution>> read_institution_list(
    const SubsetList& list);

// A DOI as lists and records are compared by it; nullopt: it is none.
std::optional<std::string> listed_doi(std::string_view text);

}  // namespace dmp::ingest
