// DataCite. Source: records.md 4.
#include "ingest/datacite_creators.h"
#include "ingest/datacite_dates.h"
#include "ingest/reader.h"
#include "text/doi.h"
#include "text/identifiers.h"
#include "text/names.h"
#include "text/organisation.h"
#include "text/unicode.h"

#include <algorithm>
#include <array>

namespace dmp::ingest {

namespace {

using datacite::Creator;
using datacite::Dates;
using datacite::Institution;
using sql::Column;
using sql::Kind;

sql::Schema datacite_schema() {
  sql::Field contributor = author_field("");
  contributor.children.push_back(sql::text_field("contributor_type"));
  return {
      sql::text_field("doi"),
      sql::text_field("title"),
      sql::text_field("abstract"),
      sql::text_field("work_type"),
      sql::field("publication_date", Kind::date),
      sql::field("updated_date", Kind::timestamp),
      sql::text_field("publication_venue"),
      sql::list_of("authors", author_field("")),
      sql::list_of(
          "institutions",
          sql::struct_of(
              "", {sql::text_field("affiliation_identifier"),
                   sql::text_field("affiliation_identifier_scheme"),
                   sql::text_field("name"), sql::text_field("scheme_uri")})),
      sql::list_of(
          "funders",
          sql::struct_of("", {sql::text_field("funder_identifier"),
                              sql::text_field("funder_identifier_type"),
                              sql::text_field("funder_name"),
                              sql::text_field("award_number"),
                              sql::text_field("award_uri")})),
      sql::list_of(
          "relations",
          sql::struct_of("", {sql::text_field("relation_type"),
                              sql::text_field("related_identifier"),
                              sql::text_field("related_identifier_type")})),
      sql::field("publication_date_end", Kind::date),
      sql::text_field("publication_date_precision"),
      sql::text_field("resource_type"),
      sql::list_of("contributors", contributor),
      sql::text_field("language"),
      sql::field("date_from_registration", Kind::boolean),
      sql::field("doi_bucket", Kind::uint8)};
}

struct Funder {
  std::optional<std::string> id, type, name, award, uri;
  bool operator==(const Funder&) const = default;
};
std::uint64_t hash_of(const Funder& funder) {
  return text_hash(funder.name) ^ text_hash(funder.award) >> 1;
}

struct Relation {
  std::string type, id;
  std::optional<std::string> id_type;
};

struct Contributor {
  model::Author author;
  std::optional<std::string> type;
  bool operator==(const Contributor&) const = default;
};
std::uint64_t hash_of(const Contributor& contributor) {
  return ingest::hash_of(contributor.author);
}

struct Titled {
  std::string_view text, type;
};
struct Described {
  std::string_view text, type, lang;
};
class DataCiteReader final : public Reader {
 public:
  explicit DataCiteReader(const ReaderOptions& options)
      : options_(options), schema_(datacite_schema()) {}

  const sql::Schema& schema() const override { return schema_; }
  std::size_t doi_column() const override { return 0; }

  Outcome read(ondemand::object record, JsonWalk& walk, sql::TableBuffer& rows,
               std::string& doi) override {
    const Outcome outcome = read_record(record, walk, rows, doi);
    if (outcome != Outcome::kept) rows.drop_row();
    return outcome;
  }

 private:
  Outcome read_record(ondemand::object record, JsonWalk& walk,
                      sql::TableBuffer& rows, std::string& doi) {
    clear();
    creators_ = &rows.column(7);
    creators_->begin_list();
    walk.members(record, [&](Key key, ondemand::value value) {
      if (key == "id") {
        id_ = walk.text(key, value);
      } else if (key == "attributes") {
        walk.object(key, value, [&](Key name, ondemand::value v) {
          attribute(walk, name, v);
        });
      }
    });
    if (walk.broken()) return Outcome::bad_json;
    text::Doi found = text::doi_registry(id_);
    if (found.status == text::DoiStatus::none) found = text::doi_registry(doi_);
    if (found.status == text::DoiStatus::too_long) return Outcome::doi_too_long;
    if (!found.usable()) return Outcome::no_doi;
    if (state_ == "draft") return Outcome::draft;
    if (found.status == text::DoiStatus::over_255) {
      walk.counters().add("doi_over_255");
    }
    doi = found.doi;
    append(doi, walk.counters(), rows);
    return Outcome::kept;
  }

