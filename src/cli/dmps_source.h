#pragma once

#include "cli/arguments.h"
#include "jobs/stage_jobs.h"

#include <vector>

namespace dmp::cli {

// --dmps-source, and --include-test-projects of MySQL. Source: spec cli.md G14.
Option dmps_source_row();
Option test_projects_row();
// Says that MySQL cannot be read, where it is asked for by name.
void check_dmps_source(const Values& values, Problems& problems);
// What a job is told; MYSQL_HOST is one of its rows (mysql_host_row).
jobs::DmpsInput dmps_input_of(const Values& values);

}  // namespace dmp::cli
