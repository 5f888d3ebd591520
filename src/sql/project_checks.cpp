#include "sql/project_checks.h"

#include "sql/session.h"
#include "sql/yaml_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace dmp::sql {

namespace {

// Differing rows that are shown of a failure.
constexpr std::size_t kShownRows = 10;

Error bad(std::string message) {
  return Error{ErrorCode::invalid_argument, std::move(message)};
}

std::string quoted_name(std::string_view name) {
  return "\"" + std::string(name) + "\"";
}

// A value as SQL. An empty map is null: DuckDB has no struct without fields.
std::string sql_of(const YamlValue& value) {
  std::string out;
  switch (value.kind) {
    case YamlValue::Kind::null:
      return "NULL";
    case YamlValue::Kind::boolean:
    case YamlValue::Kind::number:
      return value.text;
    case YamlValue::Kind::text:
      return quote(value.text);
    case YamlValue::Kind::list:
      for (const auto& item : value.items)
        out += (out.empty() ? "" : ", ") + sql_of(item);
      return "[" + out + "]";
    case YamlValue::Kind::map:
      for (const auto& [name, member] : value.members) {
        out += (out.empty() ? "" : ", ") + quote(name) + ": " + sql_of(member);
      }
      return out.empty() ? "NULL" : "{" + out + "}";
  }
  return "NULL";
}

Result<std::vector<std::string>> texts(Session& session,
                                       const std::string& query) {
  std::vector<std::string> found;
  DMP_ASSIGN(auto rows, session.query(query));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return found;
    for (std::size_t row = 0; row < count; ++row)
      found.emplace_back(rows.column(0).text(row));
  }
}

// Columns of a table of schema main, in order.
Result<std::vector<ModelColumn>> columns_of(Session& session,
                                            const std::string& table) {
  std::vector<ModelColumn> columns;
  DMP_ASSIGN(auto rows,
             session.query("SELECT column_name, data_type FROM "
                           "duckdb_columns() WHERE schema_name = 'main' AND "
                           "table_name = " +
                           quote(table) + " ORDER BY column_index"));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return columns;
    for (std::size_t row = 0; row < count; ++row) {
      columns.push_back({std::string(rows.column(0).text(row)),
                         std::string(rows.column(1).text(row))});
    }
  }
}

Status create_table(Session& session, const std::string& table,
                    const std::vector<ModelColumn>& columns) {
  std::string list;
  for (const auto& column : columns) {
    list += (list.empty() ? "" : ", ") + quoted_name(column.name) + " " +
            column.type;
  }
  return session.execute(
      fmt::format("CREATE OR REPLACE TABLE {} ({})", table, list));
}

const YamlValue* rows_of(const YamlValue& value) {
  return value.kind == YamlValue::Kind::list ? &value : value.find("rows");
}

// Fills a table from rows or a query; what they leave out is null.
Status fill(Session& session, const std::string& table, const YamlValue& value,
            const std::string& what) {
  if (const YamlValue* query = value.find("query"))
    return session.execute("INSERT INTO " + table + " BY NAME " + query->text);
  const YamlValue* rows = rows_of(value);
  if (rows == nullptr || rows->kind != YamlValue::Kind::list)
    return bad(what + " has neither rows nor a query");
  for (const auto& row : rows->items) {
    if (row.kind != YamlValue::Kind::map)
      return bad(what + " has a row that is no mapping of columns");
    std::string list;
    for (const auto& [column, item] : row.members) {
      list += (list.empty() ? "" : ", ") + sql_of(item) + " AS " +
              quoted_name(column);
    }
    DMP_TRY(session.execute(
        list.empty()
            ? fmt::format("INSERT INTO {} DEFAULT VALUES", table)
            : fmt::format("INSERT INTO {} BY NAME SELECT {}", table, list)));
  }
  return {};
}

class Checker {
 public:
  Checker(Session& session, std::vector<Model> models, Variables variables)
      : session_(session),
        models_(std::move(models)),
        variables_(std::move(variables)) {}

