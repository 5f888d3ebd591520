#include "dmps/subset.h"

#include <gtest/gtest.h>

namespace dmp::dmps {
namespace {

std::optional<ingest::SubsetList> list(std::string json) {
  return ingest::SubsetList{"list", std::move(json)};
}

model::Plan plan(std::string doi, std::vector<model::Organisation> places) {
  model::Plan plan;
  plan.doi = std::move(doi);
  plan.institutions = std::move(places);
  return plan;
}

TEST(PlanSubset, KeepsAPlanByItsDoiInAnyForm) {  // P38
  auto subset = PlanSubset::read(
      list(R"(["https://doi.org/10.48321/D1KELP", null, "10.48321/d1b."])"),
      {});
  ASSERT_TRUE(subset) << subset.error().message;
  EXPECT_TRUE(subset->keeps(plan("10.48321/d1kelp", {})));
  EXPECT_TRUE(subset->keeps(plan("10.48321/d1b", {})));
  EXPECT_FALSE(subset->keeps(plan("10.48321/d1kel", {})));
}

struct Example {
  model::Organisation place;
  bool kept;
};

// dmps.md 8: the ROR equal, or the name as a phrase with slop 3.
TEST(PlanSubset, KeepsAPlanByRorOrByThePhraseOfAName) {
  auto subset = PlanSubset::read(
      {}, list(R"([{"ror": "https://ror.org/01AN7Q238", "city": "x"},
                   {"name": "University of Kelp", "ror": null}])"));
  ASSERT_TRUE(subset) << subset.error().message;
  for (const Example& example : {
           Example{{std::nullopt, "01an7q238"}, true},
           {{"Kelp College", "00pjdza24"}, false},
           {{"UNIVERSITY OF KELP", std::nullopt}, true},
           {{"The University of Kelp, North", std::nullopt}, true},
           {{"University of the Northern Kelp", std::nullopt}, true},
           {{"University of a b c d Kelp", std::nullopt}, false},
           {{"Kelp", std::nullopt}, false},
           {{std::nullopt, std::nullopt}, false},
       }) {
    EXPECT_EQ(subset->keeps(plan("10.48321/x", {{}, example.place})),
              example.kept)
        << example.place.name.value_or("-");
  }
}

TEST(PlanSubset, EitherListKeepsAPlan) {
  auto subset = PlanSubset::read(list(R"(["10.48321/a"])"),
                                 list(R"([{"ror": "01an7q238"}])"));
  ASSERT_TRUE(subset) << subset.error().message;
  EXPECT_TRUE(subset->keeps(plan("10.48321/a", {})));
  EXPECT_TRUE(subset->keeps(plan("10.48321/b", {{"x", "01an7q238"}})));
  EXPECT_FALSE(subset->keeps(plan("10.48321/b", {})));
}

TEST(PlanSubset, NoEntryIsAnErrorAndNotEverything) {  // P95
  EXPECT_FALSE(PlanSubset::read({}, {}));
  EXPECT_FALSE(PlanSubset::read(list("[]"), list("[]")));
  EXPECT_FALSE(PlanSubset::read(list(R"([null])"), {}));
  EXPECT_FALSE(PlanSubset::read({}, list(R"({"ror": "01an7q238"})")));
}

}  // namespace
}  // namespace dmp::dmps
