#pragma once

#include "base/result.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

namespace dmp::database {

// Which records a merge that was interrupted has brought in already, as a file
// of JSON lines: first what is merged and where, then a line a record. A line
// is noted after its rows are on disk, so a lost line only means that a record
// is brought in once more, which changes nothing.
class MergeProgress {
 public:
  // Goes on with a file that is of the same matches and database and has no
  // end; any other is begun anew. Errors: io.
  static Result<MergeProgress> open(const std::filesystem::path& file,
                                    std::string_view database,
                                    std::string_view matches);

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
