#pragma once

#include "match/linkage_pairs.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dmp::match::linkage {

// What people said of pairs: true for ACCEPTED, by (plan DOI, work DOI).
using Labels = std::map<std::pair<std::string, std::string>, bool>;

// What may change. automatic: by the number of plans and of labelled plans, as
// linkage.md 7 and 8 have it.
enum class Update : std::uint8_t { automatic, lambda, recalibrate, all };

struct Learnt {
  Model model;
  // Not empty: keep the old file. The result cannot be right, or is the start.
  std::vector<std::string> refusals;
  std::vector<std::string> remarks;  // what was not changed, and why
};

// Expectation maximisation over the pairs, from `start`, with pseudo-counts of
// the compiled-in tables; labels, where given, fix the class. One thread and a
// fixed order: the same pairs give the same bytes. `last`: of the run before,
// for the refusal rule about the sure pairs; nullptr: `start`.
// Stops later than linkage.md 7 says, so that bad starts end at the same place,
// holds more to the tables, and learns lambda with the tau of use (see
// linkage_learn.cpp). Source: linkage.md 7, 8.
Learnt learn(const PairSet& set, const Model& start, const Labels& labels,
             Update update, const Model* last = nullptr);

// Plans with at least one label, and pairs that have one.
std::int64_t labelled_plans(const PairSet& set, const Labels& labels);
std::int64_t labelled_pairs(const PairSet& set, const Labels& labels);

}  // namespace dmp::match::linkage
