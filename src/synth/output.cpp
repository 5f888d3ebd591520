#include "synth/output.h"

#include "base/json_writer.h"
#include "dmps/external_data.h"
#include "storage/gzip_file.h"
#include "storage/manifest.h"
#include "synth/funder_lists.h"
#include "synth/plans.h"
#include "synth/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <numeric>
#include <set>

namespace dmp::synth {
namespace {

constexpr std::uint32_t kPlansPerFile = 25'000;
constexpr std::uint32_t kListed = 10;  // a tenth of the plans is in the lists

// Plans in the order of their DOI, which does not follow their number.
std::vector<std::uint32_t> by_doi(const World& world) {
  std::vector<std::string> dois(world.plans());
  for (std::uint32_t p = 0; p < world.plans(); ++p) dois[p] = world.plan_doi(p);
  std::vector<std::uint32_t> order(world.plans());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return dois[a] < dois[b];
  });
  return order;
}

std::optional<Oddity> oddity_of(const Output& output, std::uint32_t plan,
                                OddityRange range) {
  Random random = output.world.random(
      World::What::plan_says, plan + (std::uint64_t{1} << 40) +
                                  static_cast<std::uint64_t>(range.first));
  return choose_oddity(output.world.knobs(), output.options.awkward_ratio,
                       range, random);
}

// Plans of one export file, with a few records that are none: a reader that
// gives up at more than ten in a file must not.
class ExportFile {
 public:
  void append(const Output& output, std::uint32_t number, std::string& out) {
    append_export_line(output.world, output.world.plan(number),
                       oddity_of(output, number, kExportOddities), out);
    if (number % 4 != 0 || strays_ == kMostStrays) return;
    const auto stray = oddity_of(output, number, kExportStrays);
    if (!stray) return;
    append_export_stray(*stray, out);
    ++strays_;
  }

 private:
  static constexpr int kMostStrays = 10;
  int strays_ = 0;
};

void append_plan_madmp(const Output& output, std::uint32_t number,
                       std::string& out) {
  append_madmp(output.world, output.world.plan(number),
               oddity_of(output, number, kMadmpOddities), out);
}

// The subset lists of a tenth of the plans: see spec jobs.md 5.
struct Lists {
  std::vector<std::string> work_dois, dmp_dois;
  std::set<std::uint32_t> institutions;
};

Status write_lists(const Output& output, const Lists& lists) {
  const std::filesystem::path folder = output.options.out_dir / "meta";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  const auto dois = [](const std::vector<std::string>& all) {
    std::string text;
    JsonWriter json(text);
    json.begin_array();
    for (const std::string& doi : all) json.value(doi);
    json.end_array();
    return text + "\n";
  };
  std::string places;
  JsonWriter json(places);
  json.begin_array();
  for (const std::uint32_t i : lists.institutions)
    json.begin_object()
        .member("name", output.world.organisations()[i].name)
        .member("ror", output.world.organisations()[i].ror)
        .end_object();
  json.end_array();
  places += '\n';
  DMP_TRY(storage::write_file_atomically(folder / "work_dois.json",
                                         dois(lists.work_dois)));
  DMP_TRY(storage::write_file_atomically(folder / "dmp_dois.json",
                                         dois(lists.dmp_dois)));
  DMP_TRY(storage::write_file_atomically(folder / "institutions.json", places));
  return storage::write_file_atomically(folder / "dmp_institutions.json",
                                        places);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// The truth of one plan, works in the order of their DOI.
void append_truth(const World& world, std::uint32_t number, Work& work,
                  Lists* lists, std::string& out) {
  const Plan plan = world.plan(number);
  std::vector<std::pair<std::string, std::string>> lines;
  const std::uint64_t first = world.first_slot(number);
  const std::uint64_t count = world.slots(number);
  for (std::uint64_t slot = first; slot < first + count; ++slot) {
    make_work(world, slot, Texts::without, work);
    const bool accepted = work.role == Role::output;
    lines.emplace_back(work.doi,
                       fmt::format("{},{}", accepted ? "ACCEPTED" : "REJECTED",
                                   evidence(plan, work)));
    if (lists && accepted) lists->work_dois.push_back(work.doi);
  }
  if (lists) {
    lists->dmp_dois.push_back(plan.doi);
    for (const Author& author : plan.authors)
      lists->institutions.insert(author.institutions.begin(),
                                 author.institutions.end());
  }
  std::sort(lines.begin(), lines.end());
  for (const auto& [doi, rest] : lines)
    out += fmt::format("{},{},{}\n", plan.doi, doi, rest);
}

}  // namespace

