#pragma once

#include "base/result.h"
#include "model/match.h"
#include "results/match_json.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace dmp::results {

// Writes matches_NNNN.jsonl.gz, NNNN from 0000, in the order given. The gzip
// header has no name and no time, so equal matches give equal bytes. Without
// any plan there is one empty file. Threads: one at a time; memory: a record.
// Source: spec search.md 8.1.
class MatchFileWriter {
 public:
  struct Options {
    std::size_t plans_per_file = 1000;
    Explain explain = Explain::write;
  };
  struct File {
    std::filesystem::path path;
    std::int64_t records = 0;
  };

  // Makes the folder. Errors: io.
  static Result<MatchFileWriter> begin(const std::filesystem::path& dir,
                                       const Options& options);
  static Result<MatchFileWriter> begin(const std::filesystem::path& dir) {
    return begin(dir, Options{});
  }

  // Errors: io.
  Status put(const model::PlanMatches& matches);
  // Closes and syncs the last file; gives all. Errors: io.
  Result<std::vector<File>> finish();

  MatchFileWriter(MatchFileWriter&&) noexcept;
  ~MatchFileWriter();

 private:
  struct State;
  explicit MatchFileWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

using MatchVisit = std::function<Status(model::PlanMatches&&)>;
// Hands on the same matches in the same order whenever it is called.
using MatchSource = std::function<Status(const MatchVisit&)>;

// Hands on every plan's matches. `path` is a matches file (gzip or not), a
// finished stage (the files of its manifest, P88) or a folder with
// matches*.jsonl[.gz], itself or in matches/, but for what a search or a merge
// wrote there (*.failures.jsonl, *.merge_progress.jsonl, *.failed_dmps.jsonl).
// The order is that of the files; plans of the flat form follow at the end by
// DOI, their works by score, then DOI. Memory: a record; all of them for the
// flat form. Errors: not_found, corrupt_input (file and line), io, those of
// `visit`.
Status read_matches(const std::filesystem::path& path, const MatchVisit& visit);
MatchSource matches_at(const std::filesystem::path& path);

}  // namespace dmp::results
