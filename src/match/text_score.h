#pragma once

#include "match/options.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dmp::match {

// Counts of one text field over the whole collection (search.md 5.3).
struct FieldStats {
  std::int64_t documents = 0;  // works with at least one token in the field
  std::int64_t tokens = 0;
};

struct CollectionCounts {
  std::int64_t live_documents = 0;  // works and their nested items
  FieldStats title, abstract_text;
};

struct TermCounts {
  std::int64_t title = 0, abstract_text = 0;  // works that hold the term
};
using TermTable = std::unordered_map<std::string, TermCounts>;

enum class TextField : std::uint8_t { title, abstract_text };

// A term chosen by more-like-this, searched in its top field only.
struct QueryTerm {
  std::string term;
  TextField field = TextField::title;
  float weight = 0;  // boost * idf
};

// Length of a field as the index remembers it: one byte, then back.
std::uint8_t encode_length(std::uint32_t tokens);
std::uint32_t decode_length(std::uint8_t byte);

float inverse_frequency(std::int64_t document_frequency,
                        std::int64_t documents);
// BM25 with k1 = 1.2, b = 0.75, no factor (k1 + 1). Source: search.md 5.3.
float bm25(float weight, std::uint32_t term_frequency, std::uint32_t tokens,
           const FieldStats& stats);

// The same, its part that depends on the length of the field alone taken out.
float length_factor(std::uint32_t tokens, const FieldStats& stats);
float bm25(float weight, std::uint32_t term_frequency, float length_factor);

// The factor of a term in bm25(): idf, times k1 + 1 for the legacy form.
float term_weight(std::int64_t document_frequency, std::int64_t documents,
                  Similarity similarity);

// What a term weighs when terms are chosen: how often it is in the text, times
// an idf over all documents. Source: search.md 6, step 4.
float choice_weight(std::uint32_t term_frequency,
                    std::int64_t document_frequency,
                    std::int64_t live_documents);

// The 25 heaviest terms of a text, of its first 5,000 tokens; heaviest first,
// ties by df, then term; `ties` says which of equal terms are kept. Source:
// search.md 6.
struct TermSelection {
  std::vector<QueryTerm> terms;
  int minimum = 0;  // clauses that must match
};
TermSelection select_terms(const std::vector<std::string>& tokens,
                           const TermTable& table,
                           const CollectionCounts& counts,
                           Similarity similarity = Similarity::bm25,
                           TermTies ties = TermTies::stable);

}  // namespace dmp::match
