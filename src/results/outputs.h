#pragma once

#include "base/result.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace dmp::results {

// The result files for people, as a stage. Source: spec cli.md 10.
struct OutputOptions {
  std::filesystem::path matches;    // finished search stage
  std::filesystem::path plans;      // finished dmps stage: titles of plans
  std::filesystem::path stage_dir;  // results/<run>
  std::optional<std::filesystem::path> ground_truth;
  bool jsonl = false, csv = false, parquet = false, html = false;
  bool force = false;
};

// Errors: not_found, corrupt_input, io.
Result<storage::StageResult> write_outputs(const OutputOptions& options);

// Means over the plans of the ground truth; see results/metrics.h.
struct PrecisionRecall {
  int k = 0;
  double precision = 0, recall = 0;
};

// `ground_truth`: CSV with dmp_doi, work_doi, status; ACCEPTED counts.
// Errors: not_found, corrupt_input (a column is missing), io.
Result<std::vector<PrecisionRecall>> precision_and_recall(
    const std::filesystem::path& matches,
    const std::filesystem::path& ground_truth, const std::vector<int>& ks);

}  // namespace dmp::results
