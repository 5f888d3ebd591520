#pragma once

#include "base/result.h"
#include "database/plan_map.h"
#include "model/match.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace dmp::database {

// The published stage that matches are or lie in, as an absolute path: the
// first folder from `matches` upwards with a manifest; above `matches` one that
// can be read, as other programs have files of that name. nullopt: none.
std::optional<std::filesystem::path> stage_of(
    const std::filesystem::path& matches);

// The records of a folder of matches, each read twice: first for what they are
// of, then plan by plan.
class PlanRecords {
 public:
  struct Record {
    std::string dmp_doi;  // as written
    std::optional<std::int64_t> stated_plan;
    std::string hash;  // of all it holds
  };

  // The first reading; checks the files of the stage that the matches are or
  // lie in, if there is one, against its manifest. Errors: those of
  // results::read_matches, corrupt_input (other bytes).
  static Result<PlanRecords> read(const std::filesystem::path& matches);

  // In reading order.
  const std::vector<Record>& records() const { return records_; }
  // Of all records: equal for the same matches.
  std::string digest() const;

  // Says which plan each record is of.
  void assign(const PlanMap& plans);
  // Records no plan of the map is meant by.
  std::vector<const Record*> without_plan() const;

  using Visit = std::function<Status(std::int64_t plan_id, model::PlanMatches&&,
                                     const std::vector<const Record*>&)>;
  // The second reading, after assign(): each plan once, when its last record
  // has been read. Of several records of one plan a later one wins for a work
  // that both list. Memory: the plans with several records that are open.
  // Errors: those of the first reading (other records than then are
  // corrupt_input, perhaps after some visits) and of `visit`.
  Status each_plan(const Visit& visit) const;

 private:
  std::filesystem::path matches_;
  std::vector<Record> records_;
  std::vector<std::optional<std::int64_t>> plans_;          // by record
  std::unordered_map<std::int64_t, std::size_t> count_of_;  // records, by plan
};

}  // namespace dmp::database
