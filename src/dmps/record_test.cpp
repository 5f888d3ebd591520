#include "dmps/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace dmp::dmps {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Text = std::optional<std::string>;

struct Reading {
  ReadingRules rules;
  RorRegistry registry;
  Counters counters;
  model::Plan plan;
  PlanOutcome outcome = PlanOutcome::kept;

  PlanOutcome read(std::string json) {
    json.reserve(json.size() + 64);
    PlanReader reader;
    const Cleaner clean(rules, registry, counters);
    outcome = reader.read(json, clean, plan);
    return outcome;
  }
};

model::Plan read_plan(const std::string& json) {
  Reading reading;
  EXPECT_EQ(reading.read(json), PlanOutcome::kept);
  return reading.plan;
}

std::string export_with(const std::string& members) {
  return R"({"dmp_id":"10.48321/x",)" + members + "}";
}

std::string madmp_with(const std::string& members) {
  return R"({"dmp":{"dmp_id":{"identifier":"10.48321/x","type":"doi"},)" +
         members + "}}";
}

Text day(const std::optional<text::Day>& value) {
  return value ? Text(text::format_day(*value)) : Text{};
}

// P14; dmps.md 2.1
TEST(PlanDoi, FollowsTheTable) {
  const std::pair<const char*, const char*> table[] = {
      {"https://doi.org/10.48321/D112a571eb", "10.48321/d112a571eb"},
      {"doi.org/10.48321/D1AB12", "10.48321/d1ab12"},
      {"http://dx.doi.org/10.48321/D1AB12.", "10.48321/d1ab12"},
      {"DOI:10.48321/D1AB12", "10.48321/d1ab12"},
      {"TEMP-88", "10.48321/temp-88"},
      {"temp-dmpId-3fa9", "10.48321/temp-dmpid-3fa9"},
      {" https://doi.org/TEMP-88 ", "10.48321/temp-88"},
  };
  const ReadingRules rules;
  const RorRegistry registry;
  Counters counters;
  const Cleaner clean(rules, registry, counters);
  for (const auto& [input, expected] : table) {
    EXPECT_EQ(clean.plan_doi(input), expected) << input;
    EXPECT_EQ(clean.plan_doi(expected), expected) << "idempotent";
  }
  for (const char* input : {"", "  ", "10.", "https://doi.org/"}) {
    EXPECT_EQ(clean.plan_doi(input), std::nullopt) << input;
  }
}

TEST(PlanDoi, TakesTheConfiguredPrefix) {
  Reading reading;
  reading.rules.dmp_id_prefix = "10.5555/";
  reading.read(R"({"dmp_id":"TEMP-88"})");
  EXPECT_EQ(reading.plan.doi, "10.5555/temp-88");
}

// The example of dmps.md 3.
TEST(ExportRecord, BecomesThePlanOfTheSpec) {
  const model::Plan plan = read_plan(
      R"({"dmp_id":"doi.org/10.48321/D1XY77","created":"2023-05-02","modified":"2024-01-09","title":"Peat <i>fires</i>","description":null,
     "project_start":"2023-06-01","project_end":"2026-05-31","institutions":[{"name":"example university","ror":"https://ror.org/0abcdef12"}],
     "authors":[{"name":"okafor, chidi","orcid":null}],"funding":[{"status":"granted","grant_id":" N/A ","funding_opportunity_id":null,"funder":{"name":"nsf","id":"https://ror.org/021nxhr62"}}]})");
  EXPECT_EQ(plan.doi, "10.48321/d1xy77");
  EXPECT_EQ(text::format_instant(*plan.created), "2023-05-02T00:00:00Z");
  EXPECT_EQ(plan.registered, std::nullopt);
  EXPECT_EQ(text::format_instant(*plan.modified), "2024-01-09T00:00:00Z");
  EXPECT_EQ(plan.title, "Peat fires");
  EXPECT_EQ(plan.abstract_text, std::nullopt);
  EXPECT_EQ(day(plan.project_start), "2023-06-01");
  EXPECT_EQ(day(plan.project_end), "2026-05-31");
  EXPECT_THAT(plan.institutions,
              ElementsAre(model::Organisation{"example university", {}}));
  const text::PersonName okafor{"C", "Chidi",  {},
                                {},  "Okafor", "okafor, chidi"};
  EXPECT_THAT(plan.authors, ElementsAre(model::Author{{}, okafor}));
  ASSERT_THAT(plan.funding, SizeIs(1));
  model::Funding nsf;
  nsf.funder_name = "nsf";
  nsf.funder_ror = "021nxhr62";
  nsf.status = "granted";
  EXPECT_EQ(plan.funding[0], nsf);
  EXPECT_THAT(plan.published_outputs, IsEmpty());
  EXPECT_EQ(plan.source, "export");
}

