// 200 random batches on SQLite and on the model, compared after each.
#include "database/effect.h"
#include "database/store_world.h"
#include "storage/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <set>

namespace dmp::database {
namespace {

constexpr int kPlans = 4, kWorks = 8, kVersions = 4, kBatches = 200;

class World {
 public:
  explicit World(unsigned seed) : random_(seed) {}

  int below(int count) {
    return std::uniform_int_distribution<int>(0, count - 1)(random_);
  }

  WorkVersion any_version(int number) {
    const std::string doi =
        fmt::format("10.5555/{}{}", below(3) == 0 ? "W" : "w", number);
    return work(doi,
                fmt::format("{:02x}", 16 * (number + 1) + below(kVersions)));
  }

  StagedLink any_link(const WorkVersion& version) {
    StagedLink staged = link(1 + below(kPlans), version.doi, "00",
                             static_cast<float>(below(5)));
    staged.values.hash = version.hash;
    staged.values.status =
        below(5) != 0 ? LinkStatus::pending : static_cast<LinkStatus>(below(3));
    staged.values.source = static_cast<LinkSource>(below(2));
    if (below(20) == 0) staged.plan_id = 99;
    return staged;
  }

  Batch any_batch(BatchOrigin origin) {
    Batch batch;
    std::set<std::pair<std::int64_t, int>> pairs;
    for (int number = 0; number < kWorks; ++number) {
      if (below(3) == 0) continue;
      const WorkVersion version = any_version(number);
      batch.works.push_back(version);
      for (int n = below(3); n > 0; --n) {
        StagedLink staged = any_link(version);
        if (origin == BatchOrigin::system_run)
          staged.values.status = LinkStatus::pending;
        if (below(20) == 0) staged.values.hash = hash("ff");
        if (pairs.emplace(staged.plan_id, number).second)
          batch.links.push_back(staged);
      }
    }
    return batch;
  }

 private:
  std::mt19937 random_;
};

class RandomBatches : public ::testing::Test {
 protected:
  RandomBatches()
      : folder_(std::filesystem::temp_directory_path() /
                fmt::format("random_batches_{}", ::getpid())) {
    std::filesystem::create_directories(folder_.path());
    auto store = open_sqlite(folder_.path() / "w.db");
    EXPECT_TRUE(store);
    sqlite_ = *std::move(store);
  }

  // Another program adds a link to a version of a work that the plan has.
  void double_a_link(World& world) {
    const int plan = 1 + world.below(kPlans);
    const auto links = model_.links(plan);
    if (links->empty()) return;
    const auto any =
        static_cast<std::size_t>(world.below(static_cast<int>(links->size())));
    const int number = (*links)[any].values.doi.back() - '0';
    const WorkVersion version = world.any_version(number);
    for (const Link& one : *links) {
      if (one.values.hash == version.hash) return;
    }
    StagedLink staged = world.any_link(version);
    staged.plan_id = plan;
    ++doubles_;
    model_.insert(version, staged);
    // A plan of its own gives SQLite the version; the link is then moved over.
    StagedLink elsewhere = staged;
    elsewhere.plan_id = kPlans + 1;
    apply(*sqlite_, {{version}, {elsewhere}}, BatchOrigin::persons_list);
    auto other = Connection::open(folder_.path() / "w.db", Access::write,
                                  std::chrono::seconds(1));
    ASSERT_TRUE(other);
    const Status moved = other->run(
        fmt::format("UPDATE relatedWorks SET planId = {}, id = (SELECT max(id) "
                    "+ 1 FROM relatedWorks) WHERE planId = {}",
                    staged.plan_id, kPlans + 1));
    ASSERT_TRUE(moved) << moved.error().message;
  }

  static std::vector<Evidence> evidence(RelatedWorksStore& store) {
    std::vector<Evidence> all;
    for (int plan = 1; plan <= kPlans; ++plan) {
      const auto links = store.links(plan);
      for (const Link& one : *links) all.push_back(one.values.evidence);
    }
    return all;
  }

