#include "jobs/catalogue.h"

#include "jobs/batch_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ChainPlan plan_of(const std::string& command) {
  ChainPlan plan;
  plan.command = command;
  plan.run_id = "2026-02-04";
  plan.env = "dev";
  plan.bucket = "bucket";
  plan.executor = "aws";
  plan.version = "0";
  plan.submitted_at = "2026-02-05T01:02:03Z";
  for (const auto& task : tasks_of(command)) plan.tasks.push_back(task.task);
  plan.queue = "dmp-tool-{env}-batch-job-queue";
  plan.standard_definition = "std-{env}-{tier}-{stage}";
  plan.database_definition = "database-{env}";
  plan.datacite_definition = "datacite-{env}";
  return plan;
}

TEST(MakeChain, NamesSizesAndOrdersTheJobsOfProcessDmps) {
  const auto chain = make_chain(plan_of("process-dmps"));
  ASSERT_TRUE(chain) << chain.error().message;
  EXPECT_EQ(chain->id, "process-dmps-2026-02-04-20260205T010203Z");
  ASSERT_EQ(chain->jobs.size(), 4U);
  const BatchJob& search = chain->jobs[2];
  EXPECT_EQ(search.name, "dmp-works-search-2026-02-04");
  EXPECT_EQ(search.queue, "dmp-tool-dev-batch-job-queue");
  EXPECT_EQ(search.definition, "std-dev-large-opensearch");
  EXPECT_EQ(search.vcpu, 32);
  EXPECT_EQ(search.memory_mib, 58368);
  EXPECT_EQ(search.timeout_seconds, 12 * 3600);
  EXPECT_THAT(search.depends_on, ElementsAre("enrich-dmps-2026-02-04"));
  EXPECT_EQ(chain->jobs[3].definition, "database-dev");
  EXPECT_THAT(chain->jobs[0].command,
              ElementsAre("dmpworks", "aws-batch", "opensearch", "sync-dmps"));
}

TEST(MakeChain, TakesOtherSizesAndLeavesTasksOut) {
  ChainPlan plan = plan_of("datacite");
  plan.tasks = {"download", "transform"};
  plan.sizes["transform"] = {4, 8000};
  const auto chain = make_chain(plan);
  ASSERT_TRUE(chain);
  ASSERT_EQ(chain->jobs.size(), 2U);
  EXPECT_EQ(chain->jobs[0].definition, "datacite-dev");
  EXPECT_EQ(chain->jobs[1].vcpu, 4);
  EXPECT_THAT(chain->jobs[1].depends_on,
              ElementsAre("datacite-download-2026-02-04"));
}

TEST(MakeChain, P113_RefusesWhatAwsWouldRefuse) {
  ChainPlan plan = plan_of("ror");
  plan.run_id = "2026.02:04";
  EXPECT_FALSE(make_chain(plan));
  plan = plan_of("ror");
  plan.arguments["download"] = {"--x=" + std::string(9000, 'a')};
  const auto chain = make_chain(plan);
  ASSERT_FALSE(chain);
  EXPECT_THAT(chain.error().message, HasSubstr("8192"));
}

TEST(MakeChain, MakesSeveralJobsOfATaskThatAnArrayDoes) {
  ChainPlan plan = plan_of("process-works");
  plan.array_sizes = {{"sqlmesh-transform", 3}};
  plan.arguments["sqlmesh-transform"] = {"--ranges=3"};
  const auto chain = make_chain(plan);
  ASSERT_TRUE(chain);
  ASSERT_GE(chain->jobs.size(), 3U);
  const char* const names[] = {"sqlmesh-transform-prepare-2026-02-04",
                               "sqlmesh-transform-2026-02-04",
                               "sqlmesh-transform-finish-2026-02-04"};
  const char* const phases[] = {"--phase=prepare", "--phase=range",
                                "--phase=finish"};
  const int sizes[] = {1, 3, 1};
  for (std::size_t i = 0; i < 3; ++i) {
    const BatchJob& job = chain->jobs[i];
    EXPECT_EQ(job.task, "sqlmesh-transform");
    EXPECT_EQ(job.name, names[i]);
    EXPECT_EQ(job.array_size, sizes[i]);
    EXPECT_EQ(job.command.back(), phases[i]);
    const std::vector<std::string> before(names, names + i);
    EXPECT_EQ(job.depends_on.empty() ? "" : job.depends_on.front(),
              before.empty() ? "" : before.back());
  }
  plan.array_sizes["sqlmesh-transform"] = 1;
  EXPECT_EQ(make_chain(plan)->jobs[0].name, "sqlmesh-transform-2026-02-04");
}

