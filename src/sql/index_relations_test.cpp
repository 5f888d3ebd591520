// Relations of the works index. T ids: works-index.md section 10.
#include "sql/index_world.h"

namespace dmp::sql {
namespace {

std::string datacite(const std::string& doi, const std::string& type,
                     const std::string& related,
                     const std::string& id_type = "DOI") {
  return fmt::format(
      "'{}' AS doi, [{{'relation_type': '{}', 'related_identifier': '{}', "
      "'related_identifier_type': '{}'}}] AS relations",
      doi, type, related, id_type);
}

std::string crossref(const std::string& doi, const std::string& type,
                     const std::string& related) {
  return fmt::format(
      "'{}' AS doi, [{{'relation_type': '{}', 'relation_id': '{}', 'id_type': "
      "'doi', 'asserted_by': 'subject'}}] AS relations",
      doi, type, related);
}

// The DOIs of one list of the relation index; "" where the DOI has no row.
std::string related(IndexWorld& world, const std::string& doi,
                    const std::string& list) {
  return world.ask(
      fmt::format("SELECT {} FROM relations WHERE doi = {}", list, quote(doi)));
}
constexpr const char* kIntra = "intra_work_dois";
constexpr const char* kShared = "possible_shared_project_dois";
constexpr const char* kCitation = "dataset_citation_dois";

TEST(Relations, T14_AHubLosesTheEdgesOfItsTypeOnlyOnEitherSide) {
  IndexWorld world;
  const auto many = [&](const char* from, const char* type, int count) {
    world.add("datacite",
              fmt::format("'{0}' AS doi, list_transform(range({2}), i -> "
                          "{{'relation_type': '{1}', 'related_identifier': "
                          "'{0}-' || i, 'related_identifier_type': 'DOI'}}) "
                          "|| [{{'relation_type': 'IsVersionOf', "
                          "'related_identifier': '10.1/other', "
                          "'related_identifier_type': 'DOI'}}] AS relations",
                          from, type, count));
  };
  many("10.1/kept", "HasPart", 4);
  many("10.1/hub", "HasPart", 5);
  for (int i = 0; i < 5; ++i) {
    world.add("datacite",
              datacite(fmt::format("10.2/{}", i), "IsDerivedFrom", "10.2/hub"));
  }
  // Counted once, though stated twice.
  world.add("datacite", datacite("10.2/0", "IsDerivedFrom", "10.2/hub"));
  world.add("datacite", datacite("10.3/self", "IsPartOf", "10.3/self"));
  world.add("datacite",
            datacite("10.3/url", "IsPartOf", "https://x.org/1", "URL"));
  for (const int ranges : {1, 7}) {  // P54
    world.build(fmt::format("run{}", ranges), [&](auto& options) {
      options.max_relation_degrees = 4;
      options.ranges = ranges;
    });
    EXPECT_EQ(
        related(world, "10.1/kept", kIntra),
        "[10.1/kept-0, 10.1/kept-1, 10.1/kept-2, 10.1/kept-3, 10.1/other]");
    EXPECT_EQ(related(world, "10.1/hub", kIntra), "[10.1/other]");
    EXPECT_EQ(related(world, "10.1/hub-0", kIntra), "");
    EXPECT_EQ(related(world, "10.2/hub", kShared), "");
    EXPECT_EQ(related(world, "10.3/self", kIntra), "");
    EXPECT_EQ(related(world, "10.3/url", kIntra), "");
    EXPECT_EQ(world.counts["relations_over_out_degree"], 5);
    EXPECT_EQ(world.counts["relations_over_in_degree"], 5);
    EXPECT_EQ(world.counts["relations_self"], 1);
    EXPECT_EQ(world.counts["relations_no_doi"], 1);
    EXPECT_EQ(world.counts["relations_repeated"], 1);
  }
}

TEST(Relations, T15_EveryClassifiedTypeLandsInItsListInBothDirections) {
  struct Class {
    const char* source;
    const char* list;
    std::vector<const char*> types;
  };
  // works-index.md 4.2, with the forms that occur: case, _ and a misspelling.
  const Class classes[] = {
      {"crossref",
       kIntra,
       {"is-expression-of",   "has-expression",     "is-format-of",
        "has-format",         "is-identical-to",    "is-manifestation-of",
        "has-manifestation",  "is-manuscript-of",   "has-manuscript",
        "is-preprint-of",     "has-preprint",       "is-replaced-by",
        "replaces",           "is-translation-of",  "has-translation",
        "is-variant-form-of", "is-varient-form-of", "is-original-form-of",
        "is-version-of",      "has-version",        "is-same-as",
        "new-version",        "has-variant-form",   "Has_Version"}},
      {"crossref",
       kShared,
       {"is-derived-from",
        "has-derivation",
        "is-basis-for",
        "is-based-on",
        "is-supplement-to",
        "is-supplemented-by",
        "documents",
        "is-documented-by",
        "has-part",
        "is-part-of",
        "continues",
        "is-continued-by",
        "compiles",
        "is-compiled-by",
        "is-related-material",
        "has-related-material",
        "based-on-data",
        "is-data-basis-for",
        "is-component-of",
        "has-component",
        "IS_PART_OF"}},
      {"datacite",
       kIntra,
       {"IsIdenticalTo", "IsObsoletedBy", "Obsoletes", "IsPartOf", "HasPart",
        "IsPublishedIn", "IsTranslationOf", "HasTranslation", "IsVariantFormOf",
        "IsOriginalFormOf", "HasVersion", "IsVersionOf", "IsNewVersionOf",
        "IsPreviousVersionOf", "haspart"}},
      {"datacite",
       kShared,
       {"Compiles", "IsCompiledBy", "Continues", "IsContinuedBy",
        "IsDerivedFrom", "IsSourceOf", "Describes", "IsDescribedBy",
        "Documents", "IsDocumentedBy", "IsSupplementTo", "IsSupplementedBy"}}};
  const char* const ignored[] = {"References",  "IsCitedBy", "Reviews",
                                 "HasMetadata", "Requires",  "Collects",
                                 "Nope"};
  IndexWorld world;
  std::vector<std::array<std::string, 3>> pairs;
  for (const auto& c : classes) {
    for (const char* type : c.types) {
      const std::string doi = fmt::format("10.7/{}", pairs.size());
      if (c.source == std::string("crossref")) {
        world.add("crossref_metadata", crossref(doi, type, doi + "-to"));
      } else {
        world.add("datacite", datacite(doi, type, doi + "-to"));
      }
      pairs.push_back({doi, c.list, type});
    }
  }
  for (const char* type : ignored) {
    world.add("datacite", datacite("10.8/x", type, "10.8/y"));
  }
  world.build();
  for (const auto& [doi, list, type] : pairs) {
    EXPECT_EQ(related(world, doi, list), fmt::format("[{}-to]", doi)) << type;
    EXPECT_EQ(related(world, doi + "-to", list), fmt::format("[{}]", doi))
        << type;
  }
  EXPECT_EQ(related(world, "10.8/x", kIntra), "");
  EXPECT_EQ(related(world, "10.8/y", kIntra), "");
  EXPECT_EQ(world.counts["relations_unclassified"], 7);
}

TEST(Relations, T15_APairOfBothClassesIsInBothListsAcrossSources) {
  IndexWorld world;
  world.add("datacite", datacite("10.1/d", "IsSupplementTo", "10.1/p"));
  world.add("datacite", datacite("10.1/e", "IsVersionOf", "10.1/p"));
  world.add("crossref_metadata", crossref("10.1/p", "has-part", "10.1/e"));
  world.build();
  EXPECT_EQ(related(world, "10.1/p", kIntra), "[10.1/e]");
  EXPECT_EQ(related(world, "10.1/p", kShared), "[10.1/d, 10.1/e]");
  EXPECT_EQ(related(world, "10.1/e", kIntra), "[10.1/p]");
  EXPECT_EQ(related(world, "10.1/e", kShared), "[10.1/p]");
}

TEST(Relations, T16_CorpusPairsGoBothWaysAndHubsAreDropped) {
  IndexWorld world;
  const auto pair = [&](const std::string& work, const std::string& data,
                        const char* source) {
    world.add("data_citation_corpus",
              fmt::format("'{}' AS publication_doi, '{}' AS dataset_doi, '{}' "
                          "AS source",
                          work, data, source));
  };
  pair("10.1/p", "10.1/d", "datacite");
  pair("10.1/p", "10.1/d", "crossref");
  pair("10.1/self", "10.1/self", "czi");
  for (int i = 0; i < 3; ++i)
    pair("10.1/hub", fmt::format("10.2/{}", i), "czi");
  world.build("run", [](auto& options) { options.max_relation_degrees = 2; });
  EXPECT_EQ(related(world, "10.1/p", kCitation), "[10.1/d]");
  EXPECT_EQ(related(world, "10.1/d", kCitation), "[10.1/p]");
  EXPECT_EQ(related(world, "10.1/self", kCitation), "");
  EXPECT_EQ(related(world, "10.1/hub", kCitation), "");
  EXPECT_EQ(related(world, "10.2/0", kCitation), "");
}

TEST(Relations, T17_ThreeSourcesAreUnitedAndReachTheWork) {
  IndexWorld world;
  // The example of works-index.md 4.4.
  world.add("datacite", datacite("10.1/d", "IsSupplementTo", "10.1/p"));
  world.add("openalex_works", "'W1' AS id, '10.1/p' AS doi, false AS is_xpac");
  world.add("crossref_metadata",
            "'10.1/p' AS doi, [{'relation_type': 'is-supplemented-by', "
            "'relation_id': '10.1/d', 'id_type': 'doi', 'asserted_by': 'x'}, "
            "{'relation_type': 'has-preprint', 'relation_id': '10.1/r', "
            "'id_type': 'doi', 'asserted_by': 'x'}] AS relations");
  world.add("data_citation_corpus",
            "'10.1/p' AS publication_doi, '10.1/d' AS dataset_doi, 'czi' AS "
            "source");
  world.build();
  EXPECT_EQ(
      world.ask("SELECT string_agg(doi || ' ' || intra_work_dois::VARCHAR || "
                "possible_shared_project_dois::VARCHAR || "
                "dataset_citation_dois::VARCHAR, ', ' ORDER BY doi) FROM "
                "relations"),
      "10.1/d [][10.1/p][10.1/p], 10.1/p [10.1/r][10.1/d][10.1/d], "
      "10.1/r [10.1/p][][]");
  EXPECT_EQ(world.of("10.1/p", "relations"),
            "{'intra_work_dois': [{'doi': 10.1/r}], "
            "'possible_shared_project_dois': [{'doi': 10.1/d}], "
            "'dataset_citation_dois': [{'doi': 10.1/d}]}");
}

}  // namespace
}  // namespace dmp::sql
