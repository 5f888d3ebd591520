#include "jobs/local_executor.h"

#include "base/interrupt.h"
#include "base/machine.h"
#include "jobs/batch_request.h"
#include "jobs/bucket_stage.h"
#include "jobs/in_parallel.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace dmp::jobs {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kTryAgain = 75;
constexpr int kTimedOut = 137;  // what a container killed for it shows

bool has_variable(const Variables& variables, std::string_view name) {
  return std::any_of(variables.begin(), variables.end(),
                     [&](const auto& one) { return one.first == name; });
}

// The parent's environment but what is withheld, with `own` over it.
std::vector<std::string> child_environment(
    const Variables& own, const std::set<std::string, std::less<>>& withheld) {
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::string_view name = text.substr(0, text.find('='));
    if (!has_variable(own, name) && !withheld.contains(name))
      all.emplace_back(text);
  }
  for (const auto& [name, value] : own)
    all.push_back(fmt::format("{}={}", name, value));
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// In the child, between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(const char* program, char* const* arguments,
                         char* const* environment, int log, pid_t parent) {
  ::setpgid(0, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);  // the parent may block some
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);  // it is gone already
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execve(program, arguments, environment);
  ::_exit(127);
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Waits until `child` ends or `deadline` is over; nullopt: it still runs.
std::optional<int> wait_until(pid_t child, Clock::time_point deadline) {
  std::chrono::milliseconds pause{5};
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return exit_code_of(status);
    if (ended < 0 && errno != EINTR) return 1;
    if (Clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds{200});
  }
}

int wait_for(pid_t child, std::chrono::seconds limit,
             std::chrono::seconds grace) {
  if (const auto code = wait_until(child, Clock::now() + limit)) return *code;
  ::kill(-child, SIGTERM);
  const auto ended = wait_until(child, Clock::now() + grace);
  ::kill(-child, SIGKILL);
  if (!ended) wait_until(child, Clock::time_point::max());
  return kTimedOut;
}

// A job of a chain that was ended, with its members.
bool end_job(BatchJob& job, const std::string& why) {
  for (auto& member : job.members) end_run(member, why);
  return end_run(job, job.started_at.empty() ? "not started: " + why : why);
}

class Runner {
 public:
  Runner(BatchChain& chain, const storage::ObjectStore& bucket,
         const LocalOptions& options)
      : chain_(chain), bucket_(bucket), options_(options) {}

  Status run() {
    DMP_TRY(prepare());
    const OnInterrupt record([this] { interrupted(); });
    for (std::size_t n = 0; n < chain_.jobs.size(); ++n) {
      Status done = run_job(n);
      if (done) continue;
      end_from(n, done.error().message);
      return done;
    }
    return {};
  }

 private:
  Status run_job(std::size_t n) {
    BatchJob& job = chain_.jobs[n];
    DMP_TRY(started(job, job.name));
    DMP_ASSIGN(const int code,
               job.array_size > 1 ? run_array(n) : run_member(n, "", {}));
    DMP_TRY(ended(job, job.name, code));
    return code == 0 ? Status() : failure(n);
  }

  // The job n has failed, and those after it never begin, as AWS Batch has it.
  void end_from(std::size_t n, const std::string& why) {
    const std::lock_guard hold(lock_);
    end_job(chain_.jobs[n], why);
    const std::string failed = chain_.jobs[n].name + " failed";
    for (std::size_t later = n + 1; later < chain_.jobs.size(); ++later) {
      BatchJob& job = chain_.jobs[later];
      end_job(job, failed);
      if (options_.say)
        options_.say(
            fmt::format("{} {} ({})", job.name, job.state, job.reason));
    }
    const Status saved = save_chain(bucket_, chain_);
    if (!saved && options_.say)
      options_.say("record of the states: " + saved.error().message);
  }

  Status prepare() {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    chain_.host = host.data();
    chain_.pid = ::getpid();
    chain_.process = process_identity(chain_.pid);
    for (std::size_t n = 0; n < chain_.jobs.size(); ++n) {
      chain_.jobs[n].id = fmt::format("local-{}", n + 1);
      chain_.jobs[n].state = "PENDING";
    }
    return save_chain(bucket_, chain_);
  }

