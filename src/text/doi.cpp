#include "text/doi.h"

#include "text/clean_text.h"
#include "text/unicode.h"
#include "text/white_space.h"
#include "text/xxh3.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <utility>

namespace dmp::text {

namespace {

constexpr std::size_t kLongestBytes = 512;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool starts_with_icase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return a == lower(b); });
}

bool take_icase(std::string_view& text, std::string_view prefix) {
  if (!starts_with_icase(text, prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_space_or_control(char32_t c) {
  if (c <= 0x20 || (c >= 0x7F && c <= 0xA0)) return true;
  return c > 0xFF && is_white_space(c);
}

// Length of `10.` digits{4,9} (`.` digits)* `/` at `at`, or 0.
std::size_t prefix_length(std::string_view text, std::size_t at) {
  std::size_t i = at;
  if (text.substr(i, 3) != "10.") return 0;
  i += 3;
  const std::size_t registrant = i;
  while (i < text.size() && is_digit(text[i])) ++i;
  if (i - registrant < 4 || i - registrant > 9) return 0;
  while (i + 1 < text.size() && text[i] == '.' && is_digit(text[i + 1])) {
    ++i;
    while (i < text.size() && is_digit(text[i])) ++i;
  }
  return i < text.size() && text[i] == '/' ? i + 1 - at : 0;
}

bool is_alphanumeric(char32_t c) {
  if (c < 0x80) {
    return is_digit(static_cast<char>(c)) || is_letter(static_cast<char>(c));
  }
  return u_isalnum(static_cast<UChar32>(c)) != 0;
}

// The whole text is prefix, then characters none of which is white space or a
// control, at least one of them alphanumeric.
bool is_whole_doi(std::string_view text) {
  const std::size_t prefix = prefix_length(text, 0);
  if (prefix == 0) return false;
  bool alphanumeric = false;
  for (std::size_t at = prefix; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (is_space_or_control(c)) return false;
    alphanumeric = alphanumeric || is_alphanumeric(c);
  }
  return alphanumeric;
}

Doi finish(std::string_view text) {
  Doi doi;
  doi.doi = to_lower(text);
  if (!is_ascii(doi.doi)) doi.doi = to_nfc(std::move(doi.doi));
  if (doi.doi.size() > kLongestBytes) {
    return {DoiStatus::too_long, {}};
  }
  doi.status =
      count_code_points(doi.doi) > 255 ? DoiStatus::over_255 : DoiStatus::ok;
  return doi;
}

bool has_percent_escape(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos;
       at = text.find('%', at + 1)) {
    if (at + 2 < text.size() && is_hex(text[at + 1]) && is_hex(text[at + 2])) {
      return true;
    }
  }
  return false;
}

int hex_value(char c) {
  return is_digit(c) ? c - '0' : lower(c) - 'a' + 10;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) &&
        is_hex(text[i + 2])) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 +
                               hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return to_valid_utf8(out);
}

bool has_entity(std::string_view text) {
  return text.find("&lt;") != std::string_view::npos ||
         text.find("&gt;") != std::string_view::npos ||
         text.find("&amp;") != std::string_view::npos;
}

// Takes off one resolver or scheme; true when it was a URL.
bool take_resolver(std::string_view& text) {
  std::string_view rest = text;
  if (take_icase(rest, "https://") || take_icase(rest, "http://")) {
    for (const std::string_view host :
         {"doi.org/", "dx.doi.org/", "www.doi.org/", "doi.datacite.org/"}) {
      if (take_icase(rest, host)) {
        text = rest;
        return true;
      }
    }
    return false;
  }
  if (take_icase(rest, "doi:") || take_icase(rest, "info:doi/") ||
      take_icase(rest, "urn:doi:")) {
    text = trim(rest);
  }
  return false;
}

// ------------------------------------------------------------------ doi_text

// Deletes 1-3 inner white-space runs of a short typed text.
std::string without_inner_space(std::string_view text) {
  if (count_code_points(text) > 100) return std::string(text);
  std::string out;
  int runs = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (is_space_or_control(next_code_point(text, at))) {
      if (!inside) ++runs;
      inside = true;
    } else {
      inside = false;
      out.append(text, start, at - start);
    }
  }
  return runs >= 1 && runs <= 3 ? out : std::string(text);
}

