#include "results/report_summary.h"

#include "results/sample_matches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace dmp::results {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using Counts = std::vector<std::pair<std::string, std::string>>;

// The plot below a caption, with its note.
std::string figure_of(const ReportSummary& summary, const char* caption) {
  const std::string html = summary_html(summary);
  const auto begin =
      html.find(std::string("<figcaption>") + caption + "</figcaption>");
  EXPECT_NE(begin, std::string::npos) << caption;
  return html.substr(begin, html.find("</figure>", begin) - begin);
}

// Every label in `html` with its value: what is between `open` and `shut`, and
// then from `next` to a '<' or a blank.
Counts found_in(const std::string& html, const std::string& open,
                const std::string& shut, const std::string& next) {
  Counts counts;
  for (std::size_t at = html.find(open); at != std::string::npos;
       at = html.find(open, at)) {
    at += open.size();
    const std::size_t end = html.find(shut, at);
    const std::size_t value = html.find(next, end) + next.size();
    counts.emplace_back(
        html.substr(at, end - at),
        html.substr(value, html.find_first_of("< ", value) - value));
  }
  return counts;
}

// Label and number of every column.
Counts columns(const ReportSummary& summary, const char* caption) {
  return found_in(figure_of(summary, caption), "<title>", ": ", ": ");
}

Counts rows(const ReportSummary& summary, const char* caption) {
  return found_in(figure_of(summary, caption), "<th scope=row>", "</th>",
                  "<td class=num>");
}

model::Match work(double score, std::optional<text::Day> published = {},
                  const char* type = "ARTICLE") {
  model::Match match;
  match.score = score;
  match.work.publication_date = published;
  match.work.work_type = type;
  return match;
}

ReportSummary summary_of(std::vector<model::Match> works) {
  model::PlanMatches matches;
  matches.plan_doi = "10.48321/d1";
  matches.score_max = 10;
  matches.works = std::move(works);
  ReportSummary summary;
  summary.add(matches, "Kelp", 20, 0);
  return summary;
}

ReportSummary published_in(std::initializer_list<int> years) {
  std::vector<model::Match> works;
  works.reserve(years.size());
  for (const int year : years)
    works.push_back(work(1, text::to_day(year, 2, 3)));
  return summary_of(std::move(works));
}

ReportSummary of_types(std::vector<std::pair<const char*, int>> types) {
  std::vector<model::Match> works;
  for (const auto& [type, count] : types) {
    works.insert(works.end(), static_cast<std::size_t>(count),
                 work(1, {}, type));
  }
  return summary_of(std::move(works));
}

TEST(Plots, CountWorksByShareOfTheBestScore) {
  const auto summary =
      summary_of({work(10), work(9.9), work(9), work(8.99), work(7), work(6.99),
                  work(4), work(3.99), work(.1), work(0)});
  EXPECT_THAT(
      columns(summary, "Strength of the matches"),
      ElementsAre(Pair("0–10%", "2"), Pair("10–20%", "0"), Pair("20–30%", "0"),
                  Pair("30–40%", "1"), Pair("40–50%", "1"), Pair("50–60%", "0"),
                  Pair("60–70%", "1"), Pair("70–80%", "1"), Pair("80–90%", "1"),
                  Pair("90–100%", "3")));
  const std::string cards = summary_html(summary);
  EXPECT_THAT(cards, HasSubstr("<dt>High</dt><dd>5</dd>"));
  EXPECT_THAT(cards, HasSubstr("<dt>Medium</dt><dd>2</dd>"));
  EXPECT_THAT(cards, HasSubstr("<dt>Low</dt><dd>3</dd>"));
}

TEST(Plots, DrawColumnsAsHighAsTheirCounts) {
  const auto heights = found_in(
      figure_of(summary_of({work(10), work(9.5), work(9), work(9), work(5)}),
                "Strength of the matches"),
      "<rect class=\"", "\"", " height=");
  ASSERT_EQ(heights.size(), 10U);
  EXPECT_THAT(heights[9], Pair("high", "110.0"));
  EXPECT_THAT(heights[5], Pair("medium", "27.5"));
  EXPECT_THAT(heights[0], Pair("low", "0.8"));  // a line where there is none
}

TEST(Plots, SayWhatTheStrengthIs) {
  EXPECT_THAT(figure_of(summary_of({work(1)}), "Strength of the matches"),
              HasSubstr("share of the best score of the same plan"));
  auto probable = work(.9);
  probable.linkage.emplace().probability = .9;
  const auto figure =
      figure_of(summary_of({probable}), "Strength of the matches");
  EXPECT_THAT(figure, HasSubstr("Probability that the work came out"));
  EXPECT_THAT(figure, Not(HasSubstr("best score")));
}

// Four works of probability .96, of which three are right, and one of .25 that
// is not: .21 and .25 off, so .218 on average.
TEST(Plots, CompareProbabilitiesWithWhatIsRight) {
  match::linkage::Tally tally;
  for (int i = 0; i < 4; ++i) tally.add(.96, i > 0);
  tally.add(.25, false);
  Metrics metrics;
  EXPECT_THAT(metrics_html(metrics), Not(HasSubstr("How right")));
  metrics.probabilities = tally.judgement("all", 3);
  const std::string html = metrics_html(metrics);
  EXPECT_THAT(html, HasSubstr("<figcaption>How right the probabilities are"));
  EXPECT_THAT(html, HasSubstr("<tr><th scope=row>95%</th><td>4</td><td>96.0%"
                              "</td><td>75.0%</td></tr>"));
  EXPECT_THAT(html, HasSubstr("<tr><th scope=row>20%</th><td>1</td><td>25.0%"
                              "</td><td>0.0%</td></tr>"));
  EXPECT_THAT(html, HasSubstr("differ by 21.8 percentage points"));
  // On a square of 160: .96 from the left edge, .75 from the lower one.
  EXPECT_THAT(html, HasSubstr("<circle cx=181.6 cy=46.0 r=3.5><title>4 works: "
                              "said 96%, right 75%</title>"));
  EXPECT_THAT(html, HasSubstr("<circle cx=68.0 cy=166.0 r=3.5>"));
}

