#pragma once

#include "jobs/stage_clock.h"
#include "storage/manifest.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace dmp::jobs {

// What a stage did and what it cost.
struct StageSummary {
  std::string name;         // e.g. "transform openalex-works"
  bool up_to_date = false;  // the figures are those of its last run
  bool failed = false;      // then only its cost is known
  std::int64_t rows_in = 0, rows_out = 0, dropped = 0, rejects = 0;
  std::map<std::string, std::int64_t> dropped_by_rule, rejects_by_reason;
  std::map<std::string, std::int64_t> counters;
  std::map<std::string, std::int64_t> rows_by_table;  // see table_of()
  std::int64_t files = 0;
  std::uint64_t bytes = 0;            // of its files
  double seconds = 0;                 // wall clock
  double cpu_seconds = 0;             // user and system, all threads
  std::uint64_t peak_bytes = 0;       // resident memory, highest in this stage
  std::filesystem::path rejects_dir;  // empty when there are none
};

// Of a stage that ended; the clock began with it.
StageSummary summary_of(const std::string& name, const StageClock& clock,
                        const storage::StageResult& result);
StageSummary summary_of_failure(const std::string& name,
                                const StageClock& clock);

std::int64_t total(const std::map<std::string, std::int64_t>& counts);

// "7 draft, 3 no_doi": the most frequent first; the rest of more than `most`
// are only numbered: "7 draft, and 12 others".
std::string by_name(const std::map<std::string, std::int64_t>& counts,
                    std::size_t most = static_cast<std::size_t>(-1));

// Members of records that no rule knows, counted as unknown_key.<section>.<key>
// while reading: the twenty most frequent, "5 awards.colour, 2 ids.isbn"; empty
// when there are none. Source: pitfall P03.
std::string unknown_keys(const std::map<std::string, std::int64_t>& counters);

// The table a file of a stage is a part of: its path without r<NN>/, endings
// and running numbers ("works_index/works_index_3.parquet" and
// "r01/works_index/works_index_0.parquet": "works_index/works_index").
std::string table_of(std::string_view path);

}  // namespace dmp::jobs
