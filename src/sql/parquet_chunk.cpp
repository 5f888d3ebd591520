#include "sql/parquet_chunk.h"

#include "sql/parquet_runs.h"
#include "sql/thrift_writer.h"
#include "sql/value_codes.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

namespace dmp::sql {

// --------------------------------------------------------------------- slots

Slots Slots::of_rows(std::vector<std::uint64_t> rows) {
  Slots slots;
  slots.definition.assign(rows.size(), 0);
  slots.at = std::move(rows);
  return slots;
}

Slots Slots::below_structure(const Column::Data& structure) const {
  Slots below = *this;
  below.most_definition = most_definition + 1;
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (definition[i] == most_definition)
      below.definition[i] += structure.valid[at[i]];
  }
  return below;
}

Slots Slots::below_list(const Column::Data& list) const {
  Slots below;
  below.most_definition = most_definition + 2;  // not null, not empty
  below.most_repetition = most_repetition + 1;
  std::size_t count = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    count += 1;
    if (definition[i] == most_definition)
      count += list.ends[at[i]] - list.begin_of(at[i]);
  }
  below.at.reserve(count);
  below.definition.reserve(count);
  below.repetition.reserve(count);
  for (std::size_t i = 0; i < at.size(); ++i) {
    const std::uint8_t repeats = repetition.empty() ? 0 : repetition[i];
    const auto none = [&](std::uint8_t level) {
      below.at.push_back(0);
      below.definition.push_back(level);
      below.repetition.push_back(repeats);
    };
    if (definition[i] < most_definition) {
      none(definition[i]);
      continue;
    }
    if (list.valid[at[i]] == 0) {
      none(most_definition);
      continue;
    }
    const std::uint64_t begin = list.begin_of(at[i]);
    const std::uint64_t end = list.ends[at[i]];
    if (begin == end) none(most_definition + 1);
    for (auto element = begin; element < end; ++element) {
      below.at.push_back(element);
      below.definition.push_back(below.most_definition);
      below.repetition.push_back(element == begin ? repeats
                                                  : below.most_repetition);
    }
  }
  return below;
}

// -------------------------------------------------------------------- values

namespace {

template <class Number>
void put_number(Number number, std::string& out) {
  std::array<char, sizeof number> bytes;
  std::memcpy(bytes.data(), &number, sizeof number);
  out.append(bytes.data(), bytes.size());
}

// How the values of a kind are read, compared and written in PLAIN.
struct Text {
  using Value = std::string_view;
  static constexpr bool kHasCodes = true;
  const Column::Data& column;
  // Rows may come in another order than they lie in: far places are asked for
  // early.
  void expect(std::uint64_t at) const { __builtin_prefetch(&column.ends[at]); }
  void expect_bytes(std::uint64_t at) const {
    __builtin_prefetch(column.bytes.data() + column.begin_of(at));
  }
  Value operator()(std::uint64_t at) const { return column.text(at); }
  static std::size_t bytes(Value value) { return 4 + value.size(); }
  static void put(Value value, std::string& out) {
    put_number(static_cast<std::uint32_t>(value.size()), out);
    out += value;
  }
  static bool less(Value left, Value right) { return left < right; }
  static bool has_order(Value) { return true; }
};

template <class Stored>
struct Integers {
  using Value = std::int64_t;
  static constexpr bool kHasCodes = true;
  const Column::Data& column;
  void expect(std::uint64_t at) const {
    __builtin_prefetch(&column.integers[at]);
  }
  void expect_bytes(std::uint64_t) const {}
  Value operator()(std::uint64_t at) const { return column.integers[at]; }
  static std::size_t bytes(Value) { return sizeof(Stored); }
  static void put(Value value, std::string& out) {
    put_number(static_cast<Stored>(value), out);
  }
  static bool less(Value left, Value right) { return left < right; }
  static bool has_order(Value) { return true; }
};

struct Reals {
  using Value = std::int64_t;  // the bits, so that equal means the same bytes
  static constexpr bool kHasCodes = true;
  const Column::Data& column;
  void expect(std::uint64_t at) const { __builtin_prefetch(&column.reals[at]); }
  void expect_bytes(std::uint64_t) const {}
  Value operator()(std::uint64_t at) const {
    return std::bit_cast<Value>(column.reals[at]);
  }
  static std::size_t bytes(Value) { return sizeof(double); }
  static void put(Value value, std::string& out) { put_number(value, out); }
  static bool less(Value left, Value right) {
    return std::bit_cast<double>(left) < std::bit_cast<double>(right);
  }
  static bool has_order(Value value) {
    return !std::isnan(std::bit_cast<double>(value));
  }
};

// Eight to a byte when the page is closed.
struct Flags : Integers<std::uint8_t> {
  static constexpr bool kHasCodes = false;
};

enum class Encoding : std::uint8_t { plain = 0, rle = 3, rle_dictionary = 8 };
enum class PageType : std::uint8_t { data = 0, dictionary = 2 };

constexpr std::size_t kPageBytes = 1024 << 10;
constexpr std::size_t kPageSlots = 1 << 20;
constexpr std::size_t kDictionaryBytes = 256 << 10;
constexpr std::size_t kBoundBytes = 256;  // a longer text is no bound
constexpr int kZstdLevel = 3;

// Least and most of the values shown to it.
template <class Kind>
class Bounds {
 public:
  using Value = typename Kind::Value;
  void see(Value value) {
    if (!Kind::has_order(value)) return;
    if (!least_ || Kind::less(value, *least_)) least_ = value;
    if (!most_ || Kind::less(*most_, value)) most_ = value;
  }
  void tell(ChunkFacts& facts) const {
    if (!least_) return;
    facts.least = bytes_of(*least_);
    facts.most = bytes_of(*most_);
    if (facts.least->size() > kBoundBytes || facts.most->size() > kBoundBytes) {
      facts.least.reset();
      facts.most.reset();
    }
  }

