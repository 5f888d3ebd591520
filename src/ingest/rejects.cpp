#include "ingest/rejects.h"

#include "text/unicode.h"

#include <fmt/format.h>

#include <system_error>

namespace dmp::ingest {

namespace {
constexpr std::size_t kShownBytes = 200;
constexpr std::size_t kAlwaysAllowed = 10;
}  // namespace

Reject reject_of(const std::filesystem::path& file, const RawRecord& record,
                 std::string_view reason) {
  return {file.string(), record.line, record.offset, std::string(reason),
          text::to_valid_utf8(record.json.substr(0, kShownBytes))};
}

Status write_rejects(const std::vector<Reject>& rejects,
                     const std::filesystem::path& path) {
  sql::TableBuffer rows({sql::text_field("file"),
                         sql::field("line", sql::Kind::int64),
                         sql::field("byte_offset", sql::Kind::int64),
                         sql::text_field("reason"), sql::text_field("text")});
  for (const auto& reject : rejects) {
    rows.column(0).append_text(reject.file);
    rows.column(1).append_int(static_cast<std::int64_t>(reject.line));
    rows.column(2).append_int(static_cast<std::int64_t>(reject.byte_offset));
    rows.column(3).append_text(reject.reason);
    rows.column(4).append_text(reject.text);
    rows.end_row();
  }
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    return Error{ErrorCode::io,
                 path.parent_path().string() + ": " + error.message()};
  }
  return sql::write_parquet(rows, {}, path, {});
}

Status check_rejects(const std::filesystem::path& file,
                     std::span<const Reject> rejects, std::int64_t records,
                     double ratio) {
  const bool few = rejects.size() <= kAlwaysAllowed ||
                   static_cast<double>(rejects.size()) <=
                       ratio * static_cast<double>(records);
  if (few) return {};
  const bool all = static_cast<std::int64_t>(rejects.size()) == records;
  return Error{
      ErrorCode::corrupt_input,
      fmt::format("{}: {} of {} records rejected, more than {} %, the first at "
                  "line {}: {}; hint: {}",
                  file.string(), rejects.size(), records, ratio * 100,
                  rejects.front().line, rejects.front().reason,
                  all ? "is this file of the kind that is read here?"
                      : "--max-reject-ratio allows more")};
}

}  // namespace dmp::ingest