  // Errors are failures of the test.
  Result<std::string> run(const YamlValue& test) {
    const YamlValue* name = test.find("model");
    if (name == nullptr) return bad("no model is named");
    const Model* model = find(name->text);
    if (model == nullptr) return bad("no model " + name->text);
    DMP_TRY(make_inputs(*model, test.find("inputs")));
    DMP_TRY(answer(*model, test.find("vars")));
    DMP_ASSIGN(std::string story, check_columns(*model));
    const YamlValue* outputs = test.find("outputs");
    const YamlValue* wanted = outputs ? outputs->find("query") : nullptr;
    if (wanted == nullptr) return bad("outputs.query is missing");
    const YamlValue* partial = outputs->find("partial");
    DMP_TRY(expect(*wanted, partial != nullptr && partial->text == "true"));
    DMP_ASSIGN(const std::string rows, compare());
    return story + rows;
  }

 private:
  const Model* find(const std::string& name) const {
    const auto model =
        std::find_if(models_.begin(), models_.end(),
                     [&](const auto& other) { return other.name == name; });
    return model == models_.end() ? nullptr : &*model;
  }

  Status make_inputs(const Model& model, const YamlValue* inputs) {
    std::set<std::string> schemas;
    for (const auto& other : models_)
      schemas.insert(other.name.substr(0, other.name.find('.')));
    for (const auto& schema : schemas) {
      DMP_TRY(session_.execute(fmt::format(
          "DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}", schema)));
    }
    for (const auto& name : model.reads) {
      if (inputs == nullptr || inputs->find(name) == nullptr)
        return bad("the input " + name + " is missing");
    }
    if (inputs == nullptr) return {};
    for (const auto& [name, value] : inputs->members) {
      const Model* input = find(name);
      if (input == nullptr) return bad("no model " + name);
      std::vector<ModelColumn> columns = input->columns;
      if (const YamlValue* types = value.find("columns"))
        set_types(*types, columns);
      if (columns.empty())
        return bad("the columns of " + name + " are unknown");
      DMP_TRY(create_table(session_, name, columns));
      DMP_TRY(fill(session_, name, value, "the input " + name));
    }
    return {};
  }

  static void set_types(const YamlValue& types,
                        std::vector<ModelColumn>& columns) {
    for (const auto& [name, type] : types.members) {
      const auto column = std::find_if(columns.begin(), columns.end(),
                                       [&, &wanted = name](const auto& other) {
                                         return other.name == wanted;
                                       });
      if (column == columns.end()) {
        columns.push_back({name, type.text});
      } else {
        column->type = type.text;
      }
    }
  }

  // The table `got`.
  Status answer(const Model& model, const YamlValue* vars) {
    Variables variables;
    if (vars != nullptr) {
      for (const auto& [name, value] : vars->members)
        variables.emplace_back(name, sql_of(value));
    }
    variables.insert(variables.end(), variables_.begin(), variables_.end());
    DMP_ASSIGN(const auto query, substitute(model.query, variables));
    return session_.execute("CREATE OR REPLACE TABLE got AS " + query);
  }

  Result<std::string> check_columns(const Model& model) {
    if (model.columns.empty()) return std::string();
    DMP_TRY(create_table(session_, "declared", model.columns));
    DMP_ASSIGN(const auto declared, columns_of(session_, "declared"));
    DMP_ASSIGN(const auto got, columns_of(session_, "got"));
    std::string story;
    for (std::size_t i = 0; i < std::max(declared.size(), got.size()); ++i) {
      const auto shown = [&](const std::vector<ModelColumn>& columns) {
        return i < columns.size() ? columns[i].name + " " + columns[i].type
                                  : std::string("none");
      };
      if (shown(declared) == shown(got)) continue;
      story += fmt::format("column {}: {} declares {}, the query gives {}\n",
                           i + 1, model.path, shown(declared), shown(got));
    }
    return story;
  }

  // The table `wanted`, with the columns of `got` that are compared.
  Status expect(const YamlValue& value, bool partial) {
    DMP_ASSIGN(auto columns, columns_of(session_, "got"));
    if (partial) {
      std::set<std::string> named;
      if (const YamlValue* query = value.find("query")) {
        DMP_ASSIGN(const auto names,
                   texts(session_, "SELECT column_name FROM (DESCRIBE " +
                                       query->text + ")"));
        named.insert(names.begin(), names.end());
      } else if (const YamlValue* rows = rows_of(value)) {
        for (const auto& row : rows->items)
          for (const auto& [column, item] : row.members) named.insert(column);
      }
      std::erase_if(columns, [&](const auto& column) {
        return !named.contains(column.name);
      });
      if (columns.empty()) return bad("outputs name no column of the model");
    }
    DMP_TRY(create_table(session_, "wanted", columns));
    return fill(session_, "wanted", value, "outputs.query");
  }

