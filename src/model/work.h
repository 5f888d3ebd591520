#pragma once

#include "model/author.h"
#include "text/dates.h"

#include <optional>
#include <string>
#include <vector>

namespace dmp::model {

struct WorkAward {
  std::string award_id;
  std::vector<std::string> funder_rors;   // stated for this number; sorted
  std::vector<std::string> funder_names;  // likewise
};

// One row of the works index (spec works-index.md 5.1). Lists keep the index
// order; evidence refers to them by position.
struct Work {
  std::string doi;  // normalised, unique in an index
  std::optional<std::string> title;
  std::optional<std::string> abstract_text;
  std::string work_type;  // one of the 28 values
  std::optional<text::Day> publication_date;
  std::optional<text::Day> publication_date_end;
  std::optional<std::string> publication_date_precision;
  std::optional<text::Micros> updated_date;
  std::optional<std::string> publication_venue;
  std::vector<Organisation> institutions;
  std::vector<Author> authors;
  std::vector<Organisation> funders;
  std::vector<WorkAward> awards;
  std::vector<std::string> intra_work_dois;  // sorted by bytes
  std::vector<std::string> possible_shared_project_dois;
  std::vector<std::string> dataset_citation_dois;
  std::string source_name;
  std::optional<std::string> source_url;
  std::string hash;          // 32 hex digits
  std::string version_hash;  // 32 hex digits
};

}  // namespace dmp::model
