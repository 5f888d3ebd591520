#include "base/dotenv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dmp {

namespace {

constexpr std::string_view kBlanks = " \t";

bool is_key_start(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}
bool is_key_char(char c) {
  return is_key_start(c) || (c >= '0' && c <= '9');
}

// One line. Each step returns what is wrong, or "".
class Line {
 public:
  Line(std::string_view text, const Dotenv& earlier,
       const VariableLookup& process)
      : text_(text), earlier_(earlier), process_(process) {}

  std::string read() {
    skip_blanks();
    if (at_end() || text_[at_] == '#') return {};
    if (text_.find('\0') != std::string_view::npos) return "a NUL byte";
    if (auto wrong = read_key(); !wrong.empty()) return wrong;
    std::string wrong;
    if (!at_end() && text_[at_] == '\'') {
      wrong = read_literal();
    } else if (!at_end() && text_[at_] == '"') {
      wrong = read_escaped();
    } else {
      wrong = read_plain();
    }
    if (wrong.empty() && value_.size() > Dotenv::kLongestValueBytes)
      wrong = too_long();
    return wrong;
  }

  bool has_key() const { return !key_.empty(); }
  std::string& key() { return key_; }
  std::string& value() { return value_; }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  void skip_blanks() {
    at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
  }
  static std::string too_long() {
    return fmt::format("a value of more than {} bytes",
                       Dotenv::kLongestValueBytes);
  }

  std::string_view take_key() {
    const std::size_t start = at_;
    while (!at_end() && (at_ == start ? is_key_start(text_[at_])
                                      : is_key_char(text_[at_]))) {
      ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  std::string read_key() {
    std::string_view name = take_key();
    const std::size_t behind = at_;
    skip_blanks();
    if (name == "export" && at_ > behind && !at_end() && text_[at_] != '=') {
      name = take_key();
      skip_blanks();
    }
    if (name.empty() || at_end() || text_[at_] != '=') {
      return "expected KEY=value, a comment or a blank line";
    }
    ++at_;
    skip_blanks();
    key_ = name;
    return {};
  }

  std::string read_literal() {
    const auto end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return "no closing '";
    value_ = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return nothing_more();
  }

  std::string read_escaped() {
    for (++at_; !at_end() && text_[at_] != '"';) {
      if (text_[at_] == '\\') {
        escape();
      } else if (auto wrong = character(); !wrong.empty()) {
        return wrong;
      }
    }
    if (at_end()) return "no closing \"";
    ++at_;
    return nothing_more();
  }

  // \n \t \" \\ \$; any other backslash stands for itself.
  void escape() {
    constexpr std::string_view kLetters = "nt\"\\$";
    constexpr std::string_view kMeanings = "\n\t\"\\$";
    const auto found = at_ + 1 < text_.size() ? kLetters.find(text_[at_ + 1])
                                              : std::string_view::npos;
    if (found == std::string_view::npos) {
      value_ += text_[at_++];
    } else {
      value_ += kMeanings[found];
      at_ += 2;
    }
  }

  std::string read_plain() {
    while (!at_end()) {
      const bool starts_comment =
          text_[at_] == '#' &&
          kBlanks.find(text_[at_ - 1]) != std::string_view::npos;
      if (starts_comment) break;
      if (auto wrong = character(); !wrong.empty()) return wrong;
    }
    value_.erase(value_.find_last_not_of(kBlanks) + 1);
    return {};
  }

  // One character, or a ${…}.
  std::string character() {
    if (text_.substr(at_, 2) == "${") return expand();
    value_ += text_[at_++];
    return value_.size() > Dotenv::kLongestValueBytes ? too_long() : "";
  }

  std::string expand() {
    const auto end = text_.find('}', at_);
    if (end == std::string_view::npos) return "no closing } of ${";
    const std::string_view inner = text_.substr(at_ + 2, end - at_ - 2);
    const auto dash = inner.find(":-");
    const std::string name(inner.substr(0, dash));
    at_ = end + 1;
    bool is_name = !name.empty() && is_key_start(name[0]);
    for (const char c : name) is_name = is_name && is_key_char(c);
    if (!is_name) return "expected a name in ${…}";
    std::string value = variable(name);
    if (value.empty() && dash != std::string_view::npos)
      value = inner.substr(dash + 2);
    value_ += value;
    return value_.size() > Dotenv::kLongestValueBytes ? too_long() : "";
  }

  std::string variable(const std::string& name) const {
    const auto found = earlier_.values.find(name);
    return found == earlier_.values.end() ? process_(name) : found->second;
  }

  std::string nothing_more() {
    const std::size_t behind = at_;
    skip_blanks();
    if (at_end() || (text_[at_] == '#' && at_ > behind)) return {};
    return "text behind the closing quote";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  const Dotenv& earlier_;
  const VariableLookup& process_;
  std::string key_, value_;
};

}  // namespace

Dotenv parse_dotenv(std::string_view text, std::string_view name,
                    const VariableLookup& process) {
  Dotenv file;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view words = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (words.ends_with('\r')) words.remove_suffix(1);
    Line line(words, file, process);
    if (auto wrong = line.read(); !wrong.empty()) {
      file.problems.push_back(fmt::format("{}:{}: {}", name, number, wrong));
    } else if (line.has_key()) {
      file.values[std::move(line.key())] = std::move(line.value());
    }
  }
  return file;
}

}  // namespace dmp
