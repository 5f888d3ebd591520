#include "match/key_postings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(KeyPostings, GivesTheNumbersOfAKeyOnce) {
  KeyPostings postings;
  EXPECT_TRUE(postings.empty());
  postings.put("a", 1);
  postings.put("b", 1);
  postings.put("a", 1);
  postings.put("a", 7);
  postings.finish();
  EXPECT_FALSE(postings.empty());
  EXPECT_THAT(postings.find("a"), ElementsAre(1, 7));
  EXPECT_THAT(postings.find("b"), ElementsAre(1));
  EXPECT_THAT(postings.find("c"), IsEmpty());
}

}  // namespace
}  // namespace dmp::match
