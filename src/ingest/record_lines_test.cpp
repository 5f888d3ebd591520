#include "ingest/record_lines.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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
                                      std::size_t most = 1'000) {
    std::ofstream(file_, std::ios::binary) << bytes;
    RecordLines::Options options;
    options.max_record_bytes = most;
    options.window_bytes = 16;
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
      records.push_back(std::move(one));
    }
  }

  fs::path file_;
};

using Records = std::vector<std::string>;

TEST_F(RecordLinesTest, EveryContainerGivesTheSameRecords) {
  const Records both{R"({"a": "]},{"})", R"({"b": [1, {"c": 2}]})"};
  for (const std::string_view bytes : {
           "{\"a\": \"]},{\"}\n{\"b\": [1, {\"c\": 2}]}\n",
           "\xEF\xBB\xBF{\"a\": \"]},{\"}\r\n\r\n{\"b\": [1, {\"c\": 2}]}",
           "[{\"a\": \"]},{\"},\n {\"b\": [1, {\"c\": 2}]}]",
           "{\"items\": [{\"a\": \"]},{\"}, {\"b\": [1, {\"c\": 2}]}]}",
           "{\"n\": 2, \"items\": [{\"a\": \"]},{\"},{\"b\": [1, {\"c\": "
           "2}]}]}",
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

}  // namespace
}  // namespace dmp::ingest
