#include "match/award_spellings.h"

#include "text/unicode.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace dmp::match {

namespace {

constexpr std::string_view kNsfRor = "021nxhr62";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

void add(std::vector<std::string>& spellings, std::string spelling) {
  if (std::find(spellings.begin(), spellings.end(), spelling) ==
      spellings.end())
    spellings.push_back(std::move(spelling));
}

// To those of the reference, unless it is among them.
void add_ours(Spellings& all, std::string spelling) {
  const auto& known = all.reference;
  if (std::find(known.begin(), known.end(), spelling) == known.end())
    add(all.added, std::move(spelling));
}

std::vector<std::string> joined(Spellings all) {
  std::move(all.added.begin(), all.added.end(),
            std::back_inserter(all.reference));
  return std::move(all.reference);
}

// Upper case, letters and digits only; empty if there is anything but blanks,
// hyphens, '#', ':' and '.' between them.
std::string compact(std::string_view text) {
  std::string out;
  for (const char c : text::to_upper(text)) {
    if (is_digit(c) || is_letter(c)) {
      out += c;
    } else if (std::string_view(" -#:.\t").find(c) == std::string_view::npos) {
      return "";
    }
  }
  return out;
}

bool drop_word(std::string& text) {
  for (const std::string_view word : {"NIH", "NSF", "GRANT", "AWARD", "NO"}) {
    if (text.starts_with(word)) {
      text.erase(0, word.size());
      return true;
    }
  }
  return false;
}

// ------------------------------------------------------------------------ NIH

constexpr auto kInstitutes = std::to_array<std::string_view>(
    {"AA", "AG", "AI", "AM", "AO", "AR", "AT", "BC", "CA", "CB", "CC", "CE",
     "CL", "CM", "CN", "CO", "CP", "DA", "DC", "DE", "DK", "DP", "EB", "ES",
     "EY", "FD", "GM", "HB", "HC", "HD", "HG", "HL", "HR", "HS", "HV", "IP",
     "LM", "MD", "MH", "NB", "NR", "NS", "OD", "OH", "PC", "PS", "RM", "RR",
     "SC", "SM", "SP", "TI", "TR", "TS", "TW", "WH"});

// Institute, serial, year and suffixes: all that is left of the id.
bool read_tail(std::string_view text, NihId& id) {
  if (text.size() < 7) return false;
  id.institute = text.substr(0, 2);
  if (!std::binary_search(kInstitutes.begin(), kInstitutes.end(), id.institute))
    return false;
  text.remove_prefix(2);
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 5 && text.size() == 5 && !id.activity.empty()) {
    id.serial = "0" + std::string(text);
    return true;
  }
  if (digits != 6 && digits != 8) return false;
  id.serial = text.substr(0, 6);
  id.year = text.substr(6, digits - 6);
  id.suffixes = text.substr(digits);
  return id.suffixes.empty() || (digits == 8 && is_nih_suffixes(id.suffixes));
}

// RO1, R0I and ROI are misreadings of R01.
std::string mend_activity(std::string code) {
  if (code[0] == 'R' && (code[1] == 'O' || code[1] == '0') &&
      (code[2] == 'I' || code[2] == '1'))
    return "R01";
  return code;
}

bool read_nih(const std::string& text, NihId& id) {
  for (const std::size_t type : {0U, 1U}) {
    if (text.size() < type + 3) return false;
    if (type == 1 && (!is_digit(text[0]) || text[0] == '0')) break;
    const std::string_view rest = std::string_view(text).substr(type);
    id = {text.substr(0, type),
          mend_activity(std::string(rest.substr(0, 3))),
          "",
          "",
          "",
          ""};
    if (is_nih_activity(id.activity) && read_tail(rest.substr(3), id))
      return true;
    id.activity.clear();
    if (read_tail(rest, id)) return true;
  }
  return false;
}

// ------------------------------------------------------------------------ NSF

std::vector<std::string> read_nsf(const std::string& text, bool is_nsf) {
  std::size_t letters = 0;
  while (letters < text.size() && is_letter(text[letters])) ++letters;
  const std::string organisation = text.substr(0, letters);
  const std::string number = text.substr(letters);
  if (number.size() != 7 || !all_digits(number)) return {};
  if (letters == 0) {
    return is_nsf ? joined(nsf_spellings("", number))
                  : std::vector<std::string>();
  }
  const bool is_word = organisation == "ID" || organisation == "LEAD" ||
                       organisation == "PI" || organisation == "NO";
  if (letters < 2 || letters > 4 || is_word) return {};
  return joined(nsf_spellings(organisation, number));
}

}  // namespace

bool is_nih_activity(std::string_view text) {
  if (text.size() != 3) return false;
  if (text.starts_with("ZI")) return is_letter(text[2]);
  return is_letter(text[0]) && (is_letter(text[1]) || is_digit(text[1])) &&
         is_digit(text[2]);
}

bool is_nih_suffixes(std::string_view text) {
  if (text.size() != 2 && text.size() != 4) return false;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    if (!is_letter(text[i]) || !is_digit(text[i + 1])) return false;
  }
  return true;
}

Spellings nih_spellings(const NihId& id) {
  std::vector<std::string> base;
  const std::string blank = id.institute + " " + id.serial;
  const std::string close = id.institute + id.serial;
  std::vector<std::string> endings{""};
  if (!id.year.empty()) endings.push_back("-" + id.year);
  if (!id.suffixes.empty()) endings.push_back("-" + id.year + id.suffixes);
  for (const auto& ending : endings) {
    add(base, close + ending);
    add(base, blank + ending);
  }
  Spellings all{base, {}};
  if (!id.activity.empty()) {
    for (const auto& tail : base) {
      add(all.reference, id.activity + " " + tail);
      add(all.reference, id.activity + tail);
    }
  }
  if (!id.type.empty()) {
    const std::vector<std::string> untyped = all.reference;
    for (const auto& tail : untyped) {
      add(all.reference, id.type + " " + tail);
      add(all.reference, id.type + tail);
    }
  }
  add_ours(all, id.institute + "-" + id.serial);
  if (!id.activity.empty()) {
    add_ours(all, id.activity + "-" + close);
    add_ours(all, id.activity + "-" + id.institute + "-" + id.serial);
  }
  const auto digits = id.serial.find_first_not_of('0');
  if (digits != std::string::npos && digits > 0)
    add_ours(all, id.institute + id.serial.substr(digits));
  return all;
}

Spellings nsf_spellings(const std::string& organisation,
                        const std::string& number) {
  Spellings all{{number}, {}};
  if (!organisation.empty()) {
    add(all.reference, organisation + " " + number);
    add(all.reference, organisation + "-" + number);
    add_ours(all, organisation + number);
  }
  for (const char* head : {"NSF ", "NSF-", "NSF"}) add_ours(all, head + number);
  const auto digits = number.find_first_not_of('0');
  if (digits != std::string::npos && digits > 0)
    add_ours(all, number.substr(digits));
  return all;
}

std::vector<std::string> award_spellings(
    std::string_view text, const std::optional<std::string>& funder_ror) {
  std::string id = compact(text);
  const bool says_nsf = id.starts_with("NSF");
  while (drop_word(id)) {
  }
  NihId nih;
  if (read_nih(id, nih)) return joined(nih_spellings(nih));
  return read_nsf(id, says_nsf || funder_ror == kNsfRor);
}

}  // namespace dmp::match
