#include "cli/dmps_source.h"

#include "cli/batch_options.h"
#include "cli/database_options.h"
#include "cli/server_options.h"

#include <string>

namespace dmp::cli {

namespace {

constexpr const char* kName = "dmps-source";

}  // namespace

Option dmps_source_row() {
  return choice_row(kName,
                    "Where DMPs come from. auto: the finished "
                    "dmps/RUN/transform, or the files in dmps/RUN/download if "
                    "they changed, else MySQL if MYSQL_HOST is set.",
                    {"auto", "transform", "export", "mysql", "madmp"}, "auto",
                    "DMPS_SOURCE");
}

Option test_projects_row() {
  return without_effect(
      flag_row("include-test-projects", "Test projects too; MySQL only.",
               "DMPS_INCLUDE_TEST_PROJECTS"),
      kNoMysql);
}

void check_dmps_source(const Values& values, Problems& problems) {
  if (values.text(kName) != "mysql") return;
  problems.lines.emplace_back(
      "--dmps-source: mysql: this version has no MySQL client");
  problems.lines.emplace_back(
      "hint: put an export or maDMP files into dmps/RUN/download/");
}

jobs::DmpsInput dmps_input_of(const Values& values) {
  jobs::DmpsInput input;
  const std::string name = values.text(kName);
  if (name == "transform") input.source = jobs::DmpsSource::transform;
  if (name == "export") input.source = jobs::DmpsSource::export_file;
  if (name == "madmp") input.source = jobs::DmpsSource::madmp;
  if (name == "mysql") input.source = jobs::DmpsSource::mysql;
  input.mysql_host = values.has(kMysqlHost);
  return input;
}

}  // namespace dmp::cli
