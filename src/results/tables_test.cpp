#include "results/csv.h"
#include "results/evidence.h"
#include "results/match_json.h"
#include "results/parquet.h"
#include "results/sample_matches.h"
#include "sql/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

namespace dmp::results {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CsvField, IsQuotedAsRfc4180Wants) {
  const std::pair<const char*, const char*> table[] = {
      {"plain", "plain"},       {"", ""},
      {"a,b", "\"a,b\""},       {"a\nb", "\"a\nb\""},
      {"a\"b", "\"a\"\"b\""},   {"a\rb", "\"a\rb\""},
      {" blank", "\" blank\""}, {"=SUM(A1)", "=SUM(A1)"},
  };
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(csv_field(text), expected);
  }
}

// As CsvReader reads it: mark, blank lines, quotes, CRLF. P92.
TEST(LackingColumn, IsTheFirstThatAHeaderDoesNotHave) {
  const fs::path folder = test_folder();
  fs::create_directories(folder);
  const fs::path file = folder / "header.csv";
  const auto lacking = [&](const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
    return lacking_column(file, {"dmp_doi|dmpDoi", "status"}).value_or("");
  };
  EXPECT_EQ(lacking("dmp_doi,status\n"), "");
  EXPECT_EQ(lacking("\xEF\xBB\xBF\r\n\nstatus, \"dmpDoi\"\r\n1,2"), "dmp_doi");
  EXPECT_EQ(lacking("\xEF\xBB\xBF\r\n\nstatus,\"dmpDoi\"\r\n1,2"), "");
  EXPECT_EQ(lacking("Status,dmp_doi\n"), "status");
  EXPECT_EQ(lacking("dmp\ndmp_doi,status\n"), "dmp_doi");
  EXPECT_EQ(lacking(""), "dmp_doi");
  // What is no regular file is not opened.
  EXPECT_EQ(lacking_column(folder, {"status"}), std::nullopt);
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(lacking_column(pipe, {"status"}), std::nullopt);
  fs::remove_all(folder);
}

TEST(CsvReader, ReadsWhatCsvFieldWrites) {
  const std::vector<std::string> fields = {"a,b", "",     "\"q\"", "x\r\ny",
                                           " c ", "=1+1", "é"};
  std::string text;
  for (const auto& field : fields) {
    text += (text.empty() ? "" : ",") + csv_field(field);
  }
  CsvReader reader(text + "\r\n\r\nlast");
  std::vector<std::string> read;
  ASSERT_TRUE(reader.next(read));
  EXPECT_EQ(read, fields);
  ASSERT_TRUE(reader.next(read));
  EXPECT_THAT(read, ElementsAre("last"));
  EXPECT_EQ(reader.line(), 4);
  EXPECT_FALSE(reader.next(read));
}

TEST(Band, FollowsTheShareOfTheBest) {
  EXPECT_EQ(band_of(7, 10), Band::high);
  EXPECT_EQ(band_of(6.9, 10), Band::medium);
  EXPECT_EQ(band_of(4, 10), Band::medium);
  EXPECT_EQ(band_of(3.9, 10), Band::low);
  EXPECT_EQ(band_of(1, 0), Band::low);
  EXPECT_EQ(score_share(-1, 10), 0);
  EXPECT_EQ(score_share(20, 10), 1);
}

class MatchTables : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(test_folder()); }
  void TearDown() override { fs::remove_all(test_folder()); }
};

