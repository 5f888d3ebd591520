#include "match/enriched_awards.h"

#include "match/award_spellings.h"
#include "text/awards.h"
#include "text/identifiers.h"
#include "text/unicode.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dmp::match {

namespace {

using model::AwardId;
using Text = std::optional<std::string>;

// As the reference writes them; ours are short.
constexpr std::string_view kNih = "dmpworks.funders.nih_award_id.NIHAwardID";
constexpr std::string_view kNsf = "dmpworks.funders.nsf_award_id.NSFAwardID";
constexpr std::string_view kGeneric = "generic", kEuropePmc = "europepmc";

constexpr std::size_t kNsfDigits = 7, kNihSerialDigits = 6;
constexpr std::size_t kMostDigits = 20, kMostBytes = 256;

bool is_known(std::string_view award_class) {
  return award_class == kNih || award_class == kNsf ||
         award_class == kGeneric || award_class == kEuropePmc;
}

bool is_number(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

bool is_word(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

// The value of the first part of a type, trimmed; empty: none.
std::string part(const AwardId& id, std::string_view type) {
  const auto found =
      std::find_if(id.parts.begin(), id.parts.end(),
                   [&](const auto& part) { return part.type == type; });
  if (found == id.parts.end() || !found->value) return {};
  return std::string(text::trim(*found->value));
}

// The same in capitals if `is_right` of it, else empty.
template <class Check>
std::string checked(const AwardId& id, std::string_view type, Check is_right) {
  std::string value = text::to_upper(part(id, type));
  return is_right(std::string_view(value)) ? value : std::string();
}

std::string number(const AwardId& id, std::string_view type, std::size_t most) {
  return checked(id, type,
                 [&](std::string_view text) { return is_number(text, most); });
}

// What an id of a known class says.
struct Read {
  std::string canonical;
  Text url;
  Spellings spellings;
};

std::optional<Read> read_nih(const AwardId& id) {
  Read read;
  const std::string application = number(id, "appl_id", kMostDigits);
  if (!application.empty())
    read.url = "https://reporter.nih.gov/project-details/" + application;
  NihId nih{number(id, "application_type", 1),
            checked(id, "activity_code", is_nih_activity),
            checked(id, "institute_code",
                    [](std::string_view text) { return is_word(text, 2, 2); }),
            number(id, "serial_number", kNihSerialDigits),
            number(id, "support_year", 2),
            checked(id, "other_suffixes", is_nih_suffixes)};
  if (nih.institute.empty() || nih.serial.empty()) {
    // A page of the funder: only what belongs to it has numbers.
    if (application.empty()) return std::nullopt;
    read.canonical = application;
    return read;
  }
  if (nih.year.empty()) nih.suffixes.clear();
  read.canonical = nih.type + nih.activity + nih.institute + nih.serial;
  if (!nih.year.empty()) read.canonical += "-" + nih.year + nih.suffixes;
  read.spellings = nih_spellings(nih);
  return read;
}

std::optional<Read> read_nsf(const AwardId& id) {
  std::string award = number(id, "award_id", kNsfDigits);
  if (award.empty()) return std::nullopt;
  award.insert(0, kNsfDigits - award.size(), '0');
  const std::string organisation = checked(
      id, "org_id", [](std::string_view text) { return is_word(text, 2, 4); });
  Read read;
  read.canonical = organisation.empty() ? award : organisation + "-" + award;
  read.url = "https://www.nsf.gov/awardsearch/showAward?AWD_ID=" + award +
             "&HistoricalAwards=false";
  read.spellings = nsf_spellings(organisation, award);
  return read;
}

std::optional<Read> read_generic(const AwardId& id) {
  const std::string text = part(id, "text");
  std::string award = part(id, "id");
  if (award.empty()) award = text;
  if (award.size() > kMostBytes || text::is_award_filler(award))
    return std::nullopt;
  Read read{award, std::nullopt, {{award}, {}}};
  if (!text.empty() && text.size() <= kMostBytes)
    read.spellings.added.push_back(text);
  return read;
}

// nullopt: left out and counted.
std::optional<Read> read_id(const AwardId& id, Counters& counters) {
  if (!is_known(id.award_class)) {
    counters.add("unknown_award_class");
    return std::nullopt;
  }
  auto read = id.award_class == kNih   ? read_nih(id)
              : id.award_class == kNsf ? read_nsf(id)
                                       : read_generic(id);
  if (!read) counters.add("bad_award_id");
  return read;
}

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

void take_spellings(Spellings spellings, model::PlanAward& award) {
  append(award.variants, std::move(spellings.reference));
  append(award.added_variants, std::move(spellings.added));
}

// The stored URL, else the one that the id makes.
Text url_of(const Text& stored, Text made, Counters& counters) {
  if (!stored) return made;
  if (stored->starts_with("https://") || stored->starts_with("http://"))
    return stored;
  counters.add("bad_award_url");
  return made;
}

}  // namespace

std::vector<model::PlanAward> plan_awards(const model::ExternalData& data,
                                          Counters& counters) {
  std::vector<model::PlanAward> awards;
  for (const auto& enriched : data.awards) {
    auto id = read_id(enriched.id, counters);
    if (!id) continue;
    model::PlanAward award;
    award.funder_name = enriched.funder_name;
    if (enriched.funder_ror)
      award.funder_ror = text::normalise_ror(*enriched.funder_ror);
    award.award_class = enriched.id.award_class;
    award.text = part(enriched.id, "text");
    award.canonical_id = std::move(id->canonical);
    award.funded_dois = enriched.funded_dois;
    award.award_url = url_of(enriched.award_url, std::move(id->url), counters);
    take_spellings(std::move(id->spellings), award);
    for (const auto& other : enriched.related_awards) {
      auto related = read_id(other, counters);
      if (!related) continue;
      take_spellings(std::move(related->spellings), award);
      award.related_awards.push_back(
          {std::move(related->canonical), std::move(related->url)});
    }
    awards.push_back(std::move(award));
  }
  return awards;
}

}  // namespace dmp::match
