#include "results/ground_truth.h"

#include "results/csv.h"
#include "storage/files.h"
#include "text/doi.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dmp::results {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::size_t column_of(const std::vector<std::string>& header,
                      std::string_view name, std::string_view old_name) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string_view title = text::trim(header[i]);
    if (title == name || title == old_name) return i;
  }
  return kNone;
}

std::string_view field_at(const std::vector<std::string>& fields,
                          std::size_t index) {
  return index < fields.size() ? std::string_view(fields[index]) : "";
}

std::string doi_of(std::string_view text) {
  return text::doi_text(text, text::DoiField::typed).doi;
}

}  // namespace

Result<GroundTruth> GroundTruth::read(const std::filesystem::path& path) {
  DMP_ASSIGN(std::string text, storage::read_file(path));
  return parse(std::move(text), path.string());
}

Result<GroundTruth> GroundTruth::read_pairs(const std::filesystem::path& path) {
  DMP_ASSIGN(std::string text, storage::read_file(path));
  return parse(std::move(text), path.string(), Verdicts::all_accepted);
}

Result<GroundTruth> GroundTruth::parse(std::string text,
                                       const std::string& name) {
  return parse(std::move(text), name, Verdicts::of_a_column);
}

Result<GroundTruth> GroundTruth::parse(std::string text,
                                       const std::string& name,
                                       Verdicts verdicts) {
  CsvReader csv(std::move(text));
  std::vector<std::string> fields;
  csv.next(fields);
  const std::size_t dmp = column_of(fields, "dmp_doi", "dmpDoi");
  const std::size_t work = column_of(fields, "work_doi", "workDoi");
  const bool pairs = verdicts == Verdicts::all_accepted;
  const std::size_t verdict =
      pairs ? dmp : column_of(fields, "status", "status");
  for (const auto& [column, title] :
       {std::pair{dmp, "dmp_doi"}, {work, "work_doi"}, {verdict, "status"}}) {
    if (column == kNone) {
      return Error{ErrorCode::corrupt_input,
                   fmt::format("{}: no column {}", name, title)};
    }
  }
  GroundTruth truth;
  bool has_accepted = false;
  while (csv.next(fields)) {
    const std::string word =
        pairs ? "accepted"
              : text::to_lower(text::trim(field_at(fields, verdict)));
    if (word != "accepted" && word != "rejected") continue;
    std::string dmp_doi = doi_of(field_at(fields, dmp));
    std::string work_doi = doi_of(field_at(fields, work));
    if (dmp_doi.empty() || work_doi.empty()) {
      truth.warnings_.push_back(
          fmt::format("{}: line {}: no DOI", name, csv.line()));
      continue;
    }
    has_accepted = has_accepted || word == "accepted";
    truth.add(std::move(dmp_doi), std::move(work_doi),
              word == "accepted" ? Verdict::accepted : Verdict::rejected);
  }
  if (!has_accepted && !pairs) {
    return Error{ErrorCode::corrupt_input,
                 name + ": no row with status ACCEPTED"};
  }
  return truth;
}

void GroundTruth::add(std::string dmp_doi, std::string work_doi,
                      Verdict verdict) {
  Works& works = plans_[dmp_doi];
  const auto [place, is_new] = works.try_emplace(work_doi, verdict);
  if (is_new || place->second == verdict) return;
  place->second = Verdict::accepted;
  warnings_.push_back(
      fmt::format("{} {}: both ACCEPTED and REJECTED, taken as "
                  "ACCEPTED",
                  dmp_doi, work_doi));
}

void GroundTruth::leave_out(std::string_view dmp_doi) {
  const auto found = plans_.find(dmp_doi);
  if (found != plans_.end()) plans_.erase(found);
}

const GroundTruth::Works* GroundTruth::works_of(
    std::string_view dmp_doi) const {
  const auto found = plans_.find(dmp_doi);
  return found == plans_.end() ? nullptr : &found->second;
}

std::optional<Verdict> GroundTruth::verdict(std::string_view dmp_doi,
                                            std::string_view work_doi) const {
  const Works* works = works_of(dmp_doi);
  if (works == nullptr) return {};
  const auto found = works->find(work_doi);
  if (found == works->end()) return {};
  return found->second;
}

}  // namespace dmp::results
