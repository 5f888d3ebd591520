#include "dmps/input.h"

#include "ingest/byte_source.h"

#include <simdjson.h>

#include <string>
#include <string_view>

namespace dmp::dmps {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostDocumentBytes = std::size_t{256} << 20;

ingest::FilePattern plan_files() {
  ingest::FilePattern pattern;
  pattern.endings = {"jsonl.gz", ".jsonl", ".json.gz", ".json"};
  pattern.forbidden = {"manifest.json"};
  pattern.shown = "**/*jsonl.gz, **/*.jsonl, **/*.json.gz, **/*.json";
  return pattern;
}

bool is_json(std::string_view json) {
  simdjson::dom::parser parser;
  return parser.parse(json.data(), json.size(), false).error() ==
         simdjson::SUCCESS;
}

// The whole file when it is one JSON value; empty when it is not.
Result<std::string> whole_document(const fs::path& file) {
  DMP_ASSIGN(auto source, ingest::ByteSource::open(file));
  std::string text;
  constexpr std::size_t kStep = std::size_t{1} << 16;
  while (true) {
    const std::size_t size = text.size();
    if (size > kMostDocumentBytes) return std::string();
    text.resize(size + kStep);
    DMP_ASSIGN(const std::size_t count, source.read(text.data() + size, kStep));
    text.resize(size + count);
    if (count == 0) break;
  }
  text.reserve(text.size() + ingest::RecordLines::kPaddingBytes);
  if (!is_json(text)) return std::string();
  return text;
}

}  // namespace

Result<std::vector<ingest::InputFile>> find_inputs(
    const std::vector<fs::path>& inputs) {
  std::vector<ingest::InputFile> files;
  for (const fs::path& input : inputs) {
    DMP_ASSIGN(const auto found, ingest::find_input(input, {plan_files()}));
    files.insert(files.end(), found.begin(), found.end());
  }
  if (files.empty()) {
    return Error{ErrorCode::not_found, "no plan file was given"};
  }
  return files;
}

Status each_record(const fs::path& file,
                   const std::function<void(const ingest::RawRecord&)>& visit) {
  DMP_ASSIGN(auto lines, ingest::RecordLines::open(file));
  bool is_first = true;
  while (true) {
    DMP_ASSIGN(const auto record, lines.next());
    if (!record) return {};
    // A maDMP printed over several lines breaks at its first.
    if (is_first && !record->json.empty() && record->json.front() == '{' &&
        !record->too_long && !is_json(record->json)) {
      DMP_ASSIGN(const auto document, whole_document(file));
      if (!document.empty()) {
        visit({document, 1, 0, false});
        return {};
      }
    }
    is_first = false;
    visit(*record);
  }
}

}  // namespace dmp::dmps
