#include "ingest/byte_source.h"
#include "ingest/subset_rule.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace dmp::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListedRor = "01an7q238";

std::optional<SubsetList> list(std::string json) {
  return SubsetList{"list", std::move(json)};
}

SubsetRule rule_of(const std::optional<SubsetList>& dois,
                   const std::optional<SubsetList>& institutions) {
  auto rule = SubsetRule::read(dois, institutions);
  EXPECT_TRUE(rule) << (rule ? "" : rule.error().message);
  return *std::move(rule);
}

bool keeps(const SubsetRule& rule, Source source, std::string_view json) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(json);
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  EXPECT_EQ(parser.iterate(padded).get(document), simdjson::SUCCESS);
  EXPECT_EQ(document.get_object().get(object), simdjson::SUCCESS);
  Counters counters;
  JsonWalk walk(counters);
  const bool kept = rule.keeps(source, object, walk);
  EXPECT_FALSE(walk.broken()) << json;
  return kept;
}

struct Example {
  Source source;
  std::string_view json;
  bool kept;
};

// P38
TEST(SubsetRule, ADoiIsTheSameInAnyCaseAndWithOrWithoutResolver) {
  const auto rule = rule_of(
      list(R"(["HTTPS://doi.org/10.5555/KELP.1", "10.5555/kelp.2"])"), {});
  for (const Example& example : {
           Example{Source::openalex_works,
                   R"({"doi": "https://doi.org/10.5555/kelp.1"})", true},
           {Source::openalex_works, R"({"doi": "10.5555/KELP.2"})", true},
           {Source::openalex_works, R"({"doi": "10.5555/kelp.3"})", false},
           {Source::openalex_works, R"({"doi": null})", false},
           {Source::openalex_works, R"({"id": "10.5555/kelp.1"})", false},
           {Source::crossref_metadata, R"({"DOI": "10.5555/Kelp.1"})", true},
           {Source::crossref_metadata, R"({"doi": "10.5555/kelp.1"})", false},
           {Source::datacite, R"({"id": "10.5555/KELP.1"})", true},
           {Source::datacite,
            R"({"id": "x", "attributes": {"doi": "10.5555/kelp.2"}})", true},
           {Source::datacite, R"({"attributes": {"doi": 7}})", false},
       }) {
    EXPECT_EQ(keeps(rule, example.source, example.json), example.kept)
        << example.json;
  }
}

// P40
TEST(SubsetRule, AnAffiliationIsListedByRorOrByName) {
  const auto rule = rule_of({}, list(R"([{"ror": "https://ror.org/01AN7Q238"},
                                         {"name": "Université  de <i>Kelp</i>",
                                          "ror": null}])"));
  for (const Example& example : {
           Example{Source::openalex_works,
                   R"({"authorships": [{"institutions": [{"ror": null},
                       {"ror": "https://ror.org/01an7q238"}]}]})",
                   true},
           {Source::openalex_works,
            R"({"authorships": [{"institutions": [
                {"display_name": "UNIVERSITÉ DE KELP"}]}]})",
            true},
           {Source::openalex_works,
            R"({"authorships": [{"institutions": [
                {"display_name": "Université de Kelp Nord"}]}]})",
            false},
           {Source::openalex_works,
            R"({"institutions": [{"ror": "https://ror.org/01an7q238"}]})",
            false},
           {Source::crossref_metadata,
            R"({"author": [{"affiliation": [{"name": "x", "id": [
                {"id": "01an7q238", "id-type": "ROR"}]}]}]})",
            true},
           {Source::crossref_metadata,
            R"({"author": [{"affiliation": [{"id": [
                {"id": "https://ror.org/01an7q238"}]}]}]})",
            true},
           {Source::crossref_metadata,
            R"({"author": [{"affiliation": [{"id": [
                {"id": "01an7q238", "id-type": "ISNI"}]}]}]})",
            false},
           {Source::crossref_metadata,
            R"({"author": [{}, {"affiliation": [
                {"name": " université de\n kelp"}]}]})",
            true},
           {Source::datacite,
            R"({"attributes": {"creators": [{"affiliation": [
                {"affiliationIdentifier": "ror.org/01an7q238"}]}]}})",
            true},
           {Source::datacite,
            R"({"attributes": {"contributors": [{"affiliation":
                ["Université de Kelp"]}]}})",
            true},
           {Source::datacite,
            R"({"attributes": {"publisher": "Université de Kelp"}})", false},
       }) {
    EXPECT_EQ(keeps(rule, example.source, example.json), example.kept)
        << example.json;
  }
}

TEST(SubsetRule, EitherListKeepsARecord) {
  const auto rule =
      rule_of(list(R"(["10.5555/a"])"),
              list(R"([{"ror": ")" + std::string(kListedRor) + R"("}])"));
  EXPECT_TRUE(keeps(rule, Source::openalex_works, R"({"doi": "10.5555/A"})"));
  EXPECT_TRUE(keeps(rule, Source::openalex_works,
                    R"({"doi": "10.5555/b", "authorships":
                        [{"institutions": [{"ror": "01an7q238"}]}]})"));
}