  void clear() {
    id_ = doi_ = state_ = general_ = resource_ = publisher_ = {};
    container_type_ = container_title_ = language_ = updated_ = {};
    titles_.clear();
    descriptions_.clear();
    dates_.clear();
    institutions_.clear();
    organisations_.clear();
    contributor_institutions_.clear();
    contributors_.clear();
    funders_.clear();
    contributor_funders_.clear();
    relations_.clear();
  }

  void attribute(JsonWalk& walk, Key key, ondemand::value value) {
    const auto each = [&](auto member) {
      walk.array(key, value,
                 [&](ondemand::value item) { (this->*member)(walk, item); });
    };
    if (key == "doi")
      doi_ = walk.text(key, value);
    else if (key == "state")
      state_ = walk.text(key, value);
    else if (key == "titles")
      each(&DataCiteReader::read_title);
    else if (key == "descriptions")
      each(&DataCiteReader::read_description);
    else if (key == "types")
      read_types(walk, value);
    else if (key == "dates")
      each(&DataCiteReader::read_date);
    else if (key == "publicationYear")
      dates_.year = walk.text(key, value);
    else if (key == "created")
      dates_.created = walk.text(key, value);
    else if (key == "registered")
      dates_.registered = walk.text(key, value);
    else if (key == "updated")
      updated_ = walk.text(key, value);
    else if (key == "published")
      dates_.published = walk.text(key, value);
    else if (key == "publisher")
      read_publisher(walk, value);
    else if (key == "container")
      read_container(walk, value);
    else if (key == "creators")
      each(&DataCiteReader::read_creator);
    else if (key == "contributors")
      each(&DataCiteReader::read_contributor);
    else if (key == "fundingReferences")
      each(&DataCiteReader::read_funding);
    else if (key == "relatedIdentifiers")
      each(&DataCiteReader::read_relation);
    else if (key == "language")
      language_ = walk.text(key, value);
  }

  void read_title(JsonWalk& walk, ondemand::value value) {
    Titled title;
    if (walk.type_of(value) == ondemand::json_type::string) {
      title.text = walk.text("titles", value);
    } else {
      walk.object("titles", value, [&](Key key, ondemand::value v) {
        if (key == "title") title.text = walk.text("titles.title", v);
        if (key == "titleType") title.type = walk.text("titles.titleType", v);
      });
    }
    titles_.push_back(title);
  }

  void read_description(JsonWalk& walk, ondemand::value value) {
    Described described;
    if (walk.type_of(value) == ondemand::json_type::string) {
      described.text = walk.text("descriptions", value);
    } else {
      walk.object("descriptions", value, [&](Key key, ondemand::value v) {
        if (key == "description")
          described.text = walk.text("descriptions.description", v);
        if (key == "descriptionType")
          described.type = walk.text("descriptions.descriptionType", v);
        if (key == "lang") described.lang = walk.text("descriptions.lang", v);
      });
    }
    if (!described.text.empty()) descriptions_.push_back(described);
  }

  void read_types(JsonWalk& walk, ondemand::value value) {
    walk.object("types", value, [&](Key key, ondemand::value v) {
      if (key == "resourceTypeGeneral")
        general_ = walk.text("types.resourceTypeGeneral", v);
      if (key == "resourceType") resource_ = walk.text("types.resourceType", v);
    });
  }

  void read_date(JsonWalk& walk, ondemand::value value) {
    Dates::Typed dated;
    walk.object("dates", value, [&](Key key, ondemand::value v) {
      if (key == "date") dated.text = walk.text("dates.date", v);
      if (key == "dateType") dated.type = walk.text("dates.dateType", v);
    });
    dates_.typed.push_back(dated);
  }

  void read_publisher(JsonWalk& walk, ondemand::value value) {
    walk.named("publisher", value, [&](Key key, ondemand::value v) {
      if (key == "name") publisher_ = walk.text("publisher.name", v);
    });
  }