 private:
  static std::string bytes_of(Value value) {
    if constexpr (std::is_same_v<Value, std::string_view>) {
      return std::string(value);
    } else {
      std::string bytes;
      Kind::put(value, bytes);
      return bytes;
    }
  }
  std::optional<Value> least_, most_;
};

}  // namespace

// ------------------------------------------------------------------- encoder

struct ChunkEncoder::State {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  std::vector<std::uint8_t> levels;   // of definition, one a slot
  std::vector<std::uint64_t> places;  // of the values in the column
  std::vector<std::uint32_t> codes;   // of the values, where they repeat
  ValueCodes<std::string_view> texts;
  ValueCodes<std::int64_t> numbers;
  std::vector<std::uint8_t> flags;
  std::string body, page, packed, header;
  ChunkFacts facts;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ZSTD_freeCCtx(zstd); }

  ValueCodes<std::string_view>& codes_of(std::string_view) { return texts; }
  ValueCodes<std::int64_t>& codes_of(std::int64_t) { return numbers; }

  void find_values(const Column::Data& column, const Slots& slots);
  template <class Kind>
  bool find_codes(const Kind& kind);
  template <class Kind>
  Status write_dictionary(const Kind& kind, OutputFile& file);
  template <class Kind>
  Status write_pages(const Kind& kind, const Slots& slots, bool coded,
                     Bounds<Kind>* bounds, OutputFile& file);
  Status close_page(const Slots& slots, std::size_t first, std::size_t last,
                    Encoding encoding, OutputFile& file);
  Status write_page(PageType type, std::size_t values, Encoding encoding,
                    OutputFile& file);
  void append_levels(std::span<const std::uint8_t> of, unsigned most);

  template <class Kind>
  Result<ChunkFacts> encode(const Kind& kind, const Slots& slots,
                            bool with_bounds, OutputFile& file);
};

void ChunkEncoder::State::find_values(const Column::Data& column,
                                      const Slots& slots) {
  const std::size_t count = slots.at.size();
  levels.resize(count);
  places.resize(count);
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint8_t level = slots.definition[i];
    if (level == slots.most_definition) {
      level += column.valid[slots.at[i]];
      places[found] = slots.at[i];
      found += level - slots.most_definition;
    }
    levels[i] = level;
  }
  places.resize(found);
}

