// Writes a TableBuffer as Parquet: row group by row group, and in each column
// by column, in the wanted order of rows. The places of a list's values are
// worked out once for all fields of its structure; values are read where the
// buffer holds them.
#include "sql/column_data.h"
#include "sql/output_file.h"
#include "sql/parquet_chunk.h"
#include "sql/table_buffer.h"
#include "sql/thrift_writer.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace dmp::sql {

namespace {

constexpr std::string_view kMagic = "PAR1";

// Numbers of parquet.thrift.
constexpr std::int32_t kBoolean = 0;
constexpr std::int32_t kInt32 = 1;
constexpr std::int32_t kInt64 = 2;
constexpr std::int32_t kDouble = 5;
constexpr std::int32_t kByteArray = 6;
constexpr std::int32_t kUtf8 = 0;  // converted types
constexpr std::int32_t kList = 3;
constexpr std::int32_t kDate = 6;
constexpr std::int32_t kUint8 = 11;
constexpr std::int32_t kOptional = 1;
constexpr std::int32_t kRepeated = 2;
constexpr std::int32_t kZstd = 6;

std::int32_t type_of(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return kBoolean;
    case Kind::uint8:
    case Kind::int32:
    case Kind::date:
      return kInt32;
    case Kind::int64:
    case Kind::timestamp:
      return kInt64;
    case Kind::real:
      return kDouble;
    default:
      return kByteArray;
  }
}

// What a leaf's bytes mean, in the old form and in the new.
void put_meaning(Kind kind, ThriftWriter& thrift) {
  switch (kind) {
    case Kind::text:
      thrift.int32(6, kUtf8);
      thrift.begin_struct(10);
      thrift.empty_struct(1);
      thrift.end();
      break;
    case Kind::uint8:
      thrift.int32(6, kUint8);
      thrift.begin_struct(10);
      thrift.begin_struct(10);
      thrift.byte(1, 8);
      thrift.boolean(2, false);  // unsigned
      thrift.end();
      thrift.end();
      break;
    case Kind::date:
      thrift.int32(6, kDate);
      thrift.begin_struct(10);
      thrift.empty_struct(6);
      thrift.end();
      break;
    case Kind::timestamp:  // the old form would make it a time in UTC
      thrift.begin_struct(10);
      thrift.begin_struct(8);
      thrift.boolean(1, false);
      thrift.begin_struct(2);
      thrift.empty_struct(2);  // microseconds
      thrift.end();
      thrift.end();
      thrift.end();
      break;
    default:
      break;
  }
}

// ------------------------------------------------------------------- footer

std::size_t elements_of(const Field& field) {
  std::size_t count = field.kind == Kind::list ? 2 : 1;
  for (const auto& child : field.children) count += elements_of(child);
  return count;
}

void put_group(std::string_view name, std::int32_t repetition,
               std::size_t children, bool is_list, ThriftWriter& thrift) {
  thrift.begin_element();
  thrift.int32(3, repetition);
  thrift.text(4, name);
  thrift.int32(5, static_cast<std::int32_t>(children));
  if (is_list) {
    thrift.int32(6, kList);
    thrift.begin_struct(10);
    thrift.empty_struct(3);
    thrift.end();
  }
  thrift.end();
}

void put_field(const Field& field, std::string_view name,
               ThriftWriter& thrift) {
  if (field.kind == Kind::list) {
    put_group(name, kOptional, 1, true, thrift);
    put_group("list", kRepeated, 1, false, thrift);
    put_field(field.children[0], "element", thrift);
    return;
  }
  if (field.kind == Kind::structure) {
    put_group(name, kOptional, field.children.size(), false, thrift);
    for (const auto& child : field.children)
      put_field(child, child.name, thrift);
    return;
  }
  thrift.begin_element();
  thrift.int32(1, type_of(field.kind));
  thrift.int32(3, kOptional);
  thrift.text(4, name);
  put_meaning(field.kind, thrift);
  thrift.end();
}

void put_schema(const Schema& schema, ThriftWriter& thrift) {
  std::size_t count = 1;
  for (const auto& field : schema) count += elements_of(field);
  thrift.begin_list(2, ThriftWriter::Element::structure, count);
  thrift.begin_element();
  thrift.text(4, "schema");
  thrift.int32(5, static_cast<std::int32_t>(schema.size()));
  thrift.end();
  for (const auto& field : schema) put_field(field, field.name, thrift);
}

using Path = std::vector<std::string_view>;

struct Chunk {
  Path path;
  Kind kind = Kind::text;
  ChunkFacts facts;
};

