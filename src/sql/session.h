#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

// One column of a chunk, or a child of one. A list column has one child, the
// elements of all its rows end to end; a struct column has a child per field.
// Values and views live until the next Rows::next().
class ColumnView {
 public:
  bool is_null(std::size_t row) const {
    return validity_ != nullptr && (validity_[row >> 6] >> (row & 63) & 1) == 0;
  }
  // VARCHAR or BLOB; empty for null.
  std::string_view text(std::size_t row) const;
  std::optional<std::string> maybe_text(std::size_t row) const;
  // Fixed-width values as DuckDB stores them: bool, uint8_t, int32_t (DATE is
  // days), int64_t (BIGINT; TIMESTAMP is microseconds), double, …
  template <class T>
  T value(std::size_t row) const {
    return static_cast<const T*>(data_)[row];
  }
  struct Range {
    std::size_t begin, end;  // rows of child(0)
  };
  Range list(std::size_t row) const;
  const ColumnView& child(std::size_t index) const { return children_[index]; }
  std::size_t child_count() const { return children_.size(); }

 private:
  friend class Rows;
  const void* data_ = nullptr;
  const std::uint64_t* validity_ = nullptr;
  std::vector<ColumnView> children_;
};

// The answer to a query, a chunk (at most 2,048 rows) at a time, streamed.
class Rows {
 public:
  // Rows in the next chunk; 0 at the end.
  // Errors: internal, io, corrupt_input (message is DuckDB's first line).
  Result<std::size_t> next();
  const ColumnView& column(std::size_t index) const;
  std::size_t column_count() const;
  const std::string& column_name(std::size_t index) const;
  // Index of the named column. Errors: not_found.
  Result<std::size_t> column_index(std::string_view name) const;

  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  ~Rows();

 private:
  friend class Session;
  struct State;
  explicit Rows(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A DuckDB database and one connection to it. Threads: one at a time; give each
// worker its own by another_connection(). Nothing reaches the network:
// extension loading is off. The functions of functions.h are there.
class Session {
 public:
  struct Options {
    std::string database;                  // empty: in memory
    int threads = 1;                       // DuckDB's own workers
    std::uint64_t memory_limit_bytes = 0;  // 0: DuckDB's default
    std::filesystem::path spill_dir;       // empty: no spilling
  };
  // Errors: io, invalid_argument.
  static Result<Session> open(const Options& options);

  // Another connection to the same database, for another thread.
  Result<Session> another_connection() const;

  // Runs one or more statements; answers are thrown away.
  // Errors: as Rows::next; the message begins with `sql` cut to one line.
  Status execute(const std::string& sql);
  Result<Rows> query(const std::string& sql);
  // The single value of a one-row, one-column answer; null is 0 / "".
  Result<std::int64_t> scalar_int(const std::string& sql);
  Result<std::string> scalar_text(const std::string& sql);

  // duckdb_connection, for the other files of sql/ only.
  void* native() const;

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

 private:
  struct State;
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// 'text' with quotes doubled, for paths and literals put into SQL.
std::string quote(std::string_view text);
// ['a', 'b'] of paths, and read_parquet(['a', 'b']), which needs one at least.
std::string file_list(const std::vector<std::filesystem::path>& files);
std::string parquet_files(const std::vector<std::filesystem::path>& files);

}  // namespace dmp::sql
