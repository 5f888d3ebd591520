#pragma once

#include "base/result.h"
#include "ingest/json_walk.h"
#include "ingest/subset_lists.h"
#include "ingest/transform.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace dmp::ingest {

// What a subset keeps: a record with a listed DOI, or with an affiliation of a
// listed ROR or name. Lists and records are normalised alike: DOI by
// text/doi.h, ROR by text/identifiers.h, names cleaned and by text::key. A
// record without DOI is kept by its affiliations alone.
// Source: spec jobs.md 6.2; P38-P40.
class SubsetRule {
 public:
  // `dois` is an array of texts, `institutions` one of {"name", "ror"} with
  // either or both. An entry that is neither is passed by with a warning that
  // names its index.
  // Errors: invalid_argument (no list; no entry in any; a list with entries of
  // which none is valid), corrupt_input (not a JSON array).
  static Result<SubsetRule> read(const std::optional<SubsetList>& dois,
                                 const std::optional<SubsetList>& institutions);

  // Whether a record of `source` is kept. Broken JSON shows in the walk only
  // as far as it was read. Threads: any number at once.
  bool keeps(Source source, ondemand::object record, JsonWalk& walk) const;

 private:
  Status read_institutions(const SubsetList& list);

  bool keeps_openalex(ondemand::object record, JsonWalk& walk) const;
  bool keeps_crossref(ondemand::object record, JsonWalk& walk) const;
  bool keeps_datacite(ondemand::object record, JsonWalk& walk) const;
  bool keeps_crossref_affiliation(ondemand::value value, JsonWalk& walk) const;
  bool keeps_datacite_person(ondemand::value value, JsonWalk& walk) const;

  bool has_doi(std::string_view text) const;
  bool has_ror(std::string_view text) const;
  bool has_name(std::string_view text) const;

  std::unordered_set<std::string> dois_, rors_, names_;
};

}  // namespace dmp::ingest
