#include "match/doi_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kWork = "10.5555/kelp.1";

model::PlanAward award(const char* id, std::optional<std::string> url,
                       std::vector<model::RelatedAward> related = {}) {
  model::PlanAward award;
  award.text = award.canonical_id = id;
  award.award_url = std::move(url);
  award.related_awards = std::move(related);
  award.funded_dois = {"10.5555/a", kWork};
  return award;
}

model::Plan plan_of(std::vector<model::PlanAward> awards) {
  model::Plan plan;
  for (const auto& award : awards)
    plan.funding.emplace_back().award_id = award.text;
  plan.awards = std::move(awards);
  return plan;
}

// "parent>award url", as a reader would write them down.
std::vector<std::string> sources(const model::Plan& plan,
                                 const SearchOptions& options = {},
                                 const char* work = kWork) {
  std::vector<std::string> lines;
  for (const auto& source : doi_sources(plan, work, options)) {
    lines.push_back(source.parent_award_id.value_or("") + ">" +
                    source.award_id + " " + source.award_url);
  }
  return lines;
}

TEST(DoiSources, AreTheAwardItselfThenItsRelatedOnes) {
  const auto plan =
      plan_of({award("OCE-1", "u:1", {{"OCE-2", "u:2"}, {"OCE-3", "u:3"}}),
               award("OCE-4", "u:4")});
  EXPECT_THAT(sources(plan), ElementsAre(">OCE-1 u:1", "OCE-1>OCE-2 u:2",
                                         "OCE-1>OCE-3 u:3", ">OCE-4 u:4"));
}

TEST(DoiSources, NeedAUrl) {
  // The number that was asked for has no application id at the NIH, its years
  // have.
  const auto plan = plan_of({award("R01AI176039", {},
                                   {{"1R01AI176039-01", "u:1"},
                                    {"R01AI176039", {}},
                                    {"5R01AI176039-02", "u:2"}})});
  EXPECT_THAT(sources(plan), ElementsAre("R01AI176039>1R01AI176039-01 u:1",
                                         "R01AI176039>5R01AI176039-02 u:2"));
}

TEST(DoiSources, AreNeverRepeated) {
  const auto plan =
      plan_of({award("A", "u:a", {{"A", "u:a"}, {"B", "u:b"}, {"B", "u:b"}}),
               award("C", "u:c", {{"B", "u:b"}, {"A", "u:other"}})});
  EXPECT_THAT(sources(plan),
              ElementsAre(">A u:a", "A>B u:b", ">C u:c", "C>A u:other"));
}

TEST(DoiSources, AreOfAwardsThatListTheWork) {
  auto plan = plan_of({award("A", "u:a"), award("B", "u:b")});
  plan.awards[0].funded_dois = {"10.5555/other"};
  EXPECT_THAT(sources(plan), ElementsAre(">B u:b"));
  EXPECT_THAT(sources(plan, {}, "10.5555/none"), IsEmpty());
}

TEST(DoiSources, AreOfAwardsThatThePlanStillNames) {
  auto plan = plan_of({award("A", "u:a"), award("B", "u:b")});
  plan.funding[0].award_id = "C";
  EXPECT_THAT(sources(plan), ElementsAre(">B u:b"));
  SearchOptions baseline;
  baseline.builder = QueryBuilder::baseline;
  EXPECT_THAT(sources(plan, baseline), ElementsAre(">A u:a", ">B u:b"));
}

TEST(DoiSources, AreNoneWhenFundedDoisAreSwitchedOff) {
  SearchOptions options;
  options.disabled = {Feature::funded_dois};
  EXPECT_THAT(sources(plan_of({award("A", "u:a")}), options), IsEmpty());
}

}  // namespace
}  // namespace dmp::match
