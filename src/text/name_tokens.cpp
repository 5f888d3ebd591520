#include "text/name_tokens.h"

#include "text/unicode.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace dmp::text {

namespace {

using Words = std::unordered_set<std::string_view>;

bool is_letter_point(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return u_isalpha(static_cast<UChar32>(c)) != 0;
}

// Whether one of `words`, ASCII in lower case, is the token but for case.
template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words,
               std::string_view token) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return equals_in_lower(token, word);
  });
}

// A token without the dots some write behind: "Ph.D." and "ph.d" are one word.
std::string_view bare(std::string_view token) {
  while (!token.empty() && (token.back() == '.' || token.back() == ',')) {
    token.remove_suffix(1);
  }
  return token;
}

bool is_cjk_point(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
      return true;
    default:
      return c == 0x30FC;  // prolonged sound mark
  }
}

bool is_vowel(char32_t c) {
  return std::u32string_view(U"AEIOUY").find(c) != std::u32string_view::npos;
}

std::u32string points_of(std::string_view text) {
  std::u32string points;
  for (std::size_t at = 0; at < text.size();) {
    points += next_code_point(text, at);
  }
  return points;
}

bool is_upper_point(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  return u_isupper(static_cast<UChar32>(c)) != 0;
}

// J | J. | J.R. | J.-P. | J-P
bool has_initial_form(std::string_view token) {
  std::size_t letters = 0;
  std::size_t dots = 0;
  std::size_t hyphens = 0;
  bool after_letter = false;
  for (std::size_t at = 0; at < token.size();) {
    const char32_t c = next_code_point(token, at);
    const bool letter = is_letter_point(c);
    if (letter) {
      if (after_letter || (c >= 0x80 && is_cjk_point(c))) return false;
      ++letters;
    } else if (c == '.') {
      ++dots;
    } else if (c == '-') {
      ++hyphens;
    } else {
      return false;
    }
    after_letter = letter;
  }
  return letters == 1 || (letters > 1 && (dots > 0 || hyphens == letters - 1));
}

// Two capitals, or three without a vowel.
bool is_short_capitals(std::string_view token) {
  std::size_t count = 0;
  bool vowel = false;
  for (std::size_t at = 0; at < token.size(); ++count) {
    const char32_t c = next_code_point(token, at);
    if (count == 3 || !is_upper_point(c)) return false;
    vowel = vowel || is_vowel(c);
  }
  return count == 2 || (count == 3 && !vowel);
}

// Two or three letters and a dot.
bool has_abbreviation_form(std::string_view token) {
  if (!token.ends_with('.')) return false;
  token.remove_suffix(1);
  std::size_t letters = 0;
  for (std::size_t at = 0; at < token.size(); ++letters) {
    const char32_t c = next_code_point(token, at);
    if (letters == 3 || !is_letter_point(c) || (c >= 0x80 && is_cjk_point(c)))
      return false;
  }
  return letters >= 2;
}

}  // namespace

WholeName whole_name(const std::vector<std::string_view>& tokens) {
  WholeName whole;
  for (const auto& token : tokens) {
    if (has_lower(token) && !is_particle(token)) whole.mixed_case = true;
    const bool short_capitals =
        count_code_points(token) <= 3 && !has_lower(token);
    if (!short_capitals && !has_initial_form(token)) ++whole.word_count;
  }
  return whole;
}

bool is_initials(std::string_view token, WholeName whole) {
  if (has_initial_form(token) || has_abbreviation_form(token)) return true;
  return whole.mixed_case && whole.word_count > 0 && is_short_capitals(token);
}

bool is_abbreviation(std::string_view token, WholeName whole) {
  return has_abbreviation_form(token) &&
         (has_lower(token) || !whole.mixed_case);
}

