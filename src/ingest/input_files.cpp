#include "ingest/input_files.h"

#include "ingest/transform.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <system_error>

namespace dmp::ingest {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLeastBatches = 8;

bool matches(const fs::path& path, const fs::path& below,
             const FilePattern& pattern) {
  const std::string name = path.filename().string();
  const std::string relative = path.lexically_relative(below).string();
  const auto has = [](const std::vector<std::string>& any, auto holds) {
    return any.empty() || std::any_of(any.begin(), any.end(), holds);
  };
  if (!has(pattern.endings, [&](const auto& e) { return name.ends_with(e); })) {
    return false;
  }
  if (!has(pattern.name_prefixes,
           [&](const auto& p) { return name.starts_with(p); })) {
    return false;
  }
  if (!path.parent_path().filename().string().starts_with(
          pattern.folder_prefix)) {
    return false;
  }
  return std::none_of(
      pattern.forbidden.begin(), pattern.forbidden.end(),
      [&](const auto& f) { return relative.find(f) != std::string::npos; });
}

void sort_by_path(std::vector<InputFile>& files) {
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
    return a.path.native() < b.path.native();
  });
}

Result<std::vector<InputFile>> files_in(const fs::path& folder) {
  std::vector<InputFile> files;
  std::error_code error;
  fs::recursive_directory_iterator it(
      folder, fs::directory_options::follow_directory_symlink, error);
  for (const fs::recursive_directory_iterator end; !error && it != end;
       it.increment(error)) {
    std::error_code no_size;
    if (it->is_directory(no_size)) continue;
    const auto bytes = fs::file_size(it->path(), no_size);
    // A file that cannot even be measured is found out when it is opened.
    files.push_back({it->path(), no_size ? 0 : bytes});
  }
  if (error) {
    return Error{ErrorCode::io, folder.string() + ": " + error.message()};
  }
  sort_by_path(files);
  return files;
}

// Of a finished stage what its manifest lists: beside it may lie what a killed
// publication left, or what one has made so far. Another program's
// manifest.json says nothing.
Result<std::vector<InputFile>> list_files(const fs::path& folder) {
  const auto manifest = storage::read_manifest(folder);
  if (!manifest) return files_in(folder);
  DMP_TRY(storage::verify_sizes(*manifest, folder));
  std::vector<InputFile> files;
  for (const auto& file : manifest->files)
    files.push_back({folder / file.path, file.bytes});
  sort_by_path(files);
  return files;
}

}  // namespace

std::vector<FilePattern> works_patterns(Source source) {
  switch (source) {
    case Source::openalex_works:
      return {{{".gz"},
               {"part_"},
               "updated_date=",
               {},
               "**/updated_date=*/part_*.gz"},
              {{".gz"}, {}, "", {".csv.gz", "merged_ids/"}, "**/*.gz"}};
    case Source::crossref_metadata:
      return {{{".jsonl.gz", ".json.gz"},
               {},
               "",
               {},
               "**/*.jsonl.gz, **/*.json.gz"}};
    case Source::datacite:
      return {{{"jsonl.gz"}, {}, "", {}, "**/*jsonl.gz"}};
  }
  return {};
}

Result<std::vector<InputFile>> find_input(
    const fs::path& input, const std::vector<FilePattern>& patterns) {
  std::error_code error;
  const auto status = fs::status(input, error);
  if (!fs::exists(status)) {
    return Error{ErrorCode::not_found,
                 input.string() + ": no such file or folder"};
  }
  if (!fs::is_directory(status)) {
    return std::vector<InputFile>{{input, fs::file_size(input, error)}};
  }
  DMP_ASSIGN(const auto all, list_files(input));
  for (const auto& pattern : patterns) {
    std::vector<InputFile> found;
    for (const auto& file : all) {
      if (matches(file.path, input, pattern)) found.push_back(file);
    }
    if (!found.empty()) return found;
  }
  std::string shown;
  for (const auto& pattern : patterns) {
    shown += (shown.empty() ? "" : ", ") + pattern.shown;
  }
  return Error{ErrorCode::not_found,
               fmt::format("{}: no file matches {}", input.string(), shown)};
}

std::vector<storage::ManifestInput> as_inputs(
    const std::vector<InputFile>& files) {
  std::vector<storage::ManifestInput> inputs;
  for (const auto& file : files) {
    std::error_code error;
    const auto changed = fs::last_write_time(file.path, error);
    const auto ticks = error ? 0 : changed.time_since_epoch().count();
    inputs.push_back(
        {file.path.string(), fmt::format("mtime:{}", ticks), file.bytes});
  }
  return inputs;
}

void inherit_kind(const fs::path& input, storage::Manifest& manifest) {
  const auto from = storage::read_manifest(input);
  if (!from) return;
  manifest.subset = manifest.subset || from->subset;
  manifest.synthetic = manifest.synthetic || from->synthetic;
  manifest.partial = manifest.partial || from->partial;
}

std::vector<std::vector<std::size_t>> deal_batches(
    const std::vector<InputFile>& files, std::size_t batch_size) {
  std::vector<std::size_t> order(files.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return files[a].bytes > files[b].bytes;
  });
  // Few files still make enough batches to keep some cores busy.
  const std::size_t count =
      std::max<std::size_t>({1, (files.size() + batch_size - 1) / batch_size,
                             std::min(files.size(), kLeastBatches)});
  std::vector<std::vector<std::size_t>> batches(count);
  for (std::size_t i = 0; i < order.size(); ++i) {
    batches[i % count].push_back(order[i]);
  }
  for (auto& batch : batches) std::sort(batch.begin(), batch.end());
  return batches;
}

}  // namespace dmp::ingest
