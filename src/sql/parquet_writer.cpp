// Writes a TableBuffer as Parquet: a DuckDB table function hands its rows out
// in the wanted order, a chunk at a time, and COPY encodes them. Text is not
// copied on our side: a DuckDB string points into the buffer's arena, which
// outlives the statement.
#include "sql/column_data.h"
#include "sql/session.h"
#include "sql/table_buffer.h"

#include <duckdb.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>

namespace dmp::sql {

namespace {

class LogicalType {
 public:
  explicit LogicalType(const Field& field) : handle_(make(field)) {}
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
  ~LogicalType() { duckdb_destroy_logical_type(&handle_); }
  duckdb_logical_type get() const { return handle_; }

 private:
  static duckdb_type id_of(Kind kind) {
    switch (kind) {
      case Kind::text:
        return DUCKDB_TYPE_VARCHAR;
      case Kind::boolean:
        return DUCKDB_TYPE_BOOLEAN;
      case Kind::uint8:
        return DUCKDB_TYPE_UTINYINT;
      case Kind::int32:
        return DUCKDB_TYPE_INTEGER;
      case Kind::int64:
        return DUCKDB_TYPE_BIGINT;
      case Kind::real:
        return DUCKDB_TYPE_DOUBLE;
      case Kind::date:
        return DUCKDB_TYPE_DATE;
      case Kind::timestamp:
        return DUCKDB_TYPE_TIMESTAMP;
      default:
        return DUCKDB_TYPE_INVALID;
    }
  }

  static duckdb_logical_type make(const Field& field) {
    if (field.kind == Kind::list) {
      const LogicalType element(field.children[0]);
      return duckdb_create_list_type(element.get());
    }
    if (field.kind != Kind::structure) {
      return duckdb_create_logical_type(id_of(field.kind));
    }
    std::vector<duckdb_logical_type> types;
    std::vector<const char*> names;
    for (const auto& child : field.children) {
      types.push_back(make(child));
      names.push_back(child.name.c_str());
    }
    duckdb_logical_type made =
        duckdb_create_struct_type(types.data(), names.data(), types.size());
    for (auto& type : types) duckdb_destroy_logical_type(&type);
    return made;
  }

  duckdb_logical_type handle_;
};

// ------------------------------------------------------------------- filling

using Index = std::span<const std::uint64_t>;

void mark_nulls(const Column::Data& data, Index rows, duckdb_vector vector) {
  std::uint64_t* validity = nullptr;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (data.valid[rows[i]] != 0) continue;
    if (validity == nullptr) {
      duckdb_vector_ensure_validity_writable(vector);
      validity = duckdb_vector_get_validity(vector);
    }
    validity[i >> 6] &= ~(std::uint64_t{1} << (i & 63));
  }
}

void fill_text(const Column::Data& data, Index rows, duckdb_vector vector) {
  auto* out = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
  // Rows come in another order than they lie in: far places are asked for
  // early.
  constexpr std::size_t kAhead = 16;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + 2 * kAhead < rows.size())
      __builtin_prefetch(&data.ends[rows[i + 2 * kAhead]]);
    if (i + kAhead < rows.size())
      __builtin_prefetch(data.bytes.data() + data.begin_of(rows[i + kAhead]));
    const std::uint64_t begin = data.begin_of(rows[i]);
    const auto length = static_cast<std::uint32_t>(data.ends[rows[i]] - begin);
    const char* bytes = data.bytes.data() + begin;
    duckdb_string_t string{};
    if (length <= 12) {
      string.value.inlined.length = length;
      std::memcpy(string.value.inlined.inlined, bytes, length);
    } else {
      string.value.pointer.length = length;
      std::memcpy(string.value.pointer.prefix, bytes, 4);
      string.value.pointer.ptr = const_cast<char*>(bytes);
    }
    out[i] = string;
  }
}

template <class T>
void fill_integers(const Column::Data& data, Index rows, duckdb_vector vector) {
  auto* out = static_cast<T*>(duckdb_vector_get_data(vector));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out[i] = static_cast<T>(data.integers[rows[i]]);
  }
}

void fill(const Column::Data& data, Index rows, duckdb_vector vector);

void fill_list(const Column::Data& data, Index rows, duckdb_vector vector) {
  std::size_t count = 0;
  for (const auto row : rows) count += data.ends[row] - data.begin_of(row);
  std::vector<std::uint64_t> elements;
  elements.reserve(count);
  for (const auto row : rows) {
    for (auto at = data.begin_of(row); at < data.ends[row]; ++at) {
      elements.push_back(at);
    }
  }
  duckdb_list_vector_reserve(vector, elements.size());
  duckdb_list_vector_set_size(vector, elements.size());
  auto* entries =
      static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector));
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t length = data.ends[rows[i]] - data.begin_of(rows[i]);
    entries[i] = {offset, length};
    offset += length;
  }
  fill(data.children[0].data(), elements, duckdb_list_vector_get_child(vector));
}

