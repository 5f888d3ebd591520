#pragma once

#include "synth/synth.h"
#include "synth/world.h"

#include <filesystem>
#include <string_view>

namespace dmp::synth {

// The files of a world, by groups. Each function writes what options.sources
// asks for; none depends on another. Errors: io.
struct Output {
  const SynthOptions& options;
  const World& world;

  Status write_registry() const;    // ror/
  Status write_plans() const;       // dmps/, madmp/
  Status write_truth() const;       // ground_truth.csv, meta/
  Status write_enrichment() const;  // enrich-dmps/, with knob funder_lists
  Status write_works() const;       // the three sources and the corpus
  Status write_settings() const;    // env.local

  // <source>/<run>/download
  std::filesystem::path download(std::string_view source) const {
    return options.out_dir / source / options.run_id / "download";
  }
};

}  // namespace dmp::synth
