#pragma once

#include "synth/works.h"

#include <string>

namespace dmp::synth {

// One line of a DMP export (spec dmps.md 3) / one RDA maDMP (dmps.md 5): the
// same plan, each in its own way.
void append_export_line(const World& world, const Plan& plan, bool odd,
                        std::string& out);
void append_madmp(const World& world, const Plan& plan, bool odd,
                  std::string& out);

// What links or seems to link the work to the plan, as both are recorded:
// signals joined by ';', e.g. "author;award;funder"; may be empty.
std::string evidence(const Plan& plan, const Work& work);

}  // namespace dmp::synth
