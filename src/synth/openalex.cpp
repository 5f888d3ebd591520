#include "synth/inverted_index.h"
#include "synth/records.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

// OpenAlex works. Several generations of the schema live side by side: the
// older one has `grants`, no `is_xpac`, `funders`, `awards`.

namespace dmp::synth {
namespace {

enum class Generation : std::uint8_t { with_grants, with_awards, slim };

std::string_view openalex_type(WorkType type, Random& random) {
  switch (type) {
    case WorkType::paper:
      return random.below(12) == 0 ? "review" : "article";
    case WorkType::preprint:
      return "preprint";
    case WorkType::dataset:
      return "dataset";
    case WorkType::software:
      return random.below(2) == 0 ? "software" : "other";
    case WorkType::chapter:
      return "book-chapter";
    case WorkType::report:
      return "report";
    case WorkType::thesis:
      return "dissertation";
  }
  return "other";
}

class OpenAlexRecord {
 public:
  OpenAlexRecord(Record record, text::Day update, bool second, std::string& out)
      : record_(record),
        work_(record_.work),
        random_(record_.random),
        aside_(record_.aside()),
        json_(out),
        update_(update),
        second_(second) {
    const bool old = random_.chance(record_.world.knobs().old_generation);
    generation_ = old ? Generation::with_grants : Generation::with_awards;
    if (record_.is(Oddity::oa_slim)) generation_ = Generation::slim;
    if (work_.xpac || record_.is(Oddity::oa_raw_venue) ||
        record_.is(Oddity::oa_award_lists) ||
        record_.is(Oddity::oa_unknown_keys))
      generation_ = Generation::with_awards;
    number_ = 4'000'000'000 + work_.slot * 2 + (second ? 1 : 0);
  }

  // Beside the work's own record, under another number.
  void write_stray() {
    number_ += 3'000'000'000;
    if (!odd(Oddity::oa_stray_no_id)) generation_ = Generation::slim;
    write();
  }

