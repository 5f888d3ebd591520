#pragma once

#include "sql/doi_state.h"
#include "sql/linkage_update.h"
#include "sql/previous_state.h"
#include "sql/session.h"
#include "sql/table_buffer.h"
#include "sql/work_hash.h"
#include "sql/work_table.h"
#include "storage/files.h"
#include "storage/manifest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dmp::sql {

// For tests: a collection of works that changes, and from time to time becomes
// a stage of works, DOI state and linkage statistics, as IndexBuild makes them.
class LinkageWorld {
 public:
  LinkageWorld() {
    std::string name =
        (std::filesystem::temp_directory_path() / "linkage_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  LinkageWorld(const LinkageWorld&) = delete;
  LinkageWorld& operator=(const LinkageWorld&) = delete;
  ~LinkageWorld() { forget(); }

  // Removes all stages.
  void forget() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  void put(model::Work work) {
    work.hash = work_hash(work, {});
    const std::string doi = work.doi;
    works[doi] = std::move(work);
  }
  std::filesystem::path stage(const std::string& name) const {
    return root_ / name;
  }

  using Change = std::function<void(const std::filesystem::path& stage)>;
  // The stage `name`, which continues `before` (empty: none), on `day`; its
  // files are changed by `change` before they are summed and listed.
  LinkageOrigin build(const std::string& name, const std::string& before,
                      const Change& change = {}) {
    LinkageOrigin origin;
    build(name, before, change, origin);
    return origin;
  }

  // Sums of all files of statistics and of the singles, of a stage, and of what
  // the works as they are give from nothing.
  std::string sums(const std::string& name) const {
    std::string all;
    const auto manifest = storage::read_manifest(stage(name));
    if (!manifest) return name + ": " + manifest.error().message;
    for (const auto& file : manifest->files) {
      if (file.path.starts_with("linkage_stats/") ||
          file.path == "linkage_state/singles.parquet") {
        all += file.path.substr(file.path.find('/')) + " " + file.sha256 + "\n";
      }
    }
    return all;
  }
  std::string sums_of_all() {
    build("all", "");
    std::string all = sums("all");
    std::filesystem::remove_all(stage("all"));
    return all;
  }

  // Replaces a Parquet file by what a query makes of it.
  void rewrite(const std::filesystem::path& file, const std::string& select,
               const std::string& rest = "") {
    const auto old = file.string() + ".old";
    std::filesystem::rename(file, old);
    auto session = Session::open({});
    ASSERT_TRUE(session.has_value());
    const auto done = session->execute(
        fmt::format("COPY ({} {}{}) TO {} (FORMAT parquet)", select,
                    parquet_files({old}), rest, quote(file.string())));
    ASSERT_TRUE(done.has_value()) << done.error().message;
    std::filesystem::remove(old);
  }

  std::map<std::string, model::Work> works;  // by DOI
  int day = 1;                               // of January 2026
  int threads = 1, files = 1;

 private:
  void build(const std::string& name, const std::string& before,
             const Change& change, LinkageOrigin& origin) {
    auto publication = storage::Publication::begin(stage(name), "works index");
    ASSERT_TRUE(publication.has_value()) << publication.error().message;
    const auto out = publication->dir();
    for (const char* folder : kFolders)
      std::filesystem::create_directories(out / folder);
    std::filesystem::create_directories(root_ / "scratch");
    Session::Options options;
    options.threads = threads;
    auto session = Session::open(options);
    ASSERT_TRUE(session.has_value());
    fill(*session, out, before, origin);
    if (change) change(out);
    for (const char* folder : kFolders) {
      std::error_code absent;
      for (std::filesystem::directory_iterator it(out / folder, absent), end;
           !absent && it != end; ++it)
        ASSERT_TRUE(publication->add(it->path()).has_value());
    }
    storage::Manifest manifest;
    manifest.stage = "works index";
    manifest.options["name"] = name;
    ASSERT_TRUE(publication->publish(std::move(manifest)).has_value());
    std::filesystem::remove_all(root_ / "scratch");
  }

  void fill(Session& session, const std::filesystem::path& out,
            const std::string& before, LinkageOrigin& origin) {
    std::optional<PreviousState> previous;
    if (!before.empty()) {
      auto state = read_previous_state(stage(before));
      ASSERT_TRUE(state.has_value()) << state.error().message;
      previous = *std::move(state);
    }
    const LinkageFolders folders{out / "linkage_stats", out / "linkage_state"};
    // So few keys at once that they are taken down in parts.
    LinkageStats stats(root_ / "scratch", 500);
    auto update = LinkageUpdate::begin(session, previous, stats);
    ASSERT_TRUE(update.has_value()) << update.error().message;
    DoiStateOptions state;
    write_works(out / "works_index", stats, state.index_files);
    if (previous) state.previous_files = previous->files;
    state.release_date = text::to_day(2026, 1, day);
    state.run_id = "run";
    state.state_file = out / "doi_state_export" / "doi_state_0.parquet";
    state.export_dir = out / "works_index_export";
    const auto written = write_doi_state(session, state);
    ASSERT_TRUE(written.has_value()) << written.error().message;
    std::vector<std::filesystem::path> exported;
    for (const auto& [path, rows] : written->export_files)
      exported.push_back(path);
    const auto done =
        update->finish(session, stats, {state.index_files, exported, *written},
                       root_ / "scratch", folders);
    ASSERT_TRUE(done.has_value()) << done.error().message;
    auto said = read_linkage_origin(session, folders.state);
    ASSERT_TRUE(said.has_value()) << said.error().message;
    origin = *std::move(said);
    EXPECT_EQ(update->counts().at("linkage_steps"), origin.steps);
  }

  void write_works(const std::filesystem::path& dir, LinkageStats& stats,
                   std::vector<std::filesystem::path>& paths) const {
    TableBuffer rows(work_schema());
    const std::size_t most = works.size() / static_cast<std::size_t>(files) + 1;
    const auto flush = [&] {
      paths.push_back(dir /
                      fmt::format("works_index_{}.parquet", paths.size()));
      ASSERT_TRUE(write_parquet(rows, {}, paths.back(), {}).has_value());
      rows.clear();
    };
    for (const auto& [doi, work] : works) {
      append_work(rows, work, {});
      ASSERT_TRUE(stats.add(work).has_value());
      if (rows.rows() == most) flush();
    }
    if (rows.rows() > 0 || paths.empty()) flush();
  }

  static constexpr const char* kFolders[] = {
      "works_index", "works_index_export", "doi_state_export", "linkage_stats",
      "linkage_state"};

  std::filesystem::path root_;
};

}  // namespace dmp::sql
