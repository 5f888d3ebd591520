#pragma once

#include "sql/model_project.h"
#include "sql/session.h"

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

// CPU time of the steps of a stage, by name, all threads together.
class StepClock {
 public:
  template <class Step>
  Status time(std::string_view name, Step&& step) {
    const std::clock_t start = std::clock();
    Status done = step();
    ticks_[std::string(name)] += std::clock() - start;
    return done;
  }
  std::map<std::string, std::int64_t> milliseconds() const;

 private:
  std::map<std::string, std::clock_t> ticks_;
};

// Makes the tables and views of a project in a session, and holds each table to
// the audits of its header. Threads: one at a time.
class ModelRunner {
 public:
  ModelRunner(Session& session, std::vector<Model> models, Variables variables);

  // Makes the schemas; `@name` paths of READ_PARQUET become these files.
  Status open(const std::map<std::string, std::vector<std::filesystem::path>>&
                  files_by_variable);

  // Runs the models of a scope over a range of DOI buckets, both ends included.
  // Errors: internal (an audit, or what DuckDB says: the model is named),
  // invalid_argument (a variable without value).
  Status run(ModelScope scope, int low, int high);

  // Makes one model, which reads none by bucket. Errors: as run.
  Status make(std::string_view name);

  const std::vector<Model>& models() const { return models_; }
  StepClock& clock() { return clock_; }

 private:
  Status make(const Model& model, const Variables& variables);
  Status audit(const Model& model);

  Session& session_;
  std::vector<Model> models_;
  Variables variables_;
  StepClock clock_;
};

}  // namespace dmp::sql
