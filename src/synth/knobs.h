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
// A). The prefix says the source: oa OpenAlex, cr Crossref, dc DataCite, co
// Data Citation Corpus, ex export of plans, ma maDMP. `stray` are records
// beside those of the works: a reader must drop them, and says so.
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
  oa_raw_venue,
  oa_name_forms,
  oa_bad_orcid,
  oa_pmid_forms,
  oa_award_lists,
  oa_unknown_keys,
  oa_no_date,
  oa_control_characters,
  oa_unknown_type,
  oa_twin_positions,
  oa_stray_no_doi,
  oa_stray_no_id,
  oa_stray_long_doi,
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
  cr_award_lists,
  cr_award_fillers,
  cr_name_in_family,
  cr_two_containers,
  cr_funder_forms,
  cr_types,
  cr_bad_language,
  cr_several_titles,
  cr_jats,
  cr_odd_dates,
  cr_unknown_keys,
  cr_stray_no_doi,
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
  dc_slim,
  dc_no_types,
  dc_name_identifiers,
  dc_affiliation_ids,
  dc_funder_ids,
  dc_contributors,
  dc_container,
  dc_many_relations,
  dc_numbers,
  dc_unknown_keys,
  dc_name_forms,
  dc_stray_draft,
  dc_stray_no_doi,
  co_blank,
  co_self,
  co_accession,
  co_old_keys,
  co_nulls,
  ex_doi_forms,
  ex_markup,
  ex_unused_keys,
  ex_old_form,
  ex_types,
  ex_nulls,
  ex_duplicate,
  ex_old_start,
  ex_end_first,
  ex_far_end,
  ex_odd_dates,
  ex_people_forms,
  ex_funding_forms,
  ex_stray_no_doi,
  ex_stray_unknown,
  ma_objects,
  ma_contact_list,
  ma_text_grant,
  ma_bare,
  ma_id_forms,
  ma_version_12,
  ma_two_projects,
  ma_affiliations,
  ma_office_contact,
  ma_related,
  ma_nulls,
  count
};
inline constexpr std::size_t kOddities =
    static_cast<std::size_t>(Oddity::count);

// The oddities of one kind of record, first and last.
struct OddityRange {
  Oddity first, last;
};
inline constexpr OddityRange kOpenAlexOddities{Oddity::oa_slim,
                                               Oddity::oa_twin_positions},
    kOpenAlexStrays{Oddity::oa_stray_no_doi, Oddity::oa_stray_long_doi},
    kCrossrefOddities{Oddity::cr_title_text, Oddity::cr_unknown_keys},
    kCrossrefStrays{Oddity::cr_stray_no_doi, Oddity::cr_stray_no_doi},
    kDataCiteOddities{Oddity::dc_nulls, Oddity::dc_name_forms},
    kDataCiteStrays{Oddity::dc_stray_draft, Oddity::dc_stray_no_doi},
    kCorpusOddities{Oddity::co_blank, Oddity::co_nulls},
    kExportOddities{Oddity::ex_doi_forms, Oddity::ex_funding_forms},
    kExportStrays{Oddity::ex_stray_no_doi, Oddity::ex_stray_unknown},
    kMadmpOddities{Oddity::ma_objects, Oddity::ma_nulls};

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
      plan_inferred_end, sibling_plans, plan_records, plan_renewals,
      plan_data_sets, funder_lists;
  // how outputs differ from their plan
  double hidden_team, late_outputs, early_outputs, topic_drift;
  // what else the team wrote, and near misses by others
  double team_works, near_topic, keep_team, keep_funder, keep_award, miss_name,
      miss_funder, miss_award, miss_topic;
  // how sources write
  double old_generation, late_registration, registry_history, registry_litter;
  // file forms, 0 or 1; with an awkward ratio of 0 there is none
  double file_members, file_no_last_newline, file_carriage_returns,
      file_blank_lines, file_byte_order_mark, file_documents;
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
