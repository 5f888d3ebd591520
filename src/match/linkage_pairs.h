#pragma once

#include "base/result.h"
#include "match/linkage_second_pass.h"
#include "match/linkage_text.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dmp::match::linkage {

// linkage_pairs/: every pair kept for the second pass, unrounded: what the
// model is learned from and judged on. Pairs below p 0.001 are kept then, up to
// the 400 of a plan: EM on a set cut by the model that it is to mend takes the
// rest of the team's works for outputs (measured: ECE 0.25 instead of 0.11).
// Files pairs_NNNN.parquet, rows by plan DOI and work DOI, and
// text_chance.parquet (condition, chance of the 16 bins, plans searched).
// Source: spec jobs.md 4.1.
class PairsFile {
 public:
  explicit PairsFile(std::filesystem::path dir);
  PairsFile(PairsFile&&) noexcept;
  PairsFile& operator=(PairsFile&&) noexcept;
  ~PairsFile();

  void append(const std::string& plan_doi, const std::vector<Pair>& pairs,
              const Groups& groups, const std::vector<Final>& finals,
              const Model& model);
  // Writes what was appended as one file. Errors: io.
  Status flush();
  // `plans`: searched, also those without a pair.
  Status finish(const TextChance& chance, std::int64_t plans);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The files of linkage_pairs/, by name. Errors: io.
Result<std::vector<std::filesystem::path>> pair_files(
    const std::filesystem::path& dir);

// All pairs of one plan, as read back.
struct PlanPairs {
  std::string plan_doi;
  std::vector<std::string> dois;  // ascending
  std::vector<Levels> levels;
  Groups groups;
  std::vector<double> log_odds;     // after the second pass, of the search
  std::vector<double> probability;  // recalibrated, of the search
  std::vector<std::string> types;   // of the works
  std::vector<int> years;           // published; 0: unknown
};
struct PairSet {
  std::vector<PlanPairs> plans;  // by DOI
  TextChance chance{};
  std::int64_t searched = 0;  // plans, also those without a pair
  std::int64_t pairs() const;
};
// `place`: linkage_pairs/, or the finished stage of the search that it is in;
// of a stage the files that its manifest lists, else all that are there.
// Errors: not_found, corrupt_input (names the file: a column that cannot be
// read as its type, a null, a number out of its range, a pair that stands
// twice, a plan cut; text chances that are not of conditions 0 to 3 once each),
// io.
Result<PairSet> read_pairs(const std::filesystem::path& place);

}  // namespace dmp::match::linkage