  void expect_equal(int batch) {
    for (int plan = 1; plan <= kPlans; ++plan)
      ASSERT_EQ(shown(*sqlite_, plan), shown(model_, plan))
          << "batch " << batch << " plan " << plan;
    ASSERT_EQ(evidence(*sqlite_), evidence(model_)) << "batch " << batch;
  }

  ModelStore model_;
  std::unique_ptr<RelatedWorksStore> sqlite_;
  int doubles_ = 0;

 private:
  storage::Scratch folder_;
};

TEST_F(RandomBatches, LeaveTheRowsOfTheModel) {
  World world(20261129);
  add_plans(model_, kPlans + 1);
  add_plans(*sqlite_, kPlans + 1);
  int refused = 0;
  for (int n = 0; n < kBatches; ++n) {
    if (world.below(2) == 0) double_a_link(world);
    const auto origin = world.below(4) == 0 ? BatchOrigin::persons_list
                                            : BatchOrigin::system_run;
    const Batch batch = world.any_batch(origin);
    ASSERT_TRUE(model_.stage(batch));
    ASSERT_TRUE(sqlite_->stage(batch));
    ASSERT_EQ(*model_.unresolved(), *sqlite_->unresolved()) << n;
    if (world.below(4) == 0) {
      ASSERT_EQ(*model_.drop_double_links(), *sqlite_->drop_double_links())
          << n;
    }
    const bool applied = model_.apply(origin).has_value();
    ASSERT_EQ(applied, sqlite_->apply(origin).has_value()) << n;
    if (!applied) ++refused;
    expect_equal(n);
    if (world.below(5) == 0) {
      const int plan = 1 + world.below(kPlans);
      ASSERT_EQ(*model_.drop_pending(plan), *sqlite_->drop_pending(plan)) << n;
    }
    if (world.below(5) == 0) {
      const auto one = model_.drop_orphans(), other = sqlite_->drop_orphans();
      ASSERT_EQ(one->versions, other->versions) << n;
      ASSERT_EQ(one->works, other->works) << n;
    }
    expect_equal(n);
  }
  // The rare ways were gone.
  EXPECT_GT(refused, 3);
  EXPECT_GT(doubles_, 10);
}

// What a dry run says is what a run does.
TEST_F(RandomBatches, DoWhatIsForeseen) {
  World world(7);
  add_plans(*sqlite_, kPlans + 1);
  add_plans(model_, kPlans + 1);
  LinkCounts sum;
  for (int n = 0; n < kBatches; ++n) {
    if (world.below(3) == 0) {
      apply(*sqlite_, world.any_batch(BatchOrigin::persons_list),
            BatchOrigin::persons_list);
    }
    const std::int64_t plan = 1 + world.below(kPlans);
    Batch batch = world.any_batch(BatchOrigin::system_run);
    std::erase_if(batch.links, [&](const StagedLink& one) {
      return one.plan_id != plan || one.values.hash == hash("ff");
    });
    const bool is_empty = world.below(6) == 0;
    const auto before = sqlite_->links(plan);
    const LinkCounts wanted = foreseen(*before, batch, is_empty);
    if (is_empty) {
      ASSERT_TRUE(sqlite_->drop_pending(plan));
    } else {
      ASSERT_TRUE(sqlite_->stage(batch));
      ASSERT_TRUE(sqlite_->drop_double_links());
      ASSERT_TRUE(sqlite_->apply(BatchOrigin::system_run));
    }
    const LinkCounts got = difference(*before, *sqlite_->links(plan)).counts();
    ASSERT_EQ(wanted, got) << n << ": " << got.inserted << " " << got.updated
                           << " " << got.deleted;
    sum.inserted += got.inserted;
    sum.updated += got.updated;
    sum.deleted += got.deleted;
  }
  EXPECT_GT(sum.inserted, 30);
  EXPECT_GT(sum.updated, 10);
  EXPECT_GT(sum.deleted, 30);
}

}  // namespace
}  // namespace dmp::database