  void read_container(JsonWalk& walk, ondemand::value value) {
    walk.object("container", value, [&](Key key, ondemand::value v) {
      if (key == "type") container_type_ = walk.text("container.type", v);
      if (key == "title") container_title_ = walk.text("container.title", v);
    });
  }

  // ------------------------------------------------- creators, contributors

  void read_creator(JsonWalk& walk, ondemand::value value) {
    Creator creator = datacite::read_creator(walk, value);
    if (walk.broken()) return;
    for (auto& item : creator.affiliations) institutions_.add(std::move(item));
    if (is_organisation(creator)) {
      walk.counters().add("name_org");
      Institution item = organisation_of(creator, walk.counters());
      if (item.name || item.id) organisations_.add(std::move(item));
      return;
    }
    const auto name = name_of(creator, walk.counters());
    if (!name && !creator.orcid) return;
    append_author(creators_->element(), creator.orcid,
                  name ? *name : text::PersonName{});
    creators_->drop_repeated_element();
  }

  void read_contributor(JsonWalk& walk, ondemand::value value) {
    const Creator creator = datacite::read_creator(walk, value);
    if (walk.broken()) return;
    const std::string type =
        text::to_lower(text::trim(creator.contributor_type));
    if (type == "funder" || type == "sponsor") {
      Funder funder;
      funder.name = clean_label(creator.name, walk.counters());
      if (funder.name) contributor_funders_.add(std::move(funder));
      return;
    }
    constexpr std::array<std::string_view, 12> kPeople{"",
                                                       "contactperson",
                                                       "datacollector",
                                                       "datacurator",
                                                       "datamanager",
                                                       "producer",
                                                       "projectleader",
                                                       "projectmanager",
                                                       "projectmember",
                                                       "researcher",
                                                       "supervisor",
                                                       "workpackageleader"};
    if (std::find(kPeople.begin(), kPeople.end(), type) == kPeople.end())
      return;
    for (const auto& item : creator.affiliations) {
      contributor_institutions_.add(item);
    }
    if (is_organisation(creator)) return;
    auto name = name_of(creator, walk.counters());
    if (name || creator.orcid) {
      Contributor contributor;
      contributor.author.orcid = creator.orcid;
      if (name) contributor.author.name = *std::move(name);
      if (!type.empty()) {
        contributor.type =
            text::to_valid_utf8(text::trim(creator.contributor_type));
      }
      contributors_.add(std::move(contributor));
    }
  }

  // ------------------------------------------------------ funding, relations

  void read_funding(JsonWalk& walk, ondemand::value value) {
    std::string_view name, id, type, number, uri;
    award_texts_.clear();
    walk.named("fundingReferences", value, [&](Key key, ondemand::value v) {
      if (key == "funderName" || key == "name")
        name = walk.text("funderName", v);
      else if (key == "funderIdentifier")
        id = walk.text("funderIdentifier", v);
      else if (key == "funderIdentifierType")
        type = walk.text("funderIdentifierType", v);
      else if (key == "awardUri" || key == "awardURI")
        uri = walk.text("awardUri", v);
      else if (key == "awardNumber") {
        walk.array("awardNumber", v, [&](ondemand::value item) {
          award_texts_.push_back(walk.text("awardNumber", item));
        });
        // A bare number is no array and no text; it is an award all
        // the same.
        if (award_texts_.empty()) number = walk.text("awardNumber", v);
      } else if (key != "awardTitle" && key != "schemeUri" &&
                 key != "schemeURI") {
        walk.unknown_key("fundingReferences", key);
      }
    });
    if (walk.broken()) return;
    if (!number.empty()) award_texts_.push_back(number);
    Funder funder;
    funder.name = clean_label(name, walk.counters());
    const text::OrgId org = text::classify_org_id(id, type);
    if (!org.identifier.empty()) {
      funder.id = text::to_valid_utf8(org.identifier);
      funder.type = std::string(text::org_id_scheme_name(org.type));
    }
    if (!text::trim(uri).empty())
      funder.uri = text::to_valid_utf8(text::trim(uri));
    add_funding(funder, uri, walk.counters());
  }

