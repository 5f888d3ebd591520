// Hashes, DOI state, exports, audits and the whole. T ids: works-index.md
// section 10.
#include "sql/index_world.h"

#include <set>

namespace dmp::sql {
namespace {

namespace fs = std::filesystem;

// A DataCite work whose content is its title.
std::string work(const std::string& doi, const std::string& title) {
  return fmt::format("'{}' AS doi, '{}' AS title", doi, title);
}

// A run on day `day` of January 2026, continuing the run `previous`.
IndexWorld::Change on_day(IndexWorld& world, int day,
                          const std::string& previous = "") {
  return [&world, day, previous](WorksIndexOptions& options) {
    options.release_date = text::to_day(2026, 1, day);
    if (!previous.empty()) options.previous = world.stage(previous);
  };
}

// "state day" of each row of a DOI, by date.
std::string states(IndexWorld& world, const std::string& doi) {
  return world.ask(fmt::format(
      "SELECT list(state || ' ' || day(updated_date) ORDER BY updated_date, "
      "seq) FROM state WHERE doi = {}",
      quote(doi)));
}

// ------------------------------------------------------------------- hashes

TEST(Hash, T13_ChangesWithContentAndOnlyWithContent) {
  const std::string base =
      "'T' AS title, TIMESTAMP '2025-01-01' AS updated_date, DATE '2024-05-01' "
      "AS publication_date, 'day' AS publication_date_precision, [{'surname': "
      "'A'}, {'surname': 'B'}] AS authors";
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string row = base;
    return row.replace(row.find(from), from.size(), to);
  };
  struct Case {
    const char* what;
    std::string row;
    bool hash, version;  // whether they differ from those of the base
  };
  const Case cases[] = {
      {"base", base, false, false},
      {"the same", base, false, false},
      {"title", changed("'T'", "'U'"), true, true},
      {"no title", changed("'T'", "NULL"), true, true},
      {"author order",
       changed("{'surname': 'A'}, {'surname': 'B'}",
               "{'surname': 'B'}, {'surname': 'A'}"),
       true, true},
      {"precision", changed("'day'", "'month'"), true, true},
      {"updated", changed("2025-01-01", "2025-09-09"), false, false},
      {"relation",
       base +
           ", [{'relation_type': 'IsPartOf', 'related_identifier': '10.1/z', "
           "'related_identifier_type': 'DOI'}] AS relations",
       true, false},
      {"language", base + ", 'en' AS language", true, false}};
  IndexWorld world;
  // So long that the address of the source is left out: rows of equal content
  // are then equal but for their DOI, which is in no hash.
  const auto doi = [](std::size_t i) {
    return fmt::format("10.1/{}{}", std::string(250, 'x'), i);
  };
  for (std::size_t i = 0; i < std::size(cases); ++i)
    world.add("datacite", quote(doi(i)) + " AS doi, " + cases[i].row);
  world.build("run", [](auto& options) { options.threads = 2; });
  const std::string hash = world.of(doi(0), "hash");
  const std::string version = world.of(doi(0), "version_hash");
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_EQ(world.of(doi(i), "hash") != hash, cases[i].hash) << cases[i].what;
    EXPECT_EQ(world.of(doi(i), "version_hash") != version, cases[i].version)
        << cases[i].what;
  }
}

// ---------------------------------------------------------------- DOI state