TEST_F(MatchTables, CsvHasARowAWork) {
  const fs::path path = test_folder() / "matches.csv";
  auto writer = MatchCsvWriter::create(path);
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(writer->put(sample_matches()).has_value());
  ASSERT_TRUE(writer->put({"10.48321/none", {}, 0, {}}).has_value());
  EXPECT_EQ(writer->finish().value(), 1);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  CsvReader reader(text.str());
  std::vector<std::string> header, row, end;
  ASSERT_TRUE(reader.next(header));
  ASSERT_TRUE(reader.next(row));
  EXPECT_FALSE(reader.next(end));
  EXPECT_EQ(header.size(), row.size());
  EXPECT_THAT(
      row,
      ElementsAre("10.48321/d1qq01", "", "1", "10.5555/kelp.1", "Kelp decline",
                  "ARTICLE", "2024-05-01", "Sea Letters", "openalex",
                  "https://openalex.org/W1", "31.2", "31.2", "high",
                  "funded_doi;award;orcid;author_name;text", "inside", "false",
                  "true", "4.2", "1", "0", "0", "1", "0", "", "", ""));
}

TEST_F(MatchTables, HoldProbabilityLogOddsAndWeights) {
  const fs::path csv = test_folder() / "linkage.csv";
  auto lines = MatchCsvWriter::create(csv);
  ASSERT_TRUE(lines->put(linkage_matches()).has_value());
  ASSERT_TRUE(lines->finish().has_value());
  std::stringstream text;
  text << std::ifstream(csv).rdbuf();
  CsvReader reader(text.str());
  std::vector<std::string> header, fields;
  ASSERT_TRUE(reader.next(header));
  ASSERT_TRUE(reader.next(fields));
  ASSERT_EQ(header.size(), fields.size());
  const auto last = [](const std::vector<std::string>& all) {
    return std::vector<std::string>(all.end() - 3, all.end());
  };
  const std::string weights =
      weights_json(linkage_matches().works[0].linkage->weights);
  EXPECT_THAT(last(header), ElementsAre("probability", "log_odds", "weights"));
  EXPECT_THAT(last(fields), ElementsAre("0.849281", "2.495", weights));
  const fs::path path = test_folder() / "linkage.parquet";
  auto writer = MatchParquetWriter::create(path);
  ASSERT_TRUE(writer->put(linkage_matches()).has_value());
  ASSERT_TRUE(writer->put(sample_matches()).has_value());
  ASSERT_TRUE(writer->finish().has_value());
  auto session = sql::Session::open({});
  const auto row = session->scalar_text(
      "SELECT string_agg(coalesce(probability::VARCHAR, '-') || ' ' || "
      "len(weights) || ' ' || coalesce(weights[2].k || "
      "weights[2].vs_chance::VARCHAR, '-'), ';' ORDER BY probability) FROM " +
      sql::quote(path.string()));
  ASSERT_TRUE(row.has_value()) << row.error().message;
  EXPECT_EQ(*row, "0.849281 6 author14.2;- 0 -");
}

TEST(WeightsJson, HasBitsToSixDigitsAndNullForNoPosition) {
  EXPECT_EQ(weights_json({}), "[]");
  EXPECT_EQ(weights_json({{"author", "full", 14.2000004, -1, 0, 2, ""},
                          {"text", "11", 1. / 3, -0.0, -1, -1, "z \"5.3\""}}),
            R"([{"k":"author","level":"full","vsChance":14.2,"vsTeam":-1.0,)"
            R"("dmp":0,"work":2,"note":""},{"k":"text","level":"11",)"
            R"("vsChance":0.333333,"vsTeam":-0.0,"dmp":null,"work":null,)"
            R"("note":"z \"5.3\""}])");
}

TEST_F(MatchTables, ParquetHasTheSameRowsWithTypes) {
  const fs::path path = test_folder() / "matches.parquet";
  auto writer = MatchParquetWriter::create(path);
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(writer->put(sample_matches()).has_value());
  EXPECT_EQ(writer->finish().value(), 1);
  auto session = sql::Session::open({});
  const auto text = session->scalar_text(
      "SELECT dmp_doi || ' ' || rank || ' ' || publication_date || ' ' || "
      "signals[1] || ' ' || author_matches[1].fields[2] FROM " +
      sql::quote(path.string()));
  ASSERT_TRUE(text.has_value()) << text.error().message;
  EXPECT_EQ(*text,
            "10.48321/d1qq01 1 2024-05-01 funded_doi "
            "authors.orcid.0000-0002-1825-0097");
  EXPECT_FALSE(MatchParquetWriter::create(path).has_value());
}

