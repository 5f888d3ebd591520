// Text analysis in two paths. ASCII text (nearly all of it) is split by the
// word rules of UAX #29 restricted to ASCII, in one pass that also lower-cases.
// Everything else goes through ICU: script runs, its root word break iterator
// (dictionaries for Han, Kana, Thai …), lower case, NFKC_Casefold, folding.
// A property test compares the two on random ASCII.
#include "text/analysis.h"

#include "text/ascii_folding.h"
#include "text/unicode.h"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>

namespace dmp::text {

namespace {

// Word_Break classes of ASCII. Source: UAX #29, WordBreakProperty.txt.
enum class Class : std::uint8_t {
  other,
  letter,
  digit,
  extend,
  mid_num,
  mid_num_let
};

constexpr std::array<Class, 128> kClasses = [] {
  std::array<Class, 128> classes{};
  for (unsigned char c = 'a'; c <= 'z'; ++c) classes[c] = Class::letter;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) classes[c] = Class::letter;
  for (unsigned char c = '0'; c <= '9'; ++c) classes[c] = Class::digit;
  classes['_'] = Class::extend;
  classes[','] = Class::mid_num;
  classes[';'] = Class::mid_num;
  classes['.'] = Class::mid_num_let;
  classes['\''] = Class::mid_num_let;
  return classes;
}();

Class class_at(std::string_view text, std::size_t at) {
  return at < text.size() ? kClasses[static_cast<unsigned char>(text[at])]
                          : Class::other;
}

// WB6/7 and WB11/12: the mark between two letters or two digits joins them.
bool joins(Class before, Class mark, Class after) {
  if (before == Class::letter && after == Class::letter) {
    return mark == Class::mid_num_let;
  }
  if (before == Class::digit && after == Class::digit) {
    return mark == Class::mid_num || mark == Class::mid_num_let;
  }
  return false;
}

bool is_word(Class c) {
  return c == Class::letter || c == Class::digit || c == Class::extend;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

}  // namespace

struct Analyser::State {
  std::vector<Token> tokens;
  // Terms end to end; their places are known before the buffer stops growing.
  std::string terms;
  std::vector<std::size_t> offsets;
  std::unique_ptr<icu::BreakIterator> words;
  const icu::Normalizer2* casefold = nullptr;

  void ascii(std::string_view text);
  void unicode(std::string_view text);
  void emit(std::string_view term, std::size_t begin, std::size_t end);
  void run(std::string_view text, std::size_t begin, std::size_t end);
  void bind();
};

void Analyser::State::emit(std::string_view term, std::size_t begin,
                           std::size_t end) {
  offsets.push_back(terms.size());
  terms += term;
  tokens.push_back({{},
                    static_cast<std::uint32_t>(tokens.size()),
                    static_cast<std::uint32_t>(begin),
                    static_cast<std::uint32_t>(end)});
}

void Analyser::State::bind() {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t end =
        i + 1 < tokens.size() ? offsets[i + 1] : terms.size();
    tokens[i].term =
        std::string_view(terms).substr(offsets[i], end - offsets[i]);
  }
}

void Analyser::State::ascii(std::string_view text) {
  terms.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word(class_at(text, at))) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    bool counted =
        false;  // ICU is of two minds about '_' alone: not a word here
    for (;;) {
      const Class here = class_at(text, at);
      if (is_word(here)) {
        counted = counted || here != Class::extend;
        ++at;
        continue;
      }
      if (at > begin &&
          joins(class_at(text, at - 1), here, class_at(text, at + 1))) {
        ++at;
        continue;
      }
      break;
    }
    if (!counted) continue;
    offsets.push_back(terms.size());
    for (std::size_t i = begin; i < at; ++i) terms += lower(text[i]);
    tokens.push_back({{},
                      static_cast<std::uint32_t>(tokens.size()),
                      static_cast<std::uint32_t>(begin),
                      static_cast<std::uint32_t>(at)});
  }
}

