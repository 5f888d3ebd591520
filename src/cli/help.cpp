#include "cli/arguments.h"
#include "text/unicode.h"

#include <algorithm>

namespace dmp::cli {

namespace {

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

// Greedy wrapping at blanks; a word that is too long stands alone.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const std::string word(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
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

std::string box(const std::string& title, const std::vector<Option>& options,
                std::size_t width) {
  const bool marks = std::any_of(options.begin(), options.end(),
                                 [](const auto& o) { return o.required; });
  const std::size_t lead = marks ? 4 : 1;
  const auto longest_name =
      static_cast<std::size_t>((static_cast<double>(width) * 0.35) + 0.999);
  std::vector<std::vector<std::string>> names;
  std::size_t name_width = 0;
  for (const auto& option : options) {
    names.push_back(wrapped(name_of(option), longest_name));
    for (std::size_t i = 1; i < names.back().size(); ++i)
      names.back()[i] = "  " + names.back()[i];
    for (const auto& line : names.back())
      name_width = std::max(name_width, text::count_code_points(line));
  }
  const std::size_t text_width = width - 2 - lead - name_width - 2 - 1;
  std::string out =
      "╭─ " + title + " " + repeat("─", width - 5 - title.size()) + "╮\n";
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto lines = wrapped(text_of(options[i]), text_width);
    for (std::size_t line = 0; line < std::max(lines.size(), names[i].size());
         ++line) {
      const std::string mark = line == 0 && options[i].required ? "*" : " ";
      out += "│ ";
      if (marks) out += mark + "  ";
      out += padded(line < names[i].size() ? names[i][line] : "", name_width) +
             "  ";
      out +=
          padded(line < lines.size() ? lines[line] : "", text_width) + " │\n";
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
  if (!command.summary.empty()) out += command.summary + "\n\n";
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
  shared.insert(shared.end(), global_options().begin(), global_options().end());
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