TEST(ExportRecord, ReadsTheFlatListsOfOldFilesByPosition) {
  const model::Plan plan = read_plan(export_with(
      R"("people":["ana ito","bo ek"],"people_ids":["0000-0002-1825-0097"],
         "affiliations":["B House","A House"],
         "affiliation_ids":[null,"https://ror.org/021nxhr62"])"));
  ASSERT_THAT(plan.authors, SizeIs(2));
  EXPECT_EQ(plan.authors[0].orcid, "0000-0002-1825-0097");
  EXPECT_EQ(plan.authors[1].orcid, std::nullopt);
  EXPECT_EQ(plan.authors[1].name.full, "bo ek");
  EXPECT_THAT(plan.institutions,
              ElementsAre(model::Organisation{"A House", "021nxhr62"},
                          model::Organisation{"B House", {}}));
}

TEST(ExportRecord, LosesOnlyTheFieldOfAWrongType) {
  Reading reading;
  ASSERT_EQ(reading.read(export_with(
                R"("title":{"en":"x"},"description":7,"authors":"x",
                   "funding":[{"grant_id":2345678}],"project_start":[])")),
            PlanOutcome::kept);
  EXPECT_EQ(reading.plan.title, std::nullopt);
  EXPECT_EQ(reading.plan.abstract_text, "7");
  EXPECT_EQ(reading.plan.funding.at(0).award_id, "2345678");
  EXPECT_EQ(reading.counters.get("type_mismatch.title"), 1);
  EXPECT_EQ(reading.counters.get("type_mismatch.authors"), 1);
  EXPECT_EQ(reading.counters.get("type_mismatch.project_start"), 1);
}

TEST(ExportRecord, DropsFundingWithNothingButAStatus) {
  EXPECT_THAT(read_plan(export_with(
                            R"("funding":[{"status":"planned"},
                                {"status":"planned","grant_id":"TBD"}])"))
                  .funding,
              IsEmpty());
}

// P15; dmps.md 2.3
TEST(AwardExclusion, FollowsTheUnitedList) {
  const ReadingRules rules;
  const RorRegistry registry;
  Counters counters;
  const Cleaner clean(rules, registry, counters);
  for (const char* filler : {"",
                             " ",
                             "-",
                             "0",
                             "0000",
                             "001",
                             "1",
                             "12",
                             "123",
                             "1234",
                             "12345",
                             "123456",
                             "12345678",
                             "123456789",
                             "123457",
                             " None ",
                             "none",
                             "abc123",
                             "abcdef",
                             "em elaboração",
                             "Em Elaboração",
                             "independent departmental funds",
                             "internally funded",
                             "N/A",
                             "na",
                             "na.com",
                             "nil",
                             "no aplica",
                             "no grat numbered yet",
                             "no numbered yet",
                             "not applicable",
                             "not assigned",
                             "not yet assigned",
                             "pending",
                             "sem numero",
                             "sem numeros",
                             "TBD",
                             "unspecified",
                             "xxxxxxxxxxxxxxxxx",
                             "000000",
                             "----",
                             "unknown",
                             "to be determined",
                             "tba",
                             "not available",
                             "not known",
                             "no number",
                             "internal",
                             "self-funded",
                             "self funded",
                             "in preparation",
                             "submitted",
                             "test",
                             "xxx",
                             "?"}) {
    EXPECT_EQ(clean.award(filler), std::nullopt) << filler;
  }
  for (const char* award : {"1234567", "R01 AI176039", "OCE-2345678"}) {
    EXPECT_EQ(clean.award(award), award);
  }
  EXPECT_EQ(clean.award("\u00a0 R01 \t"), "R01");
}

TEST(AwardExclusion, KeepsNoneAndUnknownAsTheReferenceDoes) {
  ReadingRules rules;
  rules.award_exclusion = AwardExclusion::reference;
  const RorRegistry registry;
  Counters counters;
  const Cleaner clean(rules, registry, counters);
  EXPECT_EQ(clean.award("None"), "None");
  EXPECT_EQ(clean.award("unknown"), "unknown");
  EXPECT_EQ(clean.award("Em elaboração"), std::nullopt);
}

// dmps.md 2.4 and 2.5
TEST(ProjectDates, FollowTheTable) {
  struct Case {
    const char *start, *end;
    Text expected_start, expected_end;
  };
  const Case table[] = {
      {"2024-03-01", "2025-03-01", "2024-03-01", "2025-03-01"},
      {"2024-03", "2025", {}, {}},
      {"2018/2019", "P3Y", {}, {}},
      {"10:30", "2024-02-30", {}, {}},
      {"1900-01-01", "2025-03-01", {}, "2025-03-01"},
      {"2024-03-01", "2023-03-01", "2024-03-01", {}},
      {"2024-03-01", "2064-03-01", "2024-03-01", "2064-03-01"},
      {"2024-03-01T10:00:00Z", "2025-03-01 ", "2024-03-01", "2025-03-01"},
  };
  for (const Case& c : table) {
    const model::Plan plan =
        read_plan(export_with(std::string(R"("project_start":")") + c.start +
                              R"(","project_end":")" + c.end + "\""));
    EXPECT_EQ(day(plan.project_start), c.expected_start) << c.start;
    EXPECT_EQ(day(plan.project_end), c.expected_end) << c.end;
  }
}

TEST(ProjectDates, CoverTheWholePeriodWhenLenient) {
  Reading reading;
  reading.rules.partial_dates = PartialDates::lenient;
  reading.read(
      export_with(R"("project_start":"2024-02","project_end":"2025")"));
  EXPECT_EQ(day(reading.plan.project_start), "2024-02-01");
  EXPECT_EQ(day(reading.plan.project_end), "2025-12-31");
  reading.read(export_with(R"("project_start":"2024-02-30")"));
  EXPECT_EQ(day(reading.plan.project_start), std::nullopt);
}

TEST(ProjectDates, RejectAnOldStartWhenAsked) {
  Reading reading;
  reading.rules.old_start = OldStart::reject_plan;
  EXPECT_EQ(reading.read(export_with(R"("project_start":"1900-01-01")")),
            PlanOutcome::old_start);
  EXPECT_EQ(reading.read(export_with(R"("project_start":"1900-01-02")")),
            PlanOutcome::kept);
}

TEST(ProjectDates, OfExactly1095DaysAreInferredInExportsOnly) {
  const std::string dates = R"("project_start":"2023-06-01",)";
  EXPECT_TRUE(read_plan(export_with(dates + R"("project_end":"2026-05-31")"))
                  .end_inferred);
  EXPECT_FALSE(read_plan(export_with(dates + R"("project_end":"2026-06-01")"))
                   .end_inferred);
  EXPECT_FALSE(read_plan(madmp_with(
                             R"("project":{"start":"2023-06-01",
                                           "end":"2026-05-31"})"))
                   .end_inferred);
}

// The example of dmps.md 5.
TEST(MadmpRecord, BecomesThePlanOfTheSpec) {
  Reading reading;
  reading.registry.add_fundref("100000001", "021nxhr62");
  ASSERT_EQ(
      reading.read(
          R"({"dmp":{"dmp_id":{"identifier":"https://doi.org/10.48321/D1QQ01","type":"doi"},"title":"Kelp","created":"2024-02-01T10:00:00Z","modified":"2024-02-03T08:30:00+02:00",
     "contact":{"name":"Silva, Ana","contact_id":{"identifier":"0000-0002-1825-0097","type":"orcid"}},
     "project":[{"title":"Kelp","description":"Kelp forests","start":"2024-03-01","funding":[{"name":"NSF","funder_id":{"identifier":"100000001","type":"fundref"},"grant_id":{"identifier":"2345678","type":"other"}}]}]}})"),
      PlanOutcome::kept);
  const model::Plan& plan = reading.plan;
  EXPECT_EQ(plan.doi, "10.48321/d1qq01");
  EXPECT_EQ(text::format_instant(*plan.modified), "2024-02-03T06:30:00Z");
  const text::PersonName ana{"A", "Ana", {}, {}, "Silva", "Silva, Ana"};
  EXPECT_THAT(plan.authors,
              ElementsAre(model::Author{"0000-0002-1825-0097", ana}));
  EXPECT_EQ(plan.project_end, std::nullopt);
  ASSERT_THAT(plan.funding, SizeIs(1));
  EXPECT_EQ(plan.funding[0].funder_ror, "021nxhr62");
  EXPECT_EQ(plan.funding[0].funder_fundref, "100000001");
  EXPECT_EQ(plan.funding[0].award_id, "2345678");
  EXPECT_EQ(plan.abstract_text, "Kelp forests");
}