bool is_particle(std::string_view token) {
  static const Words kParticles{
      "af", "av", "da", "dal", "das", "de", "dei", "del", "dela", "della",
      "den", "der", "di", "d\u00ED", "do", "dos", "du", "la", "le", "lo", "na",
      "ter", "ten", "van", "vanden", "vel", "von", "zu", "zum", "zur", "abd",
      "abu", "al", "el", "bin", "ibn", "san", "santa", "st", "st.", "ste",
      // Not in the rule, but in real names.
      "'t", "dalla", "degli", "delli", "dello", "vander"};
  constexpr std::size_t kLongest = 6;
  if (token.size() > kLongest) return false;
  if (token == "ben") return true;
  return kParticles.contains(to_lower(token));
}

bool starts_surname(std::string_view token) {
  if (is_particle(token)) return true;
  if (!has_any_byte(token, "'-")) return false;
  const std::string lower = to_lower(token);
  for (const std::string_view prefix : {"d'", "al-", "el-", "abd-"}) {
    if (lower.starts_with(prefix) && lower.size() > prefix.size()) return true;
  }
  // Small letters only: `Hsien-De` and `Phu-Van` are given names.
  const std::string_view tail = token.substr(token.rfind('-') + 1);
  return tail.size() < token.size() && !has_upper(tail) && is_particle(tail);
}

std::size_t count_trailing_particles(const std::vector<std::string_view>& given,
                                     WholeName whole) {
  // In capitals: such as are names of people too (Le, Van, Da) and such as not.
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"da", "di", "do", "du", "la", "ten", "ter", "van", "den"});
  static constexpr auto kNoNames = std::to_array<std::string_view>(
      {"al", "das", "de", "del", "della", "der", "dos", "el", "le", "von", "zu",
       "zum", "zur"});
  std::size_t count = 0;
  for (; count + 1 < given.size(); ++count) {
    const std::string_view token = given[given.size() - 1 - count];
    if (!is_particle(token)) break;
    const bool initials_before = std::all_of(
        given.begin(), given.end() - static_cast<std::ptrdiff_t>(count) - 1,
        [&](std::string_view other) { return is_initials(other, whole); });
    const bool moves = has_upper(token) ? is_one_of(kNoNames, token) ||
                                              ((count > 0 || initials_before) &&
                                               is_one_of(kNames, token))
                                        : has_upper(given.front());
    if (!moves) break;
  }
  return count;
}

bool is_conjunction(std::string_view token) {
  return token == "y" || token == "e" || token == "i";
}

bool is_title(std::string_view token) {
  static constexpr auto kTitles = std::to_array<std::string_view>(
      {"dr", "prof", "professor", "mr", "mrs", "ms", "miss", "sir", "dame",
       "rev", "fr", "hon"});
  return is_one_of(kTitles, bare(token));
}

bool is_post_nominal(std::string_view token) {
  static constexpr auto kNominals = std::to_array<std::string_view>(
      {"phd", "ph.d", "md", "m.d", "msc", "m.sc", "bsc", "dphil", "frs", "esq",
       "dds", "rn", "mph", "jd"});
  return is_one_of(kNominals, bare(token));
}

bool is_generation(std::string_view token) {
  static constexpr auto kGenerations =
      std::to_array<std::string_view>({"jr", "sr", "ii", "iii", "iv"});
  return is_one_of(kGenerations, bare(token));
}

bool is_patronymic(std::string_view token) {
  if (is_ascii(token)) return false;
  const std::string lower = to_lower(token);
  for (const std::string_view ending :
       {"\u043E\u0432\u0438\u0447", "\u0435\u0432\u0438\u0447", "\u0438\u0447",
        "\u043E\u0432\u043D\u0430", "\u0435\u0432\u043D\u0430",
        "\u0438\u0447\u043D\u0430", "\u0438\u043D\u0438\u0447\u043D\u0430"}) {
    if (lower.size() > ending.size() && lower.ends_with(ending)) return true;
  }
  return false;
}

bool is_cjk(std::string_view text) {
  if (is_ascii(text)) return false;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (is_cjk_point(c)) {
      any = true;
    } else if (is_letter_point(c)) {
      return false;
    }
  }
  return any;
}

