#pragma once

#include "base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::synth {

enum class Noise : std::uint8_t { clean, typical, poor };

// One rare form of a real record each (spec records.md 0 and 2-6, pitfalls.md
// A). The prefix says the source: oa OpenAlex, cr Crossref, dc DataCite.
enum class Oddity : std::uint8_t {
  oa_slim,
  oa_nulls,
  oa_huge_position,
  oa_gaps,
  oa_wrapped_index,
  oa_plain_abstract,
  oa_entities,
  oa_types,
  oa_bad_ror,
  oa_bad_language,
  oa_doi_form,
  oa_no_title,
  cr_title_text,
  cr_title_missing,
  cr_nulls,
  cr_wrapped_numbers,
  cr_no_date_time,
  cr_null_issued,
  cr_double_entities,
  cr_odd_relations,
  cr_group_author,
  cr_shouting,
  cr_container_text,
  cr_update_to,
  dc_nulls,
  dc_objects,
  dc_text_publisher,
  dc_group_creator,
  dc_odd_dates,
  dc_buddhist_year,
  dc_odd_year,
  dc_doi_forms,
  dc_abstract_later,
  dc_award_uri,
  dc_placeholder,
  dc_markup,
  dc_control_characters,
  count
};
inline constexpr std::size_t kOddities =
    static_cast<std::size_t>(Oddity::count);

// How hard the world is: one preset a noise level, each value settable by name.
// Shares lie in 0 … 1; weights are relative to those of the same group. What
// each means: the table in knobs.cpp, printed by knob_help().
struct Knobs {
  // what records carry
  double orcid, initials, ascii_names, no_abstract, no_affiliation, no_funding,
      funder_only, award_mangled, funder_unidentified, funder_family,
      org_variant, org_unidentified, coarse_date, duplicate, no_name_type, xpac,
      abstract_words;
  // who and what there is
  double person_orcid, common_names, several_institutions, moved, awards_shared;
  // what plans say
  double plans_without_outputs, one_author_plans, outsiders, plan_orcid,
      plan_no_description, plan_no_award, plan_filler_award, plan_no_funder,
      plan_inferred_end, sibling_plans;
  // how outputs differ from their plan
  double hidden_team, late_outputs, early_outputs, topic_drift;
  // how near the near misses are
  double near_topic, keep_funder, miss_team, miss_name, miss_funder, miss_award,
      miss_topic;
  double odd_files;
  std::array<double, kOddities> odd;  // weights
};

// The preset, then the settings `NAME=VALUE` in order.
// Errors: invalid_argument (unknown name: the message lists all; no number; out
// of range).
Result<Knobs> make_knobs(Noise noise, std::span<const std::string> settings);

// A table: name, the three presets, meaning.
std::string knob_help();

std::string_view oddity_name(Oddity oddity);  // "odd_oa_slim"

}  // namespace dmp::synth
