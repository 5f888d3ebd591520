#include "database/reviews.h"

#include "database/store_world.h"

#include <gtest/gtest.h>

namespace dmp::database {
namespace {

TEST(Reviews, AreTheDecidedLinksByDoi) {
  const auto store = memory_sqlite();
  const PlanRow plans[] = {
      {0, "https://doi.org/10.48321/D1", std::nullopt, std::nullopt, {}},
      {0, "no DOI at all", std::nullopt, std::nullopt, {}}};
  ASSERT_TRUE(store->put_plans(plans));
  const auto rows = store->plans();
  ASSERT_TRUE(rows);
  const std::int64_t one = (*rows)[0].id, other = (*rows)[1].id;
  Batch batch;
  for (const char* doi : {"10.5555/yes", "10.5555/no", "10.5555/open"}) {
    batch.works.push_back(work(doi, "a1"));
    batch.links.push_back(link(one, doi, "a1", 1));
  }
  batch.links.push_back(link(other, "10.5555/yes", "a1", 1));
  ASSERT_TRUE(store->stage(batch));
  ASSERT_TRUE(store->apply(BatchOrigin::system_run));
  ASSERT_TRUE(store->set_status(one, "10.5555/yes", LinkStatus::accepted, "x"));
  ASSERT_TRUE(store->set_status(one, "10.5555/no", LinkStatus::rejected, "x"));
  ASSERT_TRUE(
      store->set_status(other, "10.5555/yes", LinkStatus::rejected, "x"));
  const auto labels = read_reviews(*store);
  ASSERT_TRUE(labels) << labels.error().message;
  EXPECT_EQ(*labels,
            (match::linkage::Labels{{{"10.48321/d1", "10.5555/yes"}, true},
                                    {{"10.48321/d1", "10.5555/no"}, false}}));
}

}  // namespace
}  // namespace dmp::database
