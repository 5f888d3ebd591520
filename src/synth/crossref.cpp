#include "synth/records.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// Crossref REST records, as in the public data file.

namespace dmp::synth {
namespace {

class CrossrefRecord {
 public:
  CrossrefRecord(Record record, std::string& out)
      : record_(record),
        work_(record_.work),
        random_(record_.random),
        aside_(record_.aside()),
        json_(out) {}

  // The record; a stray has no DOI.
  void write() {
    json_.begin_object();
    if (odd(Oddity::cr_wrapped_numbers))
      json_.key("_id")
          .begin_object()
          .member("$oid", fmt::format("{:024x}", work_.slot))
          .end_object();
    write_stamp("indexed", work_.date + 500, true);
    json_.member("reference-count", static_cast<int>(random_.below(80)))
        .member("publisher", "Example Press");
    if (odd(Oddity::cr_nulls)) json_.key("license").null();
    apart([&] { write_funders(); });
    if (!odd(Oddity::cr_stray_no_doi))
      json_.member("DOI", work_.doi)
          .member("URL", "http://dx.doi.org/" + work_.doi);
    write_type();
    write_stamp("created", work_.date + 3, true);
    json_.member("page", fmt::format("{0}-{0}7", random_.below(900)))
        .member("source", "Crossref");
    json_.member("is-referenced-by-count",
                 static_cast<int>(random_.skewed(50)));
    write_title();
    json_.member("prefix", "10.5555")
        .member("volume", fmt::format("{}", 1 + random_.below(120)));
    apart([&] { write_authors(); });
    json_.member("member", "9999");
    write_container();
    const bool english = random_.below(5) == 0;
    if (odd(Oddity::cr_bad_language))
      json_.member("language", "aa");
    else if (english)
      json_.member("language", "en");
    if (!odd(Oddity::cr_no_date_time) || aside_.below(2) == 0)
      write_stamp("deposited", work_.date + 30, !odd(Oddity::cr_no_date_time));
    json_.member("score", 1.0);
    if (odd(Oddity::cr_several_titles))
      json_.key("subtitle").begin_array().value("A subtitle").end_array();
    write_issue_dates();
    write_abstract();
    write_relations();
    json_.key("ISSN")
        .begin_array()
        .value("0000-0000")
        .end_array()
        .member("references-count", 0)
        .end_object();
  }

 private:
  bool odd(Oddity oddity) const { return record_.is(oddity); }

  // A part of the record draws from a stream of its own: what it holds does not
  // show in the parts after it.
  template <class Part>
  void apart(Part part) {
    const Random rest(random_.next());
    part();
    random_ = rest;
  }

  void write_parts(text::Day day, DateForm form) {
    const text::YearMonthDay parts = text::from_day(day);
    json_.begin_object()
        .key("date-parts")
        .begin_array()
        .begin_array()
        .value(parts.year);
    if (form != DateForm::year) json_.value(parts.month);
    if (form == DateForm::day) json_.value(parts.day);
    json_.end_array().end_array();
  }

  void write_stamp(std::string_view name, text::Day day, bool date_time) {
    day = std::min(day, record_.world.today());
    json_.key(name);
    write_parts(day, DateForm::day);
    if (date_time)
      json_.member("date-time", text::format_day(day) + "T11:12:13Z");
    const std::int64_t millis = std::int64_t{day} * 86'400'000 + 40'333'000;
    if (odd(Oddity::cr_wrapped_numbers))
      json_.key("timestamp")
          .begin_object()
          .member("$numberLong", fmt::format("{}", millis))
          .end_object();
    else
      json_.member("timestamp", millis);
    json_.end_object();
  }

