#include "cli/arguments.h"
#include "text/unicode.h"

#include <algorithm>
#include <utility>

namespace dmp::cli {

namespace {

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

// Bytes of the first `count` code points.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) {
    do ++end;
    while (end < text.size() && continues(end));
  }
  return end;
}

// Takes at most `width` code points of a word, up to one of its marks if it
// has any there.
std::string take_piece(std::string& word, std::size_t width) {
  std::size_t end = bytes_of(word, width);
  const auto mark = std::string_view(word).substr(0, end).find_last_of("_-./,");
  if (mark != std::string_view::npos && mark > 1) end = mark + 1;
  std::string piece = word.substr(0, end);
  word.erase(0, end);
  return piece;
}

// Greedy wrapping at blanks; a word that is too long is cut.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    std::string word(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    while (text::count_code_points(word) > width) {
      if (!line.empty()) lines.push_back(std::exchange(line, ""));
      lines.push_back(take_piece(word, width));
    }
    if (!line.empty() &&
        text::count_code_points(line) + 1 + text::count_code_points(word) >
            width) {
      lines.push_back(line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  lines.push_back(line);
  return lines;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t length = text::count_code_points(text);
  if (length < width) text.append(width - length, ' ');
  return text;
}

std::string name_of(const Option& option) {
  std::string name = "--" + option.name;
  if (option.type == OptionType::boolean && option.name != "help") {
    // A prefix stays in front: --client-config.no-use-ssl.
    const auto dot = option.name.rfind('.');
    name += dot == std::string::npos ? " --no-" + option.name
                                     : " --" + option.name.substr(0, dot + 1) +
                                           "no-" + option.name.substr(dot + 1);
  }
  if (option.short_form != '\0') name += std::string(" -") + option.short_form;
  if (option.position < 0) return name;
  std::string upper = text::to_upper(option.name);
  return upper + " " + name;
}

std::string text_of(const Option& option) {
  std::string text = option.help;
  if (!option.choices.empty()) {
    std::string choices;
    for (const auto& choice : option.choices)
      choices += (choices.empty() ? "" : ", ") + choice;
    text += " [choices: " + choices + "]";
  }
  if (!option.env.empty()) text += " [env var: " + option.env + "]";
  if (option.required) {
    text += " [required]";
  } else if (!option.fallback.empty()) {
    text += " [default: " + option.fallback + "]";
  }
  return text;
}

std::size_t longest_word(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    longest = std::max(longest, text::count_code_points(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

std::size_t longest_line(const std::vector<std::string>& lines) {
  std::size_t longest = 0;
  for (const auto& line : lines)
    longest = std::max(longest, text::count_code_points(line));
  return longest;
}

// Those after the first are indented.
std::vector<std::string> name_lines(const std::string& name,
                                    std::size_t width) {
  auto lines = wrapped(name, width);
  for (std::size_t i = 1; i < lines.size(); ++i) lines[i] = "  " + lines[i];
  return lines;
}

// One option: its name beside its text, or above it.
struct Row {
  const Option* option;
  std::vector<std::string> name;
  bool is_above = false;
};

// Names as spec cli.md 1.3 has them; where they would leave a word of some text
// no room, those too long for a third of the width stand above theirs. `inner`:
// columns for a name, two blanks and its text.
std::vector<Row> rows_of(const std::vector<Option>& options, std::size_t width,
                         std::size_t inner) {
  const auto longest_name =
      static_cast<std::size_t>((static_cast<double>(width) * 0.35) + 0.999);
  std::vector<Row> rows;
  std::size_t names = 0, word = 0;
  for (const auto& option : options) {
    const std::string name = name_of(option);
    rows.push_back({&option, name_lines(name, std::max(longest_name,
                                                       longest_word(name)))});
    names = std::max(names, longest_line(rows.back().name));
    word = std::max(word, longest_word(text_of(option)));
  }
  if (names + 2 + word <= inner) return rows;
  for (auto& row : rows) {
    if (longest_line(row.name) <= longest_name + 2) continue;
    row.is_above = true;
    row.name = name_lines(name_of(*row.option), inner - 2);
  }
  return rows;
}

std::string box(const std::string& title, const std::vector<Option>& options,
                std::size_t width) {
  const bool marks = std::any_of(options.begin(), options.end(),
                                 [](const auto& o) { return o.required; });
  const std::size_t lead = marks ? 4 : 1, inner = width - 2 - lead - 1;
  const auto rows = rows_of(options, width, inner);
  std::size_t name_width = 2;
  for (const auto& row : rows)
    if (!row.is_above)
      name_width = std::max(name_width, longest_line(row.name));
  const std::size_t text_width = inner - name_width - 2;
  std::string out =
      "╭─ " + title + " " + repeat("─", width - 5 - title.size()) + "╮\n";
  const auto put = [&](bool marked, std::string line) {
    out += "│ ";
    if (marks) out += marked ? "*  " : "   ";
    out += padded(std::move(line), inner) + " │\n";
  };
  for (const auto& [option, name, is_above] : rows) {
    const auto text = wrapped(text_of(*option), text_width);
    const std::size_t above = is_above ? name.size() : 0;
    for (std::size_t i = 0; i < std::max(name.size(), above + text.size());
         ++i) {
      std::string line = i < name.size() ? name[i] : "";
      if (i >= above && i - above < text.size())
        line = padded(line, name_width) + "  " + text[i - above];
      put(i == 0 && option->required, line);
    }
  }
  return out + "╰" + repeat("─", width - 2) + "╯\n";
}

std::string spoken(const std::vector<std::string>& path) {
  std::string out = "dmpworks";
  for (const auto& word : path) out += " " + word;
  return out;
}

}  // namespace

std::string help_text(const Command& command, std::size_t width) {
  const bool positional =
      std::any_of(command.options.begin(), command.options.end(),
                  [](const auto& option) { return option.position >= 0; });
  std::string out = "Usage: " + spoken(command.path) +
                    (positional ? " [ARGS]" : "") + " [OPTIONS]\n\n";
  for (const auto& line : wrapped(command.summary, width))
    if (!line.empty()) out += line + "\n";
  if (!command.summary.empty()) out += "\n";
  std::vector<Option> own = command.options;
  std::stable_sort(own.begin(), own.end(),
                   [](const Option& a, const Option& b) {
                     const auto place = [](const Option& option) {
                       return option.position < 0 ? 1'000 : option.position;
                     };
                     return place(a) < place(b);
                   });
  std::vector<Option> shared;
  const auto first_shared = std::stable_partition(
      own.begin(), own.end(), [](const Option& one) { return !one.shared; });
  shared.assign(first_shared, own.end());
  own.erase(first_shared, own.end());
  const auto global = global_options_of(command);
  shared.insert(shared.end(), global.begin(), global.end());
  if (!own.empty()) out += box("Parameters", own, width);
  return out + box("Options", shared, width);
}

std::string group_help(const std::vector<std::string>& path,
                       const std::vector<Command>& commands,
                       std::size_t width) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& command : commands) {
    if (command.path.size() <= path.size() ||
        !std::equal(path.begin(), path.end(), command.path.begin())) {
      continue;
    }
    const bool leaf = command.path.size() == path.size() + 1;
    const std::string& name = command.path[path.size()];
    if (std::none_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return row.first == name; })) {
      rows.emplace_back(name,
                        leaf ? command.summary : "Commands for " + name + ".");
    }
  }
  std::sort(rows.begin(), rows.end());
  if (path.empty()) {
    rows.emplace_back("--help -h", "Display this message and exit.");
    rows.emplace_back("--version", "Display application version.");
  }
  std::size_t names = 0;
  for (const auto& [name, text] : rows) names = std::max(names, name.size());
  std::string out = "Usage: " + spoken(path) + " COMMAND\n\n";
  if (path.empty()) out += "DMP Tool Related Works Command Line Tool.\n\n";
  out += "╭─ Commands " + repeat("─", width - 13) + "╮\n";
  const std::size_t text_width = width - 2 - 1 - names - 2 - 1;
  for (const auto& [name, text] : rows) {
    const auto lines = wrapped(text, text_width);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      out += "│ " + padded(i == 0 ? name : "", names) + "  " +
             padded(lines[i], text_width) + " │\n";
    }
  }
  return out + "╰" + repeat("─", width - 2) + "╯\n";
}

}  // namespace dmp::cli
