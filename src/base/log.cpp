#include "base/log.h"

#include "base/json_writer.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <mutex>
#include <string>

namespace dmp::log {

namespace {

// The one mutable global of the program: where log lines go.
struct Sink {
  std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>(
      "dmpworks", std::make_shared<spdlog::sinks::stderr_sink_st>());
  Level least = Level::info;
  Form form = Form::text;
  Color color = Color::none;
  std::mutex mutex;  // of what is written and of has_status
  bool has_status = false;
  Sink() {
    logger->set_level(spdlog::level::trace);
    logger->set_pattern("%v");
  }
};

Sink& sink() {
  static Sink the_sink;
  return the_sink;
}

std::string_view name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
    case Level::critical:
      return "critical";
  }
  return "info";
}

// As the start of a line of text shows it.
std::string shown(Level level, Color color) {
  if (color == Color::none || level < Level::warning)
    return std::string(name(level));
  const char* begin = level == Level::warning ? "\033[33m" : "\033[31m";
  return begin + std::string(name(level)) + "\033[0m";
}

// The caller holds the mutex.
void wipe_status() {
  if (sink().has_status) std::fputs("\r\033[K", stderr);
  sink().has_status = false;
}

}  // namespace

void configure(Level least, Form form, Color color) {
  sink().least = least;
  sink().form = form;
  sink().color = color;
  sink().logger->set_pattern(
      form == Form::json ? "%v" : "%Y-%m-%dT%H:%M:%SZ %v",
      spdlog::pattern_time_type::utc);
}

bool enabled(Level level) {
  return level >= sink().least;
}

void write(Level level, std::string_view message) {
  if (!enabled(level)) return;
  const std::scoped_lock lock(sink().mutex);
  wipe_status();
  if (sink().form == Form::text) {
    sink().logger->info("{}: {}", shown(level, sink().color), message);
    return;
  }
  std::string line;
  JsonWriter json(line);
  json.begin_object().member("level", name(level)).member("message", message);
  json.end_object();
  sink().logger->info("{}", line);
}

void show_status(std::string_view text) {
  const std::scoped_lock lock(sink().mutex);
  wipe_status();
  if (!text.empty()) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    sink().has_status = true;
  }
  std::fflush(stderr);
}

}  // namespace dmp::log
