#include "net/s3_checksum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::net {
namespace {

// Check values of the catalogue of CRC algorithms for "123456789", in base64.
constexpr std::string_view kBytes = "123456789";

bool matches(const Headers& headers, std::uint64_t part_bytes,
             std::string_view bytes = kBytes) {
  auto sum = S3Checksum::announced(headers, bytes.size(), part_bytes);
  EXPECT_TRUE(sum);
  if (!sum) return false;
  // A part begins with the second piece, and the last comes before the others.
  sum->add(8, bytes.substr(8));
  sum->add(0, bytes.substr(0, 3));
  sum->add(3, bytes.substr(3, 5));
  return sum->matches();
}

TEST(S3Checksum, ComparesTheCrcOfAllBytesInPartsOfAnySize) {
  for (const auto& [name, value] :
       {std::pair{"x-amz-checksum-crc32c", "4waSgw=="},
        std::pair{"x-amz-checksum-crc32", "y/Q5Jg=="},
        std::pair{"x-amz-checksum-crc64nvme", "rosUhgp5mIg="}}) {
    for (const std::uint64_t part_bytes : {4U, 8U}) {
      EXPECT_TRUE(matches({{name, value}}, part_bytes)) << name;
      EXPECT_FALSE(matches({{name, value}}, part_bytes, "123456780")) << name;
    }
    EXPECT_FALSE(matches({{name, "AAAAAA=="}}, 8)) << name;
  }
}

// CRC32C of the three CRC32Cs of "1234", "5678" and "9".
TEST(S3Checksum, ComparesTheCrcOfTheCrcsOfParts) {
  const Headers headers{{"x-amz-checksum-crc32c", "uSVqcA==-3"}};
  EXPECT_TRUE(matches(headers, 4));
  EXPECT_FALSE(matches(headers, 4, "123456780"));
}

// botocore issue 3346: what is said of a range that is the whole object.
TEST(S3Checksum, TakesTheCountOfPartsFromTheTagWhereTheSumHasNone) {
  const Headers headers{{"x-amz-checksum-crc32c", "uSVqcA=="},
                        {"etag", "\"0123-3\""}};
  EXPECT_TRUE(matches(headers, 4));
  EXPECT_TRUE(matches({{"x-amz-checksum-crc32c", "4waSgw=="},
                       {"x-amz-checksum-type", "FULL_OBJECT"},
                       {"etag", "\"0123-3\""}},
                      4));
}

TEST(S3Checksum, IsNoneWhereNothingCanBeCompared) {
  for (const Headers& headers :
       {Headers{}, Headers{{"x-amz-checksum-sha256", "x"}},
        Headers{{"x-amz-checksum-crc32", "uSVqcA==-3"}},
        // Parts of another size.
        Headers{{"x-amz-checksum-crc32c", "uSVqcA==-2"}},
        Headers{{"x-amz-checksum-crc32c", "uSVqcA=="},
                {"x-amz-checksum-type", "COMPOSITE"}}}) {
    EXPECT_FALSE(S3Checksum::announced(headers, 9, 4));
  }
}

}  // namespace
}  // namespace dmp::net
