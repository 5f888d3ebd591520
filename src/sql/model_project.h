#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::sql {

// A file of the SQLMesh project, path relative to it.
struct ModelFile {
  std::string path;
  std::string text;
};

// The models built into the program, sorted by path.
const std::vector<ModelFile>& embedded_models();

// When a model is run: views over input, once a run, or once for each range of
// DOI buckets. From its folder below models/.
enum class ModelScope : unsigned char { raw, prepare, range };

// A claim of a model's header about its table.
struct Audit {
  std::string name;  // unique_values, unique_combination_of_columns, not_null
  std::vector<std::string> columns;
};

struct Model {
  std::string name;  // schema.table
  ModelScope scope = ModelScope::range;
  bool is_view = false;
  std::string description;
  std::string query;               // with @variables
  std::vector<std::string> reads;  // names of models
  std::vector<Audit> audits;
};

// Reads MODEL (…); query. In an order in which each model stands after all it
// reads. Errors: invalid_argument (a header that cannot be read, a cycle), the
// file named first.
Result<std::vector<Model>> read_models(const std::vector<ModelFile>& files);

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
