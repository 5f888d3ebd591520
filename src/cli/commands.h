#pragma once

#include "base/result.h"
#include "cli/arguments.h"

#include <functional>
#include <string>
#include <vector>

namespace dmp::cli {

// A command and what running it does with checked values. Output goes to
// standard output; everything else to standard error.
struct Entry {
  Command command;
  std::function<Status(const Values&)> run;
  // What is wrong with the values together, if it can be known before any
  // work: exit 2, with all other problems. Values may be missing or bad then.
  // It may set values that it looked up.
  std::function<void(Values&, Problems&)> check = {};
};

// One source file each. Declaring touches nothing; running does the work.
std::vector<Entry> transform_commands();
Entry run_command();
Entry synth_command();
Entry report_command();
Entry cat_command();
std::vector<Entry> sqlmesh_commands();
std::vector<Entry> linkage_commands();
std::vector<Entry> opensearch_commands();
std::vector<Entry> related_works_commands();

std::vector<Entry> batch_submit_commands();
std::vector<Entry> aws_batch_commands();
std::vector<Entry> jobs_commands();

// Every command of the program.
std::vector<Entry> all_commands();

// The program: words after its name, exit code.
int run_program(const std::vector<std::string>& typed);

// Values shared by commands.
int threads_of(const Values& values);
std::uint64_t memory_of(const Values& values);
// Prints to standard output. A broken pipe is success.
Status print(const std::string& text);

}  // namespace dmp::cli
