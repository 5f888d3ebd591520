// base/dotenv.h
#include "base/dotenv.h"
#include "fuzz/laws.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = dmp::fuzz::text_of(data, size);
  const dmp::VariableLookup process = [](const std::string& name) {
    return name == "HOME" ? std::string("/home") : std::string();
  };
  const auto file = dmp::parse_dotenv(text, ".env", process);
  for (const auto& problem : file.problems) LAW(problem.starts_with(".env:"));
  std::string literal;
  for (const auto& [key, value] : file.values) {
    LAW(!key.empty() && key.find_first_of("= \t") == std::string::npos);
    LAW(value.find('\0') == std::string::npos);
    LAW(value.size() <= dmp::Dotenv::kLongestValueBytes);
    literal += key + "=\"";
    for (const char c : value) {
      if (c == '\n') {
        literal += "\\n";
        continue;
      }
      if (c == '"' || c == '\\' || c == '$') literal += '\\';
      literal += c;
    }
    literal += "\"\n";
  }
  // Written out with every value escaped, it is the same file.
  const auto again = dmp::parse_dotenv(literal, ".env", process);
  LAW(again.problems.empty());
  LAW(again.values == file.values);
  return 0;
}