  // Keeps the lock: nothing is noted after this.
  void interrupted() {
    lock_.lock();
    for (auto& job : chain_.jobs) end_job(job, "interrupted");
    const Status saved = save_chain(bucket_, chain_);
    if (!options_.say) return;
    options_.say(
        fmt::format("{} interrupted: its jobs are ended{}", chain_.id,
                    saved ? "" : ", its record not: " + saved.error().message));
  }

  Status started(JobRun& run, const std::string& name) {
    const std::lock_guard hold(lock_);
    run.state = "RUNNING";
    run.started_at = now_text();
    return note(run, name);
  }

  Status ended(JobRun& run, const std::string& name, int code) {
    const std::lock_guard hold(lock_);
    run.exit_code = code;
    run.ended_at = now_text();
    run.state = code == 0 ? "SUCCEEDED" : "FAILED";
    return note(run, name);
  }

  Status note(const JobRun& run, const std::string& name) {
    if (options_.say) {
      options_.say(run.exit_code && *run.exit_code != 0
                       ? fmt::format("{} {} (exit code {})", name, run.state,
                                     *run.exit_code)
                       : fmt::format("{} {}", name, run.state));
    }
    return save_chain(bucket_, chain_);
  }

  Error failure(std::size_t n) const {
    const BatchJob& job = chain_.jobs[n];
    const bool again = *job.exit_code == kTryAgain;
    std::string name = job.name, member;
    if (const auto failed = first_failed(job)) {
      name = member_name(job, *failed);
      member = fmt::format("-{}", *failed);
    }
    return Error{again ? ErrorCode::unavailable : ErrorCode::internal,
                 fmt::format("{} failed with exit code {}{}; its log: {}/{}",
                             name, *job.exit_code,
                             *job.exit_code == kTimedOut ? " (time-out)" : "",
                             bucket_.name(), log_key(n, member))};
  }

  std::string log_key(std::size_t n, const std::string& member) const {
    return fmt::format("jobs/{}/{}-{}{}.log", chain_.id, n + 1,
                       chain_.jobs[n].name, member);
  }

  // Exit code of the first member that failed, by index.
  Result<int> run_array(std::size_t n) {
    BatchJob& job = chain_.jobs[n];
    {
      const std::lock_guard hold(lock_);
      job.members.resize(static_cast<std::size_t>(job.array_size));
      for (auto& member : job.members) member.state = "PENDING";
    }
    const int at_once = std::clamp(options_.threads, 1, job.array_size);
    const Variables share = share_of(at_once);
    DMP_TRY(in_parallel(job.members.size(), at_once, [&](std::size_t i) {
      return run_array_member(n, i, share);
    }));
    const auto failed = first_failed(job);
    return failed ? *job.members[*failed].exit_code : 0;
  }

  // What each of `at_once` members is told of its share of the machine.
  Variables share_of(int at_once) const {
    Variables share{{"DMPWORKS_THREADS",
                     std::to_string(std::max(1, options_.threads / at_once))}};
    const std::uint64_t bytes =
        options_.memory_limit ? options_.memory_limit() : 0;
    if (bytes > 0) {
      share.emplace_back(
          "DMPWORKS_MEMORY_LIMIT",
          std::to_string(bytes / static_cast<std::uint64_t>(at_once)));
    }
    return share;
  }

  Status run_array_member(std::size_t n, std::size_t i, Variables own) {
    BatchJob& job = chain_.jobs[n];
    DMP_TRY(started(job.members[i], member_name(job, i)));
    own.emplace_back("AWS_BATCH_JOB_ARRAY_INDEX", std::to_string(i));
    DMP_ASSIGN(const int code, run_member(n, fmt::format("-{}", i), own));
    return ended(job.members[i], member_name(job, i), code);
  }

