#include "synth/organisations.h"

#include "synth/check_digits.h"
#include "synth/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dmp::synth {
namespace {

using namespace std::string_view_literals;

struct Country {
  std::string_view code, name, adjective;
};
constexpr std::array kCountries{Country{"US", "United States", "American"},
                                Country{"GB", "United Kingdom", "British"},
                                Country{"DE", "Germany", "German"},
                                Country{"FR", "France", "French"},
                                Country{"CN", "China", "Chinese"},
                                Country{"JP", "Japan", "Japanese"},
                                Country{"BR", "Brazil", "Brazilian"},
                                Country{"ES", "Spain", "Spanish"},
                                Country{"CA", "Canada", "Canadian"},
                                Country{"AU", "Australia", "Australian"},
                                Country{"SE", "Sweden", "Swedish"},
                                Country{"NL", "Netherlands", "Dutch"},
                                Country{"IN", "India", "Indian"},
                                Country{"ZA", "South Africa", "South African"},
                                Country{"MX", "Mexico", "Mexican"},
                                Country{"IT", "Italy", "Italian"}};

constexpr std::array kCityHeads{
    "Alder", "Bres", "Calder", "Dorn", "Ester", "Fal", "Gar", "Hol",
    "Ister", "Jor",  "Kel",    "Lor",  "Mar",   "Nor", "Ost", "Pel",
    "Quar",  "Ros",  "Sten",   "Tor",  "Ul",    "Ver", "Wes", "Zel"};
constexpr std::array kCityMiddles{"",   "",   "an", "en", "in",
                                  "is", "or", "el", "ar", "ov"};
constexpr std::array kCityTails{
    "burg", "ville", "ton",    "stad", "mouth", "field", "haven", "ford",
    "mond", "polis", "bridge", "grad", "dale",  "port",  "mar",   "sund"};
constexpr std::array kThemes{
    "Health",       "Environmental", "Energy",    "Marine", "Social",
    "Agricultural", "Space",         "Materials", "Cancer", "Climate",
    "Humanities",   "Water",         "Genome",    "Arctic", "Education"};

constexpr AwardStyle kFunderStyles[] = {
    AwardStyle::digits, AwardStyle::council, AwardStyle::foundation,
    AwardStyle::slashed, AwardStyle::lettered};

std::string invented_city(Random& random) {
  std::string out(random.pick(kCityHeads));
  out += random.pick(kCityMiddles);
  return out + random.pick(kCityTails);
}

// First letters of the words that begin with a capital.
std::string acronym_of(std::string_view name) {
  std::string out;
  bool begins = true;
  for (const char letter : name) {
    if (begins && letter >= 'A' && letter <= 'Z') out += letter;
    begins = letter == ' ' || letter == '-';
  }
  return out;
}

std::string institution_name(const std::string& city, const Country& country,
                             Random& random) {
  const std::string_view theme = random.pick(kThemes);
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      return fmt::format("University of {}", city);
    case 3:
      return fmt::format("{} State University", city);
    case 4:
      return fmt::format("{} University of Technology", city);
    case 5:
      return fmt::format("Universität {}", city);
    case 6:
      return fmt::format("{} Institute for {} Research", city, theme);
    case 7:
      return fmt::format("Universidad Autónoma de {}", city);
    default:
      return fmt::format("{} National Laboratory of {}", country.adjective,
                         city);
  }
}

std::string funder_name(const Country& country, const std::string& city,
                        Random& random) {
  const std::string_view theme = random.pick(kThemes);
  switch (random.below(5)) {
    case 0:
      return fmt::format("{} {} Research Council", country.adjective, theme);
    case 1:
      return fmt::format("{} Foundation for {} Science", city, theme);
    case 2:
      return fmt::format("Ministry of {} Research of {}", theme, country.name);
    case 3:
      return fmt::format("{} {} Trust", city, theme);
    default:
      return fmt::format("{} Agency for {} Innovation", country.adjective,
                         theme);
  }
}

Organisation real_funder(std::string ror, std::string name, std::string acronym,
                         std::string fundref, AwardStyle style,
                         const Country& country) {
  Organisation org;
  org.ror = std::move(ror);
  org.name = std::move(name);
  org.acronym = std::move(acronym);
  org.fundref = std::move(fundref);
  org.style = style;
  org.country_code = country.code;
  org.country = country.name;
  org.kind = "funder";
  org.city = "Capital City";
  org.is_funder = true;
  return org;
}

