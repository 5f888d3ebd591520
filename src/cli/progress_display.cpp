#include "cli/progress_display.h"

#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

namespace dmp::cli {

namespace {

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0;
       at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

}  // namespace

std::string progress_text(const jobs::StageProgress& progress, double seconds) {
  std::string text(progress.stage);
  const auto add = [&](const std::string& part) {
    text += (text.size() == progress.stage.size() ? ": " : ", ") + part;
  };
  if (!progress.note.empty()) add(progress.note);
  if (progress.records >= 0) {
    add(grouped(progress.records) + " records");
    if (seconds >= 1) {
      add(grouped(static_cast<std::int64_t>(
              static_cast<double>(progress.records) / seconds)) +
          "/s");
    }
  }
  if (progress.done_ratio > 0 && progress.done_ratio < 1 && seconds >= 1) {
    const auto left = static_cast<std::int64_t>(
        seconds * (1 - progress.done_ratio) / progress.done_ratio);
    add(fmt::format("ETA {}:{:02}", left / 60, left % 60));
  }
  return text;
}

ProgressDisplay::ProgressDisplay() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressDisplay::show(const jobs::StageProgress& progress) {
  const auto now = Clock::now();
  const bool begins = progress.stage != stage_;
  if (begins) {
    stage_ = progress.stage;
    began_ = now;
  }
  const auto pause = terminal_ ? std::chrono::milliseconds(100)
                               : std::chrono::milliseconds(30'000);
  if (!begins && now - shown_ < pause) return;
  shown_ = now;
  const std::string text = progress_text(
      progress, std::chrono::duration<double>(now - began_).count());
  if (!terminal_) {
    log::info("{}", text);
    return;
  }
  log::show_status(text);
}

void ProgressDisplay::clear() {
  if (terminal_) log::show_status({});
}

}  // namespace dmp::cli
