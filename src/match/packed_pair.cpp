#include "match/packed_pair.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

namespace dmp::match::linkage {

namespace {

class Writer {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(value); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  // Small numbers of either sign are short.
  void integer(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^
           static_cast<std::uint64_t>(value >> 63));
  }
  void word(std::uint64_t value) {
    const auto bytes = std::bit_cast<std::array<std::uint8_t, 8>>(value);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void real(double value) { word(std::bit_cast<std::uint64_t>(value)); }
  void text(std::string_view text) {
    number(text.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  void texts(const std::vector<std::string>& texts) {
    number(texts.size());
    for (const auto& one : texts) text(one);
  }
  void keys(const PersonKeys& keys) {
    number(keys.size());
    for (const auto key : keys) {
      const auto bytes = std::bit_cast<std::array<std::uint8_t, 4>>(key);
      bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
  }
  // Which of up to 8 values are not the usual ones, then those.
  template <std::size_t kSize>
  void reals(const std::array<double, kSize>& values,
             const std::array<double, kSize>& usual) {
    static_assert(kSize <= 8);
    unsigned mask = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
      if (!same_bits(values[i], usual[i])) mask |= 1U << i;
    }
    byte(static_cast<std::uint8_t>(mask));
    for (std::size_t i = 0; i < kSize; ++i) {
      if ((mask >> i & 1U) != 0) real(values[i]);
    }
  }
  static bool same_bits(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  }

  std::unique_ptr<std::uint8_t[]> copy() const {
    auto out = std::make_unique_for_overwrite<std::uint8_t[]>(bytes_.size());
    std::memcpy(out.get(), bytes_.data(), bytes_.size());
    return out;
  }
  void clear() { bytes_.clear(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

// Reads what a Writer wrote, in the same order.
class Reader {
 public:
  explicit Reader(const std::uint8_t* at) : at_(at) {}
  std::uint8_t byte() { return *at_++; }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const std::uint8_t next = byte();
      value |= std::uint64_t{next & 0x7FU} << shift;
      if (next < 0x80) return value;
    }
  }
  std::int64_t integer() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1) ^
           -static_cast<std::int64_t>(value & 1);
  }
  std::uint64_t word() {
    std::uint64_t value = 0;
    std::memcpy(&value, at_, sizeof(value));
    at_ += sizeof(value);
    return value;
  }
  double real() { return std::bit_cast<double>(word()); }
  std::string_view text() {
    const std::size_t size = number();
    const std::string_view text(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return text;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> texts(number());
    for (auto& one : texts) one = text();
    return texts;
  }
  PersonKeys keys() {
    PersonKeys keys(number());
    for (auto& one : keys) {
      std::memcpy(&one, at_, sizeof(one));
      at_ += sizeof(one);
    }
    return keys;
  }
  template <std::size_t kSize>
  std::array<double, kSize> reals(std::array<double, kSize> usual) {
    const unsigned mask = byte();
    for (std::size_t i = 0; i < kSize; ++i) {
      if ((mask >> i & 1U) != 0) usual[i] = real();
    }
    return usual;
  }

 private:
  const std::uint8_t* at_;
};

// Of the first byte.
constexpr unsigned kRelated = 1, kSurelyTeam = 2, kIsData = 4, kFunded = 8,
                   kHasDate = 16, kOpenEnd = 32;
// Of an author's first byte, beside the level.
constexpr unsigned kHasU = 64, kHasAuthor = 128;

std::uint8_t flags_of(const Pair& pair) {
  const Levels& levels = pair.levels;
  unsigned flags = 0;
  if (has_relation(pair.relatives)) flags |= kRelated;
  if (pair.surely_team) flags |= kSurelyTeam;
  if (pair.relatives.is_data) flags |= kIsData;
  if (levels.funded) flags |= kFunded;
  if (levels.has_date) flags |= kHasDate;
  if (levels.open_end) flags |= kOpenEnd;
  return static_cast<std::uint8_t>(flags);
}

using Reals = std::array<double, 7>;
constexpr Reals kUsualReals{0, 1, 1, 1, 1, 1, 1};

void write_author(Writer& out, const AuthorLevel& author) {
  const bool has_u = !Writer::same_bits(author.u, 1);
  const bool has_author = author.work_author != -1;
  out.byte(static_cast<std::uint8_t>(static_cast<unsigned>(author.level) |
                                     (has_u ? kHasU : 0U) |
                                     (has_author ? kHasAuthor : 0U)));
  if (has_u) out.real(author.u);
  if (has_author) out.integer(author.work_author);
}

AuthorLevel read_author(Reader& in) {
  AuthorLevel author;
  const unsigned first = in.byte();
  author.level = static_cast<NameLevel>(first & 63U);
  if ((first & kHasU) != 0) author.u = in.real();
  if ((first & kHasAuthor) != 0)
    author.work_author = static_cast<int>(in.integer());
  return author;
}

void write_levels(Writer& out, const Levels& levels) {
  out.byte(static_cast<std::uint8_t>(levels.text_condition));
  out.integer(levels.text_bin);
  out.reals(
      Reals{levels.text_z, levels.text_u, levels.funder_u, levels.institution_u,
            levels.award_u, levels.funded_u, levels.relation_u},
      kUsualReals);
  out.reals(levels.date_f, DateTable{});
  out.byte(static_cast<std::uint8_t>(levels.funder));
  out.byte(static_cast<std::uint8_t>(levels.institution));
  out.byte(static_cast<std::uint8_t>(levels.award));
  out.byte(static_cast<std::uint8_t>(levels.relation));
  out.number(levels.authors.size());
  for (const auto& author : levels.authors) write_author(out, author);
}

void read_levels(Reader& in, unsigned flags, Levels& levels) {
  levels.text_condition = in.byte();
  levels.text_bin = static_cast<int>(in.integer());
  const Reals reals = in.reals(kUsualReals);
  levels.text_z = reals[0];
  levels.text_u = reals[1];
  levels.funder_u = reals[2];
  levels.institution_u = reals[3];
  levels.award_u = reals[4];
  levels.funded_u = reals[5];
  levels.relation_u = reals[6];
  levels.date_f = in.reals(DateTable{});
  levels.funder = static_cast<Agreement>(in.byte());
  levels.institution = static_cast<Agreement>(in.byte());
  levels.award = static_cast<AwardLevel>(in.byte());
  levels.relation = static_cast<RelationLevel>(in.byte());
  levels.authors.resize(in.number());
  for (auto& author : levels.authors) author = read_author(in);
  levels.funded = (flags & kFunded) != 0;
  levels.has_date = (flags & kHasDate) != 0;
  levels.open_end = (flags & kOpenEnd) != 0;
}

void write_relatives(Writer& out, const Relatives& own) {
  if (has_relation(own)) {
    out.texts(own.versions);
    out.texts(own.shared);
    out.texts(own.citations);
  }
  out.word(own.title);
  out.keys(own.people);
  out.keys(own.surnames);
  out.text(own.type);
  out.integer(own.year);
}

void read_relatives(Reader& in, unsigned flags, Relatives& own) {
  if ((flags & kRelated) != 0) {
    own.versions = in.texts();
    own.shared = in.texts();
    own.citations = in.texts();
  }
  own.title = in.word();
  own.people = in.keys();
  own.surnames = in.keys();
  own.type = in.text();
  own.year = static_cast<int>(in.integer());
  own.is_data = (flags & kIsData) != 0;
}

}  // namespace

std::uint32_t CommonLevels::add(const Levels& levels) {
  const Entry entry{levels.works, levels.date_g};
  const auto found = std::find(entries_.begin(), entries_.end(), entry);
  const auto number = static_cast<std::uint32_t>(found - entries_.begin());
  if (found == entries_.end()) entries_.push_back(entry);
  return number;
}

void CommonLevels::restore(std::uint32_t number, Levels& levels) const {
  levels.works = entries_[number].works;
  levels.date_g = entries_[number].date_g;
}

PackedPair::PackedPair(const Pair& pair, CommonLevels& common)
    : log_odds_(pair.log_odds) {
  thread_local Writer out;
  out.clear();
  out.byte(flags_of(pair));
  out.text(pair.doi);
  out.number(common.add(pair.levels));
  write_levels(out, pair.levels);
  write_relatives(out, pair.relatives);
  bytes_ = out.copy();
}

Pair PackedPair::unpack(const CommonLevels& common) const {
  Reader in(bytes_.get());
  const unsigned flags = in.byte();
  Pair pair;
  pair.doi = in.text();
  pair.log_odds = log_odds_;
  pair.surely_team = (flags & kSurelyTeam) != 0;
  common.restore(static_cast<std::uint32_t>(in.number()), pair.levels);
  read_levels(in, flags, pair.levels);
  read_relatives(in, flags, pair.relatives);
  return pair;
}

std::string_view PackedPair::doi() const {
  return Reader(bytes_.get() + 1).text();
}

bool PackedPair::has_relation() const {
  return (bytes_[0] & kRelated) != 0;
}

}  // namespace dmp::match::linkage
