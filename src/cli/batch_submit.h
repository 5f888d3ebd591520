#pragma once

#include "cli/arguments.h"
#include "jobs/catalogue.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dmp::cli {

// A `batch-submit` command: its rows, and which of them each task is given.
struct Submission {
  std::string command;  // "ror", …
  std::string run_row;  // option that holds the run id of the chain
  std::vector<Option> rows;
  // By task: option of the leaf, option of this command; in the order they are
  // sent. Values equal to their default are not sent.
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> sent;
  // The same of what only the client of a server needs: sent where a host is
  // configured, and where they are not the defaults of the leaf.
  std::map<std::string, std::vector<std::pair<std::string, std::string>>>
      sent_with_host;
  // By task that an array can do: the option that says into how many parts.
  std::map<std::string, std::string> arrays;
  // Prefix of the options of the search, where the chain has one.
  std::optional<std::string> search_prefix;
};

// All eight, in the order of the guide. Source: spec cli.md 4, jobs.md 2.
std::vector<Submission> submissions();

// The stages (prefixes in the bucket) that must be finished before `task` can
// be the first of a chain. Source: spec jobs.md 2, column reads; 3.3.
std::vector<std::string> needed_stages(const Submission& submission,
                                       const Values& values,
                                       const std::string& task);

}  // namespace dmp::cli
