#include "sql/model_project.h"

#include "sql/model_header.h"
#include "storage/files.h"
#include "storage/manifest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
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

bool is_of_project(const std::string& path) {
  return path == "config.yaml" ||
         (path.starts_with("models/") && path.ends_with(".sql")) ||
         (path.starts_with("tests/") && path.ends_with(".yaml") &&
          fs::path(path).filename().string().starts_with("test"));
}

// `query` with comments blanked: a name in one reads nothing.
std::string without_comments(std::string query) {
  bool quoted = false;
  for (std::size_t at = 0; at + 1 < query.size(); ++at) {
    if (query[at] == '\'') quoted = !quoted;
    if (quoted || query[at] != '-' || query[at + 1] != '-') continue;
    while (at < query.size() && query[at] != '\n') query[at++] = ' ';
  }
  return query;
}

}  // namespace

Result<std::vector<ProjectFile>> read_project(const fs::path& dir) {
  std::vector<ProjectFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(dir, error), end;
       !error && it != end; it.increment(error)) {
    const std::string path = it->path().lexically_relative(dir).string();
    std::error_code unknown;
    const auto type = it->status(unknown).type();
    if (type == fs::file_type::none) {
      return Error{ErrorCode::io,
                   it->path().string() + ": " + unknown.message()};
    }
    if (type != fs::file_type::regular || !is_of_project(path)) continue;
    DMP_ASSIGN(auto text, storage::read_file(it->path()));
    files.push_back({path, std::move(text)});
  }
  if (error) return Error{ErrorCode::io, dir.string() + ": " + error.message()};
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  if (std::none_of(files.begin(), files.end(), [](const auto& file) {
        return file.path.starts_with("models/");
      })) {
    return Error{ErrorCode::not_found,
                 dir.string() + ": no SQLMesh project, it has no models/*.sql"};
  }
  return files;
}

Result<std::vector<Model>> read_models(const std::vector<ProjectFile>& files) {
  std::vector<Model> waiting;
  for (const auto& file : files) {
    if (!file.path.starts_with("models/")) continue;
    DMP_ASSIGN(auto model, read_model(file));
    waiting.push_back(std::move(model));
  }
  for (auto& model : waiting) {
    const std::string query = without_comments(model.query);
    for (const auto& other : waiting) {
      if (other.name != model.name && mentions(query, other.name)) {
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

Result<std::vector<Model>> with_needs(const std::vector<Model>& models,
                                      const std::vector<std::string>& names) {
  if (names.empty()) return models;
  std::set<std::string> wanted(names.begin(), names.end());
  std::vector<std::string> known;
  // Backwards, a model stands before all it reads.
  std::vector<Model> chosen;
  for (auto model = models.rbegin(); model != models.rend(); ++model) {
    known.push_back(model->name);
    if (!wanted.contains(model->name)) continue;
    wanted.insert(model->reads.begin(), model->reads.end());
    chosen.push_back(*model);
  }
  std::sort(known.begin(), known.end());
  for (const auto& name : names) {
    if (std::binary_search(known.begin(), known.end(), name)) continue;
    return Error{
        ErrorCode::invalid_argument,
        fmt::format("no model {}; there is: {}", name, fmt::join(known, ", "))};
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

std::string models_digest(const std::vector<Model>& models) {
  std::string text;
  for (const auto& model : models) {
    // The length keeps two models from looking like one.
    text +=
        fmt::format("{} {}\n{}\n", model.name, model.query.size(), model.query);
  }
  return storage::sha256_text(text);
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
  const auto end = query.find(')', at);
  if (end == std::string::npos) return query;
  return query.replace(at, end - at, files);
}

Result<std::string> audit_query(const Audit& audit, const std::string& table) {
  std::string nulls, repeated;
  for (const auto& column : audit.columns) {
    nulls += (nulls.empty() ? "" : " OR ") + column + " IS NULL";
    repeated += (repeated.empty() ? "" : " + ") +
                ("count(*) - count(DISTINCT " + column + ")");
  }
  if (!audit.columns.empty()) {
    if (audit.name == "not_null")
      return fmt::format("SELECT count(*) FROM {} WHERE {}", table, nulls);
    if (audit.name == "unique_values")
      return fmt::format("SELECT {} FROM {}", repeated, table);
    if (audit.name == "unique_combination_of_columns") {
      return fmt::format("SELECT count(*) - count(DISTINCT ({})) FROM {}",
                         fmt::join(audit.columns, ", "), table);
    }
    if (audit.name == "accepted_values" && !audit.values.empty()) {
      return fmt::format("SELECT count(*) FROM {} WHERE {} NOT IN ({})", table,
                         audit.columns[0], fmt::join(audit.values, ", "));
    }
  }
  return Error{ErrorCode::invalid_argument, "no audit " + audit.name};
}

}  // namespace dmp::sql