// Start of the leftmost DOI whose previous character is neither alphanumeric
// nor '.'; npos when there is none.
std::size_t find_doi(std::string_view text) {
  for (auto at = text.find("10."); at != std::string_view::npos;
       at = text.find("10.", at + 1)) {
    if (prefix_length(text, at) == 0) continue;
    if (at == 0) return at;
    std::size_t before = at - 1;
    while (before > 0 &&
           (static_cast<unsigned char>(text[before]) & 0xC0) == 0x80) {
      --before;
    }
    const char32_t previous = next_code_point(text, before);
    if (previous != U'.' && !is_alphanumeric(previous)) return at;
  }
  return std::string_view::npos;
}

// True for `</?[A-Za-z][A-Za-z0-9:]*\s*/?>` at `at`.
bool is_tag_at(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  const auto byte = [&] { return i < text.size() ? text[i] : '\0'; };
  if (byte() == '/') ++i;
  if (!is_letter(byte())) return false;
  while (is_letter(byte()) || is_digit(byte()) || byte() == ':') ++i;
  while (byte() == ' ' || byte() == '\t' || byte() == '\n' || byte() == '\r') {
    ++i;
  }
  if (byte() == '/') ++i;
  return byte() == '>';
}

// True for `[A-Za-z_]+=` at `at`.
bool is_query_at(std::string_view text, std::size_t at) {
  std::size_t i = at;
  while (i < text.size() && (is_letter(text[i]) || text[i] == '_')) ++i;
  return i > at && i < text.size() && text[i] == '=';
}

struct TextContext {
  bool is_url = false;
  bool after_equals = false;
};

std::string_view cut(std::string_view doi, TextContext context) {
  for (std::size_t i = 0; i < doi.size(); ++i) {
    const char c = doi[i];
    if (c == '"' || (c == '&' && context.after_equals) ||
        (c == '#' && context.is_url) || (c == '?' && is_query_at(doi, i + 1)) ||
        (c == '<' && is_tag_at(doi, i))) {
      return doi.substr(0, i);
    }
  }
  return doi;
}

std::string_view without_path_part(std::string_view doi) {
  for (const std::string_view part :
       {"/full", "/pdf", "/epdf", "/abstract", "/fulltext", "/summary", "/meta",
        "/htm", "/html", "/references", "/full.html", "/pdfft", ".pdf", ".htm",
        ".html", ".full", ".abstract"}) {
    if (doi.size() > part.size() &&
        starts_with_icase(doi.substr(doi.size() - part.size()), part)) {
      return doi.substr(0, doi.size() - part.size());
    }
  }
  return doi;
}

bool host_is_resolver(std::string_view url) {
  take_icase(url, "https://") || take_icase(url, "http://");
  const std::string_view host = url.substr(0, url.find('/'));
  return starts_with_icase(host, "doi.org") ||
         starts_with_icase(host, "dx.doi.org") ||
         starts_with_icase(host, "www.doi.org");
}

char opening_of(char closing) {
  switch (closing) {
    case ')':
      return '(';
    case ']':
      return '[';
    case '}':
      return '{';
    case '>':
      return '<';
    default:
      return '\0';
  }
}

// Drops trailing punctuation and unbalanced closing brackets.
std::string_view without_tail(std::string_view doi) {
  const std::size_t prefix = prefix_length(doi, 0);
  std::string_view suffix = doi.substr(prefix);
  std::array<std::int64_t, 256> counts{};
  for (const char c : suffix) ++counts[static_cast<unsigned char>(c)];
  const auto drop = [&](std::size_t bytes) {
    for (const char c : suffix.substr(suffix.size() - bytes)) {
      --counts[static_cast<unsigned char>(c)];
    }
    suffix.remove_suffix(bytes);
  };
  constexpr std::string_view kPunctuation = ".,;:!?'\"";
  for (;;) {
    if (suffix.empty()) break;
    const char last = suffix.back();
    const char opening = opening_of(last);
    const bool unopened =
        opening != '\0' && counts[static_cast<unsigned char>(last)] >
                               counts[static_cast<unsigned char>(opening)];
    if (unopened || kPunctuation.find(last) != std::string_view::npos) {
      drop(1);
    } else if (suffix.ends_with("\u2026") || suffix.ends_with("\u2019") ||
               suffix.ends_with("\u201D")) {
      drop(3);
    } else {
      break;
    }
  }
  return doi.substr(0, prefix + suffix.size());
}