// Gives every value its code; false, early, if the values hardly repeat or
// their dictionary would be large.
template <class Kind>
bool ChunkEncoder::State::find_codes(const Kind& kind) {
  constexpr std::size_t kAhead = 16;
  constexpr std::size_t kTried = 2'048;
  auto& table = codes_of(typename Kind::Value{});
  table.clear();
  codes.resize(places.size());
  std::size_t bytes = 0;
  std::size_t known = 0;
  const auto repeats = [&](std::size_t seen) { return 4 * known <= 3 * seen; };
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i + 2 * kAhead < places.size()) kind.expect(places[i + 2 * kAhead]);
    if (i + kAhead < places.size()) kind.expect_bytes(places[i + kAhead]);
    const auto value = kind(places[i]);
    codes[i] = table.add(value);
    if (codes[i] < known) continue;
    ++known;
    bytes += Kind::bytes(value);
    if (bytes > kDictionaryBytes) return false;
    if (i >= kTried && !repeats(i + 1)) return false;
  }
  return !places.empty() && repeats(places.size());
}

template <class Kind>
Status ChunkEncoder::State::write_dictionary(const Kind&, OutputFile& file) {
  const auto& values = codes_of(typename Kind::Value{}).values();
  facts.distinct = static_cast<std::int64_t>(values.size());
  facts.dictionary_at = file.size();
  page.clear();
  for (const auto& value : values) Kind::put(value, page);
  return write_page(PageType::dictionary, values.size(), Encoding::plain, file);
}

template <class Kind>
Status ChunkEncoder::State::write_pages(const Kind& kind, const Slots& slots,
                                        bool coded, Bounds<Kind>* bounds,
                                        OutputFile& file) {
  constexpr std::size_t kAhead = 16;
  unsigned width = 0;
  if (coded)
    width = std::max(
        1U, bit_width(static_cast<std::uint64_t>(*facts.distinct) - 1));
  facts.data_at = file.size();
  std::size_t first_slot = 0;   // of the open page
  std::size_t first_value = 0;  // of the open page
  std::size_t value = 0;
  body.clear();
  flags.clear();
  const auto close = [&](std::size_t end) -> Status {
    if (coded) {
      body += static_cast<char>(width);
      append_hybrid(std::span<const std::uint32_t>(codes).subspan(
                        first_value, value - first_value),
                    width, body);
    }
    for (std::size_t i = 0; i < flags.size(); i += 8) {
      unsigned bits = 0;
      for (std::size_t j = i; j < std::min(i + 8, flags.size()); ++j)
        bits |= unsigned{flags[j]} << (j - i);
      body += static_cast<char>(bits);
    }
    DMP_TRY(close_page(slots, first_slot, end,
                       coded ? Encoding::rle_dictionary : Encoding::plain,
                       file));
    first_slot = end;
    first_value = value;
    body.clear();
    flags.clear();
    return {};
  };
  const std::uint8_t most = slots.most_definition + 1;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::size_t bytes =
        coded ? (value - first_value) * width / 8 : body.size();
    if ((bytes >= kPageBytes || i - first_slot >= kPageSlots) &&
        (slots.repetition.empty() || slots.repetition[i] == 0)) {
      DMP_TRY(close(i));
    }
    if (levels[i] != most) continue;
    if (!coded) {
      if (value + 2 * kAhead < places.size())
        kind.expect(places[value + 2 * kAhead]);
      if (value + kAhead < places.size())
        kind.expect_bytes(places[value + kAhead]);
      const auto held = kind(places[value]);
      if constexpr (Kind::kHasCodes)
        Kind::put(held, body);
      else
        flags.push_back(static_cast<std::uint8_t>(held));
      if (bounds != nullptr) bounds->see(held);
    }
    ++value;
  }
  return close(levels.size());
}

Status ChunkEncoder::State::close_page(const Slots& slots, std::size_t first,
                                       std::size_t last, Encoding encoding,
                                       OutputFile& file) {
  page.clear();
  if (!slots.repetition.empty()) {
    append_levels(std::span(slots.repetition).subspan(first, last - first),
                  slots.most_repetition);
  }
  append_levels(std::span(levels).subspan(first, last - first),
                slots.most_definition + 1);
  page += body;
  return write_page(PageType::data, last - first, encoding, file);
}

