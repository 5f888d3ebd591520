#include "dmps/transform.h"

#include "cli/batch_options.h"
#include "cli/commands.h"
#include "cli/job_context.h"
#include "cli/stats.h"
#include "cli/subset_list.h"
#include "ingest/transform.h"
#include "jobs/run_id.h"
#include "jobs/stage_summary.h"
#include "storage/files.h"

#include <fmt/format.h>

namespace dmp::cli {

namespace {

std::string summary(const storage::StageResult& stage, const std::string& dir) {
  std::string out = row_counts(stage);
  if (jobs::total(stage.manifest.rejects) > 0)
    out += fmt::format("rejects are in {}/rejects\n", dir);
  return out;
}

std::vector<Option> folders() {
  return {{"in-dir", OptionType::existing_path,
           "Folder of source files, searched recursively.", "", "", 0, true},
          {"out-dir", OptionType::path,
           "Output: absent, empty or of this command.", "", "", 1, true}};
}

Entry works_command(ingest::Source source) {
  const std::string dataset(ingest::source_name(source));
  Command command{{"transform", dataset},
                  fmt::format("Turn a {} dump into Parquet.", dataset),
                  folders()};
  append(command.options, shared(transform_rows(dataset, "")));
  const std::string spoken = "transform " + dataset;
  return {command,
          [source, spoken](const Values& values) -> Status {
            ingest::TransformOptions options;
            options.input = values.text("in-dir");
            options.stage_dir = values.text("out-dir");
            options.threads = threads_of(values);
            if (values.has("max-workers")) {
              options.threads = static_cast<int>(std::min<std::int64_t>(
                  options.threads, values.integer("max-workers")));
            }
            options.memory_limit_bytes = memory_of(values);
            options.batch_size =
                static_cast<std::size_t>(values.integer("batch-size"));
            options.row_group_rows =
                static_cast<std::size_t>(values.integer("row-group-size"));
            options.row_groups_per_file =
                static_cast<std::size_t>(values.integer("row-groups-per-file"));
            if (values.has("limit-files")) {
              options.limit_files =
                  static_cast<std::size_t>(values.integer("limit-files"));
            }
            options.xpac = xpac_of(values);
            options.max_reject_ratio = values.real("max-reject-ratio");
            options.run_year = text::from_day(jobs::today()).year;
            options.force = values.flag("force");
            DMP_ASSIGN(const auto stage, counted(values, spoken, [&] {
                         return ingest::transform_works(source, options);
                       }));
            return print(summary(stage, values.text("out-dir")));
          },
          [](const Values& values, Problems& problems) {
            check_xpac(values, "", problems);
          }};
}

Entry ror_command() {
  Command command{
      {"transform", "ror"},
      "Turn a ROR data dump into Parquet.",
      {{"ror-v2-json-file", OptionType::existing_path,
        "ROR schema-2 .json, .json.gz or the ZIP.", "", "", 0, true},
       {"out-dir", OptionType::path,
        "Output: absent, empty or of this command.", "", "", 1, true}}};
  return {command, [](const Values& values) -> Status {
            ingest::RorOptions options;
            options.input = values.text("ror-v2-json-file");
            options.stage_dir = values.text("out-dir");
            options.force = values.flag("force");
            options.max_reject_ratio = values.real("max-reject-ratio");
            DMP_ASSIGN(const auto stage, counted(values, "transform ror", [&] {
                         return ingest::transform_ror(options);
                       }));
            return print(summary(stage, values.text("out-dir")));
          }};
}

Entry dmps_command() {
  Command command{{"transform", "dmps"},
                  "Turn DMP Tool exports and RDA maDMP files into DMP records.",
                  folders()};
  append(command.options, shared(dmps_transform_rows()));
  return {command, [](const Values& values) -> Status {
            dmps::DmpsOptions options;
            options.inputs = {values.text("in-dir")};
            options.stage_dir = values.text("out-dir");
            options.force = values.flag("force");
            options.max_reject_ratio = values.real("max-reject-ratio");
            DMP_ASSIGN(const auto stage, counted(values, "transform dmps", [&] {
                         return dmps::transform_dmps(options);
                       }));
            return print(summary(stage, values.text("out-dir")));
          }};
}

// ------------------------------------------------------------ dataset-subset

constexpr const char* kDoisPath = "dois-path";
constexpr const char* kInstitutionsPath = "institutions-path";

std::vector<Option> subset_options() {
  std::vector<Option> options{
      {"dataset",
       OptionType::choice,
       "Data set.",
       "",
       "",
       0,
       true,
       {"crossref-metadata", "datacite", "openalex-works"}},
      {"in-dir", OptionType::existing_path, "Source folder.", "", "", 1, true},
      {"out-dir", OptionType::path, "Output: absent, empty or of this command.",
       "", "", 2, true},
      {kInstitutionsPath, OptionType::existing_path,
       "Institution list; one of the two lists is "
       "needed.",
       "", "DATASET_SUBSET_INSTITUTIONS_PATH", 3},
      {kDoisPath, OptionType::existing_path, "Work DOI list.", "",
       "DATASET_SUBSET_DOIS_PATH", 4}};
  for (auto& option : options) {
    if (option.position >= 3)
      option.aliases = {"dataset-subset." + option.name};
  }
  options.push_back({"dataset-subset.enable", OptionType::boolean,
                     "Accepted; to run this command is to enable the subset."});
  return options;
}

// P41.
void check_subset(const Values& values, Problems& problems) {
  if (!values.has(kDoisPath) && !values.has(kInstitutionsPath)) {
    problems.lines.emplace_back(
        "--institutions-path or --dois-path is required");
  }
  if (values.has("dataset-subset.enable") &&
      !values.flag("dataset-subset.enable")) {
    problems.lines.emplace_back(
        "--dataset-subset.enable: a subset cannot be made without one");
  }
}

Entry subset_command() {
  return {{{"transform", "dataset-subset"},
           "Keep only the works of listed DOIs or institutions of a dump.",
           subset_options()},
          [](const Values& values) -> Status {
            ingest::SubsetOptions options;
            options.source = *ingest::source_named(values.text("dataset"));
            options.input = values.text("in-dir");
            options.stage_dir = values.text("out-dir");
            DMP_ASSIGN(options.dois, list_at(values, kDoisPath));
            DMP_ASSIGN(options.institutions,
                       list_at(values, kInstitutionsPath));
            options.threads = threads_of(values);
            options.max_reject_ratio = values.real("max-reject-ratio");
            options.force = values.flag("force");
            DMP_ASSIGN(const auto stage,
                       counted(values, "transform dataset-subset",
                               [&] { return ingest::subset_works(options); }));
            return print(summary(stage, values.text("out-dir")));
          },
          check_subset};
}

}  // namespace

std::vector<Entry> transform_commands() {
  return {works_command(ingest::Source::openalex_works),
          works_command(ingest::Source::crossref_metadata),
          works_command(ingest::Source::datacite),
          ror_command(),
          dmps_command(),
          subset_command()};
}

}  // namespace dmp::cli
