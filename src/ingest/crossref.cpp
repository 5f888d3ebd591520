// Crossref metadata. Source: records.md 3.
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

using sql::Column;
using sql::Kind;
using text::DateInterval;

sql::Schema crossref_schema() {
  return {
      sql::text_field("doi"),
      sql::text_field("title"),
      sql::text_field("abstract"),
      sql::field("updated_date", Kind::timestamp),
      sql::list_of("funders", sql::struct_of("", {sql::text_field("name"),
                                                  sql::text_field("funder_doi"),
                                                  sql::text_field("award")})),
      sql::list_of("relations",
                   sql::struct_of("", {sql::text_field("relation_type"),
                                       sql::text_field("relation_id"),
                                       sql::text_field("id_type"),
                                       sql::text_field("asserted_by")})),
      sql::text_field("work_type"),
      sql::field("publication_date", Kind::date),
      sql::field("publication_date_end", Kind::date),
      sql::text_field("publication_date_precision"),
      sql::text_field("publication_venue"),
      sql::list_of("authors", author_field("")),
      sql::list_of("institutions", organisation_field("")),
      sql::list_of("funder_rors", organisation_field("")),
      sql::text_field("language"),
      sql::field("doi_bucket", Kind::uint8)};
}

struct Funder {
  std::optional<std::string> name, funder_doi, award;
  bool operator==(const Funder&) const = default;
};
std::uint64_t hash_of(const Funder& funder) {
  return text_hash(funder.name) ^ text_hash(funder.award) >> 1;
}

struct Relation {
  std::string type, id;
  std::optional<std::string> id_type, asserted_by;
};

// date-time, timestamp (ms) and date-parts of one date member.
struct DateMember {
  std::string_view date_time;
  std::optional<std::int64_t> timestamp;
  std::array<std::int64_t, 3> parts{};

  std::optional<text::Micros> instant() const {
    if (auto at = text::parse_instant(date_time)) return at;
    if (timestamp && *timestamp > 0 && *timestamp < 10'000'000'000'000) {
      return *timestamp * 1000;
    }
    if (auto day = interval()) return day->first * 86'400'000'000LL;
    return std::nullopt;
  }
  std::optional<DateInterval> interval() const {
    return text::date_from_parts(parts[0], parts[1], parts[2]);
  }
};

// Keys whose dates can be the day of publication, in no order: the most
// precise wins, then the earliest.
constexpr std::array<std::string_view, 5> kPublished{
    "published-online", "published-print", "published", "issued", "posted"};

class CrossrefReader final : public Reader {
 public:
  explicit CrossrefReader(const ReaderOptions& options)
      : options_(options), schema_(crossref_schema()) {}

  const sql::Schema& schema() const override { return schema_; }
  std::size_t doi_column() const override { return 0; }

  Outcome read(ondemand::object record, JsonWalk& walk, sql::TableBuffer& rows,
               std::string& doi) override {
    clear();
    walk.members(record, [&](Key key, ondemand::value value) {
      member(walk, key, value);
    });
    if (walk.broken()) return Outcome::bad_json;
    const text::Doi found = text::doi_registry(doi_);
    if (found.status == text::DoiStatus::too_long) return Outcome::doi_too_long;
    if (!found.usable()) return Outcome::no_doi;
    if (found.status == text::DoiStatus::over_255) {
      walk.counters().add("doi_over_255");
    }
    doi = found.doi;
    append(doi, walk.counters(), rows);
    return Outcome::kept;
  }

 private:
  void clear() {
    doi_ = abstract_ = type_ = subtype_ = publisher_ = group_title_ = {};
    institution_ = language_ = {};
    titles_.clear();
    containers_.clear();
    deposited_ = indexed_ = created_ = approved_ = {};
    published_ = {};
    funders_.clear();
    relations_.clear();
    authors_.clear();
    institutions_.clear();
    organisations_.clear();
    funder_rors_.clear();
  }

