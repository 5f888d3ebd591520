#include "match/text_score.h"

#include "text/unicode.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace dmp::match {

namespace {
constexpr float kK1 = 1.2F;
constexpr float kB = 0.75F;
constexpr std::int64_t kLeastFrequency = 5;
constexpr std::size_t kMostTerms = 25;
constexpr std::size_t kMostTokens = 5'000;
}  // namespace

std::uint8_t encode_length(std::uint32_t tokens) {
  if (tokens < 24) return static_cast<std::uint8_t>(tokens);
  const std::uint32_t m = tokens - 24;
  if (m < 8) return static_cast<std::uint8_t>(24 + m);
  const int shift = static_cast<int>(std::bit_width(m)) - 4;
  return static_cast<std::uint8_t>(
      24 + ((m >> shift & 7U) | static_cast<std::uint32_t>(shift + 1) << 3));
}

std::uint32_t decode_length(std::uint8_t byte) {
  if (byte < 24) return byte;
  const std::uint32_t rest = byte - 24U;
  const std::uint32_t fraction = rest & 7U;
  const int shift = static_cast<int>(rest >> 3) - 1;
  return shift < 0 ? 24 + fraction : 24 + ((fraction | 8U) << shift);
}

float inverse_frequency(std::int64_t document_frequency,
                        std::int64_t documents) {
  const auto df = static_cast<double>(document_frequency);
  const auto n = static_cast<double>(documents);
  return static_cast<float>(std::log(1 + (n - df + 0.5) / (df + 0.5)));
}

float length_factor(std::uint32_t tokens, const FieldStats& stats) {
  const auto average = static_cast<float>(static_cast<double>(stats.tokens) /
                                          static_cast<double>(stats.documents));
  const auto length = static_cast<float>(decode_length(encode_length(tokens)));
  return 1.0F / (kK1 * ((1.0F - kB) + kB * length / average));
}

float bm25(float weight, std::uint32_t term_frequency, float length_factor) {
  return weight -
         weight / (1.0F + static_cast<float>(term_frequency) * length_factor);
}

float bm25(float weight, std::uint32_t term_frequency, std::uint32_t tokens,
           const FieldStats& stats) {
  return bm25(weight, term_frequency, length_factor(tokens, stats));
}

float term_weight(std::int64_t document_frequency, std::int64_t documents,
                  Similarity similarity) {
  const float idf = inverse_frequency(document_frequency, documents);
  return similarity == Similarity::bm25 ? idf : (1.0F + kK1) * idf;
}

float choice_weight(std::uint32_t term_frequency,
                    std::int64_t document_frequency,
                    std::int64_t live_documents) {
  const auto idf =
      static_cast<float>(std::log(static_cast<double>(live_documents + 1) /
                                  static_cast<double>(document_frequency + 1)) +
                         1);
  return static_cast<float>(term_frequency) * idf;
}

