// Statistics that are continued against those of all works, file by file.
#include "sql/linkage_update.h"

#include "sql/linkage_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace dmp::sql {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// A work of few names, so that counts go up to 2 and down to 1 and 0.
model::Work random_work(std::mt19937& random, int number) {
  const auto one_of = [&](std::initializer_list<const char*> values) {
    return std::string(*(values.begin() + random() % values.size()));
  };
  model::Work w;
  w.doi = "10.5555/w" + std::to_string(number);
  w.title = one_of({"Kelp", "Reefs", "Sand"}) + std::to_string(random() % 9);
  for (std::size_t i = random() % 4; i > 0; --i) {
    const std::string given = one_of({"Ana", "Ana M.", "J.", "Jo B.", "Søren"});
    const std::string family =
        one_of({"Silva", "Peña-Ruiz", "Ng", "Østergård", "Li"}) +
        std::string(random() % 40, 'a');
    text::NameParts parts;
    parts.given = given;
    parts.family = family;
    w.authors.push_back(
        {std::nullopt, text::parse_name(parts).value_or(text::PersonName{})});
  }
  for (std::size_t i = random() % 3; i > 0; --i) {
    w.funders.push_back({"Fund " + std::to_string(random() % 60), {}});
    w.institutions.push_back({"Inst " + std::to_string(random() % 60), {}});
    w.awards.push_back({one_of({"R01GM", "PHY-", "ERC "}) +
                            std::to_string(100'000 + random() % 400),
                        {},
                        {}});
  }
  if (random() % 5 != 0)
    w.publication_date =
        text::to_day(2020, 1 + static_cast<int>(random() % 12), 1);
  w.source_name = "DataCite";
  return w;
}

// Some works come, change, go, and come back as they were or otherwise.
void change_some(LinkageWorld& world, std::mt19937& random, int count,
                 std::vector<model::Work>& gone) {
  for (int i = 0; i < count; ++i) {
    const auto chosen = [&] {
      return std::next(world.works.begin(), static_cast<std::ptrdiff_t>(
                                                random() % world.works.size()));
    };
    switch (random() % 4) {
      case 0:
        world.put(
            random_work(random, 10'000 + static_cast<int>(random() % 9'000)));
        break;
      case 1: {
        model::Work changed = random_work(random, 0);
        changed.doi = chosen()->first;
        world.put(changed);
        break;
      }
      case 2: {
        const auto which = chosen();
        gone.push_back(which->second);
        world.works.erase(which);
        break;
      }
      default:
        if (gone.empty()) break;
        if (random() % 2 == 0) gone.back().title = "Otherwise";
        world.put(gone.back());
        gone.pop_back();
    }
  }
}

TEST(LinkageUpdate, IsToTheByteWhatAllWorksGive) {
  int continued = 0;
  for (const unsigned seed : {1U, 2U}) {
    std::mt19937 random(seed);
    LinkageWorld world;
    std::vector<model::Work> gone;
    for (int i = 0; i < 400; ++i) world.put(random_work(random, i));
    world.day = 1;
    world.build("0", "");
    for (int step = 1; step <= 8; ++step) {
      // A second run of a date replaces its rows of the state.
      if (random() % 3 != 0) ++world.day;
      world.threads = 1 + static_cast<int>(random() % 4);
      world.files = 1 + static_cast<int>(random() % 5);
      change_some(world, random, static_cast<int>(random() % 90), gone);
      // From time to time one starts from an older index again.
      const int from = random() % 5 == 0 && step > 2 ? step - 2 : step - 1;
      const auto made = world.build(std::to_string(step), std::to_string(from));
      EXPECT_EQ(world.sums(std::to_string(step)), world.sums_of_all())
          << "seed " << seed << ", step " << step << ", " << made.why_anew;
      if (made.steps > 0) ++continued;
    }
  }
  EXPECT_GT(continued, 10) << "too many steps were made of all works";
}

class LinkageUpdateAnew : public ::testing::Test {
 protected:
  LinkageUpdateAnew() {
    std::mt19937 random(7);
    for (int i = 0; i < 200; ++i) world_.put(random_work(random, i));
    world_.day = 1;
  }
  // One work changes; the counts are made of all works, and right.
  void expect_anew(const std::string& why) {
    model::Work changed = world_.works.begin()->second;
    changed.title = "Changed on day " + std::to_string(world_.day);
    world_.put(changed);
    ++world_.day;
    const auto made = world_.build("now", "before");
    EXPECT_EQ(made.steps, 0);
    EXPECT_THAT(made.why_anew, HasSubstr(why));
    EXPECT_EQ(world_.sums("now"), world_.sums_of_all());
  }
  static void flip_a_byte(const fs::path& file) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    ASSERT_TRUE(bytes);
    bytes.seekg(20);
    const int byte = bytes.get();
    bytes.seekp(20);
    bytes.put(static_cast<char>(byte ^ 1));
  }

  LinkageWorld world_;
};