  void member(JsonWalk& walk, Key key, ondemand::value value) {
    if (key == "DOI") {
      doi_ = walk.text(key, value);
    } else if (key == "title") {
      read_texts(walk, key, value, titles_);
    } else if (key == "abstract") {
      if (walk.type_of(value) == ondemand::json_type::string) {
        abstract_ = walk.text(key, value);
      } else if (walk.type_of(value) != ondemand::json_type::null) {
        walk.mismatch(key);
      }
    } else if (key == "type") {
      type_ = walk.text(key, value);
    } else if (key == "subtype") {
      subtype_ = walk.text(key, value);
    } else if (key == "container-title") {
      read_texts(walk, key, value, containers_);
    } else if (key == "publisher") {
      publisher_ = walk.text(key, value);
    } else if (key == "group-title") {
      group_title_ = walk.text(key, value);
    } else if (key == "institution") {
      walk.array(key, value, [&](ondemand::value item) {
        walk.named("institution", item, [&](Key field, ondemand::value v) {
          if (field == "name" && institution_.empty())
            institution_ = walk.text("institution.name", v);
        });
      });
    } else if (key == "author") {
      walk.array(key, value,
                 [&](ondemand::value item) { read_author(walk, item); });
    } else if (key == "funder") {
      walk.array(key, value,
                 [&](ondemand::value item) { read_funder(walk, item); });
    } else if (key == "relation") {
      read_relations(walk, value);
    } else if (key == "update-to") {
      walk.array(key, value,
                 [&](ondemand::value item) { read_update(walk, item); });
    } else if (key == "language") {
      language_ = walk.text(key, value);
    } else {
      date_member(walk, key, value);
    }
  }

  void date_member(JsonWalk& walk, Key key, ondemand::value value) {
    if (key == "deposited") {
      read_date(walk, key, value, deposited_);
    } else if (key == "indexed") {
      read_date(walk, key, value, indexed_);
    } else if (key == "created") {
      read_date(walk, key, value, created_);
    } else if (key == "approved") {
      read_date(walk, key, value, approved_);
    } else {
      const auto found = std::find(kPublished.begin(), kPublished.end(), key);
      if (found != kPublished.end()) {
        read_date(
            walk, key, value,
            published_[static_cast<std::size_t>(found - kPublished.begin())]);
      }
    }
  }

  static void read_texts(JsonWalk& walk, std::string_view key,
                         ondemand::value value,
                         std::vector<std::string_view>& out) {
    walk.array(key, value, [&](ondemand::value item) {
      out.push_back(walk.text(key, item));
    });
  }

  void read_date(JsonWalk& walk, std::string_view path, ondemand::value value,
                 DateMember& date) {
    walk.object(path, value, [&](Key key, ondemand::value part) {
      if (key == "date-time") {
        date.date_time = walk.text(path, part);
      } else if (key == "timestamp") {
        read_timestamp(walk, path, part, date);
      } else if (key == "date-parts") {
        bool first = true;
        walk.array(path, part, [&](ondemand::value day) {
          if (!first || walk.type_of(day) != ondemand::json_type::array) return;
          first = false;
          std::size_t at = 0;
          walk.array(path, day, [&](ondemand::value number) {
            const std::int64_t n = read_number(walk, path, number);
            if (at < 3) date.parts[at++] = n;
          });
        });
      }
    });
  }

  // A number, or {"$numberLong": "…"} / {"$numberInt": "…"} of an export.
  static std::int64_t read_number(JsonWalk& walk, std::string_view path,
                                  ondemand::value value) {
    if (walk.type_of(value) != ondemand::json_type::object) {
      return walk.integer(path, value, 0);
    }
    std::int64_t number = 0;
    walk.object(path, value, [&](Key key, ondemand::value v) {
      if (key.starts_with("$number")) number = walk.integer(path, v, 0);
    });
    return number;
  }

  static void read_timestamp(JsonWalk& walk, std::string_view path,
                             ondemand::value value, DateMember& date) {
    const std::int64_t number = read_number(walk, path, value);
    if (number != 0) date.timestamp = number;
  }

  struct OrgParts {
    std::string_view name, ror;
  };

