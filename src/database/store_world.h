#pragma once

#include "database/model_store.h"
#include "database/related_works.h"
#include "database/sqlite_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace dmp::database {

// For tests of stores: short ways to write rows and to read them.

// Of the running test.
inline std::string test_name() {
  return ::testing::UnitTest::GetInstance()->current_test_info()->name();
}

inline std::unique_ptr<RelatedWorksStore> memory_sqlite() {
  auto store = open_sqlite(":memory:");
  EXPECT_TRUE(store) << store.error().message;
  return *std::move(store);
}

// "a1" -> a1 00 00 …
inline std::string hash(const std::string& byte) {
  return std::string(1, static_cast<char>(std::stoi(byte, nullptr, 16))) +
         std::string(15, '\0');
}

inline WorkVersion work(const std::string& doi, const std::string& byte) {
  WorkVersion version;
  version.doi = doi;
  version.hash = hash(byte);
  version.work_type = "ARTICLE";
  version.title = doi + " " + byte;
  version.authors = version.institutions = version.funders = version.awards =
      "[]";
  version.source_name = "OpenAlex";
  return version;
}

inline StagedLink link(std::int64_t plan, const std::string& doi,
                       const std::string& byte, float score,
                       float score_max = 50) {
  const std::string none = "[]";
  return {plan,
          {doi, hash(byte), LinkSource::system_matched, LinkStatus::pending,
           score, score_max,
           Evidence{R"({"found":false,"score":0,"sources":[]})",
                    R"({"abstractHighlights":[],"score":0})", none, none, none,
                    none, score / score_max, score, "[]"}}};
}

inline StagedLink decided(std::int64_t plan, const std::string& doi,
                          const std::string& byte, LinkStatus status,
                          LinkSource source = LinkSource::system_matched) {
  StagedLink staged = link(plan, doi, byte, 1, 1);
  staged.values.status = status;
  staged.values.source = source;
  return staged;
}

// Plans 1 … count.
inline void add_plans(RelatedWorksStore& store, int count) {
  std::vector<PlanRow> plans;
  for (int n = 1; n <= count; ++n) {
    PlanRow plan;
    plan.dmp_id = fmt::format("https://doi.org/10.48321/d1demo{:04}", n);
    plans.push_back(plan);
  }
  const Status put = store.put_plans(plans);
  ASSERT_TRUE(put) << put.error().message;
}

inline void apply(RelatedWorksStore& store, const Batch& batch,
                  BatchOrigin origin = BatchOrigin::system_run) {
  const Status staged = store.stage(batch);
  ASSERT_TRUE(staged) << staged.error().message;
  const Status applied = store.apply(origin);
  ASSERT_TRUE(applied) << applied.error().message;
}

// "doi A1 PENDING SYSTEM_MATCHED 10.5/50" by DOI, then version.
inline std::vector<std::string> shown(RelatedWorksStore& store,
                                      std::int64_t plan) {
  const auto links = store.links(plan);
  EXPECT_TRUE(links) << links.error().message;
  std::vector<std::string> lines;
  for (const Link& one : *links) {
    const LinkValues& v = one.values;
    lines.push_back(fmt::format(
        "{} {:02X} {} {} {}/{}", v.doi,
        static_cast<unsigned>(static_cast<unsigned char>(v.hash[0])),
        status_name(v.status), source_name(v.source), v.score, v.score_max));
  }
  return lines;
}

}  // namespace dmp::database
