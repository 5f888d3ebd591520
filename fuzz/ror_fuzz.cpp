// ingest/ror_table.h: a dump of ROR schema 2 to rows. A whole stage, which may
// also be a ZIP, costs 50 ms, nearly all of it DuckDB's: one input in 256 is
// one, and whatever begins as a ZIP does.
#include "fuzz/reader_laws.h"
#include "fuzz/stage_laws.h"
#include "ingest/ror_table.h"
#include "ingest/transform.h"

namespace {

void check_table(std::string_view bytes) {
  dmp::ingest::RorTable table;
  const auto done = table.read("ror.json", std::string(bytes));
  LAW(done || done.error().code == dmp::ErrorCode::corrupt_input);
  LAW(table.table().rows() == table.size());
  for (std::size_t i = 0; i < table.table().schema().size(); ++i)
    dmp::fuzz::check_column(table.table().column(i), table.size());
  const auto& counters = table.counters();
  LAW(counters.get("records") ==
      static_cast<std::int64_t>(table.size()) + counters.get("ror_bad_id"));
}

void check_stage(std::string_view bytes) {
  const dmp::fuzz::Folder folder;
  dmp::ingest::RorOptions options;
  options.input = folder.write("ror.json", bytes);
  options.stage_dir = folder.stage();
  dmp::fuzz::check_stage(dmp::ingest::transform_ror(options), folder.stage());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = dmp::fuzz::text_of(data, size);
  check_table(bytes);
  if (bytes.starts_with("PK") || dmp::fuzz::is_one_in_256(bytes))
    check_stage(bytes);
  return 0;
}