// An odd multiplier is a bijection of the 30-bit numbers.
std::string ror_of(std::uint64_t key, std::size_t i) {
  return make_ror(static_cast<std::uint32_t>((i * 0x2545f491u + (key >> 33)) &
                                             0x3fffffffu));
}

void give_identifiers(Organisation& org, std::uint64_t key, std::size_t i) {
  Random random(child(key, i));
  org.ror = ror_of(key, i);
  if (random.below(10) < 7)
    org.grid = fmt::format("grid.{}.{:x}", 900000 + i, random.below(16));
  if (random.below(10) < 6) org.isni = make_isni(900'000'000 + i * 7);
  if (random.below(10) < 6) org.wikidata = fmt::format("Q{}", 900'000'000 + i);
  if (org.is_funder || random.below(10) < 2)
    org.fundref = fmt::format("50110099{:04}", i);
}

}  // namespace

Organisations::Organisations(std::uint64_t key, std::uint64_t works,
                             const Knobs& knobs)
    : key_(key) {
  const auto institutions = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(works / 150, 200, 4000));
  funders_ = std::clamp<std::uint32_t>(institutions / 10, 40, 300);
  add_funders(Random(child(key, 1)), knobs);
  add_institutions(Random(child(key, 2)), institutions);
  for (std::uint32_t i = 3; i < size(); ++i) give_identifiers(all_[i], key_, i);
  add_history(Random(child(key, 3)), knobs.registry_history);
}

void Organisations::add_funders(Random random, const Knobs& knobs) {
  all_.push_back(real_funder("021nxhr62", "National Science Foundation", "NSF",
                             "100000001", AwardStyle::nsf, kCountries[0]));
  all_.push_back(real_funder("01cwqze88", "National Institutes of Health",
                             "NIH", "100000002", AwardStyle::nih,
                             kCountries[0]));
  all_.push_back(real_funder("00k4n6c32", "European Commission", "EC",
                             "501100000780", AwardStyle::european,
                             kCountries[11]));
  for (std::uint32_t i = 3; i < funders_; ++i) {
    Organisation org;
    const Country& country = random.pick(kCountries);
    org.city = invented_city(random);
    org.country_code = country.code;
    org.country = country.name;
    org.name = funder_name(country, org.city, random);
    org.acronym = acronym_of(org.name);
    org.kind = "funder";
    org.is_funder = true;
    org.style = random.pick(std::span<const AwardStyle>(kFunderStyles));
    if (random.chance(knobs.awards_shared)) org.style = AwardStyle::shared;
    // Every fifth funder is an office of an earlier one (its children number
    // their awards alike).
    if (i % 5 == 0) {
      const std::uint32_t parent = random.below(i);
      org.name = fmt::format("{}, {} Division", all_[parent].name,
                             random.pick(kThemes));
      org.acronym.clear();
      org.style = all_[parent].style;
      org.parents.push_back(parent);
      all_[parent].children.push_back(i);
    }
    all_.push_back(std::move(org));
  }
}

void Organisations::add_institutions(Random random, std::uint32_t count) {
  for (std::uint32_t n = 0; n < count; ++n) {
    const auto i = static_cast<std::uint32_t>(all_.size());
    Organisation org;
    const Country& country = random.pick(kCountries);
    org.city = invented_city(random);
    org.country_code = country.code;
    org.country = country.name;
    org.kind = random.below(4) == 0 ? "facility"sv : "education"sv;
    org.name = institution_name(org.city, country, random);
    org.acronym = acronym_of(org.name);
    if (random.below(2) == 0)
      org.aliases.push_back(fmt::format("{}, {}", org.name, org.country));
    if (random.below(3) == 0)
      org.aliases.push_back(fmt::format("{} Univ.", org.city));
    if (n % 6 == 5) {
      const std::uint32_t parent = funders_ + random.below(n);
      org.name = fmt::format("{} Hospital of {}", org.city, all_[parent].name);
      org.kind = "healthcare"sv;
      org.acronym.clear();
      org.parents.push_back(parent);
      all_[parent].children.push_back(i);
    }
    all_.push_back(std::move(org));
  }
}

