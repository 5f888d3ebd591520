#pragma once

#include "base/result.h"
#include "sql/key_counts.h"
#include "sql/session.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

// Counts of 64-bit keys that do not fit in memory: taken down in parts, summed,
// and kept in two files.
namespace dmp::sql {

// How often keys were added, in a table that goes to a part file when it is
// full. Threads: one at a time.
class KeyTally {
 public:
  // Part files go to `scratch`, which must exist, and begin with `name`.
  KeyTally(std::filesystem::path scratch, std::string name,
           std::size_t most_keys = 4'000'000)
      : scratch_(std::move(scratch)),
        name_(std::move(name)),
        most_keys_(most_keys) {}

  // All keys of a work. Errors: io.
  Status add(const std::vector<std::uint64_t>& keys);
  // The part files, of columns key and count: no order, a key once a file; at
  // least one. The last call. Errors: io.
  Result<std::vector<std::filesystem::path>> finish();

 private:
  Status spill();

  std::filesystem::path scratch_;
  std::string name_;
  std::size_t most_keys_;
  KeyCounts counts_;
  std::vector<std::filesystem::path> parts_;
};

// Counts by ascending key (as a signed number), each key once. A count may be
// negative: what is taken from another one.
class CountStream {
 public:
  // `query`: of columns key and count. It has a connection of its own, so that
  // several are read at once. Errors: those of Session::query.
  static Result<CountStream> open(const Session& session,
                                  const std::string& query);

  // Whether there is a count here; then its key and how much it is.
  bool at_end() const { return row_ == rows_in_chunk_; }
  std::int64_t key() const { return key_; }
  std::int64_t count() const { return count_; }
  // Errors: corrupt_input (keys do not ascend), those of Rows::next.
  Status next();

 private:
  CountStream(Session session, Rows rows)
      : session_(std::move(session)), rows_(std::move(rows)) {}
  Status read();

  Session session_;
  Rows rows_;
  std::size_t row_ = 0, rows_in_chunk_ = 0;
  std::int64_t key_ = 0, count_ = 0;
};

// The sums of part files: `added` less `taken`, which may be none; no zeros.
// Errors: those of CountStream::open.
Result<CountStream> sum_of_parts(
    const Session& session, const std::vector<std::filesystem::path>& added,
    const std::vector<std::filesystem::path>& taken = {});

// Where the counts of a collection are kept: those of at least 2, which the
// model asks for (a key that is absent counts as 1), and the keys counted once,
// without which nothing could be added or taken away later.
struct CountFiles {
  std::filesystem::path counts;   // key, count; by key
  std::filesystem::path singles;  // key; by key
};

// Adds up the streams and writes what is above zero. The same bytes for the
// same sums, however they came about. Memory: a row group. Errors: io,
// corrupt_input (a sum below zero, keys that do not ascend).
Status write_counts(std::vector<CountStream> streams, const CountFiles& files);

// The stream of what write_counts wrote. Errors: those of CountStream::open.
Result<std::vector<CountStream>> read_counts(const Session& session,
                                             const CountFiles& files);

}  // namespace dmp::sql