TEST(MadmpRecord, NeedsADoiUnlessOneMayBeMade) {
  const char* url =
      R"({"dmp":{"dmp_id":{"type":"url","identifier":"https://a.example/7"}}})";
  Reading reading;
  EXPECT_EQ(reading.read(url), PlanOutcome::no_doi);
  EXPECT_EQ(reading.read(R"({"dmp":{"title":"x"}})"), PlanOutcome::no_doi);
  reading.rules.unnamed_plans = UnnamedPlans::synthesize;
  ASSERT_EQ(reading.read(url), PlanOutcome::kept);
  EXPECT_THAT(reading.plan.doi, ::testing::StartsWith("10.48321/x-"));
  EXPECT_EQ(reading.plan.doi.size(), std::string("10.48321/x-").size() + 16);
  EXPECT_EQ(reading.read(R"({"dmp":{"dmp_id":{"type":"other","identifier":
                "https://doi.org/10.48321/Y"}}})"),
            PlanOutcome::kept);
  EXPECT_EQ(reading.plan.doi, "10.48321/y");
}

TEST(MadmpRecord, JoinsProjects) {
  const model::Plan plan = read_plan(madmp_with(
      R"("description":"own","project":[
         {"title":"Kelp","description":"<p>one</p>","start":"2024-05-01","end":"2025-01-01"},
         {"title":"Peat","description":"two","start":"2023-05-01"}])"));
  EXPECT_EQ(plan.abstract_text, "one two");
  EXPECT_EQ(plan.title, "Kelp Peat") << "no title of its own";
  EXPECT_EQ(day(plan.project_start), "2023-05-01");
  EXPECT_EQ(day(plan.project_end), "2025-01-01");
  EXPECT_EQ(read_plan(madmp_with(R"("title":"T","description":"own",
                                    "project":{"title":"A"})"))
                .abstract_text,
            "own");
}

TEST(MadmpRecord, PutsTheContactFirstAndOnce) {
  const model::Plan plan = read_plan(madmp_with(
      R"("contributor":[{"name":"Bo Ek"},{"name":"Ana Silva",
           "contributor_id":{"identifier":"https://orcid.org/0000-0002-1825-0097",
                             "type":"HTTPS://ORCID.ORG"}},
          {"name":"Cy Oz"},{"name":"Cy Oz"}],
         "contact":{"name":"Silva, Ana"})"));
  ASSERT_THAT(plan.authors, SizeIs(3));
  EXPECT_EQ(plan.authors[0].name.full, "Silva, Ana");
  EXPECT_EQ(plan.authors[0].orcid, "0000-0002-1825-0097");
  EXPECT_EQ(plan.authors[1].name.full, "Bo Ek");
  EXPECT_EQ(plan.authors[2].name.full, "Cy Oz");
}