  OrgParts read_organisation(JsonWalk& walk, ondemand::value value) {
    OrgParts parts;
    walk.named("affiliation", value, [&](Key key, ondemand::value v) {
      if (key == "name") parts.name = walk.text("affiliation.name", v);
      if (key == "id") {
        walk.array("affiliation.id", v, [&](ondemand::value item) {
          walk.object("affiliation.id", item,
                      [&](Key field, ondemand::value x) {
                        if (field == "id") {
                          const auto id = walk.text("affiliation.id.id", x);
                          if (text::has_ror_form(id)) parts.ror = id;
                        }
                      });
        });
      }
    });
    return parts;
  }

  void add_institution(JsonWalk& walk, const OrgParts& parts,
                       DistinctItems<model::Organisation>& out) {
    model::Organisation item{clean_label(parts.name, walk.counters()),
                             checked_ror(parts.ror, walk.counters())};
    if (item.name || item.ror) out.add(std::move(item));
  }

  // Crossref's `name` is that of an organisation; only an ORCID says else.
  static bool is_organisation(std::string_view given, std::string_view family,
                              bool has_orcid) {
    if (given.empty() && family.empty()) return !has_orcid;
    text::CreatorHint hint;
    hint.name_type = "Personal";
    hint.given = given;
    hint.family = family;
    hint.name = family.empty() ? given : family;
    hint.has_valid_orcid = has_orcid;
    return text::classify_creator(hint) == text::NameHolder::organisation;
  }

  void read_author(JsonWalk& walk, ondemand::value value) {
    std::string_view given, family, suffix, name, orcid;
    walk.object("author", value, [&](Key key, ondemand::value part) {
      if (key == "given") given = walk.text("author.given", part);
      if (key == "family") family = walk.text("author.family", part);
      if (key == "suffix") suffix = walk.text("author.suffix", part);
      if (key == "name") name = walk.text("author.name", part);
      if (key == "ORCID") orcid = walk.text("author.ORCID", part);
      if (key == "affiliation") {
        walk.array("affiliation", part, [&](ondemand::value item) {
          add_institution(walk, read_organisation(walk, item), institutions_);
        });
      }
    });
    if (walk.broken()) return;
    model::Author author;
    author.orcid = checked_orcid(orcid, walk.counters());
    if (given.empty() && family.empty() && name.empty()) return;
    if (is_organisation(given, family, author.orcid.has_value())) {
      walk.counters().add("name_org");
      std::string joined(given);
      if (!given.empty() && !family.empty()) joined += ' ';
      joined += family;
      add_institution(walk, {joined.empty() ? name : joined, {}},
                      organisations_);
      return;
    }
    auto parsed = text::parse_name({given, family, suffix, name});
    if (!parsed) {
      walk.counters().add("name_placeholder");
      if (!author.orcid) return;
    } else {
      author.name = *std::move(parsed);
    }
    authors_.add(std::move(author));
  }

  void read_funder(JsonWalk& walk, ondemand::value value) {
    std::string_view name, doi, id_doi, ror;
    awards_.clear();
    walk.named("funder", value, [&](Key key, ondemand::value part) {
      if (key == "name") {
        name = walk.text("funder.name", part);
      } else if (key == "DOI") {
        doi = walk.text("funder.DOI", part);
      } else if (key == "award") {
        read_texts(walk, "funder.award", part, awards_);
      } else if (key == "award-info") {
        walk.array("funder.award-info", part, [&](ondemand::value item) {
          walk.object("funder.award-info", item,
                      [&](Key field, ondemand::value v) {
                        if (field == "award-number")
                          read_texts(walk, "award-number", v, awards_);
                      });
        });
      } else if (key == "id") {
        walk.array("funder.id", part, [&](ondemand::value item) {
          walk.object("funder.id", item, [&](Key field, ondemand::value v) {
            if (field != "id") return;
            const auto id = walk.text("funder.id.id", v);
            if (text::has_ror_form(id))
              ror = id;
            else if (id_doi.empty() && text::normalise_fundref(id))
              id_doi = id;
          });
        });
      } else if (key != "doi-asserted-by") {
        walk.unknown_key("funder", key);
      }
    });
    if (walk.broken()) return;
    Funder funder;
    funder.name = clean_label(name, walk.counters());
    funder.funder_doi = text::normalise_fundref(doi);
    if (!funder.funder_doi) funder.funder_doi = text::normalise_fundref(id_doi);
    if (const auto id = checked_ror(ror, walk.counters())) {
      funder_rors_.add(model::Organisation{funder.name, id});
    }
    add_funder(walk, funder);
  }

