#include "text/clean_text.h"

#include "text/markup.h"
#include "text/unicode.h"
#include "text/white_space.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <unordered_set>

namespace dmp::text {

namespace {

struct Placeholders {
  std::unordered_set<std::string_view> all, abstract, label;
};

const Placeholders& placeholders() {
  static const Placeholders kLists{
      {"",       "-",     "\u2013",  ".",      "a",     "n/a",
       "na",     "none",  "null",    ":unav",  ":unas", ":unal",
       ":unap",  ":unkn", ":none",   ":null",  ":tba",  ":etal",
       ":{unav", "unav",  ":{unav)", ":(unav)"},
      {"abstract",
       "no abstract",
       "no abstract available",
       "no abstract is available for this article",
       "this article has no abstract",
       "abstract not available",
       "abstract to follow",
       "no abstract received",
       "no description provided",
       "no description",
       "description/abstract",
       "not provided",
       "not available",
       "peer reviewed",
       "version of record",
       "status: published",
       "cover title",
       "no contiene resumen",
       "[todo] add abstract here",
       "todo] add abstract here",
       "xbio:d automated upload"},
      {"unknown", "anonymous", "not available", "unpublished", "[s.n.]", "s.n",
       "s.n.", "nn"}};
  return kLists;
}

// Longest placeholder with brackets and dots, in bytes; longer text is none.
constexpr std::size_t kLongestPlaceholder = 64;

// Most short texts are no placeholder: their length and first letter say so.
class FirstLetters {
 public:
  FirstLetters() {
    const Placeholders& lists = placeholders();
    for (const auto* list : {&lists.all, &lists.abstract, &lists.label}) {
      for (const std::string_view text : *list) {
        if (!text.empty()) at(text.size(), text[0]) = true;
      }
    }
  }
  bool possible(std::string_view text) const {
    const char first = text[0];
    const bool capital = first >= 'A' && first <= 'Z';
    return known_[text.size()]
                 [static_cast<unsigned char>(capital ? first + 32 : first)];
  }

 private:
  bool& at(std::size_t size, char first) {
    return known_[size][static_cast<unsigned char>(first)];
  }
  bool known_[kLongestPlaceholder + 1][256] = {};
};

const FirstLetters& first_letters() {
  static const FirstLetters kLetters;
  return kLetters;
}

bool may_be_listed(std::string_view text) {
  if (text.empty() || !is_ascii(text)) return true;
  const auto decorated = [](char c) {
    return c <= ' ' || c == '.' || c == '(' || c == ')' || c == '[' ||
           c == ']' || c == '{' || c == '}' || c == '<' || c == '>' ||
           c == 0x7F;
  };
  if (decorated(text.back()) || decorated(text.front())) return true;
  return first_letters().possible(text);
}

bool is_listed(std::string_view text, TextKind kind) {
  if (!text.empty() && !first_letters().possible(text)) return false;
  const Placeholders& lists = placeholders();
  if (lists.all.contains(text)) return true;
  if (kind == TextKind::abstract) return lists.abstract.contains(text);
  return kind == TextKind::label && lists.label.contains(text);
}

bool take_tail(std::string_view& text, std::string_view tail) {
  if (text.size() <= tail.size() || !text.ends_with(tail)) return false;
  text.remove_suffix(tail.size());
  return true;
}

bool is_invisible(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n' && c != '\r';
  if (c >= 0x7F && c <= 0x9F) return true;
  return c == 0xAD || (c >= 0x200B && c <= 0x200F) || c == 0x2060 ||
         c == 0xFEFF || c == 0xFFFE || c == 0xFFFF ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

// The quotes, bullet and dashes of Windows-1252 that were read as Latin-1.
char32_t windows_punctuation(char32_t c) {
  constexpr std::u32string_view kMarks =
      U"\u2018\u2019\u201C\u201D\u2022\u2013\u2014";
  return c >= 0x91 && c <= 0x97 ? kMarks[c - 0x91] : c;
}

// U+2000 to U+203F is E2 80 and a byte in UTF-8. Where that was read as
// Latin-1, 'a' with a circumflex and U+0080 stand before the byte at `at`.
// 0: it was not.
char32_t misread_punctuation(std::string_view before, std::string_view text,
                             std::size_t& at) {
  if (!before.ends_with("\u00E2") || at >= text.size()) return 0;
  std::size_t next = at;
  const char32_t last = next_code_point(text, next);
  if (last < 0x80 || last > 0xBF) return 0;
  at = next;
  return 0x2000 + (last - 0x80);
}

// Joiners shape letters of Arabic and Indic scripts; elsewhere they are noise.
bool joins_letters(char32_t c) {
  if (u_isalpha(static_cast<UChar32>(c)) == 0 &&
      u_charType(static_cast<UChar32>(c)) != U_NON_SPACING_MARK &&
      u_charType(static_cast<UChar32>(c)) != U_COMBINING_SPACING_MARK) {
    return false;
  }
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &status)) {
    case USCRIPT_ARABIC:
    case USCRIPT_BENGALI:
    case USCRIPT_DEVANAGARI:
    case USCRIPT_GUJARATI:
    case USCRIPT_GURMUKHI:
    case USCRIPT_KANNADA:
    case USCRIPT_MALAYALAM:
    case USCRIPT_ORIYA:
    case USCRIPT_SINHALA:
    case USCRIPT_TAMIL:
    case USCRIPT_TELUGU:
      return true;
    default:
      return false;
  }
}

// Bytes that neither are nor begin white space or an invisible character.
constexpr std::array<bool, 256> kOrdinary = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0x21; byte < table.size(); ++byte) table[byte] = true;
  for (const std::size_t byte : {0x7F, 0xC2, 0xE1, 0xE2, 0xE3, 0xEF})
    table[byte] = false;
  return table;
}();

