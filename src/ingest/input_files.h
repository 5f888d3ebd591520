#pragma once

#include "base/result.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::ingest {

struct InputFile {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

// What a folder is searched for, recursively.
struct FilePattern {
  std::vector<std::string> endings;        // e.g. ".jsonl.gz"; any of them
  std::vector<std::string> name_prefixes;  // of the file name; empty: any
  std::string folder_prefix;               // of its folder's name; empty: any
  std::vector<std::string> forbidden;      // parts of a path that exclude it
  std::string shown;                       // for the error line
};

enum class Source : std::uint8_t;

// The files of a source of works. Sources: records.md 2.1, 3, 4; P34.
std::vector<FilePattern> works_patterns(Source source);

// A file is itself, whatever its name. A folder gives the files of the first
// pattern that matches any, sorted by path; one that is a finished stage only
// such as its manifest lists. Errors: not_found (no such path; no matching
// file: folder and patterns are named), corrupt_input (a listed file is absent,
// or of other size), io.
Result<std::vector<InputFile>> find_input(
    const std::filesystem::path& input,
    const std::vector<FilePattern>& patterns);

// What a stage that reads `files`, found in `input`, is made from: of a folder
// that is a finished stage that stage; else each file, with its sum where it is
// one of a finished stage, with bytes and modification time where it is not.
// Nothing of it depends on how `input` is spelled. Files written to after their
// manifest was are summed. Errors: corrupt_input (a file of a stage is not what
// its manifest lists), not_found, io.
Result<std::vector<storage::ManifestInput>> as_inputs(
    const std::filesystem::path& input, const std::vector<InputFile>& files);

// What is made from a subset, from synthetic records or from a part of a source
// is so itself: takes this over from the manifest of `input`, if it has one.
void inherit_kind(const std::filesystem::path& input,
                  storage::Manifest& manifest);

// Batches of `batch_size` files of a size-balanced deterministic order: by
// (bytes descending, path), dealt round-robin. Indices into `files`, each batch
// in path order. Source: records.md 1.1, "file order".
std::vector<std::vector<std::size_t>> deal_batches(
    const std::vector<InputFile>& files, std::size_t batch_size);

}  // namespace dmp::ingest
