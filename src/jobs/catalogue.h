#pragma once

#include "base/result.h"
#include "jobs/batch_chain.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::jobs {

enum class Tier : std::uint8_t { nano, small, medium, large, very_large };
enum class Definition : std::uint8_t { standard, database, datacite };

// A job that can be submitted. Source: spec jobs.md 2.
struct Task {
  std::string task;               // value of --start-job
  std::string name;               // AWS job name without the run id
  std::vector<std::string> leaf;  // words after `dmpworks aws-batch`
  Tier tier = Tier::small;
  Definition definition = Definition::standard;
  int timeout_hours = 1;
  std::string stage;  // {stage} of the queue: small, download, transform, …
};

// The tasks of a `batch-submit` command, in order; empty: no such command.
// Whether a task is left out (a subset nobody wants) is the caller's decision.
std::vector<Task> tasks_of(std::string_view command);

// The folder name of a data set: openalex_works for openalex-works.
std::string dataset_folder(std::string_view command);

struct Size {
  int vcpu = 1, memory_mib = 1024;
};
// "TASK=VCPU:MIB". Errors: invalid_argument.
Result<std::pair<std::string, Size>> parse_size_override(std::string_view text);

// Everything a chain is made of besides the catalogue.
struct ChainPlan {
  std::string command, run_id, env, bucket, executor, version;
  std::string submitted_at;        // now_text()
  std::vector<std::string> tasks;  // those to submit, in order
  // Arguments of each task after the leaf, as --name=value.
  std::map<std::string, std::vector<std::string>> arguments;
  // Patterns with {env}, {tier}, {stage}.
  std::string queue, standard_definition, database_definition,
      datacite_definition;
  std::map<std::string, Size> sizes;  // by task, over the tier table
  // By task: parts that an array makes, of sqlmesh-transform (ranges) and
  // dmp-works-search (shards). Absent or 1: a plain job.
  std::map<std::string, int> array_sizes;
};

// The chain, not yet submitted: each job depends on the one before it. A task
// that an array does is several jobs, the first of which --start-job means:
// <name>-prepare-R (sqlmesh-transform only), <name>-R, <name>-finish-R.
// Errors: invalid_argument (see check_chain).
Result<BatchChain> make_chain(const ChainPlan& plan);

}  // namespace dmp::jobs