void ChunkEncoder::State::append_levels(std::span<const std::uint8_t> of,
                                        unsigned most) {
  const std::size_t at = page.size();
  page.append(4, '\0');
  append_hybrid(of, bit_width(most), page);
  const auto length = static_cast<std::uint32_t>(page.size() - at - 4);
  std::memcpy(page.data() + at, &length, 4);
}

Status ChunkEncoder::State::write_page(PageType type, std::size_t values,
                                       Encoding encoding, OutputFile& file) {
  const std::size_t most = ZSTD_compressBound(page.size());
  if (packed.size() < most) packed.resize(most);
  const std::size_t length = ZSTD_compressCCtx(
      zstd, packed.data(), packed.size(), page.data(), page.size(), kZstdLevel);
  if (ZSTD_isError(length) != 0) {
    return Error{ErrorCode::internal,
                 fmt::format("compress a page: {}", ZSTD_getErrorName(length))};
  }
  header.clear();
  ThriftWriter thrift(header);
  thrift.int32(1, static_cast<std::int32_t>(type));
  thrift.int32(2, static_cast<std::int32_t>(page.size()));
  thrift.int32(3, static_cast<std::int32_t>(length));
  thrift.begin_struct(type == PageType::data ? 5 : 7);
  thrift.int32(1, static_cast<std::int32_t>(values));
  thrift.int32(2, static_cast<std::int32_t>(encoding));
  if (type == PageType::data) {
    constexpr auto kRle = static_cast<std::int32_t>(Encoding::rle);
    thrift.int32(3, kRle);
    thrift.int32(4, kRle);
  }
  thrift.end();
  thrift.end();
  facts.raw_bytes += static_cast<std::int64_t>(header.size() + page.size());
  facts.bytes += static_cast<std::int64_t>(header.size() + length);
  DMP_TRY(file.append(header));
  return file.append({packed.data(), length});
}

template <class Kind>
Result<ChunkFacts> ChunkEncoder::State::encode(const Kind& kind,
                                               const Slots& slots,
                                               bool with_bounds,
                                               OutputFile& file) {
  facts = {};
  find_values(kind.column, slots);
  facts.slots = static_cast<std::int64_t>(slots.at.size());
  facts.nulls = facts.slots - static_cast<std::int64_t>(places.size());
  Bounds<Kind> bounds;
  bool coded = false;
  if constexpr (Kind::kHasCodes) coded = find_codes(kind);
  if (coded) {
    if (with_bounds) {
      for (const auto& value : codes_of(typename Kind::Value{}).values())
        bounds.see(value);
    }
    DMP_TRY(write_dictionary(kind, file));
  }
  DMP_TRY(
      write_pages(kind, slots, coded, with_bounds ? &bounds : nullptr, file));
  bounds.tell(facts);
  return std::move(facts);
}

ChunkEncoder::ChunkEncoder() : state_(std::make_unique<State>()) {}
ChunkEncoder::~ChunkEncoder() = default;
ChunkEncoder::ChunkEncoder(ChunkEncoder&&) noexcept = default;
ChunkEncoder& ChunkEncoder::operator=(ChunkEncoder&&) noexcept = default;

Result<ChunkFacts> ChunkEncoder::encode(const Column::Data& column,
                                        const Slots& slots, TextBounds bounds,
                                        OutputFile& file) {
  if (state_->zstd == nullptr)
    return Error{ErrorCode::internal, "no memory for a compressor"};
  switch (column.kind) {
    case Kind::text:
      return state_->encode(Text{column}, slots, bounds == TextBounds::kept,
                            file);
    case Kind::boolean:
      return state_->encode(Flags{{column}}, slots, true, file);
    case Kind::uint8:
    case Kind::int32:
    case Kind::date:
      return state_->encode(Integers<std::int32_t>{column}, slots, true, file);
    case Kind::int64:
    case Kind::timestamp:
      return state_->encode(Integers<std::int64_t>{column}, slots, true, file);
    case Kind::real:
      return state_->encode(Reals{column}, slots, true, file);
    case Kind::list:
    case Kind::structure:
      break;
  }
  return Error{ErrorCode::internal, "a chunk of a column that has children"};
}

}  // namespace dmp::sql
