#include "base/json_writer.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <limits>
#include <random>

namespace dmp {
namespace {

TEST(JsonWriter, PutsCommasBetweenItemsOnly) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("a", std::int64_t{1}).key("b").begin_array();
  json.value("x").null().value(true).end_array();
  json.key("c").begin_object().end_object().end_object();
  EXPECT_EQ(out, R"({"a":1,"b":["x",null,true],"c":{}})");
}

TEST(JsonWriter, WritesShortestNumbersAndNeverNan) {
  std::string out;
  JsonWriter json(out);
  json.begin_array().value(0.1).value(15.0).value(1e300);
  json.value(std::numeric_limits<double>::quiet_NaN());
  json.value(std::numeric_limits<double>::infinity()).end_array();
  EXPECT_EQ(out, "[0.1,15.0,1e+300,null,null]");
}

TEST(JsonWriter, EscapesControlsAndQuotes) {
  EXPECT_EQ(json_string("a\"b\\c\n\t\r\x01"), R"("a\"b\\c\n\t\r\u0001")");
}

TEST(JsonWriter, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(json_string("a\xFFz\xC3"), "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("\xED\xA0\x80"),
            "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("\xF0\x9F\x98\x80"), "\"\xF0\x9F\x98\x80\"");
}

TEST(JsonWriter, AnyBytesGiveParsableJsonThatReadsBackEqualWhenValid) {
  std::mt19937 random(7);
  simdjson::dom::parser parser;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 40, ' ');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    const std::string text = "[" + json_string(bytes) + "]";
    std::string_view read;
    ASSERT_EQ(parser.parse(text).at(0).get_string().get(read),
              simdjson::SUCCESS);
    if (simdjson::validate_utf8(bytes)) {
      EXPECT_EQ(read, bytes);
    }
  }
}

}  // namespace
}  // namespace dmp
