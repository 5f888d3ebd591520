#include "synth/knobs.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace dmp::synth {
namespace {

struct KnobRow {
  std::string_view name;
  double Knobs::*value;
  std::array<double, 3> presets;  // clean, typical, poor
  double most;
  std::string_view meaning;
};

constexpr KnobRow kRows[] = {
    // clang-format off
    {"orcid", &Knobs::orcid, {.80, .45, .15}, 1, "authors of works whose ORCID the record carries"},
    {"initials", &Knobs::initials, {.05, .25, .50}, 1, "works whose authors have initials only"},
    {"ascii_names", &Knobs::ascii_names, {.02, .10, .25}, 1, "works whose names lost their accents"},
    {"no_abstract", &Knobs::no_abstract, {.05, .25, .50}, 1, "works without abstract"},
    {"no_affiliation", &Knobs::no_affiliation, {.05, .30, .60}, 1, "works without institutions"},
    {"no_funding", &Knobs::no_funding, {.10, .35, .60}, 1, "works that do not name the funding of their project"},
    {"funder_only", &Knobs::funder_only, {.05, .25, .40}, 1, "funding without award number, of the works that name some"},
    {"award_mangled", &Knobs::award_mangled, {.05, .20, .40}, 1, "award numbers written in another form than the plan's"},
    {"funder_unidentified", &Knobs::funder_unidentified, {.10, .35, .60}, 1, "funders by name only"},
    {"funder_family", &Knobs::funder_family, {.02, .10, .20}, 1, "funders named by their parent or child organisation"},
    {"org_variant", &Knobs::org_variant, {.05, .20, .40}, 1, "institutions by alias or acronym"},
    {"org_unidentified", &Knobs::org_unidentified, {.05, .20, .50}, 1, "institutions by name only"},
    {"coarse_date", &Knobs::coarse_date, {.05, .25, .50}, 1, "works dated by year or month only"},
    {"duplicate", &Knobs::duplicate, {.005, .01, .02}, 1, "DOIs with a second OpenAlex record"},
    {"no_name_type", &Knobs::no_name_type, {.10, .30, .60}, 1, "DataCite works whose creators have no nameType"},
    {"xpac", &Knobs::xpac, {.10, .30, .50}, 1, "OpenAlex records of data sets and software in the expansion pack"},
    {"abstract_words", &Knobs::abstract_words, {130, 130, 90}, 2000, "mean length of an invented abstract, in words"},
    {"person_orcid", &Knobs::person_orcid, {.95, .80, .60}, 1, "people who have an ORCID"},
    {"common_names", &Knobs::common_names, {.20, .40, .55}, 1, "people with one of the commonest surnames of their culture"},
    {"several_institutions", &Knobs::several_institutions, {.10, .25, .40}, 1, "people with two institutions"},
    {"moved", &Knobs::moved, {.02, .10, .20}, 1, "author entries with an institution of another time"},
    {"awards_shared", &Knobs::awards_shared, {0, .10, .30}, 1, "funders whose bare award numbers other funders use too"},
    {"plans_without_outputs", &Knobs::plans_without_outputs, {.05, .20, .35}, 1, "plans without any output"},
    {"one_author_plans", &Knobs::one_author_plans, {.05, .15, .40}, 1, "plans that name one author"},
    {"outsiders", &Knobs::outsiders, {0, .15, .40}, 1, "plans that name two people who are on none of the outputs"},
    {"plan_orcid", &Knobs::plan_orcid, {.90, .60, .25}, 1, "authors of plans with ORCID"},
    {"plan_no_description", &Knobs::plan_no_description, {.05, .20, .40}, 1, "plans without description"},
    {"plan_no_award", &Knobs::plan_no_award, {.10, .35, .60}, 1, "plans without award number"},
    {"plan_filler_award", &Knobs::plan_filler_award, {0, .05, .10}, 1, "plans whose award number is N/A, TBD and the like"},
    {"plan_no_funder", &Knobs::plan_no_funder, {.05, .15, .30}, 1, "plans without funder"},
    {"plan_inferred_end", &Knobs::plan_inferred_end, {.10, .30, .50}, 1, "plans whose end is start + 1,095 days"},
    {"sibling_plans", &Knobs::sibling_plans, {.05, .15, .30}, 1, "plans of a group that has another plan on a near topic"},
    {"plan_records", &Knobs::plan_records, {.05, .20, .30}, 1, "plans whose own record, of type OutputManagementPlan, is in DataCite"},
    {"plan_renewals", &Knobs::plan_renewals, {0, 0, 0}, 1, "maDMPs that name two more awards of their first funder"},
    {"plan_data_sets", &Knobs::plan_data_sets, {0, 0, 0}, 1, "data sets and software of a plan that its maDMP names by DOI"},
    {"funder_lists", &Knobs::funder_lists, {0, 0, 0}, 1, "outputs of plans with an award number that the funder lists (enrich-dmps/), and other works it paid"},
    {"hidden_team", &Knobs::hidden_team, {0, .02, .06}, 1, "outputs by none of the authors the plan names"},
    {"late_outputs", &Knobs::late_outputs, {.05, .15, .25}, 1, "outputs one to three years after the end"},
    {"early_outputs", &Knobs::early_outputs, {0, .02, .05}, 1, "outputs in the year before the start"},
    {"topic_drift", &Knobs::topic_drift, {.05, .20, .40}, 1, "outputs on the topic of the group, not of the project"},
    {"team_works", &Knobs::team_works, {3, 3, 3}, 1000, "other works of a plan's people, for each output that plans have on average"},
    {"near_topic", &Knobs::near_topic, {.20, .50, .70}, 1, "other works of the team on a topic near the plan's"},
    {"keep_team", &Knobs::keep_team, {.40, .40, .40}, 1, "people of the plan who are in another project of the team too; one is"},
    {"keep_funder", &Knobs::keep_funder, {.30, .40, .60}, 1, "other projects of the team with the same funder"},
    {"keep_award", &Knobs::keep_award, {0, .02, .05}, 1, "other projects of the team with the same award number (centre grants)"},
    {"miss_name", &Knobs::miss_name, {.20, .20, .25}, 1000, "near misses, weight: same name, other person"},
    {"miss_funder", &Knobs::miss_funder, {.10, .10, .10}, 1000, "near misses, weight: same funder, other award"},
    {"miss_award", &Knobs::miss_award, {.05, .05, .10}, 1000, "near misses, weight: same award number, other funder"},
    {"miss_topic", &Knobs::miss_topic, {.15, .15, .10}, 1000, "near misses, weight: same topic, other people"},
    {"old_generation", &Knobs::old_generation, {.25, .25, .25}, 1, "OpenAlex records of the older generation (grants, no is_xpac)"},
    {"late_registration", &Knobs::late_registration, {.20, .50, .60}, 1, "DataCite records registered months to years after publication"},
    {"registry_history", &Knobs::registry_history, {.036, .036, .036}, 1, "organisations inactive, withdrawn, or with the identifier of another"},
    {"registry_litter", &Knobs::registry_litter, {1, 1, 1}, 1, "1: __MACOSX files in the ROR archive (if the awkward ratio is not 0)"},
    {"file_members", &Knobs::file_members, {1, 1, 1}, 1, "1: some files of several gzip members"},
    {"file_no_last_newline", &Knobs::file_no_last_newline, {1, 1, 1}, 1, "1: some files without last line feed"},
    {"file_carriage_returns", &Knobs::file_carriage_returns, {1, 1, 1}, 1, "1: some files with CRLF"},
    {"file_blank_lines", &Knobs::file_blank_lines, {1, 1, 1}, 1, "1: some files with blank lines"},
    {"file_byte_order_mark", &Knobs::file_byte_order_mark, {1, 1, 1}, 1, "1: some files with a byte order mark"},
    {"file_documents", &Knobs::file_documents, {1, 1, 1}, 1, "1: some Crossref files of one document: an items object or an array"},
    // clang-format on
};

struct OddityRow {
  std::string_view name, meaning;
};
// In the order of the enumeration.
constexpr std::array<OddityRow, kOddities> kOddityRows{{
    // clang-format off
    {"odd_oa_slim", "API answer without ids, publication_date, updated_date, is_xpac"},
    {"odd_oa_nulls", "null where a list or object is expected"},
    {"odd_oa_huge_position", "inverted abstract with positions 1,000,000 and 4,000,000,000"},
    {"odd_oa_gaps", "inverted abstract with gaps, an empty word, words with blanks"},
    {"odd_oa_wrapped_index", "inverted abstract as text, or below InvertedIndex"},
    {"odd_oa_plain_abstract", "abstract as text"},
    {"odd_oa_entities", "title and abstract with entities and markup"},
    {"odd_oa_types", "numbers where text is expected and the other way round"},
    {"odd_oa_bad_ror", "malformed, doubled or wrong ROR"},
    {"odd_oa_bad_language", "language that is none"},
    {"odd_oa_doi_form", "DOI bare, upper case, dx.doi.org, or only in ids"},
    {"odd_oa_no_title", "title null, display_name present"},
    {"odd_oa_raw_venue", "no source, the venue only in raw_source_name"},
    {"odd_oa_name_forms", "names with U+2010 hyphens, numbers in brackets, titles, family name first"},
    {"odd_oa_bad_orcid", "ORCID empty or with a wrong check digit"},
    {"odd_oa_pmid_forms", "PMC number in pmid, pmcid as a URL"},
    {"odd_oa_award_lists", "several numbers in one funder_award_id; an award without number"},
    {"odd_oa_unknown_keys", "keys nobody knows in awards and authorships"},
    {"odd_oa_no_date", "publication_date null or 0000-00-00, the year given"},
    {"odd_oa_control_characters", "U+0000, lone surrogates, soft hyphens, line separators in the title"},
    {"odd_oa_unknown_type", "a type outside the vocabulary"},
    {"odd_oa_twin_positions", "inverted abstract with two words at one position"},
    {"odd_oa_stray_no_doi", "a record without DOI"},
    {"odd_oa_stray_no_id", "a record without id"},
    {"odd_oa_stray_long_doi", "a record with a DOI of more than 512 bytes"},
    {"odd_cr_title_text", "title as text, not list"},
    {"odd_cr_title_missing", "title missing or empty list (OpenAlex has it)"},
    {"odd_cr_nulls", "null author lists, awards, relations, licences"},
    {"odd_cr_wrapped_numbers", "database export with $oid and $numberLong"},
    {"odd_cr_no_date_time", "deposited without date-time or missing"},
    {"odd_cr_null_issued", "issued [[null]]"},
    {"odd_cr_double_entities", "title with double-encoded entities and tags"},
    {"odd_cr_odd_relations", "relation types null, object, empty list, misspelt"},
    {"odd_cr_group_author", "an organisation among the authors; an empty author"},
    {"odd_cr_shouting", "names and title in capitals, suffixes"},
    {"odd_cr_container_text", "container-title as text"},
    {"odd_cr_update_to", "update-to"},
    {"odd_cr_award_lists", "several numbers in one award text; numbers cut or in URLs"},
    {"odd_cr_award_fillers", "None, n/a, xxxxx and the like as award"},
    {"odd_cr_name_in_family", "the whole name in the family field"},
    {"odd_cr_two_containers", "container-title with two entries or none"},
    {"odd_cr_funder_forms", "funders without DOI, with a Fundref id that looks like a ROR, with ROR only"},
    {"odd_cr_types", "component, peer-review, journal-issue and other rare types (of works OpenAlex has)"},
    {"odd_cr_bad_language", "language that is none"},
    {"odd_cr_several_titles", "title with null, blank and second entries; subtitle"},
    {"odd_cr_jats", "abstract with sections, CDATA, comments, formulas"},
    {"odd_cr_odd_dates", "month 13, year 0, empty date-parts beside the right date"},
    {"odd_cr_unknown_keys", "keys nobody knows in funders"},
    {"odd_cr_stray_no_doi", "a record without DOI"},
    {"odd_dc_nulls", "null where a list is expected"},
    {"odd_dc_objects", "one object where a list is expected"},
    {"odd_dc_text_publisher", "publisher as object with identifier"},
    {"odd_dc_group_creator", "organisations among the creators, with and without nameType"},
    {"odd_dc_odd_dates", "durations, intervals, words, other dates beside the right one"},
    {"odd_dc_buddhist_year", "year of the Buddhist era"},
    {"odd_dc_odd_year", "publicationYear as text, 0 or null"},
    {"odd_dc_doi_forms", "related DOIs with prefixes, blanks, line breaks, URLs"},
    {"odd_dc_abstract_later", "abstract behind other descriptions"},
    {"odd_dc_award_uri", "award only in awardUri; lists of awards"},
    {"odd_dc_placeholder", "(:unav) and other placeholders"},
    {"odd_dc_markup", "abstract with br, sub, entities and a lone <"},
    {"odd_dc_control_characters", "U+0000, line separators, lone surrogates, soft hyphens"},
    {"odd_dc_slim", "record without most attributes (of works OpenAlex has)"},
    {"odd_dc_no_types", "types empty or null"},
    {"odd_dc_name_identifiers", "name identifiers of other schemes, null, doubled"},
    {"odd_dc_affiliation_ids", "affiliations with GRID, ISNI, bare ROR, unknown schemes"},
    {"odd_dc_funder_ids", "funders with GRID, ISNI, ROR, wrong or unknown identifiers"},
    {"odd_dc_contributors", "contributors that are persons, hosts, funders, sponsors"},
    {"odd_dc_container", "container journal or series"},
    {"odd_dc_many_relations", "more than 500 related identifiers, one of them its own"},
    {"odd_dc_numbers", "numbers where text is expected"},
    {"odd_dc_unknown_keys", "award_number and other unknown keys beside the right ones"},
    {"odd_dc_name_forms", "names in brackets, with life years, roles, in capitals"},
    {"odd_dc_stray_draft", "a record in state draft"},
    {"odd_dc_stray_no_doi", "a record without DOI"},
    {"odd_co_blank", "corpus pair with a blank in the URL"},
    {"odd_co_self", "corpus pair of a publication with itself"},
    {"odd_co_accession", "corpus pair with an accession number"},
    {"odd_co_old_keys", "corpus pair in the keys of older dumps"},
    {"odd_co_nulls", "corpus pair with null keys"},
    {"odd_ex_doi_forms", "plan id as URL, dx.doi.org, doi:, with a full stop"},
    {"odd_ex_markup", "title and description with markup, entities, a lone <"},
    {"odd_ex_unused_keys", "PK, SK, visibility, featured, narrative_url, repos"},
    {"odd_ex_old_form", "flat lists people, people_ids, affiliations, affiliation_ids"},
    {"odd_ex_types", "numbers and lists where text is expected"},
    {"odd_ex_nulls", "keys missing or null"},
    {"odd_ex_duplicate", "an older record of the same plan in the same file"},
    {"odd_ex_old_start", "project start 1900-01-01"},
    {"odd_ex_end_first", "project end before its start"},
    {"odd_ex_far_end", "project end more than 30 years after its start"},
    {"odd_ex_odd_dates", "durations, intervals, months as project dates"},
    {"odd_ex_people_forms", "mail addresses, URLs, titles, single names among the authors"},
    {"odd_ex_funding_forms", "funding of a status only, filler award numbers"},
    {"odd_ex_stray_no_doi", "a plan without id"},
    {"odd_ex_stray_unknown", "a record that is no plan"},
    {"odd_ma_objects", "maDMP with one object where a list is expected"},
    {"odd_ma_contact_list", "contact as a list"},
    {"odd_ma_text_grant", "grant_id as text or URL"},
    {"odd_ma_bare", "plan without the dmp wrapper"},
    {"odd_ma_id_forms", "identifier types as URLs, in capitals, or other"},
    {"odd_ma_version_12", "version 1.2: extension, project_id, related_identifier"},
    {"odd_ma_two_projects", "two projects"},
    {"odd_ma_affiliations", "affiliations as list, without identifier, with a Fundref id"},
    {"odd_ma_office_contact", "contact is an office"},
    {"odd_ma_related", "related identifiers; data sets with and without DOI"},
    {"odd_ma_nulls", "keys empty or missing"},
    // clang-format on
}};

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

struct Target {
  double* value;
  double most;
};

std::optional<Target> find_knob(Knobs& knobs, std::string_view name) {
  for (const KnobRow& row : kRows)
    if (row.name == name) return Target{&(knobs.*row.value), row.most};
  for (std::size_t i = 0; i < kOddities; ++i)
    if (kOddityRows[i].name == name) return Target{&knobs.odd[i], 1000};
  return {};
}

Status set_knob(Knobs& knobs, std::string_view setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string_view::npos)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("knob '{}': NAME=VALUE expected", setting)};
  const std::string_view name = setting.substr(0, equals);
  const auto target = find_knob(knobs, name);
  if (!target)
    return Error{
        ErrorCode::invalid_argument,
        fmt::format("unknown knob '{}'; the knobs are\n{}", name, knob_help())};
  const auto value = number_of(setting.substr(equals + 1));
  if (!value || !(*value >= 0 && *value <= target->most))
    return Error{ErrorCode::invalid_argument,
                 fmt::format("knob '{}': a number from 0 to {} expected", name,
                             target->most)};
  *target->value = *value;
  return {};
}

}  // namespace

Result<Knobs> make_knobs(Noise noise, std::span<const std::string> settings) {
  Knobs knobs{};
  for (const KnobRow& row : kRows)
    knobs.*row.value = row.presets[static_cast<std::size_t>(noise)];
  knobs.odd.fill(1);
  for (const std::string& setting : settings) DMP_TRY(set_knob(knobs, setting));
  return knobs;
}

std::string knob_help() {
  std::string out = fmt::format("{:<26}{:>7}{:>9}{:>6}  {}\n", "name", "clean",
                                "typical", "poor", "meaning (a share)");
  for (const KnobRow& row : kRows)
    out += fmt::format("{:<26}{:>7}{:>9}{:>6}  {}\n", row.name, row.presets[0],
                       row.presets[1], row.presets[2], row.meaning);
  for (const OddityRow& row : kOddityRows)
    out += fmt::format("{:<26}{:>7}{:>9}{:>6}  oddity, weight: {}\n", row.name,
                       1, 1, 1, row.meaning);
  return out;
}

std::string_view oddity_name(Oddity oddity) {
  return kOddityRows[static_cast<std::size_t>(oddity)].name;
}

}  // namespace dmp::synth
