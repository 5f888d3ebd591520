#include "jobs/batch_chain.h"

#include "base/machine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace dmp::jobs {
namespace {

// Of jobs submitted to AWS that stand so.
BatchChain chain_of(const std::vector<std::string>& states, int looks) {
  BatchChain chain;
  chain.executor = "aws";
  for (const auto& state : states) {
    BatchJob& job = chain.jobs.emplace_back();
    job.id = "id";
    job.state = state;
    job.unknown_looks = state == "UNKNOWN" ? looks : 0;
  }
  return chain;
}

TEST(ChainState, OfJobsThatAwsForgotIsUnknown) {
  EXPECT_EQ(chain_state(chain_of({"SUCCEEDED", "UNKNOWN"}, 1)), "UNKNOWN");
  EXPECT_EQ(chain_state(chain_of({"UNKNOWN", "FAILED"}, 1)), "FAILED");
  EXPECT_EQ(chain_state(chain_of({"RUNNING", "UNKNOWN"}, 9)), "RUNNING");
}

TEST(ChainState, LookingAtForgottenJobsHasAnEnd) {
  EXPECT_TRUE(may_go_on(chain_of({"SUCCEEDED", "UNKNOWN"}, 2)));
  EXPECT_FALSE(may_go_on(chain_of({"SUCCEEDED", "UNKNOWN"}, 3)));
  EXPECT_TRUE(may_go_on(chain_of({"RUNNING", "UNKNOWN"}, 3)));
  EXPECT_FALSE(may_go_on(chain_of({"SUCCEEDED", "FAILED"}, 0)));
}

TEST(ChainState, OfAChainHalfSubmittedHasAnEnd) {
  BatchChain chain = chain_of({"SUCCEEDED", ""}, 0);
  chain.jobs[1].id.clear();
  EXPECT_EQ(chain_state(chain), "UNKNOWN");
  EXPECT_FALSE(may_go_on(chain));
}

TEST(MayBeUnknownYet, IsOfJobsThatNobodyHasHeardOfForAMoment) {  // P128
  constexpr std::string_view kNow = "2026-02-04T01:10:00Z";
  BatchChain chain = chain_of({"UNKNOWN", ""}, 3);
  chain.jobs[1].id.clear();
  chain.submitted_at = "2026-02-04T01:00:01Z";
  EXPECT_TRUE(may_be_unknown_yet(chain, kNow));
  chain.submitted_at = "2026-02-04T01:00:00Z";
  EXPECT_FALSE(may_be_unknown_yet(chain, kNow)) << "long ago";
  chain.submitted_at = kNow;
  chain.jobs[0].started_at = kNow;
  EXPECT_FALSE(may_be_unknown_yet(chain, kNow)) << "AWS knew it once";
  chain.jobs[0].started_at.clear();
  end_run(chain.jobs[1], "not submitted");
  EXPECT_FALSE(may_be_unknown_yet(chain, kNow)) << "one has ended";
}

TEST(IsAlive, IsOfTheProcessThatBeganThen) {
  BatchChain chain;
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  chain.host = host.data();
  chain.pid = ::getpid();
  chain.process = process_identity(chain.pid);
  chain.executor = "local";
  const auto record = parse_chain(to_json(chain));
  ASSERT_TRUE(record);
  EXPECT_TRUE(is_alive(*record));
  chain.process += "1";
  EXPECT_FALSE(is_alive(chain)) << "another had the number";
  chain.process.clear();
  EXPECT_TRUE(is_alive(chain)) << "not known";
  chain.host += "x";
  EXPECT_FALSE(is_alive(chain));
}

TEST(ChainState, OfAnotherMachineIsThatOfTheRecord) {
  BatchChain chain;
  chain.executor = "local";
  chain.host = "another.example";
  chain.pid = ::getpid();
  chain.process = process_identity(chain.pid);
  for (const char* state : {"SUCCEEDED", "RUNNING"}) {
    BatchJob& job = chain.jobs.emplace_back();
    job.id = "local";
    job.state = state;
  }
  EXPECT_TRUE(is_elsewhere(chain));
  EXPECT_FALSE(is_alive(chain));
  EXPECT_EQ(chain_state(chain), "RUNNING");
  EXPECT_TRUE(may_go_on(chain));
  chain.jobs[1].state = "FAILED";
  EXPECT_EQ(chain_state(chain), "FAILED");
}

}  // namespace
}  // namespace dmp::jobs