void put_facts(const Chunk& chunk, ThriftWriter& thrift) {
  const ChunkFacts& facts = chunk.facts;
  thrift.begin_struct(12);
  // Fields 5 and 6 are the bounds in the order of the type.
  thrift.int64(3, facts.nulls);
  if (facts.distinct) thrift.int64(4, *facts.distinct);
  if (facts.most) thrift.text(5, *facts.most);
  if (facts.least) thrift.text(6, *facts.least);
  thrift.end();
}

void put_chunk(const Chunk& chunk, ThriftWriter& thrift) {
  constexpr std::int32_t kPlain = 0;
  constexpr std::int32_t kRle = 3;
  constexpr std::int32_t kRleDictionary = 8;
  const ChunkFacts& facts = chunk.facts;
  thrift.begin_element();
  thrift.int64(2, 0);  // no second copy of the metadata
  thrift.begin_struct(3);
  thrift.int32(1, type_of(chunk.kind));
  thrift.begin_list(2, ThriftWriter::Element::int32,
                    facts.dictionary_at ? 3 : 2);
  thrift.element(kPlain);
  thrift.element(kRle);
  if (facts.dictionary_at) thrift.element(kRleDictionary);
  thrift.begin_list(3, ThriftWriter::Element::text, chunk.path.size());
  for (const auto name : chunk.path) thrift.element(name);
  thrift.int32(4, kZstd);
  thrift.int64(5, facts.slots);
  thrift.int64(6, facts.raw_bytes);
  thrift.int64(7, facts.bytes);
  thrift.int64(9, facts.data_at);
  if (facts.dictionary_at) thrift.int64(11, *facts.dictionary_at);
  put_facts(chunk, thrift);
  thrift.end();
  thrift.end();
}

struct RowGroup {
  std::vector<Chunk> chunks;
  std::int64_t rows = 0;
};

void put_row_group(const RowGroup& group, ThriftWriter& thrift) {
  std::int64_t raw_bytes = 0;
  std::int64_t bytes = 0;
  for (const auto& chunk : group.chunks) {
    raw_bytes += chunk.facts.raw_bytes;
    bytes += chunk.facts.bytes;
  }
  const ChunkFacts& first = group.chunks.front().facts;
  thrift.begin_element();
  thrift.begin_list(1, ThriftWriter::Element::structure, group.chunks.size());
  for (const auto& chunk : group.chunks) put_chunk(chunk, thrift);
  thrift.int64(2, raw_bytes);
  thrift.int64(3, group.rows);
  thrift.int64(5, first.dictionary_at.value_or(first.data_at));
  thrift.int64(6, bytes);
  thrift.end();
}

std::string footer_of(const Schema& schema, const std::vector<RowGroup>& groups,
                      std::size_t leaves) {
  std::string footer;
  ThriftWriter thrift(footer);
  std::int64_t rows = 0;
  for (const auto& group : groups) rows += group.rows;
  thrift.int32(1, 1);
  put_schema(schema, thrift);
  thrift.int64(3, rows);
  thrift.begin_list(4, ThriftWriter::Element::structure, groups.size());
  for (const auto& group : groups) put_row_group(group, thrift);
  thrift.text(6, "dmpworks");
  thrift.begin_list(7, ThriftWriter::Element::structure, leaves);
  for (std::size_t i = 0; i < leaves; ++i) {
    thrift.begin_element();  // bounds in the order of the type
    thrift.empty_struct(1);
    thrift.end();
  }
  thrift.end();
  const auto length = static_cast<std::uint32_t>(footer.size());
  for (unsigned shift = 0; shift < 32; shift += 8)
    footer += static_cast<char>(length >> shift);
  footer += kMagic;
  return footer;
}

std::size_t leaves_of(const Field& field) {
  if (field.children.empty()) return 1;
  std::size_t count = 0;
  for (const auto& child : field.children) count += leaves_of(child);
  return count;
}

// --------------------------------------------------------------------- rows

class RowGroupWriter {
 public:
  RowGroupWriter(ChunkEncoder& encoder, OutputFile& file)
      : encoder_(encoder), file_(file) {}

  Result<RowGroup> write(const TableBuffer& rows,
                         std::span<const std::uint64_t> order) {
    group_ = {};
    group_.rows = static_cast<std::int64_t>(order.size());
    const Slots slots = Slots::of_rows({order.begin(), order.end()});
    for (std::size_t i = 0; i < rows.schema().size(); ++i) {
      const Field& field = rows.schema()[i];
      DMP_TRY(visit(field, rows.column(i).data(), slots, {field.name}));
    }
    return std::move(group_);
  }

