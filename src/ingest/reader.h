#pragma once

#include "ingest/columns.h"
#include "ingest/json_walk.h"
#include "ingest/transform.h"

#include <memory>

namespace dmp::ingest {

// Reads records of one source into rows. One a worker thread: it keeps scratch
// space between records.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual const sql::Schema& schema() const = 0;
  // Index of the `doi` column; doi_bucket is the last one.
  virtual std::size_t doi_column() const = 0;
  // Appends exactly one row when the outcome is `kept`, nothing otherwise.
  // `doi` is then the row's DOI.
  virtual Outcome read(ondemand::object record, JsonWalk& walk,
                       sql::TableBuffer& rows, std::string& doi) = 0;
};

struct ReaderOptions {
  Xpac xpac = Xpac::drop;
  int run_year = 0;
};

std::unique_ptr<Reader> openalex_reader(const ReaderOptions& options);
std::unique_ptr<Reader> crossref_reader(const ReaderOptions& options);
std::unique_ptr<Reader> datacite_reader(const ReaderOptions& options);

}  // namespace dmp::ingest
