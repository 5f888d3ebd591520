#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::sql {

// A file of the SQLMesh project, path relative to it.
struct ProjectFile {
  std::string path;
  std::string text;
};

// The project built into the program: config.yaml, models/**.sql,
// tests/**/test*.yaml (the names the PyPI tool takes); sorted by path.
const std::vector<ProjectFile>& embedded_project();

// The same files of a project folder. Errors: not_found (no models), io.
Result<std::vector<ProjectFile>> read_project(const std::filesystem::path& dir);

// When a model is run: views over input, once a run, or once for each range of
// DOI buckets. From its folder below models/.
enum class ModelScope : unsigned char { raw, prepare, range };

// A claim of a model's header about its table.
struct Audit {
  // not_null, unique_values, unique_combination_of_columns, accepted_values
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::string> values = {};  // SQL literals; accepted_values only
};

struct ModelColumn {
  std::string name, type;  // type as in SQL
  std::string description = {};
};

struct Model {
  std::string name;  // schema.table
  std::string path;  // of its file
  ModelScope scope = ModelScope::range;
  bool is_view = false;
  std::string description;
  std::vector<ModelColumn> columns;  // as declared, in order; may be none
  std::string query;                 // with @variables
  std::vector<std::string> reads;    // names of models
  std::vector<Audit> audits;
};

// Reads MODEL (…); query of the files below models/. In an order in which each
// model stands after all it reads. Errors: invalid_argument (a header that
// cannot be read, a cycle), the file named first.
Result<std::vector<Model>> read_models(const std::vector<ProjectFile>& files);

// The models named and all they need, in the same order; all for no names.
// Errors: invalid_argument (no such model; those there are, are named).
Result<std::vector<Model>> with_needs(const std::vector<Model>& models,
                                      const std::vector<std::string>& names);

// sha256 over names and queries: what decides the rows.
std::string models_digest(const std::vector<Model>& models);

// SQL text of each variable, e.g. {"bucket_low", "0"}.
using Variables = std::vector<std::pair<std::string, std::string>>;

// `query` with every @name replaced. Errors: invalid_argument (a name that is
// not among the variables).
Result<std::string> substitute(std::string_view query,
                               const Variables& variables);

// The argument of READ_PARQUET(@`variable` …) replaced by `files`: a finished
// stage is read by its manifest, never by a pattern.
std::string read_listed_files(std::string query, std::string_view variable,
                              std::string_view files);

// SQL that counts the rows of `table` which break the audit.
// Errors: invalid_argument (an audit we do not know).
Result<std::string> audit_query(const Audit& audit, const std::string& table);

}  // namespace dmp::sql
