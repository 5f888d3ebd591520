// Data Citation Corpus. Source: records.md 6.
#include "ingest/corpus.h"

#include "ingest/input_files.h"
#include "ingest/transform.h"
#include "text/doi.h"
#include "text/unicode.h"

#include <algorithm>

namespace dmp::ingest {

namespace fs = std::filesystem;

CorpusPairs::CorpusPairs(double max_reject_ratio,
                         const RecordLines::Options& options)
    : ratio_(max_reject_ratio), options_(options) {}

Status CorpusPairs::read_file(const fs::path& path) {
  DMP_ASSIGN(auto lines, RecordLines::open(path, options_));
  std::int64_t records = 0;
  const std::size_t before = rejects_.size();
  for (;;) {
    auto record = lines.next();
    if (!record) return std::move(record).error().during(path.string());
    if (!*record) break;
    ++records;
    counters_.add("pairs");
    if (!read(**record))
      rejects_.push_back(reject_of(path, **record, "bad_json"));
  }
  return check_rejects(path, std::span(rejects_).subspan(before), records,
                       ratio_);
}

void CorpusPairs::merge() {
  std::sort(pairs_.begin(), pairs_.end());
  std::vector<Pair> merged;
  std::string last_source;
  for (auto& pair : pairs_) {
    if (merged.empty() || !merged.back().same_dois(pair)) {
      last_source = pair.source;
      merged.push_back(std::move(pair));
      continue;
    }
    counters_.add("dcc_duplicate");
    if (pair.source != last_source && !pair.source.empty()) {
      last_source = pair.source;
      auto& joined = merged.back().source;
      joined += (joined.empty() ? "" : ",") + pair.source;
    }
  }
  pairs_ = std::move(merged);
}

sql::TableBuffer CorpusPairs::table() const {
  sql::TableBuffer rows({sql::text_field("publication_doi"),
                         sql::text_field("dataset_doi"),
                         sql::text_field("source")});
  for (const auto& pair : pairs_) {
    rows.column(0).append_text(pair.publication);
    rows.column(1).append_text(pair.dataset);
    rows.column(2).append_text(pair.source);
    rows.end_row();
  }
  return rows;
}

bool CorpusPairs::read(const RawRecord& record) {
  const std::size_t readable = record.json.size() + RecordLines::kPaddingBytes;
  ondemand::document document;
  ondemand::object object;
  if (record.too_long ||
      parser_.iterate(simdjson::padded_string_view(record.json, readable))
              .get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS) {
    return false;
  }
  std::string_view dataset, publication, obj, doi, subject, accession, source;
  JsonWalk walk(counters_);
  walk.members(object, [&](Key key, ondemand::value value) {
    if (key == "dataset")
      dataset = walk.text(key, value);
    else if (key == "publication")
      publication = walk.text(key, value);
    else if (key == "objId")
      obj = walk.text(key, value);
    else if (key == "doi")
      doi = walk.text(key, value);
    else if (key == "subjId")
      subject = walk.text(key, value);
    else if (key == "accessionNumber")
      accession = walk.text(key, value);
    else if (key == "source")
      source = walk.text(key, value);
  });
  if (walk.broken()) return false;
  if (publication.empty()) publication = obj.empty() ? doi : obj;
  if (dataset.empty()) dataset = subject.empty() ? accession : subject;
  add(publication, dataset, source);
  return true;
}

void CorpusPairs::add(std::string_view publication, std::string_view dataset,
                      std::string_view source) {
  auto left = text::doi_text(publication, text::DoiField::typed);
  auto right = text::doi_text(dataset, text::DoiField::typed);
  if (!left.usable() || !right.usable()) {
    counters_.add("dcc_no_doi");
  } else if (left.doi == right.doi) {
    counters_.add("dcc_self");
  } else {
    pairs_.push_back({std::move(left.doi), std::move(right.doi),
                      text::to_valid_utf8(text::trim(source))});
  }
}

Result<storage::StageResult> transform_corpus(const CorpusOptions& options) {
  DMP_ASSIGN(const auto files,
             find_input(options.input, {{{".json", ".json.gz"},
                                         {},
                                         "",
                                         {"__MACOSX/", "manifest.json"},
                                         "**/*.json, **/*.json.gz"}}));
  storage::Manifest manifest;
  manifest.stage = "read data-citation-corpus";
  DMP_ASSIGN(manifest.inputs, as_inputs(options.input, files));
  if (!options.force) {
    if (auto done = storage::finished(options.stage_dir,
                                      storage::stage_key(manifest))) {
      return storage::StageResult{true, *std::move(done)};
    }
  }
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(options.stage_dir, manifest.stage));
  CorpusPairs corpus(options.max_reject_ratio);
  for (const auto& file : files) DMP_TRY(corpus.read_file(file.path));
  corpus.merge();
  const fs::path path = publication.dir() / "data_citation_corpus.parquet";
  DMP_TRY(sql::write_parquet(corpus.table(), {}, path, {}));
  DMP_TRY(publication.add(path, corpus.rows()));
  if (!corpus.rejects().empty()) {
    const fs::path rejects =
        publication.dir() / "rejects" / "rejects_00000.parquet";
    DMP_TRY(write_rejects(corpus.rejects(), rejects));
    DMP_TRY(publication.add(
        rejects, static_cast<std::int64_t>(corpus.rejects().size())));
    manifest.rejects["bad_json"] =
        static_cast<std::int64_t>(corpus.rejects().size());
  }
  manifest.rows_in = corpus.counters().get("pairs");
  manifest.rows_out = corpus.rows();
  for (const char* rule : {"dcc_no_doi", "dcc_self", "dcc_duplicate"}) {
    if (corpus.counters().get(rule) > 0)
      manifest.dropped[rule] = corpus.counters().get(rule);
  }
  for (const auto& [name, count] : corpus.counters().all())
    manifest.counters[name] = count;
  storage::StageResult stage;
  DMP_ASSIGN(stage.manifest, publication.publish(std::move(manifest)));
  return stage;
}

}  // namespace dmp::ingest
