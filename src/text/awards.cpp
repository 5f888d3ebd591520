#include "text/awards.h"

#include "text/clean_text.h"
#include "text/doi.h"
#include "text/unicode.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace dmp::text {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_high(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_digit);
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

const std::unordered_set<std::string_view>& fillers() {
  static const std::unordered_set<std::string_view> kFillers{
#include "text/award_fillers.inc"
  };
  return kFillers;
}

// ^[\W_]*$, ^0+$ or one character four times or more.
bool is_meaningless(std::string_view folded) {
  const bool letters = std::any_of(folded.begin(), folded.end(), [](char c) {
    return is_digit(c) || is_letter(c) || is_high(c);
  });
  if (!letters) return true;
  const bool repeated = std::all_of(folded.begin(), folded.end(),
                                    [&](char c) { return c == folded[0]; });
  if (!repeated) return false;
  return folded.size() >= 4 || folded[0] == '0' ||
         (folded[0] == 'x' && folded.size() >= 3);
}

// ------------------------------------------------------------------ splitting

std::string_view last_part(std::string_view text) {
  while (!text.empty() && text.back() == '/') text.remove_suffix(1);
  const auto slash = text.rfind('/');
  return slash == std::string_view::npos ? text : text.substr(slash + 1);
}

// A URL, DOI or grantAgreement names one award as a whole; nullopt: split it.
std::optional<std::string> whole_award(std::string_view text) {
  constexpr std::string_view kAwardId = "AWD_ID=";
  const std::string lower = to_lower(text);
  if (lower.starts_with("info:eu-repo/grantagreement/")) {
    return std::string(last_part(text));
  }
  if (const auto at = lower.find("awd_id="); at != std::string::npos) {
    const auto value = text.substr(at + kAwardId.size());
    return std::string(value.substr(0, value.find_first_of("&# ")));
  }
  const bool url =
      lower.starts_with("http://") || lower.starts_with("https://");
  if (lower.starts_with("10.") || lower.starts_with("doi:") ||
      lower.find("doi.org/10.") != std::string::npos) {
    const Doi doi = doi_text(text, DoiField::typed);
    if (doi.usable()) return std::string(last_part(doi.doi));
  }
  if (url && text.find(' ') == std::string_view::npos) return std::string(text);
  return std::nullopt;
}

// Length of ` and `, ` & ` … at `at`, or 0.
std::size_t conjunction_at(std::string_view text, std::size_t at) {
  for (const std::string_view word : {" and ", " & ", " und ", " et ", " y "}) {
    if (text.substr(at, word.size()) == word) return word.size();
  }
  return 0;
}

std::vector<std::string_view> split_text(std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = text[at] == ',' || text[at] == ';' ? 1 : 0;
    if (length == 0 && text[at] == ' ') length = conjunction_at(text, at);
    if (length == 0) {
      ++at;
      continue;
    }
    if (at > start) pieces.push_back(text.substr(start, at - start));
    // The blank that ends " and " may begin the next conjunction.
    start = at + length;
    at = length > 1 ? start - 1 : start;
    if (at < start && conjunction_at(text, at) == 0) at = start;
  }
  pieces.push_back(text.substr(std::min(start, text.size())));
  return pieces;
}

bool take_word(std::string_view& piece, std::string_view word) {
  if (piece.size() < word.size() ||
      to_lower(piece.substr(0, word.size())) != word) {
    return false;
  }
  std::string_view rest = piece.substr(word.size());
  const auto marks = rest.find_first_not_of(":#. ");
  if (marks == 0) return false;  // part of a longer word
  if (marks == std::string_view::npos) {
    piece = {};
    return true;
  }
  piece = rest.substr(marks);
  return true;
}

char partner_of(char bracket) {
  constexpr std::string_view kBrackets = "()[]";
  const auto at = kBrackets.find(bracket);
  return at == std::string_view::npos ? '\0' : kBrackets[at ^ 1U];
}

constexpr std::string_view kEdges = ".:;,#_'\"()[]";

// A bracket stays that is closed inside the piece: `(A) 12`.
bool is_front_edge(std::string_view piece) {
  if (piece.empty() || kEdges.find(piece[0]) == std::string_view::npos)
    return false;
  const char close = partner_of(piece[0]);
  if (close == '\0') return true;
  int depth = 0;
  for (std::size_t at = 0; at < piece.size(); ++at) {
    if (piece[at] == piece[0]) ++depth;
    if (piece[at] == close && --depth == 0) return at + 1 == piece.size();
  }
  return true;
}

// One stays that was opened in the piece: `12 (West)`.
bool is_back_edge(std::string_view piece) {
  if (piece.empty() || kEdges.find(piece.back()) == std::string_view::npos)
    return false;
  const char open = partner_of(piece.back());
  return open == '\0' ||
         std::count(piece.begin(), piece.end(), open) <
             std::count(piece.begin(), piece.end(), piece.back());
}

std::string_view strip_edges(std::string_view piece) {
  for (;;) {
    const std::string_view before = piece;
    piece = trim(piece);
    while (is_front_edge(piece)) piece.remove_prefix(1);
    while (is_back_edge(piece)) piece.remove_suffix(1);
    while (!piece.empty() && piece.front() == '-') piece.remove_prefix(1);
    while (piece.starts_with("\u2013") || piece.starts_with("\u2014")) {
      piece.remove_prefix(3);
    }
    if (piece == before) return piece;
  }
}

