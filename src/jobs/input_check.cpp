#include "jobs/input_check.h"

#include "jobs/bucket_stage.h"
#include "jobs/in_parallel.h"
#include "storage/stage_path.h"

namespace dmp::jobs {

namespace fs = std::filesystem;

Status check_files(const fs::path& dir, const storage::Manifest& manifest,
                   const Needs& needs, storage::Proof proof, int threads) {
  DMP_TRY(storage::verify_sizes(manifest, dir));
  return in_parallel(
      manifest.files.size(), threads, [&](std::size_t i) -> Status {
        const auto& file = manifest.files[i];
        const bool read =
            !needs || needs(storage::name_in_stage(file.path)) == Need::whole;
        if (!read) return {};
        DMP_ASSIGN(const bool same, storage::is_as_listed(dir, file, proof));
        if (same) return {};
        return storage::other_bytes((dir / file.path).string());
      });
}

}  // namespace dmp::jobs
