// Subsets of dumps. As in transform.cpp, files are dealt to batches whatever
// the threads; a batch writes one part.
#include "base/log.h"
#include "ingest/input_files.h"
#include "ingest/packed_file.h"
#include "ingest/record_lines.h"
#include "ingest/rejects.h"
#include "ingest/subset_rule.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace dmp::ingest {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostParts = 64;

enum class Verdict : unsigned char { kept, not_listed, broken };

// What one batch gave; merged in batch order.
struct PartResult {
  Counters counters;
  std::vector<Reject> rejects;
  std::vector<std::string> failures;  // one line a bad file
  std::optional<Error> error;         // the part could not be written
  std::int64_t rows = 0;
  bool written = false;
};

struct SubsetJob {
  const SubsetOptions& options;
  SubsetRule rule;
  std::vector<InputFile> files;
  fs::path out_dir;

  fs::path part(std::size_t number) const {
    return out_dir / fmt::format("part_{:03}.jsonl.gz", number);
  }
};

// Reads one batch and writes its part.
class PartWriter {
 public:
  PartWriter(const SubsetJob& job, std::size_t number)
      : job_(job), path_(job.part(number)) {
    // A stage of no record still has a file to be read by the next one.
    if (number == 0) out_.emplace(path_, Packing::gzip);
  }

  PartResult run(const std::vector<std::size_t>& files) {
    for (const std::size_t file : files) {
      const Status done = read_file(job_.files[file].path);
      if (!done) result_.failures.push_back(done.error().message);
      if (result_.error) return std::move(result_);
    }
    result_.written = out_.has_value();
    if (out_) keep_error(out_->close());
    return std::move(result_);
  }

 private:
  void keep_error(Status status) {
    if (!status && !result_.error) result_.error = std::move(status).error();
  }

  Status read_file(const fs::path& path) {
    DMP_ASSIGN(auto lines, RecordLines::open(path));
    std::int64_t records = 0;
    const std::size_t before = result_.rejects.size();
    for (;;) {
      auto record = lines.next();
      if (!record) return std::move(record).error();
      if (!*record) break;
      ++records;
      read_record(path, **record);
      if (result_.error) return {};
    }
    return check_rejects(path, std::span(result_.rejects).subspan(before),
                         records, job_.options.max_reject_ratio);
  }

  void read_record(const fs::path& path, const RawRecord& record) {
    result_.counters.add("lines");
    const char* reason = "record_too_long";
    const Verdict verdict =
        record.too_long ? Verdict::broken : judge(record, reason);
    if (verdict == Verdict::broken) {
      result_.rejects.push_back(reject_of(path, record, reason));
    } else if (verdict == Verdict::not_listed) {
      result_.counters.add("not_listed");
    } else {
      write(record.json);
    }
  }

  Verdict judge(const RawRecord& record, const char*& reason) {
    const simdjson::padded_string_view view(
        record.json, record.json.size() + RecordLines::kPaddingBytes);
    simdjson::padded_string repaired;
    ondemand::document document;
    auto failed = parser_.iterate(view).get(document);
    if (failed == simdjson::UTF8_ERROR) {
      repaired = simdjson::padded_string(text::to_valid_utf8(record.json));
      failed = parser_.iterate(repaired).get(document);
      result_.counters.add("bad_utf8");
    }
    if (failed != simdjson::SUCCESS) {
      reason = simdjson::error_message(failed);
      return Verdict::broken;
    }
    ondemand::object object;
    reason = "not an object";
    if (document.get_object().get(object) != simdjson::SUCCESS)
      return Verdict::broken;
    JsonWalk walk(result_.counters);
    const bool kept = job_.rule.keeps(job_.options.source, object, walk);
    reason = "bad_json";
    if (walk.broken() || !document.at_end()) return Verdict::broken;
    return kept ? Verdict::kept : Verdict::not_listed;
  }

  // Line ends in a record stand between its tokens: members of an array may be
  // laid out on several lines.
  void write(std::string_view json) {
    line_.assign(json);
    std::replace(line_.begin(), line_.end(), '\n', ' ');
    std::replace(line_.begin(), line_.end(), '\r', ' ');
    line_ += '\n';
    if (!out_) out_.emplace(path_, Packing::gzip);
    keep_error(out_->write(line_));
    ++result_.rows;
  }

