#include "database/sqlite.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace dmp::database {

namespace {

ErrorCode code_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::unavailable;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
      return ErrorCode::corrupt_input;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOTADB:
      return ErrorCode::invalid_argument;
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CORRUPT:
    case SQLITE_PROTOCOL:
      return ErrorCode::io;
    default:
      return ErrorCode::internal;
  }
}

// Messages of sqlite3_errmsg tell more than those of the code alone.
Error error_of(sqlite3* handle, int result) {
  const char* text =
      handle == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(handle);
  return {code_of(result), fmt::format("database: {}", text)};
}

// A reader needs files beside the database, which it cannot make in a folder it
// may not write to. Without a log, whose rows would be passed by, it can do
// without them.
bool is_immutable(const std::filesystem::path& file) {
  std::error_code error;
  const auto folder = std::filesystem::absolute(file, error).parent_path();
  return ::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) != 0 &&
         !std::filesystem::exists(file.string() + "-wal", error);
}

std::string immutable_uri(const std::filesystem::path& file) {
  std::error_code error;
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file, error).string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", c);
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

// ----------------------------------------------------------------- Statement

void Statement::Finalise::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Statement::start() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  failed_ = SQLITE_OK;
}

void Statement::put(int at, std::int64_t value) {
  const int result = sqlite3_bind_int64(statement_.get(), at, value);
  if (failed_ == SQLITE_OK) failed_ = result;
}

void Statement::put(int at, double value) {
  const int result = sqlite3_bind_double(statement_.get(), at, value);
  if (failed_ == SQLITE_OK) failed_ = result;
}

void Statement::put(int at, std::string_view value) {
  const int result = sqlite3_bind_text64(
      statement_.get(), at, value.data() == nullptr ? "" : value.data(),
      value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (failed_ == SQLITE_OK) failed_ = result;
}

void Statement::put(int at, Blob value) {
  const int result =
      sqlite3_bind_blob64(statement_.get(), at, value.bytes.data(),
                          value.bytes.size(), SQLITE_TRANSIENT);
  if (failed_ == SQLITE_OK) failed_ = result;
}

void Statement::put(int at, const std::optional<std::string>& value) {
  if (value) put(at, std::string_view(*value));
}

void Statement::put(int at, const std::optional<double>& value) {
  if (value) put(at, *value);
}

Result<bool> Statement::step() {
  sqlite3* handle = sqlite3_db_handle(statement_.get());
  if (failed_ != SQLITE_OK) return error_of(handle, failed_);
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  Error error = error_of(handle, result);
  sqlite3_reset(statement_.get());
  return error;
}

Status Statement::run() {
  while (true) {
    DMP_ASSIGN(const bool row, step());
    if (!row) break;
  }
  sqlite3_reset(statement_.get());
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  return maybe_text(column).value_or("");
}

std::optional<double> Statement::maybe_real(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL)
    return std::nullopt;
  return real(column);
}

std::optional<std::string> Statement::maybe_text(int column) const {
  const int type = sqlite3_column_type(statement_.get(), column);
  if (type == SQLITE_NULL) return std::nullopt;
  const auto* bytes = static_cast<const char*>(
      type == SQLITE_BLOB ? sqlite3_column_blob(statement_.get(), column)
                          : static_cast<const void*>(
                                sqlite3_column_text(statement_.get(), column)));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string()
                          : std::string(bytes, static_cast<std::size_t>(size));
}

// ---------------------------------------------------------------- Connection

void Connection::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

Result<Connection> Connection::open(const std::filesystem::path& file,
                                    Access access,
                                    std::chrono::milliseconds patience) {
  // A connection that may not write cannot clear the log away when it closes,
  // so a reader may, too; of a file with no such right SQLite makes do.
  int flags = SQLITE_OPEN_READWRITE;
  if (access == Access::write) flags |= SQLITE_OPEN_CREATE;
  std::string name = file.string();
  if (access == Access::read && is_immutable(file)) {
    flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    name = immutable_uri(file);
  }
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  Connection connection(handle);
  if (result != SQLITE_OK)
    return error_of(handle, result).during(file.string());
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(patience.count()));
  return connection;
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int result =
      sqlite3_prepare_v2(handle_.get(), sql.data(),
                         static_cast<int>(sql.size()), &statement, nullptr);
  if (result != SQLITE_OK) return error_of(handle_.get(), result);
  return Statement(statement);
}

Status Connection::run(const std::string& sql) {
  const int result =
      sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return error_of(handle_.get(), result);
  return {};
}

Result<std::int64_t> Connection::integer(std::string_view sql) {
  DMP_ASSIGN(Statement statement, prepare(sql));
  DMP_ASSIGN(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

Result<std::string> Connection::text(std::string_view sql) {
  DMP_ASSIGN(Statement statement, prepare(sql));
  DMP_ASSIGN(const bool row, statement.step());
  return row ? statement.text(0) : std::string();
}

std::int64_t Connection::changes() const {
  return sqlite3_changes64(handle_.get());
}

// --------------------------------------------------------------- Transaction

Result<Transaction> Transaction::begin(Connection& connection) {
  DMP_TRY(connection.run("BEGIN IMMEDIATE"));
  return Transaction(connection);
}

Status Transaction::commit() {
  DMP_TRY(connection_->run("COMMIT"));
  connection_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  // SQLite itself has rolled back after some errors; that is right too.
  if (connection_ != nullptr) (void)connection_->run("ROLLBACK").has_value();
}

}  // namespace dmp::database
