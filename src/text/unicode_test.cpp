#include "text/unicode.h"

#include "text/white_space.h"

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <array>
#include <random>
#include <string>

namespace dmp::text {
namespace {

constexpr char32_t kCodePoints = 0x110000;

std::string by_icu(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfc = icu::Normalizer2::getNFCInstance(status);
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, text, sink, nullptr, status);
  EXPECT_EQ(status, U_ZERO_ERROR);
  return out;
}

TEST(IsWhiteSpace, IsUnicodesProperty) {
  for (char32_t c = 0; c < kCodePoints; ++c) {
    ASSERT_EQ(is_white_space(c),
              u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_WHITE_SPACE))
        << static_cast<std::uint32_t>(c);
  }
}

// Alone, and between a letter and a mark that combines with many.
TEST(ToNfc, IsIcusForEveryCodePoint) {
  for (char32_t c = 0; c < kCodePoints; ++c) {
    for (const char* behind : {"", "\u0301", "\u11A8"}) {
      std::string text = "a";
      append_utf8(text, c);
      text += behind;
      ASSERT_EQ(to_nfc(text), by_icu(text)) << static_cast<std::uint32_t>(c);
    }
  }
}

TEST(ToNfc, IsIcusForMixedTexts) {
  std::mt19937 random(3);
  // Blocks with much that changes, and with much that does not.
  constexpr std::array<char32_t, 12> kBlocks{0x20,   0x60,   0xC0,   0x300,
                                             0x380,  0x400,  0x2000, 0x2100,
                                             0x2200, 0x3090, 0x4E00, 0xAC00};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto length = random() % 40; length > 0; --length) {
      const char32_t block =
          random() % 3 == 0 ? kBlocks[random() % kBlocks.size()] : 0x60;
      append_utf8(text, block + random() % 64);
    }
    ASSERT_EQ(to_nfc(text), by_icu(text)) << text;
  }
}

TEST(ToNfc, ReadsNotBehindACharacterThatIsCutOff) {
  EXPECT_EQ(to_nfc("\xE2\x80"), by_icu("\xE2\x80"));
  EXPECT_EQ(to_nfc("a\xCE"), by_icu("a\xCE"));
}

}  // namespace
}  // namespace dmp::text
