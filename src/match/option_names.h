#pragma once

#include "match/options.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::match {

// What the values of the search's options are called on the command line, in
// the environment and in manifests; the first is the default, if there is one.
// Source: spec cli.md G9.
template <class T, std::size_t kCount>
using Names = std::array<std::pair<std::string_view, T>, kCount>;

inline constexpr Names<QueryBuilder, 3> kQueryBuilders{{
    {"dmpworks", QueryBuilder::dmpworks},
    {"build_dmp_works_search_baseline_query", QueryBuilder::baseline},
    {"build_dmp_works_search_candidate_query", QueryBuilder::candidate},
}};
inline constexpr Names<Ranker, 2> kRankers{
    {{"linkage", Ranker::linkage}, {"query", Ranker::query}}};
inline constexpr Names<ScoreMax, 2> kScoreMaxima{
    {{"one", ScoreMax::one}, {"best", ScoreMax::best}}};
inline constexpr Names<Similarity, 2> kSimilarities{
    {{"bm25", Similarity::bm25}, {"legacy-bm25", Similarity::legacy_bm25}}};
inline constexpr Names<TermTies, 2> kTermTies{
    {{"stable", TermTies::stable}, {"server", TermTies::server}}};
inline constexpr Names<FunderNameRule, 2> kFunderNameRules{
    {{"phrase", FunderNameRule::phrase}, {"equal", FunderNameRule::equal}}};
inline constexpr Names<Encoding, 2> kEncodings{
    {{"none", Encoding::plain}, {"html", Encoding::html}}};
inline constexpr Names<Feature, 7> kFeatures{{
    {"funded_dois", Feature::funded_dois},
    {"authors", Feature::authors},
    {"institutions", Feature::institutions},
    {"funders", Feature::funders},
    {"awards", Feature::awards},
    {"content", Feature::content},
    {"relations", Feature::relations},
}};
inline constexpr Names<Improvement, 6> kImprovements{{
    {"award_funders", Improvement::award_funders},
    {"raw_awards", Improvement::raw_awards},
    {"dates", Improvement::dates},
    {"duplicates", Improvement::duplicates},
    {"surnames", Improvement::surnames},
    {"award_spellings", Improvement::award_spellings},
}};

// `value` must have a name in `names`.
template <class T, std::size_t kCount>
std::string name_in(const Names<T, kCount>& names, T value) {
  std::size_t at = 0;
  while (at + 1 < kCount && names[at].second != value) ++at;
  return std::string(names[at].first);
}

// nullopt: nothing is called so.
template <class T, std::size_t kCount>
std::optional<T> value_in(const Names<T, kCount>& names,
                          std::string_view name) {
  for (const auto& [known, value] : names) {
    if (known == name) return value;
  }
  return std::nullopt;
}

template <class T, std::size_t kCount>
std::vector<std::string> all_names(const Names<T, kCount>& names) {
  std::vector<std::string> all;
  for (const auto& [name, value] : names) all.emplace_back(name);
  return all;
}

}  // namespace dmp::match
