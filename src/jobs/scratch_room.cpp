#include "jobs/scratch_room.h"

#include <fmt/format.h>

#include <system_error>

namespace dmp::jobs {

std::string lack_of_room(const std::filesystem::path& scratch,
                         std::uint64_t bytes) {
  constexpr std::uint64_t kTimes = 6;
  std::error_code error;
  std::filesystem::create_directories(scratch, error);
  const auto space = std::filesystem::space(scratch, error);
  if (error || space.available / kTimes >= bytes) return "";
  return fmt::format(
      "the former works ({} MiB) are not fetched to continue the linkage "
      "statistics, as only {} MiB are free in {}",
      bytes >> 20, space.available >> 20, scratch.string());
}

}  // namespace dmp::jobs
