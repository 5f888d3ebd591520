#include "match/collection.h"

#include "match/search_fixture.h"

#include <gtest/gtest.h>

namespace dmp::match {
namespace {

// Two works with texts, one with an empty abstract, one without any text.
std::vector<model::Work> works() {
  std::vector<model::Work> all(4);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].doi = "10.5555/" + std::to_string(i);
  all[0].title = "Kelp forests and kelp";
  all[0].abstract_text = "The kelp, the sea.";
  all[0].institutions = {{"Kelp House", std::nullopt}, {"Sea", std::nullopt}};
  all[0].authors.resize(3);
  all[0].funders = {{"Sea Fund", std::nullopt}};
  all[1].title = "KELP";
  all[1].abstract_text = "...";  // no token, so not a document of the field
  all[1].awards = {{"OCE-2345678", {}, {}}, {"2345678", {}, {}}};
  all[2].abstract_text = "Sea";
  all[2].intra_work_dois = {"10.5555/a"};
  all[2].possible_shared_project_dois = {"10.5555/b", "10.5555/c"};
  all[2].dataset_citation_dois = {"10.5555/d", "10.5555/e", "10.5555/f"};
  return all;
}

class Collection : public SearchFixture {};

// N, T and D. Source: spec search.md 5.3 and 6, step 4.
TEST_F(Collection, CountsDocumentsTokensAndNestedItems) {
  publish_works(works(), 1);
  auto session = sql::Session::open({});
  const auto counts = read_collection_counts(*session, dir_ / "collection");
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->title.documents, 2);
  EXPECT_EQ(counts->title.tokens, 5);
  EXPECT_EQ(counts->abstract_text.documents, 2);
  EXPECT_EQ(counts->abstract_text.tokens, 5);
  // Four works, 2 institutions, 3 authors, 1 funder, 2 awards, 6 relations.
  EXPECT_EQ(counts->live_documents, 18);
}

// df: works that hold a term, not how often.
TEST_F(Collection, CountsWorksATerm) {
  publish_works(works(), 1);
  auto session = sql::Session::open({});
  TermTable terms{{"kelp", {}}, {"the", {}}, {"sea", {}}, {"weed", {}}};
  ASSERT_TRUE(read_term_counts(*session, dir_ / "collection", terms));
  const auto is = [&](const char* term, std::int64_t title,
                      std::int64_t abstract_text) {
    return terms[term].title == title &&
           terms[term].abstract_text == abstract_text;
  };
  EXPECT_TRUE(is("kelp", 2, 1));
  EXPECT_TRUE(is("the", 0, 1));
  EXPECT_TRUE(is("sea", 0, 2));
  EXPECT_TRUE(is("weed", 0, 0));
  TermTable frequent{{"kelp", {}}, {"the", {}}};
  ASSERT_TRUE(read_term_counts(*session, dir_ / "collection", frequent, 2));
  EXPECT_EQ(frequent["kelp"].abstract_text, 1);  // of the term, either field
  EXPECT_EQ(frequent["the"].abstract_text, 0);
}

}  // namespace
}  // namespace dmp::match