  void add_funder(JsonWalk& walk, const Funder& funder) {
    bool any = false;
    for (const auto award : awards_) {
      for (const auto& piece : award_pieces(award, walk.counters())) {
        Funder one = funder;
        one.award = piece;
        funders_.add(std::move(one));
        any = true;
      }
    }
    if (any) return;
    walk.counters().add("funder_without_award");
    if (funder != Funder{}) funders_.add(funder);
  }

  static std::string relation_type(std::string_view raw) {
    std::string type = text::to_lower(text::trim(raw));
    std::replace(type.begin(), type.end(), '_', '-');
    if (const auto at = type.find("varient"); at != std::string::npos) {
      type.replace(at, 7, "variant");
    }
    return type;
  }

  void add_relation(std::string type, std::string_view id,
                    std::string_view id_type, std::string_view asserted_by) {
    Relation relation;
    relation.type = std::move(type);
    const std::string kind = text::to_lower(text::trim(id_type));
    const auto doi = text::doi_text(
        id, kind == "doi" ? text::DoiField::typed : text::DoiField::untyped);
    if (doi.usable()) {
      relation.id = doi.doi;
      relation.id_type = "doi";
    } else {
      relation.id = without_host(id);
      if (relation.id.empty()) return;
      if (!kind.empty() && kind != "doi") relation.id_type = kind;
    }
    if (!asserted_by.empty()) {
      relation.asserted_by = text::to_valid_utf8(text::trim(asserted_by));
    }
    relations_.push_back(std::move(relation));
  }

  static std::string without_host(std::string_view id) {
    std::string text = text::to_lower(text::trim(id));
    for (const std::string_view scheme : {"https://", "http://"}) {
      if (!text.starts_with(scheme)) continue;
      const auto slash = text.find('/', scheme.size());
      text =
          slash == std::string::npos ? std::string() : text.substr(slash + 1);
    }
    return text;
  }

  void read_relations(JsonWalk& walk, ondemand::value value) {
    walk.object("relation", value, [&](Key key, ondemand::value items) {
      const std::string type = relation_type(key);
      walk.array("relation", items, [&](ondemand::value item) {
        std::string_view id, id_type, asserted_by;
        walk.object("relation", item, [&](Key field, ondemand::value v) {
          if (field == "id") id = walk.text("relation.id", v);
          if (field == "id-type") id_type = walk.text("relation.id-type", v);
          if (field == "asserted-by")
            asserted_by = walk.text("relation.asserted-by", v);
        });
        if (!walk.broken()) add_relation(type, id, id_type, asserted_by);
      });
    });
  }

  void read_update(JsonWalk& walk, ondemand::value value) {
    std::string_view doi, type;
    walk.object("update-to", value, [&](Key key, ondemand::value v) {
      if (key == "DOI") doi = walk.text("update-to.DOI", v);
      if (key == "type") type = walk.text("update-to.type", v);
    });
    if (walk.broken()) return;
    add_relation("update:" + relation_type(type), doi, "doi", {});
  }

  // Null: not there, or counted `bad_date.<path>`.
  std::optional<DateInterval> plausible(const DateMember& member,
                                        std::string_view path,
                                        Counters& counters) const {
    auto date = member.interval();
    if (!date) return std::nullopt;
    date = text::plausible(*date, options_.run_year);
    if (!date) counters.add("bad_date." + std::string(path));
    return date;
  }