TEST(Plots, CountPlansByTheirNumberOfWorks) {
  ReportSummary summary;
  for (const std::size_t works : {0, 1, 2, 3, 5, 6, 10, 11, 20, 21, 50, 51}) {
    model::PlanMatches matches;
    matches.score_max = 1;
    matches.works.assign(works, work(1));
    summary.add(matches, "Kelp", 20, 0);
  }
  EXPECT_THAT(columns(summary, "Works a plan"),
              ElementsAre(Pair("none", "1"), Pair("1–2", "2"), Pair("3–5", "2"),
                          Pair("6–10", "2"), Pair("11–20", "2"),
                          Pair("21–50", "2"), Pair("more", "1")));
  const std::string cards = summary_html(summary);
  EXPECT_THAT(cards, HasSubstr("<dt>Plans</dt><dd>12</dd>"));
  EXPECT_THAT(cards, HasSubstr("<dt>Plans with works</dt><dd>11</dd>"));
  EXPECT_THAT(cards, HasSubstr("<dt>Works found</dt><dd>180</dd>"));
}

TEST(Plots, CountWorksByYearWithTheYearsBetween) {
  const auto summary = published_in({2021, 2024, 2024});
  EXPECT_THAT(columns(summary, "Year of publication"),
              ElementsAre(Pair("2021", "1"), Pair("2022", "0"),
                          Pair("2023", "0"), Pair("2024", "2")));
}

TEST(Plots, PutWhatIsOlderThanTwentyYearsTogether) {
  const auto bars = columns(published_in({1901, 2003, 2004, 2005, 2024}),
                            "Year of publication");
  ASSERT_EQ(bars.size(), 21U);
  EXPECT_THAT(bars[0], Pair("earlier", "3"));
  EXPECT_THAT(bars[1], Pair("2005", "1"));
  EXPECT_THAT(bars[20], Pair("2024", "1"));
  EXPECT_THAT(columns(published_in({2005, 2024}), "Year of publication")[0],
              Pair("2005", "1"));
}

TEST(Plots, SayHowManyWorksHaveNoDate) {
  const auto summary =
      summary_of({work(1), work(1), work(1, text::to_day(2024, 1, 1))});
  EXPECT_THAT(columns(summary, "Year of publication"),
              ElementsAre(Pair("2024", "1")));
  EXPECT_THAT(figure_of(summary, "Year of publication"),
              HasSubstr("<p class=note>2 without a date.</p>"));
  EXPECT_THAT(figure_of(published_in({2024}), "Year of publication"),
              Not(HasSubstr("without a date")));
  EXPECT_THAT(columns(summary_of({work(1)}), "Year of publication"), IsEmpty());
}

TEST(Plots, CountWorksByType) {
  EXPECT_THAT(
      rows(of_types({{"BOOK_CHAPTER", 1}, {"ARTICLE", 1'234}}), "Type of work"),
      ElementsAre(Pair("Article", "1,234"), Pair("Book chapter", "1")));
}

TEST(Plots, PutTypesBeyondSevenTogether) {
  std::vector<std::pair<const char*, int>> types = {
      {"A", 19}, {"B", 18}, {"C", 17}, {"D", 16},
      {"E", 15}, {"F", 14}, {"G", 13}, {"H", 12}};
  const auto eight = rows(of_types(types), "Type of work");
  ASSERT_EQ(eight.size(), 8U);
  EXPECT_THAT(eight[7], Pair("H", "12"));
  types.emplace_back("I", 2);
  types.emplace_back("J", 1);
  const auto ten = rows(of_types(types), "Type of work");
  ASSERT_EQ(ten.size(), 8U);
  EXPECT_THAT(ten[6], Pair("G", "13"));
  EXPECT_THAT(ten[7], Pair("All other types", "15"));
}

TEST(Plots, CountWorksByEachKindOfEvidence) {
  model::PlanMatches matches = sample_matches();
  matches.works.push_back(work(1));
  matches.works[1].authors = {{0, 1, {"authors.full.Silva"}}};
  matches.works[1].intra_work_dois = {{0, 10, {"x"}}};
  ReportSummary summary;
  summary.add(matches, "Kelp", 20, 0);
  EXPECT_THAT(
      rows(summary, "What the matches rest on"),
      ElementsAre(Pair("Listed by the funder", "1"), Pair("Award number", "1"),
                  Pair("Author, same ORCID iD", "1"),
                  Pair("Author, same surname", "2"), Pair("Institution", "0"),
                  Pair("Funder", "0"), Pair("Linked to a plan output", "1"),
                  Pair("Shared words", "1")));
}

TEST(Plots, DrawRowsAsLongAsTheirCounts) {
  const auto widths = found_in(
      figure_of(of_types({{"ARTICLE", 4}, {"DATASET", 1}}), "Type of work"),
      "<rect class=", " x=0.00 ", "width=");
  EXPECT_THAT(widths,
              ElementsAre(Pair("plain", "100.00"), Pair("plain", "25.00")));
}

}  // namespace
}  // namespace dmp::results
