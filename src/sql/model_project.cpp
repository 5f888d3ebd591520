#include "sql/model_project.h"

#include <algorithm>
#include <set>

namespace dmp::sql {

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

Error bad(const ModelFile& file, std::string_view what) {
  return Error{ErrorCode::invalid_argument,
               file.path + ": " + std::string(what)};
}

// End of the parenthesis that opens at `open`; quotes are respected.
std::size_t closing(std::string_view text, std::size_t open) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '\'') quoted = !quoted;
    if (quoted) continue;
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && --depth == 0) return at;
  }
  return std::string_view::npos;
}

// The value of `name` in a header: quoted text, or a word with dots.
std::string property(std::string_view header, std::string_view name) {
  for (auto at = header.find(name); at != std::string_view::npos;
       at = header.find(name, at + 1)) {
    std::size_t value = at + name.size();
    const bool whole = at == 0 || !is_word(header[at - 1]);
    if (!whole || value >= header.size() || header[value] != ' ') continue;
    while (value < header.size() && header[value] == ' ') ++value;
    if (value < header.size() && header[value] == '\'') {
      const auto end = header.find('\'', value + 1);
      return std::string(header.substr(value + 1, end - value - 1));
    }
    std::size_t end = value;
    while (end < header.size() &&
           (is_word(header[end]) || header[end] == '.')) {
      ++end;
    }
    return std::string(header.substr(value, end - value));
  }
  return {};
}

ModelScope scope_of(const std::string& path) {
  if (path.find("/raw/") != std::string::npos) return ModelScope::raw;
  if (path.find("/prepare/") != std::string::npos) return ModelScope::prepare;
  return ModelScope::range;
}

// Column names of "columns := (a, b)" from `at` on.
std::vector<std::string> audit_columns(std::string_view header,
                                       std::size_t at) {
  std::vector<std::string> columns;
  const auto open = header.find('(', header.find(":=", at));
  if (open == std::string_view::npos) return columns;
  const auto end = closing(header, open);
  for (auto i = open; i < end; ++i) {
    const auto start = i;
    while (i < end && is_word(header[i])) ++i;
    if (i > start) columns.emplace_back(header.substr(start, i - start));
  }
  return columns;
}

std::vector<Audit> audits_of(std::string_view header) {
  std::vector<Audit> audits;
  auto at = header.find("audits (");
  if (at == std::string_view::npos) return audits;
  const auto end = closing(header, at + 7);
  for (at += 8; at < end;) {
    const auto start = at;
    while (at < end && is_word(header[at])) ++at;
    if (at > start && header[at] == '(') {
      audits.push_back({std::string(header.substr(start, at - start)),
                        audit_columns(header, at)});
      at = closing(header, at);
    }
    ++at;
  }
  return audits;
}

Result<Model> read_model(const ModelFile& file) {
  const auto start = file.text.find("MODEL (");
  if (start == std::string::npos) return bad(file, "no MODEL (…)");
  const auto end = closing(file.text, start + 6);
  if (end == std::string_view::npos) return bad(file, "MODEL ( does not end");
  const std::string header = file.text.substr(start, end - start);
  Model model;
  model.name = property(header, "name");
  model.is_view = property(header, "kind") == "VIEW";
  model.description = property(header, "description");
  model.audits = audits_of(header);
  model.scope = scope_of(file.path);
  const auto semicolon = file.text.find(';', end);
  if (model.name.empty() || semicolon == std::string::npos) {
    return bad(file, "the MODEL header needs a name and a ; behind it");
  }
  model.query = file.text.substr(semicolon + 1);
  return model;
}

bool mentions(const std::string& query, const std::string& name) {
  for (auto at = query.find(name); at != std::string::npos;
       at = query.find(name, at + 1)) {
    const bool left = at == 0 || !is_word(query[at - 1]);
    const auto after = at + name.size();
    if (left && (after == query.size() || !is_word(query[after]))) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<Model>> read_models(const std::vector<ModelFile>& files) {
  std::vector<Model> waiting;
  for (const auto& file : files) {
    DMP_ASSIGN(auto model, read_model(file));
    waiting.push_back(std::move(model));
  }
  for (auto& model : waiting) {
    for (const auto& other : waiting) {
      if (other.name != model.name && mentions(model.query, other.name)) {
        model.reads.push_back(other.name);
      }
    }
  }
  std::vector<Model> ordered;
  std::set<std::string> placed;
  while (!waiting.empty()) {
    const auto ready =
        std::find_if(waiting.begin(), waiting.end(), [&](const Model& model) {
          return std::all_of(
              model.reads.begin(), model.reads.end(),
              [&](const auto& name) { return placed.contains(name); });
        });
    if (ready == waiting.end()) {
      return Error{
          ErrorCode::invalid_argument,
          waiting.front().name + ": models read each other in a circle"};
    }
    placed.insert(ready->name);
    ordered.push_back(std::move(*ready));
    waiting.erase(ready);
  }
  return ordered;
}

Result<std::string> substitute(std::string_view query,
                               const Variables& variables) {
  std::string out;
  for (std::size_t at = 0; at < query.size();) {
    if (query[at] != '@') {
      out += query[at++];
      continue;
    }
    std::size_t end = at + 1;
    while (end < query.size() && is_word(query[end])) ++end;
    const std::string_view name = query.substr(at + 1, end - at - 1);
    const auto found = std::find_if(
        variables.begin(), variables.end(),
        [&](const auto& variable) { return variable.first == name; });
    if (found == variables.end()) {
      return Error{ErrorCode::invalid_argument,
                   "no variable @" + std::string(name)};
    }
    out += found->second;
    at = end;
  }
  return out;
}

std::string read_listed_files(std::string query, std::string_view variable,
                              std::string_view files) {
  const auto at = query.find("@" + std::string(variable) + " ");
  if (at == std::string::npos || at == 0 || query[at - 1] != '(') return query;
  const auto end = closing(query, at - 1);
  if (end == std::string_view::npos) return query;
  return query.replace(at, end - at, files);
}

Result<std::string> audit_query(const Audit& audit, const std::string& table) {
  std::string columns, nulls, repeated;
  for (const auto& column : audit.columns) {
    columns += (columns.empty() ? "" : ", ") + column;
    nulls += (nulls.empty() ? "" : " OR ") + column + " IS NULL";
    repeated += (repeated.empty() ? "" : " + ") +
                ("count(*) - count(DISTINCT " + column + ")");
  }
  if (!audit.columns.empty()) {
    if (audit.name == "not_null") {
      return "SELECT count(*) FROM " + table + " WHERE " + nulls;
    }
    if (audit.name == "unique_values") {
      return "SELECT " + repeated + " FROM " + table;
    }
    if (audit.name == "unique_combination_of_columns") {
      return "SELECT count(*) - count(DISTINCT (" + columns + ")) FROM " +
             table;
    }
  }
  return Error{ErrorCode::invalid_argument, "no audit " + audit.name};
}

}  // namespace dmp::sql
