#include "jobs/local_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Jobs are `sh -c` lines here.
class LocalExecutor : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "localXXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    bucket_ = storage::open_folder(dir_);
    chain_.id = "test-2026-01-01-20260101T000000Z";
    chain_.executor = "local";
    options_.program = "/bin/sh";
    options_.retry_pause = std::chrono::milliseconds{1};
    options_.grace = std::chrono::seconds{1};
    options_.say = [this](std::string_view line) { said_.emplace_back(line); };
  }
  void TearDown() override { fs::remove_all(dir_); }

  BatchJob& add(const std::string& name, const std::string& script) {
    BatchJob job;
    job.task = job.name = name;
    job.command = {"sh", "-c", "cd '" + dir_.string() + "'; " + script};
    chain_.jobs.push_back(job);
    return chain_.jobs.back();
  }
  Status run() { return run_locally(chain_, *bucket_, options_); }
  std::string file(const std::string& name) const {
    std::ifstream in(dir_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path dir_;
  std::unique_ptr<storage::ObjectStore> bucket_;
  BatchChain chain_;
  LocalOptions options_;
  std::vector<std::string> said_;
};

TEST_F(LocalExecutor, RunsJobsInOrderAndKeepsTheRecord) {
  add("first",
      "echo one >> order; echo out; echo err >&2; "
      "echo $DMPWORKS_TASK $DMPWORKS_CHAIN");
  add("second", "echo two >> order");
  ASSERT_TRUE(run());
  EXPECT_EQ(file("order"), "one\ntwo\n");
  EXPECT_EQ(file("jobs/" + chain_.id + "/1-first.log"),
            "out\nerr\nfirst " + chain_.id + "\n");
  const auto record = load_chain(*bucket_, chain_.id);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->jobs[1].state, "SUCCEEDED");
  EXPECT_EQ(record->jobs[1].exit_code, 0);
  EXPECT_EQ(chain_state(*record), "SUCCEEDED");
  EXPECT_THAT(said_, testing::Contains("second SUCCEEDED"));
}

TEST_F(LocalExecutor, EndsTheChainAtTheFirstFailure) {
  add("first", "exit 3");
  add("second", "echo two >> order");
  const Status done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::internal);
  EXPECT_THAT(done.error().message, HasSubstr("first failed with exit code 3"));
  EXPECT_THAT(done.error().message, HasSubstr("1-first.log"));
  EXPECT_EQ(file("order"), "");
  EXPECT_EQ(chain_state(*load_chain(*bucket_, chain_.id)), "FAILED");
}

// Issue 7: as AWS Batch ends what depends on a job that failed.
TEST_F(LocalExecutor, SaysOfLaterJobsThatTheyNeverBegan) {
  add("first", "exit 3");
  add("second", "exit 0");
  add("third", "exit 0").array_size = 2;
  ASSERT_FALSE(run());
  const auto record = load_chain(*bucket_, chain_.id).value();
  EXPECT_EQ(record.jobs[0].reason, "");
  for (const std::size_t later : {1U, 2U}) {
    const BatchJob& job = record.jobs[later];
    EXPECT_EQ(job.state, "FAILED");
    EXPECT_EQ(job.reason, "not started: first failed");
    EXPECT_EQ(job.started_at, "");
    EXPECT_FALSE(job.exit_code);
  }
  EXPECT_THAT(said_,
              testing::Contains("second FAILED (not started: first failed)"));
  EXPECT_FALSE(may_go_on(record));
  EXPECT_THAT(to_json(record), HasSubstr(R"("statusReason":"not started: )"
                                         R"(first failed")"));
}

TEST_F(LocalExecutor, SaysOfAJobThatCannotBeRunWhy) {
  add("first", "exit 0");
  add("second", "exit 0");
  fs::create_directories(dir_ / "jobs" / chain_.id / "1-first.log");
  ASSERT_FALSE(run());
  const auto record = load_chain(*bucket_, chain_.id).value();
  EXPECT_EQ(record.jobs[0].state, "FAILED");
  EXPECT_THAT(record.jobs[0].reason, HasSubstr("1-first.log"));
  EXPECT_EQ(record.jobs[1].reason, "not started: first failed");
}

TEST_F(LocalExecutor, P116_TriesAgainAfter75AndOnlyThen) {
  add("flaky", "echo x >> tries; test $(wc -l < tries) = 3 || exit 75");
  ASSERT_TRUE(run());
  EXPECT_EQ(file("tries"), "x\nx\nx\n");
  chain_.jobs.clear();
  add("always", "echo x >> more; exit 75");
  EXPECT_EQ(run().error().code, ErrorCode::unavailable);
  EXPECT_EQ(file("more"), "x\nx\nx\n");
}

TEST_F(LocalExecutor, EndsAJobThatTakesTooLong) {
  add("slow", "trap 'exit 9' TERM; sleep 60 & wait").timeout_seconds = 1;
  const Status done = run();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("time-out"));
}

TEST_F(LocalExecutor, GivesArrayMembersTheirNumber) {
  options_.threads = 3;
  add("array",
      "echo $AWS_BATCH_JOB_ARRAY_INDEX > member-"
      "$AWS_BATCH_JOB_ARRAY_INDEX")
      .array_size = 5;
  ASSERT_TRUE(run());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(file("member-" + std::to_string(i)), std::to_string(i) + "\n");
  }
}

