#include "text/unicode.h"

#include "text/white_space.h"

#include <simdjson.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>
#include <unicode/uversion.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace dmp::text {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_space_or_control(char32_t c) {
  if (c <= 0x20 || (c >= 0x7F && c <= 0xA0)) return true;
  return c > 0xFF && is_white_space(c);
}

// The text as `normaliser` has it; most text is already, which is checked
// first.
std::string normalised(const icu::Normalizer2* normaliser, UErrorCode status,
                       std::string text) {
  if (U_FAILURE(status)) return text;
  const icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
  if (normaliser->isNormalizedUTF8(piece, status) != 0) return text;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  status = U_ZERO_ERROR;
  normaliser->normalizeUTF8(0, piece, sink, nullptr, status);
  return U_FAILURE(status) ? text : out;
}

// All bytes of a text or-ed, a word at a time; short texts, which most are,
// with two words that may overlap.
unsigned char bits_of(std::string_view text) {
  constexpr std::size_t kWord = 8;
  const auto word_at = [&](std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, kWord);
    return word;
  };
  std::uint64_t bits = 0;
  if (text.size() < kWord) {
    for (const char c : text) bits |= static_cast<unsigned char>(c);
    return static_cast<unsigned char>(bits);
  }
  for (std::size_t at = 0; at + kWord < text.size(); at += kWord)
    bits |= word_at(at);
  bits |= word_at(text.size() - kWord);
  bits |= bits >> 32;
  bits |= bits >> 16;
  return static_cast<unsigned char>(bits | bits >> 8);
}

// Whether NFC may change the text: none of what is below U+0300 combines or is
// decomposed, and its first bytes are < 0xCC. No early exit, so that it is done
// 32 bytes at a time.
bool may_change_in_nfc(std::string_view text) {
  unsigned char highest = 0;
  for (const char c : text)
    highest = std::max(highest, static_cast<unsigned char>(c));
  return highest >= 0xCC;
}

// What characters with this first byte are to NFC. `stable`: the quick check
// says yes to each and their combining class is 0, so that text of them alone
// is NFC. `some`: the second byte says.
enum class Lead : std::uint8_t { other, stable, some };
constexpr std::array<Lead, 256> kLeads = [] {
  std::array<Lead, 256> table{};
  const auto fill = [&](std::size_t first, std::size_t last) {
    for (auto byte = first; byte <= last; ++byte) table[byte] = Lead::stable;
  };
  fill(0x00, 0xCB);  // ASCII, bytes that are not the first, U+0080 to U+02FF
  fill(0xCF, 0xD1);  // U+03C0 to U+047F: Greek, Cyrillic
  fill(0xE4, 0xE9);  // U+4000 to U+9FFF: Han
  fill(0xEB, 0xEC);  // U+B000 to U+CFFF: Hangul syllables
  table[0xCE] = table[0xE2] = Lead::some;
  return table;
}();

// Whether the character whose first byte is 0xCE (Greek) or 0xE2 (punctuation,
// signs, arrows, mathematics) is stable.
bool is_stable_symbol(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  if (byte(0) == 0xCE) return byte(1) != 0x87;  // U+0387, ano teleia
  if (byte(1) == 0x80) return byte(2) >= 0x82;  // U+2000, U+2001: quads
  return byte(1) == 0x81 || byte(1) == 0x82 ||  // U+2040 to U+20BF
         (byte(1) >= 0x85 && byte(1) <= 0x8B);  // U+2140 to U+22FF
}

// Text of which nearly all is ASCII is most of what is not.
bool is_stable_in_nfc(std::string_view text) {
  constexpr std::size_t kWord = 8;
  for (std::size_t at = 0; at < text.size();) {
    if (at + kWord <= text.size() && is_ascii(text.substr(at, kWord))) {
      at += kWord;
      continue;
    }
    for (const auto end = std::min(at + kWord, text.size()); at < end; ++at) {
      const Lead lead = kLeads[static_cast<unsigned char>(text[at])];
      if (lead == Lead::other ||
          (lead == Lead::some && !is_stable_symbol(text.substr(at)))) {
        return false;
      }
    }
  }
  return true;
}

