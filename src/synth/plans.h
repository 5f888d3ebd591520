#pragma once

#include "synth/works.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmp::synth {

// One line of a DMP export (spec dmps.md 3) / one RDA maDMP (dmps.md 5): the
// same plan, each in its own way. An oddity never changes the plan's DOI or
// loses its authors; ex_duplicate puts an older line before it.
void append_export_line(const World& world, const Plan& plan,
                        std::optional<Oddity> odd, std::string& out);
void append_madmp(const World& world, const Plan& plan,
                  std::optional<Oddity> odd, std::string& out);
// A line of an export that is no plan: without id, or of another kind.
void append_export_stray(Oddity odd, std::string& out);

// Of its authors, each once, in their order.
std::vector<std::uint32_t> institutions_of(const Plan& plan);

// What links or seems to link the work to the plan, as both are recorded:
// signals joined by ';', e.g. "author;award;funder"; may be empty.
std::string evidence(const Plan& plan, const Work& work);

}  // namespace dmp::synth
