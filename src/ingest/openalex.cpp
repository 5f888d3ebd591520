// OpenAlex works. Source: records.md 2.
#include "ingest/inverted_abstract.h"
#include "ingest/reader.h"
#include "text/doi.h"
#include "text/identifiers.h"
#include "text/names.h"
#include "text/organisation.h"
#include "text/unicode.h"

#include <algorithm>

namespace dmp::ingest {

namespace {

using sql::Column;
using sql::Kind;
using text::DateInterval;

sql::Schema openalex_schema() {
  return {
      sql::text_field("id"),
      sql::text_field("doi"),
      sql::field("is_xpac", Kind::boolean),
      sql::struct_of("ids",
                     {sql::text_field("doi"), sql::text_field("mag"),
                      sql::text_field("openalex"), sql::text_field("pmid"),
                      sql::text_field("pmcid")}),
      sql::text_field("title"),
      sql::text_field("abstract"),
      sql::text_field("work_type"),
      sql::field("publication_date", Kind::date),
      sql::field("updated_date", Kind::timestamp),
      sql::text_field("publication_venue"),
      sql::list_of("authors", author_field("")),
      sql::list_of("institutions", organisation_field("")),
      sql::list_of("funders",
                   sql::struct_of("", {sql::text_field("id"),
                                       sql::text_field("display_name"),
                                       sql::text_field("ror")})),
      sql::list_of("awards",
                   sql::struct_of("", {sql::text_field("id"),
                                       sql::text_field("display_name"),
                                       sql::text_field("funder_award_id"),
                                       sql::text_field("funder_id"),
                                       sql::text_field("funder_display_name"),
                                       sql::text_field("doi")})),
      sql::field("publication_date_end", Kind::date),
      sql::text_field("publication_date_precision"),
      sql::text_field("language"),
      sql::field("doi_bucket", Kind::uint8)};
}

struct Funder {
  std::optional<std::string> id, display_name, ror;
  bool operator==(const Funder&) const = default;
};

struct Award {
  std::optional<std::string> id, display_name, funder_award_id, funder_id,
      funder_display_name, doi;
  bool operator==(const Award&) const = default;
};

std::uint64_t hash_of(const Funder& funder) {
  return text_hash(funder.id) ^ text_hash(funder.display_name) >> 1;
}
std::uint64_t hash_of(const Award& award) {
  return text_hash(award.funder_award_id) ^ text_hash(award.id) >> 1;
}

// All authors pass for persons; only the words of a name say else.
bool is_organisation(std::string_view name) {
  text::CreatorHint hint;
  hint.name_type = "Personal";
  hint.name = name;
  return text::classify_creator(hint) == text::NameHolder::organisation;
}

// Some repositories put the address of the record where the venue belongs.
bool is_address(std::string_view venue) {
  const std::string lower = text::to_lower(venue.substr(0, 8));
  return lower.starts_with("http://") || lower.starts_with("https://");
}

class OpenAlexReader final : public Reader {
 public:
  explicit OpenAlexReader(const ReaderOptions& options)
      : options_(options), schema_(openalex_schema()) {}

  const sql::Schema& schema() const override { return schema_; }
  std::size_t doi_column() const override { return 1; }

  Outcome read(ondemand::object record, JsonWalk& walk, sql::TableBuffer& rows,
               std::string& doi) override {
    clear();
    walk.members(record, [&](Key key, ondemand::value value) {
      member(walk, key, value);
    });
    if (walk.broken()) return Outcome::bad_json;
    const auto id = text::normalise_openalex(id_);
    if (!id) return Outcome::no_id;
    text::Doi found = text::doi_registry(doi_);
    if (found.status == text::DoiStatus::none)
      found = text::doi_registry(ids_doi_);
    if (found.status == text::DoiStatus::too_long) return Outcome::doi_too_long;
    if (!found.usable()) return Outcome::no_doi;
    if (is_xpac_ && options_.xpac == Xpac::drop) return Outcome::xpac;
    if (found.status == text::DoiStatus::over_255) {
      walk.counters().add("doi_over_255");
    }
    doi = found.doi;
    append(*id, doi, walk.counters(), rows);
    return Outcome::kept;
  }

