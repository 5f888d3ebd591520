#include "database/merge.h"

#include "database/store_world.h"
#include "results/match_json.h"
#include "storage/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace dmp::database {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

model::Match found(const std::string& doi, double score, char version = 'a') {
  model::Match match;
  match.work.doi = doi;
  match.work.version_hash = std::string(32, version);
  match.work.work_type = "ARTICLE";
  match.work.source_name = "OpenAlex";
  match.score = score;
  return match;
}

model::PlanMatches record(const std::string& plan,
                          std::vector<model::Match> works) {
  model::PlanMatches matches;
  matches.plan_doi = plan;
  matches.score_max = 50;
  matches.works = std::move(works);
  return matches;
}

class Merge : public ::testing::Test {
 protected:
  Merge()
      : folder_(fs::temp_directory_path() /
                fmt::format("merge_{}_{}", ::getpid(), test_name())),
        store_(memory_sqlite()) {
    fs::create_directories(folder_.path());
    options_.matches = folder_.path() / "matches.jsonl";
    options_.beside = (folder_.path() / "out.").string();
    options_.first_pause = std::chrono::milliseconds(1);
  }

  void write(const std::vector<model::PlanMatches>& records) const {
    std::ofstream out(options_.matches);
    for (const auto& one : records)
      out << results::match_record_json(one, results::Explain::write) << "\n";
  }

  MergeSummary merged(RelatedWorksStore& store) {
    auto summary = merge(store, options_);
    EXPECT_TRUE(summary) << summary.error().message;
    return summary ? *std::move(summary) : MergeSummary();
  }
  MergeSummary merged() { return merged(*store_); }

  std::string folder(const char* name) const {
    return (folder_.path() / name).string();
  }

