#include "net/s3_client.h"

#include <gtest/gtest.h>

namespace dmp::net {
namespace {

std::string page(const std::string& inside) {
  return "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\">" + inside +
         "</ListBucketResult>";
}

TEST(ParseListing, ReadsKeysSizesAndTagsWithoutQuotes) {
  const auto listing = parse_listing(
      page("<IsTruncated>false</IsTruncated><Contents><Key>a b&amp;c&#233;"
           "</Key><ETag>&quot;12ab-3&quot;</ETag><Size>42</Size></Contents>"
           "<Contents><Key>z</Key><Size>0</Size></Contents>"));
  ASSERT_TRUE(listing);
  ASSERT_EQ(listing->objects.size(), 2U);
  EXPECT_EQ(listing->objects[0].key, "a b&c\xC3\xA9");
  EXPECT_EQ(listing->objects[0].bytes, 42U);
  EXPECT_EQ(listing->objects[0].etag, "12ab-3");
  EXPECT_EQ(listing->objects[1].etag, "");
  EXPECT_EQ(listing->next, "");
}

TEST(ParseListing, NamesTheNextPage) {
  const auto listing = parse_listing(
      page("<IsTruncated>true</IsTruncated>"
           "<NextContinuationToken>to&lt;ken</NextContinuationToken>"));
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->next, "to<ken");
}

TEST(ParseListing, RefusesWhatIsCutOffOrNoListing) {
  const std::string bad[] = {
      "",
      "<Error><Code>NoSuchBucket</Code></Error>",
      "<ListBucketResult><Contents><Key>a</Key><Size>1</Size>",
      page("<Contents><Key>a</Key></Contents>"),
      page("<Contents><Key>a</Key><Size>x</Size></Contents>"),
      page("<IsTruncated>true</IsTruncated>")};
  for (const auto& xml : bad) {
    const auto listing = parse_listing(xml);
    ASSERT_FALSE(listing) << xml;
    EXPECT_EQ(listing.error().code, ErrorCode::corrupt_input);
  }
}

TEST(UriEncoded, KeepsUnreservedAndSlashesOnly) {
  EXPECT_EQ(uri_encoded("a/b c=d+%~.gz", true), "a/b%20c%3Dd%2B%25~.gz");
  EXPECT_EQ(uri_encoded("a/b", false), "a%2Fb");
}

}  // namespace
}  // namespace dmp::net
