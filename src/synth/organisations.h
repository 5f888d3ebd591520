#pragma once

#include "base/result.h"
#include "synth/knobs.h"
#include "synth/random.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::synth {

// How a funder writes its award numbers. `shared`: bare numbers from a small
// range that other funders of this style use too.
enum class AwardStyle : std::uint8_t {
  digits,
  shared,
  nsf,
  nih,
  european,
  council,
  foundation,
  slashed,
  lettered
};

enum class OrgStatus : std::uint8_t { active, inactive, withdrawn };

// One ROR record. Numbers in `parents`, `children`, `successors` are those of
// Organisations.
struct Organisation {
  std::string ror, name, acronym, city;
  std::vector<std::string> aliases;
  std::string_view country_code, country, kind;  // kind: a ROR type
  std::string fundref, grid, isni, wikidata;     // empty: none
  OrgStatus status = OrgStatus::active;
  bool is_funder = false;
  AwardStyle style = AwardStyle::digits;
  std::vector<std::uint32_t> parents, children, successors, predecessors;
};

// All organisations of a world, held in memory: a few thousand. The first
// `funders` are funders, of these the first three are real ones (NSF, NIH,
// European Commission) because their award numbers are parsed; the others are
// invented. Institutions of people are active ones.
class Organisations {
 public:
  Organisations(std::uint64_t key, std::uint64_t works, const Knobs& knobs);

  const Organisation& operator[](std::uint32_t i) const { return all_[i]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(all_.size()); }
  std::uint32_t funders() const { return funders_; }

  // An active funder / institution; small numbers are the big ones.
  std::uint32_t pick_funder(Random& random) const;
  std::uint32_t pick_institution(Random& random) const;
  // A parent or child of i that is active, else i.
  std::uint32_t relative(std::uint32_t i, Random& random) const;
  // Another funder, of the shared style if i is and there is one.
  std::uint32_t other_funder(std::uint32_t i, Random& random) const;

 private:
  void add_funders(Random random, const Knobs& knobs);
  void add_institutions(Random random, std::uint32_t count);
  void add_history(Random random, double share);

  std::uint64_t key_;
  std::vector<Organisation> all_;
  std::uint32_t funders_ = 0;
};

// An award number of the style; equal keys give equal numbers.
std::string make_award(AwardStyle style, std::uint64_t key);
// The same award as another hand writes it: prefixes, blanks, support years.
std::string mangle_award(AwardStyle style, const std::string& award,
                         Random& random);

// The ROR data dump as published: a ZIP with the schema-2 JSON, and beside it
// what real ones hold (a CSV twin; with `odd`, __MACOSX litter).
// Errors: io.
Status write_ror(const Organisations& organisations, std::string_view run_id,
                 bool odd, const std::filesystem::path& folder);

}  // namespace dmp::synth