Status Output::write_registry() const {
  if (!options.sources.ror) return {};
  return write_ror(
      world.organisations(), options.run_id,
      options.awkward_ratio > 0 && world.knobs().registry_litter > 0,
      download("ror"));
}

Status Output::write_plans() const {
  const std::vector<std::uint32_t> order = by_doi(world);
  std::string line;
  for (std::uint32_t begin = 0, file = 1; begin < order.size();
       begin += kPlansPerFile, ++file) {
    const std::uint32_t end = std::min(begin + kPlansPerFile, world.plans());
    const auto write = [&](const std::filesystem::path& path,
                           auto append) -> Status {
      DMP_ASSIGN(storage::GzipFile gzip, storage::GzipFile::create(path));
      for (std::uint32_t i = begin; i < end; ++i) {
        line.clear();
        append(order[i], line);
        DMP_TRY(gzip.write(line));
      }
      DMP_TRY(gzip.finish());
      return {};
    };
    if (options.sources.dmps)
      DMP_TRY(write(download("dmps") / fmt::format("coki-dmps_{}_{}.jsonl.gz",
                                                   options.run_id, file),
                    [&, records = ExportFile()](std::uint32_t plan,
                                                std::string& out) mutable {
                      records.append(*this, plan, out);
                    }));
    if (options.sources.madmp)
      DMP_TRY(write(download("madmp") / fmt::format("madmp_{}_{}.jsonl.gz",
                                                    options.run_id, file),
                    [&](std::uint32_t plan, std::string& out) {
                      append_plan_madmp(*this, plan, out);
                    }));
  }
  return {};
}

Status Output::write_truth() const {
  const std::filesystem::path path = options.out_dir / "ground_truth.csv";
  std::error_code failed;
  std::filesystem::create_directories(options.out_dir, failed);
  const std::unique_ptr<std::FILE, CloseFile> file(
      std::fopen(path.c_str(), "wb"));
  const auto refused = [&] {
    return Error{ErrorCode::io,
                 fmt::format("{}: {}", path.string(), std::strerror(errno))};
  };
  if (!file) return refused();
  Lists lists;
  Work work;
  std::string text = "dmp_doi,work_doi,status,evidence\n";
  for (const std::uint32_t number : by_doi(world)) {
    append_truth(world, number, work, number % kListed == 0 ? &lists : nullptr,
                 text);
    if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size())
      return refused();
    text.clear();
  }
  if (std::fflush(file.get()) != 0) return refused();
  return write_lists(*this, lists);
}

Status Output::write_enrichment() const {
  if (world.knobs().funder_lists == 0) return {};
  if (!options.sources.dmps && !options.sources.madmp) return {};
  return write_funder_lists(
      world, by_doi(world),
      options.out_dir / dmps::kEnrichmentStage / options.run_id);
}

// Variables of spec jobs.md 7; paths are relative to this folder, so that the
// file is the same everywhere.
Status Output::write_settings() const {
  std::string text =
      "# A world made by dmpworks synth; paths are relative to its folder.\n";
  text += "DATA_DIR=.\n";
  text +=
      "DATASET_SUBSET_INSTITUTIONS_PATH=${DATA_DIR}/meta/institutions.json\n";
  text += "DATASET_SUBSET_DOIS_PATH=${DATA_DIR}/meta/work_dois.json\n";
  text += "DMP_SUBSET_ENABLE=false\n";
  text +=
      "DMP_SUBSET_INSTITUTIONS_PATH=${DATA_DIR}/meta/dmp_institutions.json\n";
  text += "DMP_SUBSET_DOIS_PATH=${DATA_DIR}/meta/dmp_dois.json\n";
  for (const std::string_view source :
       {"CROSSREF_METADATA", "DATACITE", "OPENALEX"})
    text +=
        fmt::format("SQLMESH__VARIABLES__AUDIT_{}_WORKS_THRESHOLD=1\n", source);
  text += fmt::format("SQLMESH__VARIABLES__PROCESS_WORKS_RUN_ID={}\n",
                      options.run_id);
  return storage::write_file_atomically(options.out_dir / "env.local", text);
}

}  // namespace dmp::synth
