#include "base/machine.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>

namespace dmp {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kKibibyte = 1024;

std::optional<std::uint64_t> memory_of_machine(const fs::path& root) {
  std::ifstream file(root / "proc/meminfo");
  std::string name;
  std::uint64_t kibibytes = 0;
  for (std::string line; std::getline(file, line);) {
    if (std::istringstream(line) >> name >> kibibytes &&
        name == "MemAvailable:")
      return kibibytes * kKibibyte;
  }
  return std::nullopt;
}

using Visit = std::function<void(const fs::path& group)>;

// The group below `mount` and those above it. In a container the path can be
// one of the host, which is not there: its own group is the mount then.
void visit_up(const fs::path& mount, fs::path below, const Visit& visit) {
  for (; below.has_relative_path(); below = below.parent_path())
    visit(mount / below.relative_path());
  visit(mount);
}

// Every control group this process is in; `controller` as version 1 calls it.
void visit_groups(const fs::path& root, const std::string& controller,
                  const Visit& visit) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream file(root / "proc/self/cgroup");
  // <number>:<controllers, with commas>:<path>
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names =
        "," + line.substr(first + 1, second - first - 1) + ",";
    const fs::path path = line.substr(second + 1);
    if (names == ",,") visit_up(mounts, path, visit);
    if (names.find("," + controller + ",") != std::string::npos)
      visit_up(mounts / controller, path, visit);
  }
}

// The number in a file; nullopt: there is none ("max").
std::optional<double> number_in(const fs::path& path) {
  double number = 0;
  if (std::ifstream(path) >> number && number > 0) return number;
  return std::nullopt;
}

// Processors that a group's time is worth.
std::optional<double> quota_of(const fs::path& group) {
  double quota = 0, period = 0;
  if (std::ifstream(group / "cpu.max") >> quota >> period && period > 0)
    return quota / period;
  const auto old_quota = number_in(group / "cpu.cfs_quota_us"),
             old_period = number_in(group / "cpu.cfs_period_us");
  if (old_quota && old_period) return *old_quota / *old_period;
  return std::nullopt;
}

}  // namespace

std::uint64_t available_memory_bytes(const fs::path& root) {
  std::optional<std::uint64_t> least = memory_of_machine(root);
  visit_groups(root, "memory", [&](const fs::path& group) {
    for (const char* name : {"memory.max", "memory.limit_in_bytes"}) {
      std::uint64_t limit = 0;
      if (std::ifstream(group / name) >> limit && limit > 0)
        least = std::min(least.value_or(limit), limit);
    }
  });
  return least.value_or(0);
}

int available_processors(const fs::path& root) {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = 1;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
  visit_groups(root, "cpu", [&](const fs::path& group) {
    const auto quota = quota_of(group);
    if (quota && *quota < count) count = static_cast<int>(*quota + 0.999);
  });
  return std::max(1, count);
}

std::string process_identity(std::int64_t process, const fs::path& root) {
  constexpr int kFieldsBeforeStart = 18;  // after the state
  std::ifstream file(root / "proc" / std::to_string(process) / "stat");
  std::string stat, field, boot, start;  // <pid> (<any name>) <state> …
  std::getline(file, stat);
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream rest(stat.substr(name_end + 1));
  if (!(rest >> field) || field == "Z" || field == "X") return "";
  for (int i = 0; i < kFieldsBeforeStart; ++i) rest >> field;
  std::ifstream(root / "proc/sys/kernel/random/boot_id") >> boot;
  return rest >> start ? boot + " " + start : "";
}

}  // namespace dmp
