#include "synth/funder_lists.h"

#include "dmps/external_data.h"
#include "storage/files.h"
#include "storage/manifest.h"
#include "synth/works.h"
#include "text/dates.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace dmp::synth {
namespace {

using What = World::What;

// Class and parts of a number as the plan writes it. Source: enrichment.md 3.
model::AwardId award_id(AwardStyle style, const std::string& number) {
  model::AwardId id{"generic", {{number, "text"}}};
  switch (style) {
    case AwardStyle::nsf:
      id.award_class = "dmpworks.funders.nsf_award_id.NSFAwardID";
      id.parts.push_back({number, "award_id"});
      break;
    case AwardStyle::nih:  // R01AI176039
      id.award_class = "dmpworks.funders.nih_award_id.NIHAwardID";
      id.parts.push_back({number.substr(0, 3), "activity_code"});
      id.parts.push_back({number.substr(3, 2), "institute_code"});
      id.parts.push_back({number.substr(5), "serial_number"});
      break;
    default:
      id.parts.push_back({number, "id"});
  }
  return id;
}

// The award that the plan names, if it is that of its project: no filler.
const Funding* named_award(const Plan& plan) {
  if (plan.funding.empty() || plan.funding[0].award.empty()) return nullptr;
  const Funding& funding = plan.funding[0];
  return funding.award == plan.project.funding[0].award ? &funding : nullptr;
}

// A chance each, so that no knob shifts what others decide.
std::vector<std::string> listed_dois(const World& world, const Plan& plan) {
  Random random(child(world.key(What::plan_says, plan.number), 8));
  const std::uint64_t first = world.first_slot(plan.number);
  const std::uint64_t count = world.slots(plan.number);
  std::vector<std::string> dois;
  for (std::uint64_t slot = first; slot < first + count; ++slot) {
    const bool listed = random.chance(world.knobs().funder_lists);
    if (listed && is_paid_by_award(world, slot, plan.project))
      dois.push_back(doi_of_slot(world, slot));
  }
  std::sort(dois.begin(), dois.end());
  return dois;
}

text::Micros instant_of(text::Day day) {
  return text::Micros{day} * 86'400'000'000;
}

// As a Publication makes it, but of another day than today.
Status write_manifest(const std::filesystem::path& stage_dir,
                      const std::filesystem::path& table, std::int64_t rows,
                      text::Day day) {
  storage::Manifest manifest;
  manifest.stage = dmps::kEnrichmentStage;
  manifest.version = storage::kFormatVersion;
  manifest.created_at = text::format_instant(instant_of(day));
  manifest.rows_in = manifest.rows_out = rows;
  manifest.synthetic = true;
  storage::ManifestFile file;
  file.path = table.filename().string();
  std::error_code failed;
  file.bytes = std::filesystem::file_size(table, failed);
  if (failed)
    return Error{ErrorCode::io, table.string() + ": " + failed.message()};
  file.rows = rows;
  DMP_ASSIGN(file.sha256, storage::sha256_file(table));
  manifest.files.push_back(std::move(file));
  manifest.key = storage::stage_key(manifest);
  return storage::write_file_atomically(stage_dir / "manifest.json",
                                        storage::manifest_json(manifest));
}

}  // namespace

std::optional<model::ExternalData> funder_list(const World& world,
                                               std::uint32_t number) {
  const Plan plan = world.plan(number);
  const Funding* const funding = named_award(plan);
  if (funding == nullptr) return std::nullopt;
  const Organisation& funder = world.organisations()[funding->funder];
  model::EnrichedAward award;
  award.funded_dois = listed_dois(world, plan);
  if (award.funded_dois.empty()) return std::nullopt;
  award.funder_name = funder.name;
  award.funder_ror = funder.ror;
  award.id = award_id(funder.style, funding->award);
  model::ExternalData data;
  data.doi = plan.doi;
  data.updated = data.changed = award.fetched_at = instant_of(world.today());
  data.awards.push_back(std::move(award));
  return data;
}

Status write_funder_lists(const World& world,
                          const std::vector<std::uint32_t>& plans,
                          const std::filesystem::path& stage_dir) {
  std::vector<model::ExternalData> rows;
  for (const std::uint32_t plan : plans) {
    if (auto row = funder_list(world, plan)) rows.push_back(*std::move(row));
  }
  DMP_TRY(storage::make_folder(stage_dir));
  const auto table = stage_dir / "external_data_0.parquet";
  DMP_TRY(dmps::write_external_data(rows, table));
  return write_manifest(stage_dir, table,
                        static_cast<std::int64_t>(rows.size()), world.today());
}

}  // namespace dmp::synth