TEST(MadmpRecord, TakesTheFirstOfSeveralContactsAsTheContact) {
  const model::Plan plan = read_plan(
      madmp_with(R"("contact":[{"name":"Ana Silva"},{"name":"Bo Ek"}])"));
  ASSERT_THAT(plan.authors, SizeIs(2));
  EXPECT_EQ(plan.authors[1].name.full, "Bo Ek");
}

TEST(MadmpRecord, SkipsAContactThatIsAnOffice) {
  for (const char* name : {"Research Data Support", "Office of Research",
                           "University of Kelp", "DMP Team"}) {
    EXPECT_THAT(read_plan(madmp_with(std::string(R"("contact":{"name":")") +
                                     name + "\"}"))
                    .authors,
                IsEmpty())
        << name;
  }
  EXPECT_THAT(
      read_plan(madmp_with(R"("contact":{"name":"Ana Teamer"})")).authors,
      SizeIs(1));
}

TEST(MadmpRecord, LeavesOutRolesWhenAsked) {
  Reading reading;
  reading.rules.skipped_roles = {"Data Manager"};
  reading.read(madmp_with(
      R"("contributor":[{"name":"Bo Ek","role":["x/data-manager"]},
                        {"name":"Cy Oz","role":"investigation"}])"));
  ASSERT_THAT(reading.plan.authors, SizeIs(1));
  EXPECT_EQ(reading.plan.authors[0].name.full, "Cy Oz");
}

