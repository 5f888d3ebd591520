#include "sql/model_runner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <utility>

namespace dmp::sql {

std::map<std::string, std::int64_t> StepClock::milliseconds() const {
  std::map<std::string, std::int64_t> times;
  for (const auto& [name, ticks] : ticks_)
    times[name] = ticks * 1000 / CLOCKS_PER_SEC;
  return times;
}

ModelRunner::ModelRunner(Session& session, std::vector<Model> models,
                         Variables variables)
    : session_(session),
      models_(std::move(models)),
      variables_(std::move(variables)) {}

Status ModelRunner::open(
    const std::map<std::string, std::vector<std::filesystem::path>>&
        files_by_variable) {
  // A plan that stands twice in a query is made twice: to keep its wide rows in
  // between costs more, and memory.
  DMP_TRY(session_.execute("SET disabled_optimizers = 'common_subplan'"));
  std::set<std::string> schemas;
  for (const auto& model : models_)
    schemas.insert(model.name.substr(0, model.name.find('.')));
  for (const auto& schema : schemas)
    DMP_TRY(session_.execute("CREATE SCHEMA IF NOT EXISTS " + schema));
  for (const auto& [variable, files] : files_by_variable) {
    const std::string list = file_list(files);
    for (auto& model : models_)
      model.query = read_listed_files(std::move(model.query), variable, list);
  }
  return {};
}

Status ModelRunner::run(ModelScope scope, int low, int high) {
  Variables variables = variables_;
  variables.emplace_back("bucket_lo", std::to_string(low));
  variables.emplace_back("bucket_hi", std::to_string(high));
  for (const auto& model : models_)
    if (model.scope == scope) DMP_TRY(make(model, variables));
  return {};
}

Status ModelRunner::make(std::string_view name) {
  for (const auto& model : models_)
    if (model.name == name) DMP_TRY(make(model, variables_));
  return {};
}

Status ModelRunner::make(const Model& model, const Variables& variables) {
  auto query = substitute(model.query, variables);
  if (!query) return std::move(query).error().during(model.name);
  const char* kind = model.is_view ? "VIEW" : "TABLE";
  auto done = clock_.time("cpu_ms " + model.name, [&] {
    return session_.execute(
        fmt::format("CREATE OR REPLACE {} {} AS {}", kind, model.name, *query));
  });
  if (!done) return std::move(done).error().during("model " + model.name);
  // What a view claims is looked at row by row when it is written.
  if (model.is_view) return {};
  return clock_.time("cpu_ms audits", [&] { return audit(model); });
}

Status ModelRunner::audit(const Model& model) {
  for (const auto& claim : model.audits) {
    DMP_ASSIGN(const auto query, audit_query(claim, model.name));
    DMP_ASSIGN(const auto rows, session_.scalar_int(query));
    if (rows == 0) continue;
    return Error{
        ErrorCode::internal,
        fmt::format("audit: {} rows of {} break {} ({}); hint: nothing "
                    "overrides this, {} is wrong",
                    rows, model.name, claim.name,
                    fmt::join(claim.columns, ", "), model.path)};
  }
  return {};
}

}  // namespace dmp::sql