  Result<int> run_member(std::size_t n, const std::string& member,
                         const Variables& more) {
    const std::string key = log_key(n, member);
    const fs::path log = bucket_.folder().value_or(options_.scratch_dir) / key;
    std::error_code error;
    fs::create_directories(log.parent_path(), error);
    int code = 0;
    for (int attempt = 1; attempt <= chain_.jobs[n].attempts; ++attempt) {
      auto environment = job_environment(chain_, chain_.jobs[n]);
      environment.insert(environment.end(), more.begin(), more.end());
      for (const auto& setting : options_.settings)
        if (!has_variable(environment, setting.first))
          environment.push_back(setting);
      environment.emplace_back("AWS_BATCH_JOB_ATTEMPT",
                               std::to_string(attempt));
      DMP_ASSIGN(code, spawn(chain_.jobs[n], environment, log));
      if (code != kTryAgain || attempt == chain_.jobs[n].attempts) break;
      if (options_.say) {
        const std::lock_guard hold(lock_);
        options_.say(fmt::format("{}{} attempt {} ended with 75: again",
                                 chain_.jobs[n].name, member, attempt));
      }
      std::this_thread::sleep_for(options_.retry_pause);
    }
    if (!bucket_.folder()) {
      DMP_TRY(bucket_.upload(log, key));
      fs::remove(log, error);
    }
    return code;
  }

  Result<int> spawn(const BatchJob& job, const Variables& own,
                    const fs::path& log) const {
    std::vector<std::string> arguments = job.command;
    std::vector<std::string> environment =
        child_environment(own, options_.withheld);
    const auto argv = pointers(arguments), envp = pointers(environment);
    const int file =
        ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) {
      return Error{ErrorCode::io, log.string() + ": " + std::strerror(errno)};
    }
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) {
      become(options_.program.c_str(), argv.data(), envp.data(), file, parent);
    }
    ::close(file);
    if (child < 0)
      return Error{ErrorCode::io, std::string("fork: ") + std::strerror(errno)};
    return wait_for(child, std::chrono::seconds(job.timeout_seconds),
                    options_.grace);
  }

  BatchChain& chain_;
  const storage::ObjectStore& bucket_;
  const LocalOptions& options_;
  std::mutex lock_;  // of chain_, while members of an array run
};

// True when it is gone.
bool end_process(const BatchChain& chain) {
  constexpr std::chrono::seconds kGrace{35};  // its jobs have 30 s
  constexpr std::chrono::milliseconds kPause{20};
  ::kill(static_cast<pid_t>(chain.pid), SIGTERM);
  for (const auto end = Clock::now() + kGrace; Clock::now() < end;) {
    if (!is_alive(chain)) return true;
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

}  // namespace

Status run_locally(BatchChain& chain, const storage::ObjectStore& bucket,
                   const LocalOptions& options) {
  return Runner(chain, bucket, options).run();
}

Status cancel_locally(const BatchChain& chain,
                      const storage::ObjectStore& bucket,
                      const std::function<void(std::string_view)>& say) {
  if (is_elsewhere(chain) && may_go_on(chain)) {
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{} was begun on {}: end it there; nothing was "
                             "ended",
                             chain.id, chain.host)};
  }
  const bool running = is_alive(chain);
  if (running && chain.process.empty()) {
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{}: its record, of another version, does not say "
                             "when process {} began: end that yourself",
                             chain.id, chain.pid)};
  }
  if (running && !end_process(chain)) {
    return Error{
        ErrorCode::unavailable,
        fmt::format("{}: process {} does not end", chain.id, chain.pid)};
  }
  DMP_ASSIGN(BatchChain record, load_chain(bucket, chain.id));
  if (!running) end_abandoned(record);
  for (std::size_t n = record.jobs.size(); n-- > 0;) {
    BatchJob& job = record.jobs[n];
    if (running) end_job(job, "cancelled");
    const bool ended = running && job.state == "FAILED" &&
                       n < chain.jobs.size() && !has_ended(chain.jobs[n]);
    say(fmt::format("{} {}", job.name, ended ? "ended" : job.state));
  }
  return running ? save_chain(bucket, record) : Status();
}

}  // namespace dmp::jobs
