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

// Words in order of first appearance with their positions: the form in which
// OpenAlex gives abstracts.
class InvertedIndex {
 public:
  void build(std::string_view text, std::uint32_t gap_every) {
    words_.clear();
    table_.assign(1024, 0);
    std::uint32_t position = 0;
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t end =
          std::min(text.find_first_of(" \n\t", begin), text.size());
      if (end > begin) add(text.substr(begin, end - begin), position++);
      if (gap_every != 0 && position % gap_every == 0) ++position;
      begin = end + 1;
    }
  }

  void write(JsonWriter& json, Random& random, bool huge) const {
    json.begin_object();
    for (const Entry& entry : words_) {
      json.key(entry.word).begin_array();
      for (const std::uint32_t position : entry.positions)
        json.value(static_cast<int>(position));
      json.end_array();
    }
    if (huge) {
      json.key("far")
          .begin_array()
          .value(std::int64_t{1'000'000})
          .value(std::int64_t{4'000'000'000})
          .end_array();
      json.key("")
          .begin_array()
          .value(-static_cast<int>(random.below(9)) - 1)
          .end_array();
    }
    json.end_object();
  }

 private:
  struct Entry {
    std::string_view word;
    std::vector<std::uint32_t> positions;
  };

  static std::uint64_t hash(std::string_view word) {
    std::uint64_t h = 1469598103934665603u;
    for (const char c : word)
      h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return h ^ (h >> 32);
  }

  void add(std::string_view word, std::uint32_t position) {
    if (words_.size() * 2 > table_.size()) grow();
    std::size_t at = hash(word) & (table_.size() - 1);
    for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
      Entry& entry = words_[table_[at] - 1];
      if (entry.word == word) {
        entry.positions.push_back(position);
        return;
      }
    }
    words_.push_back({word, {position}});
    table_[at] = static_cast<std::uint32_t>(words_.size());
  }

  void grow() {
    table_.assign(table_.size() * 2, 0);
    for (std::uint32_t i = 0; i < words_.size(); ++i) {
      std::size_t at = hash(words_[i].word) & (table_.size() - 1);
      while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
      table_[at] = i + 1;
    }
  }

  std::vector<Entry> words_;
  std::vector<std::uint32_t> table_;  // 0: free, else 1 + index of words_
};

class OpenAlexRecord {
 public:
  OpenAlexRecord(Record record, text::Day update, bool second, std::string& out)
      : record_(record),
        work_(record_.work),
        random_(record_.random),
        json_(out),
        update_(update),
        second_(second) {
    generation_ = random_.below(4) == 0 ? Generation::with_grants
                                        : Generation::with_awards;
    if (record_.is(Oddity::oa_slim)) generation_ = Generation::slim;
    if (work_.xpac) generation_ = Generation::with_awards;
    number_ = 4'000'000'000 + work_.slot * 2 + (second ? 1 : 0);
  }

  void write() {
    json_.begin_object();
    write_identity();
    write_place();
    write_authorships();
    json_.member("cited_by_count", static_cast<int>(random_.skewed(60)));
    json_.member("is_retracted", false).member("is_paratext", false);
    write_funding();
    write_abstract();
    write_dates();
    json_.end_object();
  }

 private:
  bool odd(Oddity oddity) const { return record_.is(oddity); }

  std::string doi_text() {
    const std::string& doi = work_.doi;
    if (!odd(Oddity::oa_doi_form)) return "https://doi.org/" + doi;
    switch (random_.below(3)) {
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
    const bool doi_below = odd(Oddity::oa_doi_form) && random_.below(4) == 0 &&
                           generation_ != Generation::slim;
    json_.member("id", id);
    if (doi_below)
      json_.key("doi").null();
    else
      json_.member("doi", doi_text());
    if (odd(Oddity::oa_no_title))
      json_.key("title").null();
    else
      json_.member("title", title);
    json_.member("display_name", title);
    write_year();
    if (generation_ != Generation::slim) {
      json_.key("ids")
          .begin_object()
          .member("openalex", id)
          .member("doi", "https://doi.org/" + work_.doi);
      if (work_.type == WorkType::paper && random_.below(3) == 0)
        json_.member("pmid", fmt::format("https://pubmed.ncbi.nlm.nih.gov/{}",
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
    json_.key("language");
    if (odd(Oddity::oa_bad_language))
      json_.value("klingon");
    else
      json_.value("en");
    json_.member("type", openalex_type(work_.type, random_));
  }

  void write_year() {
    const text::YearMonthDay day = text::from_day(work_.date);
    if (odd(Oddity::oa_types))
      json_.member("publication_year", fmt::format("{}", day.year));
    else
      json_.member("publication_year", day.year);
    if (generation_ == Generation::slim) return;
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
    if (random_.below(5) == 0) {
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
    if (odd(Oddity::oa_bad_ror))
      json_.value(random_.below(2) == 0
                      ? "https://ror.org/https://ror.org/" + org.ror
                      : "https://ror.org/0" + org.ror.substr(2) + "|");
    else if (random_.chance(record_.world.knobs().org_unidentified / 2))
      json_.null();
    else
      json_.value("https://ror.org/" + org.ror);
    json_.member("country_code", org.country_code)
        .member("type", org.kind)
        .end_object();
  }

  void write_author(const Author& author, std::size_t i, std::size_t count) {
    const std::string given = given_text(work_, author);
    const std::string name = given.empty()
                                 ? family_text(work_, author)
                                 : given + ' ' + family_text(work_, author);
    json_.begin_object().member("author_position", i == 0           ? "first"
                                                   : i + 1 == count ? "last"
                                                                    : "middle");
    json_.key("author").begin_object().member(
        "id", fmt::format("https://openalex.org/A{}",
                          5'000'000'000 + (author.person & 0xfffffffu)));
    json_.member("display_name", name).key("orcid");
    const bool only_raw = !author.orcid.empty() &&
                          generation_ == Generation::with_awards &&
                          random_.below(40) == 0;
    if (author.orcid.empty() || only_raw)
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

  void write_awards() {
    json_.key("awards").begin_array();
    for (const Funding& funding : work_.funding) {
      if (funding.award.empty()) continue;
      json_.begin_object().member(
          "id", fmt::format("https://openalex.org/G{}",
                            mix(child(funding.funder, work_.slot)) >> 34));
      json_.key("display_name")
          .null()
          .member("funder_award_id", funding.award)
          .member("funder_id", funder_id(funding.funder));
      json_
          .member("funder_display_name",
                  record_.world.organisations()[funding.funder].name)
          .key("doi")
          .null()
          .end_object();
    }
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
    if (!odd(Oddity::oa_wrapped_index)) {
      index.write(json_, random_, odd(Oddity::oa_huge_position));
      return;
    }
    std::string inner;
    JsonWriter inner_json(inner);
    index.write(inner_json, random_, false);
    if (random_.below(2) == 0)
      json_.value(inner);
    else
      json_.begin_object()
          .member("IndexLength", 100)
          .key("InvertedIndex")
          .raw(inner)
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

}  // namespace dmp::synth
