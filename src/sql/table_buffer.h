#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

enum class Kind : std::uint8_t {
  text,
  boolean,
  uint8,
  int32,
  int64,
  real,
  date,
  timestamp,
  list,
  structure,
};

// A column, a list element or a struct field.
struct Field {
  std::string name;  // "element" of a list is not written out
  Kind kind = Kind::text;
  std::vector<Field> children;  // list: one; structure: one a field
};
using Schema = std::vector<Field>;

// Short forms for schemas written as tables in code.
Field text_field(std::string name);
Field field(std::string name, Kind kind);
Field list_of(std::string name, Field element);
Field struct_of(std::string name, std::vector<Field> fields);

// Values of one column in memory, one after another: text in an arena, lists as
// lengths, structs as columns. append_* adds exactly one value to this column;
// a struct value is one append_struct() and one value in each field; a list
// value is begin_list(), any number of values in element(), end_list().
class Column {
 public:
  void append_null();
  void append_text(std::string_view text);
  void append_maybe(const std::optional<std::string>& text) {
    if (text)
      append_text(*text);
    else
      append_null();
  }
  void append_maybe(const std::optional<std::string_view>& text) {
    if (text)
      append_text(*text);
    else
      append_null();
  }
  void append_bool(bool value);
  void append_int(std::int64_t value);  // every integer, date, timestamp kind
  void append_real(double value);
  void append_struct();
  void begin_list();
  void end_list();
  Column& element();
  Column& at(std::size_t field_index);
  // Between begin_list() and end_list(): takes the last element back if an
  // equal one stands before it in this list. Constant time, whatever the length
  // of the list; every element of the list must be asked after it is appended.
  bool drop_repeated_element();

  explicit Column(Field type);
  Column(Column&&) noexcept;
  ~Column();
  struct Data;
  Data& data() { return *data_; }
  const Data& data() const { return *data_; }

 private:
  std::unique_ptr<Data> data_;
};

// Rows held column by column. Memory: bytes() at least. Threads: one at a time.
class TableBuffer {
 public:
  explicit TableBuffer(Schema schema);
  Column& column(std::size_t index);
  const Column& column(std::size_t index) const;
  // Ends a row: every column must have got exactly one more value.
  void end_row() { ++rows_; }
  // Takes back what was appended since the last end_row().
  void drop_row();
  // Takes back the last ended row.
  void take_back_row() {
    --rows_;
    drop_row();
  }
  std::size_t rows() const { return rows_; }
  std::size_t bytes() const;
  void clear();
  const Schema& schema() const { return schema_; }

 private:
  Schema schema_;
  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

struct ParquetOptions {
  // Rounded up to 2,048, the rows that DuckDB reads at once.
  std::size_t row_group_rows = 122'880;
};

// Writes buffers as Parquet files, zstd level 3, one after another. Every field
// is optional; lists are the three-level list.element; timestamps are
// microseconds of no time zone. Threads: one at a time.
class ParquetWriter {
 public:
  ParquetWriter();

  // Writes the rows in the order of `order` (indices into the buffer; empty: as
  // appended) to `path`, which must not exist. fsynced. Byte-identical for
  // equal input. Errors: io (it exists, full disk, permissions), internal.
  Status write(const TableBuffer& rows, std::span<const std::uint32_t> order,
               const std::filesystem::path& path,
               const ParquetOptions& options);

  ParquetWriter(ParquetWriter&&) noexcept;
  ParquetWriter& operator=(ParquetWriter&&) noexcept;
  ~ParquetWriter();

 private:
  friend class ParquetFile;
  struct State;
  std::unique_ptr<State> state_;
};

// A Parquet file as ParquetWriter writes it, of more rows than fit in memory.
// Threads: one at a time.
class ParquetFile {
 public:
  // Errors: io (it exists, permissions).
  static Result<ParquetFile> create(const std::filesystem::path& path,
                                    Schema schema,
                                    const ParquetOptions& options);

  // Appends rows of that schema, in row groups of their own; `writer` lends its
  // buffers. Errors: io (full disk), internal.
  Status append(const TableBuffer& rows, ParquetWriter& writer,
                std::span<const std::uint32_t> order = {});
  // Writes the footer; fsynced. The last call. Errors: io.
  Status finish();

  ParquetFile(ParquetFile&&) noexcept;
  ParquetFile& operator=(ParquetFile&&) noexcept;
  ~ParquetFile();

 private:
  struct State;
  explicit ParquetFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// ParquetWriter::write for a single file.
Status write_parquet(const TableBuffer& rows,
                     const std::vector<std::uint32_t>& order,
                     const std::filesystem::path& path,
                     const ParquetOptions& options);

}  // namespace dmp::sql