  const SubsetJob& job_;
  fs::path path_;
  std::optional<PackedFile> out_;
  ondemand::parser parser_;
  std::string line_;
  PartResult result_;
};

std::vector<PartResult> write_parts(
    const SubsetJob& job,
    const std::vector<std::vector<std::size_t>>& batches) {
  std::vector<PartResult> results(batches.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < batches.size(); i = next++)
      results[i] = PartWriter(job, i).run(batches[i]);
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

Result<storage::Manifest> wanted_manifest(const SubsetOptions& options,
                                          const std::vector<InputFile>& files) {
  storage::Manifest manifest;
  manifest.stage = "subset " + std::string(source_name(options.source));
  DMP_ASSIGN(manifest.inputs, as_inputs(options.input, files));
  if (options.dois)
    manifest.options["dois"] = storage::sha256_text(options.dois->json);
  if (options.institutions) {
    manifest.options["institutions"] =
        storage::sha256_text(options.institutions->json);
  }
  manifest.options["max_reject_ratio"] =
      std::to_string(options.max_reject_ratio);
  manifest.subset = true;
  inherit_kind(options.input, manifest);
  return manifest;
}

// What failed, all of it; nullopt: nothing did.
std::optional<Error> failure_of(const std::vector<PartResult>& results) {
  std::string bad_files;
  for (const auto& result : results) {
    if (result.error) return result.error;
    for (const auto& line : result.failures)
      bad_files += (bad_files.empty() ? "" : "; ") + line;
  }
  if (bad_files.empty()) return std::nullopt;
  return Error{ErrorCode::corrupt_input, bad_files};
}

Result<storage::StageResult> publish(const SubsetJob& job,
                                     storage::Publication publication,
                                     storage::Manifest manifest,
                                     std::vector<PartResult> results) {
  Counters counters;
  std::vector<Reject> rejects;
  for (std::size_t i = 0; i < results.size(); ++i) {
    counters.merge(results[i].counters);
    std::move(results[i].rejects.begin(), results[i].rejects.end(),
              std::back_inserter(rejects));
    if (!results[i].written) continue;
    DMP_TRY(publication.add(job.part(i), results[i].rows));
    manifest.rows_out += results[i].rows;
  }
  if (!rejects.empty()) {
    const fs::path path = job.out_dir / "rejects" / "rejects_00000.parquet";
    DMP_TRY(write_rejects(rejects, path));
    DMP_TRY(publication.add(path, static_cast<std::int64_t>(rejects.size())));
  }
  manifest.rows_in = counters.get("lines");
  if (counters.get("not_listed") > 0)
    manifest.dropped["not_listed"] = counters.get("not_listed");
  for (const auto& reject : rejects) ++manifest.rejects[reject.reason];
  for (const auto& [name, count] : counters.all())
    manifest.counters[name] = count;
  if (manifest.rows_in != manifest.rows_out + counters.get("not_listed") +
                              static_cast<std::int64_t>(rejects.size())) {
    return Error{ErrorCode::internal, "rows in and rows out do not add up"};
  }
  if (manifest.rows_out == 0)
    log::warning("{}: no record is listed; the subset is empty",
                 job.options.input.string());
  storage::StageResult stage;
  DMP_ASSIGN(stage.manifest, publication.publish(std::move(manifest)));
  return stage;
}

}  // namespace

Result<storage::StageResult> subset_works(const SubsetOptions& options) {
  DMP_ASSIGN(auto rule, SubsetRule::read(options.dois, options.institutions));
  DMP_ASSIGN(auto files,
             find_input(options.input, works_patterns(options.source)));
  DMP_ASSIGN(auto manifest, wanted_manifest(options, files));
  if (!options.force) {
    if (auto done = storage::finished(options.stage_dir,
                                      storage::stage_key(manifest))) {
      return storage::StageResult{true, *std::move(done)};
    }
  }
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(options.stage_dir, manifest.stage));
  const SubsetJob job{options, std::move(rule), std::move(files),
                      publication.dir()};
  const auto batches =
      deal_batches(job.files, (job.files.size() + kMostParts - 1) / kMostParts);
  auto results = write_parts(job, batches);
  if (auto failed = failure_of(results)) return *std::move(failed);
  return publish(job, std::move(publication), std::move(manifest),
                 std::move(results));
}

}  // namespace dmp::ingest
