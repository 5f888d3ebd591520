#include "database/batch.h"

#include <gtest/gtest.h>

#include <limits>
#include <utility>

namespace dmp::database {
namespace {

constexpr const char* kHash = "9e107d9d372bb6826bd81d3542a419d6";

model::Match match(const std::string& doi, double score) {
  model::Match one;
  one.work.doi = doi;
  one.work.version_hash = kHash;
  one.work.work_type = "ARTICLE";
  one.work.source_name = "OpenAlex";
  one.score = score;
  return one;
}

model::PlanMatches plan(std::vector<model::Match> works) {
  model::PlanMatches matches;
  matches.plan_doi = "10.48321/d1";
  matches.score_max = 31.2;
  matches.works = std::move(works);
  return matches;
}

TEST(BatchOf, StagesAWorkAndItsLink) {
  model::Match one = match("10.5555/a", 31.2);
  one.work.publication_date = text::to_day(2024, 5, 1);
  one.work.title = "Kelp";
  one.work.authors = {
      {"0000-0002-1825-0097", {"A", "Ana", {}, {}, "Silva", "Ana Silva"}}};
  one.work.funders = {{"NSF", "021nxhr62"}};
  one.work.awards = {{"2345678", {"021nxhr62"}, {}}};
  one.doi_found = true;
  one.doi_sources = {{{}, "OCE-1", "https://nsf.gov/1"}};
  one.authors = {{0, 2, {"authors.full.Silva"}}};
  one.title_highlight = "<mark>Kelp</mark>";
  Counters counts;
  const Batch batch = batch_of(11, plan({one}), counts);
  ASSERT_EQ(batch.works.size(), 1U);
  const WorkVersion& work = batch.works[0];
  EXPECT_EQ(work.hash.substr(0, 2), "\x9e\x10");
  EXPECT_EQ(work.hash.size(), 16U);
  EXPECT_EQ(work.publication_date, "2024-05-01");
  EXPECT_EQ(work.authors,
            R"([{"firstInitial":"A","full":"Ana Silva","givenName":"Ana",)"
            R"("middleInitials":null,"middleNames":null,)"
            R"("orcid":"0000-0002-1825-0097","surname":"Silva"}])");
  EXPECT_EQ(work.funders, R"([{"name":"NSF","ror":"021nxhr62"}])");
  EXPECT_EQ(work.awards, R"([{"awardId":"2345678"}])");
  EXPECT_EQ(work.institutions, "[]");
  EXPECT_EQ(work.source_url, "");
  ASSERT_EQ(batch.links.size(), 1U);
  const LinkValues& link = batch.links[0].values;
  EXPECT_EQ(batch.links[0].plan_id, 11);
  EXPECT_EQ(link.score, 31.2F);
  EXPECT_EQ(link.status, LinkStatus::pending);
  EXPECT_EQ(link.evidence.doi_match,
            R"({"found":true,"score":15.0,"sources":[{"awardId":"OCE-1",)"
            R"("awardUrl":"https://nsf.gov/1","parentAwardId":null}]})");
  EXPECT_EQ(link.evidence.content_match,
            R"({"abstractHighlights":[],"score":0.0,)"
            R"("titleHighlight":"<mark>Kelp</mark>"})");
  EXPECT_EQ(link.evidence.author_matches,
            R"([{"fields":["authors.full.Silva"],"index":0,"score":2.0}])");
  EXPECT_TRUE(counts.all().empty());
}

TEST(BatchOf, StagesWhatTheLinkageModelSays) {
  model::Match one = match("10.5555/a", .849281);
  one.linkage = model::Linkage{
      .849281, 2.495, 31.2, {{"author", "full", 14.2, 1, 0, 2, ""}}};
  Counters counts;
  const Batch batch = batch_of(11, plan({one, match("10.5555/b", 1)}), counts);
  ASSERT_EQ(batch.links.size(), 2U);
  const Evidence& evidence = batch.links[0].values.evidence;
  EXPECT_EQ(evidence.probability, .849281);
  EXPECT_EQ(evidence.log_odds, 2.495);
  EXPECT_EQ(evidence.weights,
            R"([{"k":"author","level":"full","vsChance":14.2,"vsTeam":1.0,)"
            R"("dmp":0,"work":2,"note":""}])");
  const Evidence& other = batch.links[1].values.evidence;
  EXPECT_FALSE(other.probability || other.log_odds || other.weights);
}

TEST(BatchOf, LeavesOutWhatTheTablesCannotHold) {
  std::vector<std::pair<const char*, model::Match>> cases;
  const auto add = [&](const char* reason) -> model::Match& {
    cases.emplace_back(reason, match("10.5555/a", 1));
    return cases.back().second;
  };
  add("bad-doi").work.doi = "10.5555/" + std::string(248, 'x');
  add("bad-doi").work.doi = "";
  add("bad-hash").work.version_hash = "9e107d9d";
  add("bad-hash").work.version_hash = std::string(32, 'g');
  add("bad-score").score = std::numeric_limits<double>::quiet_NaN();
  add("bad-score").score = 1e300;
  add("name-too-long").work.source_name = std::string(256, 'x');
  add("name-too-long").work.work_type = std::string(256, 'X');
  for (const auto& [reason, one] : cases) {
    Counters counts;
    const Batch batch = batch_of(1, plan({one, match("10.5555/b", 1)}), counts);
    EXPECT_EQ(batch.works.size(), 1U) << reason;
    EXPECT_EQ(batch.links.size(), 1U) << reason;
    EXPECT_EQ(counts.get(reason), 1) << reason;
  }
}

TEST(BatchOf, TakesADoiOf255CodePoints) {
  Counters counts;
  std::string doi = "10.5555/";
  for (int i = 0; i < 247; ++i) doi += "\u00f8";
  EXPECT_EQ(batch_of(1, plan({match(doi, 1)}), counts).works.size(), 1U);
}

TEST(BatchOf, MakesFitWhatCanBeCut) {
  model::Match one = match("10.5555/a", 1);
  for (int i = 0; i < 32'768; ++i)
    one.work.title = one.work.title.value_or("") + "\u00e9";
  one.work.publication_venue = "";
  for (int i = 0; i < 1'001; ++i) *one.work.publication_venue += "\u20ac";
  one.work.source_url = "https://" + std::string(248, 'u');
  one.work.work_type = "OUTPUT_MANAGEMENT_PLAN";
  Counters counts;
  const Batch batch = batch_of(1, plan({one}), counts);
  ASSERT_EQ(batch.works.size(), 1U);
  const WorkVersion& work = batch.works[0];
  EXPECT_EQ(work.title->size(), 65'534U);
  EXPECT_EQ(work.publication_venue->size(), 3'000U);
  EXPECT_EQ(work.source_url, "");
  EXPECT_EQ(work.work_type, "OTHER");
  for (const char* name :
       {"title-cut", "venue-cut", "url-dropped", "type-other"}) {
    EXPECT_EQ(counts.get(name), 1) << name;
  }
}

TEST(BatchOf, KeepsTheBetterOfTwoWorksThatAreOneUnderTheCollation) {
  Counters counts;
  const Batch batch =
      batch_of(1,
               plan({match("10.5555/e", 1), match("10.5555/\u00c9", 3),
                     match("10.5555/E", 2)}),
               counts);
  ASSERT_EQ(batch.links.size(), 1U);
  EXPECT_EQ(batch.links[0].values.score, 3.0F);
  EXPECT_EQ(batch.works[0].doi, "10.5555/\u00c9");
  EXPECT_EQ(counts.get("same-work"), 2);
}

TEST(AcceptedLink, HasNoEvidence) {
  Counters counts;
  const auto work = staged_work(match("10.5555/a", 1).work, counts);
  ASSERT_TRUE(work);
  const LinkValues link = accepted_link(3, *work).values;
  EXPECT_EQ(link.status, LinkStatus::accepted);
  EXPECT_EQ(link.source, LinkSource::user_added);
  EXPECT_EQ(link.score, 1.0F);
  EXPECT_EQ(link.evidence.doi_match,
            R"({"found":false,"score":0.0,"sources":[]})");
}

}  // namespace
}  // namespace dmp::database
