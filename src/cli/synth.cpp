#include "synth/synth.h"

#include "base/log.h"
#include "cli/commands.h"

#include <filesystem>

namespace dmp::cli {

namespace {

std::vector<Option> options() {
  const auto number = [](const char* name, const char* help,
                         const char* fallback, double least) {
    return Option{name, OptionType::integer, help, fallback, "", -1, false, {},
                  least};
  };
  const auto real = [](const char* name, const char* help, const char* fallback,
                       double most) {
    return Option{name, OptionType::real, help, fallback, "", -1, false, {}, 0,
                  most};
  };
  return {
      {"out-dir", OptionType::path, "Must be empty or absent.", "", "", 0,
       true},
      number("works",
             "Distinct works; they overlap between sources as in reality.",
             "100000", 1),
      number("dmps", "DMPs.", "1000", 1),
      real("links-per-dmp", "Mean number of true works per DMP.", "5", 1e6),
      real("distractors", "Mean number of near misses per DMP.", "5", 1e6),
      real("awkward-ratio",
           "Share of records with an oddity of the real world.", "0.02", 1),
      real("broken-ratio", "Share of lines that are not valid records.", "0",
           1),
      {"papers", OptionType::list,
       "Real titles, abstracts, authors, dates: JSON lines, plain, .gz or "
       ".zst."},
      {"noise",
       OptionType::choice,
       "Preset of all knobs.",
       "typical",
       "",
       -1,
       false,
       {"clean", "typical", "poor"}},
      {"knob", OptionType::list,
       "NAME=VALUE: one difficulty over the preset; an unknown name lists them "
       "all."},
      number("seed", "Seed.", "1", 0),
      {"run-id", OptionType::date, "Run id and snapshot date.", "2026-01-01"},
      number("files", "Files per source.", "16", 1),
      {"sources",
       OptionType::list,
       "What is written: all.",
       "",
       "",
       -1,
       false,
       {"openalex-works", "crossref-metadata", "datacite", "ror",
        "data-citation-corpus", "dmps", "madmp"}}};
}

synth::Sources sources_of(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const auto has = [&](std::string_view name) {
    for (const auto& one : names) {
      if (one == name) return true;
    }
    return false;
  };
  return {has("openalex-works"),
          has("crossref-metadata"),
          has("datacite"),
          has("ror"),
          has("data-citation-corpus"),
          has("dmps"),
          has("madmp")};
}

synth::Noise noise_of(const Values& values) {
  const std::string noise = values.text("noise");
  return noise == "clean"  ? synth::Noise::clean
         : noise == "poor" ? synth::Noise::poor
                           : synth::Noise::typical;
}

// Before any work: knobs that exist, an empty place, papers that are there.
void check_world(const Values& values, Problems& problems) {
  const auto knobs = synth::make_knobs(noise_of(values), values.list("knob"));
  if (!knobs) problems.lines.push_back("--knob: " + knobs.error().message);
  std::error_code failed;
  const std::filesystem::path out = values.text("out-dir");
  if (std::filesystem::exists(out, failed) &&
      !std::filesystem::is_empty(out, failed))
    problems.lines.push_back("--out-dir: " + out.string() +
                             ": not an empty folder");
  for (const auto& papers : values.list("papers")) {
    if (!std::filesystem::exists(papers, failed))
      problems.lines.push_back("--papers: " + papers + ": no such file");
  }
}

}  // namespace

Entry synth_command() {
  Command command{
      {"synth"},
      "Make a labelled world in all source formats, deterministic for a seed.",
      options()};
  return {command,
          [](const Values& values) -> Status {
            synth::SynthOptions synth;
            synth.out_dir = values.text("out-dir");
            synth.works = static_cast<std::uint64_t>(values.integer("works"));
            synth.dmps = static_cast<std::uint32_t>(values.integer("dmps"));
            synth.links_per_dmp = values.real("links-per-dmp");
            synth.distractors = values.real("distractors");
            synth.awkward_ratio = values.real("awkward-ratio");
            synth.broken_ratio = values.real("broken-ratio");
            for (const auto& papers : values.list("papers"))
              synth.papers.emplace_back(papers);
            synth.noise = noise_of(values);
            synth.knobs = values.list("knob");
            synth.seed = static_cast<std::uint64_t>(values.integer("seed"));
            synth.run_id = values.text("run-id");
            synth.files = static_cast<int>(values.integer("files"));
            synth.sources = sources_of(values.list("sources"));
            synth.threads = threads_of(values);
            if (!values.flag("quiet")) {
              synth.progress = [](std::string_view line) {
                log::info("{}", line);
              };
            }
            return synth::synthesise(synth);
          },
          check_world};
}

}  // namespace dmp::cli
