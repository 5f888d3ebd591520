#include "text/ascii_folding.h"

#include "text/unicode.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <unordered_map>

namespace dmp::text {

namespace {

// Letters that have no decomposition, and punctuation.
const std::unordered_map<char32_t, std::string_view>& special() {
  static const std::unordered_map<char32_t, std::string_view> kSpecial{
      {0xE6, "ae"},   {0xF0, "d"},    {0xF8, "o"},    {0xFE, "th"},
      {0xDF, "ss"},   {0x111, "d"},   {0x127, "h"},   {0x131, "i"},
      {0x138, "q"},   {0x142, "l"},   {0x14B, "n"},   {0x153, "oe"},
      {0x167, "t"},   {0x180, "b"},   {0x183, "b"},   {0x188, "c"},
      {0x18C, "d"},   {0x192, "f"},   {0x195, "hv"},  {0x199, "k"},
      {0x19A, "l"},   {0x19E, "n"},   {0x1A5, "p"},   {0x1AD, "t"},
      {0x1B4, "y"},   {0x1B6, "z"},   {0x1DD, "e"},   {0x1E5, "g"},
      {0x21D, "z"},   {0x221, "d"},   {0x223, "ou"},  {0x225, "z"},
      {0x234, "l"},   {0x235, "n"},   {0x236, "t"},   {0x237, "j"},
      {0x238, "db"},  {0x239, "qp"},  {0x23C, "c"},   {0x23F, "s"},
      {0x240, "z"},   {0x247, "e"},   {0x249, "j"},   {0x24B, "q"},
      {0x24D, "r"},   {0x24F, "y"},   {0x253, "b"},   {0x254, "o"},
      {0x255, "c"},   {0x256, "d"},   {0x257, "d"},   {0x259, "a"},
      {0x25B, "e"},   {0x260, "g"},   {0x262, "g"},   {0x265, "h"},
      {0x266, "h"},   {0x268, "i"},   {0x26A, "i"},   {0x26B, "l"},
      {0x271, "m"},   {0x272, "n"},   {0x274, "n"},   {0x275, "o"},
      {0x280, "r"},   {0x282, "s"},   {0x288, "t"},   {0x289, "u"},
      {0x28B, "v"},   {0x28F, "y"},   {0x290, "z"},   {0x29F, "l"},
      {0x1D00, "a"},  {0x1D04, "c"},  {0x1D05, "d"},  {0x1D07, "e"},
      {0x1E9F, "d"},  {0xAB, "\""},   {0xBB, "\""},   {0x2018, "'"},
      {0x2019, "'"},  {0x201A, "'"},  {0x201B, "'"},  {0x2032, "'"},
      {0x2039, "'"},  {0x203A, "'"},  {0x201C, "\""}, {0x201D, "\""},
      {0x201E, "\""}, {0x2033, "\""}, {0x2010, "-"},  {0x2011, "-"},
      {0x2012, "-"},  {0x2013, "-"},  {0x2014, "-"},  {0x2044, "/"},
      {0x2052, "%"},  {0x204E, "*"}};
  return kSpecial;
}

bool is_latin(char32_t c) {
  return (c >= 0xC0 && c <= 0x24F) || (c >= 0x1E00 && c <= 0x1EFF);
}

// The ASCII letter a Latin one decomposes to, or 0.
char base_letter(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfd = icu::Normalizer2::getNFDInstance(status);
  icu::UnicodeString decomposed;
  if (!nfd->getDecomposition(static_cast<UChar32>(c), decomposed)) return 0;
  const UChar first = decomposed.charAt(0);
  return first < 0x80 ? static_cast<char>(first) : '\0';
}

}  // namespace

std::string fold_to_ascii(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c < 0x80) {
      out += static_cast<char>(c);
      continue;
    }
    if (const auto found = special().find(c); found != special().end()) {
      out += found->second;
      continue;
    }
    const char base = is_latin(c) ? base_letter(c) : '\0';
    if (base != '\0') {
      out += base;
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

}  // namespace dmp::text
