#include "ingest/datacite_creators.h"

#include "ingest/columns.h"
#include "text/names.h"
#include "text/organisation.h"
#include "text/unicode.h"

#include <utility>

namespace dmp::ingest::datacite {

namespace {

std::optional<std::string> organisation_name(std::string_view raw,
                                             Counters& counters) {
  auto name = clean_label(raw, counters);
  if (name && name->find_first_not_of("0123456789 .-") == std::string::npos) {
    return std::nullopt;
  }
  // (University of Adelaide)
  if (name && name->starts_with('(') && name->find('(', 1) == name->npos &&
      name->find(')') + 1 == name->size()) {
    return clean_label(name->substr(1, name->size() - 2), counters);
  }
  return name;
}

// The normal form of an organisation's identifier, its scheme by form.
Institution identified(std::string_view id, std::string_view scheme,
                       Counters& counters) {
  Institution item;
  const text::OrgId org = text::classify_org_id(id, scheme);
  if (org.identifier.empty()) return item;
  if (org.type == text::OrgIdType::other) {
    if (text::has_ror_form(id)) counters.add("ror_bad_checksum");
    item.id = text::to_lower(org.identifier);
    if (!text::trim(scheme).empty())
      item.scheme = text::to_valid_utf8(text::trim(scheme));
  } else {
    item.id = org.identifier;
    item.scheme = std::string(text::org_id_scheme_name(org.type));
  }
  return item;
}

void read_affiliation(JsonWalk& walk, ondemand::value value, Creator& creator) {
  std::string_view name, id, scheme, uri;
  walk.named("affiliation", value, [&](Key key, ondemand::value v) {
    if (key == "name") name = walk.text("affiliation.name", v);
    if (key == "affiliationIdentifier")
      id = walk.text("affiliation.affiliationIdentifier", v);
    if (key == "affiliationIdentifierScheme")
      scheme = walk.text("affiliation.scheme", v);
    if (key == "schemeUri" || key == "schemeURI")
      uri = walk.text("affiliation.schemeUri", v);
  });
  if (walk.broken()) return;
  Institution item = identified(id, scheme, walk.counters());
  item.name = organisation_name(name, walk.counters());
  if (!text::trim(uri).empty())
    item.scheme_uri = text::to_valid_utf8(text::trim(uri));
  if (item.name || item.id) creator.affiliations.push_back(std::move(item));
}

void read_identifier(JsonWalk& walk, ondemand::value value, Creator& creator) {
  std::string_view id, scheme;
  walk.object("nameIdentifiers", value, [&](Key key, ondemand::value v) {
    if (key == "nameIdentifier")
      id = walk.text("nameIdentifiers.nameIdentifier", v);
    if (key == "nameIdentifierScheme")
      scheme = walk.text("nameIdentifiers.scheme", v);
  });
  if (walk.broken() || id.empty()) return;
  const bool says_orcid =
      text::equals_in_lower(scheme, "orcid") ||
      text::to_lower(id).find("orcid.org") != std::string::npos;
  if (says_orcid) {
    auto orcid = checked_orcid(id, walk.counters());
    if (orcid && !creator.orcid) creator.orcid = std::move(orcid);
    return;
  }
  text::OrgId org = text::classify_org_id(id, scheme);
  if (org.type != text::OrgIdType::other && !creator.org_id) {
    creator.org_id = std::move(org);
  }
}

}  // namespace

std::uint64_t hash_of(const Institution& institution) {
  return text_hash(institution.name) ^ text_hash(institution.id) >> 1;
}

Creator read_creator(JsonWalk& walk, ondemand::value value) {
  Creator creator;
  walk.named("creators", value, [&](Key key, ondemand::value v) {
    if (key == "name")
      creator.name = walk.text("creators.name", v);
    else if (key == "nameType")
      creator.name_type = walk.text("creators.nameType", v);
    else if (key == "givenName")
      creator.given = walk.text("creators.givenName", v);
    else if (key == "familyName")
      creator.family = walk.text("creators.familyName", v);
    else if (key == "contributorType")
      creator.contributor_type = walk.text("contributorType", v);
    else if (key == "nameIdentifiers") {
      walk.array(key, v, [&](ondemand::value item) {
        read_identifier(walk, item, creator);
      });
    } else if (key == "affiliation") {
      walk.array(key, v, [&](ondemand::value item) {
        read_affiliation(walk, item, creator);
      });
    }
  });
  return creator;
}

bool is_organisation(const Creator& creator) {
  text::CreatorHint hint;
  hint.name_type = creator.name_type;
  hint.given = creator.given;
  hint.family = creator.family;
  hint.name = creator.name.empty() ? creator.family : creator.name;
  hint.has_valid_orcid = creator.orcid.has_value();
  hint.has_org_identifier =
      creator.org_id && (creator.org_id->type == text::OrgIdType::ror ||
                         creator.org_id->type == text::OrgIdType::grid);
  return text::classify_creator(hint) == text::NameHolder::organisation;
}

// Null: no author, unless an ORCID names one.
std::optional<text::PersonName> name_of(const Creator& creator,
                                        Counters& counters) {
  const bool both = !creator.given.empty() && !creator.family.empty();
  auto name = text::parse_name(
      both ? text::NameParts{creator.given, creator.family, {}, {}}
           : text::NameParts{
                 {},
                 {},
                 {},
                 creator.name.empty() ? creator.family : creator.name});
  if (!name) counters.add("name_placeholder");
  return name;
}

Institution organisation_of(const Creator& creator, Counters& counters) {
  Institution item;
  if (creator.org_id) {
    item.id = creator.org_id->identifier;
    item.scheme = std::string(text::org_id_scheme_name(creator.org_id->type));
  }
  item.name = organisation_name(
      creator.name.empty() ? creator.family : creator.name, counters);
  return item;
}

}  // namespace dmp::ingest::datacite
