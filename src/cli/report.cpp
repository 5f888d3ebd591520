#include "results/report.h"

#include "cli/batch_options.h"
#include "cli/commands.h"
#include "cli/database_options.h"
#include "database/stored_matches.h"
#include "dmps/transform.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <system_error>

namespace dmp::cli {

namespace {

std::vector<Option> options() {
  return {
      {"matches-path", OptionType::path,
       "Matches: a file, a folder with matches*.jsonl[.gz], or sqlite:FILE, "
       "the related works of a database.",
       "", "", 0, true},
      {"out-file", OptionType::path,
       "One self-contained HTML file, no outside resources.", "report.html", "",
       1},
      truth_row("CSV dmp_doi,work_doi,status: adds metrics and marks."),
      {"max-works",
       OptionType::integer,
       "Works shown per DMP.",
       "20",
       "",
       -1,
       false,
       {},
       1},
      {"min-score",
       OptionType::real,
       "Least score / scoreMax shown; with the ranker linkage, least "
       "probability.",
       "0",
       "",
       -1,
       false,
       {},
       0,
       1},
      {"title", OptionType::text, "Title.", "DMP works"},
      {"dmps-path", OptionType::existing_path,
       "DMP records, for titles and reasons: transform Parquet, DMP export or "
       "maDMP JSON.",
       "", "DMPWORKS_DMPS_PATH"},
  };
}

// A database must be there as a file must be.
void check(const Values& values, Problems& problems) {
  const std::string given = values.text("matches-path");
  std::error_code error;
  if (given.empty() ||
      std::filesystem::exists(sqlite_file(given).value_or(given), error)) {
    return;
  }
  problems.lines.push_back(
      fmt::format("--matches-path: {}: no such file or folder", given));
}

Status report(const Values& values) {
  results::ReportInputs inputs;
  const std::string given = values.text("matches-path");
  inputs.matches = results::matches_at(given);
  inputs.out_file = values.text("out-file");
  inputs.title = values.text("title");
  inputs.max_works = static_cast<std::size_t>(values.integer("max-works"));
  inputs.min_score = values.real("min-score");
  std::vector<model::Plan> plans;
  std::optional<database::StoredMatches> stored;
  if (const auto file = sqlite_file(given)) {
    DMP_ASSIGN(stored, database::StoredMatches::open(*file));
    DMP_ASSIGN(plans, stored->plans());
    inputs.matches = [&stored](const results::MatchVisit& visit) {
      return stored->read(visit);
    };
  }
  if (values.has("dmps-path")) {
    DMP_ASSIGN(plans, dmps::load_plans(values.text("dmps-path")));
  }
  inputs.plans = plans;
  std::optional<results::GroundTruth> truth;
  if (values.has("ground-truth-file")) {
    DMP_ASSIGN(truth,
               results::GroundTruth::read(values.text("ground-truth-file")));
    inputs.truth = &*truth;
  }
  DMP_TRY(results::write_report(inputs));
  return print("report: " + inputs.out_file.string() + "\n");
}

}  // namespace

Entry report_command() {
  return {{{"report"},
           "Make one HTML page of matches: for each plan the works, and why.",
           options()},
          report,
          check};
}

}  // namespace dmp::cli
