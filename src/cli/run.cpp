#include "jobs/run.h"

#include "base/log.h"
#include "cli/batch_options.h"
#include "cli/commands.h"
#include "cli/linkage_parameters.h"
#include "cli/progress_display.h"
#include "cli/search_options.h"
#include "cli/stats.h"
#include "cli/subset_list.h"

#include <filesystem>

namespace dmp::cli {

namespace {

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<Option> options() {
  const auto input = [](const char* name, const char* env) {
    return Option{name, OptionType::existing_path,
                  "Source snapshot, a file or folder, read in place.", "", env};
  };
  const auto list = [](const char* name, const char* help, const char* env,
                       const char* env_switch) {
    Option option{name, OptionType::existing_path, help, "", env};
    option.env_switch = env_switch;
    return option;
  };
  std::vector<Option> all{
      {"out-dir", OptionType::path,
       "Output folder; has the bucket layout, plus results/<run>/.", "",
       "DMPWORKS_OUT_DIR", 0, true},
      {"dmps", OptionType::list, "DMP exports or maDMP JSON, files or folders.",
       "", "DMPWORKS_DMPS", -1, true},
      input("openalex-works", "DMPWORKS_OPENALEX_WORKS"),
      input("crossref-metadata", "DMPWORKS_CROSSREF_METADATA"),
      input("datacite", "DMPWORKS_DATACITE"),
      input("ror", "DMPWORKS_ROR"),
      input("data-citation-corpus", "DMPWORKS_DATA_CITATION_CORPUS"),
      {"works-index", OptionType::existing_path,
       "A finished full works index instead of the snapshots.", "",
       "DMPWORKS_WORKS_PATH"},
      list("subset-dois", "Work DOI list: only listed works are transformed.",
           "DATASET_SUBSET_DOIS_PATH", "DATASET_SUBSET_ENABLE"),
      list("subset-institutions",
           "Institution list: only works of listed institutions.",
           "DATASET_SUBSET_INSTITUTIONS_PATH", "DATASET_SUBSET_ENABLE"),
      list("dmp-subset-dois", "DMP DOI list: only listed DMPs are searched.",
           "DMP_SUBSET_DOIS_PATH", "DMP_SUBSET_ENABLE"),
      list("dmp-subset-institutions",
           "Institution list: only DMPs of listed institutions.",
           "DMP_SUBSET_INSTITUTIONS_PATH", "DMP_SUBSET_ENABLE"),
      truth_row(
          "CSV dmp_doi,work_doi,status: marks the report, adds precision and "
          "recall."),
      {"run-id", OptionType::run_id,
       "Run of all stages: the newest run in the output folder, else today, "
       "UTC.",
       "", "DMPWORKS_RUN_ID"},
      {"prev-run-id", OptionType::run_id,
       "Run whose DOI state is continued, or INITIAL: the newest complete "
       "one."},
      xpac_row(""),
      {"works-index-ranges",
       OptionType::ranges,
       "DOI-bucket ranges, 1 to 256, done one after another; auto: from "
       "memory.",
       "auto",
       "DMPWORKS_WORKS_INDEX_RANGES",
       -1,
       false,
       {},
       1,
       256},
      {"max-change-ratio",
       OptionType::real,
       "Fewer rows than (1 - ratio) of the previous run, or more deletions, "
       "fail.",
       "0.1",
       "",
       -1,
       false,
       {},
       0,
       1},
      {"accept-change", OptionType::boolean, "Go on in spite of that guard.",
       "False"},
      {"format",
       OptionType::list,
       "Result files.",
       "jsonl,csv,html",
       "DMPWORKS_FORMAT",
       -1,
       false,
       {"jsonl", "csv", "parquet", "html"}},
      {"from",
       OptionType::choice,
       "First stage.",
       "download",
       "",
       -1,
       false,
       {"download", "subset", "transform", "works-index", "search", "merge"}},
      {"until",
       OptionType::choice,
       "Last stage.",
       "merge",
       "",
       -1,
       false,
       {"download", "subset", "transform", "works-index", "search", "merge"}},
  };
  for (auto& option : search_options("")) all.push_back(std::move(option));
  all.push_back({"json", OptionType::boolean, "Summary as JSON.", "False"});
  return all;
}

jobs::Step step_of(const std::string& name) {
  if (name == "download") return jobs::Step::download;
  if (name == "subset") return jobs::Step::subset;
  if (name == "works-index") return jobs::Step::works_index;
  if (name == "search") return jobs::Step::search;
  if (name == "merge") return jobs::Step::merge;
  return jobs::Step::transform;
}

jobs::RunOptions run_options(const Values& values) {
  jobs::RunOptions run;
  const auto path =
      [&](const char* name) -> std::optional<std::filesystem::path> {
    if (!values.has(name)) return std::nullopt;
    return values.text(name);
  };
  run.out_dir = values.text("out-dir");
  run.openalex_works = path("openalex-works");
  run.crossref_metadata = path("crossref-metadata");
  run.datacite = path("datacite");
  run.ror = path("ror");
  run.data_citation_corpus = path("data-citation-corpus");
  run.works_index = path("works-index");
  run.ground_truth = path("ground-truth-file");
  for (const auto& dmps : values.list("dmps")) run.dmps.emplace_back(dmps);
  run.run_id = values.text("run-id");
  run.prev_run_id = values.text("prev-run-id");
  run.threads = threads_of(values);
  run.memory_limit_bytes = memory_of(values);
  if (values.has("scratch-dir")) run.scratch_dir = values.text("scratch-dir");
  if (values.text("works-index-ranges") != "auto") {
    run.ranges = static_cast<int>(values.integer("works-index-ranges"));
  }
  run.xpac = xpac_of(values);
  run.max_reject_ratio = values.real("max-reject-ratio");
  run.max_change_ratio = values.real("max-change-ratio");
  run.accept_change = values.flag("accept-change");
  run.force = values.flag("force");
  run.from = step_of(values.text("from"));
  run.until = step_of(values.text("until"));
  run.forms.clear();
  for (const auto& form : values.list("format")) {
    if (form == "jsonl") run.forms.push_back(jobs::ResultForm::jsonl);
    if (form == "csv") run.forms.push_back(jobs::ResultForm::csv);
    if (form == "parquet") run.forms.push_back(jobs::ResultForm::parquet);
    if (form == "html") run.forms.push_back(jobs::ResultForm::html);
  }
  run.search = search_of(values, "");
  if (auto learned = linkage_in_folder(run.out_dir, values, ""))
    run.search.linkage_file = *std::move(learned);
  return run;
}

// Reads the lists of subsets.
Status read_lists(const Values& values, jobs::RunOptions& run) {
  DMP_ASSIGN(run.subset_dois, list_at(values, "subset-dois"));
  DMP_ASSIGN(run.subset_institutions, list_at(values, "subset-institutions"));
  DMP_ASSIGN(run.dmp_subset_dois, list_at(values, "dmp-subset-dois"));
  DMP_ASSIGN(run.dmp_subset_institutions,
             list_at(values, "dmp-subset-institutions"));
  return {};
}

// Other parameters give other probabilities: say which they are.
void say_parameters(const Values& values, const jobs::RunOptions& run) {
  if (run.until < jobs::Step::search || !uses_linkage(values, "")) return;
  log::info("linkage parameters: {}", run.search.linkage_file
                                          ? run.search.linkage_file->string()
                                          : "the compiled-in tables");
}

// The parameters of ranker linkage, wherever they lie.
void check_parameters(const Values& values, Problems& problems) {
  Status read = check_linkage_object(values, "", problems);
  if (read && values.has("out-dir")) {
    const auto out = storage::open_folder(values.text("out-dir"));
    read = check_linkage_of_bucket(*out, values, "", problems);
  }
  if (!read) problems.failure = std::move(read).error();
}

// Before any work: a source, and plans that are there.
void check_inputs(const Values& values, Problems& problems) {
  check_search(values, "", problems);
  check_parameters(values, problems);
  std::error_code failed;
  for (const auto& dmps : values.list("dmps")) {
    if (!std::filesystem::exists(dmps, failed))
      problems.lines.push_back("--dmps: " + dmps + ": no such file or folder");
  }
  for (const char* source :
       {"openalex-works", "crossref-metadata", "datacite", "works-index"}) {
    if (values.has(source)) return;
  }
  problems.lines.emplace_back(
      "one of --openalex-works, --crossref-metadata, --datacite and "
      "--works-index is required");
}

}  // namespace

Entry run_command() {
  Command command{{"run"},
                  "Run the whole chain on one machine: dumps and plans in, "
                  "matches with evidence out.",
                  options()};
  return {command,
          [](const Values& values) -> Status {
            jobs::RunOptions run = run_options(values);
            DMP_TRY(read_lists(values, run));
            say_parameters(values, run);
            ProgressDisplay display;
            if (!values.flag("quiet")) {
              run.progress = [&](const jobs::StageProgress& progress) {
                display.show(progress);
              };
            }
            run.ended = [&](const jobs::StageSummary& stage) {
              if (values.stats() != nullptr) values.stats()->add(stage);
            };
            auto summary = jobs::run(run);
            display.clear();
            if (!summary) return std::move(summary).error();
            return print(values.flag("json") ? jobs::summary_json(*summary)
                                             : jobs::summary_table(*summary));
          },
          check_inputs};
}

}  // namespace dmp::cli