std::size_t cjk_surname_bytes(std::string_view text) {
  const auto points = points_of(text);
  const auto in_range = [&](char32_t low, char32_t high) {
    return std::all_of(points.begin(), points.end(),
                       [&](char32_t c) { return c >= low && c <= high; });
  };
  for (const std::string_view two :
       {"\u6B27\u9633", "\u6B50\u967D", "\u53F8\u9A6C", "\u53F8\u99AC",
        "\u4E0A\u5B98", "\u8BF8\u845B", "\u8AF8\u845B", "\u7687\u752B",
        "\u5C09\u8FDF", "\u5C09\u9072", "\u590F\u4FAF", "\uB0A8\uAD81",
        "\uD669\uBCF4", "\uC81C\uAC08", "\uC0AC\uACF5", "\uC120\uC6B0",
        "\uB3C5\uACE0"}) {
    if (text.starts_with(two) && points.size() >= 3 && points.size() <= 4) {
      return two.size();
    }
  }
  const bool hangul = in_range(0xAC00, 0xD7A3);
  const bool han = std::all_of(points.begin(), points.end(), [](char32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript(static_cast<UChar32>(c), &status) == USCRIPT_HAN;
  });
  const std::size_t most = hangul ? 4 : 3;
  if ((!hangul && !han) || points.size() < 2 || points.size() > most) return 0;
  std::size_t at = 0;
  next_code_point(text, at);
  return at;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::vector<std::string_view> split_name(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (const auto word : split_words(text)) {
    // N.RAMAMOORTHY: an initial and a word of at least two letters.
    const auto dot = word.find('.');
    const bool glued = dot != std::string_view::npos && dot > 0 &&
                       dot + 1 < word.size() &&
                       count_code_points(word.substr(0, dot)) == 1 &&
                       word.find('.', dot + 1) == std::string_view::npos &&
                       count_letters(word.substr(dot + 1)) >= 2;
    if (glued) {
      tokens.push_back(word.substr(0, dot + 1));
      tokens.push_back(word.substr(dot + 1));
    } else {
      tokens.push_back(word);
    }
  }
  return tokens;
}

std::vector<std::string_view> split_given(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (const auto word : split_words(text)) {
    std::size_t start = 0;
    while (start < word.size()) {
      auto dot = word.find('.', start);
      if (dot != std::string_view::npos && dot + 1 < word.size() &&
          word[dot + 1] == '-') {
        dot = word.find('.', dot + 1);  // J.-P. stays one token
      }
      const auto end = dot == std::string_view::npos ? word.size() : dot + 1;
      if (count_letters(word.substr(start, end - start)) > 0) {
        tokens.push_back(word.substr(start, end - start));
      }
      start = end;
    }
  }
  return tokens;
}

namespace {

bool is_years(std::string_view part) {
  if (part.empty()) return false;
  bool digit = false;
  for (const char c : part) {
    if (c >= '0' && c <= '9') {
      digit = true;
    } else if (c != '-' && c != '.' && c != ' ' && c != '?') {
      return false;
    }
  }
  return digit;
}

bool is_decoration(std::string_view part) {
  const auto words = split_words(part);
  return !words.empty() &&
         std::all_of(words.begin(), words.end(), [](std::string_view word) {
           return is_title(word) || is_post_nominal(word) ||
                  is_generation(word) || equals_in_lower(bare(word), "v");
         });
}

}  // namespace

CommaParts comma_parts(std::string_view text) {
  std::vector<std::string_view> all;
  for (;;) {
    const auto comma = text.find(',');
    all.push_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  CommaParts parts;
  parts.leading_empty = all[0].empty();
  for (const auto part : all) {
    if (part.empty() || is_years(part)) continue;
    if (!parts.kept.empty() && is_decoration(part)) {
      // `Yang, M.D.`: dotted initials and nothing else given are initials.
      const bool initials =
          all.size() == 2 && all[0].find(' ') == std::string_view::npos &&
          part.find('.') != std::string_view::npos && has_initial_form(part);
      if (!initials) continue;
    }
    parts.kept.push_back(part);
  }
  return parts;
}

std::string letters_of(std::string_view token) {
  std::string out;
  for (std::size_t at = 0; at < token.size();) {
    const char32_t c = next_code_point(token, at);
    if (is_letter_point(c)) {
      append_utf8(out,
                  static_cast<char32_t>(u_toupper(static_cast<UChar32>(c))));
    }
  }
  return out;
}

std::string unit_initials(std::string_view token) {
  std::string out;
  bool at_start = true;
  for (std::size_t at = 0; at < token.size();) {
    const char32_t c = next_code_point(token, at);
    if (c == '-') {
      at_start = true;
      continue;
    }
    if (!at_start || !is_letter_point(c)) continue;
    at_start = false;
    if (is_cjk_point(c)) continue;
    append_utf8(out, static_cast<char32_t>(u_toupper(static_cast<UChar32>(c))));
  }
  return out;
}

std::string prepared_name(std::string text) {
  if (is_ascii(text)) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c == 0x2010 || c == 0x2011 || c == 0x2212) {
      out += '-';
    } else if (c == 0x2018 || c == 0x2019 || c == 0x02BC) {
      out += '\'';
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

std::string parsing_form(std::string_view text) {
  if (!has_any_byte(text, "([<\"") &&
      text.find("\u201C") == std::string_view::npos) {
    return std::string(text);
  }
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    std::string_view close;
    if (c == '(') close = ")";
    if (c == '[') close = "]";
    if (c == '<') close = ">";
    if (c == '"') close = "\"";
    if (text.substr(at, 3) == "\u201C") close = "\u201D";
    if (close.empty()) {
      out += c;
      ++at;
      continue;
    }
    const auto end = text.find(close, at + 1);
    if (end == std::string_view::npos && c == '"') {
      ++at;
      continue;
    }
    if (end == std::string_view::npos) break;
    at = end + close.size();
    out += ' ';
  }
  return collapse_space(out);
}

std::string without_digit_brackets(std::string_view text) {
  std::string out(trim(text));
  for (auto open = out.find('('); open != std::string::npos;
       open = out.find('(', open + 1)) {
    const auto close = out.find_first_not_of("0123456789", open + 1);
    if (close == std::string::npos) break;
    if (out[close] == ')' && close > open + 1) {
      out.erase(open, close - open + 1);
      return collapse_space(out);
    }
  }
  return out;
}

bool is_family_alone(std::string_view text) {
  if (text.find(',') != std::string_view::npos) return false;
  const auto words = split_words(text);
  if (words.size() == 1) return true;
  return std::all_of(words.begin(), words.end() - 1,
                     [](std::string_view word) { return is_particle(word); });
}

bool has_lower(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c < 0x80 ? (c >= 'a' && c <= 'z')
                 : u_islower(static_cast<UChar32>(c)) != 0) {
      return true;
    }
  }
  return false;
}