TEST(MadmpRecord, ReadsAffiliationsAsObjectArrayOrText) {
  const model::Plan plan = read_plan(madmp_with(
      R"("contact":{"name":"Ana Silva","affiliation":"C House"},
         "contributor":[{"name":"Bo Ek","affiliation":[{"name":"B House",
            "affiliation_id":{"type":"ROR","identifier":"https://ror.org/021nxhr62"}},
            {"name":" ","affiliation_id":"https://ror.org/021nxhr62"}]},
          {"name":"Cy Oz","dmproadmap_affiliation":{"name":"A House"}}])"));
  EXPECT_THAT(plan.institutions,
              ElementsAre(model::Organisation{"A House", {}},
                          model::Organisation{"B House", "021nxhr62"},
                          model::Organisation{"C House", {}},
                          model::Organisation{{}, "021nxhr62"}));
}

// Real forms; docs/formats.md.
TEST(MadmpRecord, TakesTheDomainOffTheNameOfAnAffiliation) {
  const model::Plan plan = read_plan(madmp_with(
      R"x("contact":{"name":"Ana Silva","affiliation":"A House (a-house.edu)"},
          "contributor":[{"name":"Bo Ek","affiliation":[
            {"name":"B House (B.H.)"},{"name":"C House (Kelp Bay)"},
            {"name":"(d.house.org)"}]}])x"));
  EXPECT_THAT(plan.institutions,
              ElementsAre(model::Organisation{"(d.house.org)", {}},
                          model::Organisation{"A House", {}},
                          model::Organisation{"B House (B.H.)", {}},
                          model::Organisation{"C House (Kelp Bay)", {}}));
}

TEST(MadmpRecord, ReadsTheFunderNameOfTheExamplesOfTheStandard) {
  const model::Plan plan = read_plan(madmp_with(
      R"("project":{"funding":[{"funder_name":"Sea Fund",
         "grant_id":{"identifier":"SF-77","type":"other"}}]})"));
  ASSERT_THAT(plan.funding, SizeIs(1));
  EXPECT_EQ(plan.funding[0].funder_name, "Sea Fund");
  EXPECT_EQ(plan.funding[0].award_id, "SF-77");
}

