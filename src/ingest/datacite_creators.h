#pragma once

#include "ingest/json_walk.h"
#include "model/author.h"
#include "text/identifiers.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::ingest::datacite {

// An affiliation, or an organisation among the creators. Normal forms; `id` and
// `scheme` are null together where there is no identifier.
struct Institution {
  std::optional<std::string> id, scheme, name, scheme_uri;
  bool operator==(const Institution&) const = default;
};
std::uint64_t hash_of(const Institution& institution);

// One creator or contributor as it came; the views live as long as the record.
struct Creator {
  std::string_view name, name_type, given, family, contributor_type;
  std::optional<std::string> orcid;       // normalised
  std::optional<text::OrgId> org_id;      // of a known kind
  std::vector<Institution> affiliations;  // with a name or an id
};

// Reads a member of `creators` or `contributors`: an object, or a name alone.
// Source: records.md 4.3.
Creator read_creator(JsonWalk& walk, ondemand::value value);

bool is_organisation(const Creator& creator);

// The parts of a person's name. Null, and counted `name_placeholder`: no
// author, unless an ORCID names one.
std::optional<text::PersonName> name_of(const Creator& creator,
                                        Counters& counters);

// Of a creator that is one; name and id may both be null.
Institution organisation_of(const Creator& creator, Counters& counters);

}  // namespace dmp::ingest::datacite
