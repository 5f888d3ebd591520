#include "database/merge_progress.h"

#include "base/json_writer.h"
#include "storage/files.h"

#include <utility>

namespace dmp::database {

namespace {

constexpr const char* kEnd = R"({"end":true})";

std::string head_line(const MergeSource& source, std::string_view merge) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().member("database", source.database);
  json.member("matches", source.matches);
  json.member("keepEmpty", source.keep_empty);
  json.member("merge", merge).end_object();
  return line;
}

std::string record_line(std::string_view dmp_doi, std::string_view hash) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().member("dmpDoi", dmp_doi).member("hash", hash);
  json.end_object();
  return line;
}

}  // namespace

Result<MergeProgress> MergeProgress::open(const std::filesystem::path& file,
                                          const MergeSource& source,
                                          RelatedWorksStore& store) {
  DMP_ASSIGN(std::string merge, store.last_merge());
  const std::string head = head_line(source, merge);
  MergeProgress progress;
  progress.file_ = file;
  std::string line;
  bool goes_on = false;
  if (std::ifstream in(file); in && std::getline(in, line) && line == head) {
    goes_on = true;
    while (std::getline(in, line)) progress.done_.insert(std::move(line));
  }
  if (progress.done_.contains(kEnd)) goes_on = false;
  if (goes_on) {
    progress.out_.open(file, std::ios::app);
    // After a line that a kill cut off, too.
    DMP_TRY(progress.put(""));
    return progress;
  }
  progress.done_.clear();
  DMP_ASSIGN(merge, store.begin_merge());
  progress.out_.open(file, std::ios::trunc);
  DMP_TRY(progress.put(head_line(source, merge)));
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
