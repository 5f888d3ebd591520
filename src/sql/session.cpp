#include "sql/session.h"

#include "sql/functions.h"

#include <duckdb.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace dmp::sql {

namespace {

// DuckDB's first line; the rest quotes the statement.
std::string first_line(const char* text) {
  std::string_view message = text == nullptr ? "unknown error" : text;
  return std::string(message.substr(0, message.find('\n')));
}

std::string one_line(std::string_view sql) {
  std::string line(sql.substr(0, 80));
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

ErrorCode code_of(std::string_view message) {
  if (message.starts_with("IO Error") ||
      message.find("No space left") != std::string_view::npos) {
    return ErrorCode::io;
  }
  if (message.starts_with("Invalid Input Error: No magic bytes") ||
      message.find("too small to be a Parquet file") !=
          std::string_view::npos) {
    return ErrorCode::corrupt_input;
  }
  return ErrorCode::internal;
}

// What stands between the first quotes of DuckDB's message.
std::string_view quoted_in(std::string_view message) {
  const auto begin = message.find('\'');
  const auto end = message.rfind('\'');
  return begin == end ? "a file" : message.substr(begin, end + 1 - begin);
}

// The statement helps whoever mends the program, nobody who has a bad file or
// a full disk.
Error failure(const char* message, std::string_view sql) {
  std::string line = first_line(message);
  const ErrorCode code = code_of(line);
  if (code == ErrorCode::corrupt_input) {
    return Error{code, fmt::format("{} is cut off or no Parquet file; make or "
                                   "fetch it again",
                                   quoted_in(line))};
  }
  if (code == ErrorCode::io) return Error{code, std::move(line)};
  return Error{code, fmt::format("{} (in: {})", line, one_line(sql))};
}

// Owns one database, shared by the connections to it.
struct Database {
  duckdb_database handle = nullptr;
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { duckdb_close(&handle); }
};

struct Config {
  duckdb_config handle = nullptr;
  Config() { duckdb_create_config(&handle); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  ~Config() { duckdb_destroy_config(&handle); }

  Status set(const char* name, const std::string& value) {
    if (duckdb_set_config(handle, name, value.c_str()) == DuckDBSuccess) {
      return {};
    }
    return Error{ErrorCode::invalid_argument,
                 fmt::format("DuckDB refuses {} = {}", name, value)};
  }
};

struct Prepared {
  duckdb_prepared_statement handle = nullptr;
  Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() { duckdb_destroy_prepare(&handle); }
};

}  // namespace

// ---------------------------------------------------------------- ColumnView

std::string_view ColumnView::text(std::size_t row) const {
  if (is_null(row)) return {};
  const auto* strings = static_cast<const duckdb_string_t*>(data_);
  const duckdb_string_t& string = strings[row];
  const std::uint32_t length = string.value.inlined.length;
  const char* data =
      length <= 12 ? string.value.inlined.inlined : string.value.pointer.ptr;
  return {data, length};
}

std::optional<std::string> ColumnView::maybe_text(std::size_t row) const {
  if (is_null(row)) return std::nullopt;
  return std::string(text(row));
}

ColumnView::Range ColumnView::list(std::size_t row) const {
  if (is_null(row)) return {0, 0};
  const auto& entry = static_cast<const duckdb_list_entry*>(data_)[row];
  return {entry.offset, entry.offset + entry.length};
}

// ---------------------------------------------------------------------- Rows

struct Rows::State {
  // Keeps the connection's database open while rows are read.
  std::shared_ptr<Database> database;
  duckdb_result result{};
  duckdb_data_chunk chunk = nullptr;
  std::vector<std::string> names;
  std::vector<ColumnView> columns;
  std::string sql;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
  }
};

Rows::Rows(std::unique_ptr<State> state) : state_(std::move(state)) {}
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;
Rows::~Rows() = default;

namespace {

duckdb_type type_of(duckdb_vector vector) {
  duckdb_logical_type logical = duckdb_vector_get_column_type(vector);
  const duckdb_type type = duckdb_get_type_id(logical);
  duckdb_destroy_logical_type(&logical);
  return type;
}

std::size_t struct_fields(duckdb_vector vector) {
  duckdb_logical_type logical = duckdb_vector_get_column_type(vector);
  const std::size_t count = duckdb_struct_type_child_count(logical);
  duckdb_destroy_logical_type(&logical);
  return count;
}

}  // namespace

Result<std::size_t> Rows::next() {
  State& state = *state_;
  duckdb_destroy_data_chunk(&state.chunk);
  state.chunk = duckdb_fetch_chunk(state.result);
  if (state.chunk == nullptr) {
    const char* message = duckdb_result_error(&state.result);
    if (message != nullptr && *message != '\0') {
      return failure(message, state.sql);
    }
    return std::size_t{0};
  }
  const auto bind = [](auto&& self, ColumnView& view,
                       duckdb_vector vector) -> void {
    view.data_ = duckdb_vector_get_data(vector);
    view.validity_ = duckdb_vector_get_validity(vector);
    const duckdb_type type = type_of(vector);
    if (type == DUCKDB_TYPE_LIST) {
      view.children_.resize(1);
      self(self, view.children_[0], duckdb_list_vector_get_child(vector));
    } else if (type == DUCKDB_TYPE_STRUCT) {
      view.children_.resize(struct_fields(vector));
      for (std::size_t i = 0; i < view.children_.size(); ++i) {
        self(self, view.children_[i],
             duckdb_struct_vector_get_child(vector, i));
      }
    }
  };
  for (std::size_t i = 0; i < state.columns.size(); ++i) {
    bind(bind, state.columns[i], duckdb_data_chunk_get_vector(state.chunk, i));
  }
  return static_cast<std::size_t>(duckdb_data_chunk_get_size(state.chunk));
}

const ColumnView& Rows::column(std::size_t index) const {
  return state_->columns[index];
}

std::size_t Rows::column_count() const {
  return state_->columns.size();
}

const std::string& Rows::column_name(std::size_t index) const {
  return state_->names[index];
}

Result<std::size_t> Rows::column_index(std::string_view name) const {
  const auto found =
      std::find(state_->names.begin(), state_->names.end(), name);
  if (found == state_->names.end()) {
    return Error{ErrorCode::not_found, fmt::format("no column {}", name)};
  }
  return static_cast<std::size_t>(found - state_->names.begin());
}

// ------------------------------------------------------------------- Session

struct Session::State {
  std::shared_ptr<Database> database;
  duckdb_connection connection = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { duckdb_disconnect(&connection); }
};

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

void* Session::native() const {
  return state_->connection;
}

namespace {

Status configure(Config& config, const Session::Options& options) {
  DMP_TRY(config.set("threads", std::to_string(std::max(1, options.threads))));
  if (options.memory_limit_bytes > 0) {
    DMP_TRY(config.set("memory_limit",
                       fmt::format("{}B", options.memory_limit_bytes)));
  }
  DMP_TRY(config.set("temp_directory", options.spill_dir.string()));
  DMP_TRY(config.set("autoinstall_known_extensions", "false"));
  return config.set("autoload_known_extensions", "false");
}

}  // namespace

Result<Session> Session::open(const Options& options) {
  Config config;
  DMP_TRY(configure(config, options));
  auto state = std::make_unique<State>();
  state->database = std::make_shared<Database>();
  const char* path =
      options.database.empty() ? nullptr : options.database.c_str();
  char* message = nullptr;
  if (duckdb_open_ext(path, &state->database->handle, config.handle,
                      &message) != DuckDBSuccess) {
    Error error{ErrorCode::io, "open DuckDB: " + first_line(message)};
    duckdb_free(message);
    return error;
  }
  if (duckdb_connect(state->database->handle, &state->connection) !=
      DuckDBSuccess) {
    return Error{ErrorCode::internal, "connect to DuckDB"};
  }
  DMP_TRY(register_functions(state->connection));
  return Session(std::move(state));
}

Result<Session> Session::another_connection() const {
  auto state = std::make_unique<State>();
  state->database = state_->database;
  if (duckdb_connect(state->database->handle, &state->connection) !=
      DuckDBSuccess) {
    return Error{ErrorCode::internal, "connect to DuckDB"};
  }
  return Session(std::move(state));
}

Status Session::execute(const std::string& sql) {
  duckdb_result result{};
  const duckdb_state done =
      duckdb_query(state_->connection, sql.c_str(), &result);
  Status status;
  if (done != DuckDBSuccess)
    status = failure(duckdb_result_error(&result), sql);
  duckdb_destroy_result(&result);
  return status;
}

Result<Rows> Session::query(const std::string& sql) {
  Prepared prepared;
  if (duckdb_prepare(state_->connection, sql.c_str(), &prepared.handle) !=
      DuckDBSuccess) {
    return failure(duckdb_prepare_error(prepared.handle), sql);
  }
  duckdb_pending_result pending = nullptr;
  if (duckdb_pending_prepared_streaming(prepared.handle, &pending) !=
      DuckDBSuccess) {
    Error error = failure(duckdb_pending_error(pending), sql);
    duckdb_destroy_pending(&pending);
    return error;
  }
  auto rows = std::make_unique<Rows::State>();
  rows->database = state_->database;
  rows->sql = sql;
  const duckdb_state done = duckdb_execute_pending(pending, &rows->result);
  if (done != DuckDBSuccess) {
    Error error = failure(duckdb_result_error(&rows->result), sql);
    duckdb_destroy_pending(&pending);
    return error;
  }
  duckdb_destroy_pending(&pending);
  const std::size_t columns = duckdb_column_count(&rows->result);
  rows->columns.resize(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    rows->names.emplace_back(duckdb_column_name(&rows->result, i));
  }
  return Rows(std::move(rows));
}

Result<std::int64_t> Session::scalar_int(const std::string& sql) {
  DMP_ASSIGN(auto rows, query("SELECT (" + sql + ")::BIGINT"));
  DMP_ASSIGN(const std::size_t count, rows.next());
  if (count != 1 || rows.column(0).is_null(0)) return std::int64_t{0};
  return rows.column(0).value<std::int64_t>(0);
}

Result<std::string> Session::scalar_text(const std::string& sql) {
  DMP_ASSIGN(auto rows, query("SELECT (" + sql + ")::VARCHAR"));
  DMP_ASSIGN(const std::size_t count, rows.next());
  if (count != 1) return std::string();
  return std::string(rows.column(0).text(0));
}

std::string file_list(const std::vector<std::filesystem::path>& files) {
  std::string list;
  for (const auto& file : files)
    list += (list.empty() ? "" : ", ") + quote(file.string());
  return "[" + list + "]";
}

std::string parquet_files(const std::vector<std::filesystem::path>& files) {
  return "read_parquet(" + file_list(files) + ")";
}

std::string quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace dmp::sql