TEST_F(LinkageUpdateAnew, WhereNothingIsContinuedNothingIsSaid) {
  const auto made = world_.build("before", "");
  EXPECT_EQ(made.steps, 0);
  EXPECT_EQ(made.why_anew, "");
  EXPECT_EQ(world_.sums("before"), world_.sums_of_all());
}

TEST_F(LinkageUpdateAnew, ACountedIndexIsContinued) {
  world_.build("before", "");
  ++world_.day;
  world_.works.erase(world_.works.begin());
  const auto made = world_.build("now", "before");
  EXPECT_EQ(made.steps, 1);
  EXPECT_EQ(made.continued,
            storage::read_manifest(world_.stage("before"))->key);
  EXPECT_EQ(made.works, 199);
  EXPECT_EQ(world_.sums("now"), world_.sums_of_all());
}

TEST_F(LinkageUpdateAnew, WithoutAState) {
  world_.build("before", "", [](const fs::path& stage) {
    fs::remove_all(stage / "linkage_state");
  });
  expect_anew("has no linkage_state/origin.parquet");
}

TEST_F(LinkageUpdateAnew, WithoutTheWorks) {
  world_.build("before", "", [](const fs::path& stage) {
    fs::remove_all(stage / "works_index");
  });
  expect_anew("the DOI state that is continued lies alone");
}

TEST_F(LinkageUpdateAnew, OfOtherRules) {
  world_.build("before", "", [&](const fs::path& stage) {
    world_.rewrite(stage / "linkage_state" / "origin.parquet",
                   "SELECT * REPLACE ('0, ICU 1' AS rules) FROM");
  });
  expect_anew("counts by rules 0, ICU 1, this one by 2, 1, ICU");
}

TEST_F(LinkageUpdateAnew, OfAnotherForm) {
  world_.build("before", "", [&](const fs::path& stage) {
    world_.rewrite(stage / "linkage_state" / "origin.parquet",
                   "SELECT rules, works FROM");
  });
  expect_anew("has a form that is not known");
}

TEST_F(LinkageUpdateAnew, WhereASumIsWrong) {
  for (const char* file :
       {"linkage_state/origin.parquet", "linkage_state/singles.parquet",
        "linkage_stats/counts.parquet", "works_index/works_index_0.parquet"}) {
    world_.forget();
    world_.build("before", "");
    flip_a_byte(world_.stage("before") / file);
    expect_anew(std::string(file) + " of the index before has not the bytes");
  }
}

TEST_F(LinkageUpdateAnew, WhereAFifthCame) {
  world_.build("before", "");
  std::mt19937 random(8);
  for (int i = 0; i < 41; ++i) world_.put(random_work(random, 500 + i));
  expect_anew("of 200 works before 1 went or were changed, 42 came");
}

TEST_F(LinkageUpdateAnew, OfAStateThatIsNotThatOfTheWorks) {
  // The works of one more day than the state.
  world_.build("older", "");
  ++world_.day;
  model::Work changed = world_.works.begin()->second;
  changed.title = "Another one";
  world_.put(changed);
  world_.build("before", "older", [&](const fs::path& stage) {
    fs::remove_all(stage / "doi_state_export");
    fs::copy(world_.stage("older") / "doi_state_export",
             stage / "doi_state_export");
  });
  expect_anew(
      "the DOI state has 200 works before, 1 that went and 1 that "
      "came, the indexes have 200, 0 and 1");
}

TEST_F(LinkageUpdateAnew, WhereMoreIsTakenThanWasCounted) {
  world_.build("before", "", [&](const fs::path& stage) {
    world_.rewrite(stage / "linkage_stats" / "counts.parquet",
                   "SELECT key, 2 AS count FROM");
    world_.rewrite(stage / "linkage_state" / "singles.parquet",
                   "SELECT * EXCLUDE (n) FROM (SELECT *, row_number() OVER () "
                   "AS n FROM",
                   ") WHERE n < 2");
  });
  for (int i = 0; i < 30; ++i) world_.works.erase(world_.works.begin());
  expect_anew("times too few");
}

}  // namespace
}  // namespace dmp::sql