TEST(DoiState, T18_TheExampleOfTheSpecification) {
  IndexWorld world;
  world.add("datacite", work("10.7/a", "h1"))
      .add("datacite", work("10.7/b", "k1"));
  world.build("d1", on_day(world, 1));
  EXPECT_EQ(world.counts["upserts"], 2);
  // An unchanged hash adds nothing; a vanished DOI is deleted once.
  world.clear("datacite");
  world.add("datacite", work("10.7/a", "h1"));
  world.build("d2", on_day(world, 2, "d1"));
  EXPECT_EQ(states(world, "10.7/a"), "[UPSERT 1]");
  EXPECT_EQ(states(world, "10.7/b"), "[UPSERT 1, DELETE 2]");
  EXPECT_EQ(world.ask("SELECT count(DISTINCT hash) FROM state WHERE doi = "
                      "'10.7/b'"),
            "1");
  EXPECT_EQ(world.counts["upserts"], 0);
  EXPECT_EQ(world.counts["deletes"], 1);
  // Comes back with the same content; the other one changes.
  world.clear("datacite");
  world.add("datacite", work("10.7/a", "h2"))
      .add("datacite", work("10.7/b", "k1"));
  world.build("d3", on_day(world, 3, "d2"));
  EXPECT_EQ(states(world, "10.7/a"), "[UPSERT 1, UPSERT 3]");
  EXPECT_EQ(states(world, "10.7/b"), "[UPSERT 1, DELETE 2, UPSERT 3]");
  EXPECT_EQ(world.counts["deletes"], 0);
  // Only the newest three rows of a DOI are kept.
  world.clear("datacite");
  world.add("datacite", work("10.7/a", "h3"));
  world.build("d4", on_day(world, 4, "d3"));
  EXPECT_EQ(states(world, "10.7/a"), "[UPSERT 1, UPSERT 3, UPSERT 4]");
  EXPECT_EQ(states(world, "10.7/b"), "[DELETE 2, UPSERT 3, DELETE 4]");
  world.build("d4-two", [&](auto& options) {
    on_day(world, 4, "d3")(options);
    options.max_doi_states = 2;
  });
  EXPECT_EQ(states(world, "10.7/a"), "[UPSERT 3, UPSERT 4]");
}

TEST(DoiState, T18_ADeleteIsNotRepeated) {
  IndexWorld world;
  world.add("datacite", work("10.7/a", "h1"))
      .add("datacite", work("10.7/b", "k1"));
  world.build("d1", on_day(world, 1));
  world.clear("datacite");
  world.add("datacite", work("10.7/a", "h1"));
  world.build("d2", on_day(world, 2, "d1"));
  world.build("d3", on_day(world, 3, "d2"));
  EXPECT_EQ(states(world, "10.7/b"), "[UPSERT 1, DELETE 2]");
  EXPECT_EQ(world.counts["deletes"], 0);
}

// P46
TEST(DoiState, T18_ASecondRunOfADateConverges) {
  IndexWorld world;
  world.add("datacite", work("10.7/c", "c1"));
  world.build("d1", on_day(world, 1));
  world.clear("datacite");
  world.add("datacite", work("10.7/c", "c2"));
  world.build("d2", on_day(world, 2, "d1"));
  const std::string all =
      "SELECT list((doi, hash, state, updated_date, seq) "
      "ORDER BY doi, updated_date) FROM state";
  const std::string first = world.ask(all);
  world.build("d2-again", on_day(world, 2, "d2"));
  EXPECT_EQ(world.ask(all), first);
  EXPECT_EQ(world.counts["upserts"], 1);
  // The same date with other input: the row of that date is replaced.
  world.clear("datacite");
  world.add("datacite", work("10.7/d", "d1"));
  world.build("d2-gone", on_day(world, 2, "d2"));
  EXPECT_EQ(states(world, "10.7/c"), "[UPSERT 1, DELETE 2]");
  EXPECT_EQ(states(world, "10.7/d"), "[UPSERT 2]");
}

// Deleted in the morning, back at noon, deleted again in the evening: only the
// last is the state of that day, and the works are as it says.
TEST(DoiState, P47_TheLastStateOfADayIsTheOneOfTheWorks) {
  IndexWorld world;
  world.add("datacite", work("10.7/c", "c1"))
      .add("datacite", work("10.7/d", "d1"));
  world.build("d1", on_day(world, 1));
  const auto day_two = [&](const char* name, const char* before,
                           const std::string& title) {
    world.clear("datacite");
    world.add("datacite", work("10.7/d", "d1"));
    if (!title.empty()) world.add("datacite", work("10.7/c", title));
    world.build(name, on_day(world, 2, before));
  };
  const std::string of_c =
      "SELECT count(*) || coalesce(max(title), '') FROM works WHERE doi = "
      "'10.7/c'";
  const std::string hash_of_c =
      "SELECT count(*) FROM state JOIN works USING (doi, hash) WHERE doi = "
      "'10.7/c' AND state = 'UPSERT' AND day(state.updated_date) = 2";
  day_two("morning", "d1", "");
  EXPECT_EQ(states(world, "10.7/c"), "[UPSERT 1, DELETE 2]");
  EXPECT_EQ(world.ask(of_c), "0");
  day_two("noon", "morning", "c2");
  EXPECT_EQ(states(world, "10.7/c"), "[UPSERT 1, UPSERT 2]");
  EXPECT_EQ(world.ask(of_c), "1c2");
  EXPECT_EQ(world.ask(hash_of_c), "1");
  day_two("evening", "noon", "");
  EXPECT_EQ(states(world, "10.7/c"), "[UPSERT 1, DELETE 2]");
  EXPECT_EQ(world.ask(of_c), "0");
  EXPECT_EQ(states(world, "10.7/d"), "[UPSERT 1]");
}