 private:
  Status visit(const Field& field, const Column::Data& column,
               const Slots& slots, const Path& path) {
    const auto below = [&](std::initializer_list<std::string_view> names) {
      Path longer = path;
      longer.insert(longer.end(), names);
      return longer;
    };
    if (field.kind == Kind::list) {
      return visit(field.children[0], column.children[0].data(),
                   slots.below_list(column), below({"list", "element"}));
    }
    if (field.kind == Kind::structure) {
      const Slots inside = slots.below_structure(column);
      for (std::size_t i = 0; i < field.children.size(); ++i) {
        const Field& child = field.children[i];
        DMP_TRY(visit(child, column.children[i].data(), inside,
                      below({child.name})));
      }
      return {};
    }
    const auto bounds =
        path.size() == 1 ? TextBounds::kept : TextBounds::left_out;
    DMP_ASSIGN(ChunkFacts facts, encoder_.encode(column, slots, bounds, file_));
    group_.chunks.push_back({path, field.kind, std::move(facts)});
    return {};
  }

  ChunkEncoder& encoder_;
  OutputFile& file_;
  RowGroup group_;
};

}  // namespace

// The row groups of one file, and where the next one goes.
struct ParquetFile::State {
  Schema schema;
  std::size_t group_rows;
  OutputFile file;
  std::vector<RowGroup> groups = {};

  Status append(const TableBuffer& rows, std::span<const std::uint32_t> wanted,
                ChunkEncoder& encoder, std::vector<std::uint64_t>& order);
  Status finish();
};

Status ParquetFile::State::append(const TableBuffer& rows,
                                  std::span<const std::uint32_t> wanted,
                                  ChunkEncoder& encoder,
                                  std::vector<std::uint64_t>& order) {
  order.resize(rows.rows());
  if (wanted.empty()) {
    std::iota(order.begin(), order.end(), std::uint64_t{0});
  } else {
    order.assign(wanted.begin(), wanted.end());
  }
  RowGroupWriter writer(encoder, file);
  const std::span<const std::uint64_t> all(order);
  for (std::size_t at = 0; at < all.size(); at += group_rows) {
    DMP_ASSIGN(auto group,
               writer.write(rows, all.subspan(at, std::min(group_rows,
                                                           all.size() - at))));
    groups.push_back(std::move(group));
  }
  return {};
}

Status ParquetFile::State::finish() {
  std::size_t leaves = 0;
  for (const auto& field : schema) leaves += leaves_of(field);
  DMP_TRY(file.append(footer_of(schema, groups, leaves)));
  return file.finish();
}

struct ParquetWriter::State {
  ChunkEncoder encoder;
  std::vector<std::uint64_t> order;
};

ParquetWriter::ParquetWriter() : state_(std::make_unique<State>()) {}
ParquetWriter::ParquetWriter(ParquetWriter&&) noexcept = default;
ParquetWriter& ParquetWriter::operator=(ParquetWriter&&) noexcept = default;
ParquetWriter::~ParquetWriter() = default;

ParquetFile::ParquetFile(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
ParquetFile::ParquetFile(ParquetFile&&) noexcept = default;
ParquetFile& ParquetFile::operator=(ParquetFile&&) noexcept = default;
ParquetFile::~ParquetFile() = default;

Result<ParquetFile> ParquetFile::create(const std::filesystem::path& path,
                                        Schema schema,
                                        const ParquetOptions& options) {
  constexpr std::size_t kScanned = 2'048;
  const std::size_t group_rows =
      std::max<std::size_t>(
          1, (options.row_group_rows + kScanned - 1) / kScanned) *
      kScanned;
  DMP_ASSIGN(auto file, OutputFile::create(path));
  DMP_TRY(file.append(kMagic));
  return ParquetFile(std::make_unique<State>(
      State{std::move(schema), group_rows, std::move(file)}));
}

Status ParquetFile::append(const TableBuffer& rows, ParquetWriter& writer,
                           std::span<const std::uint32_t> order) {
  return state_->append(rows, order, writer.state_->encoder,
                        writer.state_->order);
}

Status ParquetFile::finish() {
  return state_->finish();
}

Status ParquetWriter::write(const TableBuffer& rows,
                            std::span<const std::uint32_t> order,
                            const std::filesystem::path& path,
                            const ParquetOptions& options) {
  DMP_ASSIGN(auto file, ParquetFile::create(path, rows.schema(), options));
  DMP_TRY(file.append(rows, *this, order));
  return file.finish();
}

Status write_parquet(const TableBuffer& rows,
                     const std::vector<std::uint32_t>& order,
                     const std::filesystem::path& path,
                     const ParquetOptions& options) {
  return ParquetWriter().write(rows, order, path, options);
}

}  // namespace dmp::sql
