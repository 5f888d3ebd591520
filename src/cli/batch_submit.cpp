// `dmpworks batch-submit …`: a chain of jobs, on AWS Batch or on this machine.
#include "cli/batch_submit.h"

#include "base/interrupt.h"
#include "base/log.h"
#include "cli/batch_options.h"
#include "cli/chain_runs.h"
#include "cli/commands.h"
#include "cli/database_options.h"
#include "cli/dmps_source.h"
#include "cli/job_context.h"
#include "cli/linkage_parameters.h"
#include "cli/running_chains.h"
#include "cli/search_options.h"
#include "cli/server_options.h"
#include "jobs/aws_executor.h"
#include "jobs/bucket_stage.h"
#include "jobs/local_executor.h"
#include "jobs/run_id.h"
#include "net/http.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <thread>

namespace dmp::cli {

namespace {

// G2, among them those that say into how many parts a task is cut, which are
// taken out of the rows of the command. Source: spec cli.md 3.
std::vector<Option> submission_rows(
    std::vector<Option>& own, const std::map<std::string, std::string>& cuts) {
  const std::string prefix = "dmp-tool-{env}-batch-";
  std::vector<Option> rows{
      choice_row("executor",
                 "AWS Batch, or the same chain on this machine, one job after "
                 "another.",
                 {"aws", "local"}, "aws", "DMPWORKS_EXECUTOR"),
      flag_row("dry-run",
               "Print the jobs (name, queue, definition, size, dependencies, "
               "command); submit nothing, no request to AWS.",
               "DMPWORKS_DRY_RUN"),
      flag_row("json", "Print the chain as one JSON document.", ""),
      flag_row("wait",
               "Follow the jobs until the chain ends; exit code of the chain.",
               ""),
      text_row("job-queue", OptionType::text,
               "Queue; {env}, {tier}, {stage} are replaced.",
               prefix + "job-queue", "DMPWORKS_JOB_QUEUE"),
      text_row("job-definition", OptionType::text, "Standard job definition.",
               prefix + "dmpworks-job", "DMPWORKS_JOB_DEFINITION"),
      text_row("database-job-definition", OptionType::text,
               "Definition that carries the MYSQL_* secrets.",
               prefix + "dmpworks-database-job",
               "DMPWORKS_DATABASE_JOB_DEFINITION"),
      text_row("datacite-job-definition", OptionType::text,
               "Definition that carries the DataCite secrets.",
               prefix + "dmpworks-datacite-download-job",
               "DMPWORKS_DATACITE_JOB_DEFINITION"),
      text_row("size", OptionType::list,
               "Other size for one task: TASK=VCPU:MIB.", "", "DMPWORKS_SIZES"),
      flag_row("force",
               "Every job does its work even if the manifest says it is done; "
               "another chain of the run may be running.",
               "DMPWORKS_FORCE")};
  const auto behind =
      std::find_if(rows.begin(), rows.end(),
                   [](const Option& row) { return row.name == "job-queue"; });
  const auto cut = std::find_if(own.begin(), own.end(), [&](const Option& row) {
    return std::any_of(cuts.begin(), cuts.end(),
                       [&](const auto& one) { return one.second == row.name; });
  });
  if (cut == own.end()) return rows;
  rows.insert(behind, std::move(*cut));
  own.erase(cut);
  return rows;
}

bool runs_locally(const Values& values) {
  return values.text("executor") == "local";
}

// The tasks from --start-job on, without those the settings take out.
std::vector<std::string> tasks_to_submit(const std::string& command,
                                         const Values& values) {
  std::vector<std::string> tasks;
  bool started = false;
  for (const auto& task : jobs::tasks_of(command)) {
    started = started || task.task == values.text("start-job");
    const bool left_out =
        (task.task == "dataset-subset" &&
         !values.flag("dataset-subset.enable")) ||
        task.task == "sync-works";  // this version writes no index
    if (started && !left_out) tasks.push_back(task.task);
  }
  return tasks;
}

// Of a value that is set and not the default: --name=value, as the leaf's own
// `name`.
void append_argument(const Option& row, const std::string& name,
                     const Values& values,
                     std::vector<std::string>& arguments) {
  if (!values.has(row.name)) return;
  if (row.type == OptionType::boolean) {
    const bool on = values.flag(row.name), standard = row.fallback == "True";
    if (on != standard)
      arguments.push_back(fmt::format("--{}={}", name, on ? "true" : "false"));
    return;
  }
  const std::string text =
      fmt::format("{}", fmt::join(values.list(row.name), ","));
  if (text != row.fallback)
    arguments.push_back(fmt::format("--{}={}", name, text));
}

// The row of a leaf of `aws-batch` for the client of a server.
const Option& leaf_row(const std::string& name) {
  static const std::vector<Option> kRows = [] {
    auto rows = opensearch_client_rows(client_group());
    append(rows, opensearch_sync_rows(sync_group()));
    return rows;
  }();
  return *std::find_if(kRows.begin(), kRows.end(),
                       [&](const Option& row) { return row.name == name; });
}

// What the client of a host needs; the defaults of a chain are not those of the
// job.
void append_with_host(const Submission& submission, const Values& values,
                      const std::string& task,
                      std::vector<std::string>& arguments) {
  const auto sent = submission.sent_with_host.find(task);
  if (sent == submission.sent_with_host.end() || !values.has("opensearch-host"))
    return;
  for (const auto& [leaf, own] : sent->second) {
    Option row = leaf_row(leaf);
    row.name = own;
    append_argument(row, leaf, values, arguments);
  }
}

// Those of a task, by the table of what it is sent; and what every job asks:
// whether to do what is done, how many rejects it may have, and whether it may
// read stages without manifest.
std::vector<std::string> arguments_of(const Submission& submission,
                                      const Values& values,
                                      const std::string& task) {
  std::vector<std::string> arguments;
  for (const auto& [leaf, own] : submission.sent.at(task)) {
    // The keys of lists nobody asked for say nothing.
    if (own.starts_with("dmp-subset.") && !values.flag("dmp-subset.enable"))
      continue;
    for (const auto& row : submission.rows)
      if (row.name == own) append_argument(row, leaf, values, arguments);
  }
  append_with_host(submission, values, task, arguments);
  for (const auto& row : global_options())
    if (row.name == "force" || row.name == "max-reject-ratio" ||
        row.name == "allow-no-manifest")
      append_argument(row, row.name, values, arguments);
  return arguments;
}

// Of a row: the names of its variables.
void add_variables(const Option& row, std::set<std::string, std::less<>>& all) {
  for (std::string_view rest = row.env; !rest.empty();) {
    const auto end = std::min(rest.find(", "), rest.size());
    all.emplace(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
}

// Variables that set options of a job. A job on this machine gets them by its
// command alone, as a container does, or the environment would win over the
// command line of the chain. Source: spec cli.md 1.1.
std::set<std::string, std::less<>> variables_of_jobs() {
  std::set<std::string, std::less<>> all;
  for (const auto& entry : aws_batch_commands())
    for (const auto& row : entry.command.options) add_variables(row, all);
  for (const auto& row : global_options()) {
    const bool of_chain = row.name == "force" || row.name == "stats" ||
                          row.name == "max-reject-ratio" ||
                          row.name == "allow-no-manifest";
    if (of_chain) add_variables(row, all);
  }
  // What the definition of a job gives it.
  for (const char* name :
       {"DATACITE_CREDENTIALS_URL", "MYSQL_CA_FILE", "MYSQL_DATABASE",
        "MYSQL_HOST", "MYSQL_PWD", "MYSQL_SSL", "MYSQL_TCP_PORT", "MYSQL_USER",
        "OPENSEARCH_PASSWORD", "OPENSEARCH_USERNAME"}) {
    all.erase(name);
  }
  return all;
}

bool is_of_machine(const Option& row) {
  return row.name == "threads" || row.name == "memory-limit" ||
         row.name == "scratch-dir";
}

// What was said for the chain of this machine, as jobs on it read it; an env
// file of the chain is none of theirs, and neither is .env.local.
jobs::Variables settings_of_jobs(const Values& values) {
  jobs::Variables settings{{"DMPWORKS_ENV_FILE", "/dev/null"}};
  for (const auto& row : global_options()) {
    if (is_of_machine(row) && values.has(row.name))
      settings.emplace_back(row.env, values.text(row.name));
  }
  return settings;
}

// ------------------------------------------------------------------- checks

bool is_task(const std::string& name) {
  const auto all = submissions();
  return std::any_of(all.begin(), all.end(), [&](const auto& submission) {
    const auto tasks = jobs::tasks_of(submission.command);
    return std::any_of(tasks.begin(), tasks.end(),
                       [&](const auto& task) { return task.task == name; });
  });
}

// Sizes may stand in a file for all commands: tasks of other sequences are
// right too.
void check_sizes(const Values& values, Problems& problems) {
  std::set<std::string> sized;
  for (const auto& text : values.list("size")) {
    const auto size = jobs::parse_size_override(text);
    if (!size) {
      problems.lines.push_back("--size: " + size.error().message);
    } else if (!is_task(size->first)) {
      problems.lines.push_back(
          fmt::format("--size: \"{}\" is no task", size->first));
    } else if (!sized.insert(size->first).second) {
      problems.lines.push_back(
          fmt::format("--size: {} is given twice", size->first));
    }
  }
}

// A URL goes into the request, the record and the logs of a chain. P117, P133.
void check_url(const Values& values, Problems& problems) {
  const auto secret = net::secret_in_url(values.text("download-url"));
  if (!secret) return;
  problems.lines.push_back(fmt::format(
      "--download-url: the URL holds a secret ({}), and jobs and their record "
      "show it",
      *secret));
  problems.lines.emplace_back("hint: give a URL that needs no secret");
}

void check_server(const Values& values, Problems& problems) {
  ClientNames names = client_names("os-client-config.");
  names.host = "opensearch-host";
  names.region = "opensearch-region";
  names.mode = "opensearch-mode";
  check_client(values, names, problems);
  if (values.text("start-job") != "sync-works") return;
  problems.lines.push_back(fmt::format(
      "--start-job: sync-works is not part of the sequence: {}",
      values.has("opensearch-host") ? "this version writes no OpenSearch index"
                                    : "no OpenSearch host is configured"));
}

void check_settings(const Submission& submission, const Values& values,
                    Problems& problems) {
  const auto problem = [&](std::string text) {
    problems.lines.push_back(std::move(text));
  };
  if (!runs_locally(values) &&
      storage::bucket_folder(values.text("bucket-name"))) {
    problem("--bucket-name: a folder needs --executor local");
  }
  if (values.text("start-job") == "dataset-subset" &&
      !values.flag("dataset-subset.enable")) {  // P98
    problem("--start-job: dataset-subset is not part of the sequence");
    problem(
        "hint: enable it with --dataset-subset.enable or "
        "DATASET_SUBSET_ENABLE=true");
  }
  check_dataset_subset(values, problems);
  check_xpac(values, "config.", problems);
  check_dmp_subset(values, problems);
  if (submission.search_prefix) {
    check_search(values, *submission.search_prefix, problems);
    check_submitted_database(values, problems);
  }
  check_server(values, problems);
  check_dmps_source(values, problems);
  if (submission.command == "process-works" && !values.has("release-date") &&
      !jobs::run_day(values.text("run-id"))) {
    problem("--release-date is required: the run id is not a date");
  }
  check_url(values, problems);
  check_sizes(values, problems);
}

// Jobs on AWS have their secrets of their definition. Source: spec cli.md 1.2.
void warn_of_secrets(const Values& values, Problems& problems) {
  if (runs_locally(values)) return;
  for (const char* name :
       {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "DATACITE_PASSWORD",
        "MYSQL_PWD", "OPENSEARCH_PASSWORD"}) {
    if (problems.from_file.contains(name))
      problems.warnings.push_back(fmt::format(
          "{} in the env file is not sent with a job: its definition has "
          "secrets of its own",
          name));
  }
}

// P104.
void warn_of_machine(const Values& values, Problems& problems) {
  if (runs_locally(values)) return;
  std::vector<std::string> names;
  for (const auto& row : global_options())
    if (is_of_machine(row) && values.has(row.name))
      names.push_back("--" + row.name);
  if (names.empty()) return;
  problems.warnings.push_back(fmt::format(
      "{} {} no effect: jobs on AWS have the machine that --size gives them",
      fmt::join(names, ", "), names.size() == 1 ? "has" : "have"));
}

// What the first task reads is finished (jobs.md 3.3). Errors: those of the
// bucket.
Status check_inputs(const Submission& submission, const Values& values,
                    const storage::ObjectStore& bucket, Problems& problems) {
  const std::string first = values.text("start-job");
  for (const auto& stage : needed_stages(submission, values, first)) {
    if (stage.ends_with(kNewestRun)) continue;  // none was found: said before
    DMP_ASSIGN(const bool finished, jobs::is_finished(bucket, stage));
    if (finished) continue;
    if (values.flag("allow-no-manifest")) {
      DMP_ASSIGN(const auto objects, bucket.list(stage + "/"));
      if (!objects.empty()) continue;
    }
    problems.lines.push_back(
        fmt::format("--start-job: {} needs {}/{}, which is not finished", first,
                    bucket.name(), stage));
  }
  return {};
}

// What the bucket says.
Status check_bucket(const Submission& submission, Values& values,
                    Problems& problems) {
  DMP_ASSIGN(const auto bucket,
             storage::open_store(values.text("bucket-name")));
  const auto tasks = tasks_to_submit(submission.command, values);
  DMP_TRY(choose_runs(tasks, *bucket, values, problems));
  DMP_TRY(check_inputs(submission, values, *bucket, problems));
  if (std::count(tasks.begin(), tasks.end(), "dmp-works-search") > 0)
    DMP_TRY(check_linkage_of_chain(*bucket, values, *submission.search_prefix,
                                   problems));
  if (!problems.lines.empty()) return {};
  return check_running(submission, values, *bucket, problems);
}

// --------------------------------------------------------------------- chain

Result<jobs::BatchChain> make_chain(const Submission& submission,
                                    const Values& values) {
  jobs::ChainPlan plan;
  plan.command = submission.command;
  plan.run_id = values.text(submission.run_row);
  plan.env = values.text("env");
  plan.bucket = values.text("bucket-name");
  plan.executor = values.text("executor");
  plan.version = DMPWORKS_VERSION;
  plan.submitted_at = jobs::now_text();
  plan.tasks = tasks_to_submit(submission.command, values);
  for (const auto& task : plan.tasks)
    plan.arguments[task] = arguments_of(submission, values, task);
  plan.queue = values.text("job-queue");
  plan.standard_definition = values.text("job-definition");
  plan.database_definition = values.text("database-job-definition");
  plan.datacite_definition = values.text("datacite-job-definition");
  for (const auto& text : values.list("size")) {
    DMP_ASSIGN(const auto size, jobs::parse_size_override(text));
    plan.sizes.insert(size);
  }
  for (const auto& [task, option] : submission.arrays) {
    if (values.text(option) != "auto")
      plan.array_sizes[task] = static_cast<int>(values.integer(option));
  }
  return jobs::make_chain(plan);
}

// ---------------------------------------------------------------- all checks

void check(const Submission& submission, Values& values, Problems& problems) {
  check_settings(submission, values, problems);
  warn_of_secrets(values, problems);
  warn_of_machine(values, problems);
  if (!problems.lines.empty()) return;
  if (const auto chain = make_chain(submission, values); !chain) {
    problems.lines.push_back(chain.error().message);
    return;
  }
  if (values.flag("dry-run")) {
    choose_runs_of_dry_run(tasks_to_submit(submission.command, values), values,
                           problems);
  } else if (Status asked = check_bucket(submission, values, problems);
             !asked) {
    problems.failure = std::move(asked).error();
  }
}

// ---------------------------------------------------------------- submission

// An id is taken by one chain: who submits again within the second waits it
// out, else two chains would write the same record and logs.
Result<jobs::BatchChain> make_new_chain(const Submission& submission,
                                        const Values& values,
                                        const storage::ObjectStore& bucket) {
  for (;;) {
    DMP_ASSIGN(jobs::BatchChain chain, make_chain(submission, values));
    DMP_ASSIGN(const bool taken, jobs::has_chain(bucket, chain.id));
    if (!taken) return chain;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

// A word as a shell would need it; only for people to read.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
      "-_=./:,@+";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos)
    return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string dry_run_text(const jobs::BatchChain& chain) {
  std::string out;
  for (const auto& job : chain.jobs) {
    out += job.name + "\n";
    out += fmt::format("  queue       {}\n  definition  {}\n", job.queue,
                       job.definition);
    out += fmt::format("  size        {} vCPU, {} MiB\n", job.vcpu,
                       job.memory_mib);
    if (job.array_size > 1)
      out += fmt::format("  array       {} members\n", job.array_size);
    out += fmt::format("  timeout     {} h, {} attempts\n",
                       job.timeout_seconds / 3600, job.attempts);
    out += fmt::format("  after       {}\n",
                       job.depends_on.empty() ? "-" : job.depends_on.front());
    std::string command;
    for (const auto& word : job.command)
      command += (command.empty() ? "" : " ") + quoted(word);
    out += "  command     " + command + "\n";
  }
  return out + "chain " + chain.id + "\n";
}

std::string submitted_text(const jobs::BatchChain& chain) {
  std::string out;
  for (const auto& job : chain.jobs)
    out += fmt::format("{} {}\n", job.name, job.id);
  return out + "chain " + chain.id + "\n";
}

void say(std::string_view line) {
  log::info("{}", line);
}

// What became of jobs whose chain was not taken is no matter of --quiet.
void warn(std::string_view line) {
  log::warning("{}", line);
}

Status submit_to_aws(jobs::BatchChain& chain,
                     const storage::ObjectStore& bucket, const Values& values) {
  DMP_ASSIGN(const auto service, jobs::BatchService::open());
  DMP_TRY(jobs::submit_to_aws(chain, bucket, *service, warn));
  DMP_TRY(print(values.flag("json") ? jobs::to_json(chain) + "\n"
                                    : submitted_text(chain)));
  if (!values.flag("wait")) return {};
  const std::string how_to_cancel =
      fmt::format("`dmpworks jobs cancel {} --bucket-name {}` ends them",
                  chain.id, values.text("bucket-name"));
  log::info("the jobs go on if this ends; {}", how_to_cancel);
  const OnInterrupt say_so(
      [&] { warn("interrupted: the jobs go on; " + how_to_cancel); });
  return jobs::wait_for_aws(chain, bucket, *service, say);
}

Status submit(const Submission& submission, const Values& values) {
  const bool json = values.flag("json");
  if (submission.command == "process-works") {
    log::info("sync-works: skipped, {}",
              values.has("opensearch-host")
                  ? "this version writes no OpenSearch index"
                  : "no OpenSearch host is configured");
  }
  if (values.flag("dry-run")) {
    DMP_ASSIGN(const auto chain, make_chain(submission, values));
    return print(json ? jobs::to_json(chain) + "\n" : dry_run_text(chain));
  }
  DMP_ASSIGN(const auto bucket,
             storage::open_store(values.text("bucket-name")));
  DMP_ASSIGN(jobs::BatchChain chain,
             make_new_chain(submission, values, *bucket));
  // What cannot be recorded is not begun, nor its ids said.
  if (runs_locally(values)) DMP_TRY(jobs::save_chain(*bucket, chain));
  log::info("chain {}", chain.id);
  if (!runs_locally(values)) return submit_to_aws(chain, *bucket, values);
  jobs::LocalOptions local;
  local.threads = threads_of(values);
  local.memory_limit = [&] { return memory_of(values); };
  local.settings = settings_of_jobs(values);
  local.withheld = variables_of_jobs();
  local.scratch_dir = scratch_root(values);
  local.say = say;
  Status done = jobs::run_locally(chain, *bucket, local);
  DMP_TRY(print(json ? jobs::to_json(chain) + "\n" : submitted_text(chain)));
  return done;
}

}  // namespace

std::vector<Entry> batch_submit_commands() {
  std::vector<Entry> entries;
  for (const auto& submission : submissions()) {
    std::vector<Option> rows = submission.rows;
    append(rows, shared(submission_rows(rows, submission.arrays)));
    entries.push_back(
        {{{"batch-submit", submission.command}, "", std::move(rows)},
         [submission](const Values& values) {
           return submit(submission, values);
         },
         [submission](Values& values, Problems& problems) {
           check(submission, values, problems);
         }});
  }
  return entries;
}

}  // namespace dmp::cli
