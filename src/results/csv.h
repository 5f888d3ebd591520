#pragma once

#include "base/result.h"
#include "model/match.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::results {

// A field as RFC 4180 wants it: in quotes when it has a comma, quote, CR or LF,
// or begins or ends with a blank. The text itself is never changed: a title
// that begins with "=" stays so, and a spreadsheet may take it for a formula.
std::string csv_field(std::string_view text);

// Reads RFC 4180 records one by one: quotes, CRLF or LF, a byte order mark at
// the start skipped, lines without any text skipped. Memory: a record.
class CsvReader {
 public:
  explicit CsvReader(std::string text);
  // False at the end. `fields` lives until the next call.
  bool next(std::vector<std::string>& fields);
  // 1-based line at which the last record began.
  std::int64_t line() const { return record_line_; }

 private:
  bool read_record(std::vector<std::string>& fields);

  std::string text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1, record_line_ = 1;
};

// The first of `wanted`, each "one|or another", that the header of the CSV does
// not have; nullopt: it has all. Only a regular file is looked at: what comes
// through a pipe can be read but once. An unreadable one is its reader's to
// complain of.
std::optional<std::string> lacking_column(
    const std::filesystem::path& file, const std::vector<std::string>& wanted);

// matches.csv: a header and one row per listed work, in rank order. Columns:
// csv.cpp, kMatchColumns. Line ends are LF.
class MatchCsvWriter {
 public:
  // Errors: io.
  static Result<MatchCsvWriter> create(const std::filesystem::path& path);
  Status put(const model::PlanMatches& matches);
  // Errors: io.
  Result<std::int64_t> finish();  // rows without the header

 private:
  MatchCsvWriter() = default;
  std::filesystem::path path_;
  std::ofstream out_;
  std::int64_t rows_ = 0;
};

}  // namespace dmp::results
