#pragma once

#include "base/result.h"
#include "ingest/input_files.h"
#include "ingest/record_lines.h"

#include <filesystem>
#include <functional>
#include <vector>

namespace dmp::dmps {

// The files to read: each file named, and below each folder every *jsonl.gz,
// *.jsonl, *.json.gz and *.json (manifests left out), by path bytes.
// Errors: not_found (P33: the message has folder and globs).
Result<std::vector<ingest::InputFile>> find_inputs(
    const std::vector<std::filesystem::path>& inputs);

// Calls `visit` for each record: JSON lines, a JSON array, or one document of
// several lines (at most 256 MiB); gzip of any. Bytes behind a record are
// readable as ingest/record_lines.h says.
// Errors: not_found, corrupt_input (gzip), io.
Status each_record(const std::filesystem::path& file,
                   const std::function<void(const ingest::RawRecord&)>& visit);

}  // namespace dmp::dmps
