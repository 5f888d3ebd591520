#pragma once

#include "base/result.h"
#include "database/related_works.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

namespace dmp::database {

// What a merge is of: what it did can be gone on with only where all is equal.
struct MergeSource {
  std::string database;  // RelatedWorksStore::identity
  std::string matches;   // PlanRecords::digest
  bool keep_empty = false;
};

// Which records a merge that was interrupted has brought in already, as a file
// of JSON lines: first what is merged, where and under which name, then a line
// a record. A line is noted after its rows are on disk, so a lost line only
// means that a record is brought in once more, which changes nothing.
class MergeProgress {
 public:
  // Goes on with a file that is of the same source, has no end, and is of the
  // merge the store had last: another one since may have undone what is noted.
  // Any other file is begun anew, and so is a merge of the store.
  // Errors: io, those of the store.
  static Result<MergeProgress> open(const std::filesystem::path& file,
                                    const MergeSource& source,
                                    RelatedWorksStore& store);

  bool has(std::string_view dmp_doi, std::string_view hash) const;
  // Errors: io.
  Status note(std::string_view dmp_doi, std::string_view hash);
  // All is in: the next merge begins anew. Errors: io.
  Status end();

 private:
  Status put(const std::string& line);

  std::filesystem::path file_;
  std::ofstream out_;
  std::set<std::string> done_;  // lines
};

}  // namespace dmp::database
