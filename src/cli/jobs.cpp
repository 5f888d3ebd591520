// `dmpworks jobs …`: what became of chains of jobs, on AWS or on this machine.
#include "base/json_writer.h"
#include "base/log.h"
#include "cli/batch_options.h"
#include "cli/commands.h"
#include "jobs/aws_executor.h"
#include "jobs/batch_chain.h"
#include "jobs/local_executor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>

namespace dmp::cli {

namespace {

Option jobs_row(bool required) {
  return {"jobs",
          OptionType::list,
          "Chain ids, or ids of AWS jobs: the newest chain of the bucket.",
          "",
          "",
          0,
          required};
}

Option executor_row() {
  return choice_row("executor", "The newest chains of one executor: of any.",
                    {"aws", "local"}, "", "DMPWORKS_EXECUTOR");
}

Option bucket_of_chains() {
  return text_row("bucket-name", OptionType::bucket, "Where chain records lie.",
                  "", "BUCKET_NAME");
}

// AWS gives jobs UUIDs, with ":<index>" for a member of an array.
bool is_job_id(const std::string& id) {
  constexpr std::string_view kHex = "0123456789abcdef-";
  const std::string uuid = id.substr(0, id.find(':'));
  return uuid.size() == 36 && uuid[8] == '-' && uuid[23] == '-' &&
         uuid.find_first_not_of(kHex) == std::string::npos;
}

// The chains a line names, with their states as they are now.
class Chains {
 public:
  explicit Chains(const Values& values) : values_(values) {}

  Result<std::vector<jobs::BatchChain>> named() {
    std::vector<jobs::BatchChain> chains;
    if (!values_.has("jobs")) {
      DMP_ASSIGN(chains, newest(1));
      if (!chains.empty()) return chains;
      return Error{ErrorCode::not_found,
                   bucket_->name() + " has no chain of jobs"};
    }
    for (const auto& id : values_.list("jobs")) {
      DMP_ASSIGN(auto chain, load(id));
      chains.push_back(std::move(chain));
    }
    return chains;
  }

  Result<std::vector<jobs::BatchChain>> newest(std::size_t limit) {
    DMP_TRY(open_bucket());
    DMP_ASSIGN(auto ids, jobs::list_chains(*bucket_));
    std::vector<jobs::BatchChain> chains;
    for (std::size_t i = 0; i < ids.size() && chains.size() < limit; ++i) {
      DMP_ASSIGN(auto chain, jobs::load_one_of_chains(*bucket_, ids[i]));
      if (!chain || (values_.has("executor") &&
                     chain->executor != values_.text("executor")))
        continue;
      DMP_TRY(look_up(*chain));
      chains.push_back(*std::move(chain));
    }
    return chains;
  }

  // The record as it is now, and what it does not say.
  Status refresh(jobs::BatchChain& chain) {
    if (chain.executor != "aws") {
      DMP_ASSIGN(chain, jobs::load_chain(*bucket_, chain.id));
    }
    return look_up(chain);
  }

  // What the record of a chain does not say, or not yet.
  Status look_up(jobs::BatchChain& chain) {
    if (chain.executor != "aws") {
      jobs::end_abandoned(chain);
      return {};
    }
    DMP_TRY(open_service());
    const std::string before = jobs::to_json(chain);
    DMP_TRY(service_->describe(chain.jobs));
    if (jobs::to_json(chain) != before) keep_states(chain);
    return {};
  }

  const storage::ObjectStore& bucket() const { return *bucket_; }
  const jobs::BatchService& service() const { return *service_; }

 private:
  // AWS forgets them. Not of a chain that is still being submitted: its record
  // has another writer.
  void keep_states(const jobs::BatchChain& chain) const {
    const bool submitted =
        std::none_of(chain.jobs.begin(), chain.jobs.end(),
                     [](const auto& job) { return job.id.empty(); });
    if (chain.command.empty() || !submitted) return;
    if (const Status saved = jobs::save_chain(*bucket_, chain); !saved)
      log::debug("record of {}: {}", chain.id, saved.error().message);
  }
  Status open_bucket() {
    if (bucket_) return {};
    if (!values_.has("bucket-name")) {
      return Error{ErrorCode::invalid_argument,
                   "--bucket-name is required (or set BUCKET_NAME)"};
    }
    DMP_ASSIGN(bucket_, storage::open_store(values_.text("bucket-name")));
    return {};
  }
  Status open_service() {
    if (service_) return {};
    DMP_ASSIGN(service_, jobs::BatchService::open());
    return {};
  }
  Result<jobs::BatchChain> load(const std::string& id) {
    jobs::BatchChain chain;
    if (is_job_id(id)) {
      chain.id = id;
      chain.executor = "aws";
      chain.jobs.emplace_back().id = id;
    } else {
      DMP_TRY(open_bucket());
      auto found = jobs::load_chain(*bucket_, id);
      if (!found && found.error().code == ErrorCode::not_found)
        return no_chain(id);
      DMP_ASSIGN(chain, std::move(found));
    }
    DMP_TRY(look_up(chain));
    return chain;
  }

