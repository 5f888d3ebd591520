#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::results {

enum class Verdict : std::uint8_t { accepted, rejected };

// Known answers: which works belong to which plan. DOIs are normalised on both
// sides; a pair both accepted and rejected is accepted.
// Source: spec ranking.md 7.
class GroundTruth {
 public:
  using Works = std::map<std::string, Verdict, std::less<>>;

  // A CSV with the columns dmp_doi (dmpDoi), work_doi (workDoi) and status, in
  // any order. Rows without a DOI go to warnings() with their line.
  // Errors: not_found, io, corrupt_input (missing column, named; no accepted
  // row at all).
  static Result<GroundTruth> read(const std::filesystem::path& path);

  // The same from a text; `name` stands for the file in messages.
  static Result<GroundTruth> parse(std::string text, const std::string& name);

  // A CSV of pairs alone, dmp_doi and work_doi: all count as accepted. Source:
  // ranking.md 6.3. Errors: not_found, io, corrupt_input (missing column).
  static Result<GroundTruth> read_pairs(const std::filesystem::path& path);

  void add(std::string dmp_doi, std::string work_doi, Verdict verdict);
  // Takes a plan and its works out; nothing happens where it is not in it.
  void leave_out(std::string_view dmp_doi);

  // Null for a plan that is not in it.
  const Works* works_of(std::string_view dmp_doi) const;
  std::optional<Verdict> verdict(std::string_view dmp_doi,
                                 std::string_view work_doi) const;
  // Plans with their works, ascending.
  const std::map<std::string, Works, std::less<>>& plans() const {
    return plans_;
  }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  enum class Verdicts : std::uint8_t { of_a_column, all_accepted };
  static Result<GroundTruth> parse(std::string text, const std::string& name,
                                   Verdicts verdicts);

  std::map<std::string, Works, std::less<>> plans_;
  std::vector<std::string> warnings_;
};

}  // namespace dmp::results
