#include "ingest/input_files.h"

#include "ingest/transform.h"
#include "storage/files.h"
#include "storage/listed_file.h"
#include "storage/stage_path.h"

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
  DMP_ASSIGN(const auto manifest, storage::manifest_if_any(folder));
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

namespace {

// <data set>/<run>/<stage>: the last three folders, as a bucket has them.
std::string place_of(const fs::path& stage) {
  std::error_code error;
  fs::path rest = fs::weakly_canonical(fs::absolute(stage, error), error);
  if (!rest.has_filename()) rest = rest.parent_path();
  fs::path place;
  for (int i = 0; i < 3 && rest.has_filename(); ++i) {
    place = i == 0 ? rest.filename() : rest.filename() / place;
    rest = rest.parent_path();
  }
  return place.string();
}

constexpr storage::Proof kProof = storage::Proof::since_published;

// The file as the finished stage it lies in lists it; nullopt: in none, or it
// is another by now.
std::optional<storage::ManifestInput> listed_file(const InputFile& file) {
  std::error_code error;
  const fs::path path = fs::absolute(file.path, error).lexically_normal();
  fs::path stage = path.parent_path();
  for (int up = 0; up < 3; ++up, stage = stage.parent_path()) {
    const auto manifest = storage::read_manifest(stage);
    if (!manifest) continue;
    const std::string relative = path.lexically_relative(stage).string();
    for (const auto& listed : manifest->files) {
      if (listed.path != relative || listed.sha256.empty()) continue;
      const auto same = storage::is_as_listed(stage, listed, kProof);
      if (!same || !*same) return std::nullopt;
      return storage::ManifestInput{
          std::string(storage::name_in_stage(relative)),
          "sha256:" + listed.sha256, listed.bytes};
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<storage::ManifestInput>> as_inputs(
    const fs::path& input, const std::vector<InputFile>& files) {
  std::error_code error;
  const bool folder = fs::is_directory(input, error);
  if (folder) {
    DMP_ASSIGN(const auto stage, storage::manifest_if_any(input));
    if (stage) {
      for (const auto& listed : stage->files) {
        DMP_ASSIGN(const bool same,
                   storage::is_as_listed(input, listed, kProof));
        if (!same) return storage::other_bytes((input / listed.path).string());
      }
      return std::vector{storage::as_input(place_of(input), *stage)};
    }
  }
  std::vector<storage::ManifestInput> inputs;
  for (const auto& file : files) {
    if (auto listed = folder ? std::nullopt : listed_file(file)) {
      inputs.push_back(*std::move(listed));
      continue;
    }
    const fs::path name =
        folder ? file.path.lexically_relative(input) : file.path.filename();
    DMP_ASSIGN(auto tag, storage::file_tag(file.path));
    inputs.push_back({name.string(), std::move(tag), file.bytes});
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
