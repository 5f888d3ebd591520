#include "jobs/stage_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace dmp::jobs {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Drops "_00012", "_batch" and "_part" behind.
std::string_view without_numbers(std::string_view name) {
  for (;;) {
    const auto at = name.rfind('_');
    if (at == std::string_view::npos || at == 0) return name;
    const auto last = name.substr(at + 1);
    if (!is_number(last) && last != "batch" && last != "part") return name;
    name = name.substr(0, at);
  }
}

}  // namespace

std::int64_t total(const std::map<std::string, std::int64_t>& counts) {
  std::int64_t sum = 0;
  for (const auto& [name, count] : counts) sum += count;
  return sum;
}

std::string by_name(const std::map<std::string, std::int64_t>& counts,
                    std::size_t most) {
  std::vector<std::pair<std::int64_t, std::string_view>> sorted;
  for (const auto& [name, count] : counts) {
    if (count > 0) sorted.emplace_back(count, name);
  }
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i)
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", sorted[i].first,
                        sorted[i].second);
  if (sorted.size() > most)
    text += fmt::format(", and {} others", sorted.size() - most);
  return text;
}

std::string unknown_keys(const std::map<std::string, std::int64_t>& counters) {
  constexpr std::string_view kPrefix = "unknown_key.";
  constexpr std::size_t kMost = 20;
  std::map<std::string, std::int64_t> keys;
  for (const auto& [name, count] : counters) {
    if (name.starts_with(kPrefix)) keys[name.substr(kPrefix.size())] = count;
  }
  return by_name(keys, kMost);
}

std::string table_of(std::string_view path) {
  const auto first = path.find('/');
  if (first != std::string_view::npos && path[0] == 'r' &&
      is_number(path.substr(1, first - 1))) {
    path.remove_prefix(first + 1);
  }
  const auto slash = path.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  std::string table(path.substr(0, name));
  const auto stem = path.substr(name);
  return table.append(without_numbers(stem.substr(0, stem.find('.'))));
}

StageSummary summary_of_failure(const std::string& name,
                                const StageClock& clock) {
  StageSummary summary;
  summary.name = name;
  summary.failed = true;
  summary.seconds = clock.seconds();
  summary.cpu_seconds = clock.cpu_seconds();
  summary.peak_bytes = clock.peak_bytes();
  return summary;
}

StageSummary summary_of(const std::string& name, const StageClock& clock,
                        const storage::StageResult& result) {
  StageSummary summary = summary_of_failure(name, clock);
  const storage::Manifest& manifest = result.manifest;
  summary.failed = false;
  summary.up_to_date = result.up_to_date;
  summary.rows_in = manifest.rows_in;
  summary.rows_out = manifest.rows_out;
  summary.dropped = total(manifest.dropped);
  summary.rejects = total(manifest.rejects);
  summary.dropped_by_rule = manifest.dropped;
  summary.rejects_by_reason = manifest.rejects;
  summary.counters = manifest.counters;
  summary.files = static_cast<std::int64_t>(manifest.files.size());
  for (const auto& file : manifest.files) {
    summary.bytes += file.bytes;
    if (file.rows >= 0) summary.rows_by_table[table_of(file.path)] += file.rows;
  }
  return summary;
}

}  // namespace dmp::jobs
