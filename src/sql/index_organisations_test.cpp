// Institutions, funders and awards of the works index. T ids: works-index.md
// section 10.
#include "sql/index_world.h"

namespace dmp::sql {
namespace {

// Three active organisations, a withdrawn one and an ambiguous number.
void add_registry(IndexWorld& world) {
  world.add("ror",
            R"('00aaaaa79' AS ror_id, 'active' AS status, 'Alpha' AS name,
    [{'type': 'isni', 'identifier': '0000000121032683', 'preferred': true},
     {'type': 'fundref', 'identifier': '10.13039/501', 'preferred': true},
     {'type': 'fundref', 'identifier': '10.13039/502', 'preferred': false},
     {'type': 'grid', 'identifier': 'grid.1.a', 'preferred': true},
     {'type': 'wikidata', 'identifier': 'q42', 'preferred': true},
     {'type': 'fundref', 'identifier': '10.13039/10', 'preferred': false}] AS external_ids)");
  world.add("ror", R"('00bbbbb48' AS ror_id, 'active' AS status, 'Beta' AS name,
    [{'type': 'fundref', 'identifier': '10.13039/10', 'preferred': false},
     {'type': 'isni', 'identifier': '0000000121032691', 'preferred': true}] AS external_ids)");
  world.add("ror",
            R"('00ccccc17' AS ror_id, 'withdrawn' AS status, 'Gamma' AS name,
    [{'type': 'isni', 'identifier': '0000000121032691', 'preferred': true}] AS external_ids, ['00bbbbb48'] AS successors)");
}

// P50: two that claim one identifier give one entry, or none.
TEST(RorIndex, T01_EveryIdentifierNamesOneOrganisationOrNone) {
  IndexWorld world;
  add_registry(world);
  const auto funder = [&](const char* doi, const char* id, const char* type) {
    world.add("datacite",
              fmt::format("'{}' AS doi, [{{'funder_name': 'F', "
                          "'funder_identifier': '{}', "
                          "'funder_identifier_type': '{}'}}] AS funders",
                          doi, id, type));
  };
  const struct {
    const char *doi, *id, *type, *ror;
  } cases[] = {{"10.1/own", "https://ror.org/00aaaaa79", "ROR", "00aaaaa79"},
               {"10.1/f1", "https://doi.org/10.13039/501", "Crossref Funder ID",
                "00aaaaa79"},
               {"10.1/f2", "10.13039/502", "Crossref Funder ID", "00aaaaa79"},
               // One of the two that claim it is withdrawn.
               {"10.1/isni", "0000 0001 2103 2691", "ISNI", "00bbbbb48"},
               // Two active ones claim it, neither prefers it.
               {"10.1/ten", "10.13039/10", "Crossref Funder ID", "-"},
               // Withdrawn: its successor.
               {"10.1/old", "https://ror.org/00ccccc17", "ROR", "00bbbbb48"}};
  for (const auto& c : cases) funder(c.doi, c.id, c.type);
  world.build();
  for (const auto& c : cases) {
    EXPECT_EQ(world.organisations(c.doi, "funders"),
              fmt::format("[F={}]", c.ror))
        << c.doi;
  }
  EXPECT_EQ(world.counts["ror_ambiguous"], 1);
}

TEST(Funders, T02_EveryFormOfIdentifierGivesTheSameRor) {
  IndexWorld world;
  add_registry(world);
  const char* const forms[][2] = {
      {"https://doi.org/10.13039/501", "Crossref Funder ID"},
      {"grid.1.A", "GRID"},
      {"0000000121032683", "ISNI"},
      {"0000 0001 2103 2683", "ISNI"},
      {"https://isni.org/isni/0000000121032683", "ISNI"},
      {"Q42", "Other"},
      {"https://www.wikidata.org/wiki/Q42", "Other"},
      {"https://ror.org/00aaaaa79", "ROR"}};
  std::size_t number = 0;
  for (const auto& [id, type] : forms) {
    world.add("datacite",
              fmt::format("'10.2/{}' AS doi, [{{'funder_name': 'A', "
                          "'funder_identifier': '{}', "
                          "'funder_identifier_type': '{}'}}] AS funders",
                          number++, id, type));
  }
  world.add("datacite", R"('10.2/rest' AS doi, [
      {'funder_name': 'Unknown id', 'funder_identifier': 'grid.9.z', 'funder_identifier_type': 'GRID'},
      {'funder_name': 'No id', 'funder_identifier': NULL, 'funder_identifier_type': NULL},
      {'funder_name': 'B', 'funder_identifier': '0000000121032691', 'funder_identifier_type': 'ISNI'}] AS funders)");
  world.add("datacite", "'10.2/none' AS doi");
  world.build();
  for (std::size_t i = 0; i < number; ++i) {
    EXPECT_EQ(world.organisations(fmt::format("10.2/{}", i), "funders"),
              "[A=00aaaaa79]")
        << forms[i][0];
  }
  EXPECT_EQ(world.organisations("10.2/rest", "funders"),
            "[Unknown id=-, No id=-, B=00bbbbb48]");
  EXPECT_EQ(world.organisations("10.2/none", "funders"), "[]");
}

TEST(Institutions, T03_OpenAlexOnesAreAppendedOncePerRor) {
  IndexWorld world;
  add_registry(world);
  world.add("datacite", R"('10.3/a' AS doi, [
      {'name': 'Alpha own', 'affiliation_identifier': 'https://ror.org/00aaaaa79', 'affiliation_identifier_scheme': 'ROR'},
      {'name': 'Named only', 'affiliation_identifier': NULL, 'affiliation_identifier_scheme': NULL}] AS institutions)");
  world.add("datacite", "'10.3/b' AS doi");
  world.add("openalex_works",
            R"('W1' AS id, '10.3/a' AS doi, false AS is_xpac, [
      {'name': 'Alpha', 'ror': '00aaaaa79'}, {'name': 'named ONLY', 'ror': NULL},
      {'name': 'Beta', 'ror': '00bbbbb48'}] AS institutions)");
  world.build();
  EXPECT_EQ(world.organisations("10.3/a", "institutions"),
            "[Alpha own=00aaaaa79, Named only=-, Beta=00bbbbb48]");
  EXPECT_EQ(world.organisations("10.3/b", "institutions"), "[]");
}

