#include "cli/env_file.h"

#include <gtest/gtest.h>

namespace dmp::cli {
namespace {

std::string none(const std::string&) {
  return "";
}

TEST(ParseEnv, ReadsEveryFormOfAValue) {
  const struct {
    const char* line;
    const char* value;
  } cases[] = {
      {"K=plain", "plain"},
      {"K = with blanks ", "with blanks"},
      {"export K=x", "x"},
      {"K=a # comment", "a"},
      {"K=a#b", "a#b"},
      {"K=", ""},
      {"K='$literal ${X} #'", "$literal ${X} #"},
      {R"(K="a\n\t\"\\\$ \q" # c)", "a\n\t\"\\$ \\q"},
      {"K=x=y", "x=y"},
      {"K=md5:…\r", "md5:…"},
      {"K=1\nK=2", "2"},
      {"\xEF\xBB\xBFK=bom", "bom"},
      {"A=1\nK=${A}/${A}", "1/1"},
      {"K=${NONE:-fallback}", "fallback"},
      {"K=\"${NONE}\"", ""},
      {"K=${HOME_OF_TEST}", "env"},
  };
  for (const auto& one : cases) {
    const auto found = parse_env(one.line, [](const std::string& name) {
      return name == "HOME_OF_TEST" ? std::string("env") : std::string();
    });
    ASSERT_TRUE(found) << one.line;
    EXPECT_EQ(found->at("K"), one.value) << one.line;
  }
}

TEST(ParseEnv, NamesTheLineThatIsNone) {
  const char* bad[] = {"no equals", "1K=x", "K='open", "K=\"open",
                       "K='a' b",   "=x",   "K=${A"};
  for (const char* line : bad) {
    const auto found = parse_env(std::string("# one\n\n") + line, none);
    ASSERT_FALSE(found) << line;
    EXPECT_EQ(found.error().message,
              "line 3: not KEY=value, a comment or blank");
  }
}

}  // namespace
}  // namespace dmp::cli
