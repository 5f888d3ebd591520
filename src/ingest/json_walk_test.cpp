#include "ingest/json_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace dmp::ingest {
namespace {

using testing::ElementsAre;

// "key=value" of every member with a text, objects within it included, but for
// members called "skipped".
std::vector<std::string> texts_of(JsonWalk& walk, ondemand::object object) {
  std::vector<std::string> texts;
  walk.members(object, [&](Key key, ondemand::value value) {
    if (key == "skipped") return;
    if (walk.type_of(value) == ondemand::json_type::object) {
      ondemand::object inner;
      ASSERT_EQ(value.get_object().get(inner), simdjson::SUCCESS);
      for (auto& text : texts_of(walk, inner)) texts.push_back(text);
      return;
    }
    texts.push_back(std::string(key) + "=" +
                    std::string(walk.text(key, value)));
  });
  return texts;
}

enum class Given : unsigned char { the_record, nothing };

std::vector<std::string> walked(const std::string& json, Given given) {
  ondemand::parser parser;
  const simdjson::padded_string padded(json);
  ondemand::document document;
  ondemand::object object;
  EXPECT_EQ(parser.iterate(padded).get(document), simdjson::SUCCESS);
  EXPECT_EQ(document.get_object().get(object), simdjson::SUCCESS);
  Counters counters;
  JsonWalk walk =
      given == Given::the_record
          ? JsonWalk(counters, static_cast<std::string_view>(padded))
          : JsonWalk(counters);
  auto texts = texts_of(walk, object);
  EXPECT_FALSE(walk.broken()) << json;
  return texts;
}

TEST(Key, IsEqualToTheSameLettersOnly) {
  const std::string text = "nameType";
  const Key key = std::string_view(text);
  EXPECT_TRUE(key == "nameType");
  EXPECT_FALSE(key == "nametype");
  EXPECT_FALSE(key == "name");
  EXPECT_FALSE(key == "nameTypes");
}

TEST(JsonWalk, UndoesEscapesBesidePlainTexts) {
  const std::string json =
      R"({"a": "plain", "b\n": "two\nlines", "skipped": "\\\" \u00e9",)"
      R"( "c": {"d": "\u00e9", "skipped": ["\t"], "e": "plain"}, "f": "x\\"})";
  for (const Given given : {Given::the_record, Given::nothing}) {
    EXPECT_THAT(walked(json, given),
                ElementsAre("a=plain", "b\n=two\nlines", "d=\u00E9", "e=plain",
                            "f=x\\"));
  }
}

// The place of the next escape is kept while the walk goes on.
TEST(JsonWalk, GivesTheSameTextsWhereverTheEscapesAre) {
  constexpr std::array<std::string_view, 7> kPieces{
      "a", "kelp", R"(\n)", R"(\")", R"(\u0041)", "", R"(\\)"};
  std::mt19937 random(5);
  const auto text = [&] {
    std::string out = "\"";
    for (auto left = random() % 4; left > 0; --left)
      out += kPieces[random() % kPieces.size()];
    return out + "\"";
  };
  for (int round = 0; round < 2'000; ++round) {
    std::string json = "{";
    for (auto left = random() % 12; left > 0; --left) {
      const bool skipped = random() % 3 == 0;
      const bool nested = random() % 4 == 0;
      json += (skipped ? "\"skipped\"" : text()) + ": ";
      json += nested ? "{" + text() + ": " + text() + "}" : text();
      json += ", ";
    }
    json += "\"last\": " + text() + "}";
    EXPECT_EQ(walked(json, Given::the_record), walked(json, Given::nothing))
        << json;
  }
}

TEST(JsonWalk, CountsAThousandUnknownKeysByNameAndNoMore) {
  Counters counters;
  JsonWalk walk(counters);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 3'000; ++i)
      walk.unknown_key("awards", "key" + std::to_string(i));
  }
  EXPECT_EQ(counters.all().size(), 1'001U);
  EXPECT_EQ(counters.get("unknown_key.awards.key0"), 2);
  EXPECT_EQ(counters.get("unknown_key.others"), 4'000);
}

TEST(JsonWalk, CountsAnEndlessKeyByItsBeginning) {
  Counters counters;
  JsonWalk(counters).unknown_key("ids", std::string(63, 'x') + "\xc3\xa9");
  EXPECT_EQ(counters.get("unknown_key.ids." + std::string(63, 'x') +
                         "\xef\xbf\xbd"),
            1);
}

}  // namespace
}  // namespace dmp::ingest