std::string_view strip_words(std::string_view piece) {
  constexpr std::array<std::string_view, 9> kWords{
      "grant", "award", "contract", "project", "number",
      "no",    "nr",    "code",     "id"};
  for (bool again = true; again && !piece.empty();) {
    again = std::any_of(kWords.begin(), kWords.end(),
                        [&](auto word) { return take_word(piece, word); });
    piece = strip_edges(piece);
  }
  return piece;
}

// `Ho 443/19-1` and the piece `2` make `Ho 443/19-2`.
std::optional<std::string> continued(const std::string& previous,
                                     std::string_view piece) {
  if (!all_digits(piece) || piece.size() > 3) return std::nullopt;
  const auto cut = previous.find_last_of("-/");
  if (cut == std::string::npos) return std::nullopt;
  const std::string_view number = std::string_view(previous).substr(cut + 1);
  if (!all_digits(number) || number.size() > 3) return std::nullopt;
  return previous.substr(0, cut + 1) + std::string(piece);
}

bool is_pure_date(std::string_view text) {
  if (text.size() != 10 || text[2] != '.' || text[5] != '.') return false;
  return all_digits(text.substr(0, 2)) && all_digits(text.substr(3, 2)) &&
         all_digits(text.substr(6, 4));
}

// One line of valid text; line breaks are separators.
std::string one_line(std::string_view raw) {
  std::string text(trim(raw));
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ';';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  text = collapse_space(to_valid_utf8(text));
  return text.find('&') == std::string::npos
             ? text
             : collapse_space(decode_entities(text));
}

bool is_dropped(std::string_view piece) {
  return count_code_points(piece) <= 1 || is_pure_date(piece) ||
         (count_code_points(piece) > 100 && !has_digit(piece)) ||
         is_award_filler(piece);
}

// Pieces of one text, still to be split themselves. Source: records.md 1.8.
std::vector<std::string> pieces_of(const std::string& text, int& excluded) {
  std::vector<std::string> pieces;
  if (auto whole = whole_award(text)) {
    pieces.push_back(*std::move(whole));
  } else if (is_award_filler(text)) {
    ++excluded;
  } else {
    const int excluded_before = excluded;
    std::string previous;
    for (const std::string_view raw_piece : split_text(text)) {
      const std::string_view piece = strip_words(strip_edges(raw_piece));
      if (piece.empty()) continue;
      auto whole_piece = continued(previous, piece);
      if (!whole_piece && is_dropped(piece)) {
        ++excluded;
        continue;
      }
      previous = whole_piece ? *std::move(whole_piece) : std::string(piece);
      pieces.push_back(previous);
    }
    // Words without a number are the name of an award, no list.
    if (pieces.size() > 1 && excluded == excluded_before && !has_digit(text)) {
      pieces = {std::string(strip_words(strip_edges(text)))};
    }
  }
  return pieces;
}

// A piece can be a DOI, and the last part of a DOI a list: splits until a piece
// is all there is of it, so that what came out comes out the same.
void split_into(std::string_view raw, int depth, AwardPieces& result) {
  constexpr int kDeepest = 16;
  const std::string text = one_line(raw);
  if (text.empty()) return;
  for (const std::string& piece : pieces_of(text, result.excluded)) {
    const bool whole = piece == raw;
    if (is_dropped(piece) || (!whole && depth >= kDeepest)) {
      ++result.excluded;
    } else if (whole) {
      result.pieces.push_back(piece);
    } else {
      split_into(piece, depth + 1, result);
    }
  }
}

}  // namespace

bool is_award_filler(std::string_view text) {
  const std::string folded = to_lower(trim(text));
  return fillers().contains(folded) || is_meaningless(folded);
}

AwardPieces split_award(std::string_view raw) {
  AwardPieces result;
  split_into(raw, 0, result);
  return result;
}

std::string normalise_award(std::string_view award_id) {
  const std::string upper = to_upper(collapse_space(award_id));
  std::string_view text = upper;
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view word : {"GRANT", "AWARD", "PROJECT", "CONTRACT",
                                        "AGREEMENT", "NUMBER", "NO", "ID"}) {
      if (!text.starts_with(word)) continue;
      const std::string_view rest = text.substr(word.size());
      const auto start = rest.find_first_not_of(": .#");
      if (start == 0 || start == std::string_view::npos) continue;
      text = rest.substr(start);
      again = true;
    }
  }
  std::string out;
  for (const char c : text) {
    if (std::string_view(" -/._#").find(c) == std::string_view::npos) out += c;
  }
  // `ID/: 7`: without the slash a label has come forth.
  if (out.size() < upper.size() && out.find(':') != std::string::npos) {
    return normalise_award(out);
  }
  return out;
}

bool is_strong_award(std::string_view award_id) {
  if (doi_text(award_id, DoiField::typed).usable()) return true;
  const std::string id = normalise_award(award_id);
  const auto letters = std::count_if(id.begin(), id.end(), is_letter);
  const auto digits = std::count_if(id.begin(), id.end(), is_digit);
  return letters >= 1 && digits >= 4 && id.size() >= 6;
}

}  // namespace dmp::text
