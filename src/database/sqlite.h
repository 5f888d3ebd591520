#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

// SQLite as values and Results. Errors of all: unavailable (another holds the
// file), corrupt_input (a constraint, a value too big), invalid_argument (the
// file cannot be opened or written, or is no database), io (the disk),
// internal.
namespace dmp::database {

struct Blob {
  std::string_view bytes;
};

// A prepared statement. Values come only by bind(), never in its text.
class Statement {
 public:
  // Binds the arguments to ?1, ?2, … and goes back to the first row.
  template <class... Args>
  Statement& bind(const Args&... args) {
    start();
    int at = 0;
    (put(++at, args), ...);
    return *this;
  }
  // True: a row stands ready.
  Result<bool> step();
  // To the end; rows are passed by.
  Status run();

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;  // of a blob: its bytes
  // nullopt: NULL.
  std::optional<std::string> maybe_text(int column) const;
  std::optional<double> maybe_real(int column) const;

 private:
  friend class Connection;
  struct Finalise {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  void start();
  void put(int at, std::int64_t value);
  void put(int at, double value);
  void put(int at, std::string_view value);
  void put(int at, const std::string& value) {
    put(at, std::string_view(value));
  }
  void put(int at, Blob value);
  // Nothing is NULL.
  void put(int at, const std::optional<std::string>& value);
  void put(int at, const std::optional<double>& value);

  std::unique_ptr<sqlite3_stmt, Finalise> statement_;
  int failed_ = 0;  // what the first bind that failed said
};

enum class Access : std::uint8_t {
  read,    // the file must be there
  change,  // likewise
  write,   // made where it is missing
};

// An open database file; ":memory:" is one of this connection alone.
// Threads: one at a time.
class Connection {
 public:
  // Waits up to `patience` for others that hold the file. To be read from a
  // folder that may not be written, it must not be changed meanwhile.
  static Result<Connection> open(const std::filesystem::path& file,
                                 Access access,
                                 std::chrono::milliseconds patience);

  Result<Statement> prepare(std::string_view sql);
  // Statements without values, one after another.
  Status run(const std::string& sql);
  // The one value of a query without values.
  Result<std::int64_t> integer(std::string_view sql);
  Result<std::string> text(std::string_view sql);
  // Rows changed by the last statement that changes any.
  std::int64_t changes() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3, Close> handle_;
};

// From BEGIN IMMEDIATE on: rolled back when it goes without commit().
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);
  Status commit();

  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace dmp::database
