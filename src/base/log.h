#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace dmp::log {

enum class Level : unsigned char { debug, info, warning, error, critical };
enum class Form : unsigned char { text, json };
enum class Color : unsigned char { none, ansi };

// Sets the one log sink of the process (standard error). Call once, from main.
// Color is of the level of a line of text: warnings yellow, errors red.
void configure(Level least, Form form, Color color = Color::none);
bool enabled(Level level);
// One line. Threads: any.
void write(Level level, std::string_view message);

// Shows a text on the terminal that standard error is, in place of the last
// one; empty: wipes it. Log lines wipe it first. Threads: any.
void show_status(std::string_view text);

template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::debug))
    write(Level::debug, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::info))
    write(Level::info, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::warning))
    write(Level::warning, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace dmp::log