bool has_upper(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_upper_point(next_code_point(text, at))) return true;
  }
  return false;
}

std::size_t count_letters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (is_letter_point(next_code_point(text, at))) ++count;
  }
  return count;
}

namespace {

// One word: a capital at the start and after '-' and '\'', after Mc, and in
// the five Mac names.
std::string title_word(std::string_view word) {
  const std::string lower = to_lower(word);
  static const Words kMacNames{"macdonald", "macleod", "macgregor", "mackenzie",
                               "macarthur"};
  const bool mc = lower.starts_with("mc") && lower.size() > 2;
  const bool mac = kMacNames.contains(lower);
  std::string out;
  bool capital = true;
  for (std::size_t at = 0; at < lower.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(lower, at);
    if ((mc && start == 2) || (mac && start == 3)) capital = true;
    append_utf8(
        out, capital ? static_cast<char32_t>(u_totitle(static_cast<UChar32>(c)))
                     : c);
    capital = c == '-' || c == '\'';
  }
  return out;
}

}  // namespace

std::string title_cased(std::string_view text) {
  std::string out;
  const auto words = split_words(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += ' ';
    const bool particle = is_particle(words[i]) && i + 1 < words.size();
    out += particle ? to_lower(words[i]) : title_word(words[i]);
  }
  return out;
}

}  // namespace dmp::text