  Error no_chain(const std::string& id) const {
    return Error{
        ErrorCode::not_found,
        fmt::format("{} has no chain {}; hint: `dmpworks jobs status --all "
                    "--bucket-name {}` lists those it has",
                    bucket_->name(), id, values_.text("bucket-name"))};
  }

  const Values& values_;
  std::unique_ptr<storage::ObjectStore> bucket_;
  std::unique_ptr<jobs::BatchService> service_;
};

std::string run_text(const std::string& name, const jobs::JobRun& run) {
  std::string out =
      fmt::format("{:<10} {}", run.state.empty() ? "UNKNOWN" : run.state, name);
  if (run.exit_code) out += fmt::format("  exit code {}", *run.exit_code);
  if (!run.started_at.empty()) out += "  " + run.started_at;
  if (!run.ended_at.empty()) out += " to " + run.ended_at;
  if (run.state == "FAILED" && !run.reason.empty())
    out += fmt::format("  ({})", run.reason);
  return out + "\n";
}

std::string status_text(const jobs::BatchChain& chain) {
  std::string out = fmt::format("{} {}\n", chain.id, jobs::chain_state(chain));
  for (const auto& job : chain.jobs) {
    out += "  " + run_text(job.name, job);
    for (std::size_t i = 0; i < job.members.size(); ++i)
      out += "    " + run_text(jobs::member_name(job, i), job.members[i]);
  }
  return out;
}

// A local chain whose process is gone has failed without a failed job.
Status chain_outcome(const jobs::BatchChain& chain) {
  DMP_TRY(jobs::outcome_of(chain));
  if (jobs::chain_state(chain) != "FAILED") return {};
  return Error{ErrorCode::internal, chain.id + ": its process is gone"};
}

// A list of them, unless it is one and no list was asked for.
std::string one_document(const std::vector<std::string>& documents,
                         bool is_list = false) {
  const std::string all = fmt::format("{}", fmt::join(documents, ","));
  return is_list || documents.size() > 1 ? "[" + all + "]\n" : all + "\n";
}

Status print_chains(const std::vector<jobs::BatchChain>& chains,
                    const Values& values) {
  std::string out;
  if (values.flag("json")) {
    std::vector<std::string> documents;
    documents.reserve(chains.size());
    for (const auto& chain : chains) documents.push_back(jobs::to_json(chain));
    return print(one_document(documents, values.flag("all")));
  }
  for (const auto& chain : chains)
    out += values.flag("all")
               ? fmt::format("{} {}\n", chain.id, jobs::chain_state(chain))
               : status_text(chain);
  return print(out);
}

// What is not known of chains of other machines.
void warn_of_elsewhere(const std::vector<jobs::BatchChain>& chains) {
  for (const auto& chain : chains) {
    if (!jobs::is_elsewhere(chain) || !jobs::may_go_on(chain)) continue;
    log::warning(
        "{} was begun on {}: its record is shown, whether it still runs is not "
        "seen from here",
        chain.id, chain.host);
  }
}

Status status(const Values& values) {
  constexpr std::chrono::seconds kEvery{10};
  Chains source(values);
  if (values.flag("all")) {
    DMP_ASSIGN(
        const auto chains,
        source.newest(static_cast<std::size_t>(values.integer("limit"))));
    warn_of_elsewhere(chains);
    return print_chains(chains, values);
  }
  DMP_ASSIGN(auto chains, source.named());
  warn_of_elsewhere(chains);
  for (;;) {
    const bool going =
        std::any_of(chains.begin(), chains.end(), jobs::may_go_on);
    const bool last = !values.flag("watch") || !going;
    // One JSON document, not one a look.
    if (last || !values.flag("json")) DMP_TRY(print_chains(chains, values));
    if (last) break;
    std::this_thread::sleep_for(kEvery);
    for (auto& chain : chains) DMP_TRY(source.refresh(chain));
  }
  for (const auto& chain : chains) DMP_TRY(chain_outcome(chain));
  return {};
}

// How much of `text`, from its end, are the last `count` lines.
std::string_view last_lines(std::string_view text, std::size_t count) {
  if (count == 0) return {};
  std::size_t from = text.ends_with('\n') ? text.size() - 1 : text.size();
  while (from > 0) {
    const auto end = text.rfind('\n', from - 1);
    if (end == std::string_view::npos) return text;
    if (--count == 0) return text.substr(end + 1);
    from = end;
  }
  return text;
}

// The log of a job, or of a member of an array.
struct JobLog {
  std::string job, place;  // place: key in the bucket, or id of the AWS job
  std::string head;        // the line above it
};

// Prints what jobs have logged, and what they add; or keeps it, to be one JSON
// document in the end.
class LogReader {
 public:
  LogReader(const Chains& source, std::size_t tail, bool keeps)
      : source_(source), tail_(tail), keeps_(keeps) {}

