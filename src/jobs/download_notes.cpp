#include "jobs/download_notes.h"

#include "base/json_writer.h"
#include "jobs/published_stage.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace dmp::jobs {

namespace {

// A file of notes is written whole each time: this many lines, then the next.
constexpr std::size_t kLinesPerFile = 256;

std::string to_line(const FetchedObject& object) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("bytes", static_cast<std::int64_t>(object.bytes));
  json.member("object", object.object);
  json.member("offset", static_cast<std::int64_t>(object.offset));
  json.member("order", object.order);
  json.member("path", object.path).member("rows", object.rows);
  json.member("sha256", object.sha256).member("source", object.source);
  json.end_object();
  return out + "\n";
}

std::optional<FetchedObject> object_of(simdjson::dom::element line) {
  FetchedObject object;
  std::int64_t bytes = 0, offset = 0;
  const auto text = [&](const char* name, std::string& value) {
    std::string_view found;
    if (line[name].get(found) != simdjson::SUCCESS) return false;
    value = found;
    return true;
  };
  if (line["bytes"].get(bytes) != simdjson::SUCCESS ||
      line["offset"].get(offset) != simdjson::SUCCESS ||
      line["rows"].get(object.rows) != simdjson::SUCCESS ||
      line["order"].get(object.order) != simdjson::SUCCESS ||
      !text("object", object.object) || !text("path", object.path) ||
      !text("sha256", object.sha256) || !text("source", object.source)) {
    return std::nullopt;
  }
  object.bytes = static_cast<std::uint64_t>(bytes);
  object.offset = static_cast<std::uint64_t>(offset);
  return object;
}

}  // namespace

DownloadNotes::DownloadNotes(const storage::ObjectStore& bucket,
                             std::string prefix, std::string key)
    : bucket_(bucket), prefix_(std::move(prefix)), key_(std::move(key)) {}

std::string DownloadNotes::head() const {
  return fmt::format("{{\"key\":\"{}\"}}\n", key_);
}

Result<DownloadNotes::Found> DownloadNotes::read() const {
  Found found;
  DMP_ASSIGN(const auto files, bucket_.list(prefix_ + "/_progress"));
  for (const auto& file : files) {
    const bool first = file.key == prefix_ + "/" + kProgressName;
    found.any = found.any || first;
    if (first || file.key.starts_with(prefix_ + "/_progress-"))
      DMP_TRY(read_file(file.key, found.objects));
  }
  return found;
}

Status DownloadNotes::read_file(const std::string& key,
                                std::vector<FetchedObject>& objects) const {
  DMP_ASSIGN(const std::string text, bucket_.read(key));
  std::string_view rest = text;
  if (!rest.starts_with(head())) return {};
  rest.remove_prefix(head().size());
  simdjson::dom::parser parser;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    simdjson::dom::element json;
    if (parser.parse(line).get(json) != simdjson::SUCCESS) return {};
    auto object = object_of(json);
    if (!object) return {};
    objects.push_back(*std::move(object));
  }
  return {};
}

Status DownloadNotes::begin(const std::vector<FetchedObject>& objects) const {
  std::string text = head();
  for (const auto& object : objects) text += to_line(object);
  DMP_TRY(bucket_.write(prefix_ + "/" + kProgressName, text));
  return {};
}

Status DownloadNotes::add(const FetchedObject& object) {
  std::unique_lock<std::mutex> hold(lock_);
  open_ += to_line(object);
  ++open_lines_;
  const std::uint64_t mine = ++added_;
  while (noted_ < mine) {
    if (writing_) {
      written_.wait(hold);
    } else {
      DMP_TRY(write_open(hold));
    }
  }
  return {};
}

// Holds the lock but while the request is under way.
Status DownloadNotes::write_open(std::unique_lock<std::mutex>& hold) {
  writing_ = true;
  const std::uint64_t upto = added_;
  const std::size_t bytes = open_.size(), lines = open_lines_;
  const std::string text = head() + open_;
  hold.unlock();
  const auto written = bucket_.write(
      fmt::format("{}/_progress-{:06}.jsonl", prefix_, number_), text);
  hold.lock();
  writing_ = false;
  written_.notify_all();
  DMP_TRY(written);
  noted_ = upto;
  if (lines >= kLinesPerFile) {
    open_.erase(0, bytes);
    open_lines_ -= lines;
    ++number_;
  }
  return {};
}

}  // namespace dmp::jobs
