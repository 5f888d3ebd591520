#include "storage/digest.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace dmp::storage {
namespace {

TEST(ParseDigest, TakesTheAlgorithmFromItsNameOrItsLength) {
  const std::string d32(32, 'A'), d40(40, '0'), d64(64, 'f'), d128(128, '9');
  for (const auto& [text, algorithm] :
       {std::pair{"md5:" + d32, "md5"}, std::pair{d32, "md5"},
        std::pair{"sha1:" + d40, "sha1"}, std::pair{d40, "sha1"},
        std::pair{"sha256:" + d64, "sha256"}, std::pair{d64, "sha256"},
        std::pair{"sha512:" + d128, "sha512"}, std::pair{d128, "sha512"}}) {
    const auto digest = parse_digest(text);
    ASSERT_TRUE(digest) << text;
    EXPECT_EQ(digest->algorithm, algorithm);
    EXPECT_EQ(digest->hex.find('A'), std::string::npos);
  }
}

TEST(ParseDigest, RefusesOtherTexts) {
  for (const std::string text :
       {"", "md5:", "md5:12", "crc32:00000000", "md5", "md5:None"}) {
    const auto digest = parse_digest(text);
    ASSERT_FALSE(digest) << text;
    EXPECT_EQ(digest.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(parse_digest("md5:" + std::string(40, '0')));
  EXPECT_FALSE(parse_digest(std::string(32, 'g')));
}

TEST(VerifyDigest, ComparesTheWholeFile) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("digest_test_" + std::to_string(::getpid()));
  std::ofstream(file, std::ios::binary) << "abc";
  // Source: RFC 1321, FIPS 180-4.
  for (const char* text :
       {"md5:900150983cd24fb0d6963f7d28e17f72",
        "A9993E364706816ABA3E25717850C26C9CD0D89D",
        "sha256:"
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}) {
    EXPECT_TRUE(verify_digest(file, *parse_digest(text))) << text;
  }
  const auto other = verify_digest(file, {"md5", std::string(32, '0')});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::corrupt_input);
  EXPECT_EQ(other.error().message,
            "its md5 is 900150983cd24fb0d6963f7d28e17f72, " +
                std::string(32, '0') + " was expected");
  std::filesystem::remove(file);
  const auto absent = verify_digest(file, {"md5", std::string(32, '0')});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace dmp::storage
