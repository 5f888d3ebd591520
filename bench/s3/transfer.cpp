// Moves files between a folder and a bucket through storage/object_store.h, 16
// at once, as the jobs do. For bench/s3/run.py.
//   s3_transfer up FOLDER BUCKET | down BUCKET FOLDER
#include "storage/object_store.h"

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;
using dmp::Status;

constexpr int kTransfers = 16;

// Calls `work` for every item; false when one failed.
template <typename Work>
bool for_all(const std::vector<std::string>& items, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> good{true};
  std::vector<std::thread> threads;
  for (int i = 0; i < kTransfers; ++i) {
    threads.emplace_back([&] {
      for (std::size_t n = next++; n < items.size() && good; n = next++) {
        const Status done = work(items[n]);
        if (done) continue;
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
        good = false;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return good;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  const bool up = std::string(words[1]) == "up";
  const fs::path folder = words[up ? 2 : 3];
  const auto bucket = dmp::storage::open_store(words[up ? 3 : 2]);
  if (!bucket) return 1;
  std::vector<std::string> names;
  if (up) {
    for (const auto& entry : fs::directory_iterator(folder))
      names.push_back(entry.path().filename().string());
    return for_all(names,
                   [&](const std::string& name) -> Status {
                     DMP_TRY((*bucket)->upload(folder / name, name));
                     return {};
                   })
               ? 0
               : 1;
  }
  const auto listed = (*bucket)->list("");
  if (!listed) return 1;
  for (const auto& object : *listed) names.push_back(object.key);
  fs::create_directories(folder);
  return for_all(names,
                 [&](const std::string& name) {
                   return (*bucket)->download(name, folder / name);
                 })
             ? 0
             : 1;
}
