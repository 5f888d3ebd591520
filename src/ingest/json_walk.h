#pragma once

#include "base/counters.h"
#include "text/dates.h"
#include "text/unicode.h"

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::ingest {

namespace ondemand = simdjson::ondemand;

// A member's name. Compares with a literal by length and bytes, in line; a
// record has a hundred of them.
struct Key : std::string_view {
  constexpr Key() = default;
  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions)
  constexpr Key(std::string_view name) : std::string_view(name) {}

  template <std::size_t kSize>
  friend bool operator==(const Key& key, const char (&word)[kSize]) {
    return key.size() == kSize - 1 &&
           __builtin_memcmp(key.data(), word, kSize - 1) == 0;
  }
};

// Walks one record once, in document order, tolerating wrong types: a value of
// an unexpected type is absent and counted `type_mismatch.<path>`. Broken JSON
// sets broken(); the record is then a reject. Text views live as long as the
// record's bytes, and until the parser reads the next record. Source:
// records.md 1.1, "type tolerance".
class JsonWalk {
 public:
  explicit JsonWalk(Counters& counters) : counters_(counters) {}
  // `record`: the JSON text that is parsed, which is searched for '\\' as the
  // walk goes on.
  JsonWalk(Counters& counters, std::string_view record)
      : counters_(counters), record_(record) {}

  bool broken() const { return broken_; }
  void mark_broken() { broken_ = true; }
  Counters& counters() { return counters_; }

  // Calls visit(key, value) for each member of an object.
  template <class Visit>
  void members(ondemand::object object, Visit visit) {
    for (auto field : object) {
      Key key;
      ondemand::value value;
      if (!key_of(field, key) ||
          field.value().get(value) != simdjson::SUCCESS) {
        broken_ = true;
        return;
      }
      visit(key, value);
      if (broken_) return;
    }
  }

  template <class Visit>
  void object(std::string_view path, ondemand::value value, Visit visit) {
    switch (type_of(value)) {
      case ondemand::json_type::object: {
        ondemand::object inner;
        if (value.get_object().get(inner) != simdjson::SUCCESS) {
          broken_ = true;
          return;
        }
        members(inner, visit);
        return;
      }
      case ondemand::json_type::null:
        return;
      default:
        mismatch(path);
    }
  }

  // Calls visit(element) for each element; an object or text where an array is
  // expected is an array of one.
  template <class Visit>
  void array(std::string_view path, ondemand::value value, Visit visit) {
    switch (type_of(value)) {
      case ondemand::json_type::array: {
        ondemand::array inner;
        if (value.get_array().get(inner) != simdjson::SUCCESS) {
          broken_ = true;
          return;
        }
        for (auto item : inner) {
          ondemand::value element;
          // get() wants an rvalue, of trivial types too.
          // NOLINTNEXTLINE(performance-move-const-arg)
          if (std::move(item).get(element) != simdjson::SUCCESS) {
            broken_ = true;
            return;
          }
          visit(element);
          if (broken_) return;
        }
        return;
      }
      case ondemand::json_type::object:
      case ondemand::json_type::string:
        visit(value);
        return;
      case ondemand::json_type::null:
        return;
      default:
        mismatch(path);
    }
  }

  // Text; a number or truth value gives its JSON text; anything else is empty.
  std::string_view text(std::string_view path, ondemand::value value) {
    const std::string_view token = value.raw_json_token();
    if (token.starts_with('"')) {
      if (const auto plain = unescaped(token)) return *plain;
    }
    switch (type_of(value)) {
      case ondemand::json_type::string: {
        std::string_view text;
        if (value.get_string(true).get(text) != simdjson::SUCCESS) {
          broken_ = true;
          return {};
        }
        return text;
      }
      case ondemand::json_type::number:
      case ondemand::json_type::boolean: {
        std::string_view raw = token;
        while (!raw.empty() && static_cast<unsigned char>(raw.back()) <= ' ') {
          raw.remove_suffix(1);
        }
        return raw;
      }
      case ondemand::json_type::null:
        return {};
      default:
        mismatch(path);
        return {};
    }
  }

