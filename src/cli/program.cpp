#include "base/interrupt.h"
#include "base/log.h"
#include "base/machine.h"
#include "cli/commands.h"
#include "cli/env_file.h"
#include "cli/job_context.h"
#include "cli/stats.h"
#include "storage/manifest.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

namespace dmp::cli {

namespace {

constexpr int kDone = 0, kFailed = 1, kUsage = 2, kTryAgain = 75,
              kInterrupted = 130;

std::string from_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

// Of the help; in less than 40 columns it has no room.
std::size_t width() {
  constexpr std::size_t kLeast = 40;
  const std::string columns = from_environment("COLUMNS");
  const int wanted = std::atoi(columns.c_str());
  if (wanted > 0) return std::max(static_cast<std::size_t>(wanted), kLeast);
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::max<std::size_t>(size.ws_col, kLeast);
  return 80;
}

bool asks_help(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const auto& word) {
    return word == "--help" || word == "-h";
  });
}

std::string spoken(const std::vector<std::string>& path) {
  std::string out = "dmpworks";
  for (const auto& word : path) out += " " + word;
  return out;
}

// The one line of an error; where logs are JSON, as one of them.
void say_error(const std::vector<std::string>& path, const std::string& message,
               log::Form form) {
  const std::string line = spoken(path) + ": " + message;
  if (form == log::Form::json) {
    const log::Level level = log::enabled(log::Level::error)
                                 ? log::Level::error
                                 : log::Level::critical;
    log::write(level, line);
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

int usage(const std::vector<std::string>& path,
          const std::vector<std::string>& lines) {
  for (const auto& line : lines) {
    if (line.starts_with("hint: ")) {
      std::fprintf(stderr, "%s\n", line.c_str());
    } else {
      std::fprintf(stderr, "%s: %s\n", spoken(path).c_str(), line.c_str());
    }
  }
  return kUsage;
}

bool starts_with(const std::vector<std::string>& path,
                 const std::vector<std::string>& prefix) {
  return path.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), path.begin());
}

// The longest run of leading words that is a group or a command.
std::vector<std::string> command_path(const std::vector<Entry>& entries,
                                      const std::vector<std::string>& words) {
  std::vector<std::string> path;
  for (const auto& word : words) {
    std::vector<std::string> longer = path;
    longer.push_back(word);
    const bool known =
        std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
          return starts_with(entry.command.path, longer);
        });
    if (!known) break;
    path = std::move(longer);
  }
  return path;
}

// `aws-batch DATASET subset` is a late name of dataset-subset, and so is the
// choice. Source: spec cli.md 2.
std::vector<std::string> with_present_names(std::vector<std::string> words) {
  if (words.size() >= 3 && words[0] == "aws-batch" && words[2] == "subset")
    words[2] = "dataset-subset";
  return words;
}

int unknown_command(const std::vector<Entry>& entries,
                    const std::vector<std::string>& path,
                    const std::string& word) {
  std::vector<std::string> names;
  for (const auto& entry : entries) {
    if (starts_with(entry.command.path, path) &&
        entry.command.path.size() > path.size()) {
      names.push_back(entry.command.path[path.size()]);
    }
  }
  std::vector<std::string> lines{fmt::format("unknown command \"{}\"", word)};
  // Source: spec cli.md 2.
  if (word == "openalex-funders") {
    lines = {"openalex-funders was removed: no stage reads it"};
  } else if (const auto near = nearest(word, names); !near.empty()) {
    lines.push_back(fmt::format("hint: did you mean \"{}\"?", near));
  }
  return usage(path, lines);
}

log::Level level_of(const Values& values) {
  if (values.flag("quiet")) return log::Level::warning;
  const std::string name = values.text("log-level");
  if (name == "CRITICAL") return log::Level::critical;
  if (name == "ERROR") return log::Level::error;
  if (name == "WARNING") return log::Level::warning;
  if (name == "INFO") return log::Level::info;
  return log::Level::debug;
}

log::Color color_of(const Values& values) {
  const std::string wanted = values.text("color");
  const bool on =
      wanted == "always" || (wanted == "auto" && ::isatty(STDERR_FILENO) == 1);
  return on ? log::Color::ansi : log::Color::none;
}

void write_stats(const Values& values, const std::vector<std::string>& path,
                 const jobs::StageClock& clock, int code) {
  if (!values.has("stats")) return;
  const std::string text = values.stats()->json(spoken(path), code, clock);
  if (auto done = storage::write_file_atomically(values.text("stats"), text);
      !done) {
    std::fprintf(stderr, "%s: --stats: %s\n", spoken(path).c_str(),
                 done.error().message.c_str());
  }
}

int code_of(const Error& error) {
  if (error.code == ErrorCode::unavailable) return kTryAgain;
  return kFailed;
}

// The value of --env-file, before the other options are read: they may come
// from that file.
std::string named_env_file(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (words[i].starts_with("--env-file=")) return words[i].substr(11);
    if (words[i] == "--env-file" && i + 1 < words.size()) return words[i + 1];
  }
  return "";
}

// Source: spec cli.md 1.1.
std::string standard_env_file(const std::vector<std::string>& path) {
  const bool submits =
      path[0] == "batch-submit" || path[0] == "jobs" || path[0] == "pipeline";
  return submits ? ".env.aws-batch" : ".env.local";
}

