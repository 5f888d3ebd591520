#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::text {

// One token of analysed text. Views live until the next call on the analyser.
struct Token {
  std::string_view term;     // lower case, NFKC_Casefold, ASCII-folded, UTF-8
  std::uint32_t position;    // 0, 1, 2 …
  std::uint32_t begin_byte;  // of the original text
  std::uint32_t end_byte;
};

// The analysis chain of titles, abstracts and names: ICU word break per script
// run, lower case, NFKC_Casefold, ASCII folding. Pure ASCII text takes a path
// of its own with the same result. Threads: one analyser a thread.
// Source: spec search.md 5.1; '@' parts words as in UAX #29, unlike in ICU.
class Analyser {
 public:
  Analyser();
  ~Analyser();
  Analyser(Analyser&&) noexcept;
  Analyser& operator=(Analyser&&) noexcept;

  // Tokens in order. The vector is reused by the next call.
  const std::vector<Token>& analyse(std::string_view text);

  // The same, by the path said; ASCII text may take either (tests compare).
  enum class Path : std::uint8_t { ascii, unicode };
  const std::vector<Token>& analyse(std::string_view text, Path path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Keyword normalisers on a whole value. Source: search.md 5.1.
std::string keyword_lowercase(std::string_view value);
std::string keyword_name(std::string_view value);

}  // namespace dmp::text