bool is_ordinary(char c) {
  return kOrdinary[static_cast<unsigned char>(c)];
}

// 32 bytes compared at once: the compiler makes bit tests, a byte at a time, of
// a plain loop over them.
constexpr std::size_t kBlock = 32;
using Block = unsigned char __attribute__((vector_size(kBlock)));

Block block_at(const char* text) {
  Block block;
  std::memcpy(&block, text, kBlock);
  return block;
}

// Whether the kBlock bytes at `text` are ordinary, or blanks with no blank or
// control behind them; reads one byte more.
bool is_ordinary_block(const char* text) {
  const Block bytes = block_at(text);
  const Block next = block_at(text + 1);
  const auto bad = (bytes < 0x20) | (bytes == 0x7F) | (bytes == 0xC2) |
                   (bytes == 0xE1) | (bytes == 0xE2) | (bytes == 0xE3) |
                   (bytes == 0xEF) | ((bytes == ' ') & (next <= ' '));
  std::array<std::uint64_t, kBlock / 8> words;
  std::memcpy(words.data(), &bad, kBlock);
  return (words[0] | words[1] | words[2] | words[3]) == 0;
}

// End of the ordinary bytes, single blanks between them included.
std::size_t ordinary_end(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (at + kBlock < text.size() && is_ordinary_block(text.data() + at)) {
      // The last byte may be a blank before what is not ordinary.
      at += kBlock - 1;
      continue;
    }
    const std::size_t end = std::min(text.size(), at + kBlock);
    for (; at < end; ++at) {
      if (is_ordinary(text[at])) continue;
      if (text[at] != ' ' || at + 1 == text.size() ||
          !is_ordinary(text[at + 1]))
        return at;
    }
  }
  return at;
}

// The last code point of a text that is not empty.
char32_t last_code_point(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return next_code_point(text, at);
}

// Without invisible characters, every run of white space one blank, trimmed.
std::string tidied(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool blank = false;  // white space came since the last character
  const auto append = [&](std::string_view part) {
    if (blank && !out.empty()) out += ' ';
    blank = false;
    out += part;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (is_ordinary(text[at])) {
      at = ordinary_end(text, at);
      append(text.substr(start, at - start));
      continue;
    }
    const char32_t written = next_code_point(text, at);
    char32_t c = windows_punctuation(written);
    if (const char32_t mark =
            c == 0x80 && !blank ? misread_punctuation(out, text, at) : 0;
        mark != 0) {
      out.resize(out.size() - 2);
      blank = out.ends_with(' ');
      if (blank) out.pop_back();
      c = mark;
    }
    // Line and form breaks that are controls part words all the same.
    if (is_white_space(c)) {
      blank = true;
      continue;
    }
    if (is_invisible(c)) {
      std::size_t ahead = at;
      const bool joiner = c == 0x200C || c == 0x200D;
      if (!joiner || blank || out.empty() ||
          !joins_letters(last_code_point(out)) || ahead >= text.size() ||
          !joins_letters(next_code_point(text, ahead))) {
        continue;
      }
    }
    if (c == written) {
      append(text.substr(start, at - start));
    } else {
      std::string mended;
      append_utf8(mended, c);
      append(mended);
    }
  }
  return out;
}

// TeX sets an accent on a dotless i, which does not compose with it.
std::string with_dotted_i(std::string text) {
  constexpr std::string_view kDotless = "\u0131";
  constexpr std::uint8_t kAbove = 230;  // combining class
  auto found = text.find(kDotless);
  if (found == std::string::npos) return text;
  std::string out;
  std::size_t at = 0;
  for (; found != std::string::npos; found = text.find(kDotless, at)) {
    out.append(text, at, found - at);
    at = found + kDotless.size();
    std::size_t next = at;
    const bool accent =
        at < text.size() && u_getCombiningClass(static_cast<UChar32>(
                                next_code_point(text, next))) == kAbove;
    out += accent ? "i" : kDotless;
  }
  return out.append(text, at);
}

// Line breaks that were escaped twice stand as words of their own.
std::string without_escaped_breaks(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word == "\\n" || word == "\\r" || word == "\\r\\n") continue;
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

bool is_heading_separator(char32_t c) {
  return c == ':' || c == '.' || c == '-' || c == 0x2013 || c == 0x2014 ||
         is_white_space(c);
}