  void add_funding(const Funder& funder, std::string_view uri,
                   Counters& counters) {
    const std::string lower = text::to_lower(uri);
    if (award_texts_.empty() &&
        (lower.find("grantagreement/") != std::string::npos ||
         lower.find("awd_id=") != std::string::npos)) {
      award_texts_.push_back(uri);
    }
    bool any = false;
    for (const auto award : award_texts_) {
      for (const auto& piece : award_pieces(award, counters)) {
        Funder one = funder;
        one.award = piece;
        funders_.add(std::move(one));
        any = true;
      }
    }
    if (any) return;
    counters.add("funder_without_award");
    if (funder != Funder{}) funders_.add(funder);
  }

  void read_relation(JsonWalk& walk, ondemand::value value) {
    std::string_view id, id_type, type;
    walk.object("relatedIdentifiers", value, [&](Key key, ondemand::value v) {
      if (key == "relatedIdentifier")
        id = walk.text("relatedIdentifier", v);
      else if (key == "relatedIdentifierType")
        id_type = walk.text("relatedIdentifierType", v);
      else if (key == "relationType")
        type = walk.text("relationType", v);
      else if (key != "relationTypeInformation" &&
               key != "relatedMetadataScheme" && key != "schemeUri" &&
               key != "schemeURI" && key != "schemeType" &&
               key != "resourceTypeGeneral") {
        walk.unknown_key("relatedIdentifiers", key);
      }
    });
    if (walk.broken()) return;
    const std::string_view kind = text::trim(id_type);
    Relation relation;
    relation.type = text::to_valid_utf8(text::trim(type));
    const bool typed = text::equals_in_lower(kind, "doi");
    const auto doi = text::doi_text(
        id, typed ? text::DoiField::typed : text::DoiField::untyped);
    if (doi.usable()) {
      relation.id = doi.doi;
      relation.id_type = "DOI";
    } else {
      relation.id = text::to_lower(text::trim(id));
      for (const std::string_view scheme : {"https://", "http://"}) {
        if (!relation.id.starts_with(scheme)) continue;
        const auto slash = relation.id.find('/', scheme.size());
        relation.id = slash == std::string::npos
                          ? std::string()
                          : relation.id.substr(slash + 1);
      }
      if (relation.id.empty()) return;
      if (!kind.empty() && !typed) relation.id_type = text::to_valid_utf8(kind);
    }
    relations_.push_back(std::move(relation));
  }

  // ----------------------------------------------------------------- choices

  std::optional<std::string> title(Counters& counters) const {
    for (const auto& title : titles_) {
      if (!text::trim(title.type).empty()) continue;
      if (auto text = clean_title(title.text, counters)) return text;
    }
    for (const auto& title : titles_) {
      if (text::equals_in_lower(text::trim(title.type), "subtitle")) continue;
      if (auto text = clean_title(title.text, counters)) return text;
    }
    return std::nullopt;
  }

  // Groups in order; inside one: first English, else the longest.
  std::optional<std::string> abstract_text(Counters& counters) const {
    constexpr std::array<std::string_view, 5> kGroups{"abstract", "", "methods",
                                                      "technicalinfo", "other"};
    constexpr std::size_t kLeastPoints = 80;
    for (std::size_t group = 0; group < kGroups.size(); ++group) {
      std::optional<std::string> best;
      for (const auto& described : descriptions_) {
        if (!text::equals_in_lower(text::trim(described.type), kGroups[group]))
          continue;
        auto text = clean_abstract(described.text, counters);
        if (!text) continue;
        if (group >= 2 && text::count_code_points(*text) < kLeastPoints)
          continue;
        if (text::to_lower(described.lang).starts_with("en")) return text;
        if (!best ||
            text::count_code_points(*text) > text::count_code_points(*best)) {
          best = std::move(text);
        }
      }
      if (best) return best;
    }
    return std::nullopt;
  }

  std::optional<std::string> venue(Counters& counters) const {
    std::string type = text::to_lower(text::trim(container_type_));
    type.erase(std::remove(type.begin(), type.end(), ' '), type.end());
    for (const std::string_view known :
         {"journal", "book", "bookseries", "conferenceproceeding",
          "proceedings"}) {
      if (type != known) continue;
      if (auto venue = clean_label(container_title_, counters)) return venue;
    }
    return clean_label(publisher_, counters);
  }

