#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dmp::text {

// All take and give UTF-8; malformed sequences become U+FFFD unless said.

bool is_ascii(std::string_view text);
bool is_valid_utf8(std::string_view text);
std::string to_valid_utf8(std::string_view text);
std::string to_nfc(std::string text);

// Simple (one to one) lower-case mapping of every code point, no locale.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

// Whether the text is `lower`, which is ASCII without capitals, but for the
// case of ASCII letters.
bool equals_in_lower(std::string_view text, std::string_view lower);

// Whether any of `bytes` stands in the text; for long texts. Unlike
// find_first_of() it does not look at one byte at a time.
bool has_any_byte(std::string_view text, std::string_view bytes);

// Comparison key: case-fold + NFKC, white space runs collapsed to one blank,
// trimmed. Source: spec works-index.md 3, `key(x)`.
std::string key(std::string_view text);

// Trims Unicode white space and C0/C1 controls at both ends; a view into text.
std::string_view trim(std::string_view text);

// Every run of Unicode White_Space becomes one U+0020; trimmed.
std::string collapse_space(std::string_view text);

std::size_t count_code_points(std::string_view text);

// Version of the Unicode library, as in "72.1": with another one the same text
// may fold or break differently.
std::string unicode_library_version();

// Appends one code point as UTF-8 (U+FFFD for surrogates and > U+10FFFF).
void append_utf8(std::string& out, char32_t code_point);

// next_code_point() for what is not ASCII.
char32_t next_wide_code_point(std::string_view text, std::size_t& at);

// Reads the code point at `at` and moves past it; U+FFFD on malformed input.
inline char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte >= 0x80) return next_wide_code_point(text, at);
  ++at;
  return byte;
}

}  // namespace dmp::text
