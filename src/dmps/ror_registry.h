#pragma once

#include "base/result.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::dmps {

// What plans need of the ROR table: Funder id -> ROR, and the successor of a
// withdrawn organisation. Source: works-index.md 3; dmps.md 2.2.
class RorRegistry {
 public:
  // Empty: every id is its own canonical id, no Funder id is known.
  RorRegistry() = default;

  // Reads ror.parquet of a finished stage. Errors: not_found, corrupt_input.
  static Result<RorRegistry> load(const std::filesystem::path& ror_stage);

  // `fundref` in digits. Of several organisations: preferred, active, first id.
  std::optional<std::string> of_fundref(std::string_view fundref) const;

  // Follows single successors of withdrawn ids, at most 5 steps.
  std::string canonical(std::string ror) const;

  void add_fundref(std::string fundref, std::string ror) {
    fundrefs_.emplace(std::move(fundref), std::move(ror));
  }
  void add_successor(std::string ror, std::string successor) {
    successors_.emplace(std::move(ror), std::move(successor));
  }

 private:
  std::map<std::string, std::string, std::less<>> fundrefs_;
  std::map<std::string, std::string, std::less<>> successors_;
};

}  // namespace dmp::dmps
