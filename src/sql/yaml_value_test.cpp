#include "sql/yaml_value.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace dmp::sql {
namespace {

using ::testing::HasSubstr;

std::string json_of(const std::string& yaml) {
  const auto value = parse_yaml("a.yaml", yaml);
  return value ? to_json(*value) : value.error().message;
}

TEST(Yaml, ReadsScalarsAsTheyStand) {
  struct Example {
    const char *yaml, *json;
  };
  for (const auto& [yaml, json] : {
           Example{"a: 1", R"({"a":1})"},
           {"a: '1'", R"({"a":"1"})"},
           {"a: \"null\"", R"({"a":"null"})"},
           {"a: null\nb: ~\nc:", R"({"a":null,"b":null,"c":null})"},
           {"a: true", R"({"a":true})"},
           {"a: 10.1/x", R"({"a":"10.1/x"})"},
           {"a: 2024-01-05", R"({"a":"2024-01-05"})"},
           {"[1, [b, {c: d}], []]", R"([1,["b",{"c":"d"}],[]])"},
           {"a: >\n  two\n  lines\n", R"({"a":"two lines\n"})"},
           {"b: 1\na: 2", R"({"b":1,"a":2})"},
       }) {
    EXPECT_EQ(json_of(yaml), json) << yaml;
  }
}

TEST(Yaml, NamesFileAndLineOfWhatIsBroken) {
  EXPECT_THAT(json_of("a: 1\nb: [1\n"), HasSubstr("a.yaml"));
  EXPECT_FALSE(parse_yaml("a.yaml", "a: {").has_value());
  EXPECT_FALSE(parse_yaml("a.yaml", "a: *none").has_value());
}

// Each line doubles what the one before it holds.
TEST(Yaml, RefusesAliasesThatGrowWithoutEnd) {
  std::string yaml = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) {
    yaml += fmt::format("a{0}: &a{0} [*a{1}, *a{1}]\n", i, i - 1);
  }
  EXPECT_FALSE(parse_yaml("bomb.yaml", yaml).has_value());
}

TEST(Yaml, SurvivesDeepNesting) {
  EXPECT_FALSE(parse_yaml("deep.yaml", std::string(100'000, '[')).has_value());
}

}  // namespace
}  // namespace dmp::sql
