#include "ingest/record_lines.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace dmp::ingest {
namespace {

namespace fs = std::filesystem;

class RecordLinesTest : public testing::Test {
 protected:
  void SetUp() override {
    file_ = fs::temp_directory_path() /
            ("record_lines_" + std::to_string(::getpid()));
  }
  void TearDown() override { fs::remove(file_); }

  // Each record as it stands; "…" behind the head of one that is too long.
  std::vector<std::string> records_of(std::string_view bytes,
                                      std::size_t most = 1'000,
                                      std::size_t window = 16) {
    std::ofstream(file_, std::ios::binary) << bytes;
    places_.clear();
    RecordLines::Options options;
    options.max_record_bytes = most;
    options.window_bytes = window;
    auto lines = RecordLines::open(file_, options);
    EXPECT_TRUE(lines);
    std::vector<std::string> records;
    for (;;) {
      auto record = lines->next();
      if (!record) {
        records.push_back("error: " + record.error().message);
        return records;
      }
      if (!*record) return records;
      std::string one((*record)->json);
      if ((*record)->too_long) one = one.substr(0, 4) + "…";
      places_.emplace_back((*record)->line, (*record)->offset);
      records.push_back(std::move(one));
    }
  }

  using Places = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

  fs::path file_;
  Places places_;  // line and offset of each record read
};

using Records = std::vector<std::string>;

TEST_F(RecordLinesTest, EveryContainerGivesTheSameRecords) {
  const Records both{R"({"a": "]},{"})", R"({"b": [1, {"c": 2}]})"};
  for (const std::string_view bytes : {
           "{\"a\": \"]},{\"}\n{\"b\": [1, {\"c\": 2}]}\n",
           "\xEF\xBB\xBF{\"a\": \"]},{\"}\r\n\r\n{\"b\": [1, {\"c\": 2}]}",
           "[{\"a\": \"]},{\"},\n {\"b\": [1, {\"c\": 2}]}]",
           "{\"items\": [{\"a\": \"]},{\"}, {\"b\": [1, {\"c\": 2}]}]}",
           R"({"n": 2, "items": [{"a": "]},{"},{"b": [1, {"c": 2}]}]})",
       }) {
    EXPECT_EQ(records_of(bytes), both) << bytes;
  }
}

TEST_F(RecordLinesTest, AnEscapedQuoteDoesNotEndAText) {
  EXPECT_EQ(records_of(R"([{"a": "\"}]\\"}, 7])"),
            (Records{R"({"a": "\"}]\\"})", "7"}));
}

TEST_F(RecordLinesTest, ARecordThatIsTooLongIsPassedByInEveryContainer) {
  const std::string long_record = "{\"a\": \"" + std::string(500, 'x') + "\"}";
  const Records expected{"{}", "{\"a\"…", "{\"b\": 1}"};
  EXPECT_EQ(records_of("{}\n" + long_record + "\n{\"b\": 1}\n", 100), expected);
  EXPECT_EQ(records_of("[{}, " + long_record + ", {\"b\": 1}]", 100), expected);
}

TEST_F(RecordLinesTest, AnArrayThatDoesNotEndIsCorruptAfterItsWholeRecords) {
  EXPECT_EQ(records_of("[{\"a\": 1}, {\"b\":"),
            (Records{"{\"a\": 1}", "error: the JSON array does not end"}));
  EXPECT_EQ(records_of("[{\"a\": 1}, : 3]"),
            (Records{"{\"a\": 1}", "error: no JSON value at byte 11"}));
}

// Found by fuzz/record_lines_fuzz.cpp.
TEST_F(RecordLinesTest, TheWindowDoesNotDecideWhatARecordIs) {
  const std::string blanks(200, ' '), text(200, 'x');
  const struct {
    std::string bytes;
    Records records;
    Places places;
  } examples[] = {
      // blanks before a record that is too long are no part of it
      {"{}\n \r\t{\"a\": \"" + text + "\n{}",
       {"{}", "{\"a\"…", "{}"},
       {{1, 0}, {2, 6}, {3, 214}}},
      // a blank line is blank however long
      {blanks + "\n\n7\n" + blanks, {"7"}, {{3, 202}}},
      {blanks + "[" + blanks + "\n7]", {"7"}, {{1, 402}}},
      // no items within the length of a record: a line
      {"{\"a\": \"" + text + "\", \"items\": [1]}", {"{\"a\"…"}, {{1, 0}}},
      {"{\"a\": 1," + blanks + "\"items\": [1]}", {"{\"a\"…"}, {{1, 0}}},
  };
  for (const auto& example : examples)
    for (const std::size_t window : {16U, 150U, 4096U}) {
      EXPECT_EQ(records_of(example.bytes, 100, window), example.records)
          << window << example.bytes;
      EXPECT_EQ(places_, example.places) << window << example.bytes;
    }
}

}  // namespace
}  // namespace dmp::ingest
