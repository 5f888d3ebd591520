#pragma once

#include "base/result.h"
#include "dmps/options.h"
#include "model/plan.h"
#include "storage/manifest.h"

#include <filesystem>
#include <string>
#include <vector>

namespace dmp::dmps {

// Export lines and RDA maDMP records, told apart record by record -> one
// dmps_batch_00000_part_00000.parquet, ascending DOI, and rejects/ beside it.
// Folders are searched for *jsonl.gz, *.jsonl, *.json.gz and *.json; a file
// named directly is read whatever its name. Of two records with one DOI the
// newest `modified`, then the later in reading order, is kept (P14).
// Row equation: lines = rows_out + duplicate + rejects.
// Errors: not_found (no file), corrupt_input (too many rejects, a file without
// any plan; every such file is named), io. Nothing is published then.
// Source: spec dmps.md 2-5, columns jobs.md 5.
Result<storage::StageResult> transform_dmps(const DmpsOptions& options);

// The plans of a finished stage, ascending DOI; `awards` empty.
// Errors: not_found (unfinished), corrupt_input, io.
Result<std::vector<model::Plan>> read_plans(
    const std::filesystem::path& stage_dir);

// The plans of any source, ascending DOI, for a reader that publishes nothing:
// a finished stage as above, or a file or folder that transform_dmps would take
// (same rules). `ror_stage` as in DmpsOptions; a finished stage has used its
// own. Errors: those of read_plans and transform_dmps.
Result<std::vector<model::Plan>> load_plans(
    const std::filesystem::path& path,
    const std::optional<std::filesystem::path>& ror_stage = std::nullopt);

// The award numbers of a funding entry as given, in the order of enrichment.md
// 2 (opportunity, award, project number); distinct, without fillers.
std::vector<std::string> raw_award_ids(const model::Funding& funding);

}  // namespace dmp::dmps
