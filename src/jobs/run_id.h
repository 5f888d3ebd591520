#pragma once

#include "base/result.h"
#include "text/dates.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::jobs {

// [A-Za-z0-9][A-Za-z0-9_-]{0,63}. Source: spec cli.md 1.
bool is_run_id(std::string_view text);

// The run to work on: `wanted`, else the newest run id below
// `out_dir`/sqlmesh or a transform folder, else today (UTC).
// Errors: invalid_argument (`wanted` is not a run id).
Result<std::string> choose_run_id(const std::filesystem::path& out_dir,
                                  const std::string& wanted);

// The finished works-index stage whose DOI state `run_id` continues: that of
// `wanted`, or the newest finished one that is older; nullopt for INITIAL or
// when there is none. Errors: not_found (a named run that is not finished).
Result<std::optional<std::filesystem::path>> previous_index(
    const std::filesystem::path& out_dir, const std::string& run_id,
    const std::string& wanted);

// The day a run id names, or nullopt.
std::optional<text::Day> run_day(const std::string& run_id);

text::Day today();

}  // namespace dmp::jobs
