#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dmp::model {

// How a search was made and what came of it, as its manifest says.
// Source: spec search.md 8.1.
struct SearchRun {
  struct Linkage {
    std::string method;  // how the parameters were made: default, em, labels
    std::string sha256;  // of the parameter file, or of the compiled-in one
  };
  struct WorksIndex {
    std::string name;       // its run
    std::int64_t docs = 0;  // works
    std::string stats;      // sha256 of its counts of words
  };

  std::optional<std::string> run_id;  // null: of no run (--out-dir)
  // When its first job began, UTC, ISO 8601; empty: an older program's.
  std::string started_at;
  std::string engine;  // stream
  // As the command line calls them.
  std::string query_builder, ranker, similarity;
  std::optional<Linkage> linkage;  // null: another ranker
  WorksIndex works_index;
  // First day of the modification window; null: plans of all days.
  std::optional<std::string> window;
  std::int64_t dmps = 0;            // searched, one record each
  std::int64_t dmps_with_hits = 0;  // of these, with works
  std::int64_t works = 0;           // in all records
  std::int64_t failed = 0;          // DMPs without a record
};

}  // namespace dmp::model
