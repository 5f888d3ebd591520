#pragma once

#include "base/counters.h"
#include "base/result.h"
#include "model/search_run.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dmp::storage {

// Bumped when a stage's output changes for the same inputs and options.
inline constexpr std::string_view kFormatVersion = "1";

struct ManifestInput {
  enum class Kind : std::uint8_t { object, stage };
  // Of an object: relative to the folder it was given in, or the source's name.
  // Of a stage: what it is called; it may lie anywhere, so not in the key.
  std::string path;
  std::string digest;  // of a stage: content_digest(); of an object: its tag
  std::uint64_t bytes = 0;
  Kind kind = Kind::object;
};

struct ManifestFile {
  std::string path;  // relative to the stage folder
  std::uint64_t bytes = 0;
  std::int64_t rows = -1;  // -1: the file has no rows
  std::string sha256;
  std::string etag = {};  // of the object in an S3 bucket; empty: it is in none
};

// What a finished stage says of itself. Source: spec jobs.md 4.2.
struct Manifest {
  std::string stage;
  std::string key;  // stage_key() of the work that made it
  std::string version;
  std::string created_at;                      // UTC, ISO 8601
  std::map<std::string, std::string> options;  // those that change the result
  std::vector<ManifestInput> inputs;
  std::vector<ManifestFile> files;
  std::int64_t rows_in = 0, rows_out = 0;
  std::map<std::string, std::int64_t> dropped;  // by rule
  std::map<std::string, std::int64_t> rejects;  // by reason
  std::map<std::string, std::int64_t> counters;
  bool subset = false, synthetic = false, partial = false;
  std::optional<model::SearchRun> search;  // of a search only; not in the key

  // The files whose name begins with `prefix`, in the order of the manifest.
  // The r<NN>/ of a replaced stage is not part of a name.
  std::vector<ManifestFile> files_named(std::string_view prefix) const;
  // `stage_dir` / path of each.
  std::vector<std::filesystem::path> paths(
      const std::filesystem::path& stage_dir,
      std::string_view prefix = "") const;
};

// What a stage function gives back.
struct StageResult {
  bool up_to_date = false;  // the published manifest had this key: nothing done
  Manifest manifest;
};

// sha256 over stage, format version, options and inputs' digests: the same for
// the same content, wherever it lies and however the place is spelled.
std::string stage_key(const Manifest& manifest);
// sha256 over the key of a stage, which names inputs and options, and the sums
// of its files. When and where it was made is not in it.
std::string content_digest(const Manifest& manifest);

// Errors: not_found (no manifest: the stage is unfinished), corrupt_input.
Result<Manifest> read_manifest(const std::filesystem::path& stage_dir);

// That of a folder which need not be a stage; nullopt: there is none, or it is
// another program's (JSON without a list of files). Errors: corrupt_input (cut
// off or spoilt), io.
Result<std::optional<Manifest>> manifest_if_any(
    const std::filesystem::path& folder);

// A manifest as the text of manifest.json, and back. Errors: corrupt_input (a
// path that leaves the stage included).
std::string manifest_json(const Manifest& manifest);
Result<Manifest> parse_manifest(const std::string& json);
// JSON, but without a list of files.
bool is_of_another_program(const std::string& json);
// Now, as createdAt has it.
std::string created_now();

// The manifest of `stage_dir` if it is complete, has this key, and every listed
// file exists with its size; nullopt otherwise. What a publication of it that
// was killed while it cleared up left is removed; an attempt that is at work on
// a new one is left alone.
std::optional<Manifest> finished(const std::filesystem::path& stage_dir,
                                 const std::string& key);

// Every listed file is there with its bytes. Errors: corrupt_input, naming the
// first that is not.
Status verify_sizes(const Manifest& manifest,
                    const std::filesystem::path& stage_dir);

// A finished stage as the input `name` of another.
ManifestInput as_input(const std::string& name, const Manifest& manifest);
// The same of the stage in `stage_dir`, made from its whole input. Errors:
// not_found (unfinished), corrupt_input (a listed file is absent or of other
// size), invalid_argument (a partial stage).
Result<ManifestInput> stage_input(const std::string& name,
                                  const std::filesystem::path& stage_dir);

// Whether a stage called `stage` may be written to `stage_dir`: it is absent,
// or empty, or holds that stage or what a killed Publication left of it.
// Whatever else is there would be removed. Source: spec cli.md 6. Errors:
// invalid_argument (what is there), io.
Status check_stage_folder(const std::filesystem::path& stage_dir,
                          const std::string& stage);
// What is said of a folder that may not be written: invalid_argument.
Error folder_refused(const std::filesystem::path& dir, const std::string& why);

// A folder in a stage folder for finished parts of a stage that is not
// finished: it outlives a killed or failed attempt, and goes when the stage is
// published.
inline constexpr const char* kPartsName = "_parts";
// Removes it: for a stage that is finished, of which a kill right after the
// manifest was written may have left it. Errors: io.
Status remove_parts(const std::filesystem::path& stage_dir);
// Makes the folder, and marks it as of a stage on its way: so that parts which
// several processes publish there are known as ours. Errors: those of
// check_stage_folder, io.
Status claim_stage_folder(const std::filesystem::path& stage_dir,
                          const std::string& stage);
// The manifest of a part that is finished, is the work that `planned` says, and
// has all its files; nullopt otherwise. A part that came over a bucket carries
// the bucket's key: its own is made from what else the manifest says.
std::optional<Manifest> finished_part(const std::filesystem::path& part,
                                      const Manifest& planned);
// What is said when parts below `parts` are absent: not_found.
Error parts_missing(const std::filesystem::path& parts,
                    const std::vector<std::string>& names);

// A stage being written. New files go to `dir()`; publish() writes the manifest
// last, then removes what the former manifest listed (after a kill there,
// finished() does). Destroyed unpublished, it
// removes what it wrote, kPartsName excepted; killed, the next Publication on
// the same stage does. The former manifest and its files stay readable until
// publish() returns.
class Publication {
 public:
  // Errors: those of check_stage_folder, io.
  static Result<Publication> begin(const std::filesystem::path& stage_dir,
                                   const std::string& stage);

  // Folder for new files: the stage folder at first publication, a fresh
  // r<NN>/ below it when a good stage is replaced.
  const std::filesystem::path& dir() const { return dir_; }

  // Lists a file below dir() (sha256 and bytes are taken here), rows as said.
  Status add(const std::filesystem::path& file, std::int64_t rows = -1);

  // Lists a file below dir() that is on disk already, of which bytes, rows and
  // sha256 are known.
  void adopt(const std::filesystem::path& file, ManifestFile known);

  // Fills files, created_at and key of `manifest`; fsync, rename, clean up.
  // Errors: io.
  Result<Manifest> publish(Manifest manifest);

  Publication(Publication&&) noexcept;
  ~Publication();

 private:
  Publication() = default;
  std::filesystem::path stage_dir_, dir_;
  std::vector<ManifestFile> files_;
  bool live_ = false;
};

// For a stage whose files people open: gives each file that lies in an r<NN>/,
// in no folder of that, its name in the stage folder, by a symbolic link. A
// Publication keeps a link as long as it keeps the file. Errors: io.
Status link_in_stage_folder(const std::filesystem::path& stage_dir,
                            const Manifest& manifest);

// Hex digest of a file. Errors: io, not_found.
Result<std::string> sha256_file(const std::filesystem::path& path);
std::string sha256_text(std::string_view text);

// Writes `text` to `path` by temporary file, fsync and rename. Errors: io.
Status write_file_atomically(const std::filesystem::path& path,
                             std::string_view text);

}  // namespace dmp::storage
