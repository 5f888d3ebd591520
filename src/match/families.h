#pragma once

#include "base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace dmp::match {

// The organisations that stand for one funder: itself, what is below it, what
// is one level above (but no government), what it was and became.
// Source: spec search.md 3.1, "funder family".
struct FunderFamily {
  std::unordered_set<std::string> rors;
  // Names, aliases and acronyms, analysed: tokens joined by a blank.
  std::unordered_set<std::string> names;
  std::string own_name;  // of the plan's funder, analysed; may be empty
  bool empty() const { return rors.empty() && names.empty(); }
};

// Families from ror.parquet. Without a file a family is the ROR alone.
class FunderFamilies {
 public:
  // Errors: io, corrupt_input.
  static Result<FunderFamilies> read(
      const std::optional<std::filesystem::path>& ror_file);

  // `name` is the funder's own name in the plan; either may be absent.
  FunderFamily family_of(const std::optional<std::string>& ror,
                         const std::optional<std::string>& name) const;

  // Makes the two calls below answer; else they know nothing. Costs an analysis
  // of every name, so only who asks them calls it.
  void index_names();
  // The organisation that alone bears this analysed name, also as alias or
  // acronym; nullopt: none does, or several do.
  std::optional<std::string> ror_of(const std::string& name) const;
  // The analysed names by which an organisation alone is known; no order.
  std::vector<std::string> names_of(const std::string& ror) const;

 private:
  struct Organisation {
    std::vector<std::string> names, parents, children, others;
    bool government = false;
  };
  // The organisation and its children at all depths.
  void add_below(const std::string& ror,
                 std::unordered_set<std::string>& rors) const;

  std::unordered_map<std::string, Organisation> organisations_;
  // By analysed name, a ROR; empty: several.
  std::unordered_map<std::string, std::string> bearers_;
};

// Tokens of a name joined by a blank: what two names are compared by.
std::string analysed_name(std::string_view name);

}  // namespace dmp::match
