#include "results/report.h"

#include "results/html.h"
#include "results/match_files.h"
#include "results/report_bars.h"
#include "results/report_clauses.h"
#include "results/report_plan.h"
#include "results/report_sections.h"
#include "results/report_weights.h"
#include "results/sample_matches.h"
#include "storage/gzip_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace dmp::results {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

TEST(EscapeHtml, LeavesNothingThatMarkupIsMadeOf) {
  EXPECT_EQ(escape_html("<a href=\"x\" o='y'>&amp;"),
            "&lt;a href=&quot;x&quot; o=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(escape_html(std::string("a\0b\x1b[1m\nc", 9)), "ab[1m c");
  EXPECT_EQ(escape_html("\xff"), "\xEF\xBF\xBD");
}

TEST(EscapeHighlight, KeepsOurMarksOnlyAndPairs) {
  const std::pair<const char*, const char*> table[] = {
      {"<mark>Kelp</mark> & <i>x</i>",
       "<mark>Kelp</mark> &amp; &lt;i&gt;x&lt;/i&gt;"},
      {"<mark>open", "&lt;mark&gt;open"},
      {"shut</mark>", "shut&lt;/mark&gt;"},
      {"<mark>a<mark>b</mark>", "<mark>a&lt;mark&gt;b</mark>"},
      {"<mark onclick=x>a</mark>", "&lt;mark onclick=x&gt;a&lt;/mark&gt;"},
      {"<MARK>a</MARK>", "&lt;MARK&gt;a&lt;/MARK&gt;"},
  };
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(escape_highlight(text), expected) << text;
  }
}

TEST(EscapeHighlight, TakesLinearTime) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "<mark>";
  EXPECT_EQ(escape_highlight(text).size(), std::size_t{200'000} * 12);
}

TEST(Links, AreDoiOrWebAddressesOnly) {
  EXPECT_EQ(doi_url("10.5555/a<b>\"c d#e?f%"),
            "https://doi.org/10.5555/a%3Cb%3E%22c%20d%23e%3Ff%25");
  EXPECT_EQ(safe_url("https://a.example/?x=1&y=2"),
            "https://a.example/?x=1&amp;y=2");
  for (const char* bad :
       {"javascript:alert(1)", " https://a.example", "https://a.example/ x",
        "data:text/html,x", "", "//a.example", "java\nscript:x"}) {
    EXPECT_EQ(safe_url(bad), std::nullopt) << bad;
  }
}

TEST(CspHash, IsBase64OfSha256) {
  EXPECT_EQ(csp_hash(""),
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}

TEST(Reasons, SayWhyInWords) {
  model::Plan plan;
  model::Funding funding;
  funding.funder_name = "National Science Foundation";
  funding.award_id = "2345678";
  plan.funding = {funding};
  EXPECT_EQ(
      reasons_html(sample_matches().works[0], &plan),
      "the funder lists it as a result of award <a "
      "href=\"https://www.nsf.gov/awardsearch/"
      "showAward?AWD_ID=2345678&amp;HistoricalAwards=false\">OCE-2345678</a>; "
      "it names award <b><bdi>2345678</bdi></b> (National Science "
      "Foundation); it is by <b><bdi>Ana Silva</bdi></b> (same ORCID iD); it "
      "shares the word <b><bdi>kelp</bdi></b> with the plan");
}

// The same number, of the plan's funder, of nobody, and of another funder.
TEST(Reasons, SayWhoseAwardNumberItIs) {
  model::Plan plan;
  model::Funding funding;
  funding.funder_name = "Sea Fund";
  funding.award_id = "2345678";
  plan.funding = {funding};
  model::Match match;
  match.work.awards = {{"2345678", {}, {}}};
  match.awards = {{0, 1, {"awards.award_id.2345678"}}};
  const auto said = [&](const char* how) {
    match.explain = {{"awards_weak", false, 1, {{"0", 0, how, 1}}, {}, ""}};
    return reasons_html(match, &plan);
  };
  const std::string names = "it names award <b><bdi>2345678</bdi></b> ";
  EXPECT_EQ(said("award-agree"), names + "(Sea Fund)");
  EXPECT_EQ(said("award-unknown"), names + "(funder not stated)");
  EXPECT_EQ(said("award-disagree"), names + "(another funder’s)");
  match.work.funders = {{"Hill <Fund>", std::nullopt}};
  EXPECT_EQ(said("award-disagree"),
            names + "(another funder’s: Hill &lt;Fund&gt;)");
  match.work.awards[0].funder_names = {"Bog Trust"};
  EXPECT_EQ(said("award-disagree"), names + "(another funder’s: Bog Trust)");
  match.funder_mismatch = true;
  EXPECT_EQ(said("award-strong"), names + "(another funder’s: Bog Trust)");
  match.explain.clear();
  EXPECT_EQ(reasons_html(match, &plan),
            names + "(another funder’s: Bog Trust)");
}

TEST(Reasons, NameTheOutputsOfThePlanAWorkIsRelatedTo) {
  model::Match match;
  match.work.intra_work_dois = {"10.5555/other", "10.5555/ds"};
  match.work.possible_shared_project_dois = {"10.5555/code"};
  match.work.dataset_citation_dois = {"10.5555/cited"};
  match.intra_work_dois = {{1, 10, {"relations.intra_work_dois.doi.x"}}};
  const std::string version =
      "it is another version or part of <a "
      "href=\"https://doi.org/10.5555/ds\">10.5555/ds</a>";
  EXPECT_EQ(reasons_html(match, nullptr), version + ", an output of the plan");
  match.possible_shared_project_dois = {{0, 5, {"y"}}};
  match.dataset_citation_dois = {{0, 2.5, {"z"}}};
  EXPECT_EQ(reasons_html(match, nullptr),
            version +
                ", linked to <a href=\"https://doi.org/10.5555/code\">"
                "10.5555/code</a> and linked by a data citation to <a "
                "href=\"https://doi.org/10.5555/cited\">10.5555/cited</a>, an "
                "output of the plan");
  match.intra_work_dois.push_back({0, 10, {"x"}});
  EXPECT_EQ(count_of(reasons_html(match, nullptr), "<a "), 2U);
  EXPECT_THAT(reasons_html(match, nullptr), HasSubstr(" and 2 more"));
}

TEST(Parts, AreAStackedBarAndTheSameInWords) {
  const std::string html = parts_html(sample_matches().works[0]);
  EXPECT_THAT(html, HasSubstr("<svg class=stack aria-hidden=true>"));
  EXPECT_THAT(html, HasSubstr("<p>Listed by the funder 15.00 + Authors 2.00 + "
                              "Award numbers 10.00 + Shared words 4.20 = 31.20 "
                              "points</p>"));
  model::Match none = sample_matches().works[0];
  none.explain.clear();
  EXPECT_EQ(parts_html(none), "");
}

TEST(StackedBar, IsAsLongAsItsPartsEndToEnd) {
  const std::string html = stacked_bar({15, 2, 10, 4.2});
  EXPECT_THAT(html, HasSubstr("<svg x=0.00% width=48.08%>"));
  EXPECT_THAT(html, HasSubstr("<svg x=48.08% width=6.41%>"));
  EXPECT_THAT(html, HasSubstr("<svg x=54.49% width=32.05%>"));
  EXPECT_THAT(html, HasSubstr("<svg x=86.54% width=13.46%>"));
  EXPECT_THAT(html, HasSubstr(">10.00</text>"));
  EXPECT_THAT(html, Not(HasSubstr(">2.00</text>")));  // no room
}

TEST(StackedBar, HasNoPieceForWhatAddsNothing) {
  EXPECT_EQ(count_of(stacked_bar({1, 0, 3}), "<rect "), 2U);
  EXPECT_EQ(stacked_bar({0, -1}), "");
  EXPECT_EQ(stacked_bar({}), "");
}

TEST(Clauses, AreATableWithAWaterfall) {
  const std::string html = clauses_html(sample_matches().works[0]);
  for (const char* bar : {"x=0.00 width=48.08", "x=48.08 width=6.41",
                          "x=54.49 width=32.05", "x=86.54 width=13.46"}) {
    EXPECT_THAT(html, HasSubstr(std::string("<rect class=high ") + bar)) << bar;
  }
}

TEST(Clauses, AddUpToTheScore) {
  const std::string html = clauses_html(sample_matches().works[0]);
  EXPECT_THAT(html, HasSubstr("31.20"));
  EXPECT_THAT(html, HasSubstr("Ana Silva"));
  model::Match none = sample_matches().works[0];
  none.explain.clear();
  EXPECT_EQ(clauses_html(none), "");
}

TEST(Weights, SayWhatDecidedInOneSentence) {
  EXPECT_EQ(weights_sentence(linkage_matches().works[0]),
            "Not by chance (+12.8 bits). This project rather than another of "
            "theirs: prior -1.7, authors -0.6, topic +2.9, funder +1.0, award "
            "+1.1 = +2.7 → 85 %.");
  EXPECT_EQ(weights_sentence(sample_matches().works[0]), "");
  model::PlanMatches plan = linkage_matches();
  plan.works[0].linkage->weights[0].vs_chance = -29;  // a vast collection
  EXPECT_THAT(weights_sentence(plan.works[0]),
              ::testing::StartsWith("This project rather than another of "
                                    "theirs (+2.7 bits). Not by chance: "));
}

TEST(Weights, AreATableWithAWaterfall) {
  const std::string html = weights_html(linkage_matches().works[0], nullptr);
  EXPECT_THAT(html, HasSubstr("Ana Silva"));
  EXPECT_THAT(html, HasSubstr("same full name"));
  EXPECT_THAT(html, HasSubstr("<td class=num>+12.8</td><td class=num>+2.7"));
  EXPECT_EQ(weights_html(sample_matches().works[0], nullptr), "");
}

// A negative sum says the contrary: its words claim nothing.
TEST(Weights, ClaimNothingThatASumSpeaksAgainst) {
  model::PlanMatches plan = linkage_matches();
  model::Match& match = plan.works[0];
  match.linkage->log_odds = -4.5;
  match.linkage->probability = .0423;
  const auto said = [&](double chance, double team) {
    match.linkage->weights = {{"prior", "", chance, team, -1, -1, ""}};
    return weights_sentence(match);
  };
  EXPECT_EQ(said(-2.1, -4.2),
            "Against chance: -2.1 bits (more likely chance than this plan). "
            "This project against another of theirs: prior -4.2 = -4.2 → 4 %.");
  EXPECT_EQ(said(-4.2, -2.1),
            "This project against another of theirs: -2.1 bits (more likely "
            "another of theirs than this project). Against chance: prior -4.2 "
            "= -4.2 → 4 %.");
  EXPECT_EQ(said(9, -4.2),
            "Not by chance (+9.0 bits). This project against another of "
            "theirs: prior -4.2 = -4.2 → 4 %.");
  EXPECT_EQ(said(-4.2, 9),
            "This project rather than another of theirs (+9.0 bits). Against "
            "chance: prior -4.2 = -4.2 → 4 %.");
}

// A probability is recalibrated after the sums (`linkage fit`).
TEST(Weights, SayWhatRecalibrationMadeOfTheirSums) {
  model::PlanMatches plan = linkage_matches();
  model::Match& match = plan.works[0];
  match.linkage->weights = {{"prior", "", 9, 0, -1, -1, ""}};
  match.linkage->log_odds = 0;
  match.linkage->probability = .73;
  const std::string both = "50 %, recalibrated by judged links: 73 %";
  EXPECT_THAT(weights_sentence(match),
              ::testing::EndsWith("prior +0.0 = +0.0 → " + both + "."));
  EXPECT_THAT(weights_html(match, nullptr),
              HasSubstr("the smaller sum decides: " + both + "</td>"));
  match.linkage->probability = .504;
  EXPECT_THAT(weights_sentence(match), ::testing::EndsWith(" = +0.0 → 50 %."));
  EXPECT_THAT(weights_html(match, nullptr),
              HasSubstr("the smaller sum decides: 50 %</td>"));
}

TEST(Weights, NameWhatTheyAreOf) {
  model::PlanMatches plan = linkage_matches();
  model::Match& match = plan.works[0];
  match.work.funders = {{"Bog Foundation", std::nullopt},
                        {"Kelp Fund", std::nullopt}};
  match.work.institutions = {{std::nullopt, "021nxhr62"}};
  match.work.awards = {{"OCE-7", {}, {}}};
  match.linkage->weights = {{"date", "first_half", 1, 1, -1, -1, ""},
                            {"award", "full_agree", 1, 1, 0, 0, ""},
                            {"funder", "agree", 1, 1, 0, 1, ""},
                            {"institution", "agree", 1, 1, 0, 0, ""},
                            {"funder", "disagree", 1, 1, -1, 9, ""}};
  const std::string html = weights_html(match, nullptr);
  for (const char* part : {"in the first half of the project", "OCE-7: full_",
                           "Kelp Fund: agree", "021nxhr62: agree", ">disagree"})
    EXPECT_THAT(html, HasSubstr(part));
  EXPECT_THAT(html, Not(HasSubstr("Bog Foundation")));
}

TEST(Weights, NeverClaimCertainty) {
  EXPECT_EQ(percent_text(.9999), "over 99 %");
  EXPECT_EQ(percent_text(.0001), "under 1 %");
  EXPECT_EQ(percent_text(.849), "85 %");
}

class Report : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(test_folder());
    inputs_.matches = matches_at(test_folder());
    inputs_.out_file = test_folder() / "out" / "report.html";
  }
  void TearDown() override { fs::remove_all(test_folder()); }

  std::string page(const std::vector<model::PlanMatches>& plans) {
    auto writer = MatchFileWriter::begin(test_folder());
    for (const auto& plan : plans) EXPECT_TRUE(writer->put(plan).has_value());
    EXPECT_TRUE(writer->finish().has_value());
    const Status status = write_report(inputs_);
    EXPECT_TRUE(status.has_value()) << status.error().message;
    std::stringstream text;
    text << std::ifstream(inputs_.out_file).rdbuf();
    return text.str();
  }
  ReportInputs inputs_;
};

TEST_F(Report, ShowsPlansWorksAndReasons) {
  std::vector<model::Plan> plans(1);
  plans[0].doi = "10.48321/d1qq01";
  plans[0].title = "Kelp forests";
  plans[0].project_start = text::to_day(2024, 3, 1);
  inputs_.plans = plans;
  inputs_.note = "Run 2024-06-01";
  const std::string html = page({sample_matches(), {"10.48321/z", {}, 0, {}}});
  EXPECT_THAT(html, HasSubstr("<html lang=en>"));
  EXPECT_THAT(html, HasSubstr("Run 2024-06-01"));
  EXPECT_THAT(html, HasSubstr("Kelp forests"));
  EXPECT_THAT(html, HasSubstr("<mark>Kelp</mark> decline"));
  EXPECT_THAT(html, HasSubstr("https://doi.org/10.5555/kelp.1"));
  EXPECT_THAT(html, HasSubstr("Matched because"));
  EXPECT_THAT(html, HasSubstr("<div class=parts>"));
  EXPECT_THAT(html, HasSubstr("2024-03-01 – ?"));
  EXPECT_THAT(html, HasSubstr("No work was found"));
  EXPECT_EQ(count_of(html, "<section"), count_of(html, "</section>"));
  EXPECT_EQ(count_of(html, "<li "), count_of(html, "</li>"));
}

TEST_F(Report, HasABarOfPointsOnlyWhereThereArePoints) {
  const std::string html = page({linkage_matches()});
  EXPECT_THAT(html, Not(HasSubstr("<div class=parts>")));
  EXPECT_THAT(html, HasSubstr("<p class=sure>"));
}

// Shares of the best would be 100 % (high) and 50 % (medium).
TEST_F(Report, MarksProbabilitiesAlsoWhereTheBestScoreIsTheLargest) {
  model::PlanMatches plan = linkage_matches();
  plan.works.push_back(plan.works[0]);
  plan.score_max = .6;
  for (std::size_t i = 0; i < 2; ++i) {
    model::Match& match = plan.works[i];
    match.score = match.linkage->probability = i == 0 ? .6 : .3;
  }
  GroundTruth truth;
  truth.add("10.48321/d1qq01", "10.5555/kelp.1", Verdict::accepted);
  inputs_.truth = &truth;
  std::string html = page({plan});
  EXPECT_THAT(html, HasSubstr("<dt>High</dt><dd>0</dd>"));
  EXPECT_THAT(html, HasSubstr("<dt>Medium</dt><dd>1</dd>"));
  EXPECT_THAT(html, HasSubstr("<dt>Low</dt><dd>1</dd>"));
  EXPECT_THAT(html, HasSubstr("<title>60–70%: 1</title>"));
  EXPECT_THAT(html, HasSubstr("<title>30–40%: 1</title>"));
  EXPECT_THAT(html, HasSubstr("<rect class=medium width=60.0 "));
  EXPECT_THAT(html, HasSubstr("<rect class=low width=30.0 "));
  EXPECT_THAT(html, HasSubstr("marked high, 0.0% are known to be right"));
  inputs_.min_score = .4;  // least probability
  html = page({plan});
  EXPECT_EQ(count_of(html, "<li class=\"work"), 1U);
  EXPECT_THAT(html, HasSubstr("1 more work is not shown"));
}

TEST_F(Report, LoadsNothingAndAllowsOnlyItsOwnStyleAndScript) {
  const std::string html = page({sample_matches()});
  EXPECT_THAT(html, HasSubstr("default-src 'none'; style-src 'sha256-"));
  for (const char* part : {" src=", "@import", "url(", "<link",
                           " style=", "onclick", "unsafe-inline"}) {
    EXPECT_THAT(html, Not(HasSubstr(part)));
  }
}

TEST_F(Report, P136_EscapesEveryTextOfARecord) {
  const std::string evil = "</style><script>alert(1)</script>\"'><img src=x>";
  model::PlanMatches plan = linkage_matches();
  plan.works.push_back(sample_matches().works[0]);
  auto& weights = plan.works[0].linkage->weights;
  weights[1].kind = weights[1].level = weights[1].note = evil;
  weights[2].level = weights[4].note = weights[5].kind = evil;
  plan.plan_doi = "10.48321/" + evil;
  model::Match& match = plan.works[0];
  match.work.doi = "10.5555/" + evil;
  match.work.title = match.work.publication_venue = evil;
  match.work.work_type = match.work.source_name = evil;
  match.work.source_url = "javascript:alert(1)";
  match.title_highlight = "<mark>" + evil + "</mark>";
  match.abstract_highlights = {"<mark>x</mark>" + evil};
  match.work.authors[0].name.full = evil;
  match.work.awards[0].award_id = evil;
  match.work.intra_work_dois = {evil};
  match.intra_work_dois = {{0, 1, {evil}}};
  match.doi_sources = {{evil, evil, "javascript:alert(1)"}};
  match.explain[0].clause = match.explain[0].note = evil;
  match.explain[0].items[0].dmp = match.explain[0].items[0].how = evil;
  match.explain[3].terms[0].term = evil;
  match.date_status = evil;
  plan.works[1] = match;
  plan.works[1].linkage.reset();  // the other kind of explanation
  std::vector<model::Plan> plans(1);
  plans[0].doi = plan.plan_doi;
  plans[0].title = evil;
  plans[0].institutions = {{evil, {}}};
  plans[0].authors = match.work.authors;
  inputs_.plans = plans;
  inputs_.title = inputs_.note = evil;
  const std::string html = page({plan});
  EXPECT_EQ(count_of(html, "<script"), 1U);
  EXPECT_EQ(count_of(html, "</style"), 1U);
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, Not(HasSubstr("javascript:")));
}

TEST_F(Report, MarksKnownAnswersAndShowsWhatIsMissing) {
  GroundTruth truth;
  truth.add("10.48321/d1qq01", "10.5555/kelp.1", Verdict::accepted);
  truth.add("10.48321/d1qq01", "10.5555/missing", Verdict::accepted);
  inputs_.truth = &truth;
  const std::string html = page({sample_matches()});
  EXPECT_THAT(html, HasSubstr("Of 2 known works of 1 plans, 1 are listed"));
  EXPECT_THAT(html, HasSubstr("✓ known to belong"));
  EXPECT_THAT(html, HasSubstr("not shown: <a "
                              "href=\"https://doi.org/10.5555/missing\""));
}

TEST_F(Report, ShowsAsManyWorksAsAskedFor) {
  model::PlanMatches plan = sample_matches();
  for (int i = 0; i < 4; ++i) {
    plan.works.push_back(plan.works[0]);
    plan.works.back().score = 20 - 5 * i;
  }
  inputs_.max_works = 3;
  EXPECT_EQ(count_of(page({plan}), "<li class=\"work"), 3U);
  inputs_.max_works = 20;
  inputs_.min_score = 0.4;
  const std::string html = page({plan});
  EXPECT_EQ(count_of(html, "<li class=\"work"), 3U);
  EXPECT_THAT(html, HasSubstr("2 more works are not shown"));
}

TEST_F(Report, OfNoPlanAtAllIsStillAPage) {
  EXPECT_THAT(page({}), HasSubstr("</html>"));
}

TEST_F(Report, IsNotReplacedWhenTheMatchesAreBroken) {
  page({sample_matches()});
  std::ofstream(test_folder() / "matches_0000.jsonl.gz") << "broken\n";
  const auto before = fs::file_size(inputs_.out_file);
  EXPECT_FALSE(write_report(inputs_).has_value());
  EXPECT_EQ(fs::file_size(inputs_.out_file), before);
  EXPECT_FALSE(fs::exists(inputs_.out_file.string() + ".tmp"));
}

// The page with `plans` sections "<section id=pN>…".
std::string page_of(std::size_t plans) {
  const fs::path path = test_folder() / "sections.html";
  auto html = HtmlFile::create(path);
  EXPECT_TRUE(html);
  PlanSections sections(*html, plans);
  for (std::size_t i = 1; i <= plans; ++i)
    sections.add(fmt::format("<section id=p{}>Größe</section>\n", i));
  sections.finish();
  EXPECT_TRUE(html->finish());
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(PlanSections, StandPlainUpToFiveHundred) {
  const std::string page = page_of(PlanSections::kPlainPlans);
  EXPECT_EQ(count_of(page, "<section id=p"), PlanSections::kPlainPlans);
  EXPECT_EQ(count_of(page, "<script"), 0U);
  EXPECT_EQ(count_of(page, "noscript"), 0U);
}

// What a browser makes of the packs is in tests/report.
TEST(PlanSections, ArePackedBeyond) {
  const std::string page = page_of(PlanSections::kPlainPlans + 1);
  EXPECT_EQ(count_of(page, "<section id=p"), 0U);
  EXPECT_EQ(count_of(page, "<script class=pack"), 21U);
  std::string first;
  for (std::size_t i = 1; i <= PlanSections::kPlansAPack; ++i) {
    first += (i > 1 ? "\x1E" : "") +
             fmt::format("<section id=p{}>Größe</section>\n", i);
  }
  EXPECT_THAT(page, HasSubstr(base64(storage::gzip_member(first))));
  const std::string last = fmt::format("<section id=p{}>Größe</section>\n",
                                       PlanSections::kPlainPlans + 1);
  EXPECT_THAT(page, HasSubstr(base64(storage::gzip_member(last))));
}

}  // namespace
}  // namespace dmp::results
