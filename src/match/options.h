#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace dmp::match {

enum class QueryBuilder : std::uint8_t { dmpworks, baseline, candidate };

enum class Feature : std::uint8_t {
  funded_dois,
  authors,
  institutions,
  funders,
  awards,
  content,
  relations,
};

// Source: spec cli.md G9.
struct SearchOptions {
  QueryBuilder builder = QueryBuilder::dmpworks;
  int max_results = 100;  // works kept a plan
  int project_end_buffer_years = 3;
  int project_start_buffer_days = 0;
  int inferred_end_extra_years = 2;
  int inner_hits = 50;  // evidence items a list
  std::set<Feature> disabled;
  // Weights of an award by what its funder says: agrees, unknown, disagrees.
  double award_full = 10, award_unknown = 2, award_disagree = 0.5;
  bool explain = true;
  int threads = 1;

  bool improved() const { return builder == QueryBuilder::dmpworks; }
  bool uses(Feature feature) const { return !disabled.contains(feature); }
};

}  // namespace dmp::match