bool opens_a_sentence(char32_t c) {
  const auto u = static_cast<UChar32>(c);
  return u_isupper(u) != 0 || u_isdigit(u) != 0 || c == '"' || c == '\'' ||
         c == '(' || c == '[' || c == '{' || c == 0x201C || c == 0x2018 ||
         c == 0xAB || u_charType(u) == U_OTHER_LETTER;
}

// Takes off one leading "Abstract" and the like. Source: records.md 1.3. With
// no separator behind it (`AbstractThis`) a capital must end its small letters.
std::string without_heading(std::string text) {
  constexpr std::array<std::string_view, 10> kHeadings{
      "Abstracts",       "Abstract",         "ABSTRACT", "Summary",
      "SUMMARY",         "R\u00E9sum\u00E9", "Resumen",  "Resumo",
      "Zusammenfassung", "\u6458\u8981"};
  for (const std::string_view heading : kHeadings) {
    if (!text.starts_with(heading)) continue;
    std::size_t at = heading.size();
    std::size_t body = at;
    while (at < text.size()) {
      std::size_t next = at;
      if (!is_heading_separator(next_code_point(text, next))) break;
      at = next;
    }
    if (at >= text.size()) return text;
    std::size_t next = at;
    const char32_t first = next_code_point(text, next);
    const bool opens =
        at == body
            ? u_isupper(static_cast<UChar32>(first)) != 0 &&
                  u_islower(static_cast<UChar32>(last_code_point(heading))) != 0
            : opens_a_sentence(first);
    if (!opens) return text;
    if (count_code_points(std::string_view(text).substr(at)) < 20) return text;
    return text.substr(at);
  }
  return text;
}

// Some begin with two: `AbstractAbstractThis`.
std::string drop_leading_heading(std::string text) {
  return without_heading(without_heading(std::move(text)));
}

std::size_t limit_of(TextKind kind) {
  switch (kind) {
    case TextKind::title:
      return 4'000;
    case TextKind::abstract:
      return 100'000;
    case TextKind::label:
      return 1'000;
  }
  return 1'000;
}

// Cuts at the last blank before the limit, or at the limit itself.
bool truncate(std::string& text, std::size_t limit) {
  if (text.size() <= limit || count_code_points(text) <= limit) return false;
  std::size_t at = 0;
  for (std::size_t points = 0; points < limit; ++points) {
    next_code_point(text, at);
  }
  const auto blank = text.rfind(' ', at);
  text.resize(blank == std::string::npos || blank == 0 ? at : blank);
  return true;
}

// Plain printable ASCII with single blanks, no '<' and no '&': nothing to do.
// No early exit, so that the loop is done 32 bytes at a time.
bool is_clean_ascii(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  const auto bad = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return static_cast<unsigned char>((u < 0x20) | (u > 0x7E) | (u == '<') |
                                      (u == '&'));
  };
  unsigned char found = bad(text[0]);
  for (std::size_t i = 1; i < text.size(); ++i) {
    found |= bad(text[i]);
    found |= static_cast<unsigned char>(static_cast<int>(text[i] == ' ') &
                                        static_cast<int>(text[i - 1] == ' '));
  }
  return found == 0;
}

std::string decoded(std::string_view raw) {
  std::string text;
  if (!is_valid_utf8(raw)) {
    text = to_valid_utf8(raw);
    raw = text;
  }
  for (int pass = 0; pass < 2; ++pass) {
    if (!has_any_byte(raw, "<&")) break;
    std::string next = decode_entities(strip_markup(raw));
    if (next == raw) break;
    text = std::move(next);
    raw = text;
  }
  return to_nfc(with_dotted_i(tidied(raw)));
}

}  // namespace

bool is_placeholder(std::string_view cleaned, TextKind kind) {
  if (cleaned.size() > kLongestPlaceholder || !may_be_listed(cleaned))
    return false;
  const std::string folded = to_lower(trim(cleaned));
  std::string_view text = folded;
  if (is_listed(text, kind)) return true;
  while (take_tail(text, ".") || take_tail(text, "\u2026")) {
  }
  if (is_listed(text, kind)) return true;
  while (text.size() >= 2 && ((text.front() == '(' && text.back() == ')') ||
                              (text.front() == '[' && text.back() == ']') ||
                              (text.front() == '{' && text.back() == '}') ||
                              (text.front() == '<' && text.back() == '>'))) {
    text = text.substr(1, text.size() - 2);
    while (take_tail(text, ".")) {
    }
    if (is_listed(text, kind)) return true;
  }
  return false;
}

std::optional<std::string> clean_text(std::string_view raw, TextKind kind,
                                      CleanNotes* notes) {
  if (raw.empty()) return std::nullopt;
  std::string text = is_clean_ascii(raw) ? std::string(raw) : decoded(raw);
  if (text.find('\\') != std::string::npos) text = without_escaped_breaks(text);
  if (kind == TextKind::abstract) text = drop_leading_heading(std::move(text));
  if (is_placeholder(text, kind)) return std::nullopt;
  if (truncate(text, limit_of(kind)) && notes != nullptr) {
    notes->truncated = true;
  }
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace dmp::text
