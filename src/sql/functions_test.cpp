#include "sql/functions.h"

#include "sql/lookup.h"
#include "sql/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace dmp::sql {
namespace {

std::string answer(const std::string& expression) {
  auto session = Session::open({});
  EXPECT_TRUE(session.has_value());
  const auto text = session->scalar_text("SELECT " + expression);
  EXPECT_TRUE(text.has_value()) << text.error().message;
  return text.value_or("failed");
}

struct Example {
  const char *expression, *expected;
};

TEST(DmpKey, FoldsCaseFormsAndBlanks) {
  const Example examples[] = {{"dmp_key('  A  b ')", "a b"},
                              {"dmp_key('ﬁne Ä')", "fine ä"},
                              {"dmp_key(NULL) IS NULL", "true"}};
  for (const auto& e : examples) EXPECT_EQ(answer(e.expression), e.expected);
}

TEST(DmpDoiBucket, IsTheSameForEqualDoisAndNullForNull) {
  EXPECT_EQ(answer("dmp_doi_bucket('10.1/a') = dmp_doi_bucket('10.1/a')"),
            "true");
  EXPECT_EQ(answer("count(DISTINCT dmp_doi_bucket('10.1/' || i)) FROM "
                   "range(20000) AS t(i)"),
            "256");
  EXPECT_EQ(answer("dmp_doi_bucket(NULL) IS NULL"), "true");
}

TEST(DmpOrganisationId, NamesTypeAndIdentifierOrNothing) {
  const Example examples[] = {
      {"dmp_organisation_id('https://ror.org/021nxhr62', 'ROR')",
       "ror:021nxhr62"},
      {"dmp_organisation_id('https://doi.org/10.13039/100000001', 'Crossref "
       "Funder ID')",
       "fundref:10.13039/100000001"},
      {"dmp_organisation_id('0000 0001 2103 2683', 'ISNI')",
       "isni:0000000121032683"},
      {"dmp_organisation_id('no identifier', NULL) IS NULL", "true"},
      {"dmp_organisation_id(NULL, NULL) IS NULL", "true"}};
  for (const auto& e : examples)
    EXPECT_EQ(answer(e.expression), e.expected) << e.expression;
}

const std::string kTable = "dmp_lookup(['isni:1', 'ror:old'], ['r1', 'new'])";

TEST(DmpOrganisations, ResolvesOncePerRorAndDropsNamelessDoubles) {
  const auto merged = [&](const std::string& list) {
    return answer("'[' || array_to_string(list_transform(dmp_organisations(" +
                  list + ", " + kTable +
                  "), e -> coalesce(e.name, '-') || '=' || coalesce(e.ror, "
                  "'-')), ', ') || ']'");
  };
  EXPECT_EQ(merged("[{'name': 'A', 'identifier': 'isni:1'}, {'name': 'B', "
                   "'identifier': 'ror:r1'}]"),
            "[A=r1]");
  EXPECT_EQ(merged("[{'name': NULL, 'identifier': 'ror:old'}, {'name': 'N', "
                   "'identifier': 'ror:new'}]"),
            "[N=new]");
  EXPECT_EQ(merged("[{'name': 'a', 'identifier': NULL}, {'name': 'A', "
                   "'identifier': 'ror:x'}, {'name': 'b', 'identifier': "
                   "'isni:unknown'}]"),
            "[A=x, b=-]");
  EXPECT_EQ(merged("[{'name': NULL, 'identifier': 'isni:unknown'}]"), "[]");
  EXPECT_EQ(merged("NULL"), "[]");
}

// DuckDB keeps texts of up to 12 bytes in another way; lists grow at 4,096
// entries, 8,192 and so on.
TEST(DmpOrganisations, GivesTextsOfEveryLengthBackInListsOfEveryLength) {
  const auto same = [](int entries) {
    return answer(fmt::format(
        "dmp_organisations(list, dmp_lookup([]::VARCHAR[], []::VARCHAR[])) = "
        "list_transform(list, e -> {{'name': e.name, 'ror': e.identifier[5:]}})"
        " FROM (SELECT list_transform(range({}), i -> {{'name': CASE WHEN i % "
        "30 < 27 THEN repeat('é', i % 9) || repeat('x', i % 7) END, "
        "'identifier': 'ror:' || i}}) AS list)",
        entries));
  };
  for (const int entries : {0, 1, 100, 4096, 4097, 20'000})
    EXPECT_EQ(same(entries), "true") << entries;
}

TEST(DmpAwards, UnitesSpellingsAndFunders) {
  EXPECT_EQ(answer("dmp_awards([{'award_id': 'b', 'funder_name': 'X', "
                   "'identifier': 'isni:1'}, {'award_id': 'a1', 'funder_name': "
                   "'Z', 'identifier': NULL}, {'award_id': 'A1', "
                   "'funder_name': 'Y', 'identifier': 'ror:q'}, {'award_id': "
                   "NULL, 'funder_name': 'W', 'identifier': NULL}], " +
                   kTable + ")"),
            "[{'award_id': A1, 'funder_rors': [q], 'funder_names': [Y, Z]}, "
            "{'award_id': b, 'funder_rors': [r1], 'funder_names': [X]}]");
  EXPECT_EQ(answer("dmp_awards(NULL, " + kTable + ")"), "[]");
}

TEST(DmpAuthors, CompletesOrcidsWhereNamesAreUnambiguous) {
  const auto author = [](const char* surname, const char* orcid) {
    const std::string none = "NULL::VARCHAR";
    return std::string("{'orcid': ") + orcid +
           "::VARCHAR, 'first_initial': 'J', 'given_name': " + none +
           ", 'middle_initials': " + none + ", 'middle_names': " + none +
           ", 'surname': " + surname + ", 'full': " + surname + "}";
  };
  const auto orcids = [&](const std::string& own, const std::string& other) {
    return answer("'[' || array_to_string(list_transform(dmp_authors([" + own +
                  "], [" + other +
                  "]), a -> coalesce(a.surname, '-') || ':' || "
                  "coalesce(a.orcid, '-')), ', ') || ']'");
  };
  const std::string doe = author("'Doe'", "NULL");
  EXPECT_EQ(orcids(doe, author("'doe'", "'1'")), "[Doe:1]");
  // Two there of the name, or the ORCID taken here: no completion.
  EXPECT_EQ(orcids(doe, author("'Doe'", "'1'") + "," + author("'Doe'", "'2'")),
            "[Doe:-]");
  EXPECT_EQ(orcids(doe + "," + author("'Roe'", "'1'"), author("'Doe'", "'1'")),
            "[Doe:-, Roe:1]");
  // Exact doubles are one.
  EXPECT_EQ(orcids(doe + "," + doe, author("'Doe'", "NULL")), "[Doe:-]");
  // No list of its own: the other one, as it is but for doubles.
  const std::string roe = author("'Roe'", "'1'");
  EXPECT_EQ(orcids("", doe + "," + roe + "," + doe), "[Doe:-, Roe:1]");
  EXPECT_EQ(orcids("", ""), "[]");
}

TEST(DmpMd5, SeparatesNullsEmptyTextsAndBorders) {
  EXPECT_EQ(answer("dmp_md5('a', 'b') = dmp_md5('a', 'b')"), "true");
  EXPECT_EQ(answer("dmp_md5(NULL) = dmp_md5('')"), "false");
  EXPECT_EQ(answer("dmp_md5('ab', 'c') = dmp_md5('a', 'bc')"), "false");
  EXPECT_EQ(
      answer("dmp_md5(['a'], ['b']) = dmp_md5(['a', 'b'], []::VARCHAR[])"),
      "false");
  // 01 (version) 03 01 (true): works-index.md 5.2.
  EXPECT_EQ(answer("dmp_md5(true)"), answer("md5('\\x01\\x03\\x01'::BLOB)"));
  auto session = Session::open({});
  ASSERT_TRUE(session.has_value());
  EXPECT_FALSE(session->scalar_text("SELECT dmp_md5(1.5)").has_value());
}

TEST(DmpMd5, OfAPairIsThatOfEachWithWhatIsCommon) {
  const std::string long_text = "repeat('kelp ', 40)";  // of several blocks
  for (const std::string& common :
       {std::string("'a'"), long_text, "NULL::VARCHAR, " + long_text}) {
    const std::string pair =
        "dmp_md5_pair(row(" + common + "), row(['x'], true), row('y'))";
    EXPECT_EQ(answer(pair + ".first"),
              answer("dmp_md5(" + common + ", ['x'], true)"));
    EXPECT_EQ(answer(pair + ".second"), answer("dmp_md5(" + common + ", 'y')"));
  }
  auto session = Session::open({});
  ASSERT_TRUE(session.has_value());
  // Rows that a filter or join chose, and constants, as models give them.
  const auto differing = session->scalar_int(R"(
    SELECT count(*) FROM (
      SELECT i::TEXT AS a, 'same' AS b, [i::TEXT] AS c, r.t AS d, i
      FROM range(10000) AS l(i) LEFT JOIN (
        SELECT 'r' || j AS t, j FROM range(0, 10000, 3) AS s(j)) AS r ON r.j = l.i
      WHERE i % 7 <> 2)
    WHERE dmp_md5_pair(row(a, b), row(c, d), row(d, 'x')) IS DISTINCT FROM
      {'first': dmp_md5(a, b, c, d), 'second': dmp_md5(a, b, d, 'x')}
      OR dmp_md5(a, b, c, d) IS DISTINCT FROM dmp_md5(
        i::TEXT, 'same', [i::TEXT], CASE WHEN i % 3 = 0 THEN 'r' || i END))");
  ASSERT_TRUE(differing) << differing.error().message;
  EXPECT_EQ(*differing, 0);
  for (const char* wrong : {"dmp_md5_pair(row(1.5), row('a'), row('b'))",
                            "dmp_md5_pair(row('a'), row('b'), 'c')"}) {
    const auto said =
        session->scalar_text("(" + std::string(wrong) + ").first");
    ASSERT_FALSE(said.has_value()) << wrong;
    EXPECT_NE(said.error().message.find("type without a rule"),
              std::string::npos);
  }
}

TEST(Lookup, FindsWhatIsInItAndNothingElse) {
  std::vector<std::string> texts;
  texts.reserve(1000);
  for (int i = 0; i < 1000; ++i) texts.push_back("key" + std::to_string(i));
  std::vector<std::pair<std::string_view, std::string_view>> entries;
  entries.reserve(texts.size() + 1);
  for (const auto& text : texts)
    entries.emplace_back(text, std::string_view(text).substr(3));
  entries.emplace_back("key7", "second of its key");
  const std::string bytes = make_lookup(entries);
  const Lookup table(bytes);
  for (const auto& text : texts) EXPECT_EQ(table.find(text), text.substr(3));
  EXPECT_EQ(table.find("key1000").data(), nullptr);
  EXPECT_EQ(Lookup("").find("a").data(), nullptr);
}

TEST(Lookup, ReadsHostileBytesWithoutLeavingThem) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same bytes each run
  const std::string good = make_lookup({{"a", "b"}, {"c", "d"}});
  for (int turn = 0; turn < 2000; ++turn) {
    std::string bytes = good.substr(0, random() % (good.size() + 1));
    for (int i = 0; i < 3 && !bytes.empty(); ++i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const std::string copy(bytes);
    (void)Lookup(copy).find("a");
  }
}

}  // namespace
}  // namespace dmp::sql
