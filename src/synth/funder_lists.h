#pragma once

#include "base/result.h"
#include "model/external_data.h"
#include "synth/world.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace dmp::synth {

// What the funder says of the first award that a plan, given by its number,
// names, as enrichment keeps it (dmps/external_data.h): the DOIs of the plan's
// outputs, each with the share `funder_lists`, and with the same share those of
// other work of the team that the award paid (`keep_award`), which are wrong.
// As of the day of the world. nullopt: the plan names no award, or nothing is
// listed.
std::optional<model::ExternalData> funder_list(const World& world,
                                               std::uint32_t number);

// The lists of `plans`, in this order, as a finished enrichment stage; its
// manifest is of the day of the world too, so the same world gives the same
// bytes. Errors: io.
Status write_funder_lists(const World& world,
                          const std::vector<std::uint32_t>& plans,
                          const std::filesystem::path& stage_dir);

}  // namespace dmp::synth
