#include "synth/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// DataCite JSON:API records, as in the monthly data file.

namespace dmp::synth {
namespace {

using namespace std::string_view_literals;

// nameType of the creators: all marked, absent, or null. With no type some
// records give the name in one text only.
enum class Marking : std::uint8_t { personal, absent, absent_one_text, null };

class DataCiteRecord {
 public:
  DataCiteRecord(Record record, std::string& out)
      : record_(record),
        work_(record_.work),
        random_(record_.random),
        json_(out) {
    marking_ = Marking::personal;
    if (random_.chance(record_.world.knobs().no_name_type))
      marking_ = static_cast<Marking>(1 + random_.below(3));
    // Registration is often years after publication.
    registered_ = std::min(
        work_.date + (random_.below(2) == 0 ? 1 : random_.between(100, 2500)),
        record_.world.today() - 1);
  }

  void write() {
    json_.begin_object().member("id", work_.doi).member("type", "dois");
    json_.key("attributes")
        .begin_object()
        .member("doi", work_.doi)
        .key("identifiers")
        .begin_array()
        .end_array();
    write_creators();
    write_titles();
    write_publisher();
    write_year();
    write_subjects();
    write_contributors();
    write_dates();
    json_.key("language");
    if (random_.below(6) == 0)
      json_.value(
          random_.pick(std::array{"en"sv, "eng"sv, "en-US"sv, "English"sv}));
    else
      json_.null();
    write_types();
    write_relations();
    json_.key("version").null();
    write_rights();
    write_descriptions();
    write_funding();
    json_.member("url", "https://repository.example.org/" + work_.doi)
        .member("schemaVersion", "http://datacite.org/schema/kernel-4");
    json_.member("isActive", true).member("state", "findable");
    json_.member("created", stamp(registered_))
        .member("registered", stamp(registered_))
        .key("published")
        .null();
    json_.member("updated",
                 stamp(std::min(registered_ + 200, record_.world.today())));
    json_.end_object();
    json_.key("relationships")
        .raw(R"({"client":{"data":{"id":"example.repo","type":"clients"}}})")
        .end_object();
  }

 private:
  bool odd(Oddity oddity) const { return record_.is(oddity); }
  static std::string stamp(text::Day day) {
    return text::format_day(day) + "T07:08:09.000Z";
  }

  // A list; with the oddities: null, or its only member without the list.
  template <class Members>
  void list(std::string_view name, std::size_t count, bool may_be_null,
            Members members) {
    json_.key(name);
    if (odd(Oddity::dc_nulls) && count == 0 && may_be_null) {
      json_.null();
    } else if (odd(Oddity::dc_objects) && count == 1) {
      members();
    } else {
      json_.begin_array();
      members();
      json_.end_array();
    }
  }

  void write_affiliation(std::uint32_t number, bool text) {
    const Organisation& org = record_.world.organisations()[number];
    const std::string_view name = org_text(record_.world, number, random_);
    if (text) {
      json_.value(name);
      return;
    }
    json_.begin_object().member("name", name);
    if (!random_.chance(record_.world.knobs().org_unidentified)) {
      json_.member("schemeUri", "https://ror.org")
          .member("affiliationIdentifier", "https://ror.org/" + org.ror);
      json_.member("affiliationIdentifierScheme", "ROR");
    }
    json_.end_object();
  }

  void write_creator(const Author& author, bool text_affiliations) {
    const std::string given = given_text(work_, author),
                      family = family_text(work_, author);
    json_.begin_object().member("name",
                                given.empty() ? family : family + ", " + given);
    if (marking_ == Marking::personal) json_.member("nameType", "Personal");
    if (marking_ == Marking::null) json_.key("nameType").null();
    if (marking_ != Marking::absent_one_text)
      json_.member("givenName", given).member("familyName", family);
    list("affiliation", author.institutions.size(), true, [&] {
      for (const std::uint32_t org : author.institutions)
        write_affiliation(org, text_affiliations);
    });
    json_.key("nameIdentifiers").begin_array();
    if (!author.orcid.empty() && random_.below(10) < 7) {
      const bool bare = random_.below(4) == 0;
      json_.begin_object()
          .member("schemeUri", "https://orcid.org")
          .member("nameIdentifier",
                  (bare ? "" : "https://orcid.org/") + author.orcid);
      json_.member("nameIdentifierScheme", "ORCID").end_object();
    }
    json_.end_array().end_object();
  }

  void write_creators() {
    const bool text_affiliations = random_.below(3) != 0;
    json_.key("creators").begin_array();
    if (odd(Oddity::dc_placeholder))
      json_.raw(
          R"j({"name":"(:Unav)","affiliation":[],"nameIdentifiers":[]})j");
    if (odd(Oddity::dc_placeholder)) json_.raw(R"({"name":"[S.N.]"})");
    for (const Author& author : work_.authors)
      write_creator(author, text_affiliations);
    if (odd(Oddity::dc_group_creator)) {
      const Organisations& all = record_.world.organisations();
      const Organisation& org =
          all[static_cast<std::uint32_t>(work_.slot % all.size())];
      json_.begin_object()
          .member("name", org.name)
          .member("nameType", "Organizational")
          .key("affiliation")
          .begin_array()
          .end_array()
          .end_object();
      json_.begin_object()
          .member("name", "The " + org.city + " Survey Consortium")
          .key("affiliation")
          .begin_array()
          .value(org.name)
          .end_array()
          .end_object();
    }
    json_.end_array();
  }

