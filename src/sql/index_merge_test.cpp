// One row a DOI: dedupe, ranking and merge rules. T ids: works-index.md
// section 10.
#include "sql/index_world.h"

namespace dmp::sql {
namespace {

std::string openalex(const std::string& id, const std::string& doi,
                     const std::string& rest = "") {
  return fmt::format("'{}' AS id, '{}' AS doi, false AS is_xpac{}{}", id, doi,
                     rest.empty() ? "" : ", ", rest);
}

TEST(DataciteDedupe, T04_NewestThenLongestWhateverTheOrder) {
  std::string rows[] = {
      ("'10.1/a' AS doi, 'newer' AS title, TIMESTAMP '2025-01-02' AS "
       "updated_date"),
      ("'10.1/a' AS doi, 'a longer title' AS title, TIMESTAMP '2025-01-01' AS "
       "updated_date, 'long abstract' AS abstract"),
      "'10.1/a' AS doi, 'no date at all' AS title",
      "'10.1/b' AS doi, 'short' AS title, 'abstract' AS abstract",
      "'10.1/b' AS doi, 'long' AS title, 'a longer abstract' AS abstract"};
  std::string hashes[2];
  for (int turn = 0; turn < 2; ++turn) {
    IndexWorld world;
    for (const auto& row : rows) world.add("datacite", row);
    world.build("run", [&](auto& options) { options.threads = 1 + turn; });
    EXPECT_EQ(world.of("10.1/a", "title"), "newer");
    EXPECT_EQ(world.of("10.1/b", "title"), "long");
    hashes[turn] = world.ask("SELECT list(hash ORDER BY doi) FROM works");
    std::reverse(std::begin(rows), std::end(rows));
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

TEST(WorkTypes, T05_EveryKnownValueHasItsTypeAndTheRestIsOther) {
  struct Case {
    const char *raw, *type;
  };
  const Case openalex_types[] = {
      {"article", "ARTICLE"},
      {"conference-paper", "ARTICLE"},
      {"book", "BOOK"},
      {"book-chapter", "BOOK_CHAPTER"},
      {"dataset", "DATASET"},
      {"dissertation", "DISSERTATION"},
      {"editorial", "EDITORIAL"},
      {"erratum", "ERRATUM"},
      {"grant", "GRANT"},
      {"letter", "LETTER"},
      {"libguides", "LIBGUIDES"},
      {"paratext", "PARATEXT"},
      {"peer-review", "PEER_REVIEW"},
      {"preprint", "PREPRINT"},
      {"reference-entry", "REFERENCE_ENTRY"},
      {"report", "REPORT"},
      {"retraction", "RETRACTION"},
      {"review", "REVIEW"},
      {"software", "SOFTWARE"},
      {"standard", "STANDARD"},
      {"supplementary-materials", "SUPPLEMENTARY_MATERIALS"},
      {"something new", "OTHER"}};
  const Case datacite_types[] = {
      {"Audiovisual", "AUDIO_VISUAL"},
      {"Award", "OTHER"},
      {"Book", "BOOK"},
      {"BookChapter", "BOOK_CHAPTER"},
      {"Collection", "OTHER"},
      {"ComputationalNotebook", "SOFTWARE"},
      {"ConferencePaper", "ARTICLE"},
      {"ConferenceProceeding", "OTHER"},
      {"DataPaper", "ARTICLE"},
      {"Dataset", "DATASET"},
      {"Dissertation", "DISSERTATION"},
      {"Event", "EVENT"},
      {"Image", "IMAGE"},
      {"Instrument", "PHYSICAL_OBJECT"},
      {"InteractiveResource", "INTERACTIVE_RESOURCE"},
      {"Journal", "OTHER"},
      {"JournalArticle", "ARTICLE"},
      {"Model", "DATASET"},
      {"OutputManagementPlan", "OUTPUT_MANAGEMENT_PLAN"},
      {"PeerReview", "PEER_REVIEW"},
      {"PhysicalObject", "PHYSICAL_OBJECT"},
      {"Poster", "OTHER"},
      {"Preprint", "PREPRINT"},
      {"Presentation", "OTHER"},
      {"Project", "OTHER"},
      {"Report", "REPORT"},
      {"Service", "OTHER"},
      {"Software", "SOFTWARE"},
      {"Sound", "SOUND"},
      {"Standard", "STANDARD"},
      {"StudyRegistration", "OTHER"},
      {"Text", "ARTICLE"},
      {"Workflow", "OTHER"},
      {"Film", "AUDIO_VISUAL"},
      {"New kind", "OTHER"}};
  IndexWorld world;
  int number = 0;
  for (const auto& c : openalex_types) {
    world.add(
        "openalex_works",
        openalex(fmt::format("W{}", ++number), fmt::format("10.1/{}", c.raw),
                 fmt::format("'{}' AS work_type", c.raw)));
  }
  for (const auto& c : datacite_types) {
    world.add("datacite",
              fmt::format("'10.2/{0}' AS doi, '{0}' AS work_type", c.raw));
  }
  world.add("openalex_works", openalex("W900", "10.3/null"));
  world.add("openalex_works", openalex("W901", "10.3/crossref"));
  world.add("crossref_metadata",
            "'10.3/crossref' AS doi, 'journal-article' AS work_type");
  world.add("datacite",
            "'10.3/thesis' AS doi, 'Text' AS work_type, 'Doctoral "
            "thesis' AS resource_type");
  world.add("datacite", "'10.3/none' AS doi");
  world.add("datacite", "'10.3/by-openalex' AS doi, 'Other' AS work_type");
  world.add("openalex_works",
            openalex("W902", "10.3/by-openalex", "'dataset' AS work_type"));
  world.build();
  for (const auto& c : openalex_types)
    EXPECT_EQ(world.of(fmt::format("10.1/{}", c.raw), "work_type"), c.type);
  for (const auto& c : datacite_types)
    EXPECT_EQ(world.of(fmt::format("10.2/{}", c.raw), "work_type"), c.type);
  EXPECT_EQ(world.of("10.3/null", "work_type"), "OTHER");
  EXPECT_EQ(world.of("10.3/crossref", "work_type"), "ARTICLE");
  EXPECT_EQ(world.of("10.3/thesis", "work_type"), "DISSERTATION");
  EXPECT_EQ(world.of("10.3/none", "work_type"), "OTHER");
  EXPECT_EQ(world.of("10.3/by-openalex", "work_type"), "DATASET");
}

TEST(UpdatedDate, T06_IsTheLatestOfTheSources) {
  struct Case {
    const char *doi, *datacite, *openalex, *expected;
  };
  const Case cases[] = {
      {"10.1/d", "'2025-03-01'", "'2025-02-01'", "2025-03-01 00:00:00"},
      {"10.1/o", "'2025-03-01'", "'2025-04-01'", "2025-04-01 00:00:00"},
      {"10.1/n", "NULL", "'2025-04-01'", "2025-04-01 00:00:00"},
      {"10.1/m", "'2025-03-01'", "NULL", "2025-03-01 00:00:00"},
      {"10.1/z", "NULL", "NULL", ""}};
  IndexWorld world;
  int number = 0;
  for (const auto& c : cases) {
    world.add("datacite", fmt::format("'{}' AS doi, {}::TIMESTAMP AS "
                                      "updated_date",
                                      c.doi, c.datacite));
    world.add(
        "openalex_works",
        openalex(fmt::format("W{}", ++number), c.doi,
                 fmt::format("{}::TIMESTAMP AS updated_date", c.openalex)));
  }
  world.build();
  for (const auto& c : cases)
    EXPECT_EQ(world.of(c.doi, "updated_date"), c.expected) << c.doi;
}

TEST(WorksMetadata, T08_TheRecordThatIdentifiesMostIsPrimary) {
  IndexWorld world;
  // The example of works-index.md 3.3.
  world.add("openalex_works",
            openalex("W20", "10.9/x",
                     "{'doi': NULL, 'mag': '1', 'openalex': NULL, 'pmid': '2', "
                     "'pmcid': '3'} AS ids, [{'orcid': 'o1', 'surname': 'A'}, "
                     "{'orcid': 'o2', 'surname': 'B'}, {'orcid': 'o2', "
                     "'surname': 'C'}] AS authors"));
  world.add("openalex_works", openalex("W7", "10.9/x"));
  world.add("openalex_works", openalex("W21", "10.9/y"));
  world.add("openalex_works", openalex("W8", "10.9/y"));
  world.add("openalex_works", openalex("W9", "10.9/single"));
  world.add("openalex_works", openalex("W10", "10.9/datacite"));
  world.add("datacite", "'10.9/datacite' AS doi");
  world.build();
  const auto url = [&](const char* doi) { return world.of(doi, "source.url"); };
  EXPECT_EQ(url("10.9/x"), "https://openalex.org/works/W20");
  EXPECT_EQ(url("10.9/y"), "https://openalex.org/works/W8");
  EXPECT_EQ(url("10.9/single"), "https://openalex.org/works/W9");
  EXPECT_EQ(url("10.9/datacite"),
            "https://commons.datacite.org/doi.org/10.9/datacite");
  EXPECT_EQ(world.ask("SELECT count(*) FROM works"), "4");
}

TEST(TitleAndAbstract, T09_LongestOfTheDuplicatesUnlessCrossrefIsLonger) {
  IndexWorld world;
  const auto work = [&](const char* id, const char* doi, const char* title,
                        const char* abstract) {
    world.add(
        "openalex_works",
        openalex(id, doi,
                 fmt::format("{} AS title, {} AS abstract", title, abstract)));
  };
  const auto crossref = [&](const char* doi, const char* title) {
    world.add("crossref_metadata",
              fmt::format("'{}' AS doi, {} AS title", doi, title));
  };
  work("W1", "10.1/dup", "'Short'", "'The abstract of W1, long'");
  work("W2", "10.1/dup", "'The longer title'", "'Brief'");
  work("W3", "10.1/equal", "'Open'", "NULL");
  crossref("10.1/equal", "'Cros'");
  work("W4", "10.1/longer", "'Open'", "NULL");
  crossref("10.1/longer", "'Crossref'");
  work("W5", "10.1/null", "NULL", "NULL");
  crossref("10.1/null", "'Crossref'");
  work("W6", "10.1/nulls", "NULL", "NULL");
  work("W7", "10.1/nulls", "NULL", "NULL");
  crossref("10.1/nulls", "'Crossref'");
  work("W8", "10.1/none", "NULL", "NULL");
  work("W9", "10.1/script", "'Open'", "NULL");
  crossref("10.1/script", "'Длинное название'");
  world.build();
  EXPECT_EQ(world.of("10.1/dup", "title"), "The longer title");
  EXPECT_EQ(world.of("10.1/dup", "abstract_text"), "The abstract of W1, long");
  EXPECT_EQ(world.of("10.1/equal", "title"), "Open");
  EXPECT_EQ(world.of("10.1/longer", "title"), "Crossref");
  EXPECT_EQ(world.of("10.1/null", "title"), "Crossref");
  EXPECT_EQ(world.of("10.1/nulls", "title"), "Crossref");
  EXPECT_EQ(world.of("10.1/none", "title IS NULL"), "true");
  EXPECT_EQ(world.of("10.1/script", "title"), "Open");
}

TEST(CrossrefDedupe, T10_LongerAbstractThenLongerTitle) {
  IndexWorld world;
  world.add("openalex_works", openalex("W1", "10.1/a"));
  world.add("openalex_works", openalex("W2", "10.1/b"));
  world.add("crossref_metadata",
            "'10.1/a' AS doi, 'The longest title' AS title");
  world.add("crossref_metadata",
            "'10.1/a' AS doi, 'Title' AS title, 'Abstract' AS abstract");
  world.add("crossref_metadata",
            "'10.1/b' AS doi, 'Title' AS title, 'Abstract' AS abstract");
  world.add("crossref_metadata",
            "'10.1/b' AS doi, 'Long title' AS title, 'abstract' AS abstract");
  world.build();
  EXPECT_EQ(world.of("10.1/a", "title"), "Title");
  EXPECT_EQ(world.of("10.1/b", "title"), "Long title");
}

TEST(FinalRow, T12_NothingButADoiIsAValidRow) {
  IndexWorld world;
  world.add("datacite", "'10.1/d' AS doi");
  world.add("openalex_works", openalex("W1", "10.1/o"));
  world.add("crossref_metadata", "'10.1/c' AS doi");
  world.build();
  for (const char* doi : {"10.1/d", "10.1/o"}) {
    EXPECT_EQ(world.of(doi,
                       "title IS NULL AND abstract_text IS NULL AND "
                       "publication_date IS NULL AND institutions = [] AND "
                       "authors = [] AND funders = [] AND awards = [] AND "
                       "len(relations.intra_work_dois) = 0 AND "
                       "contributors = [] AND NOT is_xpac AND "
                       "length(hash) = 32 AND length(version_hash) = 32"),
              "true");
    EXPECT_EQ(world.of(doi, "work_type"), "OTHER");
  }
  EXPECT_EQ(world.of("10.1/o", "source.name || ' ' || source.url"),
            "OpenAlex https://openalex.org/works/W1");
  EXPECT_EQ(world.ask("SELECT count(*) FROM works"), "2");
  world.build("all", [](auto& o) { o.include_crossref_only = true; });
  EXPECT_EQ(world.of("10.1/c", "source.name || ' ' || source.url"),
            "Crossref https://doi.org/10.1/c");
}

}  // namespace
}  // namespace dmp::sql