TEST_F(LocalExecutor, SharesThreadsAndMemoryAmongMembers) {
  options_.threads = 5;
  int asked = 0;
  options_.memory_limit = [&] { return ++asked == 1 ? 900 : 1; };
  add("array",
      "echo $DMPWORKS_THREADS $DMPWORKS_MEMORY_LIMIT > "
      "member-$AWS_BATCH_JOB_ARRAY_INDEX")
      .array_size = 2;
  ASSERT_TRUE(run());
  EXPECT_EQ(file("member-0"), "2 450\n");
  EXPECT_EQ(file("member-1"), "2 450\n");
  EXPECT_EQ(asked, 1) << "when the array began";
}

TEST_F(LocalExecutor, TellsEveryJobWhatWasSaidForTheChain) {
  options_.threads = 4;
  options_.settings = {{"DMPWORKS_THREADS", "4"},
                       {"DMPWORKS_SCRATCH_DIR", "there"}};
  add("plain", "echo $DMPWORKS_THREADS $DMPWORKS_SCRATCH_DIR > plain");
  add("array",
      "echo $DMPWORKS_THREADS $DMPWORKS_SCRATCH_DIR > "
      "member-$AWS_BATCH_JOB_ARRAY_INDEX")
      .array_size = 2;
  ASSERT_TRUE(run());
  EXPECT_EQ(file("plain"), "4 there\n");
  EXPECT_EQ(file("member-1"), "2 there\n") << "its share";
}

TEST_F(LocalExecutor, GivesNoJobWhatIsWithheld) {
  ::setenv("DMPWORKS_TEST_KEPT", "kept", 1);
  ::setenv("DMPWORKS_TEST_WITHHELD", "mine", 1);
  options_.withheld = {"DMPWORKS_TEST_WITHHELD", "DMPWORKS_TEST_SAID"};
  options_.settings = {{"DMPWORKS_TEST_SAID", "said"}};
  add("one",
      "echo $DMPWORKS_TEST_KEPT ${DMPWORKS_TEST_WITHHELD-none} "
      "$DMPWORKS_TEST_SAID > one");
  ASSERT_TRUE(run());
  EXPECT_EQ(file("one"), "kept none said\n");
}

TEST_F(LocalExecutor, P116_AFailingMemberEndsTheChainAfterTheOthers) {
  options_.threads = 2;
  add("array",
      "touch member-$AWS_BATCH_JOB_ARRAY_INDEX; "
      "test $AWS_BATCH_JOB_ARRAY_INDEX != 1 || exit 75")
      .array_size = 4;
  add("after", "touch after");
  const Status done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::unavailable);
  EXPECT_THAT(done.error().message,
              HasSubstr("array[1] failed with exit code 75"));
  EXPECT_THAT(done.error().message, HasSubstr("1-array-1.log"));
  EXPECT_TRUE(fs::exists(dir_ / "member-3"));
  EXPECT_FALSE(fs::exists(dir_ / "after"));
  const auto record = load_chain(*bucket_, chain_.id);
  ASSERT_TRUE(record);
  const BatchJob& array = record->jobs[0];
  EXPECT_EQ(array.state, "FAILED");
  EXPECT_EQ(array.exit_code, 75);
  ASSERT_EQ(array.members.size(), 4U);
  EXPECT_EQ(array.members[1].state, "FAILED");
  EXPECT_EQ(array.members[1].exit_code, 75);
  EXPECT_EQ(array.members[3].state, "SUCCEEDED");
  EXPECT_EQ(record->jobs[1].state, "FAILED");
  EXPECT_EQ(record->jobs[1].reason, "not started: array failed");
}

TEST_F(LocalExecutor, P112_PassesArgumentsUntouched) {
  BatchJob& job = add("args", "");
  const std::vector<std::string> odd{"a b", "*", "$(id)", "'\"", "", "--x= "};
  job.command = {"sh", "-c", "for a; do printf '<%s>' \"$a\"; done", "sh"};
  job.command.insert(job.command.end(), odd.begin(), odd.end());
  ASSERT_TRUE(run());
  EXPECT_EQ(file("jobs/" + chain_.id + "/1-args.log"),
            "<a b><*><$(id)><'\"><><--x= >");
}

TEST(ChainState, OfAKilledLocalChainIsFailed) {
  BatchChain chain;
  chain.executor = "local";
  chain.pid = 999'999'999;
  chain.jobs.resize(2);
  chain.jobs[0].state = "RUNNING";
  EXPECT_EQ(chain_state(chain), "FAILED");
}

TEST(EndAbandoned, EndsTheJobsOfAKilledLocalChain) {
  BatchChain chain;
  chain.executor = "local";
  chain.pid = 999'999'999;
  chain.jobs.resize(3);
  chain.jobs[0].state = "SUCCEEDED";
  chain.jobs[1].state = "RUNNING";
  chain.jobs[2].state = "PENDING";
  end_abandoned(chain);
  EXPECT_EQ(chain.jobs[0].state, "SUCCEEDED");
  EXPECT_EQ(chain.jobs[1].state, "FAILED");
  EXPECT_EQ(chain.jobs[1].reason, "its process is gone");
  EXPECT_EQ(chain.jobs[2].reason, "not started: the chain's process is gone");
  BatchChain aws;
  aws.executor = "aws";
  aws.jobs.resize(1);
  aws.jobs[0].state = "RUNNING";
  end_abandoned(aws);
  EXPECT_EQ(aws.jobs[0].state, "RUNNING");
}

}  // namespace
}  // namespace dmp::jobs
