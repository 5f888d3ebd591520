#include "database/merge_progress.h"

#include "base/json_writer.h"
#include "storage/files.h"

#include <utility>

namespace dmp::database {

namespace {

constexpr const char* kEnd = R"({"end":true})";

std::string line_of(const char* first, std::string_view one, const char* second,
                    std::string_view other) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().member(first, one).member(second, other).end_object();
  return line;
}

std::string record_line(std::string_view dmp_doi, std::string_view hash) {
  return line_of("dmpDoi", dmp_doi, "hash", hash);
}

}  // namespace

Result<MergeProgress> MergeProgress::open(const std::filesystem::path& file,
                                          std::string_view database,
                                          std::string_view matches) {
  const std::string head = line_of("database", database, "matches", matches);
  MergeProgress progress;
  progress.file_ = file;
  std::string line;
  bool goes_on = false;
  if (std::ifstream in(file); in && std::getline(in, line) && line == head) {
    goes_on = true;
    while (std::getline(in, line)) progress.done_.insert(std::move(line));
  }
  if (progress.done_.contains(kEnd)) goes_on = false;
  if (!goes_on) progress.done_.clear();
  progress.out_.open(file, goes_on ? std::ios::app : std::ios::trunc);
  // After a line that a kill cut off, too.
  DMP_TRY(progress.put(goes_on ? "" : head));
  return progress;
}

bool MergeProgress::has(std::string_view dmp_doi, std::string_view hash) const {
  return done_.contains(record_line(dmp_doi, hash));
}

Status MergeProgress::note(std::string_view dmp_doi, std::string_view hash) {
  return put(record_line(dmp_doi, hash));
}

Status MergeProgress::end() {
  return put(kEnd);
}

Status MergeProgress::put(const std::string& line) {
  out_ << line << '\n' << std::flush;
  if (!out_) return storage::write_error(file_);
  return {};
}

}  // namespace dmp::database