void Analyser::State::run(std::string_view text, std::size_t begin,
                          std::size_t end) {
  UErrorCode status = U_ZERO_ERROR;
  UText utext = UTEXT_INITIALIZER;
  utext_openUTF8(&utext, text.data() + begin,
                 static_cast<std::int64_t>(end - begin), &status);
  words->setText(&utext, status);
  if (U_FAILURE(status)) return;
  std::int32_t from = words->first();
  for (std::int32_t to = words->next(); to != icu::BreakIterator::DONE;
       from = to, to = words->next()) {
    if (words->getRuleStatus() < UBRK_WORD_NUMBER) continue;
    const std::size_t start = begin + static_cast<std::size_t>(from);
    const std::size_t stop = begin + static_cast<std::size_t>(to);
    const std::string low = to_lower(text.substr(start, stop - start));
    if (low.find_first_not_of('_') == std::string::npos) continue;
    std::string folded;
    icu::StringByteSink<std::string> sink(&folded);
    casefold->normalizeUTF8(0, low, sink, nullptr, status);
    const std::string term = fold_to_ascii(folded);
    if (!term.empty()) emit(term, start, stop);
  }
  utext_close(&utext);
}

namespace {

// Han, Hiragana and Katakana count as one script.
UScriptCode merged(UScriptCode script) {
  return script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ? USCRIPT_HAN
                                                                  : script;
}

bool is_neutral(UScriptCode script, char32_t c) {
  if (script == USCRIPT_COMMON || script == USCRIPT_INHERITED) return true;
  const auto type = u_charType(static_cast<UChar32>(c));
  return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK ||
         type == U_COMBINING_SPACING_MARK;
}

}  // namespace

void Analyser::State::unicode(std::string_view text) {
  // ICU's root rules join letters at '@'; UAX #29 and a server's do not.
  std::string parted;
  if (text.find('@') != std::string_view::npos) {
    parted = text;
    std::replace(parted.begin(), parted.end(), '@', ' ');
    text = parted;
  }
  UErrorCode status = U_ZERO_ERROR;
  std::size_t begin = 0;
  UScriptCode current = USCRIPT_COMMON;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(text, at);
    const auto script =
        merged(uscript_getScript(static_cast<UChar32>(c), &status));
    if (is_neutral(script, c)) continue;
    if (current == USCRIPT_COMMON) {
      current = script;
    } else if (script != current) {
      run(text, begin, start);
      begin = start;
      current = script;
    }
  }
  if (begin < text.size()) run(text, begin, text.size());
}

Analyser::Analyser() : state_(std::make_unique<State>()) {
  UErrorCode status = U_ZERO_ERROR;
  state_->words.reset(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  state_->casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
}
Analyser::~Analyser() = default;
Analyser::Analyser(Analyser&&) noexcept = default;
Analyser& Analyser::operator=(Analyser&&) noexcept = default;

const std::vector<Token>& Analyser::analyse(std::string_view text) {
  return analyse(text, is_ascii(text) ? Path::ascii : Path::unicode);
}

const std::vector<Token>& Analyser::analyse(std::string_view text, Path path) {
  State& state = *state_;
  state.tokens.clear();
  state.terms.clear();
  state.offsets.clear();
  if (path == Path::ascii) {
    state.ascii(text);
  } else {
    state.unicode(text);
  }
  state.bind();
  return state.tokens;
}

std::string keyword_lowercase(std::string_view value) {
  return to_lower(value);
}

std::string keyword_name(std::string_view value) {
  if (is_ascii(value)) return to_lower(value);
  UErrorCode status = U_ZERO_ERROR;
  const auto* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  std::string folded;
  icu::StringByteSink<std::string> sink(&folded);
  casefold->normalizeUTF8(0, to_lower(value), sink, nullptr, status);
  return fold_to_ascii(folded);
}

}  // namespace dmp::text
