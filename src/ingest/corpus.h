#pragma once

#include "base/counters.h"
#include "base/result.h"
#include "ingest/json_walk.h"
#include "ingest/record_lines.h"
#include "ingest/rejects.h"
#include "sql/table_buffer.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace dmp::ingest {

// The pairs of the files of a Data Citation Corpus, in memory. What is no pair
// of two DOIs is counted: dcc_no_doi, dcc_self, dcc_duplicate; every record is
// counted `pairs`. Source: records.md 6.
class CorpusPairs {
 public:
  explicit CorpusPairs(double max_reject_ratio,
                       const RecordLines::Options& options = {});

  // Adds the pairs of a file. Errors: corrupt_input (unreadable, too many
  // rejects), not_found, io.
  Status read_file(const std::filesystem::path& path);

  // Sorts the pairs; of equal ones the sources are joined with a comma.
  void merge();

  // publication_doi, dataset_doi, source, in the present order.
  sql::TableBuffer table() const;

  std::int64_t rows() const { return static_cast<std::int64_t>(pairs_.size()); }
  const Counters& counters() const { return counters_; }
  const std::vector<Reject>& rejects() const { return rejects_; }

 private:
  struct Pair {
    std::string publication, dataset, source;
    bool operator<(const Pair& other) const {
      return std::tie(publication, dataset, source) <
             std::tie(other.publication, other.dataset, other.source);
    }
    bool same_dois(const Pair& other) const {
      return publication == other.publication && dataset == other.dataset;
    }
  };

  bool read(const RawRecord& record);
  void add(std::string_view publication, std::string_view dataset,
           std::string_view source);

  double ratio_;
  RecordLines::Options options_;
  std::vector<Pair> pairs_;
  std::vector<Reject> rejects_;
  Counters counters_;
  ondemand::parser parser_;
};

}  // namespace dmp::ingest