  // Calls visit(object members) with a text `x` standing for {name: x}.
  template <class Visit>
  void named(std::string_view path, ondemand::value value, Visit visit) {
    if (type_of(value) == ondemand::json_type::string) {
      visit(Key(std::string_view("name")), value);
    } else {
      object(path, value, visit);
    }
  }

  // A whole number, also as digits in text; `absent` otherwise.
  std::int64_t integer(std::string_view path, ondemand::value value,
                       std::int64_t absent);

  bool truth(std::string_view path, ondemand::value value);

  void mismatch(std::string_view path) {
    counters_.add("type_mismatch." + std::string(path));
  }

  // Counts a member nobody expects in `section` as unknown_key.<section>.<key>,
  // by no more than its first 64 bytes; where that many names are counted that
  // they can only be noise, as unknown_key.others. Source: pitfall P03.
  void unknown_key(std::string_view section, std::string_view key);

  // The record from the value's first byte on, as it came; empty where the
  // record is not known. The value itself is still to be read, or is skipped.
  std::string_view text_from(ondemand::value value) const {
    if (record_.empty()) return {};
    return record_.substr(static_cast<std::size_t>(
        value.raw_json_token().data() - record_.data()));
  }

  ondemand::json_type type_of(ondemand::value value) {
    ondemand::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) {
      broken_ = true;
      return ondemand::json_type::null;
    }
    return type;
  }

 private:
  // The text of a string token (quotes, perhaps blanks behind them) where it
  // lies, when nothing in it is escaped: most need no copy.
  std::optional<std::string_view> unescaped(std::string_view token) {
    const std::size_t last = token.rfind('"');
    if (last == 0 || last == std::string_view::npos) return std::nullopt;
    const std::string_view text = token.substr(1, last - 1);
    if (has_escapes(text)) return std::nullopt;
    return text;
  }

  // Whether there is a '\\' in the text. Texts come in the order of the record,
  // so most lie before the next one of it.
  bool has_escapes(std::string_view text) {
    const char* const begin = text.data();
    if (record_.empty() || begin < searched_)
      return text.find('\\') != std::string_view::npos;
    if (escape_ < begin) {
      const char* const end = record_.data() + record_.size();
      const void* found =
          std::memchr(begin, '\\', static_cast<std::size_t>(end - begin));
      escape_ = found == nullptr ? end : static_cast<const char*>(found);
      searched_ = begin;
    }
    return escape_ < begin + text.size();
  }

  template <class Field>
  bool key_of(Field& field, Key& key) {
    std::string_view token;
    if (field.key_raw_json_token().get(token) != simdjson::SUCCESS)
      return false;
    if (const auto plain = unescaped(token)) {
      key = *plain;
      return true;
    }
    std::string_view text;
    if (field.unescaped_key(true).get(text) != simdjson::SUCCESS) return false;
    key = text;
    return true;
  }

  Counters& counters_;
  std::string_view record_;
  // The first '\\' of the record from `searched_` on, or its end.
  const char* escape_ = nullptr;
  const char* searched_ = nullptr;
  bool broken_ = false;
};

inline std::int64_t JsonWalk::integer(std::string_view path,
                                      ondemand::value value,
                                      std::int64_t absent) {
  const std::string_view digits = text(path, value);
  if (digits.empty() || digits.size() > 18) return absent;
  const bool minus = digits[0] == '-';
  std::int64_t number = 0;
  for (const char c : digits.substr(minus ? 1 : 0)) {
    if (c < '0' || c > '9') {
      mismatch(path);
      return absent;
    }
    number = number * 10 + (c - '0');
  }
  return minus ? -number : number;
}

inline bool JsonWalk::truth(std::string_view path, ondemand::value value) {
  const std::string_view word = text(path, value);
  if (word == "true") return true;
  if (!word.empty() && word != "false") mismatch(path);
  return false;
}

inline void JsonWalk::unknown_key(std::string_view section,
                                  std::string_view key) {
  constexpr std::size_t kLongest = 64, kMostNames = 1000;
  std::string name("unknown_key.");
  name.append(section).append(".").append(
      text::to_valid_utf8(key.substr(0, kLongest)));
  const bool more =
      counters_.all().size() < kMostNames || counters_.get(name) > 0;
  counters_.add(more ? name : "unknown_key.others");
}

}  // namespace dmp::ingest
