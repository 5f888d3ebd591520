#include "synth/records.h"
#include "text/unicode.h"

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
  enum class Of : std::uint8_t { work, plan };
  DataCiteRecord(Record record, Of of, std::string& out)
      : of_(of),
        record_(record),
        work_(record_.work),
        random_(record_.random),
        aside_(record_.aside()),
        json_(out) {
    const Knobs& knobs = record_.world.knobs();
    const bool unmarked = random_.chance(knobs.no_name_type);
    const std::uint32_t how = 1 + random_.below(3);
    marking_ = unmarked ? static_cast<Marking>(how) : Marking::personal;
    if (odd(Oddity::dc_name_forms)) marking_ = Marking::absent_one_text;
    // Registration is often years after publication.
    const bool late = random_.chance(knobs.late_registration);
    const int later = random_.between(100, 2500);
    registered_ =
        std::min(work_.date + (late ? later : 1), record_.world.today() - 1);
  }

  void write() {
    json_.begin_object();
    write_doi("id");
    json_.member("type", "dois").key("attributes").begin_object();
    write_doi("doi");
    if (odd(Oddity::dc_slim) && work_.in_openalex)
      json_.member("state", "findable").member("updated", stamp(registered_));
    else
      write_attributes();
    json_.end_object()
        .key("relationships")
        .raw(R"({"client":{"data":{"id":"example.repo","type":"clients"}}})")
        .end_object();
  }

 private:
  void write_doi(std::string_view name) {
    if (odd(Oddity::dc_stray_no_doi))
      json_.key(name).null();
    else if (odd(Oddity::dc_stray_draft))
      json_.member(name, work_.doi + "-draft");
    else
      json_.member(name, work_.doi);
  }

  void write_attributes() {
    json_.key("identifiers").begin_array().end_array();
    apart([&] { write_creators(); });
    write_titles();
    apart([&] { write_publisher(); });
    write_year();
    write_subjects();
    apart([&] { write_contributors(); });
    write_dates();
    json_.key("language");
    if (random_.below(6) == 0)
      json_.value(
          random_.pick(std::array{"en"sv, "eng"sv, "en-US"sv, "English"sv}));
    else
      json_.null();
    apart([&] { write_types(); });
    apart([&] { write_relations(); });
    json_.key("version");
    if (odd(Oddity::dc_numbers))
      json_.value(2.5);
    else
      json_.null();
    write_rights();
    write_descriptions();
    write_funding();
    json_.member("url", "https://repository.example.org/" + work_.doi)
        .member("schemaVersion", "http://datacite.org/schema/kernel-4");
    json_.member("isActive", true)
        .member("state", odd(Oddity::dc_stray_draft) ? "draft" : "findable");
    json_.member("created", stamp(registered_))
        .member("registered", stamp(registered_))
        .key("published")
        .null();
    json_.member("updated",
                 stamp(std::min(registered_ + 200, record_.world.today())));
  }

  bool odd(Oddity oddity) const { return record_.is(oddity); }

  // A part of the record draws from a stream of its own: what it holds does not
  // show in the parts after it.
  template <class Part>
  void apart(Part part) {
    const Random rest(random_.next());
    part();
    random_ = rest;
  }
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
    if (text && !odd(Oddity::dc_affiliation_ids)) {
      json_.value(name);
      return;
    }
    json_.begin_object().member("name", name);
    if (odd(Oddity::dc_affiliation_ids)) {
      write_other_affiliation_id(org);
      json_.end_object();
      return;
    }
    if (!random_.chance(record_.world.knobs().org_unidentified)) {
      json_.member("schemeUri", "https://ror.org")
          .member("affiliationIdentifier", "https://ror.org/" + org.ror);
      json_.member("affiliationIdentifierScheme", "ROR");
    }
    json_.end_object();
  }

  void write_other_affiliation_id(const Organisation& org) {
    const auto write = [&](std::string_view id, std::string_view scheme) {
      json_.member("affiliationIdentifier", id)
          .member("affiliationIdentifierScheme", scheme);
    };
    if (work_.slot % 4 == 0 && !org.grid.empty())
      return write(org.grid, "GRID");
    if (work_.slot % 4 == 1 && !org.isni.empty())
      return write(org.isni, "ISNI");
    if (work_.slot % 4 == 2) return write(org.ror, "ror");
    write("edmo:3818", "OTHER");
  }

  // One text a name, as people type it.
  std::string name_text(const std::string& family, const std::string& given) {
    if (given.empty()) return family;
    std::string name = family + ", " + given;
    if (!odd(Oddity::dc_name_forms)) return name;
    switch (aside_.below(4)) {
      case 0:
        return text::to_upper(name);
      case 1:
        return name + ", 1879-1931";
      case 2:
        return name + " (PhD";
      default:
        return name + ", Verfasser";
    }
  }

  void write_creator(const Author& author, bool text_affiliations) {
    const std::string given = given_text(work_, author),
                      family = family_text(work_, author);
    json_.begin_object().member("name", name_text(family, given));
    if (marking_ == Marking::personal) json_.member("nameType", "Personal");
    if (marking_ == Marking::null) json_.key("nameType").null();
    if (marking_ != Marking::absent_one_text)
      json_.member("givenName", given).member("familyName", family);
    apart([&] {
      list("affiliation", author.institutions.size(), true, [&] {
        for (const std::uint32_t org : author.institutions)
          write_affiliation(org, text_affiliations);
      });
    });
    json_.key("nameIdentifiers").begin_array();
    if (odd(Oddity::dc_name_identifiers))
      json_
          .raw(
              R"({"nameIdentifier":"https://osf.io/https://osf.io/x1","nameIdentifierScheme":"OSF"})")
          .raw(R"({"nameIdentifier":null,"nameIdentifierScheme":"GND"})");
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
    if (odd(Oddity::dc_container))
      json_.member("type", work_.slot % 2 == 0 ? "Journal" : "Series")
          .member("title", "Example Proceedings");
    else if (random_.below(5) == 0)
      json_.member("type", "DataRepository").member("title", venue);
    json_.end_object();
  }

  void write_year() {
    const int year = text::from_day(work_.date).year;
    json_.key("publicationYear");
    if (odd(Oddity::dc_buddhist_year))
      json_.value(year + 543);
    else if (odd(Oddity::dc_odd_year) && aside_.below(2) == 0)
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
    if (odd(Oddity::dc_contributors)) {
      json_.key("contributors").begin_array();
      for (const std::string_view type :
           {"HostingInstitution"sv, "Funder"sv, "Sponsor"sv, "ResearchGroup"sv})
        json_.begin_object()
            .member("name", "University of Example " + std::string(type))
            .member("nameType", "Organizational")
            .member("contributorType", type)
            .end_object();
      json_.raw(R"({"name":"Editor, Example","contributorType":"Editor"})")
          .raw(
              R"({"name":"Helper, Example","affiliation":["Example Institute"]})")
          .end_array();
      return;
    }
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
    if (odd(Oddity::dc_no_types) && work_.in_openalex) {
      json_.key("types").raw(work_.slot % 2 == 0 ? "{}" : "null");
      return;
    }
    if (of_ == Of::plan)
      types = {"OutputManagementPlan", "Data Management Plan", "report"};
    else
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
    switch (aside_.below(4)) {
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
    if (odd(Oddity::dc_many_relations)) {
      write_related("References", "DOI", work_.doi);
      for (std::uint32_t i = 0; i < 510; ++i)
        write_related("References", "DOI", fmt::format("10.5555/list.{}", i));
    }
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
            .raw(text_with_controls(abstract))
            .end_object();
      else
        write_description("Abstract", abstract);
    });
  }

  // Other identifiers than Crossref's and ROR's.
  void write_other_funder_id(const Organisation& org) {
    const auto write = [&](std::string_view id, std::string_view type) {
      json_.member("funderIdentifier", id).member("funderIdentifierType", type);
    };
    if (work_.slot % 4 == 0 && !org.grid.empty())
      return write("https://www.grid.ac/institutes/" + org.grid, "GRID");
    if (work_.slot % 4 == 1 && !org.isni.empty())
      return write("https://isni.org/isni/" + org.isni, "ISNI");
    if (work_.slot % 4 == 2) return write(org.ror, "Crossref Funder ID");
    write("https://example.org/funder", "Other");
  }

  void write_funding_reference(const Funding& funding) {
    const Organisation& org = record_.world.organisations()[funding.funder];
    Random random(random_.next());
    json_.begin_object().member("funderName", org.name);
    if (odd(Oddity::dc_funder_ids)) {
      write_other_funder_id(org);
    } else if (!random.chance(record_.world.knobs().funder_unidentified)) {
      const bool fundref = !org.fundref.empty() && random.below(3) != 0;
      const std::string_view before =
          random.below(8) == 0 ? "10.13039/"sv : "https://doi.org/10.13039/"sv;
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
    } else if (odd(Oddity::dc_numbers) && is_number(funding.award)) {
      json_.key("awardNumber").raw(funding.award);
    } else {
      json_.member("awardNumber", funding.award);
    }
    if (odd(Oddity::dc_unknown_keys))
      json_.member("award_number", "?").member("grantee", "nobody");
    json_.end_object();
  }

  static bool is_number(std::string_view text) {
    return text.size() < 16 && text.front() != '0' &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
  }

  void write_funding() {
    list("fundingReferences", work_.funding.size(), true, [&] {
      for (const Funding& funding : work_.funding)
        write_funding_reference(funding);
    });
  }

  Of of_;
  Record record_;
  const Work& work_;
  Random& random_;
  Random aside_;
  JsonWriter json_;
  Marking marking_ = Marking::personal;
  text::Day registered_ = 0;
};

}  // namespace

void append_datacite(Record record, std::string& out) {
  DataCiteRecord(record, DataCiteRecord::Of::work, out).write();
  out += '\n';
}

void append_datacite_stray(Record record, std::string& out) {
  append_datacite(record, out);
}

void append_plan_record(const World& world, const Plan& plan,
                        std::string& out) {
  Work work;
  work.slot = plan.number;
  work.key = world.key(World::What::plan_says, plan.number);
  work.doi = plan.doi;
  work.title = plan.title;
  work.abstract = plan.description;
  work.authors = plan.authors;
  work.funding = plan.funding;
  work.date = plan.created;
  work.in_datacite = true;
  DataCiteRecord({world, work, {}, Random(child(work.key, 3))},
                 DataCiteRecord::Of::plan, out)
      .write();
  out += '\n';
}

}  // namespace dmp::synth