  // What is there and was not printed yet of the job n of the chain. Whole
  // lines only, but of a job that has ended.
  Status print_new(const jobs::BatchChain& chain, std::size_t n, bool ended) {
    return chain.executor == "aws" ? print_aws(chain.jobs[n])
                                   : print_local(chain, n, ended);
  }

  // What was kept of a chain, and is forgotten then.
  std::string take_json(const std::string& chain) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("chain", chain).key("logs").begin_array();
    for (const auto& [log, text] : kept_) {
      json.begin_object().member("job", log.job).member("log", log.place);
      json.key("lines").begin_array();
      for (std::string_view rest = text; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        json.value(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
      json.end_array().end_object();
    }
    json.end_array().end_object();
    kept_.clear();
    return out;
  }

 private:
  // Of every member of an array, each under a line with its name.
  Status print_local(const jobs::BatchChain& chain, std::size_t n, bool ended) {
    const std::string prefix =
        fmt::format("jobs/{}/{}-{}", chain.id, n + 1, chain.jobs[n].name);
    DMP_ASSIGN(const auto found, source_.bucket().list(prefix));
    for (const auto& object : found) {
      if (!object.key.ends_with(".log")) continue;
      const auto known = printed_.find(object.key);
      if (known != printed_.end() && known->second >= object.bytes) continue;
      DMP_ASSIGN(const std::string text, source_.bucket().read(object.key));
      std::string_view fresh = text;
      if (!ended) fresh = fresh.substr(0, fresh.rfind('\n') + 1);
      const std::size_t read = fresh.size();
      if (known == printed_.end()) {
        fresh = last_lines(fresh, tail_);
      } else {
        fresh.remove_prefix(std::min(known->second, read));
      }
      printed_[object.key] = read;
      DMP_TRY(put({chain.jobs[n].name, object.key, "== " + object.key + "\n"},
                  std::string(fresh)));
    }
    return {};
  }

  Status print_aws(const jobs::BatchJob& job) {
    const auto log_of = [](const std::string& name, const std::string& id) {
      return JobLog{name, id, fmt::format("== {} {}\n", name, id)};
    };
    if (job.members.empty()) return print_stream(job, log_of(job.name, job.id));
    for (std::size_t i = 0; i < job.members.size(); ++i) {
      DMP_TRY(print_stream(
          job.members[i],
          log_of(jobs::member_name(job, i), fmt::format("{}:{}", job.id, i))));
    }
    return {};
  }

  Status print_stream(const jobs::JobRun& run, const JobLog& log) {
    std::string& next = next_[run.log_stream];
    std::string out;
    for (bool more = true; more;) {
      auto page = source_.service().log_page(run, tail_, next);
      if (!page && page.error().code != ErrorCode::not_found)
        return page.error();
      if (!page) break;
      for (const auto& line : page->lines) out += line + "\n";
      more = !next.empty() && page->next != next;
      next = page->next;
    }
    return put(log, out);
  }

  // Under its head, where another log was printed last.
  Status put(const JobLog& log, std::string text) {
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    if (keeps_) {
      keep(log, text);
      return {};
    }
    const std::string& head = log.head;
    if (head == head_) return text.empty() ? Status() : print(text);
    if (text.empty() && !heads_.insert(head).second) return {};
    heads_.insert(head);
    head_ = head;
    return print(head + text);
  }

  void keep(const JobLog& log, const std::string& text) {
    const auto known = std::find_if(
        kept_.begin(), kept_.end(),
        [&](const auto& one) { return one.first.head == log.head; });
    if (known == kept_.end())
      kept_.emplace_back(log, text);
    else
      known->second += text;
  }

  const Chains& source_;
  std::size_t tail_;
  bool keeps_;
  std::vector<std::pair<JobLog, std::string>> kept_;
  std::string head_;
  std::set<std::string> heads_;
  std::map<std::string, std::uint64_t> printed_;  // bytes of a log, by key
  std::map<std::string, std::string> next_;  // by stream: a retry has its own
};

bool is_over(const jobs::BatchChain& chain, std::size_t n) {
  return jobs::has_ended(chain.jobs[n]) || !jobs::may_go_on(chain);
}

// --task is one of some chain.
Status check_task(const std::vector<jobs::BatchChain>& chains,
                  const std::string& task) {
  std::set<std::string> tasks;
  for (const auto& chain : chains)
    for (const auto& job : chain.jobs) tasks.insert(job.task);
  if (task.empty() || tasks.contains(task)) return {};
  return Error{ErrorCode::not_found,
               fmt::format("--task: there is no {}; the tasks are {}", task,
                           fmt::join(tasks, ", "))};
}

Status logs(const Values& values) {
  constexpr std::chrono::seconds kEvery{2};
  Chains source(values);
  DMP_ASSIGN(auto chains, source.named());
  DMP_TRY(check_task(chains, values.text("task")));
  const bool json = values.flag("json");
  LogReader reader(source, static_cast<std::size_t>(values.integer("tail")),
                   json);
  std::vector<std::string> documents;
  for (auto& chain : chains) {
    for (std::size_t n = 0; n < chain.jobs.size(); ++n) {
      if (values.has("task") && chain.jobs[n].task != values.text("task"))
        continue;
      for (;;) {
        // The state first: what is logged before the end is printed then.
        const bool over = !values.flag("follow") || is_over(chain, n);
        DMP_TRY(reader.print_new(chain, n, over));
        if (over) break;
        std::this_thread::sleep_for(kEvery);
        DMP_TRY(source.refresh(chain));
      }
    }
    if (json) documents.push_back(reader.take_json(chain.id));
  }
  return json ? print(one_document(documents)) : Status();
}

// Errors: invalid_argument (a chain is not of the executor that is named).
Status check_executor(const std::vector<jobs::BatchChain>& chains,
                      const Values& values) {
  if (!values.has("executor")) return {};
  for (const auto& chain : chains) {
    if (chain.executor == values.text("executor")) continue;
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{} is of executor {}; nothing was ended",
                             chain.id, chain.executor)};
  }
  return {};
}

// AWS refuses a longer one, after the jobs were looked up.
void check_reason(const Values& values, Problems& problems) {
  constexpr std::ptrdiff_t kMostCharacters = 1024;
  const std::string reason = values.text("reason");
  const auto characters =
      std::count_if(reason.begin(), reason.end(),
                    [](char byte) { return (byte & 0xC0) != 0x80; });
  if (characters <= kMostCharacters) return;
  problems.lines.push_back(fmt::format("--reason: {} characters, AWS takes {}",
                                       characters, kMostCharacters));
}

Status cancel(const Values& values) {
  Chains source(values);
  DMP_ASSIGN(auto chains, source.named());
  DMP_TRY(check_executor(chains, values));
  const bool json = values.flag("json");
  const auto say = [&](std::string_view line) {
    if (json) return log::info("{}", line);
    static_cast<void>(print(std::string(line) + "\n"));
  };
  Status first;
  for (const auto& chain : chains) {
    Status ended = chain.executor == "aws"
                       ? jobs::cancel_on_aws(chain.jobs, source.service(),
                                             values.text("reason"), say)
                       : jobs::cancel_locally(chain, source.bucket(), say);
    if (!ended && first) first = std::move(ended);
  }
  if (!json) return first;
  for (auto& chain : chains) DMP_TRY(source.refresh(chain));
  DMP_TRY(print_chains(chains, values));
  return first;
}

}  // namespace

