#include "cli/subset_list.h"

#include "storage/files.h"

namespace dmp::cli {

Result<std::optional<ingest::SubsetList>> list_at(const Values& values,
                                                  const char* option) {
  if (!values.has(option)) return std::optional<ingest::SubsetList>();
  const std::string path = values.text(option);
  DMP_ASSIGN(std::string json, storage::read_file(path));
  return std::optional(ingest::SubsetList{path, std::move(json)});
}

}  // namespace dmp::cli
