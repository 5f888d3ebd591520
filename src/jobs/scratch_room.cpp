#include "jobs/scratch_room.h"

#include <fmt/format.h>

#include <system_error>

namespace dmp::jobs {

namespace fs = std::filesystem;

Status check_room(const fs::path& folder, std::uint64_t bytes,
                  std::string_view what, std::string_view hint) {
  std::error_code error;
  fs::path there = fs::absolute(folder, error);
  while (!there.empty() && !fs::exists(there, error) &&
         there != there.parent_path())
    there = there.parent_path();
  const auto space = fs::space(there, error);
  if (error || space.available >= bytes) return {};
  return Error{
      ErrorCode::io,
      fmt::format("{}: {} bytes are free, {} have {}; {}", folder.string(),
                  space.available, what, bytes, hint)};
}

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
