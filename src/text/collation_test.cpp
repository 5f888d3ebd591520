#include "text/collation.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace dmp::text {
namespace {

TEST(CollationKey, SeesNeitherCaseNorAccents) {
  const std::vector<std::pair<std::string, std::string>> same{
      {"10.5555/fresh", "10.5555/FRESH"},
      {"10.5555/etude", "10.5555/\u00e9tude"},
      {"10.5555/etude", "10.5555/E\u0301TUDE"},
      {"10.5555/stra\u00dfe", "10.5555/STRASSE"},
      {"10.5555/a\u00adb", "10.5555/ab"},
  };
  for (const auto& [one, other] : same) {
    EXPECT_EQ(collation_key(one), collation_key(other)) << one << " " << other;
  }
}

TEST(CollationKey, SeesLettersBlanksAndPunctuation) {
  const std::vector<std::string> all{
      "",           "10.5555/a",   "10.5555/a ",  "10.5555/a-b",
      "10.5555/ab", "10.5555/a.b", "10.5555/a/b", "10.5555/(ab)",
      "10.5555/b",  "10.55551/a"};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(collation_key(all[i]), collation_key(all[j]))
          << all[i] << " " << all[j];
    }
  }
}

TEST(CollationKey, OfALongTextIsWhole) {
  const std::string text(10'000, 'x');
  EXPECT_NE(collation_key(text + "a"), collation_key(text + "b"));
  EXPECT_EQ(collation_key(text + "a"), collation_key(text + "A"));
}

TEST(CollationVersion, IsOfIcu) {
  EXPECT_EQ(collation_version().rfind("icu ", 0), 0U);
}

}  // namespace
}  // namespace dmp::text