  void write_titles() {
    std::string title = work_.title;
    if (odd(Oddity::dc_control_characters))
      title += " soft\u00ADhyphen \u2028line";
    list("titles", odd(Oddity::dc_abstract_later) ? 2 : 1, false, [&] {
      if (odd(Oddity::dc_abstract_later))
        json_.begin_object()
            .member("title", "Ein Untertitel")
            .member("titleType", "Subtitle")
            .member("lang", "de")
            .end_object();
      json_.begin_object().member("title", title).end_object();
    });
  }

  void write_publisher() {
    const std::string venue = venue_of(record_.world, work_);
    json_.key("publisher");
    if (odd(Oddity::dc_placeholder))
      json_.value("(:unav)");
    else if (odd(Oddity::dc_text_publisher))
      json_.begin_object()
          .member("name", venue)
          .member("publisherIdentifierScheme", "ROR")
          .end_object();
    else
      json_.value(venue);
    json_.key("container").begin_object();
    if (random_.below(5) == 0)
      json_.member("type", "DataRepository").member("title", venue);
    json_.end_object();
  }

  void write_year() {
    const int year = text::from_day(work_.date).year;
    json_.key("publicationYear");
    if (odd(Oddity::dc_buddhist_year))
      json_.value(year + 543);
    else if (odd(Oddity::dc_odd_year) && random_.below(2) == 0)
      json_.value(fmt::format("{}", year));
    else if (odd(Oddity::dc_odd_year))
      json_.value(0);
    else
      json_.value(year);
  }

  void write_subjects() {
    list("subjects", odd(Oddity::dc_nulls) ? 0 : 1, true, [&] {
      if (!odd(Oddity::dc_nulls))
        json_.begin_object()
            .member("subject",
                    record_.world.vocabulary().word(work_.slot % 900))
            .end_object();
    });
  }

  void write_contributors() {
    const bool manager = random_.below(6) == 0 && !work_.authors.empty();
    list("contributors", manager ? 1 : 0, true, [&] {
      if (!manager) return;
      const Author& author = work_.authors.back();
      json_.begin_object().member("name", family_text(work_, author) + ", " +
                                              given_text(work_, author));
      json_.member("contributorType",
                   random_.pick(std::array{"DataManager"sv, "ContactPerson"sv,
                                           "ProjectLeader"sv, "Other"sv}));
      json_.key("affiliation").begin_array();
      for (const std::uint32_t org : author.institutions)
        write_affiliation(org, true);
      json_.end_array()
          .key("nameIdentifiers")
          .begin_array()
          .end_array()
          .end_object();
    });
  }

  void write_date(std::string_view type, std::string_view date) {
    json_.begin_object()
        .member("date", date)
        .member("dateType", type)
        .end_object();
  }

  std::string issued() const {
    const text::YearMonthDay day = text::from_day(work_.date);
    if (work_.date_form == DateForm::year)
      return fmt::format(
          "{}", odd(Oddity::dc_buddhist_year) ? day.year + 543 : day.year);
    if (work_.date_form == DateForm::month)
      return fmt::format("{}-{:02}", day.year, day.month);
    if (odd(Oddity::dc_odd_dates) && work_.slot % 2 == 0)
      return fmt::format("{} March {}", day.day % 28 + 1, day.year);
    return text::format_day(work_.date);
  }

  void write_dates() {
    const bool year_only = work_.date_form == DateForm::year;
    const bool available = year_only && random_.below(2) == 0;
    const bool others = odd(Oddity::dc_odd_dates);
    list("dates", 1u + (available ? 1 : 0) + (others ? 4 : 0), false, [&] {
      if (others) {
        write_date("Collected", "P3Y");
        write_date("Collected", "2018/2019");
        write_date("Valid", "12:30");
        write_date("Other", "unknown");
      }
      write_date("Issued", issued());
      if (available) write_date("Available", text::format_day(work_.date));
    });
  }

  void write_types() {
    struct Types {
      std::string_view general, specific, citeproc;
    };
    Types types{"Other", "", "article"};
    switch (work_.type) {
      case WorkType::dataset:
        types = {"Dataset", "Dataset", "dataset"};
        break;
      case WorkType::software:
        types = {"Software", "Code", "article"};
        break;
      case WorkType::preprint:
        types = random_.below(3) == 0 ? Types{"Text", "Preprint", "article"}
                                      : Types{"Preprint", "", "article"};
        break;
      case WorkType::report:
        types = {"Report", "Technical Report", "report"};
        break;
      case WorkType::thesis:
        types = random_.below(2) == 0
                    ? Types{"Text", "Doctoral Thesis", "article"}
                    : Types{"Dissertation", "Thesis", "thesis"};
        break;
      default:
        break;
    }
    json_.key("types")
        .begin_object()
        .member("resourceTypeGeneral", types.general)
        .member("citeproc", types.citeproc);
    if (!types.specific.empty()) json_.member("resourceType", types.specific);
    json_.end_object();
  }

