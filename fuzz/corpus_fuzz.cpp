// ingest/corpus.h: a file of the Data Citation Corpus to pairs. A whole stage
// costs 50 ms, nearly all of it DuckDB's: one input in 256 is one.
#include "fuzz/memory_file.h"
#include "fuzz/reader_laws.h"
#include "fuzz/stage_laws.h"
#include "ingest/corpus.h"
#include "ingest/transform.h"

namespace {

void check_pairs(std::string_view bytes) {
  const dmp::fuzz::MemoryFile file(bytes);
  dmp::ingest::RecordLines::Options lines;
  lines.window_bytes = std::size_t{1} << 15;
  dmp::ingest::CorpusPairs corpus(0.001, lines);
  const auto done = corpus.read_file(file.path());
  LAW(done || done.error().code == dmp::ErrorCode::corrupt_input);
  corpus.merge();
  const auto rows = static_cast<std::size_t>(corpus.rows());
  const auto table = corpus.table();
  LAW(table.rows() == rows);
  for (std::size_t i = 0; i < table.schema().size(); ++i)
    dmp::fuzz::check_column(table.column(i), rows);
  const auto& counters = corpus.counters();
  LAW(counters.get("pairs") ==
      corpus.rows() + static_cast<std::int64_t>(corpus.rejects().size()) +
          counters.get("dcc_no_doi") + counters.get("dcc_self") +
          counters.get("dcc_duplicate"));
}

void check_stage(std::string_view bytes) {
  const dmp::fuzz::Folder folder;
  dmp::ingest::CorpusOptions options;
  options.input = folder.write("corpus.json", bytes);
  options.stage_dir = folder.stage();
  dmp::fuzz::check_stage(dmp::ingest::transform_corpus(options),
                         folder.stage());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = dmp::fuzz::text_of(data, size);
  check_pairs(bytes);
  if (dmp::fuzz::is_one_in_256(bytes)) check_stage(bytes);
  return 0;
}
