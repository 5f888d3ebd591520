#include "ingest/record_lines.h"

#include "ingest/byte_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace dmp::ingest {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum class Container { unknown, lines, array };

}  // namespace

// Finds where a JSON value ends, by quotes and brackets alone; byte by byte.
class ValueScanner {
 public:
  enum class End : unsigned char { no, behind, before };

  // Whether the value ends behind this byte, or ended before it.
  End step(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (quoted_) {
      escaped_ = c == '\\';
      quoted_ = c != '"';
      if (!quoted_ && depth_ == 0) return End::behind;
    } else if (c == '"') {
      quoted_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      if (depth_ == 0) return End::before;  // of the container of a scalar
      if (--depth_ == 0) return End::behind;
    } else if (depth_ == 0 && (c == ',' || is_blank(c) || c == ':')) {
      return End::before;
    }
    return End::no;
  }

 private:
  std::int64_t depth_ = 0;
  bool quoted_ = false, escaped_ = false;
};

struct RecordLines::State {
  explicit State(ByteSource bytes, const Options& wanted)
      : source(std::move(bytes)), options(wanted) {
    window.resize(options.window_bytes + kPaddingBytes);
  }

  ByteSource source;
  Options options;
  std::vector<char> window;
  std::size_t begin = 0, end = 0;  // unread bytes of the window
  std::uint64_t base = 0;          // file offset of window[0]
  std::uint64_t line = 0;
  bool at_end = false;
  Container container = Container::unknown;
  bool array_done = false;
  std::string spare;  // the beginning of a record that was too long

  std::size_t capacity() const { return window.size() - kPaddingBytes; }
  char* data() { return window.data(); }

  // Reads more behind the unread bytes. False when there is no more, or the
  // window may not grow any further.
  Result<bool> more() {
    if (at_end) return false;
    if (begin > 0 && end == capacity()) {
      std::memmove(data(), data() + begin, end - begin);
      base += begin;
      end -= begin;
      begin = 0;
    }
    if (end == capacity()) {
      if (capacity() > options.max_record_bytes) return false;
      window.resize(std::min(capacity() * 2, options.max_record_bytes + 1) +
                    kPaddingBytes);
    }
    DMP_ASSIGN(const std::size_t count,
               source.read(data() + end, capacity() - end));
    at_end = count == 0;
    end += count;
    return count > 0;
  }

  // The beginning of a record that the window does not hold.
  std::string_view kept_head(std::string_view seen) {
    constexpr std::size_t kHeadBytes = 4096;
    const std::string_view head = seen.substr(0, kHeadBytes);
    spare.assign(head);
    spare.append(kPaddingBytes, '\0');
    return std::string_view(spare).substr(0, head.size());
  }

  // Makes the byte at begin + ahead readable. False at the end, or when the
  // window may not grow that far.
  Result<bool> has(std::size_t ahead) {
    while (begin + ahead >= end) {
      DMP_ASSIGN(const bool grown, more());
      if (!grown) return false;
    }
    return true;
  }

  // As has, and no farther than a record may be long: what is decided by
  // looking ahead must not depend on the size of the window.
  Result<bool> may_look_at(std::size_t ahead) {
    if (ahead > options.max_record_bytes) return false;
    return has(ahead);
  }

  // Moves to the next byte that is not blank; the number of lines passed.
  Result<std::uint64_t> skip_blanks() {
    for (std::uint64_t lines = 0;; ++begin) {
      DMP_ASSIGN(const bool readable, has(0));
      if (!readable || !is_blank(window[begin])) return lines;
      lines += window[begin] == '\n' ? 1U : 0U;
    }
  }

  Status detect();
  Result<std::optional<RawRecord>> next_line();
  Result<std::optional<std::size_t>> line_length();
  Status pass_line();
  Result<std::optional<RawRecord>> next_member();
  Result<bool> enter_items();
  Result<std::size_t> value_length(std::size_t from);
};

// Decides what kind of container the file is, by its first bytes.
Status RecordLines::State::detect() {
  DMP_ASSIGN(const bool bom, has(2));
  if (bom && std::memcmp(data() + begin, "\xEF\xBB\xBF", 3) == 0) begin += 3;
  DMP_ASSIGN(line, skip_blanks());
  DMP_ASSIGN(const bool any, has(0));
  container = Container::lines;
  if (!any) return {};
  if (window[begin] == '[') {
    ++begin;
    container = Container::array;
  } else if (window[begin] == '{') {
    DMP_ASSIGN(const bool inside, enter_items());
    if (inside) container = Container::array;
  }
  if (container == Container::array) line = 0;  // members are counted
  return {};
}

// Length of the JSON value that begins at begin + from, found by quotes and
// brackets alone; 0 when it does not end inside the window.
Result<std::size_t> RecordLines::State::value_length(std::size_t from) {
  ValueScanner scanner;
  for (std::size_t at = from;; ++at) {
    DMP_ASSIGN(const bool readable, may_look_at(at));
    if (!readable) return std::size_t{0};
    const auto end_of = scanner.step(window[begin + at]);
    if (end_of == ValueScanner::End::behind) return at + 1 - from;
    if (end_of == ValueScanner::End::before) return at - from;
  }
}

