#pragma once

#include "cli/arguments.h"

#include <filesystem>
#include <optional>
#include <vector>

// G12: where related works live, and how matches are merged. Source: spec
// cli.md 3; what of MySQL is not built in is said, never passed by.
namespace dmp::cli {

Option database_row();
// What stands for a MySQL database in the environment of a job.
inline constexpr const char* kMysqlHost = "mysql-config.mysql-host";
Option mysql_host_row(const std::string& help);
Option merge_host_row();  // of what merges matches
// The rest of G12.
std::vector<Option> merge_rows();

// A --database that is set can be used.
void check_database(const Values& values, Problems& problems);
// The same, and it is set: for a leaf without a bucket.
void need_database(const Values& values, Problems& problems);
// The same for a chain of jobs on a bucket, where a folder has a default.
void check_submitted_database(const Values& values, Problems& problems);

// The FILE of a text sqlite:FILE; nullopt: it is something else.
std::optional<std::filesystem::path> sqlite_file(const std::string& text);
// The SQLite file of --database, of a checked line.
std::filesystem::path database_file(const Values& values);
// The same for a job on --bucket-name: by default dmpworks.db in a folder.
// nullopt: none; why is logged.
std::optional<std::filesystem::path> bucket_database(const Values& values);

}  // namespace dmp::cli
