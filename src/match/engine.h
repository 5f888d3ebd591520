#pragma once

#include "base/result.h"
#include "match/options.h"
#include "match/shard.h"
#include "model/match.h"
#include "model/plan.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dmp::match {

// A plan that could not be searched and so has no record.
struct PlanFailure {
  std::string plan_doi;  // as its record has it; may be empty
  std::string stage;     // record: what the plan says; evidence: the second
                         // pass over the works
  Error error;
  int attempts = 1;
};

struct SearchCounts {
  std::int64_t plans = 0, plans_with_hits = 0;  // plans: those searched
  std::int64_t works = 0;                       // streamed past
  std::int64_t candidates = 0;  // (plan, work) pairs a key brought together
  std::int64_t hits = 0;        // of these, pairs that passed gates and filters
  std::int64_t matches = 0;     // handed to the sink
  std::vector<PlanFailure> failures = {};  // bad records first

  // A plan's record, and what is said of one that has none.
  void count(const model::PlanMatches& plan) {
    ++plans;
    plans_with_hits += plan.works.empty() ? 0 : 1;
    matches += static_cast<std::int64_t>(plan.works.size());
  }
  void fail(const std::string& plan_doi, Error error) {
    failures.push_back({plan_doi, "evidence", std::move(error)});
  }
  // Adds what another share of the works has counted.
  void add_streamed(const SearchCounts& share) {
    works += share.works;
    candidates += share.candidates;
    hits += share.hits;
  }
};

// What search_shard() has written, and its counts.
struct KeptShard {
  std::filesystem::path dir;
  SearchCounts counts;
};

struct SearchInputs {
  std::vector<std::filesystem::path> works_files;  // works_index/*.parquet
  std::filesystem::path collection_stats_dir;
  std::optional<std::filesystem::path> ror_file;  // ror.parquet
  std::vector<model::Plan> plans;
  // Made for what does not fit in memory, and removed; empty: one of its own
  // below the system's folder of temporary files.
  std::filesystem::path scratch_dir;
  // Ranker linkage only.
  std::filesystem::path linkage_stats_dir;
  std::optional<std::filesystem::path> linkage_pairs_dir;  // written if given
  // All shards of the same search; none: the works are streamed past here.
  std::vector<KeptShard> shards;
};

// Every plan's best works, all plans held in memory and the works streamed past
// once (design 4.3). `sink` is called once a plan, in ascending plan DOI, also
// with no works; a plan that fails (searchable.h; two passes that disagree on
// one of its works) is among the failures of `counts` instead and stops no
// other. Best first: score descending, then DOI. The same for any
// number of threads. Memory: the plans, max_results candidates a plan, and the
// full works of 500 plans at a time, and up to 1 GiB (then disk) to bring these
// into the order of the plans. Ranker query warns of plans without any gate, in
// one line.
// Errors: not_found, corrupt_input, io; and whatever the sink returns.
Status search(const SearchInputs& inputs, const SearchOptions& options,
              const std::function<Status(model::PlanMatches&&)>& sink,
              SearchCounts* counts);

// The first half of search(), for a share of the works: streams them past all
// plans and writes what may still be listed into the new folder `dir`. search()
// with all shards among its inputs then reads only the works that are listed,
// and gives the matches that it would give without any.
// Errors: as search.
Status search_shard(const SearchInputs& inputs, const SearchOptions& options,
                    const Shard& shard, const std::filesystem::path& dir,
                    SearchCounts* counts);

}  // namespace dmp::match