std::vector<Entry> jobs_commands() {
  return {
      {{{"jobs", "status"},
        "How the jobs of a chain stand. Exit code 1 or 75 when it failed.",
        {jobs_row(false), bucket_of_chains(), executor_row(),
         number_row("limit", "Chains listed with --all.", "10", "", 1, 1e6),
         flag_row("all", "List chains instead of one.", ""),
         flag_row("watch", "Repeat every 10 s until the chain ends.", ""),
         flag_row("json", "Print the chain record with the states.", "")}},
       status},
      {{{"jobs", "logs"},
        "The logs of the jobs of a chain.",
        {jobs_row(false), bucket_of_chains(), executor_row(),
         text_row("task", OptionType::text, "One task: all.", "", ""),
         flag_row("follow", "Go on until the jobs end.", ""),
         number_row("tail", "Last lines of each log.", "100", "", 0, 10'000),
         flag_row("json", "Print the logs as one JSON document.", "")}},
       logs},
      {{{"jobs", "cancel"},
        "End the jobs of a chain that wait or run, the last first.",
        {jobs_row(true), bucket_of_chains(),
         choice_row("executor", "Refuse chains of the other executor.",
                    {"aws", "local"}, "", ""),
         text_row("reason", OptionType::text, "Text given to AWS.",
                  "cancelled by user", ""),
         flag_row("json", "Print the chain record with the states.", "")}},
       cancel,
       check_reason}};
}

}  // namespace dmp::cli
