#include "ingest/subset_rule.h"

#include "text/clean_text.h"
#include "text/identifiers.h"
#include "text/unicode.h"

#include <iterator>

namespace dmp::ingest {

namespace {

// A name as it is compared.
std::optional<std::string> name_of(std::string_view text) {
  const auto cleaned = text::clean_text(text, text::TextKind::label);
  if (!cleaned) return std::nullopt;
  std::string key = text::key(*cleaned);
  if (key.empty()) return std::nullopt;
  return key;
}

}  // namespace

Result<SubsetRule> SubsetRule::read(
    const std::optional<SubsetList>& dois,
    const std::optional<SubsetList>& institutions) {
  SubsetRule rule;
  if (dois) {
    DMP_ASSIGN(auto listed, read_doi_list(*dois));
    rule.dois_.insert(std::make_move_iterator(listed.begin()),
                      std::make_move_iterator(listed.end()));
  }
  if (institutions) DMP_TRY(rule.read_institutions(*institutions));
  if (rule.dois_.empty() && rule.rors_.empty() && rule.names_.empty()) {
    return Error{ErrorCode::invalid_argument,
                 "a subset needs a list of DOIs or of institutions with at "
                 "least one entry"};
  }
  return rule;
}

Status SubsetRule::read_institutions(const SubsetList& list) {
  DMP_ASSIGN(const auto institutions, read_institution_list(list));
  for (const auto& listed : institutions) {
    if (listed.ror) rors_.insert(*listed.ror);
    if (listed.name) names_.insert(text::key(*listed.name));
  }
  return {};
}

bool SubsetRule::has_doi(std::string_view text) const {
  if (dois_.empty()) return false;
  const auto doi = listed_doi(text);
  return doi && dois_.contains(*doi);
}

bool SubsetRule::has_ror(std::string_view text) const {
  if (rors_.empty()) return false;
  const auto ror = text::normalise_ror(text);
  return ror && rors_.contains(*ror);
}

bool SubsetRule::has_name(std::string_view text) const {
  if (names_.empty()) return false;
  const auto name = name_of(text);
  return name && names_.contains(*name);
}

bool SubsetRule::keeps(Source source, ondemand::object record,
                       JsonWalk& walk) const {
  switch (source) {
    case Source::openalex_works:
      return keeps_openalex(record, walk);
    case Source::crossref_metadata:
      return keeps_crossref(record, walk);
    case Source::datacite:
      return keeps_datacite(record, walk);
  }
  return false;
}

bool SubsetRule::keeps_openalex(ondemand::object record, JsonWalk& walk) const {
  bool kept = false;
  const auto institution = [&](Key key, ondemand::value value) {
    if (key == "ror")
      kept = kept || has_ror(walk.text("institutions.ror", value));
    else if (key == "display_name")
      kept = kept || has_name(walk.text("institutions.display_name", value));
  };
  const auto authorship = [&](Key key, ondemand::value value) {
    if (key != "institutions" || kept) return;
    walk.array(key, value, [&](ondemand::value item) {
      walk.object("institutions", item, institution);
    });
  };
  walk.members(record, [&](Key key, ondemand::value value) {
    if (kept) return;
    if (key == "doi") {
      kept = has_doi(walk.text(key, value));
    } else if (key == "authorships") {
      walk.array(key, value, [&](ondemand::value item) {
        walk.object("authorships", item, authorship);
      });
    }
  });
  return kept;
}

bool SubsetRule::keeps_crossref(ondemand::object record, JsonWalk& walk) const {
  bool kept = false;
  const auto author = [&](Key key, ondemand::value value) {
    if (key != "affiliation" || kept) return;
    walk.array(key, value, [&](ondemand::value item) {
      kept = kept || keeps_crossref_affiliation(item, walk);
    });
  };
  walk.members(record, [&](Key key, ondemand::value value) {
    if (kept) return;
    if (key == "DOI") {
      kept = has_doi(walk.text(key, value));
    } else if (key == "author") {
      walk.array(key, value, [&](ondemand::value item) {
        walk.object("author", item, author);
      });
    }
  });
  return kept;
}

bool SubsetRule::keeps_crossref_affiliation(ondemand::value value,
                                            JsonWalk& walk) const {
  bool kept = false;
  const auto identifier = [&](ondemand::value item) {
    std::string_view id, type;
    walk.object("affiliation.id", item, [&](Key key, ondemand::value v) {
      if (key == "id") id = walk.text("affiliation.id.id", v);
      if (key == "id-type") type = walk.text("affiliation.id.id-type", v);
    });
    // A bare text of nine characters is a ROR id only when it is said to be.
    if (text::equals_in_lower(type, "ror") ||
        id.find("ror.org") != std::string_view::npos) {
      kept = kept || has_ror(id);
    }
  };
  walk.named("affiliation", value, [&](Key key, ondemand::value v) {
    if (key == "name")
      kept = kept || has_name(walk.text("affiliation.name", v));
    else if (key == "id" && !kept)
      walk.array("affiliation.id", v, identifier);
  });
  return kept;
}

bool SubsetRule::keeps_datacite(ondemand::object record, JsonWalk& walk) const {
  bool kept = false;
  const auto attribute = [&](Key key, ondemand::value value) {
    if (kept) return;
    if (key == "doi") {
      kept = has_doi(walk.text(key, value));
    } else if (key == "creators" || key == "contributors") {
      walk.array(key, value, [&](ondemand::value item) {
        kept = kept || keeps_datacite_person(item, walk);
      });
    }
  };
  walk.members(record, [&](Key key, ondemand::value value) {
    if (kept) return;
    if (key == "id")
      kept = has_doi(walk.text(key, value));
    else if (key == "attributes")
      walk.object(key, value, attribute);
  });
  return kept;
}

bool SubsetRule::keeps_datacite_person(ondemand::value value,
                                       JsonWalk& walk) const {
  bool kept = false;
  const auto affiliation = [&](Key key, ondemand::value v) {
    if (key == "name")
      kept = kept || has_name(walk.text("affiliation.name", v));
    else if (key == "affiliationIdentifier")
      kept = kept || has_ror(walk.text("affiliation.affiliationIdentifier", v));
  };
  walk.named("creator", value, [&](Key key, ondemand::value v) {
    if (key != "affiliation" || kept) return;
    walk.array(key, v, [&](ondemand::value item) {
      walk.named("affiliation", item, affiliation);
    });
  });
  return kept;
}

}  // namespace dmp::ingest
