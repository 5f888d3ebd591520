#pragma once

#include "match/options.h"
#include "match/text_score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

// The text of the second evaluator: analysis, and the choice of words as a
// server makes it. For tests only, of texts that World makes and no others.
namespace dmp::match {

inline char slow_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string slow_lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += slow_lower(c);
  return out;
}

// What two names are compared by: lower case, one blank between words.
inline std::string slow_key(std::string_view text) {
  std::string out;
  for (const char c : slow_lower(text)) {
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  }
  return out;
}

// search.md 5.1 for the letters that occur.
inline std::vector<std::string> slow_words(std::string_view text) {
  struct Letter {
    std::string_view from, to;
    bool alone;  // of another script: a word of its own
  };
  constexpr std::array<Letter, 5> kLetters{
      {{"\u00E9", "e", false},
       {"\u00C9", "e", false},
       {"\u00ED", "i", false},
       {"\u03B1", "\u03B1", true},
       {"\U00010428", "\U00010428", true}}};
  std::vector<std::string> words;
  bool open = false;  // the last word may grow
  const auto add = [&](std::string_view letters) {
    if (!open) words.emplace_back();
    words.back() += letters;
    open = true;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto letter = std::find_if(
        kLetters.begin(), kLetters.end(), [&](const Letter& candidate) {
          return text[at] == candidate.from[0] &&
                 text.substr(at).starts_with(candidate.from);
        });
    if (letter != kLetters.end()) {
      open = open && !letter->alone;
      add(letter->to);
      open = !letter->alone;
      at += letter->from.size();
      continue;
    }
    const char c = slow_lower(text[at++]);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      add(std::string_view(&c, 1));
    } else {
      open = false;
    }
  }
  return words;
}

// ------------------------------------------------- the words of more-like-this

struct SlowTerm {
  std::string term;
  bool title = false;
  double df = 0;
  float weight = 0;
};

// The units of UTF-16, by the bits of UTF-8.
inline std::vector<std::uint32_t> slow_units(std::string_view text) {
  std::vector<std::uint32_t> points;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xC0) {
      points.push_back(byte & (byte >= 0xF0 ? 7U : byte >= 0xE0 ? 15U : 31U));
    } else if (byte >= 0x80) {
      points.back() = points.back() * 64 + (byte & 63U);
    } else {
      points.push_back(byte);
    }
  }
  std::vector<std::uint32_t> units;
  for (const auto point : points) {
    if (point > 0xFFFF) units.push_back(0xD7C0 + (point >> 10));
    units.push_back(point > 0xFFFF ? 0xDC00 + (point & 0x3FF) : point);
  }
  return units;
}

// Chains in a table that grows as words come. Source: search.md 6 (a).
class SlowTable {
 public:
  void insert(const std::string& word) {
    chain(word).push_back(word);
    if (++size_ * 4 <= chains_.size() * 3) return;
    const auto old = std::exchange(
        chains_, std::vector<std::list<std::string>>(chains_.size() * 2));
    for (const auto& words : old) {
      for (const auto& moved : words) chain(moved).push_back(moved);
    }
  }
  std::vector<std::string> words() const {
    std::vector<std::string> all;
    for (const auto& words : chains_)
      all.insert(all.end(), words.begin(), words.end());
    return all;
  }

 private:
  std::list<std::string>& chain(const std::string& word) {
    std::uint32_t hash = 0;
    for (const auto unit : slow_units(word)) hash = 31 * hash + unit;
    return chains_[(hash ^ (hash >> 16)) % chains_.size()];
  }

  std::vector<std::list<std::string>> chains_{16};
  std::size_t size_ = 0;
};

// A min-heap by swaps, of at most `most`. Source: search.md 6 (b).
class SlowHeap {
 public:
  explicit SlowHeap(std::size_t most) : most_(most) {}
  void offer(const SlowTerm& term) {
    if (items_.size() < most_) {
      items_.push_back(term);
      rise(items_.size());
    } else if (!items_.empty() && weight(1) < term.weight) {
      items_[0] = term;
      sink(1);
    }
  }
  const std::vector<SlowTerm>& items() const { return items_; }

 private:
  // Places from 1, children at 2n and 2n + 1.
  float weight(std::size_t n) const { return items_[n - 1].weight; }
  void rise(std::size_t n) {
    if (n == 1 || !(weight(n) < weight(n / 2))) return;
    std::swap(items_[n - 1], items_[n / 2 - 1]);
    rise(n / 2);
  }
  void sink(std::size_t n) {
    std::size_t child = 2 * n;
    if (child > items_.size()) return;
    if (child < items_.size() && weight(child + 1) < weight(child)) ++child;
    if (!(weight(child) < weight(n))) return;
    std::swap(items_[n - 1], items_[child - 1]);
    sink(child);
  }

  std::size_t most_;
  std::vector<SlowTerm> items_;
};

// The 25 words of a text, in no order. Source: search.md 6, steps 1 to 5.
inline std::vector<SlowTerm> slow_terms(std::vector<std::string> tokens,
                                        const TermTable& table,
                                        std::int64_t live_documents,
                                        TermTies ties) {
  if (tokens.size() > 5000) tokens.resize(5000);
  std::map<std::string, int> frequency;
  SlowTable hashed;
  for (const auto& token : tokens) {
    if (++frequency[token] == 1) hashed.insert(token);
  }
  std::vector<SlowTerm> terms;
  for (const auto& term : hashed.words()) {
    const auto found = table.find(term);
    if (found == table.end()) continue;
    const auto [title, abstract_text] = found->second;
    const auto df = static_cast<double>(std::max(title, abstract_text));
    if (df < 5) continue;
    const auto idf = static_cast<float>(
        std::log((static_cast<double>(live_documents) + 1) / (df + 1)) + 1);
    terms.push_back({term, title >= abstract_text, df,
                     static_cast<float>(frequency[term]) * idf});
  }
  if (ties == TermTies::server) {
    SlowHeap heap(std::min<std::size_t>(25, frequency.size()));
    for (const auto& term : terms) heap.offer(term);
    return heap.items();
  }
  std::sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) {
    return std::tuple(-a.weight, a.df, a.term) <
           std::tuple(-b.weight, b.df, b.term);
  });
  if (terms.size() > 25) terms.resize(25);
  return terms;
}

}  // namespace dmp::match
