#include "jobs/search_failures.h"

#include <gtest/gtest.h>

namespace dmp::jobs {
namespace {

match::PlanFailure failure(const char* doi, ErrorCode code) {
  return {doi, "evidence", {code, "what \"it\" was"}, 4};
}

TEST(FailureLines, AreOneObjectAPlan) {
  EXPECT_EQ(failure_lines({}), "");
  EXPECT_EQ(
      failure_lines(
          {failure("", ErrorCode::io), failure("10.5/a", ErrorCode::io)}),
      R"({"dmpDoi":null,"stage":"evidence","error":"what \"it\" was","attempts":4}
{"dmpDoi":"10.5/a","stage":"evidence","error":"what \"it\" was","attempts":4}
)");
}

storage::Manifest after(const std::vector<match::PlanFailure>& failures) {
  storage::Manifest manifest;
  count_failures(failures, manifest);
  return manifest;
}

TEST(SearchVerdict, PutsUpWithSoManyFailures) {
  const auto manifest = after({failure("10.5/a", ErrorCode::corrupt_input),
                               failure("10.5/b", ErrorCode::unavailable)});
  EXPECT_EQ(failed_plans(manifest), 2);
  EXPECT_TRUE(search_verdict(manifest, 2));
  const auto verdict = search_verdict(manifest, 1);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, ErrorCode::corrupt_input);
  EXPECT_EQ(verdict.error().message,
            "2 DMPs could not be searched, all others are; failures.jsonl says "
            "why; hint: --max-failed");
  const auto of_a_file = search_verdict(manifest, 1, "m.jsonl.failures.jsonl");
  ASSERT_FALSE(of_a_file);
  EXPECT_EQ(of_a_file.error().message,
            "2 DMPs could not be searched, all others are; "
            "m.jsonl.failures.jsonl says why; hint: --max-failed");
}

TEST(SearchVerdict, IsTemporaryWhenAllCausesAre) {
  const auto some = failure("10.5/a", ErrorCode::unavailable);
  const auto verdict = search_verdict(after({some, some}), 0);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, ErrorCode::unavailable);
}

TEST(SearchVerdict, IsGoodWithoutFailures) {
  EXPECT_TRUE(search_verdict(after({}), 0));
  EXPECT_TRUE(after({}).dropped.empty());
}

TEST(CountFailures, KeepsTheRowEquation) {
  const auto one = failure("10.5/a", ErrorCode::corrupt_input);
  EXPECT_EQ(after({one}).dropped.at("search_failed"), 1);
}

}  // namespace
}  // namespace dmp::jobs
