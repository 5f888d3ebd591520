#include "jobs/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace dmp::jobs {

namespace {

std::vector<Task> dataset_tasks(const std::string& dataset,
                                Definition download) {
  return {{"download",
           dataset + "-download",
           {dataset, "download"},
           Tier::large,
           download,
           12,
           "download"},
          {"dataset-subset",
           dataset + "-dataset-subset",
           {dataset, "dataset-subset"},
           Tier::large,
           Definition::standard,
           6,
           "transform"},
          {"transform",
           dataset + "-transform",
           {dataset, "transform"},
           Tier::large,
           Definition::standard,
           8,
           "transform"}};
}

// A job of the opensearch group of aws-batch.
Task opensearch_task(const std::string& task, Tier tier, Definition definition,
                     int hours) {
  return {task,       task,  {"opensearch", task}, tier,
          definition, hours, "opensearch"};
}

std::string_view tier_name(Tier tier) {
  switch (tier) {
    case Tier::nano:
      return "nano";
    case Tier::small:
      return "small";
    case Tier::medium:
      return "medium";
    case Tier::large:
      return "large";
    case Tier::very_large:
      return "very-large";
  }
  return "";
}

Size size_of(Tier tier) {
  switch (tier) {
    case Tier::nano:
      return {1, 1024};
    case Tier::small:
      return {2, 3686};
    case Tier::medium:
      return {8, 28762};
    case Tier::large:
      return {32, 58368};
    case Tier::very_large:
      return {32, 250880};
  }
  return {};
}

std::string filled(std::string pattern, const std::string& env,
                   const Task& task) {
  const auto put = [&](std::string_view mark, std::string_view value) {
    for (auto at = pattern.find(mark); at != std::string::npos;
         at = pattern.find(mark, at + value.size())) {
      pattern.replace(at, mark.size(), value);
    }
  };
  put("{env}", env);
  put("{tier}", tier_name(task.tier));
  put("{stage}", task.stage);
  return pattern;
}

const std::string& definition_of(const ChainPlan& plan, Definition definition) {
  if (definition == Definition::database) return plan.database_definition;
  if (definition == Definition::datacite) return plan.datacite_definition;
  return plan.standard_definition;
}

// One job of a task.
struct Phase {
  std::string suffix;                  // of the job's name, before the run
  std::vector<std::string> arguments;  // after those of the task
  int array_size = 1;
};

// A task is one job, or an array and what makes its parts a stage.
// Source: spec jobs.md 3.2.
std::vector<Phase> phases_of(const ChainPlan& plan, const Task& task) {
  const auto array = plan.array_sizes.find(task.task);
  if (array == plan.array_sizes.end() || array->second <= 1) return {{}};
  const Phase finish{"-finish", {"--phase=finish"}};
  if (task.task == "sqlmesh-transform") {
    return {{"-prepare", {"--phase=prepare"}},
            {"", {"--phase=range"}, array->second},
            finish};
  }
  return {{"", {"--phase=shard"}, array->second}, finish};
}

BatchJob job_of(const ChainPlan& plan, const Task& task, const Phase& phase) {
  BatchJob job;
  job.task = task.task;
  job.name = task.name + phase.suffix + "-" + plan.run_id;
  job.queue = filled(plan.queue, plan.env, task);
  job.definition = filled(definition_of(plan, task.definition), plan.env, task);
  Size size = size_of(task.tier);
  if (const auto own = plan.sizes.find(task.task); own != plan.sizes.end())
    size = own->second;
  job.vcpu = size.vcpu;
  job.memory_mib = size.memory_mib;
  job.timeout_seconds = task.timeout_hours * 3600;
  job.array_size = phase.array_size;
  job.command = {"dmpworks", "aws-batch"};
  job.command.insert(job.command.end(), task.leaf.begin(), task.leaf.end());
  if (const auto own = plan.arguments.find(task.task);
      own != plan.arguments.end()) {
    job.command.insert(job.command.end(), own->second.begin(),
                       own->second.end());
  }
  job.command.insert(job.command.end(), phase.arguments.begin(),
                     phase.arguments.end());
  return job;
}

std::optional<int> whole(std::string_view text) {
  int value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < 1)
    return std::nullopt;
  return value;
}

}  // namespace

std::vector<Task> tasks_of(std::string_view command) {
  if (command == "ror") {
    return {{"download",
             "ror-download",
             {"ror", "download"},
             Tier::nano,
             Definition::standard,
             1,
             "small"},
            {"transform",
             "ror-transform",
             {"ror", "transform"},
             Tier::small,
             Definition::standard,
             1,
             "small"}};
  }
  if (command == "data-citation-corpus") {
    return {{"download",
             "data-citation-corpus-download",
             {"data-citation-corpus", "download"},
             Tier::small,
             Definition::standard,
             2,
             "small"}};
  }
  if (command == "openalex-works" || command == "crossref-metadata")
    return dataset_tasks(std::string(command), Definition::standard);
  if (command == "datacite")
    return dataset_tasks("datacite", Definition::datacite);
  if (command == "dmps") {
    return {{"transform",
             "dmps-transform",
             {"dmps", "transform"},
             Tier::nano,
             Definition::standard,
             1,
             "small"}};
  }
  if (command == "process-works") {
    return {
        {"sqlmesh-transform",
         "sqlmesh-transform",
         {"sqlmesh", "plan"},
         Tier::very_large,
         Definition::standard,
         24,
         "sqlmesh"},
        opensearch_task("sync-works", Tier::medium, Definition::standard, 24)};
  }
  if (command == "process-dmps") {
    return {
        opensearch_task("sync-dmps", Tier::small, Definition::database, 4),
        opensearch_task("enrich-dmps", Tier::small, Definition::standard, 24),
        opensearch_task("dmp-works-search", Tier::large, Definition::standard,
                        12),
        opensearch_task("merge-related-works", Tier::small,
                        Definition::database, 6)};
  }
  return {};
}

std::string dataset_folder(std::string_view command) {
  std::string folder(command);
  std::replace(folder.begin(), folder.end(), '-', '_');
  return folder;
}

Result<std::pair<std::string, Size>> parse_size_override(
    std::string_view text) {
  const auto equals = text.find('=');
  const auto colon = text.find(':');
  if (equals != std::string_view::npos && colon != std::string_view::npos &&
      equals < colon) {
    const auto vcpu = whole(text.substr(equals + 1, colon - equals - 1));
    const auto memory = whole(text.substr(colon + 1));
    if (equals > 0 && vcpu && memory)
      return std::pair(std::string(text.substr(0, equals)),
                       Size{*vcpu, *memory});
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("\"{}\" is not TASK=VCPU:MIB", text)};
}

Result<BatchChain> make_chain(const ChainPlan& plan) {
  BatchChain chain;
  chain.command = plan.command;
  chain.run_id = plan.run_id;
  chain.env = plan.env;
  chain.bucket = plan.bucket;
  chain.executor = plan.executor;
  chain.version = plan.version;
  chain.submitted_at = plan.submitted_at;
  chain.id = chain_id(plan.command, plan.run_id, plan.submitted_at);
  for (const Task& task : tasks_of(plan.command)) {
    if (std::find(plan.tasks.begin(), plan.tasks.end(), task.task) ==
        plan.tasks.end()) {
      continue;
    }
    for (const Phase& phase : phases_of(plan, task)) {
      BatchJob job = job_of(plan, task, phase);
      if (!chain.jobs.empty()) job.depends_on = {chain.jobs.back().name};
      chain.jobs.push_back(std::move(job));
    }
  }
  DMP_TRY(check_chain(chain));
  return chain;
}

}  // namespace dmp::jobs