  // --------------------------------------------------------------- appending

  void append(const std::string& doi, Counters& counters,
              sql::TableBuffer& rows) {
    rows.column(0).append_text(doi);
    rows.column(1).append_maybe(title(counters));
    rows.column(2).append_maybe(abstract_text(counters));
    const std::string general = text::to_valid_utf8(text::trim(general_));
    rows.column(3).append_maybe(general.empty() ? std::nullopt
                                                : std::optional(general));
    const auto published =
        publication_date(dates_, options_.run_year, counters);
    append_date(rows.column(4), rows.column(11), rows.column(12),
                published.interval);
    auto updated = text::parse_instant(updated_);
    if (!updated) updated = text::parse_instant(dates_.registered);
    if (!updated) updated = text::parse_instant(dates_.created);
    append_instant(rows.column(5), updated);
    rows.column(6).append_maybe(venue(counters));
    creators_->end_list();
    append_institutions(rows.column(8));
    append_funders(rows.column(9));
    append_relations(rows.column(10));
    rows.column(13).append_maybe(clean_label(resource_, counters));
    append_contributors(rows.column(14));
    rows.column(15).append_maybe(language_code(language_));
    rows.column(16).append_bool(published.from_registration);
    rows.column(17).append_int(text::doi_bucket(doi));
    rows.end_row();
  }

  void append_institutions(Column& column) {
    for (const auto& item : organisations_) institutions_.add(item);
    for (const auto& item : contributor_institutions_) institutions_.add(item);
    column.begin_list();
    for (const auto& institution : institutions_) {
      Column& item = column.element();
      item.append_struct();
      item.at(0).append_maybe(institution.id);
      item.at(1).append_maybe(institution.scheme);
      item.at(2).append_maybe(institution.name);
      item.at(3).append_maybe(institution.scheme_uri);
    }
    column.end_list();
  }

  void append_funders(Column& column) {
    if (!contributor_funders_.items().empty()) {
      DistinctItems<std::optional<std::string>> names;
      for (const auto& funder : funders_) names.add(funder.name);
      for (const auto& funder : contributor_funders_) {
        if (names.add(funder.name)) funders_.add(funder);
      }
    }
    column.begin_list();
    for (const auto& funder : funders_) {
      Column& item = column.element();
      item.append_struct();
      item.at(0).append_maybe(funder.id);
      item.at(1).append_maybe(funder.type);
      item.at(2).append_maybe(funder.name);
      item.at(3).append_maybe(funder.award);
      item.at(4).append_maybe(funder.uri);
    }
    column.end_list();
  }

  void append_relations(Column& column) {
    column.begin_list();
    for (const auto& relation : relations_) {
      Column& item = column.element();
      item.append_struct();
      item.at(0).append_text(relation.type);
      item.at(1).append_text(relation.id);
      item.at(2).append_maybe(relation.id_type);
    }
    column.end_list();
  }

  void append_contributors(Column& column) {
    column.begin_list();
    for (const auto& contributor : contributors_) {
      append_author(column.element(), contributor.author.orcid,
                    contributor.author.name);
      column.element().at(7).append_maybe(contributor.type);
    }
    column.end_list();
  }

  ReaderOptions options_;
  sql::Schema schema_;
  std::string_view id_, doi_, state_, general_, resource_, publisher_,
      container_type_, container_title_, language_, updated_;
  std::vector<Titled> titles_;
  std::vector<Described> descriptions_;
  Dates dates_;
  Column* creators_ = nullptr;  // of the rows that are read into
  DistinctItems<Institution> institutions_, organisations_,
      contributor_institutions_;
  DistinctItems<Contributor> contributors_;
  DistinctItems<Funder> funders_, contributor_funders_;
  std::vector<Relation> relations_;
  std::vector<std::string_view> award_texts_;
};

}  // namespace

std::unique_ptr<Reader> datacite_reader(const ReaderOptions& options) {
  return std::make_unique<DataCiteReader>(options);
}

}  // namespace dmp::ingest
