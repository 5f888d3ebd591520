#pragma once

#include "base/result.h"
#include "synth/knobs.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::synth {

// What to write; all unless told otherwise.
struct Sources {
  bool openalex_works = true, crossref_metadata = true, datacite = true,
       ror = true, data_citation_corpus = true, dmps = true, madmp = true;
};

// Options of `dmpworks synth`. Source: spec cli.md 11.
struct SynthOptions {
  std::filesystem::path out_dir;  // empty or absent
  std::uint64_t works = 100'000;  // distinct DOIs, at least 1
  std::uint32_t dmps = 1000;      // at least 1
  double links_per_dmp = 5;       // mean number of outputs of a plan
  double distractors = 5;         // mean number of near misses of a plan
  double awkward_ratio = 0.02;    // share of records with an oddity
  double broken_ratio = 0;        // share of lines that are no records
  // JSON lines (plain, .gz, .zst) with title, abstract, authors, created and,
  // optional, categories. Empty: everything is invented.
  std::vector<std::filesystem::path> papers;
  Noise noise = Noise::typical;
  std::vector<std::string> knobs;  // NAME=VALUE over the preset
  std::uint64_t seed = 1;
  std::string run_id = "2026-01-01";  // run id and snapshot date, YYYY-MM-DD
  int files = 16;                     // files a source
  Sources sources;
  int threads = 1;                                 // does not change a byte
  std::function<void(std::string_view)> progress;  // a line now and then
};

// Writes a labelled world below out_dir in the bucket layout of jobs.md 4.1:
// raw files of all sources, the plans, meta/ lists, ground_truth.csv
// (dmp_doi,work_doi,status,evidence; sorted by plan, then work), env.local;
// and with the knob funder_lists a finished enrich-dmps/.
// Deterministic by the options, but for threads. Every DOI is of a test prefix
// and every person, organisation and award is invented (save three funders
// whose award numbers have a grammar of their own); with `papers`, titles,
// abstracts, author names and dates are real, the links are not.
// When plans ask for more works than there are, they get fewer.
// Memory: plans (about 300 bytes each) and organisations; papers cost about
// 500 bytes each in memory and their text in a temporary file in out_dir.
// Errors: invalid_argument, not_found, corrupt_input (papers), io.
Status synthesise(const SynthOptions& options);

}  // namespace dmp::synth
