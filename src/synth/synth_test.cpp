#include "synth/synth.h"

#include "synth/unpacked_lines.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace dmp::synth {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "synth_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return (std::ostringstream() << file.rdbuf()).str();
}

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] =
          read_all(entry.path());
  return files;
}

SynthOptions options_for(const fs::path& out) {
  SynthOptions options;
  options.out_dir = out;
  options.works = 1200;
  options.dmps = 40;
  options.files = 13;
  options.awkward_ratio = .1;
  return options;
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  const auto read = for_each_line(file, [&](std::string_view line) -> Status {
    lines.emplace_back(line);
    return {};
  });
  EXPECT_TRUE(read) << file;
  return lines;
}

TEST(Synthesise, GivesTheSameBytesForASeedWhateverTheThreads) {
  const Folder folder;
  SynthOptions options = options_for(folder / "one");
  ASSERT_TRUE(synthesise(options));
  options.out_dir = folder / "three";
  options.threads = 3;
  ASSERT_TRUE(synthesise(options));
  const auto one = files_below(folder / "one");
  EXPECT_GT(one.size(), 50u);
  EXPECT_TRUE(one == files_below(folder / "three"));
  options.out_dir = folder / "other";
  options.seed = 2;
  ASSERT_TRUE(synthesise(options));
  EXPECT_NE(read_all(folder / "one" / "ground_truth.csv"),
            read_all(folder / "other" / "ground_truth.csv"));
}

// And nothing else changes; without it there is no such folder.
TEST(Synthesise, WritesWhatFundersListWhenAsked) {
  const Folder folder;
  SynthOptions options = options_for(folder / "without");
  ASSERT_TRUE(synthesise(options));
  options.knobs = {"funder_lists=.5"};
  for (const int threads : {1, 3}) {
    options.threads = threads;
    options.out_dir = folder / std::to_string(threads);
    ASSERT_TRUE(synthesise(options));
  }
  auto with = files_below(folder / "1");
  EXPECT_TRUE(with == files_below(folder / "3"));
  for (const char* name : {"external_data_0.parquet", "manifest.json"})
    EXPECT_EQ(with.erase(std::string("enrich-dmps/2026-01-01/") + name), 1u);
  EXPECT_TRUE(with == files_below(folder / "without"));
}

TEST(Synthesise, WritesCrossrefInAllThreeContainers) {
  const Folder folder;
  ASSERT_TRUE(synthesise(options_for(folder / "w")));
  int items = 0, arrays = 0, lines = 0;
  for (const auto& entry : fs::directory_iterator(
           folder / "w" / "crossref_metadata" / "2026-01-01" / "download")) {
    const std::string first = lines_of(entry.path()).at(0);
    const bool document = entry.path().string().ends_with(".json.gz");
    EXPECT_EQ(document, first == "[" || first.find("items") < 60);
    arrays += first == "[" ? 1 : 0;
    items += document && first != "[" ? 1 : 0;
    lines += document ? 0 : 1;
  }
  EXPECT_EQ(arrays, 1);
  EXPECT_EQ(items, 2);
  EXPECT_EQ(lines, 10);
}

// With no awkward records all files are plain lines.
TEST(Synthesise, WritesPlainLinesWithoutOddities) {
  const Folder folder;
  SynthOptions options = options_for(folder / "w");
  options.awkward_ratio = 0;
  ASSERT_TRUE(synthesise(options));
  for (const char* source : {"openalex_works", "crossref_metadata", "datacite"})
    for (const auto& entry : fs::recursive_directory_iterator(
             folder / "w" / source / "2026-01-01" / "download")) {
      if (entry.path().extension() != ".gz") continue;
      for (const std::string& line : lines_of(entry.path()))
        EXPECT_TRUE(line.front() == '{' && line.back() == '}') << line;
    }
}