 private:
  void clear() {
    id_ = doi_ = ids_doi_ = mag_ = pmid_ = pmcid_ = title_ = display_name_ = {};
    abstract_ = type_ = date_ = updated_ = venue_ = raw_venue_ = language_ = {};
    inverted_.clear();
    year_ = 0;
    is_xpac_ = false;
    authors_.clear();
    institutions_.clear();
    funders_.clear();
    funder_ids_.clear();
    awards_.clear();
  }

  void member(JsonWalk& walk, Key key, ondemand::value value) {
    if (key == "id") {
      id_ = walk.text(key, value);
    } else if (key == "doi") {
      doi_ = walk.text(key, value);
    } else if (key == "title") {
      title_ = walk.text(key, value);
    } else if (key == "display_name") {
      display_name_ = walk.text(key, value);
    } else if (key == "abstract_inverted_index") {
      inverted_.read(walk, value);
    } else if (key == "abstract") {
      abstract_ = walk.text(key, value);
    } else if (key == "type") {
      type_ = walk.text(key, value);
    } else if (key == "publication_date") {
      date_ = walk.text(key, value);
    } else if (key == "publication_year") {
      year_ = walk.integer(key, value, 0);
    } else if (key == "updated_date") {
      updated_ = walk.text(key, value);
    } else if (key == "is_xpac") {
      is_xpac_ = walk.truth(key, value);
    } else if (key == "ids") {
      read_ids(walk, value);
    } else if (key == "primary_location") {
      read_location(walk, value);
    } else if (key == "authorships") {
      walk.array(key, value,
                 [&](ondemand::value item) { read_authorship(walk, item); });
    } else if (key == "funders") {
      walk.array(key, value,
                 [&](ondemand::value item) { read_funder(walk, item); });
    } else if (key == "awards") {
      walk.array(key, value,
                 [&](ondemand::value item) { read_award(walk, item); });
    } else if (key == "grants") {
      walk.array(key, value,
                 [&](ondemand::value item) { read_grant(walk, item); });
    } else if (key == "language") {
      language_ = walk.text(key, value);
    }
  }

  void read_ids(JsonWalk& walk, ondemand::value value) {
    walk.object("ids", value, [&](Key key, ondemand::value id) {
      if (key == "doi") ids_doi_ = walk.text("ids.doi", id);
      if (key == "mag") mag_ = walk.text("ids.mag", id);
      if (key == "pmid") pmid_ = walk.text("ids.pmid", id);
      if (key == "pmcid") pmcid_ = walk.text("ids.pmcid", id);
    });
  }

  void read_location(JsonWalk& walk, ondemand::value value) {
    walk.object("primary_location", value, [&](Key key, ondemand::value part) {
      if (key == "raw_source_name") {
        raw_venue_ = walk.text("raw_source_name", part);
      } else if (key == "source") {
        walk.object("source", part, [&](Key name, ondemand::value v) {
          if (name == "display_name") {
            venue_ = walk.text("source.display_name", v);
          }
        });
      }
    });
  }

  void read_authorship(JsonWalk& walk, ondemand::value value) {
    std::string_view name, raw_name, orcid, raw_orcid;
    walk.object("authorships", value, [&](Key key, ondemand::value part) {
      if (key == "author") {
        walk.named("author", part,
                   [&](std::string_view field, ondemand::value v) {
                     if (field == "display_name" || field == "name")
                       name = walk.text("author.display_name", v);
                     if (field == "orcid") orcid = walk.text("author.orcid", v);
                   });
      } else if (key == "raw_author_name") {
        raw_name = walk.text("raw_author_name", part);
      } else if (key == "raw_orcid") {
        raw_orcid = walk.text("raw_orcid", part);
      } else if (key == "institutions") {
        walk.array("institutions", part,
                   [&](ondemand::value item) { read_institution(walk, item); });
      }
    });
    if (walk.broken()) return;
    model::Author author;
    author.orcid = checked_orcid(orcid, walk.counters());
    if (!author.orcid) author.orcid = checked_orcid(raw_orcid, walk.counters());
    if (name.empty()) name = raw_name;
    if (!author.orcid && is_organisation(name)) {
      walk.counters().add("name_org");
      // `,LAGEP, Université de Lyon`: an address among the authors.
      name.remove_prefix(std::min(name.find_first_not_of(", "), name.size()));
      add_institution(walk, name, {});
      return;
    }
    auto parsed = text::parse_name({{}, {}, {}, name});
    if (parsed) {
      author.name = *std::move(parsed);
    } else {
      if (!name.empty()) walk.counters().add("name_placeholder");
      if (!author.orcid) return;
    }
    authors_.add(std::move(author));
  }

