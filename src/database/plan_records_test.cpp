#include "database/plan_records.h"

#include "results/match_json.h"
#include "storage/files.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace dmp::database {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Records : public ::testing::Test {
 protected:
  Records()
      : folder_(fs::temp_directory_path() /
                fmt::format("plan_records_{}", ::getpid())),
        file_(folder_.path() / "matches.jsonl") {
    fs::create_directories(folder_.path());
  }

  void write(const std::vector<std::string>& plans) const {
    std::ofstream out(file_);
    for (const std::string& doi : plans) {
      model::PlanMatches matches;
      matches.plan_doi = doi;
      out << results::match_record_json(matches, results::Explain::omit)
          << "\n";
    }
  }

  // Of a file that is written anew between the two readings.
  Status second_reading(const std::vector<std::string>& plans) {
    write({"10.48321/d1", "10.48321/d2"});
    auto records = PlanRecords::read(file_);
    EXPECT_TRUE(records) << records.error().message;
    PlanRow one, two;
    one.id = 1, one.dmp_id = "10.48321/d1";
    two.id = 2, two.dmp_id = "10.48321/d2";
    records->assign(PlanMap(std::vector{one, two}));
    write(plans);
    return records->each_plan(
        [&](std::int64_t plan, model::PlanMatches&&, const auto&) -> Status {
          visited_.push_back(plan);
          return {};
        });
  }

  std::vector<std::int64_t> visited_;

 private:
  storage::Scratch folder_;

 protected:
  fs::path file_;
};

TEST_F(Records, AreVisitedInReadingOrder) {
  EXPECT_TRUE(second_reading({"10.48321/d1", "10.48321/d2"}));
  EXPECT_THAT(visited_, ElementsAre(1, 2));
}

TEST_F(Records, ThatAreOthersTheSecondTimeAreRefused) {
  using Plans = std::vector<std::string>;
  for (const Plans& plans :
       {Plans{"10.48321/d2", "10.48321/d1"}, Plans{"10.48321/d1"},
        Plans{"10.48321/d1", "10.48321/d2", "10.48321/d3"}}) {
    const Status read = second_reading(plans);
    ASSERT_FALSE(read) << plans.size();
    EXPECT_EQ(read.error().code, ErrorCode::corrupt_input);
    EXPECT_THAT(read.error().message, HasSubstr("changed while it was read"));
  }
}

}  // namespace
}  // namespace dmp::database
