#pragma once

#include "sql/model_project.h"

namespace dmp::sql {

// Reads one file of models/: name, kind, description, columns,
// column_descriptions and audits of its MODEL (…) header, and its query. Other
// properties are let be. Errors: invalid_argument, the file named first.
// Source: the model files of SQLMesh.
Result<Model> read_model(const ProjectFile& file);

}  // namespace dmp::sql
