#pragma once

#include "base/result.h"
#include "model/match.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace dmp::results {

// matches.parquet: one row per listed work, in rank order; the columns of
// matches.csv with their types, and the lists of the record. Abstracts are not
// in it. Memory: 100,000 rows; parts lie beside `path` until finish().
class MatchParquetWriter {
 public:
  // `path` must not exist. Errors: io.
  static Result<MatchParquetWriter> create(const std::filesystem::path& path);
  Status put(const model::PlanMatches& matches);
  // Errors: io.
  Result<std::int64_t> finish();

  MatchParquetWriter(MatchParquetWriter&&) noexcept;
  ~MatchParquetWriter();

 private:
  struct State;
  explicit MatchParquetWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dmp::results