  // Rows of one table that the other lacks, as JSON, sorted.
  Result<std::vector<std::string>> rows_beyond(const char* table,
                                               const char* other,
                                               const std::string& columns) {
    return texts(session_,
                 fmt::format("SELECT to_json(r)::VARCHAR AS row FROM (SELECT "
                             "{2} FROM {0} EXCEPT ALL SELECT {2} FROM {1}) AS "
                             "r ORDER BY row",
                             table, other, columns));
  }

  Result<std::string> compare() {
    DMP_ASSIGN(const auto columns, columns_of(session_, "wanted"));
    std::string list;
    for (const auto& column : columns)
      list += (list.empty() ? "" : ", ") + quoted_name(column.name);
    DMP_ASSIGN(const auto missing, rows_beyond("wanted", "got", list));
    DMP_ASSIGN(const auto surplus, rows_beyond("got", "wanted", list));
    if (missing.size() == 1 && surplus.size() == 1)
      return by_column(missing[0], surplus[0], columns);
    std::string story;
    const auto show = [&](const char* what, const auto& rows) {
      for (std::size_t i = 0; i < std::min(rows.size(), kShownRows); ++i)
        story += fmt::format("{} {}\n", what, rows[i]);
      if (rows.size() > kShownRows) {
        story +=
            fmt::format("{} … and {} more\n", what, rows.size() - kShownRows);
      }
    };
    show("missing row:   ", missing);
    show("unexpected row:", surplus);
    return story;
  }

  // Two rows that should be one: only what differs.
  Result<std::string> by_column(const std::string& wanted,
                                const std::string& got,
                                const std::vector<ModelColumn>& columns) {
    std::string story;
    for (const auto& column : columns) {
      const auto value = [&](const std::string& row) {
        return session_.scalar_text(
            fmt::format("SELECT coalesce(({}::JSON) -> {}, 'null')", quote(row),
                        quote("$." + quoted_name(column.name))));
      };
      DMP_ASSIGN(const std::string expected, value(wanted));
      DMP_ASSIGN(const std::string actual, value(got));
      if (expected == actual) continue;
      story += fmt::format("{}: expected {}\n{:>{}}got {}\n", column.name,
                           expected, "", column.name.size() + 7, actual);
    }
    return story;
  }

  Session& session_;
  std::vector<Model> models_;
  Variables variables_;
};

Result<Variables> default_variables(const std::vector<ProjectFile>& files) {
  Variables variables;
  for (const auto& file : files) {
    if (file.path != "config.yaml") continue;
    DMP_ASSIGN(const auto config, parse_yaml(file.path, file.text));
    if (const YamlValue* values = config.find("variables")) {
      for (const auto& [name, value] : values->members)
        variables.emplace_back(name, sql_of(value));
    }
  }
  return variables;
}

}  // namespace

Result<std::vector<CheckResult>> check_project(
    const std::vector<ProjectFile>& files, const std::string& pattern) {
  DMP_ASSIGN(auto models, read_models(files));
  DMP_ASSIGN(auto variables, default_variables(files));
  DMP_ASSIGN(auto session, Session::open({}));
  Checker checker(session, std::move(models), std::move(variables));
  std::vector<CheckResult> results;
  for (const auto& file : files) {
    if (!file.path.starts_with("tests/")) continue;
    DMP_ASSIGN(const auto tests, parse_yaml(file.path, file.text));
    for (const auto& [name, test] : tests.members) {
      if (name.find(pattern) == std::string::npos) continue;
      CheckResult result{name, file.path, false, ""};
      auto story = checker.run(test);
      result.story = story ? *story : story.error().message + "\n";
      result.passed = result.story.empty();
      results.push_back(std::move(result));
    }
  }
  if (results.empty()) {
    return bad(pattern.empty() ? "the project has no tests"
                               : "no test's name contains " + pattern);
  }
  return results;
}

}  // namespace dmp::sql
