#include "jobs/aws_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

// Waits with a clock of its own.
class WaitForAws : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    bucket_ = storage::open_folder(dir_);
    chain_.id = "ror-2026-01-01-20260101T000000Z";
    chain_.executor = "aws";
    chain_.jobs.emplace_back().id = "one";
    chain_.jobs[0].name = "ror-download";
    watch_.now = [this] { return std::chrono::steady_clock::time_point(now_); };
    watch_.sleep = [this](seconds pause) { now_ += pause; };
  }
  void TearDown() override { fs::remove_all(dir_); }

  // The answers AWS does not give until `until`; then the job has ended.
  void fail_until(minutes until, const Error& error) {
    watch_.describe = [this, until, error](std::vector<BatchJob>& jobs) {
      ++looks_;
      if (now_ < until) return Status(error);
      jobs[0].state = "SUCCEEDED";
      return Status();
    };
  }
  Status wait() {
    return wait_for_aws(
        chain_, *bucket_, watch_,
        [this](std::string_view line) { said_.emplace_back(line); });
  }

  fs::path dir_;
  std::unique_ptr<storage::ObjectStore> bucket_;
  BatchChain chain_;
  AwsWatch watch_;
  seconds now_{0};
  int looks_ = 0;
  std::vector<std::string> said_;
};

// Issue 7.
TEST_F(WaitForAws, OutlastsAnOutageOfAQuarterOfAnHour) {
  fail_until(minutes(14), {ErrorCode::unavailable, "HTTP 503"});
  const Status done = wait();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(said_, testing::ElementsAre(
                         "HTTP 503; asked again for 15 minutes",
                         "AWS Batch answers again", "ror-download SUCCEEDED"));
}

TEST_F(WaitForAws, GivesUpAfterThat) {
  fail_until(minutes(60), {ErrorCode::unavailable, "HTTP 503"});
  const Status done = wait();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::unavailable);
  EXPECT_GE(now_, minutes(15));
  EXPECT_LT(now_, minutes(16));
  EXPECT_LT(looks_, 70) << "with pauses";
}

TEST_F(WaitForAws, EndsAtOnceWhenItIsRefused) {
  fail_until(minutes(1), {ErrorCode::invalid_argument, "HTTP 403"});
  const Status done = wait();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(looks_, 1);
}

TEST_F(WaitForAws, CountsEveryOutageAnew) {
  int look = 0;
  watch_.describe = [&](std::vector<BatchJob>& jobs) {
    const bool fails = ++look % 40 != 0;  // for nearly 10 minutes each time
    if (fails) return Status(Error{ErrorCode::unavailable, "HTTP 503"});
    jobs[0].state = look < 120 ? "RUNNING" : "SUCCEEDED";
    return Status();
  };
  const Status done = wait();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_GT(now_, minutes(25));
}

}  // namespace
}  // namespace dmp::jobs