void fill(const Column::Data& data, Index rows, duckdb_vector vector) {
  mark_nulls(data, rows, vector);
  switch (data.kind) {
    case Kind::text:
      fill_text(data, rows, vector);
      break;
    case Kind::boolean:
    case Kind::uint8:
      fill_integers<std::uint8_t>(data, rows, vector);
      break;
    case Kind::int32:
    case Kind::date:
      fill_integers<std::int32_t>(data, rows, vector);
      break;
    case Kind::int64:
    case Kind::timestamp:
      fill_integers<std::int64_t>(data, rows, vector);
      break;
    case Kind::real: {
      auto* out = static_cast<double*>(duckdb_vector_get_data(vector));
      for (std::size_t i = 0; i < rows.size(); ++i)
        out[i] = data.reals[rows[i]];
      break;
    }
    case Kind::list:
      fill_list(data, rows, vector);
      break;
    case Kind::structure:
      for (std::size_t i = 0; i < data.children.size(); ++i) {
        fill(data.children[i].data(), rows,
             duckdb_struct_vector_get_child(vector, i));
      }
      break;
  }
}

// ------------------------------------------------------------ table function

// What the callbacks read while a statement runs.
struct Source {
  const TableBuffer* rows = nullptr;
  std::vector<std::uint64_t> order;
  std::size_t at = 0;
};

void bind(duckdb_bind_info info) {
  const auto& source = *static_cast<Source*>(duckdb_bind_get_extra_info(info));
  for (const auto& field : source.rows->schema()) {
    const LogicalType type(field);
    duckdb_bind_add_result_column(info, field.name.c_str(), type.get());
  }
  duckdb_bind_set_cardinality(info, source.order.size(), true);
}

void init(duckdb_init_info info) {
  duckdb_init_set_max_threads(info, 1);
}

void emit(duckdb_function_info info, duckdb_data_chunk output) {
  auto& source = *static_cast<Source*>(duckdb_function_get_extra_info(info));
  const std::size_t count = std::min<std::size_t>(
      duckdb_vector_size(), source.order.size() - source.at);
  const Index rows(source.order.data() + source.at, count);
  for (std::size_t i = 0; i < source.rows->schema().size(); ++i) {
    fill(source.rows->column(i).data(), rows,
         duckdb_data_chunk_get_vector(output, i));
  }
  source.at += count;
  duckdb_data_chunk_set_size(output, count);
}

Status register_source(const Session& session, Source& source) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, "buffered_rows");
  duckdb_table_function_set_extra_info(function, &source, nullptr);
  duckdb_table_function_set_bind(function, bind);
  duckdb_table_function_set_init(function, init);
  duckdb_table_function_set_function(function, emit);
  const auto done = duckdb_register_table_function(
      static_cast<duckdb_connection>(session.native()), function);
  duckdb_destroy_table_function(&function);
  if (done == DuckDBSuccess) return {};
  return Error{ErrorCode::internal, "register the rows of a buffer"};
}

Status sync(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return Error{ErrorCode::io, path.string() + ": " + std::strerror(errno)};
  }
  const int failed = ::fsync(file);
  const int number = errno;
  ::close(file);
  if (failed != 0) {
    return Error{ErrorCode::io, path.string() + ": " + std::strerror(number)};
  }
  return {};
}

}  // namespace

struct ParquetWriter::State {
  explicit State(Session opened) : session(std::move(opened)) {}
  Session session;
  Source source;
};

ParquetWriter::ParquetWriter(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
ParquetWriter::ParquetWriter(ParquetWriter&&) noexcept = default;
ParquetWriter& ParquetWriter::operator=(ParquetWriter&&) noexcept = default;
ParquetWriter::~ParquetWriter() = default;

Result<ParquetWriter> ParquetWriter::open() {
  DMP_ASSIGN(auto session, Session::open({}));
  auto state = std::make_unique<State>(std::move(session));
  DMP_TRY(register_source(state->session, state->source));
  return ParquetWriter(std::move(state));
}

Status ParquetWriter::write(const TableBuffer& rows,
                            std::span<const std::uint32_t> order,
                            const std::filesystem::path& path,
                            const ParquetOptions& options) {
  Source& source = state_->source;
  source.rows = &rows;
  source.at = 0;
  source.order.resize(rows.rows());
  if (order.empty()) {
    std::iota(source.order.begin(), source.order.end(), std::uint64_t{0});
  } else {
    source.order.assign(order.begin(), order.end());
  }
  std::size_t group_rows = options.row_group_rows;
  if (options.row_group_bytes > 0 && rows.rows() > 0) {
    const std::size_t row_bytes = 1 + rows.bytes() / rows.rows();
    group_rows = std::min(group_rows, options.row_group_bytes / row_bytes);
  }
  const std::string level =
      options.compression == "zstd" ? ", COMPRESSION_LEVEL 3" : "";
  DMP_TRY(state_->session.execute(fmt::format(
      "COPY (SELECT * FROM buffered_rows()) TO {} (FORMAT parquet, "
      "COMPRESSION {}{}, ROW_GROUP_SIZE {}, "
      "WRITE_BLOOM_FILTER false, STRING_DICTIONARY_PAGE_SIZE_LIMIT 262144)",
      quote(path.string()), options.compression, level,
      std::max<std::size_t>(group_rows, 2048))));
  return sync(path);
}

Status write_parquet(const TableBuffer& rows,
                     const std::vector<std::uint32_t>& order,
                     const std::filesystem::path& path,
                     const ParquetOptions& options) {
  DMP_ASSIGN(auto writer, ParquetWriter::open());
  return writer.write(rows, order, path, options);
}

}  // namespace dmp::sql