TEST_F(MatchTables, ParquetOfManyWorksIsJoinedInOrder) {
  const fs::path path = test_folder() / "matches.parquet";
  auto writer = MatchParquetWriter::create(path);
  ASSERT_TRUE(writer.has_value());
  model::PlanMatches plan;
  plan.plan_doi = "10.48321/p";
  plan.works.resize(50'001);
  for (int i = 0; i < 3; ++i) {
    plan.plan_doi = "10.48321/p" + std::to_string(i);
    ASSERT_TRUE(writer->put(plan).has_value());
  }
  ASSERT_EQ(writer->finish().value(), 150'003);
  auto session = sql::Session::open({});
  EXPECT_EQ(session
                ->scalar_int("SELECT count(*) FROM (SELECT dmp_doi, rank, "
                             "row_number() OVER () AS n FROM " +
                             sql::quote(path.string()) +
                             ") WHERE n = rank + 50001 * "
                             "right(dmp_doi, 1)::INT")
                .value(),
            150'003);
  EXPECT_EQ(std::distance(fs::directory_iterator(test_folder()), {}), 1);
}

TEST(Evidence, NamesWhatPlanAndWorkShare) {
  model::Plan plan;
  model::Funding funding;
  funding.funder_name = "National Science Foundation";
  funding.award_id = "OCE-2345678";
  plan.funding = {funding};
  const model::PlanMatches matches = sample_matches();
  const Evidence found = evidence_of(matches.works[0], &plan);
  EXPECT_TRUE(found.listed_by_funder);
  ASSERT_EQ(found.awards.size(), 1U);
  EXPECT_EQ(found.awards[0].number, "2345678");
  EXPECT_EQ(found.awards[0].funder, "National Science Foundation");
  ASSERT_EQ(found.people.size(), 1U);
  EXPECT_EQ(found.people[0].by, Evidence::By::identifier);
  EXPECT_THAT(found.terms, ElementsAre("kelp"));
}

TEST(Evidence, LeavesOutWordsThatWeighLittle) {
  model::Match match = sample_matches().works[0];
  const auto words = [&](std::vector<model::TermPoints> terms) {
    for (auto& clause : match.explain) clause.terms.clear();
    match.explain.front().terms = std::move(terms);
    return evidence_of(match, nullptr).terms;
  };
  EXPECT_THAT(words({{"the", "title", 0.03},
                     {"kelp", "title", 4},
                     {"forest", "title", 0.9},
                     {"study", "title", 0.7}}),
              ElementsAre("kelp", "forest"));
  EXPECT_THAT(words({{"that", "title", 0.34}, {"we", "title", 0.19}}),
              IsEmpty());
}

TEST(Evidence, TakesWordsFromMarksWithoutExplanation) {
  model::Match match = sample_matches().works[0];
  match.explain.clear();
  match.abstract_highlights = {
      "<mark>peat</mark> and <mark>Kelp</mark> <mark>"};
  EXPECT_THAT(evidence_of(match, nullptr).terms, ElementsAre("Kelp", "peat"));
}

TEST(Evidence, IgnoresPositionsThatAreNotInTheWork) {
  model::Match match = sample_matches().works[0];
  match.authors = {{99, 1, {}}, {-1, 1, {}}};
  match.awards = {{1, 1, {}}};
  match.intra_work_dois = {{5, 1, {}}};
  const Evidence found = evidence_of(match, nullptr);
  EXPECT_TRUE(found.people.empty());
  EXPECT_TRUE(found.awards.empty());
  EXPECT_TRUE(found.related.empty());
}

}  // namespace
}  // namespace dmp::results
