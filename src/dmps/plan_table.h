#pragma once

#include "base/result.h"
#include "model/plan.h"

#include <filesystem>
#include <vector>

namespace dmp::dmps {

// Plans as Parquet, in the order given. Columns: jobs.md 5, and end_inferred,
// funding.funder.funder_fundref. Errors: io.
Status write_plan_table(const std::vector<model::Plan>& plans,
                        const std::filesystem::path& path);

// In the order of their DOIs; a null DOI, of another program, is empty.
// Errors: corrupt_input, io.
Result<std::vector<model::Plan>> read_plan_table(
    const std::vector<std::filesystem::path>& files);

}  // namespace dmp::dmps
