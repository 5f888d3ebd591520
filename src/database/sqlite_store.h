#pragma once

#include "base/result.h"
#include "database/related_works.h"
#include "database/sqlite.h"

#include <chrono>
#include <filesystem>
#include <memory>

namespace dmp::database {

struct SqliteOptions {
  Access access = Access::write;
  // How long others that hold the file are waited for, before `unavailable`.
  std::chrono::milliseconds patience = std::chrono::seconds(10);
};

// Related works in an SQLite file (3.35 or newer): write-ahead log, every
// transaction on disk when it returns. It keeps the plans too. Several
// processes may have it open; one writes at a time. ":memory:" is a store
// without file.
// Errors: not_found (nothing to read), invalid_argument (another program's
// file, a newer version's, no rights), corrupt_input (prepare_schema),
// unavailable, io.
Result<std::unique_ptr<RelatedWorksStore>> open_sqlite(
    const std::filesystem::path& file, const SqliteOptions& options = {});

}  // namespace dmp::database