// An interrupt ends the process at once: work in hand is thrown away, and the
// next run clears what it left (storage/manifest.h).
void interrupted(int) {
  ::_exit(kInterrupted);
}

// What ends a process from outside: Ctrl-C, kill, and a terminal that is closed
// (but of one that is started to outlive it, as by nohup).
std::vector<int> ending_signals() {
  std::vector<int> signals{SIGINT, SIGTERM};
  struct sigaction hang_up {};
  if (::sigaction(SIGHUP, nullptr, &hang_up) == 0 &&
      hang_up.sa_handler != SIG_IGN)
    signals.push_back(SIGHUP);
  return signals;
}

// From here on it also removes the scratch of this attempt, which no next run
// would find. No thread that is started later sees the signals.
// Source: spec jobs.md 3.4.
void watch_for_interrupts() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : ending_signals()) ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int signal = 0;
    ::sigwait(&signals, &signal);
    OnInterrupt::happened();
    remove_scratch_of_process();
    interrupted(signal);
  }).detach();
}

int run_entry(const Entry& entry, const std::vector<std::string>& words) {
  Problems problems;
  const auto origins = apply_env_file(
      named_env_file(words), standard_env_file(entry.command.path), problems);
  const Environment environment{
      from_environment, [&](const std::string& name) -> std::string {
        const auto from = origins.find(name);
        return from == origins.end() ? "" : from->second;
      }};
  Stats stats;
  Values values = parse(entry.command, words, environment, problems);
  values.count_in(&stats);
  for (const auto& [name, file] : origins) problems.from_file.insert(name);
  if (entry.check) entry.check(values, problems);
  if (!problems.lines.empty()) return usage(entry.command.path, problems.lines);
  const log::Form form =
      values.text("log-format") == "json" ? log::Form::json : log::Form::text;
  log::configure(level_of(values), form, color_of(values));
  if (problems.failure) {
    say_error(entry.command.path, problems.failure->message, form);
    return code_of(*problems.failure);
  }
  for (const auto& warning : problems.warnings) log::warning("{}", warning);
  for (const auto& note : problems.notes) log::info("{}", note);
  for (const auto& source : problems.sources) log::debug("{}", source);
  watch_for_interrupts();
  const jobs::StageClock clock;
  const Status done = entry.run(values);
  int code = kDone;
  if (!done) {
    code = code_of(done.error());
    say_error(entry.command.path, done.error().message, form);
  }
  write_stats(values, entry.command.path, clock, code);
  return code;
}

}  // namespace

int threads_of(const Values& values) {
  if (values.has("threads")) return static_cast<int>(values.integer("threads"));
  return available_processors();
}

std::uint64_t memory_of(const Values& values) {
  if (values.has("memory-limit")) return values.bytes("memory-limit");
  return available_memory_bytes() / 10 * 7;
}

Status print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
      std::fflush(stdout) == 0) {
    return {};
  }
  if (errno == EPIPE) return {};
  return Error{ErrorCode::io,
               std::string("standard output: ") + std::strerror(errno)};
}

std::vector<Entry> all_commands() {
  std::vector<Entry> entries = transform_commands();
  for (auto& entry : sqlmesh_commands()) entries.push_back(std::move(entry));
  for (auto& entry : linkage_commands()) entries.push_back(std::move(entry));
  for (auto& entry : opensearch_commands()) entries.push_back(std::move(entry));
  for (auto& entry : related_works_commands())
    entries.push_back(std::move(entry));
  for (auto& entry : batch_submit_commands())
    entries.push_back(std::move(entry));
  for (auto& entry : aws_batch_commands()) entries.push_back(std::move(entry));
  for (auto& entry : jobs_commands()) entries.push_back(std::move(entry));
  entries.push_back(run_command());
  entries.push_back(synth_command());
  entries.push_back(report_command());
  entries.push_back(cat_command());
  return entries;
}

int run_program(const std::vector<std::string>& typed) {
  std::signal(SIGPIPE, SIG_IGN);
  for (const int signal : ending_signals()) std::signal(signal, interrupted);
  const std::vector<Entry> entries = all_commands();
  const std::vector<std::string> words = with_present_names(typed);
  if (!words.empty() && words[0] == "--version") {
    return print(std::string(DMPWORKS_VERSION) + "\n") ? kDone : kFailed;
  }
  const auto path = command_path(entries, words);
  const auto entry =
      std::find_if(entries.begin(), entries.end(),
                   [&](const Entry& e) { return e.command.path == path; });
  const std::vector<std::string> rest(
      words.begin() + static_cast<std::ptrdiff_t>(path.size()), words.end());
  if (entry != entries.end()) {
    if (asks_help(rest))
      return print(help_text(entry->command, width())) ? kDone : kFailed;
    return run_entry(*entry, rest);
  }
  if (!rest.empty() && !asks_help(rest))
    return unknown_command(entries, path, rest[0]);
  std::vector<Command> commands;
  commands.reserve(entries.size());
  for (const auto& one : entries) commands.push_back(one.command);
  return print(group_help(path, commands, width())) ? kDone : kFailed;
}

}  // namespace dmp::cli
