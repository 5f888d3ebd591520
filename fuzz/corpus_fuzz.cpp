// ingest/corpus.cpp: a file of the Data Citation Corpus to a stage.
#include "fuzz/stage_laws.h"
#include "ingest/transform.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = dmp::fuzz::text_of(data, size);
  const dmp::fuzz::Folder folder;
  dmp::ingest::CorpusOptions options;
  options.input = folder.write("corpus.json", bytes);
  options.stage_dir = folder.stage();
  dmp::fuzz::check_stage(dmp::ingest::transform_corpus(options),
                         folder.stage());
  return 0;
}
