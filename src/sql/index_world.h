#pragma once

#include "sql/session.h"
#include "sql/source_schemas.h"
#include "sql/works_index.h"
#include "storage/manifest.h"
#include "text/dates.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace dmp::sql {

// Works of all sources with every kind of list, for IndexWorld.
template <class World>
void add_many(World& world) {
  world.add("datacite",
            "'10.1/d' || i AS doi, 'Title ' || i AS title, [{'surname': 'S' || "
            "i}] AS authors, [{'relation_type': 'IsPartOf', "
            "'related_identifier': '10.1/d' || (i // 4), "
            "'related_identifier_type': 'DOI'}] AS relations FROM range(300) "
            "AS t(i)");
  world.add("openalex_works",
            "'W' || i AS id, '10.1/' || (CASE WHEN i % 3 = 0 THEN 'd' ELSE 'o' "
            "END) || (i // 2) AS doi, 'Open ' || i AS title, false AS is_xpac, "
            "[{'name': 'Inst ' || (i % 7), 'ror': NULL}] AS institutions FROM "
            "range(600) AS t(i)");
  world.add("crossref_metadata",
            "'10.1/o' || i AS doi, 'Crossref title ' || i AS title, "
            "[{'relation_type': 'is-based-on', 'relation_id': '10.1/d' || i, "
            "'id_type': 'doi', 'asserted_by': 'x'}] AS relations, [{'name': "
            "'F', 'funder_doi': NULL, 'award': 'A-' || i}] AS funders FROM "
            "range(300) AS t(i)");
  world.add("data_citation_corpus",
            "'10.1/o' || i AS publication_doi, '10.1/d' || i AS dataset_doi, "
            "'czi' AS source FROM range(300) AS t(i)");
}

