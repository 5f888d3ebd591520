// ingest/crossref.cpp: one record a line.
#include "fuzz/reader_laws.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kReader =
      dmp::ingest::crossref_reader({dmp::ingest::Xpac::enrich, 2026});
  dmp::fuzz::check_reader(*kReader, dmp::fuzz::text_of(data, size));
  return 0;
}
