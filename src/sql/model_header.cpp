// A header is "key value, key value, …", split at commas outside quotes and
// parentheses; values that are lists are split again in the same way.
#include "sql/model_header.h"

#include <algorithm>

namespace dmp::sql {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Error bad(const ProjectFile& file, std::string_view what) {
  return Error{ErrorCode::invalid_argument,
               file.path + ": " + std::string(what)};
}

// Walks SQL text: what stands within quotes or parentheses.
class Depth {
 public:
  void pass(char c) {
    if (c == '\'') quoted_ = !quoted_;
    if (quoted_) return;
    if (c == '(') ++depth_;
    if (c == ')') --depth_;
  }
  bool outside() const { return !quoted_ && depth_ == 0; }

 private:
  int depth_ = 0;
  bool quoted_ = false;
};

// End of the parenthesis that opens at `open`; npos: it does not end.
std::size_t closing(std::string_view text, std::size_t open) {
  Depth depth;
  for (std::size_t at = open; at < text.size(); ++at) {
    depth.pass(text[at]);
    if (depth.outside()) return at;
  }
  return std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  Depth depth;
  std::size_t start = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at == text.size() || (text[at] == ',' && depth.outside())) {
      const auto part = trimmed(text.substr(start, at - start));
      if (!part.empty()) parts.push_back(part);
      start = at + 1;
    } else {
      depth.pass(text[at]);
    }
  }
  return parts;
}

// The first word (up to a blank or parenthesis) and what follows it.
std::pair<std::string_view, std::string_view> word_and_rest(
    std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && !is_blank(text[end]) && text[end] != '(') ++end;
  return {text.substr(0, end), trimmed(text.substr(end))};
}

// Without the parentheses around it, if there are any.
std::string_view inside(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('(') && text.ends_with(')'))
    text = text.substr(1, text.size() - 2);
  return text;
}

// 'text' -> text; '' within is one quote.
std::string unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'')
    return std::string(text);
  std::string out;
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    out += text[at];
    if (text[at] == '\'' && text[at + 1] == '\'') ++at;
  }
  return out;
}

std::string_view name_of(std::string_view column) {
  column = trimmed(column);
  if (column.size() > 1 && column.front() == '"' && column.back() == '"')
    column = column.substr(1, column.size() - 2);
  return column;
}

std::vector<ModelColumn> columns_of(std::string_view value) {
  std::vector<ModelColumn> columns;
  for (const auto part : split(inside(value))) {
    const auto blank = part.find(' ');
    columns.push_back({std::string(name_of(part.substr(0, blank))),
                       blank == std::string_view::npos
                           ? ""
                           : std::string(trimmed(part.substr(blank)))});
  }
  return columns;
}

// "(column = 'text', …)"; false: a column that is not declared.
bool describe(std::string_view value, std::vector<ModelColumn>& columns) {
  for (const auto part : split(inside(value))) {
    const auto equals = part.find('=');
    const auto name = name_of(part.substr(0, equals));
    const auto column =
        std::find_if(columns.begin(), columns.end(),
                     [&](const auto& other) { return other.name == name; });
    if (column == columns.end() || equals == std::string_view::npos)
      return false;
    column->description = unquoted(part.substr(equals + 1));
  }
  return true;
}

// "name(columns := (a, b), is_in := ('x', 'y'))"
Audit audit_of(std::string_view text) {
  const auto [name, arguments] = word_and_rest(text);
  Audit audit{std::string(name), {}};
  for (const auto argument : split(inside(arguments))) {
    const auto sign = argument.find(":=");
    if (sign == std::string_view::npos) continue;
    const auto key = trimmed(argument.substr(0, sign));
    for (const auto item : split(inside(argument.substr(sign + 2)))) {
      if (key == "is_in") {
        audit.values.emplace_back(item);
      } else {
        audit.columns.emplace_back(item);
      }
    }
  }
  return audit;
}

ModelScope scope_of(const std::string& path) {
  if (path.find("/raw/") != std::string::npos) return ModelScope::raw;
  if (path.find("/prepare/") != std::string::npos) return ModelScope::prepare;
  return ModelScope::range;
}

Status read_header(const ProjectFile& file, std::string_view header,
                   Model& model) {
  std::string_view descriptions;
  for (const auto property : split(header)) {
    const auto [key, value] = word_and_rest(property);
    if (key == "name") model.name = value;
    if (key == "kind") model.is_view = value == "VIEW";
    if (key == "description") model.description = unquoted(value);
    if (key == "columns") model.columns = columns_of(value);
    if (key == "column_descriptions") descriptions = value;
    if (key == "audits") {
      for (const auto audit : split(inside(value)))
        model.audits.push_back(audit_of(audit));
    }
  }
  if (!describe(descriptions, model.columns))
    return bad(file, "column_descriptions names a column that is not declared");
  if (model.name.empty()) return bad(file, "the MODEL header needs a name");
  return {};
}

}  // namespace

Result<Model> read_model(const ProjectFile& file) {
  const std::string_view text = file.text;
  const auto start = text.find("MODEL (");
  if (start == std::string_view::npos) return bad(file, "no MODEL (…)");
  const auto open = start + 6;
  const auto end = closing(text, open);
  if (end == std::string_view::npos) return bad(file, "MODEL ( does not end");
  const auto semicolon = text.find(';', end);
  if (semicolon == std::string_view::npos)
    return bad(file, "the MODEL header needs a ; behind it");
  Model model;
  model.path = file.path;
  model.scope = scope_of(file.path);
  model.query = text.substr(semicolon + 1);
  DMP_TRY(read_header(file, text.substr(open + 1, end - open - 1), model));
  return model;
}

}  // namespace dmp::sql
