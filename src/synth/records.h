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

  bool is(Oddity oddity) const { return odd == oddity; }
};

// The record's oddity, if it has one: `ratio` of the records of a source do,
// chosen by the knobs' weights among first … last.
std::optional<Oddity> choose_oddity(const Knobs& knobs, double ratio,
                                    Oddity first, Oddity last, Random& random);

// Each appends one JSON object and a line feed. Source: spec records.md 2-4.
// `update` is the updated_date of the folder; `second`: the other record of a
// duplicated DOI.
void append_openalex(Record record, text::Day update, bool second,
                     std::string& out);
void append_crossref(Record record, std::string& out);
void append_datacite(Record record, std::string& out);
// A pair of the Data Citation Corpus, without separator. Source: records.md 6.
void append_citation(Record record, const Relation& relation, std::string& out);
// A line that is no record.
void append_broken(Random random, std::string& out);

// Shared by the forms.
std::string given_text(const Work& work, const Author& author);
std::string family_text(const Work& work, const Author& author);
// A name the organisation goes by: its display name, or an alias or acronym.
std::string_view org_text(const World& world, std::uint32_t org,
                          Random& random);
std::string venue_of(const World& world, const Work& work);
std::string escape_xml(std::string_view text);

}  // namespace dmp::synth