// A document {"a": …, "items": [ … ]}: moves behind the '[' of items. A record
// of JSON lines has no such member before its line ends; then nothing moves.
Result<bool> RecordLines::State::enter_items() {
  std::size_t at = 1;
  const auto skip = [&]() -> Result<bool> {
    for (;;) {
      DMP_ASSIGN(const bool readable, may_look_at(at));
      if (!readable) return false;
      if (!is_blank(window[begin + at])) return true;
      ++at;
    }
  };
  for (int members = 0; members < 16; ++members) {
    DMP_ASSIGN(const bool key, skip());
    if (!key || window[begin + at] != '"') return false;
    DMP_ASSIGN(const std::size_t length, value_length(at));
    if (length == 0) return false;
    const bool items =
        std::string_view(data() + begin + at, length) == "\"items\"";
    at += length;
    DMP_ASSIGN(const bool colon, skip());
    if (!colon || window[begin + at] != ':') return false;
    ++at;
    DMP_ASSIGN(const bool value, skip());
    if (!value) return false;
    if (items && window[begin + at] == '[') {
      begin += at + 1;
      return true;
    }
    if (items || window[begin + at] == '{') return false;
    DMP_ASSIGN(const std::size_t skipped, value_length(at));
    if (skipped == 0) return false;
    at += skipped;
    DMP_ASSIGN(const bool comma, skip());
    if (!comma || window[begin + at] != ',') return false;
    ++at;
  }
  return false;
}

// Bytes before the end of the line that begins at begin; nullopt when it ends
// behind what the window can hold.
Result<std::optional<std::size_t>> RecordLines::State::line_length() {
  for (std::size_t searched = 0;;) {
    const char* from = data() + begin;
    const std::size_t held = end - begin;
    const void* found = std::memchr(from + searched, '\n', held - searched);
    if (found != nullptr)
      return std::optional(
          static_cast<std::size_t>(static_cast<const char*>(found) - from));
    searched = held;
    DMP_ASSIGN(const bool grown, more());
    if (grown) continue;
    return at_end ? std::optional(held) : std::nullopt;
  }
}

// Moves behind the line of which the window holds no end.
Status RecordLines::State::pass_line() {
  for (;;) {
    begin = end;
    DMP_ASSIGN(const bool grown, more());
    if (!grown) return {};
    const void* found = std::memchr(data() + begin, '\n', end - begin);
    if (found == nullptr) continue;
    begin =
        static_cast<std::size_t>(static_cast<const char*>(found) - data()) + 1;
    return {};
  }
}

Result<std::optional<RawRecord>> RecordLines::State::next_line() {
  // What stands before a record is no part of it, however long it is.
  if (begin >= end || is_blank(window[begin])) {
    DMP_ASSIGN(const std::uint64_t passed, skip_blanks());
    line += passed;
  }
  if (begin >= end) return std::optional<RawRecord>();
  RawRecord record;
  record.line = ++line;
  record.offset = base + begin;
  DMP_ASSIGN(const std::optional<std::size_t> length, line_length());
  if (!length) {
    record.too_long = true;
    record.json = kept_head({data() + begin, end - begin});
    DMP_TRY(pass_line());
    return std::optional(record);
  }
  record.too_long = *length > options.max_record_bytes;
  record.json = std::string_view(data() + begin, *length);
  begin = std::min(begin + *length + 1, end);
  while (is_blank(record.json.back())) record.json.remove_suffix(1);
  return std::optional(record);
}

Result<std::optional<RawRecord>> RecordLines::State::next_member() {
  if (array_done) return std::optional<RawRecord>();
  for (;;) {
    DMP_TRY(skip_blanks());
    DMP_ASSIGN(const bool readable, has(0));
    const char c = readable ? window[begin] : ']';
    if (c == ']') {
      array_done = true;
      if (readable) return std::optional<RawRecord>();
      return Error{ErrorCode::corrupt_input, "the JSON array does not end"};
    }
    if (c != ',') break;
    ++begin;
  }
  RawRecord record;
  record.line = ++line;
  record.offset = base + begin;
  ValueScanner scanner;
  std::size_t length = 0;  // of what is in the window
  auto end_of = ValueScanner::End::no;
  while (end_of == ValueScanner::End::no) {
    DMP_ASSIGN(const bool readable, has(length));
    if (!readable && at_end) {
      array_done = true;
      return Error{ErrorCode::corrupt_input, "the JSON array does not end"};
    }
    if (!readable) {
      // The window is full: of a record this long only the head is kept.
      if (!record.too_long) {
        record.json = kept_head({data() + begin, end - begin});
      }
      record.too_long = true;
      begin = end;
      length = 0;
      continue;
    }
    end_of = scanner.step(window[begin + length]);
    if (end_of != ValueScanner::End::before) ++length;
  }
  if (length == 0 && !record.too_long) {
    array_done = true;
    return Error{ErrorCode::corrupt_input,
                 fmt::format("no JSON value at byte {}", base + begin)};
  }
  if (!record.too_long) {
    record.too_long = length > options.max_record_bytes;
    record.json = std::string_view(data() + begin, length);
  }
  begin += length;
  return std::optional(record);
}

RecordLines::RecordLines(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
RecordLines::RecordLines(RecordLines&&) noexcept = default;
RecordLines& RecordLines::operator=(RecordLines&&) noexcept = default;
RecordLines::~RecordLines() = default;

Result<RecordLines> RecordLines::open(const std::filesystem::path& path,
                                      const Options& options) {
  DMP_ASSIGN(auto source, ByteSource::open(path));
  return RecordLines(std::make_unique<State>(std::move(source), options));
}

Result<std::optional<RawRecord>> RecordLines::next() {
  if (state_->container == Container::unknown) DMP_TRY(state_->detect());
  return state_->container == Container::array ? state_->next_member()
                                               : state_->next_line();
}

std::uint64_t RecordLines::offset_bytes() const {
  return state_->source.offset_bytes();
}

}  // namespace dmp::ingest
