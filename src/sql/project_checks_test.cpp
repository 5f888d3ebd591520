#include "sql/project_checks.h"

#include <gtest/gtest.h>

namespace dmp::sql {
namespace {

const char* const kSource =
    "MODEL (name raw.s, kind VIEW, columns (doi TEXT, n INT, who STRUCT(name "
    "TEXT, ror TEXT)[]));\nSELECT * FROM READ_PARQUET(@path || '/x')";
const char* const kModel =
    "MODEL (name works.m, kind FULL, columns (doi TEXT, n INT));\n"
    "SELECT doi, n FROM raw.s WHERE n >= @least";

std::vector<CheckResult> check(const std::string& tests,
                               const std::string& pattern = "",
                               const std::string& model = kModel) {
  const auto results = check_project(
      {{"config.yaml", "variables:\n  least: 1\n  path: /nowhere\n"},
       {"models/range/m.sql", model},
       {"models/raw/s.sql", kSource},
       {"tests/test_m.yaml", tests}},
      pattern);
  if (!results) return {{"error", "", false, results.error().message}};
  return *results;
}

std::string story(const std::string& test, const std::string& model = kModel) {
  return check("t:\n" + test, "", model).at(0).story;
}

const std::string kInput =
    "  model: works.m\n  inputs:\n    raw.s:\n      rows:\n"
    "      - {doi: a, n: 1}\n      - {doi: b, n: 0}\n      - {doi: a, n: 1}\n";

TEST(ProjectChecks, RowsAreComparedAsABag) {
  EXPECT_EQ(story(kInput + "  outputs:\n    query:\n    - {n: 1, doi: a}\n"
                           "    - {doi: a, n: 1}\n"),
            "");
  EXPECT_EQ(story(kInput + "  outputs:\n    query:\n    - {n: 1, doi: a}\n"),
            "unexpected row: {\"doi\":\"a\",\"n\":1}\n");
  EXPECT_EQ(story(kInput + "  outputs:\n    query:\n    - {n: 1, doi: a}\n"
                           "    - {n: 1, doi: a}\n    - {n: 2, doi: c}\n"),
            "missing row:    {\"doi\":\"c\",\"n\":2}\n");
}

TEST(ProjectChecks, ARowThatDiffersIsShownByColumn) {
  EXPECT_EQ(story(kInput + "  vars: {least: 0}\n  outputs:\n    query:\n"
                           "    - {n: 1, doi: a}\n    - {n: 1, doi: a}\n"
                           "    - {doi: b}\n"),
            "n: expected null\n        got 0\n");
}

TEST(ProjectChecks, PartialComparesTheColumnsNamed) {
  EXPECT_EQ(story(kInput + "  outputs:\n    partial: true\n    query:\n"
                           "    - {doi: a}\n    - {doi: a}\n"),
            "");
  EXPECT_EQ(story(kInput + "  outputs:\n    partial: true\n    query:\n"
                           "      query: SELECT 'a' AS doi FROM range(2)\n"),
            "");
}

TEST(ProjectChecks, QueriesAndNestedValuesFillInputs) {
  EXPECT_EQ(story("  model: works.m\n  inputs:\n    raw.s:\n      query: >\n"
                  "        SELECT 'q' AS doi, 3 AS n, [{'name': 'x'}] AS who\n"
                  "  outputs: {query: [{doi: q, n: 3}]}\n"),
            "");
  EXPECT_EQ(story("  model: works.m\n  inputs:\n    raw.s:\n    - {doi: q, n: "
                  "3, who: [{ror: r}]}\n  outputs: {query: [{doi: q, n: "
                  "3}]}\n"),
            "");
}

TEST(ProjectChecks, TheHeaderMustDeclareTheColumnsOfTheQuery) {
  EXPECT_EQ(
      story(kInput + "  outputs: {partial: true, query: [{doi: a}, {doi: "
                     "a}]}\n",
            "MODEL (name works.m, columns (doi TEXT, n TEXT, x INT));\n"
            "SELECT doi, n FROM raw.s WHERE n > 0"),
      "column 2: models/range/m.sql declares n VARCHAR, the query gives n "
      "INTEGER\ncolumn 3: models/range/m.sql declares x INTEGER, the "
      "query gives none\n");
}

TEST(ProjectChecks, ATestThatCannotRunFailsAlone) {
  const std::string good =
      kInput + "  outputs: {partial: true, query: [{doi: a}, {doi: a}]}\n";
  const auto results = check(
      "one:\n  model: works.nosuch\ntwo:\n  model: works.m\nthree:\n" + kInput +
      "four:\n" + kInput + "  outputs: {query: [{nosuch: 1}]}\nfive:\n" + good);
  ASSERT_EQ(results.size(), 5U);
  EXPECT_EQ(results[0].story, "no model works.nosuch\n");
  EXPECT_EQ(results[1].story, "the input raw.s is missing\n");
  EXPECT_EQ(results[2].story, "outputs.query is missing\n");
  EXPECT_NE(results[3].story.find("nosuch"), std::string::npos);
  EXPECT_TRUE(results[4].passed) << results[4].story;
}

TEST(ProjectChecks, APatternChoosesByName) {
  const std::string tests = "alpha:\n  model: x\nbeta:\n  model: x\n";
  ASSERT_EQ(check(tests, "et").size(), 1U);
  EXPECT_EQ(check(tests, "et")[0].name, "beta");
  EXPECT_EQ(check(tests, "gamma")[0].story, "no test's name contains gamma");
  EXPECT_EQ(check("a: [1")[0].story.substr(0, 18), "tests/test_m.yaml:");
}

}  // namespace
}  // namespace dmp::sql
