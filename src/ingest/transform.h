#pragma once

#include "base/result.h"
#include "ingest/subset_lists.h"
#include "storage/manifest.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::ingest {

enum class Source : std::uint8_t {
  openalex_works,
  crossref_metadata,
  datacite
};
std::string_view source_name(Source source);  // "openalex-works", …
std::optional<Source> source_named(std::string_view name);

// OpenAlex expansion-pack works: left out, kept only to complete DataCite works
// in the index, or kept.
enum class Xpac : std::uint8_t { drop, enrich, include };

struct Progress {
  std::size_t files_done = 0, files_total = 0;
  std::uint64_t bytes_done = 0, bytes_total = 0;  // compressed
  std::int64_t records = 0;
};

struct TransformOptions {
  std::filesystem::path input;  // file or folder
  std::filesystem::path stage_dir;
  int threads = 1;
  std::uint64_t memory_limit_bytes = 0;
  // 0: the default of the source (records.md 7, cli.md G5).
  std::size_t batch_size = 0, row_group_rows = 0, row_groups_per_file = 0;
  Xpac xpac = Xpac::drop;
  double max_reject_ratio = 0.001;
  int run_year = 0;                        // bounds plausible publication years
  std::optional<std::size_t> limit_files;  // the manifest is then partial
  bool force = false;
  bool synthetic = false;
  std::function<void(const Progress&)> progress;  // from one thread at a time
};

// One source's dump -> Parquet, one row a record, sorted by (doi_bucket, doi,
// input order) in each file; rejects/ beside it. Which input files make one
// part is decided from names and sizes, so the result does not depend on
// threads. Memory: about 256 MiB of rows a thread.
// Errors: not_found (no matching file), corrupt_input (unreadable files, too
// many rejects; every bad file is named), io. Nothing is published then.
Result<storage::StageResult> transform_works(Source source,
                                             const TransformOptions& options);

struct SubsetOptions {
  Source source = Source::openalex_works;
  std::filesystem::path input;  // folder
  std::filesystem::path stage_dir;
  std::optional<SubsetList> dois, institutions;  // one is needed
  int threads = 1;
  double max_reject_ratio = 0.001;
  bool force = false;
};

// The records of a dump that ingest/subset_rule.h keeps -> part_NNN.jsonl.gz:
// the bytes of each record (line ends within one as blanks) and '\n'; rejects/
// beside it. Which files make a part is decided from names and sizes, so
// threads change nothing. The manifest says subset. No record at all is a
// warning and a stage with one empty part. Errors: as above, and those of
// SubsetRule::read. Source: spec jobs.md 6.2.
Result<storage::StageResult> subset_works(const SubsetOptions& options);

struct RorOptions {
  std::filesystem::path input;  // ZIP, .json or .json.gz, or a folder with one
  std::filesystem::path stage_dir;
  double max_reject_ratio = 0.001;
  bool force = false;
};

// ROR schema 2 -> ror.parquet (records.md 5). Errors: as above.
Result<storage::StageResult> transform_ror(const RorOptions& options);

struct CorpusOptions {
  std::filesystem::path input;
  std::filesystem::path stage_dir;
  double max_reject_ratio = 0.001;
  bool force = false;
};

// Data Citation Corpus -> data_citation_corpus.parquet (publication_doi,
// dataset_doi, source): distinct pairs, sorted. Errors: as above.
Result<storage::StageResult> transform_corpus(const CorpusOptions& options);

}  // namespace dmp::ingest