TEST(SubmitJobJson, IsTheDocumentOfTheSpecification) {
  ChainPlan plan = plan_of("ror");
  plan.arguments["transform"] = {"--bucket-name=b", "--file-name=a b.gz"};
  auto chain = make_chain(plan);
  ASSERT_TRUE(chain);
  chain->jobs[1].array_size = 3;
  EXPECT_EQ(
      submit_job_json(*chain, chain->jobs[1], "id-1"),
      R"({"jobName":"ror-transform-2026-02-04",)"
      R"("jobQueue":"dmp-tool-dev-batch-job-queue",)"
      R"("jobDefinition":"std-dev-small-small","dependsOn":[{"jobId":"id-1"}],)"
      R"("containerOverrides":{"command":["dmpworks","aws-batch","ror",)"
      R"("transform","--bucket-name=b","--file-name=a b.gz"],"environment":[)"
      R"({"name":"DMPWORKS_CHAIN","value":"ror-2026-02-04-20260205T010203Z"},)"
      R"({"name":"DMPWORKS_TASK","value":"transform"},)"
      R"({"name":"DMPWORKS_LOG_FORMAT","value":"json"}],)"
      R"("resourceRequirements":[{"type":"VCPU","value":"2"},)"
      R"({"type":"MEMORY","value":"3686"}]},"retryStrategy":{"attempts":3,)"
      R"("evaluateOnExit":[{"onExitCode":"75","action":"RETRY"},)"
      R"({"onStatusReason":"Host EC2*","action":"RETRY"},)"
      R"({"onReason":"CannotPullContainerError*","action":"RETRY"},)"
      R"({"onReason":"*","action":"EXIT"}]},)"
      R"("timeout":{"attemptDurationSeconds":3600},)"
      R"("arrayProperties":{"size":3},)"
      R"("tags":{"dmpworks:command":"ror","dmpworks:run-id":"2026-02-04",)"
      R"("dmpworks:env":"dev"},"propagateTags":true})");
}

TEST(ChainDocument, ReadsBackWhatItWrites) {
  auto chain = make_chain(plan_of("openalex-works"));
  ASSERT_TRUE(chain);
  chain->executor = "local";
  chain->pid = 7;
  chain->host = "h";
  chain->jobs[0].id = "local-1";
  chain->jobs[0].state = "FAILED";
  chain->jobs[0].exit_code = 75;
  chain->jobs[0].members.resize(2);
  chain->jobs[0].members[1].state = "FAILED";
  chain->jobs[0].members[1].exit_code = 75;
  const std::string json = to_json(*chain);
  const auto back = parse_chain(json);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), json);
  EXPECT_FALSE(parse_chain("{}"));
}

TEST(ParseSizeOverride, TakesTaskVcpuAndMemory) {
  const auto size = parse_size_override("transform=4:8000");
  ASSERT_TRUE(size);
  EXPECT_EQ(size->first, "transform");
  EXPECT_EQ(size->second.memory_mib, 8000);
  for (const char* bad : {"", "x", "x=1", "x=1:", "=1:2", "x=0:5", "x=a:5"})
    EXPECT_FALSE(parse_size_override(bad)) << bad;
}

}  // namespace
}  // namespace dmp::jobs
