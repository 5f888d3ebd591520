// The driver: batches of files are dealt to worker threads; a worker reads its
// batch into a column buffer and writes a part when the buffer is full. Where a
// part ends depends on rows and bytes alone, so threads change nothing.
#include "ingest/transform.h"

#include "base/log.h"
#include "ingest/input_files.h"
#include "ingest/reader.h"
#include "ingest/record_lines.h"
#include "ingest/rejects.h"
#include "text/doi.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <thread>

namespace dmp::ingest {

namespace fs = std::filesystem;

std::string_view source_name(Source source) {
  switch (source) {
    case Source::openalex_works:
      return "openalex-works";
    case Source::crossref_metadata:
      return "crossref-metadata";
    case Source::datacite:
      return "datacite";
  }
  return "";
}

std::optional<Source> source_named(std::string_view name) {
  for (const auto source :
       {Source::openalex_works, Source::crossref_metadata, Source::datacite}) {
    if (source_name(source) == name) return source;
  }
  return std::nullopt;
}

namespace {

// Buffered rows are written at this size, whatever the row limit says.
constexpr std::size_t kPartBytes = std::size_t{384} << 20;
// A file of more rows gets at least 128 row groups (records.md 7).
constexpr std::size_t kManyRows = 262'144;

struct SourceShape {
  std::string prefix;
  std::size_t batch_size, row_group_rows, row_groups_per_file;
};

SourceShape shape_of(Source source) {
  switch (source) {
    case Source::openalex_works:
      return {"openalex_works_", 16, 200'000, 4};
    case Source::crossref_metadata:
      return {"crossref_metadata_", 500, 500'000, 4};
    case Source::datacite:
      return {"datacite_", 150, 250'000, 8};
  }
  return {};
}

std::unique_ptr<Reader> make_reader(Source source,
                                    const ReaderOptions& options) {
  switch (source) {
    case Source::openalex_works:
      return openalex_reader(options);
    case Source::crossref_metadata:
      return crossref_reader(options);
    case Source::datacite:
      return datacite_reader(options);
  }
  return nullptr;
}

// What one batch gave; merged in batch order.
struct BatchResult {
  Counters counters;
  std::vector<Reject> rejects;
  std::vector<std::string> failures;  // one line a bad file
  std::vector<std::pair<fs::path, std::int64_t>> parts;
  std::optional<Error> error;  // the batch could not be written
};

struct Job {
  Source source;
  const TransformOptions& options;
  SourceShape shape;
  std::vector<InputFile> files;
  fs::path out_dir;
  std::size_t part_rows;
  std::atomic<std::size_t> files_done{0};
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::int64_t> records{0};
  std::atomic<bool> stop{false};
};

// Reads batch after batch; buffers, parser and writer are kept from one to the
// next, since their memory is dear to get anew.
class Worker {
 public:
  explicit Worker(Job& job)
      : job_(job),
        reader_(
            make_reader(job.source, {job.options.xpac, job.options.run_year})),
        rows_(reader_->schema()) {}

  BatchResult run(std::size_t number, const std::vector<std::size_t>& files) {
    number_ = number;
    part_ = 0;
    result_ = {};
    clear();
    for (const std::size_t file : files) {
      if (job_.stop) return std::move(result_);
      if (auto done = read_file(job_.files[file].path); !done) {
        if (done.error().code == ErrorCode::internal) {
          result_.error = std::move(done).error();
          return std::move(result_);
        }
        result_.failures.push_back(done.error().message);
      }
      ++job_.files_done;
      job_.bytes_done += job_.files[file].bytes;
    }
    // Nothing is published when a file failed; its rows need not be written.
    if (result_.failures.empty()) keep(flush());
    return std::move(result_);
  }

 private:
  void keep(Status status) {
    if (!status && !result_.error) result_.error = std::move(status).error();
  }

  Status read_file(const fs::path& path) {
    DMP_ASSIGN(auto lines, RecordLines::open(path));
    std::int64_t records = 0;
    const std::size_t rejects_before = result_.rejects.size();
    for (;;) {
      auto record = lines.next();
      if (!record) return std::move(record).error();
      if (!*record) break;
      ++records;
      read_record(path, **record);
      if (is_full((*record)->json.size())) {
        keep(flush());
        if (result_.error)
          return Error{ErrorCode::internal, result_.error->message};
      }
    }
    job_.records += records;
    return check_rejects(path,
                         std::span(result_.rejects).subspan(rejects_before),
                         records, job_.options.max_reject_ratio);
  }

  void read_record(const fs::path& path, const RawRecord& record) {
    result_.counters.add("lines");
    const char* reason = "bad_json";
    Outcome outcome = Outcome::bad_json;
    if (record.too_long) {
      reason = "record_too_long";
    } else {
      outcome = parse(record, reason);
    }
    if (outcome == Outcome::bad_json) {
      rows_.drop_row();
      result_.rejects.push_back(reject_of(path, record, reason));
      result_.counters.add("bad_json");
      return;
    }
    result_.counters.add("records");
    result_.counters.add(outcome_name(outcome));
  }

  Outcome parse(const RawRecord& record, const char*& reason) {
    const std::size_t readable =
        record.json.size() + RecordLines::kPaddingBytes;
    simdjson::padded_string_view view(record.json, readable);
    simdjson::padded_string repaired;
    ondemand::document document;
    auto failed = parser_.iterate(view).get(document);
    if (failed == simdjson::UTF8_ERROR) {
      repaired = simdjson::padded_string(text::to_valid_utf8(record.json));
      failed = parser_.iterate(repaired).get(document);
      result_.counters.add("bad_utf8");
    }
    ondemand::object object;
    if (failed != simdjson::SUCCESS) {
      reason = simdjson::error_message(failed);
      return Outcome::bad_json;
    }
    if (document.get_object().get(object) != simdjson::SUCCESS) {
      reason = "not an object";
      return Outcome::bad_json;
    }
    const std::string_view parsed =
        repaired.size() > 0 ? std::string_view(repaired) : record.json;
    JsonWalk walk(result_.counters, parsed);
    const std::size_t before = rows_.rows();
    const Outcome outcome = reader_->read(object, walk, rows_, doi_);
    const bool whole = !walk.broken() && document.at_end();
    if (!whole) {
      if (rows_.rows() > before) rows_.take_back_row();
      return Outcome::bad_json;
    }
    if (outcome == Outcome::kept) dois_.push_back(doi_);
    return outcome;
  }

  // Rows in the order (doi_bucket, doi, input order).
  std::vector<std::uint32_t> sorted_order() const {
    std::vector<std::uint8_t> buckets;
    buckets.reserve(dois_.size());
    for (const auto& doi : dois_) buckets.push_back(text::doi_bucket(doi));
    std::vector<std::uint32_t> order(dois_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) {
                if (buckets[a] != buckets[b]) return buckets[a] < buckets[b];
                const int compared = dois_[a].compare(dois_[b]);
                return compared != 0 ? compared < 0 : a < b;
              });
    return order;
  }

  Status flush() {
    if (rows_.rows() == 0 && part_ > 0) return {};
    const std::string name = fmt::format("{}batch_{:05}_part_{:05}.parquet",
                                         job_.shape.prefix, number_, part_);
    const fs::path path = job_.out_dir / name;
    sql::ParquetOptions parquet;
    parquet.row_group_rows = job_.shape.row_group_rows;
    if (rows_.rows() > kManyRows) {
      parquet.row_group_rows =
          std::min(parquet.row_group_rows, rows_.rows() / 128);
    }
    DMP_TRY(writer_.write(rows_, sorted_order(), path, parquet));
    result_.parts.emplace_back(path, static_cast<std::int64_t>(rows_.rows()));
    ++part_;
    clear();
    return {};
  }

  void clear() {
    rows_.clear();
    dois_.clear();
    bytes_since_look_ = 0;
  }

  // Adding up the columns is dear: once a mebibyte of records is often enough.
  bool is_full(std::size_t record_bytes) {
    constexpr std::size_t kBytesBetween = std::size_t{1} << 20;
    if (rows_.rows() >= job_.part_rows) return true;
    bytes_since_look_ += record_bytes;
    if (bytes_since_look_ < kBytesBetween) return false;
    bytes_since_look_ = 0;
    return rows_.bytes() >= kPartBytes;
  }

  Job& job_;
  std::size_t number_ = 0;
  std::size_t part_ = 0;
  std::size_t bytes_since_look_ = 0;
  std::unique_ptr<Reader> reader_;
  sql::TableBuffer rows_;
  sql::ParquetWriter writer_;
  std::vector<std::string> dois_;
  std::string doi_;
  ondemand::parser parser_;
  BatchResult result_;
};

std::vector<BatchResult> run_batches(
    Job& job, const std::vector<std::vector<std::size_t>>& batches) {
  std::vector<BatchResult> results(batches.size());
  std::atomic<std::size_t> next{0};
  std::mutex progress;
  const auto work = [&] {
    Worker worker(job);
    for (std::size_t i = next++; i < batches.size(); i = next++) {
      results[i] = worker.run(i, batches[i]);
      if (results[i].error) job.stop = true;
      if (!job.options.progress) continue;
      const std::lock_guard lock(progress);
      job.options.progress(
          {job.files_done, job.files.size(), job.bytes_done, 0, job.records});
    }
  };
  const auto count = std::min<std::size_t>(
      static_cast<std::size_t>(std::max(1, job.options.threads)),
      batches.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < count; ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  return results;
}

// The row equation of records.md 8.
Status check_equation(const Counters& counters) {
  std::int64_t accounted = 0;
  for (const auto outcome :
       {Outcome::kept, Outcome::no_doi, Outcome::no_id, Outcome::doi_too_long,
        Outcome::xpac, Outcome::draft}) {
    accounted += counters.get(outcome_name(outcome));
  }
  if (counters.get("lines") ==
          counters.get("bad_json") + counters.get("records") &&
      counters.get("records") == accounted) {
    return {};
  }
  return Error{ErrorCode::internal, "rows in and rows out do not add up"};
}

Result<storage::Manifest> wanted_manifest(Source source,
                                          const TransformOptions& options,
                                          const std::vector<InputFile>& files) {
  storage::Manifest manifest;
  manifest.stage = std::string("transform ") + std::string(source_name(source));
  DMP_ASSIGN(manifest.inputs, as_inputs(options.input, files));
  manifest.options["xpac"] = options.xpac == Xpac::drop     ? "drop"
                             : options.xpac == Xpac::enrich ? "enrich"
                                                            : "include";
  manifest.options["run_year"] = std::to_string(options.run_year);
  manifest.options["max_reject_ratio"] =
      std::to_string(options.max_reject_ratio);
  if (options.limit_files) {
    manifest.options["limit_files"] = std::to_string(*options.limit_files);
  }
  manifest.partial = options.limit_files.has_value();
  manifest.synthetic = options.synthetic;
  inherit_kind(options.input, manifest);
  return manifest;
}

Error failed_files(const std::vector<BatchResult>& results) {
  std::string message;
  std::size_t count = 0;
  for (const auto& result : results) {
    for (const auto& line : result.failures) {
      message += (count++ == 0 ? "" : "; ") + line;
    }
  }
  return Error{ErrorCode::corrupt_input, message};
}

Result<storage::StageResult> publish(storage::Publication publication,
                                     storage::Manifest manifest,
                                     std::vector<BatchResult> results) {
  Counters counters;
  std::vector<Reject> rejects;
  for (auto& result : results) {
    counters.merge(result.counters);
    std::move(result.rejects.begin(), result.rejects.end(),
              std::back_inserter(rejects));
    for (const auto& [path, rows] : result.parts)
      DMP_TRY(publication.add(path, rows));
  }
  DMP_TRY(check_equation(counters));
  if (!rejects.empty()) {
    const fs::path path =
        publication.dir() / "rejects" / "rejects_00000.parquet";
    DMP_TRY(write_rejects(rejects, path));
    DMP_TRY(publication.add(path, static_cast<std::int64_t>(rejects.size())));
  }
  manifest.rows_in = counters.get("lines");
  manifest.rows_out = counters.get("rows_out");
  for (const auto& reject : rejects) ++manifest.rejects[reject.reason];
  for (const char* rule :
       {"no_doi", "no_id", "doi_too_long", "xpac", "draft"}) {
    if (counters.get(rule) > 0) manifest.dropped[rule] = counters.get(rule);
  }
  for (const auto& [name, count] : counters.all())
    manifest.counters[name] = count;
  storage::StageResult stage;
  DMP_ASSIGN(stage.manifest, publication.publish(std::move(manifest)));
  return stage;
}

}  // namespace

Result<storage::StageResult> transform_works(Source source,
                                             const TransformOptions& options) {
  SourceShape shape = shape_of(source);
  DMP_ASSIGN(auto files, find_input(options.input, works_patterns(source)));
  if (options.limit_files && files.size() > *options.limit_files) {
    files.resize(*options.limit_files);
  }
  DMP_ASSIGN(auto manifest, wanted_manifest(source, options, files));
  if (!options.force) {
    if (auto done = storage::finished(options.stage_dir,
                                      storage::stage_key(manifest))) {
      return storage::StageResult{true, *std::move(done)};
    }
  }
  if (options.batch_size > 0) shape.batch_size = options.batch_size;
  if (options.row_group_rows > 0) shape.row_group_rows = options.row_group_rows;
  if (options.row_groups_per_file > 0)
    shape.row_groups_per_file = options.row_groups_per_file;
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(options.stage_dir, manifest.stage));
  Job job{source,
          options,
          shape,
          files,
          publication.dir(),
          shape.row_group_rows * shape.row_groups_per_file};
  auto results = run_batches(job, deal_batches(files, shape.batch_size));
  for (auto& result : results) {
    if (result.error) return *std::move(result.error);
  }
  const bool failed =
      std::any_of(results.begin(), results.end(),
                  [](const auto& r) { return !r.failures.empty(); });
  if (failed) return failed_files(results);
  return publish(std::move(publication), std::move(manifest),
                 std::move(results));
}

}  // namespace dmp::ingest
