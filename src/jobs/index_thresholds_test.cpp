#include "jobs/index_thresholds.h"

#include <gtest/gtest.h>

namespace dmp::jobs {
namespace {

storage::Manifest openalex(const char* xpac) {
  storage::Manifest manifest;
  manifest.options["xpac"] = xpac;
  return manifest;
}

// P49a: a full snapshot without the expansion pack has 192,038,100 rows, which
// the threshold of the other modes would refuse.
TEST(IndexThresholds, OfOpenAlexAreThoseOfItsMode) {
  const auto of = [](const storage::Manifest& manifest) {
    return index_thresholds({}, manifest, {}, {}).openalex_works;
  };
  EXPECT_EQ(of(openalex("drop")), 172'000'000);
  EXPECT_EQ(of(storage::Manifest()), 172'000'000);
  EXPECT_EQ(of(openalex("enrich")), 264'675'126);
  EXPECT_EQ(of(openalex("include")), 264'675'126);
}

TEST(IndexThresholds, AreThoseGiven) {
  IndexThresholds given;
  given.openalex_works = 7;
  given.ror = 3;
  const auto filled = index_thresholds(given, openalex("drop"), {}, {});
  EXPECT_EQ(filled.openalex_works, 7);
  EXPECT_EQ(filled.crossref_metadata, 167'008'747);
  EXPECT_EQ(filled.datacite, 100'000'000);
  EXPECT_EQ(filled.ror, 3);
  EXPECT_EQ(filled.corpus, 0);  // OpenAlex is not whole
}

TEST(IndexThresholds, OfAWholeWorldAskForRorAndTheCorpusToo) {
  const auto whole = index_thresholds({}, openalex("drop"), {}, {});
  EXPECT_EQ(whole.ror, 100'000);
  EXPECT_EQ(whole.corpus, 1);
}

TEST(IndexThresholds, OfASubsetOrAMadeWorldAreOne) {
  storage::Manifest subset, synthetic = openalex("include");
  subset.subset = true;
  subset.rows_out = 1;
  synthetic.synthetic = true;
  const auto filled = index_thresholds({}, synthetic, subset, {});
  EXPECT_EQ(filled.openalex_works, 1);
  EXPECT_EQ(filled.crossref_metadata, 1);
  EXPECT_EQ(filled.datacite, 100'000'000);
  EXPECT_EQ(filled.ror, 1);
  EXPECT_EQ(filled.corpus, 0);
  subset.rows_out = 0;
  EXPECT_EQ(index_thresholds({}, synthetic, subset, {}).crossref_metadata, 0);
}

}  // namespace
}  // namespace dmp::jobs