TEST(MadmpRecord, ReadsFundingIdsOfEveryShape) {
  const model::Plan plan = read_plan(madmp_with(
      R"("project":{"project_id":{"identifier":"PRJ-1"},"funding":[
        {"funder_id":{"type":"url","identifier":"https://ror.org/021nxhr62"},
         "grant_id":"https://example.org/award/77",
         "dmproadmap_funding_opportunity_id":{"identifier":"PAR-21"},
         "dmproadmap_project_number":"N-5"},
        {"name":"Sea Fund","funder_id":{"type":"fundref","identifier":"501100000780"}}]})"));
  ASSERT_THAT(plan.funding, SizeIs(2));
  EXPECT_EQ(plan.funding[0].funder_ror, "021nxhr62");
  EXPECT_EQ(plan.funding[0].award_id, "https://example.org/award/77");
  EXPECT_EQ(plan.funding[0].funding_opportunity_id, "PAR-21");
  EXPECT_EQ(plan.funding[0].funder_project_number, "N-5");
  EXPECT_EQ(plan.funding[1].funder_ror, std::nullopt)
      << "a Funder id never becomes a ROR by its digits";
  EXPECT_EQ(plan.funding[1].funder_fundref, "501100000780");
  EXPECT_EQ(plan.funding[1].funder_project_number, "PRJ-1");
}

TEST(MadmpRecord, TakesRelatedIdentifiersOnlyWhenAsked) {
  const std::string json = madmp_with(
      R"("dataset":[{"dataset_id":{"type":"doi","identifier":"10.5555/ds"}},
                    {"dataset_id":{"type":"url","identifier":"https://a.example/1"}}],
         "dmproadmap_related_identifiers":[
          {"identifier":"https://doi.org/10.5555/b","relation_type":"is_documented_by","type":"doi"},
          {"identifier":"10.5555/c","descriptor":"IsDocumentedBy","type":"doi","work_type":"output_management_plan"},
          {"identifier":"10.5555/d","descriptor":"obsoletes","type":"doi"}],
         "related_identifier":{"identifier":"10.5555/a","type":"doi"})");
  EXPECT_THAT(read_plan(json).published_outputs, ElementsAre("10.5555/ds"));
  Reading reading;
  reading.rules.related_outputs = RelatedOutputs::take;
  reading.read(json);
  EXPECT_THAT(reading.plan.published_outputs,
              ElementsAre("10.5555/a", "10.5555/b", "10.5555/ds"));
}

TEST(MadmpRecord, TakesRegisteredFromWhereItIs) {
  for (const char* members :
       {R"("registered":"2024-01-02")",
        R"("dmproadmap_registered":"2024-01-02")",
        R"("extension":[{"x":1},{"dmptool":{"registered":"2024-01-02"}}])"}) {
    const model::Plan plan = read_plan(madmp_with(members));
    ASSERT_TRUE(plan.registered.has_value()) << members;
    EXPECT_EQ(text::format_instant(*plan.registered), "2024-01-02T00:00:00Z");
  }
}

TEST(PlanReader, TellsFormsApartRecordByRecord) {
  const std::pair<const char*, PlanOutcome> table[] = {
      {R"({"dmp_id":"10.48321/x"})", PlanOutcome::kept},
      {R"({"dmp_id":{"identifier":"10.48321/x"}})", PlanOutcome::kept},
      {R"({"dmp":{"dmp_id":{"identifier":"10.48321/x"}}})", PlanOutcome::kept},
      {R"({"dmp_id":null})", PlanOutcome::no_doi},
      {R"({"dmp_id":[]})", PlanOutcome::unknown_format},
      {R"({"dmp":[]})", PlanOutcome::unknown_format},
      {R"({})", PlanOutcome::unknown_format},
      {R"(7)", PlanOutcome::unknown_format},
      {R"({"dmp_id")", PlanOutcome::bad_json},
      {"", PlanOutcome::bad_json},
      {"{\"dmp_id\":\"\xff\"}", PlanOutcome::bad_json},
  };
  for (const auto& [json, expected] : table) {
    Reading reading;
    EXPECT_EQ(reading.read(json), expected) << json;
  }
}

TEST(RorRegistry, FollowsSuccessorsWithoutRunningInCircles) {
  RorRegistry registry;
  registry.add_fundref("1", "a");
  registry.add_successor("a", "b");
  registry.add_successor("b", "c");
  EXPECT_EQ(registry.canonical("a"), "c");
  EXPECT_EQ(registry.of_fundref("1"), "c");
  EXPECT_EQ(registry.of_fundref("2"), std::nullopt);
  registry.add_successor("c", "a");
  EXPECT_FALSE(registry.canonical("a").empty());
}

}  // namespace
}  // namespace dmp::dmps
