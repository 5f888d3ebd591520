#pragma once

#include "base/result.h"
#include "sql/doi_state.h"
#include "sql/linkage_stats.h"
#include "sql/previous_state.h"
#include "sql/session.h"
#include "sql/works_index_counts.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// The linkage statistics of an index, from those of the index before: the works
// of DOIs that went or changed are taken away, those that came or changed are
// added. What is published is to the byte what all works give; where that is
// not certain, or would not be less work, it is made of all works.
// Source: spec linkage.md 12.
//
// Only counts of keys are continued. Of the index before that needs its counts,
// its keys counted once (the state, which nobody else reads), and its rows of
// the changed DOIs, by DOI and hash: the hash covers all that is counted. The
// rest of the statistics is made of all works while they pass.
namespace dmp::sql {

// How the counts of an index were made; beside the singles, in origin.parquet.
struct LinkageOrigin {
  std::string rules;       // count_key_rules()
  std::int64_t works = 0;  // of the index
  // 0: of all works; else indexes since then, this one included.
  std::int64_t steps = 0;
  std::string continued;  // the key of the stage whose counts are continued
  // Why they were not, where there was an index before; else empty.
  std::string why_anew;
};

// Errors: not_found, corrupt_input, io.
Result<LinkageOrigin> read_linkage_origin(Session& session,
                                          const std::filesystem::path& state);

// Counts are made anew when more of the former works changed, went or came than
// this share: it would not be less work. N that moves by as much is among that.
// Source: spec linkage.md 12 (20 %).
inline constexpr double kMostChanged = 0.20;

// The counts of an index on its way. Threads: one at a time.
class LinkageUpdate {
 public:
  // `stats` sees all works of the new index, afterwards; it leaves their keys
  // out where the counts of `previous` can be continued as far as that is known
  // before: they are there, of these rules, and all files of that index that
  // are read have the sums its manifest lists. Errors: io.
  static Result<LinkageUpdate> begin(
      Session& session, const std::optional<PreviousState>& previous,
      LinkageStats& stats);

  // What the statistics are made of beside `stats`, when all rows are written
  // and write_doi_state() has been called in this session.
  struct IndexRows {
    std::vector<std::filesystem::path> works;     // of the whole index
    std::vector<std::filesystem::path> exported;  // those of changed DOIs too
    const DoiStateResult& state;
  };
  // Writes kLinkageFiles and those of kStateFiles. `scratch` must exist. Why
  // counts that are there are not continued is logged, in a line. Errors: io,
  // those of Session::query.
  Status finish(Session& session, LinkageStats& stats, const IndexRows& rows,
                const std::filesystem::path& scratch,
                const LinkageFolders& folders);

  // Works added and taken away, steps since the counts were made of all works.
  const Counts& counts() const { return counts_; }

  static constexpr std::array<const char*, 2> kStateFiles{"singles.parquet",
                                                          "origin.parquet"};

 private:
  // The counts that are continued.
  struct Former {
    std::vector<std::filesystem::path> works;
    CountFiles counts;
    LinkageOrigin origin;
    std::string key;  // of its stage
  };
  // Sets former_, or why_not_.
  Status look_at(Session& session, const IndexStage& index);

  // Writes the files, or sets why_not_.
  Status go_on(Session& session, const LinkageStats& stats,
               const IndexRows& rows, const std::filesystem::path& scratch,
               const CountFiles& files);
  Status begin_anew(Session& session, LinkageStats& stats,
                    const IndexRows& rows, const CountFiles& files);

  std::optional<Former> former_;
  std::string why_not_;  // former counts cannot be continued; empty: they can
  Counts counts_;
};

}  // namespace dmp::sql