// All DOIs a source names as its records' own, in the normal form.
std::set<std::string> dois_in(const fs::path& folder, const std::string& key) {
  std::set<std::string> dois;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".gz") continue;
    for (const std::string& line : lines_of(entry.path())) {
      std::size_t at = line.find(key);
      if (at == std::string::npos) continue;
      at += key.size();
      std::string doi = line.substr(at, line.find('"', at) - at);
      for (const std::string_view before :
           {"https://doi.org/", "http://dx.doi.org/"})
        if (doi.starts_with(before)) doi.erase(0, before.size());
      std::transform(doi.begin(), doi.end(), doi.begin(),
                     [](char c) { return static_cast<char>(std::tolower(c)); });
      dois.insert(doi);
    }
  }
  return dois;
}

TEST(GroundTruth, NamesWorksAndPlansThatTheFilesHave) {
  const Folder folder;
  ASSERT_TRUE(synthesise(options_for(folder / "w")));
  const auto source = [&](const char* name) {
    return folder / "w" / name / "2026-01-01" / "download";
  };
  // With DOI in ids only (odd_oa_doi_form) the key of ids is the first found.
  auto works = dois_in(source("openalex_works"), R"("doi":")");
  works.merge(dois_in(source("datacite"), R"({"id":")"));
  const auto crossref =
      dois_in(source("crossref_metadata"), R"("DOI":"10.5555)");
  std::set<std::string> plans;
  for (const auto& entry : fs::directory_iterator(source("dmps")))
    for (const std::string& line : lines_of(entry.path()))
      if (const std::size_t at = line.find("10.48321/"); at < line.size()) {
        std::string doi = line.substr(at, 17);
        std::transform(doi.begin(), doi.end(), doi.begin(), [](char c) {
          return static_cast<char>(std::tolower(c));
        });
        plans.insert(doi);
      }
  EXPECT_EQ(plans.size(), 40u);
  std::istringstream truth(read_all(folder / "w" / "ground_truth.csv"));
  std::string line, before;
  std::getline(truth, line);
  EXPECT_EQ(line, "dmp_doi,work_doi,status,evidence");
  int accepted = 0, rejected = 0;
  while (std::getline(truth, line)) {
    EXPECT_LT(before, line);
    before = line;
    std::istringstream fields(line);
    std::string plan, work, status;
    std::getline(fields, plan, ',');
    std::getline(fields, work, ',');
    std::getline(fields, status, ',');
    EXPECT_TRUE(plans.contains(plan)) << line;
    const bool found = works.contains(work);
    EXPECT_TRUE(found || status == "REJECTED") << line;
    (status == "ACCEPTED" ? accepted : rejected)++;
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(rejected, 100);
}

TEST(Synthesise, RefusesWhatItCannotMake) {
  const Folder folder;
  const std::pair<std::function<void(SynthOptions&)>, const char*> cases[] = {
      {[](SynthOptions& o) { o.works = 0; }, "works"},
      {[](SynthOptions& o) { o.dmps = 0; }, "dmps"},
      {[](SynthOptions& o) { o.files = 0; }, "files"},
      {[](SynthOptions& o) { o.awkward_ratio = 1.5; }, "awkward-ratio"},
      {[](SynthOptions& o) { o.broken_ratio = 1; }, "broken-ratio"},
      {[](SynthOptions& o) { o.links_per_dmp = -1; }, "links-per-dmp"},
      {[](SynthOptions& o) { o.run_id = "2026-02-30"; }, "run-id"},
      {[](SynthOptions& o) { o.knobs = {"x=1"}; }, "unknown knob"}};
  for (const auto& [change, word] : cases) {
    SynthOptions options = options_for(folder / "w");
    change(options);
    const auto made = synthesise(options);
    ASSERT_FALSE(made) << word;
    EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(made.error().message.find(word), std::string::npos);
  }
  std::ofstream(folder / "occupied") << "x";
  EXPECT_FALSE(fs::exists(folder / "w"));
}

}  // namespace
}  // namespace dmp::synth
