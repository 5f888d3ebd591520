#pragma once

#include "synth/world.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::synth {

enum class WorkType : std::uint8_t {
  paper,
  preprint,
  dataset,
  software,
  chapter,
  report,
  thesis
};

// Why a work is in the world.
enum class Role : std::uint8_t {
  output,        // of the plan: a true link
  same_team,     // of the plan's people, from another project
  same_name,     // of another person with the name of one of the plan's
  same_funder,   // of strangers with the plan's funder, another award
  shared_award,  // of strangers with the plan's award number, another funder
  same_topic,    // of strangers on the plan's topic
  background
};
std::string_view role_name(Role role);  // "same-team", …

enum class DateForm : std::uint8_t { day, month, year };
enum class RelationKind : std::uint8_t { preprint_of, data_for, software_for };

struct Relation {
  RelationKind kind = RelationKind::data_for;
  std::string doi;  // of the paper
};

// A work as all its records know it; each record shows a part of it.
struct Work {
  std::uint64_t slot = 0, key = 0;
  Role role = Role::background;
  std::uint32_t plan = 0;  // unless background
  WorkType type = WorkType::paper;
  std::string doi, title, abstract;  // abstract may be empty
  std::vector<Author> authors;       // ORCID and institutions as recorded
  std::vector<Funding> funding;      // as recorded; empty: none named
  std::vector<Relation> relations;
  text::Day date = 0;
  DateForm date_form = DateForm::day;
  NameForm name_form = NameForm::full;
  bool ascii_names = false, short_middle = false, mangled_award = false;
  bool in_openalex = false, in_crossref = false, in_datacite = false;
  bool xpac = false;  // its OpenAlex record
};

// The whole work in a slot, or, for the truth, without its texts.
enum class Texts : std::uint8_t { with, without };
void make_work(const World& world, std::uint64_t slot, Texts texts, Work& work);

WorkType type_of_slot(const World& world, std::uint64_t slot);
Role role_of_slot(const World& world, std::uint64_t slot);
std::string doi_of_slot(const World& world, std::uint64_t slot);
// Whether a work of a plan's slots is of a project that the first award of
// `plan_project` pays, whether any record says so or not: an output, or other
// work of the team on the same award (keep_award).
bool is_paid_by_award(const World& world, std::uint64_t slot,
                      const Project& plan_project);

}  // namespace dmp::synth