// P39, P40
TEST(SubsetRule, AListIsRefusedWhenNothingInItIsValid) {
  const auto none = std::optional<SubsetList>();
  EXPECT_TRUE(SubsetRule::read(list(R"([null, "10.5555/a", "", 3])"), none));
  EXPECT_TRUE(SubsetRule::read(list("[]"), list(R"([{"name": "Kelp"}])")));
  EXPECT_FALSE(SubsetRule::read(none, none));
  EXPECT_FALSE(SubsetRule::read(list("[]"), list("[]")));
  EXPECT_FALSE(SubsetRule::read(list(R"([null, "kelp"])"), none));
  EXPECT_FALSE(SubsetRule::read(list(R"([null, "kelp"])"),
                                list(R"([{"name": "Kelp"}])")));
  EXPECT_FALSE(SubsetRule::read(none, list(R"([{"name": ""}, {"ror": "x"}])")));
  EXPECT_FALSE(SubsetRule::read(list(R"({"a": 1})"), none));
  EXPECT_FALSE(SubsetRule::read(list("10.5555/a"), none));
}

class SubsetTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() / ("subset_" + std::to_string(::getpid()));
    fs::remove_all(dir_);
    options_.source = Source::datacite;
    options_.input = dir_ / "in";
    options_.stage_dir = dir_ / "out";
    options_.dois = list(R"(["10.5555/a", "10.5555/b"])");
  }
  void TearDown() override { fs::remove_all(dir_); }

  void write(const std::string& name, std::string_view bytes) {
    const fs::path path = options_.input / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }

  // All lines of the parts of the stage, in its order.
  std::string kept() {
    auto stage = subset_works(options_);
    if (!stage) return "error: " + stage.error().message;
    manifest_ = stage->manifest;
    up_to_date_ = stage->up_to_date;
    std::string text;
    for (const auto& path : manifest_.paths(options_.stage_dir, "part_")) {
      auto source = ByteSource::open(path);
      char buffer[4096];
      while (auto count = source->read(buffer, sizeof buffer)) {
        if (*count == 0) break;
        text.append(buffer, *count);
      }
    }
    return text;
  }

  fs::path dir_;
  SubsetOptions options_;
  storage::Manifest manifest_;
  bool up_to_date_ = false;
};

// P34, P35, P36
TEST_F(SubsetTest, KeepsTheBytesOfListedRecordsOfEveryFile) {
  write("a/x.jsonl.gz", "{\"id\": \"10.5555/A\",  \"x\": \"\\u0000\"}\n{}\n[]");
  write("a/b/y.jsonl.gz", "{\"id\":\"10.5555/b\"}");
  write("z.jsonl", "{\"id\": \"10.5555/b\", \"of\": \"no such file\"}");
  // The largest file comes first.
  const std::string lines =
      "{\"id\": \"10.5555/A\",  \"x\": \"\\u0000\"}\n"
      "{\"id\":\"10.5555/b\"}\n";
  EXPECT_EQ(kept(), lines);
  EXPECT_TRUE(manifest_.subset);
  EXPECT_EQ(manifest_.rows_in, 4);
  EXPECT_EQ(manifest_.rows_out, 2);
  EXPECT_EQ(manifest_.dropped["not_listed"], 1);
  EXPECT_EQ(manifest_.rejects["not an object"], 1);
  EXPECT_EQ(kept(), lines);
  EXPECT_TRUE(up_to_date_);
  options_.force = true;
  options_.threads = 3;
  EXPECT_EQ(kept(), lines);
  EXPECT_FALSE(up_to_date_);
}

TEST_F(SubsetTest, AMemberOfAnArrayBecomesOneLine) {
  options_.source = Source::crossref_metadata;
  write("0.json.gz", "{\"items\": [\n{\"DOI\":\r\n  \"10.5555/a\"},\n{}]}");
  EXPECT_EQ(kept(), "{\"DOI\":    \"10.5555/a\"}\n");
}

TEST_F(SubsetTest, NoListedRecordIsAStageThatCanBeTransformed) {
  write("x.jsonl.gz", "{\"id\": \"10.5555/c\"}\n");
  EXPECT_EQ(kept(), "");
  EXPECT_EQ(manifest_.files.size(), 1U);
  TransformOptions transform;
  transform.input = options_.stage_dir;
  transform.stage_dir = dir_ / "transform";
  auto stage = transform_works(Source::datacite, transform);
  ASSERT_TRUE(stage) << stage.error().message;
  EXPECT_EQ(stage->manifest.rows_in, 0);
  EXPECT_TRUE(stage->manifest.subset);
}

// P37, P28
TEST_F(SubsetTest, AnUnreadableFileFailsAndKeepsTheFormerSubset) {
  write("x.jsonl.gz", "{\"id\": \"10.5555/a\"}\n");
  EXPECT_EQ(kept(), "{\"id\": \"10.5555/a\"}\n");
  write("y.jsonl.gz", "\x1F\x8B truncated");
  EXPECT_TRUE(kept().starts_with("error: " + options_.input.string()));
  const auto former = storage::read_manifest(options_.stage_dir);
  ASSERT_TRUE(former);
  EXPECT_EQ(former->rows_out, 1);
  EXPECT_TRUE(storage::verify_sizes(*former, options_.stage_dir));
}

// P39: another list is another subset.
TEST_F(SubsetTest, AnotherListMakesTheSubsetAnew) {
  write("x.jsonl.gz", "{\"id\": \"10.5555/a\"}\n{\"id\": \"10.5555/c\"}\n");
  EXPECT_EQ(kept(), "{\"id\": \"10.5555/a\"}\n");
  options_.dois = list(R"(["10.5555/c"])");
  EXPECT_EQ(kept(), "{\"id\": \"10.5555/c\"}\n");
}

}  // namespace
}  // namespace dmp::ingest