  void write_funder(const Funding& funding, std::string_view award) {
    const Organisation& org = record_.world.organisations()[funding.funder];
    Random random(random_.next());
    json_.begin_object();
    const bool identified =
        !org.fundref.empty() &&
        !random.chance(record_.world.knobs().funder_unidentified);
    if (identified)
      json_.member("DOI", (random.below(8) == 0 ? "http://dx.doi.org/10.13039/"
                                                : "10.13039/") +
                              org.fundref);
    json_.member("name", org.name);
    if (identified) json_.member("doi-asserted-by", "publisher");
    json_.key("award");
    if (odd(Oddity::cr_nulls)) {
      json_.null();
    } else {
      json_.begin_array();
      if (!award.empty()) json_.value(award);
      if (odd(Oddity::cr_award_fillers))
        json_.value("None").value("n/a").value("xxxxx").value("-").value("2");
      json_.end_array();
    }
    if (!award.empty() && (random.below(3) == 0 || odd(Oddity::cr_nulls)))
      json_.key("award-info")
          .begin_array()
          .begin_object()
          .key("award-number")
          .begin_array()
          .value(award)
          .end_array()
          .end_object()
          .end_array();
    if (odd(Oddity::cr_unknown_keys))
      json_.member("award-title", "?").member("country", "XX");
    if (identified && random.below(3) == 0) {
      json_.key("id")
          .begin_array()
          .begin_object()
          .member("id", "10.13039/" + org.fundref)
          .member("id-type", "DOI")
          .member("asserted-by", "publisher")
          .end_object();
      if (random.below(2) == 0)
        json_.begin_object()
            .member("id", "https://ror.org/" + org.ror)
            .member("id-type", "ROR")
            .end_object();
      json_.end_array();
    }
    json_.end_object();
  }

  // As publishers write numbers: several in one text, cut, in URLs.
  std::string award_text(const Funding& funding) {
    const bool cut = random_.below(4) == 0;
    if (funding.award.empty()) return {};
    const auto other = [&] {
      return make_award(AwardStyle::digits, work_.key);
    };
    if (odd(Oddity::cr_award_lists)) switch (work_.slot % 5) {
        case 0:
          return funding.award + " and " + other();
        case 1:
          return funding.award + ", " + other() + ",3";
        case 2:
          return "project no. " + funding.award;
        case 3:
          return "https://awards.example.org/show?AWD_ID=" + funding.award;
        default:
          return "-" + funding.award + ".; " + other();
      }
    return work_.mangled_award && cut ? funding.award + ", " + other()
                                      : funding.award;
  }

