#include "synth/synth.h"

#include "synth/output.h"
#include "synth/papers.h"
#include "text/dates.h"

#include <fmt/format.h>

#include <optional>

namespace dmp::synth {
namespace {

Error refuse(std::string message) {
  return Error{ErrorCode::invalid_argument, std::move(message)};
}

Status check(const SynthOptions& options) {
  const auto share = [](double x) { return x >= 0 && x <= 1; };
  if (options.works < 1 || options.works > (std::uint64_t{1} << 40))
    return refuse("works: at least 1 expected");
  if (options.dmps < 1) return refuse("dmps: at least 1 expected");
  if (options.files < 1 || options.files > 100'000)
    return refuse("files: 1 to 100,000 expected");
  if (!(options.links_per_dmp >= 0 && options.links_per_dmp <= 10'000))
    return refuse("links-per-dmp: 0 to 10,000 expected");
  if (!(options.distractors >= 0 && options.distractors <= 10'000))
    return refuse("distractors: 0 to 10,000 expected");
  if (!share(options.awkward_ratio))
    return refuse("awkward-ratio: 0 to 1 expected");
  if (!(options.broken_ratio >= 0 && options.broken_ratio < 1))
    return refuse("broken-ratio: 0 to below 1 expected");
  const auto day = text::parse_date(options.run_id);
  if (options.run_id.size() != 10 || !day ||
      day->precision != text::Precision::day)
    return refuse(
        fmt::format("run-id '{}': a date YYYY-MM-DD expected", options.run_id));
  std::error_code failed;
  if (std::filesystem::exists(options.out_dir, failed) &&
      !std::filesystem::is_empty(options.out_dir, failed))
    return refuse(
        fmt::format("{}: not an empty folder", options.out_dir.string()));
  return {};
}

}  // namespace

Status synthesise(const SynthOptions& options) {
  DMP_TRY(check(options));
  DMP_ASSIGN(const Knobs knobs, make_knobs(options.noise, options.knobs));
  const text::Day today = text::parse_date(options.run_id)->first;
  const World::Size size{options.works, options.dmps, options.links_per_dmp,
                         options.distractors};
  World world(options.seed, size, knobs, today);
  // With papers: real texts and names, cast as plans and works.
  std::optional<PaperStore> papers;
  if (!options.papers.empty()) {
    DMP_ASSIGN(papers, PaperStore::read(options.papers, options.out_dir));
    world.use_papers(*papers);
  }
  const Output output{options, world};

  // The registry: who funds and who employs.
  DMP_TRY(output.write_registry());
  // The plans, and which works are theirs.
  DMP_TRY(output.write_plans());
  DMP_TRY(output.write_truth());
  DMP_TRY(output.write_enrichment());
  // The works, block by block, into the files of all sources at once.
  DMP_TRY(output.write_works());
  if (papers && papers->failed())
    return Error{ErrorCode::io, "papers: the temporary file cannot be read"};
  // What a user of the world needs beside it; last, so that it says complete.
  return output.write_settings();
}

}  // namespace dmp::synth
