#pragma once

#include "base/counters.h"
#include "dmps/options.h"
#include "dmps/ror_registry.h"
#include "model/plan.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::dmps {

// The one path by which every source's values enter a plan. Counts what it
// drops. Source: spec dmps.md 2; where records.md 1 says more, that rules.
class Cleaner {
 public:
  Cleaner(const ReadingRules& rules, const RorRegistry& registry,
          Counters& counters)
      : rules_(rules), registry_(registry), counters_(counters) {}

  const ReadingRules& rules() const { return rules_; }
  Counters& counters() const { return counters_; }

  // A plan's own id; `rules.dmp_id_prefix` is put before an id without DOI.
  // nullopt: no DOI can be made of it.
  std::optional<std::string> plan_doi(std::string_view text) const;
  // A DOI in the text, without fall-back.
  std::optional<std::string> doi(std::string_view text) const;

  std::optional<std::string> title(const std::optional<std::string>& raw) const;
  std::optional<std::string> abstract_text(
      const std::optional<std::string>& raw) const;
  std::optional<std::string> label(const std::optional<std::string>& raw) const;
  // null for a filler (P15); the trimmed text otherwise, spelling kept.
  std::optional<std::string> award(const std::optional<std::string>& raw) const;

  std::optional<text::Micros> instant(const std::optional<std::string>& raw,
                                      std::string_view field) const;
  enum class Edge : std::uint8_t { start, end };
  std::optional<text::Day> project_day(const std::optional<std::string>& raw,
                                       Edge edge) const;

  std::optional<std::string> orcid(const std::optional<std::string>& raw) const;
  std::optional<std::string> ror(const std::optional<std::string>& raw) const;
  // A person of one text and an ORCID; nullopt when neither is usable.
  std::optional<model::Author> author(
      const std::optional<std::string>& name,
      const std::optional<std::string>& orcid_text) const;

  // ROR, Crossref Funder id or both, by form and `type` (lower case).
  void funder_id(std::string_view text, std::string_view type,
                 model::Funding& funding) const;
  void organisation(const std::optional<std::string>& name,
                    const std::optional<std::string>& ror_text,
                    model::Plan& plan) const;
  void add_author(model::Author author, model::Plan& plan) const;
  void add_funding(model::Funding funding, model::Plan& plan) const;

  // Orders and unifies lists and checks dates (dmps.md 2.5).
  // False: the plan is to be rejected (old start, if the rules say so).
  bool finish(model::Plan& plan) const;

 private:
  const ReadingRules& rules_;
  const RorRegistry& registry_;
  Counters& counters_;
};

}  // namespace dmp::dmps
