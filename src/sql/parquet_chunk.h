#pragma once

#include "base/result.h"
#include "sql/column_data.h"
#include "sql/output_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dmp::sql {

// Where the values of a column stand in the rows of a row group: one slot for
// every value, and one for every place that holds none because a list or
// structure above it is empty or null. Levels are Dremel's, as Parquet has them
// (https://parquet.apache.org/docs/file-format/nestedencoding/).
struct Slots {
  std::vector<std::uint64_t> at;  // the value's index in its column; any
                                  // number where definition < most_definition
  std::vector<std::uint8_t> definition;
  std::vector<std::uint8_t> repetition;  // 0: a row begins; empty: all 0
  std::uint8_t most_definition = 0;      // of the column that `at` points into
  std::uint8_t most_repetition = 0;

  // Rows of the table itself.
  static Slots of_rows(std::vector<std::uint64_t> rows);
  // Of the fields of a structure, of the elements of a list.
  Slots below_structure(const Column::Data& structure) const;
  Slots below_list(const Column::Data& list) const;
};

// What the footer says of a column chunk.
struct ChunkFacts {
  std::int64_t slots = 0;                  // nulls and absent ones too
  std::int64_t nulls = 0;                  // and absent ones
  std::optional<std::int64_t> distinct;    // known where there is a dictionary
  std::optional<std::string> least, most;  // in PLAIN; none: not known
  std::optional<std::int64_t> dictionary_at;  // offsets in the file
  std::int64_t data_at = 0;
  std::int64_t raw_bytes = 0;  // with page headers, before compression
  std::int64_t bytes = 0;      // with page headers, as written
};

enum class TextBounds : std::uint8_t { kept, left_out };

// Encodes column chunks: pages of some 1 MiB cut between rows, a dictionary
// where values repeat, zstd level 3. Keeps its buffers from chunk to chunk.
// Threads: one at a time.
class ChunkEncoder {
 public:
  ChunkEncoder();
  ~ChunkEncoder();
  ChunkEncoder(ChunkEncoder&&) noexcept;
  ChunkEncoder& operator=(ChunkEncoder&&) noexcept;

  // Appends a chunk of a column that is no list and no structure.
  // Errors: io (full disk), internal.
  Result<ChunkFacts> encode(const Column::Data& column, const Slots& slots,
                            TextBounds bounds, OutputFile& file);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dmp::sql
