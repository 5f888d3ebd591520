#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

// What of this machine the process may use: the machine's own, or less where a
// control group (version 2, or 1 in its usual places) or one above it says so;
// and who runs on it. Source: proc(5), the kernel's cgroup-v2.rst. `root`:
// where /proc and /sys are.
namespace dmp {

// Memory that is free, or that the kernel can free at once (file caches); not
// more than the limit of the control group. 0: not known.
std::uint64_t available_memory_bytes(const std::filesystem::path& root = "/");

// Processors, at least 1: those of the affinity mask, not more than the quota
// of the control group, rounded up.
int available_processors(const std::filesystem::path& root = "/");

// Which process of all that ever had this number it is: the boot of the machine
// and the clock tick at which the process began. "": it has ended, or only is
// not waited for yet. Source: proc(5), /proc/<pid>/stat field 22.
std::string process_identity(std::int64_t process,
                             const std::filesystem::path& root = "/");

}  // namespace dmp