TEST(Funders, T11_OpenAlexPrimaryThenDuplicatesThenCrossref) {
  IndexWorld world;
  add_registry(world);
  world.add("openalex_works", R"('W9' AS id, '10.4/a' AS doi, false AS is_xpac,
      [{'id': 'F1', 'display_name': 'Second', 'ror': NULL}, {'id': 'F2', 'display_name': 'Alpha again', 'ror': '00aaaaa79'}] AS funders)");
  world.add("openalex_works", R"('W8' AS id, '10.4/a' AS doi, false AS is_xpac,
      {'doi': NULL, 'mag': '1', 'openalex': NULL, 'pmid': '2', 'pmcid': '3'} AS ids,
      [{'id': 'F2', 'display_name': 'Alpha', 'ror': '00aaaaa79'}] AS funders)");
  world.add("crossref_metadata", R"('10.4/a' AS doi,
      [{'name': 'Crossref alpha', 'funder_doi': '10.13039/502', 'award': NULL},
       {'name': 'Third', 'funder_doi': NULL, 'award': 'X-1'}] AS funders,
      [{'name': NULL, 'ror': '00bbbbb48'}] AS funder_rors)");
  world.add("openalex_works", "'W7' AS id, '10.4/b' AS doi, false AS is_xpac");
  world.build();
  EXPECT_EQ(world.organisations("10.4/a", "funders"),
            "[Alpha=00aaaaa79, Second=-, Third=-, -=00bbbbb48]");
  EXPECT_EQ(world.organisations("10.4/b", "funders"), "[]");
}

TEST(Awards, T07_AreTheUnionOfTheSourcesInATotalOrder) {
  IndexWorld world;
  add_registry(world);
  world.add("datacite", R"('10.5/a' AS doi, [
      {'funder_name': 'Alpha', 'award_number': 'a1', 'funder_identifier': '10.13039/501', 'funder_identifier_type': 'Crossref Funder ID'},
      {'funder_name': 'Other', 'award_number': 'A1', 'funder_identifier': NULL, 'funder_identifier_type': NULL},
      {'funder_name': 'None', 'award_number': NULL, 'funder_identifier': NULL, 'funder_identifier_type': NULL}] AS funders)");
  world.add("openalex_works", R"('W1' AS id, '10.5/a' AS doi, false AS is_xpac,
      [{'id': 'F1', 'display_name': 'Beta', 'ror': '00bbbbb48'}] AS funders,
      [{'id': 'A1', 'funder_award_id': 'b', 'funder_id': 'F1', 'funder_display_name': 'Beta'},
       {'id': 'A2', 'funder_award_id': 'a1', 'funder_id': 'F1', 'funder_display_name': 'Beta'},
       {'id': 'A3', 'funder_award_id': NULL, 'funder_id': 'F1', 'funder_display_name': 'Beta'}] AS awards)");
  world.add("datacite", "'10.5/none' AS doi");
  world.add("openalex_works", "'W2' AS id, '10.5/oa' AS doi, false AS is_xpac");
  world.add("crossref_metadata", R"('10.5/oa' AS doi,
      [{'name': 'Alpha', 'funder_doi': '10.13039/501', 'award': 'c'}] AS funders,
      [{'relation_type': 'is-financed-by', 'relation_id': '10.9/grant', 'id_type': 'doi', 'asserted_by': 'subject'}] AS relations)");
  world.build();
  EXPECT_EQ(world.of("10.5/a", "awards"),
            "[{'award_id': A1, 'funder_rors': [00aaaaa79, 00bbbbb48], "
            "'funder_names': [Alpha, Beta, Other]}, {'award_id': b, "
            "'funder_rors': [00bbbbb48], 'funder_names': [Beta]}]");
  EXPECT_EQ(world.of("10.5/none", "awards"), "[]");
  EXPECT_EQ(world.of("10.5/oa", "list_transform(awards, a -> a.award_id)"),
            "[10.9/grant, c]");
}

TEST(CountChecks, C8_EntriesThatResolveToNothingDoNotStopAGoodRun) {
  IndexWorld world;
  world.add("datacite", R"('10.6/a' AS doi, [
      {'funder_name': NULL, 'funder_identifier': 'grid.9.z', 'funder_identifier_type': 'GRID', 'award_number': NULL}] AS funders,
      [{'name': NULL, 'affiliation_identifier': '0000000121032683', 'affiliation_identifier_scheme': 'ISNI'}] AS institutions)");
  world.add("openalex_works",
            "'W1' AS id, '10.6/b' AS doi, false AS is_xpac, "
            "[{'name': NULL, 'ror': NULL}] AS institutions");
  world.add("crossref_metadata",
            "'10.6/b' AS doi, [{'name': NULL, 'funder_doi': '10.13039/77', "
            "'award': NULL}] AS funders");
  world.build();
  EXPECT_EQ(world.organisations("10.6/a", "funders"), "[]");
  EXPECT_EQ(world.organisations("10.6/a", "institutions"), "[]");
  EXPECT_EQ(world.organisations("10.6/b", "funders"), "[]");
}

}  // namespace
}  // namespace dmp::sql
