#include "results/match_files.h"

#include "storage/files.h"
#include "storage/gzip_file.h"

#include <fmt/format.h>

#include <optional>
#include <system_error>
#include <utility>

namespace dmp::results {

namespace fs = std::filesystem;

struct MatchFileWriter::State {
  fs::path dir;
  Options options;
  std::vector<File> files;
  std::optional<storage::GzipFile> open;

  Status begin_file() {
    File file;
    file.path = dir / fmt::format("matches_{:04}.jsonl.gz", files.size());
    DMP_ASSIGN(open, storage::GzipFile::create(file.path));
    files.push_back(std::move(file));
    return {};
  }

  Status end_file() {
    DMP_TRY(open->finish());
    open.reset();
    return storage::sync_to_disk(files.back().path);
  }
};

MatchFileWriter::MatchFileWriter(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
MatchFileWriter::MatchFileWriter(MatchFileWriter&&) noexcept = default;
MatchFileWriter::~MatchFileWriter() = default;

Result<MatchFileWriter> MatchFileWriter::begin(const fs::path& dir,
                                               const Options& options) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) {
    return Error{ErrorCode::io, dir.string() + ": " + error.message()};
  }
  auto state = std::make_unique<State>();
  state->dir = dir;
  state->options = options;
  return MatchFileWriter(std::move(state));
}

Status MatchFileWriter::put(const model::PlanMatches& matches) {
  State& state = *state_;
  const auto most = static_cast<std::int64_t>(state.options.plans_per_file);
  if (state.open && state.files.back().records >= most) {
    DMP_TRY(state.end_file());
  }
  if (!state.open) DMP_TRY(state.begin_file());
  const std::string line =
      match_record_json(matches, state.options.explain) + "\n";
  DMP_TRY(state.open->write(line));
  ++state.files.back().records;
  return {};
}

Result<std::vector<MatchFileWriter::File>> MatchFileWriter::finish() {
  if (state_->files.empty()) DMP_TRY(state_->begin_file());
  if (state_->open) DMP_TRY(state_->end_file());
  return std::move(state_->files);
}

}  // namespace dmp::results