std::string prepared(std::string_view input, DoiField field,
                     TextContext& context) {
  std::string text(trim(input));
  if (has_entity(text)) text = decode_entities(text);
  text = to_nfc(to_valid_utf8(text));
  if (field == DoiField::typed) text = without_inner_space(text);
  context.is_url = starts_with_icase(text, "http");
  if (context.is_url && has_percent_escape(text)) text = percent_decoded(text);
  return text;
}

Doi text_once(std::string_view input, DoiField field) {
  if (input.find("10.") == std::string_view::npos &&
      input.find('%') == std::string_view::npos) {
    return {};
  }
  TextContext context;
  const std::string text = prepared(input, field, context);
  const std::size_t start = find_doi(text);
  if (start == std::string_view::npos) return {};
  context.after_equals = start > 0 && text[start - 1] == '=';
  std::size_t end = start;
  while (end < text.size()) {
    std::size_t next = end;
    if (is_space_or_control(next_code_point(text, next))) break;
    end = next;
  }
  std::string_view doi =
      cut(std::string_view(text).substr(start, end - start), context);
  if (prefix_length(doi, 0) == 0) return {};
  doi = without_tail(doi);
  if (context.is_url && !host_is_resolver(text)) {
    doi = without_tail(without_path_part(doi));
  }
  if (!is_whole_doi(doi)) return {};
  return finish(doi);
}

// The rules leave a DOI of these alone.
bool is_plain(std::string_view doi) {
  return is_ascii(doi) && doi.find_first_of("&\"?<%") == std::string_view::npos;
}

// Characters of which the rules change nothing but case, wherever they stand in
// a suffix but at its end.
constexpr std::array<bool, 256> kSettled = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = '0'; c <= '9'; ++c) table[c] = true;
  for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = table[c - 32] = true;
  for (const unsigned char c : {'.', '-', '_', '/', ':', ';', '(', ')', '+'})
    table[c] = true;
  return table;
}();

// A bare DOI of such characters that ends in a letter or digit: most are.
// The rules would find it at the front and take all of it.
std::optional<Doi> settled_doi(std::string_view text) {
  constexpr std::size_t kLongest = 255;
  if (text.size() > kLongest || !text.starts_with("10.")) return std::nullopt;
  const char last = text.back();
  if (!is_digit(last) && !is_letter(last)) return std::nullopt;
  const std::size_t prefix = prefix_length(text, 0);
  if (prefix == 0 || prefix == text.size()) return std::nullopt;
  for (const char c : text.substr(prefix)) {
    if (!kSettled[static_cast<unsigned char>(c)]) return std::nullopt;
  }
  Doi doi{DoiStatus::ok, std::string(text)};
  for (char& c : doi.doi) c = lower(c);
  return doi;
}

// Decoding can uncover another entity, tag or white space. What comes out must
// come out the same, so the rule is applied until it does.
template <class Rule>
Doi settled(Doi found, const Rule& rule) {
  constexpr int kMostRounds = 16;
  for (int round = 0; round < kMostRounds; ++round) {
    if (!found.usable() || is_plain(found.doi)) return found;
    Doi again = rule(found.doi);
    if (again.doi == found.doi) return found;
    found = std::move(again);
  }
  return {};
}

Doi registry_once(std::string_view input) {
  std::string decoded;
  std::string_view text = trim(input);
  if (text.find('&') != std::string_view::npos && has_entity(text)) {
    decoded = decode_entities(text);
    text = trim(decoded);
  }
  std::string unescaped;
  if (take_resolver(text) && has_percent_escape(text)) {
    unescaped = percent_decoded(text);
    text = unescaped;
  }
  if (!is_whole_doi(text)) return doi_text(input, DoiField::typed);
  return is_ascii(text) ? finish(text) : finish(to_valid_utf8(text));
}

}  // namespace

Doi doi_text(std::string_view input, DoiField field) {
  if (auto doi = settled_doi(input)) return *std::move(doi);
  return doi_text_by_rules(input, field);
}

Doi doi_text_by_rules(std::string_view input, DoiField field) {
  return settled(text_once(input, field),
                 [&](std::string_view doi) { return text_once(doi, field); });
}

Doi doi_registry(std::string_view input) {
  if (auto doi = settled_doi(input)) return *std::move(doi);
  return settled(registry_once(input), registry_once);
}

std::uint8_t doi_bucket(std::string_view normalised_doi) {
  return static_cast<std::uint8_t>(
      XXH3_64bits(normalised_doi.data(), normalised_doi.size()) >> 56);
}

}  // namespace dmp::text