// Bytes that a white-space character can begin with.
constexpr std::array<bool, 256> kMayBeSpace = [] {
  std::array<bool, 256> table{};
  for (const int byte :
       {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0xC2, 0xE1, 0xE2, 0xE3})
    table[static_cast<std::size_t>(byte)] = true;
  return table;
}();

bool may_be_space(char c) {
  return kMayBeSpace[static_cast<unsigned char>(c)];
}

template <class Map>
std::string mapped(std::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    append_utf8(out, map(next_code_point(text, at)));
  }
  return out;
}

}  // namespace

bool is_ascii(std::string_view text) {
  return bits_of(text) < 0x80;
}

char32_t next_wide_code_point(std::string_view text, std::size_t& at) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  auto i = static_cast<std::int64_t>(at);
  const auto size = static_cast<std::int64_t>(text.size());
  UChar32 c = 0;
  U8_NEXT(bytes, i, size, c);
  at = static_cast<std::size_t>(i);
  return c < 0 ? kReplacement : static_cast<char32_t>(c);
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacement;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool is_valid_utf8(std::string_view text) {
  constexpr std::size_t kShort = 64;
  if (text.size() <= kShort && is_ascii(text)) return true;
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string to_valid_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  return mapped(text, [](char32_t c) { return c; });
}

std::string to_nfc(std::string text) {
  if (!may_change_in_nfc(text) || is_stable_in_nfc(text)) return text;
  UErrorCode status = U_ZERO_ERROR;
  const auto* normaliser = icu::Normalizer2::getNFCInstance(status);
  return normalised(normaliser, status, std::move(text));
}

std::string to_lower(std::string_view text) {
  if (is_ascii(text)) {
    std::string out(text);
    for (char& c : out) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return out;
  }
  return mapped(text, [](char32_t c) {
    return static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
  });
}

std::string to_upper(std::string_view text) {
  if (is_ascii(text)) {
    std::string out(text);
    for (char& c : out) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    return out;
  }
  return mapped(text, [](char32_t c) {
    return static_cast<char32_t>(u_toupper(static_cast<UChar32>(c)));
  });
}

bool equals_in_lower(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(),
                    [](char c, char wanted) {
                      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
                      return c == wanted;
                    });
}

bool has_any_byte(std::string_view text, std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [&](char byte) {
    return text.find(byte) != std::string_view::npos;
  });
}

std::string key(std::string_view text) {
  if (is_ascii(text)) return collapse_space(to_lower(text));
  UErrorCode status = U_ZERO_ERROR;
  const auto* normaliser = icu::Normalizer2::getNFKCCasefoldInstance(status);
  return collapse_space(normalised(normaliser, status, std::string(text)));
}

std::string_view trim(std::string_view text) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
  if (!text.empty() && visible(text.front()) && visible(text.back()))
    return text;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t next = begin;
    if (!is_space_or_control(next_code_point(text, next))) break;
    begin = next;
  }
  std::size_t end = text.size();
  while (end > begin) {
    std::size_t start = end - 1;
    while (start > begin &&
           (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) {
      --start;
    }
    std::size_t next = start;
    if (!is_space_or_control(next_code_point(text, next)) || next != end) break;
    end = start;
  }
  return text.substr(begin, end - begin);
}

std::string collapse_space(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool pending = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    while (at < text.size() && !may_be_space(text[at])) ++at;
    if (at == start) {
      if (is_white_space(next_code_point(text, at))) {
        pending = !out.empty();
        continue;
      }
    }
    if (pending) out += ' ';
    pending = false;
    out.append(text, start, at - start);
  }
  return out;
}

std::string unicode_library_version() {
  UVersionInfo version;
  u_getVersion(version);
  std::array<char, U_MAX_VERSION_STRING_LENGTH> text{};
  u_versionToString(version, text.data());
  return text.data();
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace dmp::text
