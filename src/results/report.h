#pragma once

#include "base/result.h"
#include "model/plan.h"
#include "results/ground_truth.h"
#include "results/match_files.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace dmp::results {

struct ReportInputs {
  MatchSource matches;
  std::filesystem::path out_file;  // replaced when the report is complete
  std::string title = "DMP works";
  std::string
      note;  // shown below the title, e.g. run id and date; may be empty
  std::span<const model::Plan> plans;  // ascending DOI; may lack any
  const GroundTruth* truth = nullptr;  // adds metrics and marks
  std::vector<int> ks{10, 20, 100};    // for the metrics
  std::size_t max_works = 20;          // shown a plan
  double min_score = 0;                // least strength_of shown
};

// One self-contained HTML file for people: a summary, the list of plans, each
// plan's works with the reasons for them. It loads nothing from outside and
// works without JavaScript, which only adds filters; more than 500 plans are
// packed, and JavaScript unpacks those looked at. Every text of a record is
// escaped. The matches are read twice and written as they are read. Memory: one
// plan's matches, a line a plan.
// Errors: those of the matches; io.
Status write_report(const ReportInputs& inputs);

}  // namespace dmp::results