TEST(DoiState, T18_AStateOfTheFutureIsAnError) {
  IndexWorld world;
  world.add("datacite", work("10.7/a", "h1"));
  world.build("d2", on_day(world, 2));
  const auto built = world.try_build("d1", on_day(world, 1, "d2"));
  ASSERT_FALSE(built.has_value());
  EXPECT_EQ(built.error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(fs::exists(world.stage("d1") / "manifest.json"));
}

TEST(DoiState, T18_WhatWasNotSentIsSentAgain) {
  IndexWorld world;
  world.add("datacite", work("10.7/a", "h1"))
      .add("datacite", work("10.7/b", "k1"));
  world.add("datacite", work("10.7/c", "c1"));
  world.build("d1", on_day(world, 1));
  world.clear("datacite");
  world.add("datacite", work("10.7/a", "h1"))
      .add("datacite", work("10.7/b", "k1"));
  world.build("d2", on_day(world, 2, "d1"));
  world.build("d3", [&](auto& options) {
    on_day(world, 3, "d2")(options);
    options.unsynced = {"10.7/a", "10.7/c"};
  });
  EXPECT_EQ(states(world, "10.7/a"), "[UPSERT 1, UPSERT 3]");
  EXPECT_EQ(states(world, "10.7/b"), "[UPSERT 1]");
  // A failed delete is issued again as well (works-index.md 5.4).
  EXPECT_EQ(states(world, "10.7/c"), "[UPSERT 1, DELETE 2, DELETE 3]");
  EXPECT_EQ(world.ask("SELECT list(doi) FROM exported"), "[10.7/a]");
}

// ------------------------------------------------------------------ exports

TEST(Exports, T19_HoldTheChangedWorksOnly) {
  IndexWorld world;
  world.add("datacite", work("10.7/a", "h1"))
      .add("datacite", work("10.7/b", "k1"));
  world.build("d1", on_day(world, 1));
  world.build("d2", on_day(world, 2, "d1"));
  // Nothing changed: one file of no rows, with the schema.
  EXPECT_EQ(world.ask("SELECT count(*) FROM exported"), "0");
  EXPECT_EQ(world.ask("SELECT count(*) FROM (DESCRIBE exported)"), "21");
  world.clear("datacite");
  world.add("datacite", work("10.7/a", "h2"))
      .add("datacite", work("10.7/b", "k1"));
  world.build("d3", on_day(world, 3, "d2"));
  EXPECT_EQ(world.ask("SELECT list(e.doi) FROM exported e JOIN state s ON "
                      "s.doi = e.doi AND s.hash = e.hash AND s.state = "
                      "'UPSERT' AND day(s.updated_date) = 3"),
            "[10.7/a]");
  EXPECT_EQ(world.ask("SELECT count(*) FROM works"), "2");
}

// P57: a file of a longer export, left by whoever, is read by nobody.
TEST(Exports, T19_AnotherRunLeavesNoStaleFiles) {
  IndexWorld world;
  world.add("datacite", work("10.7/a", "h1"));
  world.build("run", on_day(world, 1));
  const fs::path exported = world.stage("run") / "works_index_export";
  fs::copy_file(exported / "works_index_0.parquet",
                exported / "works_index_7.parquet");
  world.clear("datacite");
  world.add("datacite", work("10.7/b", "k1"));
  world.build("run", on_day(world, 1));
  const auto manifest = storage::read_manifest(world.stage("run"));
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(world.ask("SELECT list(doi) FROM exported"), "[10.7/b]");
  std::set<fs::path> listed;
  for (const auto& file : manifest->files)
    listed.insert(world.stage("run") / file.path);
  for (const auto& file :
       fs::recursive_directory_iterator(world.stage("run"))) {
    if (!file.is_regular_file() || file.path().filename() == "manifest.json")
      continue;
    EXPECT_TRUE(listed.contains(file.path())) << file.path();
  }
}

// ------------------------------------------------------------------- audits

TEST(Audits, T20_TooFewRowsStopBeforeAnythingIsPublished) {
  IndexWorld world;
  world.add("datacite", work("10.7/a", "h1"));
  const auto built = world.try_build(
      "run", [](auto& options) { options.datacite_threshold = 2; });
  ASSERT_FALSE(built.has_value());
  EXPECT_EQ(built.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(built.error().message.find("raw.datacite has 1 rows, at least 2"),
            std::string::npos)
      << built.error().message;
  EXPECT_FALSE(fs::exists(world.stage("run") / "manifest.json"));
}

// P48
TEST(Audits, T20_AShrunkenSourceStopsUnlessAccepted) {
  IndexWorld world;
  for (int i = 0; i < 10; ++i)
    world.add("datacite", work(fmt::format("10.7/{}", i), "t"));
  world.build("d1", on_day(world, 1));
  world.clear("datacite");
  for (int i = 0; i < 7; ++i)
    world.add("datacite", work(fmt::format("10.7/{}", i), "t"));
  const auto guarded = [&](bool accept) {
    return [&world, accept](WorksIndexOptions& options) {
      on_day(world, 2, "d1")(options);
      options.accept_change = accept;
    };
  };
  const auto built = world.try_build("d2", guarded(false));
  ASSERT_FALSE(built.has_value());
  EXPECT_NE(built.error().message.find("--accept-change"), std::string::npos);
  EXPECT_NE(
      built.error().message.find("is 7, the previous run had 10: 30.0 % fewer"),
      std::string::npos)
      << built.error().message;
  world.build("d2", guarded(true));
  EXPECT_EQ(world.counts["deletes"], 3);
}

TEST(Audits, T20_AListOfTwentyThousandAndOneIsCutAndCounted) {
  IndexWorld world;
  world.add("datacite",
            "'10.7/a' AS doi, list_transform(range(20001), i -> {'surname': "
            "'S' || i, 'full': 'S' || i}) AS authors");
  world.build();
  EXPECT_EQ(world.of("10.7/a", "len(authors)"), "20000");
  EXPECT_EQ(world.of("10.7/a", "authors[20000].surname"), "S19999");
  EXPECT_EQ(world.counts["truncated_authors"], 1);
}

TEST(Audits, T20_SayByHowMuchAndHowToOverride) {
  IndexWorld world;
  world.add("datacite", work("10.7/a", "h1"))
      .add("ror", "'00aaaaa11' AS ror_id, 'active' AS status");
  const auto message = [&](const IndexWorld::Change& change) {
    const auto built = world.try_build("run", change);
    return built ? "built" : built.error().message;
  };
  EXPECT_EQ(message([](auto& options) { options.datacite_threshold = 3; }),
            "audit: raw.datacite has 1 rows, at least 3 are asked for, 2 more; "
            "hint: --audit-datacite-works-threshold 1 if that is right");
  const auto few_organisations = [](bool accept) {
    return [accept](WorksIndexOptions& options) {
      options.ror_threshold = 100'000;
      options.accept_change = accept;
    };
  };
  EXPECT_EQ(message(few_organisations(false)),
            "audit: raw.ror has 1 rows, at least 100000 are asked for, 99999 "
            "more; hint: --accept-change if that is right");
  EXPECT_EQ(message(few_organisations(true)), "built");
}

// P48
TEST(Audits, T20_TooManyDeletesStopUnlessAccepted) {
  IndexWorld world;
  for (int i = 0; i < 10; ++i)
    world.add("datacite", work(fmt::format("10.7/{}", i), "t"));
  world.build("d1", on_day(world, 1));
  // As many records as before, but others.
  world.clear("datacite");
  for (int i = 0; i < 10; ++i)
    world.add("datacite", work(fmt::format("10.7/{}", i + 4), "t"));
  const auto built = world.try_build("d2", [&](auto& options) {
    on_day(world, 2, "d1")(options);
    options.accept_change = false;
  });
  ASSERT_FALSE(built.has_value());
  EXPECT_EQ(built.error().message,
            "audit: 4 of 10 works would be deleted, 40.0 %, 10 % are allowed; "
            "hint: --accept-change if that is right");
  EXPECT_FALSE(fs::exists(world.stage("d2") / "manifest.json"));
}

// C2 of works-index.md 7: what lies in no range would be lost silently.
TEST(Audits, ARowWithoutABucketStopsTheIndex) {
  for (const char* source :
       {"datacite", "openalex_works", "crossref_metadata"}) {
    IndexWorld world;
    world.add("datacite", "'10.7/a' AS doi");
    world.add(source, "NULL AS doi, 'lost' AS title");
    const auto built = world.try_build("run");
    ASSERT_FALSE(built.has_value()) << source;
    EXPECT_EQ(built.error().code, ErrorCode::internal);
    EXPECT_NE(built.error().message.find("count check C2 failed"),
              std::string::npos)
        << source << ": " << built.error().message;
  }
}

TEST(Audits, WhatFailsNothingIsCounted) {
  IndexWorld world;
  world.add("ror", "'00aaaaa11' AS ror_id, 'active' AS status");
  world.add("datacite", "'10.7/a' AS doi, 'Mystery' AS work_type, '' AS title");
  world.add("datacite", "'10.7/a' AS doi, 'Mystery' AS work_type");
  world.add("openalex_works",
            "'W1' AS id, '10.7/b' AS doi, FALSE AS is_xpac, [{'name': 'Known', "
            "'ror': '00aaaaa11'}, {'name': 'Unknown', 'ror': '00zzzzz99'}] AS "
            "institutions");
  world.build();
  EXPECT_EQ(world.counts["ror_unknown"], 1);
  EXPECT_EQ(world.counts["repeated_datacite_dois"], 1);
  EXPECT_EQ(world.counts["repeated_openalex_ids"], 0);
  EXPECT_EQ(world.counts["empty_texts"], 1);
  const std::string report =
      "(SELECT content::JSON FROM read_text(" +
      quote((world.stage("run") / "report.json").string()) + "))";
  EXPECT_EQ(world.ask("SELECT " + report + " ->> '$.unknown_work_types'"),
            "{\"datacite mystery\":1}");
  EXPECT_EQ(
      world.ask("SELECT json_array_length(" + report + " -> '$.warnings')"),
      "4");
  EXPECT_EQ(world.ask("SELECT " + report + " ->> '$.parameters.run_id'"),
            "run");
}

// ---------------------------------------------------------------- the whole

// Names of one organisation or person that differ in case only, in two records
// of a work that are equal otherwise.
void add_ties(IndexWorld& world) {
  int series = 7;
  for (const char* form : {"upper", "lower"}) {
    world.add(
        "openalex_works",
        fmt::format(
            "'W{1}000' || i AS id, '10.9/t' || i AS doi, 'Tie' AS title, "
            "false AS is_xpac, [{{'name': {0}('Kelp House ' || i), "
            "'ror': NULL}}] AS institutions, [{{'surname': {0}('Silva')}}]"
            " AS authors, [{{'id': 'F', 'display_name': {0}('Sea Fund'), "
            "'ror': NULL}}] AS funders FROM range(200) AS t(i)",
            form, series++));
  }
}

// P52 (ties), P53
TEST(EndToEnd, T21_TheSameForAnyThreadsAndRanges) {
  IndexWorld world;
  add_many(world);
  add_ties(world);
  const struct { int threads, ranges; } cases[] = {{1, 1}, {16, 1}, {2, 7}};
  const std::string all =
      "SELECT md5(string_agg(w::VARCHAR, '\n')) FROM works w";
  const std::string ordered =
      "SELECT count(*) FROM (SELECT (doi_bucket, doi) AS k, lag((doi_bucket, "
      "doi)) OVER () AS before FROM works) WHERE k <= before";
  std::string expected;
  for (const auto& c : cases) {
    const std::string name = fmt::format("t{}r{}", c.threads, c.ranges);
    world.build(name, [&](auto& options) {
      options.threads = c.threads;
      options.ranges = c.ranges;
      options.run_id = "run";
    });
    if (expected.empty()) expected = world.ask(all);
    EXPECT_EQ(world.ask(all), expected) << name;
    EXPECT_EQ(world.ask(ordered), "0") << name;
  }
  // Unchanged content is no change, in whatever order its ties were read.
  world.build("next", [&](auto& options) {
    on_day(world, 2, "t1r1")(options);
    options.threads = 16;
  });
  EXPECT_EQ(world.counts["upserts"], 0);
  for (const char* list : {"intra_work_dois", "possible_shared_project_dois",
                           "dataset_citation_dois"}) {
    EXPECT_NE(world.ask(fmt::format("SELECT count(*) FROM works WHERE "
                                    "len(relations.{}) > 0",
                                    list)),
              "0");
  }
  EXPECT_EQ(world.ask("SELECT count(*) FROM works WHERE doi <> lower(doi)"),
            "0");
}

}  // namespace
}  // namespace dmp::sql
