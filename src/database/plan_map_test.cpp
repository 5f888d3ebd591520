#include "database/plan_map.h"

#include <gtest/gtest.h>

namespace dmp::database {
namespace {

PlanRow plan(std::int64_t id, const std::string& dmp_id,
             const std::string& created) {
  PlanRow row;
  row.id = id;
  row.dmp_id = dmp_id;
  row.created = created;
  return row;
}

class PlanMapTest : public ::testing::Test {
 protected:
  PlanMap map_{std::vector{
      plan(11, "https://doi.org/10.48321/D1DEMO0011", "2024-01-11 09:00:00"),
      // One DOI twice: the row created last counts.
      plan(21, "https://doi.org/10.48321/D1DEMO0022", "2023-04-02 09:00:00"),
      plan(22, "https://doi.org/10.48321/d1demo0022", "2023-06-02 09:00:00"),
      plan(20, "https://doi.org/10.48321/D1DEMO0022", "2023-01-02 09:00:00"),
      plan(88, "TEMP-88", "2024-01-15 09:00:00")}};
};

TEST_F(PlanMapTest, FindsThePlanCreatedLast) {
  for (const char* doi : {"10.48321/d1demo0022", "doi:10.48321/D1DEMO0022",
                          "https://doi.org/10.48321/D1demo0022"}) {
    EXPECT_EQ(map_.find(doi, {}), 22) << doi;
  }
}

TEST_F(PlanMapTest, TakesAStatedPlanOnlyIfItHasTheDoi) {
  EXPECT_EQ(map_.find("10.48321/d1demo0022", 21), 21);
  EXPECT_EQ(map_.find("10.48321/d1demo0022", 11), 22);
  EXPECT_EQ(map_.find("10.48321/d1demo0022", 99), 22);
}

TEST_F(PlanMapTest, FindsNothingWithoutADoi) {
  EXPECT_EQ(map_.find("TEMP-88", {}), std::nullopt);
  EXPECT_EQ(map_.find("TEMP-88", 88), std::nullopt);
  EXPECT_EQ(map_.find("10.48321/other", 11), std::nullopt);
}

}  // namespace
}  // namespace dmp::database