namespace {

struct Candidate {
  std::string_view term;
  TextField field = TextField::title;
  std::int64_t df = 0;
  float weight = 0;
};

// Heaviest first.
bool stands_before(const Candidate& a, const Candidate& b) {
  if (a.weight != b.weight) return a.weight > b.weight;
  return a.df != b.df ? a.df < b.df : a.term < b.term;
}

// Java's hash of a string: over its UTF-16 units.
std::uint32_t java_hash(std::string_view term) {
  std::uint32_t hash = 0;
  for (std::size_t at = 0; at < term.size();) {
    const char32_t c = text::next_code_point(term, at);
    if (c < 0x10000) {
      hash = hash * 31 + c;
    } else {
      hash = hash * 31 + (0xD800 + ((c - 0x10000) >> 10));
      hash = hash * 31 + (0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  return hash;
}

// Terms in the order a chained hash table gives them back.
void order_as_hash_table(std::vector<std::string_view>& terms) {
  std::size_t capacity = 16;
  while (terms.size() * 4 > capacity * 3) capacity *= 2;
  const auto bucket = [&](std::string_view term) {
    const std::uint32_t hash = java_hash(term);
    return (hash ^ (hash >> 16)) & (capacity - 1);
  };
  std::stable_sort(terms.begin(), terms.end(),
                   [&](auto a, auto b) { return bucket(a) < bucket(b); });
}

// A binary min-heap of fixed size, sifted as Lucene's PriorityQueue is: which
// of equal weights leaves first depends on it.
class ServerQueue {
 public:
  explicit ServerQueue(std::size_t most) : most_(most), heap_(1) {}

  void offer(const Candidate& candidate) {
    if (heap_.size() - 1 < most_) {
      heap_.push_back(candidate);
      sift_up();
    } else if (most_ > 0 && heap_[1].weight < candidate.weight) {
      heap_[1] = candidate;
      sift_down();
    }
  }
  std::vector<Candidate> take() {
    heap_.erase(heap_.begin());
    return std::move(heap_);
  }

 private:
  void sift_up() {
    std::size_t at = heap_.size() - 1;
    const Candidate moved = heap_[at];
    for (; at > 1 && moved.weight < heap_[at / 2].weight; at /= 2)
      heap_[at] = heap_[at / 2];
    heap_[at] = moved;
  }
  void sift_down() {
    const Candidate moved = heap_[1];
    std::size_t at = 1;
    for (;;) {
      std::size_t child = at * 2;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() &&
          heap_[child + 1].weight < heap_[child].weight)
        ++child;
      if (!(heap_[child].weight < moved.weight)) break;
      heap_[at] = heap_[child];
      at = child;
    }
    heap_[at] = moved;
  }

  std::size_t most_;
  std::vector<Candidate> heap_;  // from place 1
};

std::vector<Candidate> heaviest(std::vector<Candidate> candidates,
                                TermTies ties, std::size_t distinct) {
  if (ties == TermTies::server) {
    ServerQueue queue(std::min(kMostTerms, distinct));
    for (const auto& candidate : candidates) queue.offer(candidate);
    candidates = queue.take();
  }
  std::sort(candidates.begin(), candidates.end(), stands_before);
  if (candidates.size() > kMostTerms) candidates.resize(kMostTerms);
  return candidates;
}

}  // namespace

TermSelection select_terms(const std::vector<std::string>& tokens,
                           const TermTable& table,
                           const CollectionCounts& counts,
                           Similarity similarity, TermTies ties) {
  std::unordered_map<std::string_view, std::uint32_t> frequencies;
  std::vector<std::string_view> terms;  // as first met
  const std::size_t limit = std::min(tokens.size(), kMostTokens);
  for (std::size_t i = 0; i < limit; ++i) {
    if (++frequencies[tokens[i]] == 1) terms.emplace_back(tokens[i]);
  }
  if (ties == TermTies::server) order_as_hash_table(terms);
  std::vector<Candidate> candidates;
  for (const auto term : terms) {
    const auto found = table.find(std::string(term));
    if (found == table.end()) continue;
    const TermCounts& df = found->second;
    const bool title = df.title >= df.abstract_text;
    const std::int64_t top = title ? df.title : df.abstract_text;
    if (top < kLeastFrequency) continue;
    candidates.push_back(
        {term, title ? TextField::title : TextField::abstract_text, top,
         choice_weight(frequencies[term], top, counts.live_documents)});
  }
  TermSelection selection;
  for (const auto& kept : heaviest(std::move(candidates), ties, terms.size())) {
    const FieldStats& stats =
        kept.field == TextField::title ? counts.title : counts.abstract_text;
    selection.terms.push_back(
        {std::string(kept.term), kept.field,
         term_weight(kept.df, stats.documents, similarity)});
  }
  const auto n = static_cast<int>(selection.terms.size());
  selection.minimum = std::max(1, n * 3 / 10);
  return selection;
}

}  // namespace dmp::match
