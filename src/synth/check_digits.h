#pragma once

#include <cstdint>
#include <string>

namespace dmp::synth {

// Identifiers with right check digits; different numbers give different ones.
// Source: spec records.md 1.5.

// number < 2^30. Nine characters, e.g. "01an7q238".
std::string make_ror(std::uint32_t number);
// number < 10^11. "0000-000x-xxxx-xxxx", X for a check digit of ten.
std::string make_orcid(std::uint64_t number);
// number < 10^12. "0000 0004 6066 7763".
std::string make_isni(std::uint64_t number);

}  // namespace dmp::synth
