#include "ingest/inverted_abstract.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace dmp::ingest {
namespace {

// Reading is byte by byte only where the walk knows the record.
enum class Way : unsigned char { plain_if_it_can_be, by_simdjson };

struct Read {
  std::string text, behind;
  std::map<std::string, std::int64_t, std::less<>> counters;
  bool broken = false;
  bool operator==(const Read&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Read& read) {
  out << (read.broken ? "broken" : "whole") << ": " << read.text << " | "
      << read.behind;
  for (const auto& [name, count] : read.counters)
    out << " | " << name << " " << count;
  return out;
}

// Reads every "index" of the record, and the text "behind" after them.
Read read(const std::string& json, Way way) {
  Read read;
  ondemand::parser parser;
  const simdjson::padded_string padded(json);
  ondemand::document document;
  ondemand::object object;
  read.broken = parser.iterate(padded).get(document) != simdjson::SUCCESS ||
                document.get_object().get(object) != simdjson::SUCCESS;
  if (read.broken) return read;
  Counters counters;
  JsonWalk walk = way == Way::plain_if_it_can_be
                      ? JsonWalk(counters, std::string_view(padded))
                      : JsonWalk(counters);
  InvertedAbstract abstract;
  walk.members(object, [&](Key key, ondemand::value value) {
    if (key == "index") abstract.read(walk, value);
    if (key == "behind") read.behind = walk.text(key, value);
  });
  read.broken = walk.broken() || !document.at_end();
  if (read.broken) return read;  // the record is a reject, whatever was read
  read.text = abstract.text();
  for (const auto& [name, count] : counters.all()) read.counters[name] = count;
  return read;
}

std::string record_of(const std::string& index) {
  return R"({"id":"W1","index":)" + index + R"(,"behind":"x"})";
}

std::string text_of(const std::string& index) {
  const Read got = read(record_of(index), Way::plain_if_it_can_be);
  EXPECT_FALSE(got.broken) << index;
  EXPECT_EQ(got.behind, "x") << index;
  return got.text;
}

TEST(InvertedAbstract, JoinsWordsByTheirPositions) {
  EXPECT_EQ(text_of(R"({"is":[1],"This":[0],"a":[2,4],"test,":[3]})"),
            "This is a test, a");
  EXPECT_EQ(text_of(R"({ "b": [ 7 , 1 ] , "a" : [0] })"), "a b b");
  EXPECT_EQ(text_of("{\"b\":\n[\n7,\n1\n],\n\"a\":[0]\n}"), "a b b");
  EXPECT_EQ(text_of(R"({"":[0],"two words":[9],"InvertedIndex":[3]})"),
            "InvertedIndex two words");
  EXPECT_EQ(text_of(R"({"longer than eight bytes":[0],"é—…":[1]})"),
            "longer than eight bytes é—…");
}

TEST(InvertedAbstract, KeepsTheGreatestOfSeveralWordsAtOnePosition) {
  EXPECT_EQ(text_of(R"({"b":[0],"a":[0],"c":[1],"d":[1]})"), "b d");
}

TEST(InvertedAbstract, ReadsWhatIsNotPlain) {
  EXPECT_EQ(text_of(R"({"a":[0],"\"b\"":[1]})"), "a \"b\"");
  EXPECT_EQ(text_of(R"({"IndexLength":2,"InvertedIndex":{"b":[1],"a":[0]}})"),
            "a b");
  EXPECT_EQ(text_of(R"("{\"b\":[1],\"a\":[0]}")"), "a b");
  EXPECT_EQ(text_of("{}"), "");
  EXPECT_EQ(text_of("null"), "");
}

TEST(InvertedAbstract, CountsPositionsThatAreOutOfBounds) {
  const Read got = read(record_of(R"({"a":[0,99999,100000],"b":[-1,1.5,2]})"),
                        Way::plain_if_it_can_be);
  EXPECT_EQ(got.text, "a b a");
  EXPECT_EQ(got.counters.at("abstract_bad_position"), 3);
}

TEST(InvertedAbstract, CountsPositionsAfterTheFirst200000) {
  std::string index = R"({"a":[0)";
  for (int i = 1; i <= 200'000; ++i) index += ",1";
  const Read got = read(record_of(index + "]}"), Way::plain_if_it_can_be);
  EXPECT_EQ(got.text, "a a");
  EXPECT_EQ(got.counters.at("abstract_bad_position"), 1);
}

// ------------------------------------------------------------------ property

class RandomIndex {
 public:
  explicit RandomIndex(unsigned seed) : random_(seed) {}

  std::string next() {
    std::string json = blank() + "{";
    const auto words = below(12);
    for (std::size_t i = 0; i < words; ++i) {
      json += (i == 0 ? "" : ",") + blank() + '"' + word() + '"' + blank() +
              ':' + blank() + '[' + blank();
      const auto positions = 1 + below(4);
      for (std::size_t j = 0; j < positions; ++j)
        json += (j == 0 ? "" : ",") + blank() + number() + blank();
      json += ']' + blank();
    }
    return json + "}";
  }

  // With one to three bytes changed, taken out or put in.
  std::string damaged(std::string json) {
    constexpr std::string_view kBytes = R"({}[]":,\ 0129-.xn)";
    for (auto edits = 1 + below(3); edits > 0; --edits) {
      const auto at = below(json.size());
      const char byte = kBytes[below(kBytes.size())];
      switch (below(3)) {
        case 0:
          json[at] = byte;
          break;
        case 1:
          json.erase(at, 1);
          break;
        default:
          json.insert(at, 1, byte);
      }
    }
    return json;
  }

 private:
  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  std::string blank() {
    constexpr std::array<const char*, 8> kBlanks{"", "",  "",   "",
                                                 "", " ", "  ", "\n\t"};
    return kBlanks[below(kBlanks.size())];
  }
  std::string word() {
    constexpr std::array<const char*, 16> kParts{"a",
                                                 "Zeta",
                                                 "é",
                                                 "—",
                                                 "{",
                                                 "]:[1,2]",
                                                 ",",
                                                 ":",
                                                 "17,",
                                                 "letter",
                                                 "<b>x",
                                                 " ",
                                                 "InvertedIndex",
                                                 "IndexLength",
                                                 "'",
                                                 "\xF0\x9F\x98\x80"};
    constexpr std::array<const char*, 4> kEscaped{R"(\")", R"(\\)", R"(\u00e9)",
                                                  R"(\n)"};
    std::string word;
    for (auto parts = below(4); parts > 0; --parts) {
      word += below(40) == 0 ? kEscaped[below(kEscaped.size())]
                             : kParts[below(kParts.size())];
    }
    return word;
  }
  std::string number() {
    constexpr std::array<const char*, 7> kOdd{"100000", "99999", "-1",   "1.5",
                                              "007",    "true",  "[1,2]"};
    if (below(60) == 0) return kOdd[below(kOdd.size())];
    return std::to_string(below(30));
  }

  std::mt19937 random_;
};

TEST(InvertedAbstract, IsTheSameByteByByteAsBySimdjson) {
  RandomIndex indexes(7);
  std::size_t read_well = 0;
  for (int i = 0; i < 3'000; ++i) {
    const std::string index = indexes.next();
    for (const auto& json :
         {record_of(index), indexes.damaged(record_of(index))}) {
      const Read got = read(json, Way::plain_if_it_can_be);
      ASSERT_EQ(got, read(json, Way::by_simdjson)) << json;
      read_well += got.text.empty() ? 0U : 1U;
    }
  }
  EXPECT_GT(read_well, 2'700U);
}

TEST(InvertedAbstract, IsTheSameWithASecondIndex) {
  const std::string json =
      R"({"index":{"a":[0],"c":[2]},"index":{"b":[0,1]},"behind":"x"})";
  const Read got = read(json, Way::plain_if_it_can_be);
  EXPECT_EQ(got.text, "b b c");
  EXPECT_EQ(got, read(json, Way::by_simdjson));
}

}  // namespace
}  // namespace dmp::ingest
