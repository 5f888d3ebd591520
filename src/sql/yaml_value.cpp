#include "sql/yaml_value.h"

#include "base/json_writer.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cctype>

namespace dmp::sql {

namespace {

constexpr std::size_t kMostValues = 1'000'000;
constexpr int kMostDepth = 100;

bool is_one_of(std::string_view text,
               std::initializer_list<std::string_view> words) {
  for (const auto word : words)
    if (text == word) return true;
  return false;
}

// A JSON number, which YAML's core schema reads as one too.
bool is_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < text.size() &&
           std::isdigit(static_cast<unsigned char>(text[at])) != 0) {
      ++at;
    }
    return at > start;
  };
  const std::size_t whole = at;
  if (!digits()) return false;
  if (text[whole] == '0' && at > whole + 1) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

YamlValue scalar(const YAML::Node& node) {
  YamlValue value;
  value.kind = YamlValue::Kind::text;
  value.text = node.Scalar();
  // A plain scalar has the tag "?", a quoted one "!".
  if (node.Tag() != "?") return value;
  if (is_one_of(value.text, {"null", "Null", "NULL", "~", ""})) {
    return {};
  }
  if (is_one_of(value.text, {"true", "True", "TRUE"})) {
    value.kind = YamlValue::Kind::boolean;
    value.text = "true";
  } else if (is_one_of(value.text, {"false", "False", "FALSE"})) {
    value.kind = YamlValue::Kind::boolean;
    value.text = "false";
  } else if (is_number(value.text)) {
    value.kind = YamlValue::Kind::number;
  }
  return value;
}

// False: too many values, or too deep.
bool convert(const YAML::Node& node, int depth, std::size_t& values,
             YamlValue& out) {
  if (++values > kMostValues || depth > kMostDepth) return false;
  if (node.IsScalar()) {
    out = scalar(node);
  } else if (node.IsSequence()) {
    out.kind = YamlValue::Kind::list;
    for (const auto& item : node) {
      out.items.emplace_back();
      if (!convert(item, depth + 1, values, out.items.back())) return false;
    }
  } else if (node.IsMap()) {
    out.kind = YamlValue::Kind::map;
    for (const auto& member : node) {
      out.members.emplace_back(
          member.first.IsScalar() ? member.first.Scalar() : "", YamlValue());
      if (!convert(member.second, depth + 1, values, out.members.back().second))
        return false;
    }
  }
  return true;
}

void append_json(JsonWriter& json, const YamlValue& value) {
  switch (value.kind) {
    case YamlValue::Kind::null:
      json.null();
      break;
    case YamlValue::Kind::boolean:
    case YamlValue::Kind::number:
      json.raw(value.text);
      break;
    case YamlValue::Kind::text:
      json.value(value.text);
      break;
    case YamlValue::Kind::list:
      json.begin_array();
      for (const auto& item : value.items) append_json(json, item);
      json.end_array();
      break;
    case YamlValue::Kind::map:
      json.begin_object();
      for (const auto& [name, member] : value.members) {
        json.key(name);
        append_json(json, member);
      }
      json.end_object();
      break;
  }
}

}  // namespace

YamlValue::YamlValue() = default;
YamlValue::YamlValue(const YamlValue&) = default;
YamlValue::YamlValue(YamlValue&&) noexcept = default;
YamlValue& YamlValue::operator=(const YamlValue&) = default;
YamlValue& YamlValue::operator=(YamlValue&&) noexcept = default;
YamlValue::~YamlValue() = default;

const YamlValue* YamlValue::find(std::string_view name) const {
  for (const auto& [key, value] : members)
    if (key == name) return &value;
  return nullptr;
}

Result<YamlValue> parse_yaml(const std::string& name, const std::string& text) {
  // The library throws; its exceptions end here.
  try {
    YamlValue value;
    std::size_t values = 0;
    if (convert(YAML::Load(text), 0, values, value)) return value;
    return Error{ErrorCode::invalid_argument,
                 name + ": too many values or too deep"};
  } catch (const YAML::Exception& error) {
    return Error{
        ErrorCode::invalid_argument,
        fmt::format("{}:{}: {}", name, error.mark.line + 1, error.msg)};
  }
}

std::string to_json(const YamlValue& value) {
  std::string out;
  JsonWriter json(out);
  append_json(json, value);
  return out;
}

}  // namespace dmp::sql
