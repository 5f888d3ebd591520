#include "dmps/json_fields.h"

#include "text/unicode.h"

#include <simdjson.h>

namespace dmp::dmps {
namespace {

using simdjson::dom::element_type;

std::optional<std::string> scalar_text(const Json& value) {
  switch (value.type()) {
    case element_type::STRING: {
      std::string_view text;
      if (value.get_string().get(text) != simdjson::SUCCESS) return {};
      if (text::trim(text).empty()) return {};
      return std::string(text);
    }
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
    case element_type::BOOL:
      return simdjson::minify(value);
    default:
      return {};
  }
}

bool find(const Json& object, std::string_view key, Json& value) {
  return object.at_key(key).get(value) == simdjson::SUCCESS;
}

}  // namespace

void Fields::mismatch(std::string_view key) const {
  counters_.add("type_mismatch." + std::string(key));
}

std::optional<std::string> Fields::text(std::string_view key) const {
  Json value;
  if (!find(object_, key, value)) return {};
  if (value.is_array() || value.is_object()) {
    mismatch(key);
    return {};
  }
  return scalar_text(value);
}

std::optional<std::string> Fields::first_text(
    std::initializer_list<std::string_view> keys) const {
  for (const std::string_view key : keys) {
    if (auto found = text(key)) return found;
  }
  return {};
}

std::optional<Fields::Identifier> Fields::identifier(
    std::string_view key) const {
  std::optional<Identifier> found;
  each_object(
      key,
      [&](const Fields& id) {
        if (found) return;
        if (auto value = id.text("identifier")) {
          found = Identifier{*std::move(value),
                             text::to_lower(id.text("type").value_or(""))};
        }
      },
      [&](std::string value) {
        if (!found) found = Identifier{std::move(value), ""};
      });
  return found;
}

void Fields::each(std::string_view key,
                  const std::function<void(const Json&)>& visit) const {
  Json value;
  if (!find(object_, key, value) || value.is_null()) return;
  simdjson::dom::array items;
  if (value.get_array().get(items) != simdjson::SUCCESS) {
    visit(value);
    return;
  }
  for (const Json item : items) visit(item);
}

void Fields::each_object(std::string_view key,
                         const std::function<void(const Fields&)>& visit,
                         const std::function<void(std::string)>& text) const {
  each(key, [&](const Json& item) {
    if (item.is_object()) {
      visit(Fields(item, counters_));
    } else if (item.is_null()) {
      return;
    } else if (auto words = scalar_text(item); text && words) {
      text(*std::move(words));
    } else if (!text || item.is_array()) {
      mismatch(key);
    }
  });
}

std::vector<std::optional<std::string>> Fields::texts(
    std::string_view key) const {
  std::vector<std::optional<std::string>> found;
  each(key, [&](const Json& item) {
    if (item.is_array() || item.is_object()) mismatch(key);
    found.push_back(scalar_text(item));
  });
  return found;
}

bool Fields::has_object(std::string_view key) const {
  Json value;
  return find(object_, key, value) && value.is_object();
}

bool Fields::has_scalar(std::string_view key) const {
  Json value;
  return find(object_, key, value) && !value.is_object() && !value.is_array();
}

}  // namespace dmp::dmps