  void write() {
    json_.begin_object();
    write_identity();
    write_place();
    apart([&] { write_authorships(); });
    json_.member("cited_by_count", static_cast<int>(random_.skewed(60)));
    json_.member("is_retracted", false).member("is_paratext", false);
    apart([&] { write_funding(); });
    write_abstract();
    write_dates();
    json_.end_object();
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

  std::string doi_text() {
    const std::string& doi = work_.doi;
    if (odd(Oddity::oa_stray_long_doi)) return doi + std::string(600, 'x');
    if (!odd(Oddity::oa_doi_form)) return "https://doi.org/" + doi;
    switch (aside_.below(3)) {
      case 0:
        return doi;
      case 1:
        return "https://doi.org/" + text::to_upper(doi);
      default:
        return "http://dx.doi.org/" + doi;
    }
  }

  std::string title_text() {
    if (!odd(Oddity::oa_entities)) return work_.title;
    return "<i>" + escape_xml(work_.title) + "</i> &amp;&#13; <b>more</b>";
  }

  void write_identity() {
    const std::string id = fmt::format("https://openalex.org/W{}", number_);
    const std::string title = title_text();
    const bool doi_below = odd(Oddity::oa_doi_form) && aside_.below(4) == 0 &&
                           generation_ != Generation::slim;
    if (odd(Oddity::oa_stray_no_id))
      json_.key("id").null();
    else
      json_.member("id", id);
    if (doi_below || odd(Oddity::oa_stray_no_doi))
      json_.key("doi").null();
    else
      json_.member("doi", doi_text());
    if (odd(Oddity::oa_no_title))
      json_.key("title").null();
    else if (odd(Oddity::oa_control_characters))
      json_.key("title").raw(text_with_controls(title));
    else
      json_.member("title", title);
    json_.member("display_name", title);
    write_year();
    apart([&] {
      if (generation_ != Generation::slim) write_ids(id);
    });
    json_.key("language");
    if (odd(Oddity::oa_bad_language))
      json_.value("klingon");
    else
      json_.value("en");
    const std::string_view type = openalex_type(work_.type, random_);
    json_.member("type", odd(Oddity::oa_unknown_type) ? "video-essay" : type);
  }

  void write_ids(const std::string& id) {
    json_.key("ids")
        .begin_object()
        .member("openalex", id)
        .member("doi", "https://doi.org/" + work_.doi);
    const bool pmc = odd(Oddity::oa_pmid_forms);
    const bool medical = work_.type == WorkType::paper && random_.below(3) == 0;
    if (medical && !pmc)
      json_.member("pmid", fmt::format("https://pubmed.ncbi.nlm.nih.gov/{}",
                                       90'000'000 + work_.slot));
    if (pmc && work_.slot % 2 == 0)
      json_.member("pmid", fmt::format("https://pubmed.ncbi.nlm.nih.gov/PMC{}",
                                       90'000'000 + work_.slot));
    else if (pmc)
      json_.member("pmcid",
                   fmt::format("https://www.ncbi.nlm.nih.gov/pmc/articles/{}",
                               90'000'000 + work_.slot));
    if (generation_ == Generation::with_grants) {
      const auto mag = static_cast<std::int64_t>(9'000'000'000 + work_.slot);
      if (odd(Oddity::oa_types))
        json_.member("mag", mag);
      else
        json_.member("mag", fmt::format("{}", mag));
    }
    json_.end_object();
  }

  void write_year() {
    const text::YearMonthDay day = text::from_day(work_.date);
    if (odd(Oddity::oa_types))
      json_.member("publication_year", fmt::format("{}", day.year));
    else
      json_.member("publication_year", day.year);
    if (generation_ == Generation::slim) return;
    if (odd(Oddity::oa_no_date)) {
      json_.key("publication_date");
      if (work_.slot % 2 == 0)
        json_.null();
      else
        json_.value("0000-00-00");
      return;
    }
    const bool invented = work_.date_form == DateForm::year;
    const bool month = work_.date_form == DateForm::month;
    json_.member("publication_date", text::format_day(text::to_day(
                                         day.year, invented ? 1 : day.month,
                                         invented || month ? 1 : day.day)));
  }

  void write_place() {
    const std::string venue = venue_of(record_.world, work_);
    json_.key("primary_location")
        .begin_object()
        .member("is_oa", true)
        .member("landing_page_url", "https://doi.org/" + work_.doi);
    if (random_.below(5) == 0 || odd(Oddity::oa_raw_venue)) {
      json_.key("source").null();
    } else {
      json_.key("source").begin_object().member(
          "id", fmt::format("https://openalex.org/S{}",
                            4'000'000'000 + work_.slot % 400));
      json_.member("display_name", venue)
          .key("issn_l")
          .null()
          .member("is_oa", false)
          .member("type", "journal")
          .end_object();
    }
    json_.key("license").null().key("version").null();
    if (generation_ == Generation::with_awards)
      json_.member("raw_source_name", venue);
    json_.end_object();
    json_.key("open_access")
        .raw(R"({"is_oa":true,"oa_status":"green","oa_url":null})");
  }

  void write_institution(std::uint32_t number) {
    const Organisation& org = record_.world.organisations()[number];
    json_.begin_object().member(
        "id", fmt::format("https://openalex.org/I{}", 4'100'000'000 + number));
    json_.member("display_name", org_text(record_.world, number, random_))
        .key("ror");
    const bool unidentified =
        random_.chance(record_.world.knobs().org_unidentified / 2);
    if (odd(Oddity::oa_bad_ror))
      json_.value(aside_.below(2) == 0
                      ? "https://ror.org/https://ror.org/" + org.ror
                      : "https://ror.org/0" + org.ror.substr(2) + "|");
    else if (unidentified)
      json_.null();
    else
      json_.value("https://ror.org/" + org.ror);
    json_.member("country_code", org.country_code)
        .member("type", org.kind)
        .end_object();
  }

  std::string name_text(const Author& author, std::size_t i) {
    const std::string given = given_text(work_, author),
                      family = family_text(work_, author);
    std::string name = given.empty() ? family : given + ' ' + family;
    if (!odd(Oddity::oa_name_forms) || given.empty()) return name;
    if (i % 4 == 0) return fmt::format("{} ({})", name, 10'000 + work_.slot);
    if (i % 4 == 1) return "Dr. " + name;
    if (i % 4 == 2) return family + ", " + given;
    for (std::size_t at = name.find('-'); at != std::string::npos;
         at = name.find('-', at))
      name.replace(at, 1, "\u2010");
    return name;
  }

  void write_author(const Author& author, std::size_t i, std::size_t count) {
    const std::string name = name_text(author, i);
    json_.begin_object().member("author_position", i == 0           ? "first"
                                                   : i + 1 == count ? "last"
                                                                    : "middle");
    json_.key("author").begin_object().member(
        "id", fmt::format("https://openalex.org/A{}",
                          5'000'000'000 + (author.person & 0xfffffffu)));
    json_.member("display_name", name).key("orcid");
    const bool only_raw = random_.below(40) == 0 && !author.orcid.empty() &&
                          generation_ == Generation::with_awards;
    if (odd(Oddity::oa_bad_orcid) && i == 0)
      json_.value(work_.slot % 2 == 0
                      ? "https://orcid.org/"
                      : "https://orcid.org/0000-0002-1825-0098");
    else if (author.orcid.empty() || only_raw)
      json_.null();
    else
      json_.value("https://orcid.org/" + author.orcid);
    json_.end_object().key("institutions").begin_array();
    for (const std::uint32_t org : author.institutions) write_institution(org);
    json_.end_array()
        .member("is_corresponding", i == 0)
        .member("raw_author_name", name);
    if (generation_ == Generation::with_awards) {
      json_.key("raw_orcid");
      if (author.orcid.empty())
        json_.null();
      else
        json_.value("https://orcid.org/" + author.orcid);
    }
    json_.key("raw_affiliation_strings").begin_array().end_array().end_object();
  }

  void write_authorships() {
    json_.key("authorships");
    if (odd(Oddity::oa_nulls) && work_.in_crossref) {
      json_.null();
      return;
    }
    json_.begin_array();
    // The second record of a DOI is an older, shorter reading.
    const std::size_t count =
        second_ ? std::min<std::size_t>(work_.authors.size(), 1)
                : work_.authors.size();
    for (std::size_t i = 0; i < count; ++i)
      write_author(work_.authors[i], i, count);
    if (odd(Oddity::oa_nulls))
      json_.begin_object()
          .key("author")
          .null()
          .key("institutions")
          .null()
          .end_object();
    json_.end_array();
  }

  static std::string funder_id(std::uint32_t funder) {
    return fmt::format("https://openalex.org/F{}", 4'320'000'000 + funder);
  }

  void write_grants() {
    json_.key("grants").begin_array();
    for (const Funding& funding : work_.funding) {
      json_.begin_object().member("funder", funder_id(funding.funder));
      json_
          .member("funder_display_name",
                  record_.world.organisations()[funding.funder].name)
          .key("award_id");
      if (funding.award.empty())
        json_.null();
      else
        json_.value(funding.award);
      json_.end_object();
    }
    json_.end_array();
  }

  std::string award_text(const Funding& funding) const {
    if (!odd(Oddity::oa_award_lists)) return funding.award;
    return funding.award + ", " + make_award(AwardStyle::digits, work_.key);
  }

  void write_awards() {
    json_.key("awards").begin_array();
    for (const Funding& funding : work_.funding) {
      if (funding.award.empty()) continue;
      json_.begin_object().member(
          "id", fmt::format("https://openalex.org/G{}",
                            mix(child(funding.funder, work_.slot)) >> 34));
      json_.key("display_name")
          .null()
          .member("funder_award_id", award_text(funding))
          .member("funder_id", funder_id(funding.funder));
      json_
          .member("funder_display_name",
                  record_.world.organisations()[funding.funder].name)
          .key("doi")
          .null();
      if (odd(Oddity::oa_unknown_keys)) json_.member("grant_number", "?");
      json_.end_object();
    }
    if (odd(Oddity::oa_award_lists))
      json_.begin_object()
          .member("id", "https://openalex.org/G7")
          .member("display_name", "An award without number")
          .key("funder_award_id")
          .null()
          .end_object();
    json_.end_array().key("funders").begin_array();
    for (const Funding& funding : work_.funding) {
      const Organisation& org = record_.world.organisations()[funding.funder];
      json_.begin_object()
          .member("id", funder_id(funding.funder))
          .member("display_name", org.name)
          .key("ror");
      if (random_.chance(record_.world.knobs().funder_unidentified / 2))
        json_.null();
      else
        json_.value("https://ror.org/" + org.ror);
      json_.end_object();
    }
    json_.end_array();
  }

  // Funding reaches OpenAlex in part; always when no other source has the work.
  void write_funding() {
    const bool alone = !work_.in_crossref && !work_.in_datacite;
    const bool shown = (alone || random_.below(100) < 60) && !second_;
    if (odd(Oddity::oa_nulls)) {
      json_.key("awards").null().key("funders").null();
    } else if (!shown || generation_ == Generation::slim) {
      if (generation_ == Generation::with_awards)
        json_.key("awards")
            .begin_array()
            .end_array()
            .key("funders")
            .begin_array()
            .end_array();
    } else if (generation_ == Generation::with_grants) {
      write_grants();
    } else {
      write_awards();
    }
    if (generation_ == Generation::with_awards)
      json_.member("is_xpac", work_.xpac);
    if (odd(Oddity::oa_nulls) && generation_ == Generation::with_grants)
      json_.key("is_xpac").null();
  }

  void write_abstract() {
    json_.key("abstract_inverted_index");
    if (work_.abstract.empty() || odd(Oddity::oa_plain_abstract)) {
      json_.null();
      if (odd(Oddity::oa_plain_abstract))
        json_.member("abstract", work_.abstract);
      return;
    }
    std::string marked;
    if (odd(Oddity::oa_entities))
      marked = "<p>Abstract</p> " + escape_xml(work_.abstract) +
               " &#13; p &lt; 0.05<br/>";
    thread_local InvertedIndex index;
    index.build(marked.empty() ? std::string_view(work_.abstract) : marked,
                odd(Oddity::oa_gaps) ? 17 : 0);
    thread_local std::string inverted;
    inverted.clear();
    index.write(odd(Oddity::oa_huge_position), inverted);
    if (odd(Oddity::oa_twin_positions))
      inverted.insert(inverted.size() - 1, R"(,"zz-twin":[0])");
    if (!odd(Oddity::oa_wrapped_index))
      json_.raw(inverted);
    else if (aside_.below(2) == 0)
      json_.value(inverted);
    else
      json_.begin_object()
          .member("IndexLength", 100)
          .key("InvertedIndex")
          .raw(inverted)
          .end_object();
  }

  void write_dates() {
    if (generation_ == Generation::slim) return;
    const std::string day = text::format_day(second_ ? update_ - 400 : update_);
    const std::uint32_t micros = random_.below(1'000'000);
    if (generation_ == Generation::with_grants)
      json_.member("updated_date", fmt::format("{}T{:02}:04:05.{:03}Z", day,
                                               micros % 24, micros % 1000));
    else
      json_.member("updated_date", fmt::format("{}T{:02}:04:05.{:06}", day,
                                               micros % 24, micros));
    json_.member("created_date",
                 text::format_day(std::min(work_.date + 20, update_)));
  }

  Record record_;
  const Work& work_;
  Random& random_;
  Random aside_;
  JsonWriter json_;
  text::Day update_;
  bool second_;
  Generation generation_ = Generation::with_awards;
  std::uint64_t number_ = 0;
};

}  // namespace

void append_openalex(Record record, text::Day update, bool second,
                     std::string& out) {
  OpenAlexRecord(record, update, second, out).write();
  out += '\n';
}

void append_openalex_stray(Record record, text::Day update, std::string& out) {
  OpenAlexRecord(record, update, false, out).write_stray();
  out += '\n';
}

}  // namespace dmp::synth