// Mergers: some records are inactive or withdrawn, most of these with a
// successor; some identifiers lie on two records.
void Organisations::add_history(Random random, double share) {
  for (std::uint32_t i = funders_ + 20; i < size(); ++i) {
    Organisation& org = all_[i];
    // Of every 36 such organisations: 15 inactive, 7 withdrawn, 8 and 6 that
    // share an identifier.
    const double fate = random.unit() / std::max(share, 1e-12) * 36;
    const std::uint32_t earlier = funders_ + random.below(i - funders_);
    if (fate < 15) {
      org.status = OrgStatus::inactive;
      if (fate < 8) org.successors.push_back(earlier);
    } else if (fate < 22) {
      org.status = OrgStatus::withdrawn;
      org.successors.push_back(earlier);
    } else if (fate < 30 && !all_[earlier].grid.empty()) {
      org.grid = all_[earlier].grid;
    } else if (fate < 36 && !all_[earlier].fundref.empty()) {
      org.fundref = all_[earlier].fundref;
    }
    for (const std::uint32_t successor : org.successors)
      all_[successor].predecessors.push_back(i);
  }
}

std::uint32_t Organisations::pick_funder(Random& random) const {
  return random.skewed(funders_);
}

std::uint32_t Organisations::pick_institution(Random& random) const {
  for (;;) {
    const std::uint32_t i = funders_ + random.skewed(size() - funders_);
    if (all_[i].status == OrgStatus::active) return i;
  }
}

std::uint32_t Organisations::relative(std::uint32_t i, Random& random) const {
  const Organisation& org = all_[i];
  const auto& family = org.parents.empty() ? org.children : org.parents;
  if (family.empty()) return i;
  const std::uint32_t other =
      random.pick(std::span<const std::uint32_t>(family));
  return all_[other].status == OrgStatus::active ? other : i;
}

std::uint32_t Organisations::other_funder(std::uint32_t i,
                                          Random& random) const {
  for (int tries = 0; tries < 40; ++tries) {
    const std::uint32_t other = random.below(funders_);
    const bool same_style = all_[other].style == all_[i].style;
    if (other != i && (same_style || tries >= 20)) return other;
  }
  return (i + 1) % funders_;
}

std::string make_award(AwardStyle style, std::uint64_t key) {
  Random random(key);
  const std::uint32_t n = random.below(1'000'000);
  switch (style) {
    case AwardStyle::digits:
      return fmt::format("{}", 100'000 + n % 900'000);
    case AwardStyle::shared:
      return fmt::format("{}", 20'000 + n % 400);
    case AwardStyle::nsf:
      return fmt::format("{}", 1'000'000 + (n + 400'000) % 1'400'000);
    case AwardStyle::nih: {
      constexpr std::array kActivities{"R01", "R21", "U01",
                                       "P30", "K08", "R35"};
      constexpr std::array kInstitutes{"GM", "CA", "HL", "AI", "MH", "DK"};
      return fmt::format("{}{}{:06}", random.pick(kActivities),
                         random.pick(kInstitutes), n);
    }
    case AwardStyle::european:
      return fmt::format("{}", n < 500'000 ? 600'000 + n % 300'000
                                           : 101'000'000 + n % 200'000);
    case AwardStyle::council:
      return fmt::format("{}/{:c}{:06}/1", n % 2 == 0 ? "EP" : "MR",
                         "KLMNPRSTVX"[n % 10], n);
    case AwardStyle::foundation:
      return fmt::format("{} {}/{}-{}", n % 2 == 0 ? "Ho" : "Ro",
                         1000 + n % 9000, 1 + n % 30, 1 + n % 3);
    case AwardStyle::slashed:
      return fmt::format("{}/{:05}-{}", 2008 + n % 17, n % 100'000, n % 10);
    case AwardStyle::lettered:
      return fmt::format("PID{}-{:06}{}", 2010 + n % 15, n,
                         n % 2 == 0 ? "GB" : "RB");
  }
  return {};
}

std::string mangle_award(AwardStyle style, const std::string& award,
                         Random& random) {
  switch (style) {
    case AwardStyle::nsf: {
      constexpr std::array kDivisions{"DMS-", "OCE-", "PHY-", "CNS ", "DEB"};
      return random.pick(kDivisions) + award;
    }
    case AwardStyle::nih:
      if (random.below(2) == 0)
        return fmt::format("{}{}-{:02}", 1 + random.below(7), award,
                           1 + random.below(6));
      return award.substr(0, 3) + ' ' + award.substr(3);
    case AwardStyle::european:
      return "Grant Agreement No. " + award;
    default:
      break;
  }
  switch (random.below(4)) {
    case 0:
      return "Grant No. " + award;
    case 1:
      return award + '.';
    case 2:
      return "no " + award;
    default:
      return "#" + award;
  }
}

}  // namespace dmp::synth