  std::string text_of(const char* name) const {
    std::ifstream in(options_.beside + name);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  MergeOptions options_;
  ModelStore model_;

 private:
  storage::Scratch folder_;

 protected:
  std::unique_ptr<RelatedWorksStore> store_;
};

TEST_F(Merge, AddsPlansInDoiOrderAndLinksTheirWorks) {
  write({record("10.48321/d2", {found("10.5555/a", 3), found("10.5555/b", 2)}),
         record("10.48321/d1", {found("10.5555/a", 1)})});
  options_.plans.resize(1);
  options_.plans[0].doi = "10.48321/d1";
  options_.plans[0].title = "Eels";
  options_.plans[0].created = text::parse_instant("2024-01-11T09:00:00Z");
  const MergeSummary summary = merged();
  EXPECT_EQ(summary.processed, 2);
  EXPECT_EQ(summary.links, (LinkCounts{3, 0, 0}));
  EXPECT_EQ(summary.works_staged, 3);
  EXPECT_TRUE(verdict(summary, 0, false));
  const auto plans = store_->plans();
  ASSERT_EQ(plans->size(), 2U);
  EXPECT_EQ((*plans)[0].dmp_id, "https://doi.org/10.48321/d1");
  EXPECT_EQ((*plans)[0].title, "Eels");
  EXPECT_EQ((*plans)[0].created, "2024-01-11 09:00:00");
  EXPECT_THAT(shown(*store_, 2),
              ElementsAre("10.5555/a AA PENDING SYSTEM_MATCHED 3/50",
                          "10.5555/b AA PENDING SYSTEM_MATCHED 2/50"));
}

TEST_F(Merge, ChangesNothingTheSecondTime) {
  write({record("10.48321/d1", {found("10.5555/a", 1), found("10.5555/b", 2)}),
         record("10.48321/d2", {})});
  merged();
  const auto rows = shown(*store_, 1);
  const MergeSummary again = merged();
  EXPECT_EQ(again.processed, 2);
  EXPECT_EQ(again.resumed, 0);
  EXPECT_EQ(again.links, LinkCounts());
  EXPECT_EQ(shown(*store_, 1), rows);
}

// P84
TEST_F(Merge, OfAnEmptyRecordDropsWhatTheSystemMatched) {
  write({record("10.48321/d1", {found("10.5555/a", 1)}),
         record("10.48321/d2", {found("10.5555/b", 1)})});
  merged();
  write({record("10.48321/d1", {})});
  options_.keep_empty = true;
  EXPECT_EQ(merged().links, LinkCounts());
  options_.keep_empty = false;
  const MergeSummary summary = merged();
  EXPECT_EQ(summary.links, (LinkCounts{0, 0, 1}));
  EXPECT_EQ(summary.orphans.works, 1);
  EXPECT_THAT(shown(*store_, 1), IsEmpty());
  EXPECT_EQ(shown(*store_, 2).size(), 1U);  // no record: not touched
}

TEST_F(Merge, NeverChangesADecidedLink) {
  write(
      {record("10.48321/d1", {found("10.5555/a", 1), found("10.5555/b", 2)})});
  merged();
  ASSERT_TRUE(store_->set_status(1, "10.5555/a", LinkStatus::rejected, "ada"));
  write({record("10.48321/d1", {found("10.5555/a", 9, 'b')})});
  const MergeSummary summary = merged();
  EXPECT_EQ(summary.links, (LinkCounts{0, 0, 1}));
  EXPECT_THAT(shown(*store_, 1),
              ElementsAre("10.5555/a AA REJECTED SYSTEM_MATCHED 1/50"));
}

TEST_F(Merge, TakesTheLaterOfTwoRecordsOfAPlan) {
  write({record("10.48321/D1", {found("10.5555/a", 1), found("10.5555/b", 2)}),
         record("10.48321/d2", {}),
         record("https://doi.org/10.48321/d1", {found("10.5555/A", 5)})});
  const MergeSummary summary = merged();
  EXPECT_EQ(summary.processed, 2);
  EXPECT_THAT(shown(*store_, 1),
              ElementsAre("10.5555/A AA PENDING SYSTEM_MATCHED 5/50",
                          "10.5555/b AA PENDING SYSTEM_MATCHED 2/50"));
}

TEST_F(Merge, GoesOnWhenOnePlanFails) {
  write({record("10.48321/d1", {found("10.5555/a", 1)}),
         record("10.48321/d2", {found("10.5555/b", 1)})});
  model_.refusals = {{ErrorCode::corrupt_input, "rule broken"}};
  const MergeSummary summary = merged(model_);
  EXPECT_EQ(summary.processed, 1);
  ASSERT_EQ(summary.failed.size(), 1U);
  EXPECT_EQ(summary.failed[0].dmp_doi, "10.48321/d1");
  EXPECT_EQ(summary.failed[0].attempts, 1);
  EXPECT_EQ(verdict(summary, 0, false).error().code, ErrorCode::corrupt_input);
  EXPECT_TRUE(verdict(summary, 1, false));
  // The other plan is not merged again, this one is.
  const MergeSummary again = merged(model_);
  EXPECT_EQ(again.resumed, 1);
  EXPECT_EQ(again.processed, 1);
  EXPECT_EQ(again.links.inserted, 1);
}

TEST_F(Merge, TriesAgainWhatIsLocked) {
  write({record("10.48321/d1", {found("10.5555/a", 1)})});
  const Error locked{ErrorCode::unavailable, "locked"};
  model_.refusals = {locked, locked, locked};
  EXPECT_EQ(merged(model_).links.inserted, 1);
  write({record("10.48321/d1", {found("10.5555/b", 1)})});
  model_.refusals = {locked, locked, locked, locked};
  const MergeSummary summary = merged(model_);
  ASSERT_EQ(summary.failed.size(), 1U);
  EXPECT_EQ(summary.failed[0].attempts, 4);
  EXPECT_EQ(verdict(summary, 0, false).error().code, ErrorCode::unavailable);
}

TEST_F(Merge, StopsWhenNothingMoreCanSucceedAndGoesOnFromThere) {
  write({record("10.48321/d1", {found("10.5555/a", 1)}),
         record("10.48321/d2", {found("10.5555/b", 1)}),
         record("10.48321/d3", {found("10.5555/c", 1)})});
  model_.refusals = {{ErrorCode::corrupt_input, "rule broken"},
                     {ErrorCode::io, "disk full"}};
  const MergeSummary summary = merged(model_);
  ASSERT_TRUE(summary.aborted);
  EXPECT_EQ(verdict(summary, 9, true).error().code, ErrorCode::io);
  EXPECT_EQ(summary.processed, 0);
  model_.refusals = {};
  EXPECT_EQ(merged(model_).processed, 3);
}

TEST_F(Merge, ResumesOnlyTheSameMatchesOnTheSameDatabase) {
  const auto records = [&](double score) {
    return std::vector{record("10.48321/d1", {found("10.5555/a", 1)}),
                       record("10.48321/d2", {found("10.5555/b", score)})};
  };
  const auto interrupt = [&] {
    write(records(1));
    // The first plan is refused, so the progress has the second alone.
    model_ = ModelStore();
    model_.refusals = {{ErrorCode::corrupt_input, "x"}};
    merged(model_);
  };
  interrupt();
  EXPECT_EQ(merged(model_).resumed, 1);
  interrupt();
  EXPECT_EQ(merged(*store_).resumed, 0);  // another database
  interrupt();
  write(records(2));
  EXPECT_EQ(merged(model_).resumed, 0);  // other matches
}

TEST_F(Merge, ResumesNothingThatAnotherMergeMayHaveUndone) {
  const auto first = {record("10.48321/d1", {found("10.5555/a", 1)}),
                      record("10.48321/d2", {found("10.5555/b", 1)})};
  write(first);
  model_.refusals = {{ErrorCode::corrupt_input, "x"}};
  merged(model_);
  const std::string beside = options_.beside;
  options_.beside = folder("other.");
  write({record("10.48321/d2", {found("10.5555/c", 1)})});
  merged(model_);
  options_.beside = beside;
  write(first);
  EXPECT_EQ(merged(model_).resumed, 0);
  EXPECT_THAT(shown(model_, 2),
              ElementsAre("10.5555/b AA PENDING SYSTEM_MATCHED 1/50"));
}

TEST_F(Merge, ResumesNothingThatKeptEmptyPlans) {
  write({record("10.48321/d1", {found("10.5555/a", 1)})});
  merged(model_);
  write({record("10.48321/d1", {}),
         record("10.48321/d2", {found("10.5555/b", 1)})});
  model_.refusals = {{ErrorCode::corrupt_input, "x"}};
  options_.keep_empty = true;
  EXPECT_EQ(merged(model_).processed, 1);
  options_.keep_empty = false;
  EXPECT_EQ(merged(model_).resumed, 0);
  EXPECT_THAT(shown(model_, 1), IsEmpty());
}

TEST_F(Merge, CountsRecordsWithoutAPlan) {
  write({record("no doi", {found("10.5555/a", 1)}),
         record("10.48321/d1", {found("10.5555/a", 1)})});
  const MergeSummary summary = merged();
  EXPECT_EQ(summary.no_plan, 1);
  EXPECT_EQ(summary.processed, 1);
  EXPECT_FALSE(verdict(summary, 0, false));
  EXPECT_TRUE(verdict(summary, 0, true));
  ASSERT_TRUE(write_merge_files(summary, options_.beside, {{"run_id", "R"}}));
  EXPECT_EQ(text_of("failed_dmps.jsonl"),
            R"({"dmpDoi":"no doi","planId":null,"error":"no such plan",)"
            R"("sqlstate":null,"attempts":0})"
            "\n");
  EXPECT_THAT(text_of("merge_report.json"), HasSubstr(R"("run_id":"R")"));
  EXPECT_THAT(text_of("merge_report.json"),
              HasSubstr(R"("links":{"inserted":1,"updated":0,"deleted":0})"));
}

TEST_F(Merge, DryRunSaysWhatARunDoesAndChangesNothing) {
  write({record("10.48321/d1", {found("10.5555/a", 1), found("10.5555/b", 1),
                                found("10.5555/c", 1)})});
  merged();
  write({record("10.48321/d1", {found("10.5555/a", 2), found("10.5555/b", 1)}),
         record("10.48321/d2", {found("10.5555/d", 1)})});
  const auto rows = shown(*store_, 1);
  options_.dry_run = true;
  options_.beside = folder("dry.");
  const MergeSummary dry = merged();
  EXPECT_EQ(dry.links, (LinkCounts{1, 1, 1}));
  ASSERT_EQ(dry.effects.size(), 2U);
  EXPECT_EQ(dry.effects[0].links, (LinkCounts{0, 1, 1}));
  EXPECT_EQ(dry.effects[1].plan_id, -1);
  EXPECT_EQ(shown(*store_, 1), rows);
  EXPECT_EQ(store_->plans()->size(), 1U);
  EXPECT_FALSE(fs::exists(options_.beside + "merge_progress.jsonl"));
  options_.dry_run = false;
  EXPECT_EQ(merged().links, dry.links);
}

TEST_F(Merge, GuardsAgainstTheLossOfMostLinks) {
  std::vector<model::Match> many;
  many.reserve(2'100);
  for (int n = 0; n < 2'100; ++n)
    many.push_back(found(fmt::format("10.5555/{}", n), 1));
  write({record("10.48321/d1", many)});
  merged();
  many.resize(1'000);
  write({record("10.48321/d1", many), record("10.48321/d2", {})});
  const auto stopped = merge(*store_, options_);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(stopped.error().message,
              HasSubstr("1100 of 2100 PENDING links would be deleted"));
  EXPECT_EQ(shown(*store_, 1).size(), 2'100U);
  EXPECT_EQ(store_->plans()->size(), 1U);
  options_.allow_mass_delete = true;
  EXPECT_EQ(merged().links.deleted, 1'100);
}

TEST_F(Merge, WritesAnAuditOfLinksMadeAndDropped) {
  options_.audit_file = folder("audit.jsonl");
  write({record("10.48321/d1", {found("10.5555/a", 1)})});
  merged();
  write({record("10.48321/d1", {found("10.5555/b", 2)})});
  merged();
  std::ifstream in(options_.audit_file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  EXPECT_THAT(
      lines,
      ElementsAre(
          R"({"change":"inserted","doi":"10.5555/a","planId":1,"score":1.0,"status":"PENDING"})",
          R"({"change":"inserted","doi":"10.5555/b","planId":1,"score":2.0,"status":"PENDING"})",
          R"({"change":"deleted","doi":"10.5555/a","planId":1,"score":1.0,"status":"PENDING"})"));
}

TEST_F(Merge, ReadsAllBeforeItChangesAnything) {
  write({record("10.48321/d1", {found("10.5555/a", 1)})});
  std::ofstream(options_.matches, std::ios::app) << "{\"dmpDoi\"\n";
  const auto summary = merge(*store_, options_);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ErrorCode::corrupt_input);
  EXPECT_THAT(summary.error().message, HasSubstr("line 2"));
  EXPECT_THAT(*store_->plans(), IsEmpty());
}

}  // namespace
}  // namespace dmp::database
