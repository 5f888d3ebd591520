#include "ingest/reader.h"
#include "sql/column_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dmp::ingest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Parts of the row that a record with these members becomes.
struct Row {
  std::vector<std::string> surnames, institutions;  // "" is null
  std::string venue;
};

std::vector<std::string> texts(const sql::Column& column) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < column.data().size(); ++i)
    all.emplace_back(column.data().text(i));
  return all;
}

Row row_of(const std::string& members) {
  const auto reader = openalex_reader({});
  const simdjson::padded_string json(
      R"({"id":"https://openalex.org/W1","doi":"10.1234/a",)" + members + "}");
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object record;
  EXPECT_EQ(parser.iterate(json).get(document), simdjson::SUCCESS);
  EXPECT_EQ(document.get_object().get(record), simdjson::SUCCESS);
  Counters counters;
  JsonWalk walk(counters);
  sql::TableBuffer rows(reader->schema());
  std::string doi;
  EXPECT_EQ(reader->read(record, walk, rows, doi), Outcome::kept);
  const auto part = [&](std::size_t column, std::size_t field) {
    const auto& items = rows.column(column).data().children[0];
    return texts(items.data().children[field]);
  };
  return {part(10, 5), part(11, 0), texts(rows.column(9)).at(0)};
}

std::string author(const std::string& name, const std::string& more = "") {
  return R"({"author":{"display_name":")" + name + "\"" + more + "}}";
}

// Real records have organisations among their authors, never marked as such.
TEST(OpenAlexReader, PutsOrganisationsAmongAuthorsWithTheInstitutions) {
  const Row row =
      row_of(R"("authorships":[)" + author("World Bank") + "," +
             author("Ana Ruiz") + "," + author("University of Gothenburg") +
             "," + author(",LAGEP, Universit\u00E9 de Lyon") + "]");
  EXPECT_THAT(row.surnames, ElementsAre("Ruiz"));
  EXPECT_THAT(row.institutions,
              ElementsAre("World Bank", "University of Gothenburg",
                          "LAGEP, Universit\u00E9 de Lyon"));
}

TEST(OpenAlexReader, TakesOneWordOrAnOrcidForAPerson) {
  const Row row = row_of(
      R"("authorships":[)" + author("Mausam") + "," +
      author("William Press", R"(,"orcid":"0000-0002-1825-0097")") + "]");
  EXPECT_THAT(row.surnames, ElementsAre("", "Press"));
  EXPECT_THAT(row.institutions, IsEmpty());
}

TEST(OpenAlexReader, TakesNoAddressForAVenue) {
  const auto venue = [](const std::string& raw) {
    return row_of(R"("primary_location":{"source":null,"raw_source_name":")" +
                  raw + "\"}")
        .venue;
  };
  EXPECT_EQ(venue("http://ageconsearch.example.org/record/1"), "");
  EXPECT_EQ(venue("HTTPS://example.org/1"), "");
  EXPECT_EQ(venue("HTTP status codes quarterly"),
            "HTTP status codes quarterly");
}

}  // namespace
}  // namespace dmp::ingest
