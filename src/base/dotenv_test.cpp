#include "base/dotenv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string no_process(const std::string& name) {
  return name == "HOME" ? "/home/ana" : "";
}

Dotenv parse(std::string_view text) {
  return parse_dotenv(text, ".env.local", no_process);
}

// Source: spec cli.md 1.1.
TEST(Dotenv, ReadsEveryFormOfALine) {
  const struct {
    const char* line;
    const char* value;
  } rows[] = {
      {"K=v", "v"},
      {"export K=v", "v"},
      {"  K = v  ", "v"},
      {"K=", ""},
      {"K=a b # comment", "a b"},
      {"K=a#b", "a#b"},
      {"K= # only a comment", ""},
      {"K='a $x ${HOME} \\n'", "a $x ${HOME} \\n"},
      {"K='a' # comment", "a"},
      {"K=\"a\\tb\\n\\\"\\\\\\$\"", "a\tb\n\"\\$"},
      {"K=\"a # b\"", "a # b"},
      {"K=\"C:\\dir \\q\"", "C:\\dir \\q"},
      {"K=${HOME}/x", "/home/ana/x"},
      {"K=\"${HOME}/x\"", "/home/ana/x"},
      {"K=${NONE}", ""},
      {"K=${NONE:-some default}", "some default"},
      {"K=${HOME:-other}", "/home/ana"},
      {"K=$HOME", "$HOME"},
      {"K=a=b", "a=b"},
      {"K=v\r\n", "v"},
      {"\xEF\xBB\xBFK=v", "v"},
      {"export = 1\nK=v", "v"},
      {"K=first\nK=second", "second"},
      {"A=1\nK=${A}${A}", "11"},
      {"K=md5:…\r", "md5:…"},
      {"\n# comment\n\nK=v", "v"},
  };
  for (const auto& row : rows) {
    const Dotenv file = parse(row.line);
    EXPECT_THAT(file.problems, IsEmpty()) << row.line;
    const auto found = file.values.find("K");
    ASSERT_NE(found, file.values.end()) << row.line;
    EXPECT_EQ(found->second, row.value) << row.line;
  }
}

TEST(Dotenv, NamesFileAndLineOfEveryBadLine) {
  const Dotenv file = parse(
      "GOOD=1\njust words\n9A=1\nB='open\nC=\"open\nD=\"a\"b\nE=${F\n"
      "G='a' b\nH=${-}\n=1\nexport\n");
  EXPECT_THAT(
      file.problems,
      ElementsAre(
          ".env.local:2: expected KEY=value, a comment or a blank line",
          ".env.local:3: expected KEY=value, a comment or a blank line",
          ".env.local:4: no closing '", ".env.local:5: no closing \"",
          ".env.local:6: text behind the closing quote",
          ".env.local:7: no closing } of ${",
          ".env.local:8: text behind the closing quote",
          ".env.local:9: expected a name in ${…}",
          ".env.local:10: expected KEY=value, a comment or a blank line",
          ".env.local:11: expected KEY=value, a comment or a blank line"));
  EXPECT_EQ(file.values.size(), 1U);
}

TEST(Dotenv, RefusesValuesThatGrowWithoutBound) {
  std::string text = "A=aaaaaaaaaaaaaaaa\n";
  for (int i = 0; i < 40; ++i) text += "A=${A}${A}\n";
  const Dotenv file = parse(text);
  EXPECT_FALSE(file.problems.empty());
  EXPECT_LE(file.values.at("A").size(), Dotenv::kLongestValueBytes);
}

}  // namespace
}  // namespace dmp
