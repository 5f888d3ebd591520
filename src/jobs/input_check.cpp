#include "jobs/input_check.h"

#include "jobs/bucket_stage.h"
#include "jobs/in_parallel.h"
#include "storage/files.h"
#include "storage/stage_path.h"

namespace dmp::jobs {

namespace fs = std::filesystem;

Error other_bytes(const std::string& name) {
  return Error{ErrorCode::corrupt_input,
               name + ": not the bytes its manifest lists"};
}

Status check_files(const fs::path& dir, const storage::Manifest& manifest,
                   const Needs& needs, Proof proof, int threads) {
  DMP_TRY(storage::verify_sizes(manifest, dir));
  return in_parallel(
      manifest.files.size(), threads, [&](std::size_t i) -> Status {
        const auto& file = manifest.files[i];
        const fs::path path = dir / file.path;
        const bool read =
            !needs || needs(storage::name_in_stage(file.path)) == Need::whole;
        if (!read || (proof == Proof::since_published &&
                      !storage::written_since(path, dir / "manifest.json")))
          return {};
        if (file.sha256.empty()) return {};  // of a list made by hand
        DMP_ASSIGN(const std::string sum, storage::sha256_file(path));
        return sum == file.sha256 ? Status() : other_bytes(path.string());
      });
}

}  // namespace dmp::jobs