  void read_institution(JsonWalk& walk, ondemand::value value) {
    std::string_view name, ror;
    walk.named("institutions", value, [&](Key key, ondemand::value part) {
      if (key == "display_name" || key == "name")
        name = walk.text("institutions.display_name", part);
      if (key == "ror") ror = walk.text("institutions.ror", part);
    });
    add_institution(walk, name, ror);
  }

  void add_institution(JsonWalk& walk, std::string_view name,
                       std::string_view ror) {
    model::Organisation item{clean_label(name, walk.counters()),
                             checked_ror(ror, walk.counters())};
    if (item.name || item.ror) institutions_.add(std::move(item));
  }

  void add_funder(Funder funder) {
    if (!funder.id && !funder.display_name && !funder.ror) return;
    if (funder.id && !funder_ids_.add(*funder.id)) return;
    funders_.add(std::move(funder));
  }

  void read_funder(JsonWalk& walk, ondemand::value value) {
    std::string_view id, name, ror;
    walk.named("funders", value, [&](Key key, ondemand::value part) {
      if (key == "id")
        id = walk.text("funders.id", part);
      else if (key == "display_name" || key == "name")
        name = walk.text("funders.display_name", part);
      else if (key == "ror")
        ror = walk.text("funders.ror", part);
      else
        walk.unknown_key("funders", key);
    });
    add_funder({text::normalise_openalex(id, "F"),
                clean_label(name, walk.counters()),
                checked_ror(ror, walk.counters())});
  }

  void read_award(JsonWalk& walk, ondemand::value value) {
    std::string_view id, name, number, funder, funder_name, doi;
    walk.object("awards", value, [&](Key key, ondemand::value part) {
      if (key == "id")
        id = walk.text("awards.id", part);
      else if (key == "display_name")
        name = walk.text("awards.display_name", part);
      else if (key == "funder_award_id")
        number = walk.text("awards.funder_award_id", part);
      else if (key == "funder_id")
        funder = walk.text("awards.funder_id", part);
      else if (key == "funder_display_name")
        funder_name = walk.text("awards.funder_display_name", part);
      else if (key == "doi")
        doi = walk.text("awards.doi", part);
      else
        walk.unknown_key("awards", key);
    });
    Award award{text::normalise_openalex(id, "G"),
                clean_label(name, walk.counters()),
                std::nullopt,
                text::normalise_openalex(funder, "F"),
                clean_label(funder_name, walk.counters()),
                std::nullopt};
    if (const auto found = text::doi_text(doi, text::DoiField::typed);
        found.usable()) {
      award.doi = found.doi;
    }
    add_award(walk, award, number);
  }

  void add_award(JsonWalk& walk, const Award& award, std::string_view number) {
    const auto pieces = award_pieces(number, walk.counters());
    if (pieces.empty()) {
      walk.counters().add("funder_without_award");
      if (award != Award{}) awards_.add(award);
      return;
    }
    for (const auto& piece : pieces) {
      Award one = award;
      one.funder_award_id = piece;
      awards_.add(std::move(one));
    }
  }

  void read_grant(JsonWalk& walk, ondemand::value value) {
    std::string_view funder, name, number;
    walk.object("grants", value, [&](Key key, ondemand::value part) {
      if (key == "funder")
        funder = walk.text("grants.funder", part);
      else if (key == "funder_display_name")
        name = walk.text("grants.funder_display_name", part);
      else if (key == "award_id")
        number = walk.text("grants.award_id", part);
      else
        walk.unknown_key("grants", key);
    });
    const auto id = text::normalise_openalex(funder, "F");
    const auto label = clean_label(name, walk.counters());
    add_funder({id, label, std::nullopt});
    Award award;
    award.funder_id = id;
    award.funder_display_name = label;
    if (!number.empty()) add_award(walk, award, number);
  }

