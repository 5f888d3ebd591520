#pragma once

#include "base/result.h"
#include "sql/model_project.h"

#include <string>
#include <vector>

namespace dmp::sql {

// What became of one unit test of a project.
struct CheckResult {
  std::string name, path;  // of the test; of its file
  bool passed = false;
  std::string story;  // why not: lines, each with '\n'
};

// Runs the unit tests of a project (tests/test*.yaml) whose names contain
// `pattern`, each by itself, in the order of files and in them:
//
//   name:
//     model: works.x
//     description: optional
//     vars: {variable: value}            over those of config.yaml
//     inputs:                            one for each model that x reads
//       raw.y: [rows]  or  {rows: [rows], columns: {column: type}}
//                      or  {query: SELECT …}
//     outputs:
//       query: as an input
//       partial: true                    only the columns that are named
//
// Columns that a row or query leaves out are null. The answer of the model's
// query has the columns that its header declares, and the rows of `outputs`, in
// any order. Source: unit tests of SQLMesh; without ctes, csv and path.
// Errors: invalid_argument (a file that cannot be read, no such test, a model
// that cannot be read), internal.
Result<std::vector<CheckResult>> check_project(
    const std::vector<ProjectFile>& files, const std::string& pattern);

}  // namespace dmp::sql