// For tests: a small collection written by hand as SQL rows of the transform
// tables, the real stage run over it, and questions to what it published.
class IndexWorld {
 public:
  IndexWorld() : session_(open()) {
    std::string name =
        (std::filesystem::temp_directory_path() / "index_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    for (const char* source : {"openalex_works", "crossref_metadata",
                               "datacite", "ror", "data_citation_corpus"}) {
      run(fmt::format("CREATE TABLE {} AS SELECT * FROM ({}) WHERE FALSE",
                      source, empty_source(source + std::string("_path"))));
    }
  }
  IndexWorld(const IndexWorld&) = delete;
  IndexWorld& operator=(const IndexWorld&) = delete;
  ~IndexWorld() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  // Adds rows; columns that `select` does not name are null, lists empty.
  IndexWorld& add(const std::string& source, const std::string& select) {
    run(fmt::format("INSERT INTO {} BY NAME SELECT {}", source, select));
    return *this;
  }
  void clear(const std::string& source) { run("DELETE FROM " + source); }
  void drop(const std::string& source, const std::string& condition) {
    run("DELETE FROM " + source + " WHERE " + condition);
  }

  using Change = std::function<void(WorksIndexOptions&)>;
  // Of the stage `name`, whose sources are written; `change` sets what a test
  // is about.
  WorksIndexOptions options_of(const std::string& name,
                               const Change& change = {}) {
    write_sources(name);
    WorksIndexOptions options;
    options.openalex_works = root_ / name / "openalex_works";
    options.crossref_metadata = root_ / name / "crossref_metadata";
    options.datacite = root_ / name / "datacite";
    // An absent source, where nothing was added: its audit asks for a row.
    if (ask("SELECT count(*) FROM ror") != "0")
      options.ror = root_ / name / "ror";
    options.corpus = root_ / name / "data_citation_corpus";
    options.openalex_threshold = options.datacite_threshold =
        options.crossref_threshold = 0;
    options.stage_dir = stage(name);
    options.run_id = name;
    options.release_date = text::to_day(2026, 1, 1);
    options.memory_limit_bytes = std::uint64_t{1} << 30;
    options.ranges = 1;
    options.accept_change = true;
    if (change) change(options);
    return options;
  }
  // Runs the stage `name`.
  Result<storage::StageResult> try_build(const std::string& name,
                                         const Change& change = {}) {
    return build_works_index(options_of(name, change));
  }
  void build(const std::string& name = "run", const Change& change = {}) {
    const auto built = try_build(name, change);
    ASSERT_TRUE(built.has_value()) << built.error().message;
    counts = built->manifest.counters;
    show(name);
  }
  std::filesystem::path stage(const std::string& name) const {
    return root_ / name / "index";
  }
  // Tables works, exported, state, relations: those of the stage `name`.
  void show(const std::string& name) {
    const std::map<std::string, std::string> tables{
        {"works", "works_index/"},
        {"exported", "works_index_export/"},
        {"state", "doi_state_export/"},
        {"relations", "relation_index/"}};
    const auto manifest = storage::read_manifest(stage(name));
    ASSERT_TRUE(manifest.has_value());
    for (const auto& [table, prefix] : tables) {
      run(fmt::format("CREATE OR REPLACE VIEW {} AS SELECT * FROM {}", table,
                      parquet_files(manifest->paths(stage(name), prefix))));
    }
  }

  // All that was published but times and the names of files.
  std::string content(const std::string& name) {
    show(name);
    const auto file = [&](const char* path) {
      return quote((stage(name) / path).string());
    };
    std::string all =
        ask("SELECT md5(string_agg(w::VARCHAR, '\n')) || ' ' || count(*) FROM "
            "works "
            "w");
    for (const char* table :
         {"collection_stats/terms.parquet", "collection_stats/summary.parquet",
          "linkage_stats/counts.parquet", "linkage_stats/summary.parquet",
          "linkage_stats/months.parquet", "linkage_stats/sample.parquet",
          "linkage_state/singles.parquet"}) {
      all += "\n" +
             ask(fmt::format("SELECT md5(string_agg(t::VARCHAR, '\n')) FROM "
                             "read_parquet({}) t",
                             file(table)));
    }
    for (const char* table : {"exported", "relations"}) {
      all += "\n" +
             ask(fmt::format(
                 "SELECT md5(string_agg(t::VARCHAR, '\n')) FROM {} t", table));
    }
    return all + "\n" +
           ask(fmt::format("SELECT content::JSON -> '$.counts' FROM "
                           "read_text({})",
                           file("report.json")));
  }

  // The one value of a query, as text.
  std::string ask(const std::string& query) {
    const auto answer = session_.scalar_text(query);
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    return answer.value_or("failed");
  }
  // Column or expression of the work with this DOI.
  std::string of(const std::string& doi, const std::string& expression) {
    return ask(fmt::format("SELECT {} FROM works WHERE doi = {}", expression,
                           quote(doi)));
  }
  // "name=ror, …" of a list of organisations; - for null.
  std::string organisations(const std::string& doi, const std::string& list) {
    return of(doi, fmt::format("'[' || array_to_string(list_transform({}, e -> "
                               "coalesce(e.name, '-') || '=' || "
                               "coalesce(e.ror, '-')), ', ') || ']'",
                               list));
  }

  std::map<std::string, std::int64_t> counts;  // of the last build()

 private:
  static Session open() {
    auto session = Session::open({});
    EXPECT_TRUE(session.has_value());
    return *std::move(session);
  }
  void run(const std::string& sql) {
    const auto done = session_.execute(sql);
    ASSERT_TRUE(done.has_value()) << sql << "\n" << done.error().message;
  }
  void write_sources(const std::string& name) {
    const std::map<std::string, std::string> files{
        {"openalex_works", "openalex_works_batch_0_part_0.parquet"},
        {"crossref_metadata", "crossref_metadata_batch_0_part_0.parquet"},
        {"datacite", "datacite_batch_0_part_0.parquet"},
        {"ror", "ror.parquet"},
        {"data_citation_corpus", "data_citation_corpus.parquet"}};
    for (const auto& [source, file] : files) {
      auto stage = storage::Publication::begin(root_ / name / source, source);
      ASSERT_TRUE(stage.has_value());
      const auto path = stage->dir() / file;
      const bool by_doi = source != "ror" && source != "data_citation_corpus";
      run(fmt::format(
          "COPY (SELECT {} FROM (SELECT * REPLACE ({}) FROM {}){}) TO {} "
          "(FORMAT parquet)",
          by_doi ? "* REPLACE (dmp_doi_bucket(doi) AS doi_bucket)" : "*",
          lists_filled(source), source, by_doi ? " ORDER BY doi_bucket" : "",
          quote(path.string())));
      ASSERT_TRUE(stage->add(path).has_value());
      storage::Manifest manifest;
      manifest.stage = source;
      ASSERT_TRUE(stage->publish(std::move(manifest)).has_value());
    }
  }
  // "coalesce(c, []) AS c, …" of the list columns; one that changes nothing
  // where there is none.
  std::string lists_filled(const std::string& source) {
    std::string lists =
        ask("SELECT string_agg('coalesce(' || column_name || ', []) AS ' || "
            "column_name, ', ') FROM duckdb_columns() WHERE table_name = " +
            quote(source) + " AND data_type LIKE '%[]'");
    return lists.empty() ? "source AS source" : lists;
  }

  std::filesystem::path root_;
  Session session_;
};

}  // namespace dmp::sql
