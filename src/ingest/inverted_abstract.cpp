// Abstracts are a fifth of OpenAlex, and nearly all are plain: an object of
// words without '\\' and of lists of small numbers. Those are read byte by byte
// where they lie, a quarter of the work of asking simdjson for every word and
// list. Whatever else comes is left to simdjson, from the beginning, so that
// the plain way needs no errors of its own.
#include "ingest/inverted_abstract.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

namespace dmp::ingest {

namespace {

constexpr std::size_t kMostPairs = 200'000;
constexpr std::int64_t kMostPosition = 99'999;

// The numbers of a JSON array as it stands in the record. What is no whole
// number is -1; so are nested values, one for each comma in them.
class PositionList {
 public:
  explicit PositionList(std::string_view array) : rest_(array) {
    rest_ = rest_.substr(0, rest_.rfind(']') + 1);  // blanks may stand behind
    take("[");
    blanks();
    if (rest_.starts_with(']')) rest_ = {};
  }

  std::optional<std::int64_t> next() {
    if (rest_.empty()) return std::nullopt;
    blanks();
    constexpr std::size_t kMostDigits = 9;
    std::int64_t number = 0;
    std::size_t digits = 0;
    for (;
         digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9';
         ++digits) {
      if (digits < kMostDigits) number = number * 10 + (rest_[digits] - '0');
    }
    if (digits == 0 || digits > kMostDigits) number = -1;
    rest_.remove_prefix(digits);
    blanks();
    if (!rest_.starts_with(',') && rest_ != "]") number = -1;
    const auto comma = rest_.find(',');
    rest_.remove_prefix(comma == std::string_view::npos ? rest_.size()
                                                        : comma + 1);
    return number;
  }

 private:
  void take(std::string_view mark) {
    if (rest_.starts_with(mark)) rest_.remove_prefix(mark.size());
  }
  void blanks() {
    while (!rest_.empty() && static_cast<unsigned char>(rest_[0]) <= ' ')
      rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

constexpr std::uint64_t repeated(char byte) {
  return std::uint64_t{0x0101010101010101} * static_cast<unsigned char>(byte);
}

// The high bit of the bytes that are zero; above the lowest of them others may
// be marked too.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - repeated(1)) & ~word & repeated('\x80');
}

// Reads {"word":[1,2],…}, with or without blanks, from the front of a text.
class PlainIndex {
 public:
  explicit PlainIndex(std::string_view json)
      : at_(json.data()), end_(at_ + json.size()) {}

  bool take(char mark) {
    while (at_ < end_ && *at_ == ' ') ++at_;
    if (at_ == end_ || *at_ != mark) return false;
    ++at_;
    return true;
  }

  // The text up to the next '"', which is passed. None: there is a '\\' in it.
  std::optional<std::string_view> word() {
    const char* const begin = at_;
    constexpr std::ptrdiff_t kStep = 8;
    for (; end_ - at_ >= kStep; at_ += kStep) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, at_, kStep);
      if constexpr (std::endian::native == std::endian::big)
        bytes = __builtin_bswap64(bytes);
      const std::uint64_t found = zero_bytes(bytes ^ repeated('"')) |
                                  zero_bytes(bytes ^ repeated('\\'));
      if (found == 0) continue;
      at_ += std::countr_zero(found) / 8;
      break;
    }
    while (at_ < end_ && *at_ != '"' && *at_ != '\\') ++at_;
    if (at_ == end_ || *at_ != '"') return std::nullopt;
    return std::string_view(begin, static_cast<std::size_t>(at_++ - begin));
  }

  // A whole number of few digits.
  std::optional<std::size_t> number() {
    constexpr std::ptrdiff_t kMostDigits = 5;
    while (at_ < end_ && *at_ == ' ') ++at_;
    const char* const begin = at_;
    std::size_t number = 0;
    while (at_ < end_ && *at_ >= '0' && *at_ <= '9' &&
           at_ - begin <= kMostDigits) {
      number = number * 10 + static_cast<std::size_t>(*at_++ - '0');
    }
    if (at_ == begin || at_ - begin > kMostDigits) return std::nullopt;
    return number;
  }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace

void InvertedAbstract::read(JsonWalk& walk, ondemand::value value) {
  if (walk.type_of(value) == ondemand::json_type::string) {
    read_text(walk, value);
    return;
  }
  if (pairs_ == 0) {
    if (read_plain(walk.text_from(value))) return;
    clear();
  }
  read_words(walk, value);
}

// False: the object is not plain, or not the first; what was placed is void.
bool InvertedAbstract::read_plain(std::string_view json) {
  PlainIndex index(json);
  if (!index.take('{')) return false;
  do {
    if (!index.take('"')) return false;
    const auto word = index.word();
    if (!word || !index.take(':') || !index.take('[')) return false;
    do {
      const auto position = index.number();
      if (!position || pairs_ >= kMostPairs) return false;
      place(*position, *word);
    } while (index.take(','));
    if (!index.take(']')) return false;
  } while (index.take(','));
  return index.take('}');
}

// The old form: {"IndexLength": 90, "InvertedIndex": {word: positions}}. Both
// are words too, with a list.
void InvertedAbstract::read_words(JsonWalk& walk, ondemand::value value) {
  walk.object(
      "abstract_inverted_index", value,
      [&](Key word, ondemand::value positions) {
        const auto type = walk.type_of(positions);
        if (word == "InvertedIndex" && type == ondemand::json_type::object) {
          read_words(walk, positions);
        } else if (word == "IndexLength" &&
                   type == ondemand::json_type::number) {
          return;
        } else {
          read_positions(walk, word, positions);
        }
      });
}

void InvertedAbstract::read_text(JsonWalk& walk, ondemand::value value) {
  nested_json_ =
      simdjson::padded_string(walk.text("abstract_inverted_index", value));
  ondemand::document document;
  ondemand::value inner;
  JsonWalk nested(walk.counters());
  if (nested_parser_.iterate(nested_json_).get(document) != simdjson::SUCCESS ||
      document.get_value().get(inner) != simdjson::SUCCESS ||
      nested.type_of(inner) != ondemand::json_type::object) {
    walk.mismatch("abstract_inverted_index");
    return;
  }
  read_words(nested, inner);
  if (nested.broken()) words_.clear();
}

void InvertedAbstract::read_positions(JsonWalk& walk, std::string_view word,
                                      ondemand::value positions) {
  if (walk.type_of(positions) != ondemand::json_type::array) {
    walk.mismatch("abstract_inverted_index");
    return;
  }
  std::string_view list;
  ondemand::array array;
  if (positions.get_array().get(array) != simdjson::SUCCESS ||
      array.raw_json().get(list) != simdjson::SUCCESS) {
    walk.mark_broken();
    return;
  }
  PositionList read(list);
  while (const auto position = read.next()) {
    if (*position < 0 || *position > kMostPosition || pairs_ >= kMostPairs) {
      walk.counters().add("abstract_bad_position");
    } else {
      place(static_cast<std::size_t>(*position), word);
    }
  }
}

void InvertedAbstract::place(std::size_t position, std::string_view word) {
  ++pairs_;
  if (position >= words_.size()) words_.resize(position + 1);
  std::string_view& there = words_[position];
  if (there.empty() || word > there) there = word;
}

std::string_view InvertedAbstract::text() {
  joined_.clear();
  for (const auto word : words_) {
    if (word.empty()) continue;
    if (!joined_.empty()) joined_ += ' ';
    joined_ += word;
  }
  return joined_;
}

}  // namespace dmp::ingest
