#include "match/match_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

model::ItemMatch item(int index, double score) {
  model::ItemMatch item;
  item.index = index;
  item.score = score;
  return item;
}

std::vector<int> places(const std::vector<model::ItemMatch>& items) {
  std::vector<int> out;
  out.reserve(items.size());
  for (const auto& one : items) out.push_back(one.index);
  return out;
}

model::Work kelp() {
  model::Work work;
  work.doi = "10.5555/kelp.1";
  work.title = "Kelp & \"sea\"";
  work.abstract_text = "Of kelp.";
  return work;
}

Evaluation with_content(float content) {
  Evaluation evidence;
  evidence.score = 15.5F;
  evidence.content = content;
  evidence.title_marks = {{0, 4}};
  evidence.abstract_marks = {{3, 7}};
  return evidence;
}

// Source: spec search.md 8.2, "best score first, then index; at most 50".
TEST(MatchOf, OrdersItemsByScoreThenPlace) {
  Evaluation evidence;
  evidence.authors = {item(0, 1), item(1, 2), item(4, 1), item(7, 2)};
  evidence.awards = {item(3, .5), item(2, 10.5)};
  const auto match = match_of(kelp(), evidence, {});
  EXPECT_THAT(places(match.authors), ElementsAre(1, 7, 0, 4));
  EXPECT_THAT(places(match.awards), ElementsAre(2, 3));
}

TEST(MatchOf, KeepsFiftyItemsOfEachListTheBest) {
  Evaluation evidence;
  for (int i = 0; i < 60; ++i)
    evidence.authors.push_back(item(i, i < 55 ? 1 : 2));
  for (auto* list :
       {&evidence.institutions, &evidence.funders, &evidence.awards,
        &evidence.intra, &evidence.shared, &evidence.citations})
    *list = evidence.authors;
  const auto match = match_of(kelp(), evidence, {});
  for (const auto* list :
       {&match.authors, &match.institutions, &match.funders, &match.awards,
        &match.intra_work_dois, &match.possible_shared_project_dois,
        &match.dataset_citation_dois}) {
    ASSERT_THAT(*list, SizeIs(50));
    EXPECT_EQ(list->front().index, 55);
    EXPECT_EQ(list->back().index, 44);
  }
  SearchOptions two;
  two.inner_hits = 2;
  EXPECT_THAT(places(match_of(kelp(), evidence, two).authors),
              ElementsAre(55, 56));
}

TEST(MatchOf, HighlightsOnlyWhereTheTextMatched) {
  const auto match = match_of(kelp(), with_content(4.25F), {});
  EXPECT_EQ(match.content_score, 4.25);
  EXPECT_EQ(match.title_highlight, "<mark>Kelp</mark> & \"sea\"");
  EXPECT_THAT(match.abstract_highlights, ElementsAre("Of <mark>kelp</mark>."));
  const auto other = match_of(kelp(), with_content(0), {});
  EXPECT_EQ(other.title_highlight, std::nullopt);
  EXPECT_THAT(other.abstract_highlights, IsEmpty());
  model::Work bare;
  const auto textless = match_of(bare, with_content(1), {});
  EXPECT_EQ(textless.title_highlight, std::nullopt);
  EXPECT_THAT(textless.abstract_highlights, IsEmpty());
}

// Outside the marks & < > alone; in the abstract as in the title.
TEST(MatchOf, EscapesHighlightsWhenAsked) {
  SearchOptions html;
  html.highlight_encoding = Encoding::html;
  auto work = kelp();
  work.abstract_text = "Of kelp, p < .05 & \"q\"";
  const auto match = match_of(work, with_content(1), html);
  EXPECT_EQ(match.title_highlight, "<mark>Kelp</mark> &amp; \"sea\"");
  EXPECT_THAT(match.abstract_highlights,
              ElementsAre("Of <mark>kelp</mark>, p &lt; .05 &amp; \"q\""));
}

TEST(MatchOf, CarriesScoresDatesAndFlags) {
  Evaluation evidence = with_content(1);
  evidence.funded_doi = true;
  evidence.funder_mismatch = true;
  evidence.date_status = "outside";
  evidence.explain.resize(2);
  SearchOptions options;
  const auto match = match_of(kelp(), evidence, options);
  EXPECT_EQ(match.work.doi, "10.5555/kelp.1");
  EXPECT_EQ(match.score, 15.5);
  EXPECT_TRUE(match.doi_found);
  EXPECT_TRUE(match.funder_mismatch);
  EXPECT_EQ(match.date_status, "outside");
  EXPECT_THAT(match.explain, SizeIs(2));
  options.explain = false;
  EXPECT_THAT(match_of(kelp(), evidence, options).explain, IsEmpty());
}

}  // namespace
}  // namespace dmp::match