  std::optional<DateInterval> date(std::string_view type,
                                   Counters& counters) const {
    std::optional<DateInterval> best;
    for (std::size_t i = 0; i < kPublished.size(); ++i) {
      const auto date = plausible(published_[i], kPublished[i], counters);
      if (!date) continue;
      const bool finer = !best || date->precision < best->precision;
      const bool earlier = best && date->precision == best->precision &&
                           date->first < best->first;
      if (finer || earlier) best = date;
    }
    // The only date Crossref has of a dissertation is that of its approval.
    if (!best && type == "dissertation")
      return plausible(approved_, "approved", counters);
    return best;
  }

  std::optional<std::string> venue(std::string_view type, Counters& counters) {
    for (const auto container : containers_) {
      if (auto venue = clean_label(container, counters)) return venue;
    }
    constexpr std::array<std::string_view, 5> kPublisherIsVenue{
        "report", "dissertation", "book", "monograph", "posted-content"};
    if (std::find(kPublisherIsVenue.begin(), kPublisherIsVenue.end(), type) ==
        kPublisherIsVenue.end()) {
      return std::nullopt;
    }
    if (type == "posted-content") {
      // Where the server is named beside its owner, the group is a subject.
      if (institution_ != publisher_) {
        if (auto venue = clean_label(institution_, counters)) return venue;
      }
      if (auto venue = clean_label(group_title_, counters)) return venue;
    }
    return clean_label(publisher_, counters);
  }

  std::optional<text::Micros> updated() const {
    for (const DateMember* member : {&deposited_, &indexed_, &created_}) {
      if (auto at = member->instant()) return at;
    }
    return std::nullopt;
  }

  void append(const std::string& doi, Counters& counters,
              sql::TableBuffer& rows) {
    rows.column(0).append_text(doi);
    std::optional<std::string> title;
    for (const auto raw : titles_) {
      title = clean_title(raw, counters);
      if (title) break;
    }
    rows.column(1).append_maybe(title);
    rows.column(2).append_maybe(clean_abstract(abstract_, counters));
    append_instant(rows.column(3), updated());
    append_funders(rows.column(4));
    append_relations(rows.column(5));
    const std::string type = text::to_lower(text::trim(type_));
    const std::string subtype = text::to_lower(text::trim(subtype_));
    const bool sub = type == "posted-content" && !subtype.empty();
    rows.column(6).append_maybe(
        type.empty() ? std::nullopt
                     : std::optional(sub ? type + ":" + subtype : type));
    append_date(rows.column(7), rows.column(8), rows.column(9),
                date(type, counters));
    rows.column(10).append_maybe(venue(type, counters));
    append_authors(rows.column(11), authors_.items());
    for (const auto& organisation : organisations_) {
      institutions_.add(organisation);
    }
    append_organisations(rows.column(12), institutions_.items());
    append_organisations(rows.column(13), funder_rors_.items());
    rows.column(14).append_maybe(language_code(language_));
    rows.column(15).append_int(text::doi_bucket(doi));
    rows.end_row();
  }

  void append_funders(Column& column) {
    column.begin_list();
    for (const auto& funder : funders_) {
      Column& item = column.element();
      item.append_struct();
      item.at(0).append_maybe(funder.name);
      item.at(1).append_maybe(funder.funder_doi);
      item.at(2).append_maybe(funder.award);
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
      item.at(3).append_maybe(relation.asserted_by);
    }
    column.end_list();
  }

  ReaderOptions options_;
  sql::Schema schema_;
  std::string_view doi_, abstract_, type_, subtype_, publisher_, group_title_,
      institution_, language_;
  std::vector<std::string_view> titles_, containers_, awards_;
  DateMember deposited_, indexed_, created_, approved_;
  std::array<DateMember, kPublished.size()> published_{};
  DistinctItems<Funder> funders_;
  std::vector<Relation> relations_;
  DistinctItems<model::Author> authors_;
  DistinctItems<model::Organisation> institutions_, organisations_,
      funder_rors_;
};

}  // namespace

std::unique_ptr<Reader> crossref_reader(const ReaderOptions& options) {
  return std::make_unique<CrossrefReader>(options);
}

}  // namespace dmp::ingest
