#pragma once

#include "base/json_writer.h"
#include "synth/works.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::synth {

// One record of a work in one source: raw form as the source publishes it.
struct Record {
  const World& world;
  const Work& work;
  std::optional<Oddity> odd;
  Random random;

  // For what only an oddity decides: the rest of the record stays as it is
  // without it.
  Random aside() const { return Random(child(work.key, 99)); }
  bool is(Oddity oddity) const { return odd == oddity; }
};

// The record's oddity, if it has one: `ratio` of the records of a source do,
// chosen by the knobs' weights from the range.
std::optional<Oddity> choose_oddity(const Knobs& knobs, double ratio,
                                    OddityRange range, Random& random);

// Each appends one JSON object and a line feed. Source: spec records.md 2-4.
// `update` is the updated_date of the folder; `second`: the other record of a
// duplicated DOI.
void append_openalex(Record record, text::Day update, bool second,
                     std::string& out);
void append_crossref(Record record, std::string& out);
void append_datacite(Record record, std::string& out);
// `record.odd` is a stray: a record beside that of the work, to be dropped.
void append_openalex_stray(Record record, text::Day update, std::string& out);
void append_crossref_stray(Record record, std::string& out);
void append_datacite_stray(Record record, std::string& out);
// The DataCite record of a plan itself, of type OutputManagementPlan.
void append_plan_record(const World& world, const Plan& plan, std::string& out);
// A pair of the Data Citation Corpus, without separator. Source: records.md 6.
// With co_self or co_accession it is none that counts.
void append_citation(Record record, const Relation& relation, std::string& out);
// A line that is no record.
void append_broken(Random random, std::string& out);

// Shared by the forms.
std::string given_text(const Work& work, const Author& author);
std::string family_text(const Work& work, const Author& author);
// A name the organisation goes by: its display name, or an alias or acronym.
std::string_view org_text(const World& world, std::uint32_t number,
                          Random& random);
std::string venue_of(const World& world, const Work& work);
std::string escape_xml(std::string_view text);
// A JSON string with escapes that are right JSON but no right text: U+0000, a
// lone surrogate, a line separator, a change of direction.
std::string text_with_controls(std::string_view text);

}  // namespace dmp::synth
