// The leaves of `dmpworks aws-batch` that fetch from the sources.
#include "cli/aws_batch.h"
#include "cli/batch_options.h"
#include "jobs/downloads.h"

namespace dmp::cli {

namespace {

std::vector<Option> with(std::vector<Option> rows, std::vector<Option> more) {
  append(rows, std::move(more));
  return rows;
}

Entry zip_download(const std::string& dataset) {
  Option hash = text_row("hash", OptionType::digest,
                         "Expected digest of the file fetched.", "", "", 3);
  hash.aliases = {"file-hash"};
  return batch_job(
      {dataset, "download"}, "Fetch the ZIP and store what is needed of it.",
      with(bucket_and_run(),
           {text_row("download-url", OptionType::url,
                     "ZIP to fetch; a plain .json or .json.gz is accepted.", "",
                     "", 2, true),
            hash}),
      [dataset](const jobs::JobContext& context, const Values& values) {
        return jobs::zip_download_job(
            context, {dataset, values.text("run-id"),
                      values.text("download-url"), values.text("hash")});
      });
}

Entry openalex_download() {
  return batch_job(
      {"openalex-works", "download"},
      "Copy the OpenAlex works snapshot to the bucket.",
      with(bucket_and_run(),
           {text_row("openalex-bucket-name", OptionType::bucket,
                     "Source bucket (unsigned) or folder of the same "
                     "tree.",
                     "", "", 2, true)}),
      [](const jobs::JobContext& context, const Values& values) {
        return jobs::openalex_download_job(
            context,
            {values.text("run-id"), values.text("openalex-bucket-name")});
      });
}

Entry crossref_download() {
  return batch_job({"crossref-metadata", "download"},
                   "Unpack the Crossref snapshot into the bucket.",
                   with(bucket_and_run(),
                        {text_row("file-name", OptionType::text,
                                  "Object name of the tar.", "", "", 2, true),
                         text_row("crossref-bucket-name", OptionType::bucket,
                                  "Source bucket (requester pays) or folder.",
                                  "", "", 3, true)}),
                   [](const jobs::JobContext& context, const Values& values) {
                     return jobs::crossref_download_job(
                         context, {values.text("run-id"),
                                   values.text("crossref-bucket-name"),
                                   values.text("file-name")});
                   });
}

Entry datacite_download() {
  Entry entry = batch_job(
      {"datacite", "download"}, "Copy the DataCite data file to the bucket.",
      with(bucket_and_run(),
           {text_row("datacite-bucket-name", OptionType::bucket,
                     "Source bucket or folder.", "", "", 2, true),
            text_row("credentials-url", OptionType::url,
                     "Where temporary keys come from.",
                     "https://api.datacite.org/credentials/datafile",
                     "DATACITE_CREDENTIALS_URL"),
            ignored_row("allocation-id", OptionType::text, "", "")}),
      [](const jobs::JobContext& context, const Values& values) {
        return jobs::datacite_download_job(
            context,
            {values.text("run-id"), values.text("datacite-bucket-name"),
             values.text("credentials-url")});
      });
  entry.check = [](const Values& values, Problems& problems) {
    const std::string source = values.text("datacite-bucket-name");
    if (!source.empty() && !storage::bucket_folder(source) &&
        !jobs::has_datacite_account()) {
      problems.lines.emplace_back(jobs::kDataciteAccountMissing);
    }
  };
  return entry;
}

}  // namespace

std::vector<Entry> download_jobs() {
  return {zip_download("ror"), zip_download("data-citation-corpus"),
          openalex_download(), crossref_download(), datacite_download()};
}

}  // namespace dmp::cli
