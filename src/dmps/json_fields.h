#pragma once

#include "base/counters.h"

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simdjson::dom {
class element;
}

namespace dmp::dmps {

using Json = simdjson::dom::element;

// Tolerant access to one JSON object: a missing key, null, an empty text or a
// wrong type is absent; a wrong type is counted `type_mismatch.<key>` and
// affects that field only. Source: records.md 1.1; dmps.md 3.
class Fields {
 public:
  Fields(const Json& object, Counters& counters)
      : object_(object), counters_(counters) {}

  // A string as it is; a number or truth value as its JSON text.
  std::optional<std::string> text(std::string_view key) const;
  // The first of the keys that has a text.
  std::optional<std::string> first_text(
      std::initializer_list<std::string_view> keys) const;
  // `identifier` of an object, or the text itself.
  struct Identifier {
    std::string identifier, type;  // type in lower case; empty when absent
  };
  std::optional<Identifier> identifier(std::string_view key) const;

  // Calls visit(element) for each member of an array; anything else that is
  // not null counts as an array of one.
  void each(std::string_view key,
            const std::function<void(const Json&)>& visit) const;
  // The same, for members that are objects; texts go to `text` when given.
  void each_object(
      std::string_view key, const std::function<void(const Fields&)>& visit,
      const std::function<void(std::string)>& text = nullptr) const;
  // Texts of an array in order, null for members that are none.
  std::vector<std::optional<std::string>> texts(std::string_view key) const;

  bool has_object(std::string_view key) const;
  // The key is there with a scalar or null.
  bool has_scalar(std::string_view key) const;

 private:
  void mismatch(std::string_view key) const;

  const Json& object_;
  Counters& counters_;
};

}  // namespace dmp::dmps
