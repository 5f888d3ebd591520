#include "match/text_score.h"

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
  const int shift = std::bit_width(m) - 4;
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

float bm25(float weight, std::uint32_t term_frequency, std::uint32_t tokens,
           const FieldStats& stats) {
  const auto average = static_cast<float>(static_cast<double>(stats.tokens) /
                                          static_cast<double>(stats.documents));
  const auto length = static_cast<float>(decode_length(encode_length(tokens)));
  const float c = 1.0F / (kK1 * ((1.0F - kB) + kB * length / average));
  return weight - weight / (1.0F + static_cast<float>(term_frequency) * c);
}

TermSelection select_terms(const std::vector<std::string>& tokens,
                           const TermTable& table,
                           const CollectionCounts& counts) {
  std::unordered_map<std::string_view, std::uint32_t> frequencies;
  const std::size_t limit = std::min(tokens.size(), kMostTokens);
  for (std::size_t i = 0; i < limit; ++i) ++frequencies[tokens[i]];
  struct Candidate {
    std::string_view term;
    TextField field;
    std::int64_t df;
    float weight;
  };
  std::vector<Candidate> candidates;
  for (const auto& [term, frequency] : frequencies) {
    const auto found = table.find(std::string(term));
    if (found == table.end()) continue;
    const TermCounts& df = found->second;
    const bool title = df.title >= df.abstract_text;
    const std::int64_t top = title ? df.title : df.abstract_text;
    if (top < kLeastFrequency) continue;
    const auto idf = static_cast<float>(
        std::log(static_cast<double>(counts.live_documents + 1) /
                 static_cast<double>(top + 1)) +
        1);
    candidates.push_back({term,
                          title ? TextField::title : TextField::abstract_text,
                          top, static_cast<float>(frequency) * idf});
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) {
              if (a.weight != b.weight) return a.weight > b.weight;
              return a.df != b.df ? a.df < b.df : a.term < b.term;
            });
  if (candidates.size() > kMostTerms) candidates.resize(kMostTerms);
  TermSelection selection;
  for (const auto& candidate : candidates) {
    const FieldStats& stats = candidate.field == TextField::title
                                  ? counts.title
                                  : counts.abstract_text;
    selection.terms.push_back(
        {std::string(candidate.term), candidate.field,
         inverse_frequency(candidate.df, stats.documents)});
  }
  const auto n = static_cast<int>(candidates.size());
  selection.minimum = std::max(1, n * 3 / 10);
  return selection;
}

}  // namespace dmp::match