  // Funders that no plan of the world has.
  void write_odd_funders() {
    json_.raw(R"({"name":"Example Trust","award":[]})")
        .raw(R"({"DOI":"10.13039/501100000780x","name":"Example Fund"})")
        .raw(
            R"({"DOI":"https://doi.org/10.13039/501100099999","name":"Example Council","award":[]})")
        .raw(
            R"({"name":"Example Academy","id":[{"id":"https://ror.org/0abcdef12","id-type":"ROR"}]})");
  }

  void write_funders() {
    const bool shown = !work_.in_datacite || random_.below(10) < 8;
    const bool others = odd(Oddity::cr_funder_forms);
    if ((work_.funding.empty() || !shown) && !others) {
      if (odd(Oddity::cr_nulls)) json_.key("funder").null();
      return;
    }
    json_.key("funder").begin_array();
    if (shown)
      for (const Funding& funding : work_.funding)
        write_funder(funding, award_text(funding));
    if (others) write_odd_funders();
    json_.end_array();
  }

  void write_type() {
    if (odd(Oddity::cr_types) && work_.in_openalex) {
      constexpr std::array<std::string_view, 7> kRare{
          "component", "peer-review", "journal-issue", "proceedings-article",
          "standard",  "monograph",   "hologram"};
      json_.member("type", aside_.pick(kRare));
      return;
    }
    switch (work_.type) {
      case WorkType::preprint:
        json_.member("type", "posted-content").member("subtype", "preprint");
        return;
      case WorkType::chapter:
        json_.member("type", "book-chapter");
        return;
      case WorkType::report:
        json_.member("type", "report");
        return;
      case WorkType::thesis:
        json_.member("type", "dissertation");
        return;
      case WorkType::dataset:
        json_.member("type", "dataset");
        return;
      default:
        json_.member("type", "journal-article");
    }
  }

  void write_title() {
    if (odd(Oddity::cr_title_missing) && work_.in_openalex) {
      if (aside_.below(2) == 0) json_.key("title").begin_array().end_array();
      return;
    }
    std::string title = escape_xml(work_.title);
    if (odd(Oddity::cr_shouting)) title = text::to_upper(work_.title);
    if (odd(Oddity::cr_double_entities))
      title +=
          " &lt;scp&gt;DC&lt;/scp&gt; in H<sub>2</sub>O &amp;amp; more\n   ";
    json_.key("title");
    if (odd(Oddity::cr_title_text))
      json_.value(title);
    else if (odd(Oddity::cr_several_titles))
      json_.begin_array()
          .null()
          .value("  ")
          .value(title)
          .value("Zweiter Titel")
          .end_array();
    else
      json_.begin_array().value(title).end_array();
  }

  void write_author(const Author& author, bool first, bool affiliations) {
    const bool shouting = odd(Oddity::cr_shouting);
    const std::string given = given_text(work_, author),
                      family = family_text(work_, author);
    json_.begin_object();
    if (!author.orcid.empty() && random_.below(10) < 6)
      json_
          .member("ORCID", (random_.below(3) == 0 ? "https://orcid.org/"
                                                  : "http://orcid.org/") +
                               author.orcid)
          .member("authenticated-orcid", false);
    if (odd(Oddity::cr_name_in_family) && !given.empty()) {
      json_.member("family", given + " " + family);
      json_.member("sequence", first ? "first" : "additional").end_object();
      return;
    }
    if (!given.empty())
      json_.member("given", shouting ? text::to_upper(given) : given);
    json_.member("family", shouting ? text::to_upper(family) : family);
    if (shouting && aside_.below(4) == 0) json_.member("suffix", "Jr.");
    json_.member("sequence", first ? "first" : "additional")
        .key("affiliation")
        .begin_array();
    if (affiliations)
      for (const std::uint32_t org : author.institutions) {
        json_.begin_object().member(
            "name", fmt::format("{}, {}", org_text(record_.world, org, random_),
                                record_.world.organisations()[org].city));
        if (random_.below(12) == 0)
          json_.key("id")
              .begin_array()
              .begin_object()
              .member("id", "https://ror.org/" +
                                record_.world.organisations()[org].ror)
              .member("id-type", "ROR")
              .end_object()
              .end_array();
        json_.end_object();
      }
    json_.end_array().end_object();
  }

  void write_authors() {
    json_.key("author");
    if (odd(Oddity::cr_nulls) && work_.in_openalex) {
      json_.null();
      return;
    }
    const bool affiliations = !work_.in_openalex || random_.below(10) < 4;
    json_.begin_array();
    for (std::size_t i = 0; i < work_.authors.size(); ++i)
      write_author(work_.authors[i], i == 0, affiliations);
    if (odd(Oddity::cr_group_author)) {
      json_.begin_object()
          .member("name", "The Example Collaboration")
          .member("sequence", "additional")
          .key("affiliation")
          .begin_array()
          .end_array()
          .end_object();
      json_.begin_object()
          .member("sequence", "additional")
          .key("affiliation")
          .begin_array()
          .end_array()
          .end_object();
    }
    json_.end_array();
  }

  void write_container() {
    const std::string venue = venue_of(record_.world, work_);
    if (work_.type == WorkType::preprint) {
      json_.member("group-title", "Example Preprints");
      return;
    }
    json_.key("container-title");
    if (odd(Oddity::cr_container_text))
      json_.value(venue);
    else if (odd(Oddity::cr_two_containers) && work_.slot % 2 == 0)
      json_.begin_array().end_array();
    else if (odd(Oddity::cr_two_containers))
      json_.begin_array().value(venue).value("Lecture Notes").end_array();
    else
      json_.begin_array().value(venue).end_array();
  }

  void write_issue_dates() {
    json_.key("issued");
    if (odd(Oddity::cr_null_issued))
      json_.raw(R"({"date-parts":[[null]]})");
    else
      write_parts(work_.date, work_.date_form), json_.end_object();
    const std::string_view kind = work_.type == WorkType::preprint ? "posted"
                                  : random_.below(2) == 0 ? "published-print"
                                                          : "published-online";
    json_.key(kind);
    write_parts(work_.date, work_.date_form);
    json_.end_object();
    if (odd(Oddity::cr_odd_dates))
      json_.key("published")
          .raw(fmt::format(R"({{"date-parts":[[{},13,40]]}})",
                           text::from_day(work_.date).year))
          .key("approved")
          .raw(R"({"date-parts":[[0]]})")
          .key("accepted")
          .raw(R"({"date-parts":[[]]})");
  }

  void write_abstract() {
    const bool shown =
        !work_.in_openalex || random_.below(4) == 0 || odd(Oddity::cr_jats);
    if (work_.abstract.empty() || !shown) return;
    std::string jats;
    if (random_.below(2) == 0) jats = "<jats:title>Abstract</jats:title>";
    if (odd(Oddity::cr_jats))
      jats +=
          "<!-- c "
          "--><jats:sec><jats:title>Aim</jats:title><jats:p><![CDATA[a<b "
          "&]]> <jats:tex-math>\\alpha</jats:tex-math> "
          "<jats:ext-link xlink:href=\"x>y\">z</jats:ext-link></jats:p>"
          "</jats:sec>";
    jats += "<jats:p>" + escape_xml(work_.abstract);
    if (odd(Oddity::cr_double_entities))
      jats +=
          " CO<jats:sub>2</jats:sub> <mml:math><mml:mi>x</mml:mi> "
          "<mml:mo>=</mml:mo> <mml:mn>2</mml:mn></mml:math> &amp;lt;i&amp;gt;";
    json_.member("abstract", jats + "</jats:p>");
  }

  void write_relation(std::string_view type, std::string_view doi,
                      std::string_view by) {
    json_.key(type)
        .begin_array()
        .begin_object()
        .member("id-type", "doi")
        .member("id", doi)
        .member("asserted-by", by)
        .end_object()
        .end_array();
  }

  void write_relations() {
    if (odd(Oddity::cr_update_to))
      json_.key("update-to")
          .begin_array()
          .begin_object()
          .member("DOI", "10.5555/old")
          .member("type", "correction")
          .member("label", "Correction")
          .end_object()
          .end_array();
    if (work_.relations.empty() && !odd(Oddity::cr_odd_relations)) {
      if (random_.below(2) == 0)
        json_.key("relation").begin_object().end_object();
      return;
    }
    json_.key("relation").begin_object();
    for (const Relation& relation : work_.relations)
      write_relation(relation.kind == RelationKind::preprint_of
                         ? "is-preprint-of"
                         : "is-supplement-to",
                     relation.doi, "subject");
    if (odd(Oddity::cr_odd_relations)) {
      json_.key("cites").begin_array().end_array().key("has-review").null();
      json_.key("is-varient-form-of")
          .begin_object()
          .member("id-type", "uri")
          .member("id", "https://example.org/x")
          .end_object();
    }
    json_.end_object();
  }

  Record record_;
  const Work& work_;
  Random& random_;
  Random aside_;
  JsonWriter json_;
};

}  // namespace

void append_crossref(Record record, std::string& out) {
  CrossrefRecord(record, out).write();
  out += '\n';
}

void append_crossref_stray(Record record, std::string& out) {
  append_crossref(record, out);
}

}  // namespace dmp::synth