  void write_related(std::string_view relation, std::string_view type,
                     std::string_view identifier) {
    json_.begin_object()
        .member("relationType", relation)
        .member("relatedIdentifier", identifier)
        .member("relatedIdentifierType", type)
        .end_object();
  }

  std::string related_doi(const std::string& doi) {
    if (!odd(Oddity::dc_doi_forms)) return doi;
    switch (random_.below(4)) {
      case 0:
        return "doi:" + doi;
      case 1:
        return "\n      " + doi + "\n    ";
      case 2:
        return "https://doi.org/" + doi + "?utm=x";
      default:
        return doi + ".";
    }
  }

  void write_relations() {
    json_.key("relatedIdentifiers").begin_array();
    for (const Relation& relation : work_.relations)
      write_related(relation.kind == RelationKind::preprint_of
                        ? "IsVersionOf"
                        : "IsSupplementTo",
                    "DOI", related_doi(relation.doi));
    if (random_.below(4) == 0)
      write_related("References", "DOI",
                    fmt::format("10.5555/cited.{}", random_.below(100'000)));
    if (odd(Oddity::dc_doi_forms)) {
      write_related("IsPartOf", "URL", "https://repo.example.org/collection/7");
      write_related("IsIdenticalTo", "DOI", work_.doi);
      write_related("IsPartOf", "ISSN", "0000-0000");
    }
    json_.end_array();
  }

  void write_rights() {
    list("rightsList", 1, false, [&] {
      json_.begin_object()
          .member("rights", "Creative Commons Attribution 4.0 International")
          .member("rightsIdentifier", "cc-by-4.0")
          .end_object();
    });
  }

  void write_description(std::string_view type, std::string_view text) {
    json_.begin_object()
        .member("description", text)
        .member("descriptionType", type)
        .end_object();
  }

  void write_descriptions() {
    const bool later = odd(Oddity::dc_abstract_later);
    const bool shown = !work_.abstract.empty();
    std::string abstract = work_.abstract;
    if (odd(Oddity::dc_markup))
      abstract = escape_xml(abstract) +
                 "<br>Particles <20μm &amp; CO<sub>2</sub> &amp;lt;i&amp;gt; p "
                 "&lt; 0.05";
    list("descriptions", (later ? 2u : 0u) + (shown ? 1 : 0), true, [&] {
      if (later) write_description("Other", "15 pages, 3 figures");
      if (later) write_description("SeriesInformation", "Example Series 12");
      if (!shown) return;
      if (odd(Oddity::dc_control_characters))
        json_.begin_object()
            .member("descriptionType", "Abstract")
            .key("description")
            .raw(odd_text(abstract))
            .end_object();
      else
        write_description("Abstract", abstract);
    });
  }

  // Escapes that are right JSON but no right text.
  static std::string odd_text(std::string_view text) {
    std::string json = json_string(text);
    json.insert(json.size() - 1, R"(\u0000 \ud800 \u2028 \u202e end)");
    return json;
  }

  void write_funding_reference(const Funding& funding) {
    const Organisation& org = record_.world.organisations()[funding.funder];
    json_.begin_object().member("funderName", org.name);
    if (!random_.chance(record_.world.knobs().funder_unidentified)) {
      const bool fundref = !org.fundref.empty() && random_.below(3) != 0;
      const std::string_view before =
          random_.below(8) == 0 ? "10.13039/"sv : "https://doi.org/10.13039/"sv;
      json_.member("funderIdentifier", fundref
                                           ? std::string(before) + org.fundref
                                           : "https://ror.org/" + org.ror);
      json_.member("funderIdentifierType",
                   fundref ? "Crossref Funder ID" : "ROR");
    }
    const bool european =
        org.style == AwardStyle::european && !work_.mangled_award;
    if (funding.award.empty()) {
      // nothing to say
    } else if (european && odd(Oddity::dc_award_uri)) {
      json_.member("awardUri",
                   fmt::format("info:eu-repo/grantAgreement/EC/H2020/{}/",
                               funding.award));
    } else if (odd(Oddity::dc_award_uri)) {
      json_.member(
          "awardNumber",
          funding.award + "; " + make_award(AwardStyle::digits, work_.key));
    } else {
      json_.member("awardNumber", funding.award);
    }
    json_.end_object();
  }

  void write_funding() {
    list("fundingReferences", work_.funding.size(), true, [&] {
      for (const Funding& funding : work_.funding)
        write_funding_reference(funding);
    });
  }

  Record record_;
  const Work& work_;
  Random& random_;
  JsonWriter json_;
  Marking marking_ = Marking::personal;
  text::Day registered_ = 0;
};

}  // namespace

void append_datacite(Record record, std::string& out) {
  DataCiteRecord(record, out).write();
  out += '\n';
}

}  // namespace dmp::synth
