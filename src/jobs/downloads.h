#pragma once

#include "base/result.h"
#include "jobs/bucket_stage.h"
#include "storage/manifest.h"

#include <string>

// The download jobs: sources -> <data set>/R/download in the bucket, each
// object byte for byte as the source has it, checked against what the source
// says of it, listed in a manifest that is written last. A killed download goes
// on where it was (_progress.jsonl); a good stage is replaced only by a
// complete one. Source: spec jobs.md 6.1. Errors of all: not_found,
// invalid_argument (rights, keys), unavailable (after retries), corrupt_input
// (size, digest, archive, checksum: nothing is published), io.
namespace dmp::jobs {

struct ZipDownload {
  std::string dataset;  // "ror" or "data-citation-corpus"
  std::string run;
  std::string url;     // of a ZIP, a .json or a .json.gz
  std::string digest;  // [algo:]hex; empty: not checked, with a warning
};
// ROR: the one entry of schema 2; corpus: every JSON entry. Each as .json.gz;
// JSON in no ZIP under the name its URL has for it, else that of the data set.
// With a digest the same content by another URL is the same stage.
Result<storage::StageResult> zip_download_job(const JobContext& context,
                                              const ZipDownload& options);

struct OpenAlexDownload {
  std::string run;
  std::string source;  // bucket, read unsigned; or a folder of the same tree
};
// All objects of data/works/manifest, with its sizes and record counts.
Result<storage::StageResult> openalex_download_job(
    const JobContext& context, const OpenAlexDownload& options);

struct CrossrefDownload {
  std::string run;
  std::string source;     // bucket, requester pays; or a folder
  std::string file_name;  // of the tar
};
// The *.jsonl.gz and *.json.gz members of the tar, read as a stream: nothing of
// it lies on disk but the members under way.
Result<storage::StageResult> crossref_download_job(
    const JobContext& context, const CrossrefDownload& options);

struct DataciteDownload {
  std::string run;
  std::string source;           // bucket, or a folder
  std::string credentials_url;  // gives temporary keys for DATACITE_ACCOUNT_ID
};
// Whether the environment has the account that is asked for keys, which only a
// bucket needs.
bool has_datacite_account();
inline constexpr const char* kDataciteAccountMissing =
    "DATACITE_ACCOUNT_ID and DATACITE_PASSWORD must be set in the environment";
// All objects below dois/, while STATUS.json says that they are complete.
Result<storage::StageResult> datacite_download_job(
    const JobContext& context, const DataciteDownload& options);

}  // namespace dmp::jobs
