// ingest/ror.cpp: a dump of ROR schema 2, as JSON or as ZIP, to a stage.
#include "fuzz/stage_laws.h"
#include "ingest/transform.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = dmp::fuzz::text_of(data, size);
  const dmp::fuzz::Folder folder;
  dmp::ingest::RorOptions options;
  options.input = folder.write("ror.json", bytes);
  options.stage_dir = folder.stage();
  dmp::fuzz::check_stage(dmp::ingest::transform_ror(options), folder.stage());
  return 0;
}