  std::optional<std::string> abstract_text(Counters& counters) {
    return clean_abstract(inverted_.empty() ? abstract_ : inverted_.text(),
                          counters);
  }

  // …-01-01 is nearly always a year in disguise.
  std::optional<DateInterval> date(Counters& counters) {
    auto date =
        checked_date(date_, "publication_date", options_.run_year, counters);
    if (!date && year_ != 0) {
      date = text::date_from_parts(year_, 0, 0);
      if (date) date = text::plausible(*date, options_.run_year);
      return date;
    }
    if (date && date->precision == text::Precision::day) {
      const auto day = text::from_day(date->first);
      if (day.month == 1 && day.day == 1) {
        return text::date_from_parts(day.year, 0, 0);
      }
    }
    return date;
  }

  void append(const std::string& id, const std::string& doi, Counters& counters,
              sql::TableBuffer& rows) {
    rows.column(0).append_text(id);
    rows.column(1).append_text(doi);
    rows.column(2).append_bool(is_xpac_);
    append_ids(id, doi, rows.column(3));
    auto title = clean_title(title_, counters);
    if (!title) title = clean_title(display_name_, counters);
    rows.column(4).append_maybe(title);
    rows.column(5).append_maybe(abstract_text(counters));
    const std::string type = text::to_lower(text::trim(type_));
    rows.column(6).append_maybe(type.empty() ? std::nullopt
                                             : std::optional(type));
    append_date(rows.column(7), rows.column(14), rows.column(15),
                date(counters));
    append_instant(rows.column(8), text::parse_instant(updated_));
    auto venue = clean_label(venue_, counters);
    if (!venue && !is_address(raw_venue_))
      venue = clean_label(raw_venue_, counters);
    rows.column(9).append_maybe(venue);
    append_authors(rows.column(10), authors_.items());
    append_organisations(rows.column(11), institutions_.items());
    append_funders(rows.column(12));
    append_awards(rows.column(13));
    rows.column(16).append_maybe(language_code(language_));
    rows.column(17).append_int(text::doi_bucket(doi));
    rows.end_row();
  }

  void append_ids(const std::string& id, const std::string& doi, Column& ids) {
    auto pmcid = text::normalise_pmcid(pmcid_);
    if (!pmcid) pmcid = text::normalise_pmcid(pmid_);
    ids.append_struct();
    ids.at(0).append_text(doi);
    ids.at(1).append_maybe(text::normalise_mag(mag_));
    ids.at(2).append_text(id);
    ids.at(3).append_maybe(text::normalise_pmid(pmid_));
    ids.at(4).append_maybe(pmcid);
  }

  void append_funders(Column& column) {
    column.begin_list();
    for (const auto& funder : funders_) {
      Column& item = column.element();
      item.append_struct();
      item.at(0).append_maybe(funder.id);
      item.at(1).append_maybe(funder.display_name);
      item.at(2).append_maybe(funder.ror);
    }
    column.end_list();
  }

  void append_awards(Column& column) {
    column.begin_list();
    for (const auto& award : awards_) {
      Column& item = column.element();
      item.append_struct();
      item.at(0).append_maybe(award.id);
      item.at(1).append_maybe(award.display_name);
      item.at(2).append_maybe(award.funder_award_id);
      item.at(3).append_maybe(award.funder_id);
      item.at(4).append_maybe(award.funder_display_name);
      item.at(5).append_maybe(award.doi);
    }
    column.end_list();
  }

  ReaderOptions options_;
  sql::Schema schema_;
  std::string_view id_, doi_, ids_doi_, mag_, pmid_, pmcid_, title_,
      display_name_, abstract_, type_, date_, updated_, venue_, raw_venue_,
      language_;
  std::int64_t year_ = 0;
  bool is_xpac_ = false;
  InvertedAbstract inverted_;
  DistinctItems<model::Author> authors_;
  DistinctItems<model::Organisation> institutions_;
  DistinctItems<Funder> funders_;
  DistinctItems<std::string> funder_ids_;
  DistinctItems<Award> awards_;
};

}  // namespace

std::unique_ptr<Reader> openalex_reader(const ReaderOptions& options) {
  return std::make_unique<OpenAlexReader>(options);
}

}  // namespace dmp::ingest
