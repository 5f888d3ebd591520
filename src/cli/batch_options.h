#pragma once

#include "cli/arguments.h"
#include "ingest/transform.h"

#include <string>
#include <vector>

// Rows and groups that the `batch-submit`, `aws-batch` and `jobs` commands
// share. Source: spec cli.md 3-5.
namespace dmp::cli {

// In place of a run id of `aws-batch`: the newest finished one, looked up by
// the job. A dry run that may not ask the bucket shows it.
inline constexpr const char* kNewestRun = "NEWEST";

Option env_row();
// "A unique ID …", read from `variable` ("" = none).
Option run_row(const std::string& name, const std::string& variable,
               int position);
Option bucket_row(const std::string& variable, int position);

Option text_row(const std::string& name, OptionType type,
                const std::string& help, const std::string& fallback,
                const std::string& env, int position = -1,
                bool required = false);
Option choice_row(const std::string& name, const std::string& help,
                  std::vector<std::string> choices, const std::string& fallback,
                  const std::string& env, int position = -1,
                  bool required = false);
Option number_row(const std::string& name, const std::string& help,
                  const std::string& fallback, const std::string& env,
                  double least, double most, int position = -1);
// --ground-truth-file.
Option truth_row(const std::string& help, int position = -1,
                 bool required = false);
Option flag_row(const std::string& name, const std::string& help,
                const std::string& env);
// Accepted, without effect; `use` is the option that has it ("" = none).
Option ignored_row(const std::string& name, OptionType type,
                   const std::string& use, const std::string& env,
                   int position = -1);

// G3, each name behind `prefix`.
std::vector<Option> dataset_subset_rows();
// An enabled subset has a list. P41.
void check_dataset_subset(const Values& values, Problems& problems);
// G4 in its bucket form.
std::vector<Option> dmp_subset_rows();
// An enabled subset has a list. P95.
void check_dmp_subset(const Values& values, Problems& problems);
// The same of lists in files, for the leaves without a bucket; --dois-file and
// --institutions-file, of a list each, are to enable the subset. P95.
std::vector<Option> local_dmp_subset_rows();
void check_local_dmp_subset(const Values& values, Problems& problems);
// --xpac, what it or its late spelling says, and that not both are given.
// Source: cli.md G5; P42.
Option xpac_row(const std::string& env);
ingest::Xpac xpac_of(const Values& values);
void check_xpac(const Values& values, const std::string& prefix,
                Problems& problems);
// What the transform of DMPs accepts of G5: nothing of it has an effect.
std::vector<Option> dmps_transform_rows();
// G5 of a data set ("openalex-works", …), each name behind `prefix`.
std::vector<Option> transform_rows(const std::string& dataset,
                                   const std::string& prefix);
// G10: DuckDB's threads and memory, of a leaf (batch-submit has its own names).
std::vector<Option> duckdb_rows();
// The rest of G10.
std::vector<Option> works_index_rows();

// Marks rows as of a group: they stand in the help's box `Options`.
std::vector<Option> shared(std::vector<Option> rows);
void append(std::vector<Option>& to, std::vector<Option> rows);

}  // namespace dmp::cli
