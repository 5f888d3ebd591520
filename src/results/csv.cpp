#include "results/csv.h"

#include "results/evidence.h"
#include "results/match_json.h"
#include "storage/files.h"
#include "text/dates.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

namespace dmp::results {
namespace {

constexpr std::string_view kMatchColumns =
    "dmp_doi,plan_id,rank,work_doi,title,work_type,publication_date,"
    "publication_venue,source_name,source_url,score,score_max,band,signals,"
    "date_status,funder_mismatch,funded_doi,content_score,author_matches,"
    "institution_matches,funder_matches,award_matches,related_doi_matches,"
    "probability,log_odds,weights\n";

std::string match_row(const model::PlanMatches& plan, std::size_t index) {
  const model::Match& match = plan.works[index];
  const model::Work& work = match.work;
  const auto maybe = [](const std::optional<std::string>& text) {
    return text ? csv_field(*text) : std::string();
  };
  return fmt::format(
      "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},"
      "{},{}\n",
      csv_field(plan.plan_doi),
      plan.plan_id ? std::to_string(*plan.plan_id) : "", index + 1,
      csv_field(work.doi), maybe(work.title), csv_field(work.work_type),
      work.publication_date ? text::format_day(*work.publication_date) : "",
      maybe(work.publication_venue), csv_field(work.source_name),
      maybe(work.source_url), match.score, plan.score_max,
      band_name(band_of(match.score, plan.score_max)),
      fmt::join(signals_of(match), ";"), csv_field(match.date_status),
      match.funder_mismatch, match.doi_found, match.content_score,
      match.authors.size(), match.institutions.size(), match.funders.size(),
      match.awards.size(),
      match.intra_work_dois.size() + match.possible_shared_project_dois.size() +
          match.dataset_citation_dois.size(),
      match.linkage ? fmt::format("{}", match.linkage->probability) : "",
      match.linkage ? fmt::format("{}", match.linkage->log_odds) : "",
      match.linkage ? csv_field(weights_json(match.linkage->weights)) : "");
}

}  // namespace

std::string csv_field(std::string_view text) {
  const bool needs_quotes =
      text.find_first_of(",\"\r\n") != std::string_view::npos ||
      (!text.empty() && (text.front() == ' ' || text.back() == ' '));
  if (!needs_quotes) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

CsvReader::CsvReader(std::string text) : text_(std::move(text)) {
  if (text_.rfind("\xEF\xBB\xBF", 0) == 0) at_ = 3;
}

bool CsvReader::next(std::vector<std::string>& fields) {
  while (read_record(fields)) {
    if (fields.size() > 1 || !fields[0].empty()) return true;
  }
  return false;
}

bool CsvReader::read_record(std::vector<std::string>& fields) {
  fields.clear();
  if (at_ >= text_.size()) return false;
  record_line_ = line_;
  std::string field;
  bool in_quotes = false;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '\n') ++line_;
    if (in_quotes) {
      if (c != '"') {
        field += c;
      } else if (at_ < text_.size() && text_[at_] == '"') {
        field += text_[at_++];
      } else {
        in_quotes = false;
      }
    } else if (c == '"' && field.empty()) {
      in_quotes = true;
    } else if (c == ',') {
      fields.push_back(std::exchange(field, {}));
    } else if (c == '\n') {
      break;
    } else if (c != '\r' || (at_ < text_.size() && text_[at_] != '\n')) {
      field += c;
    }
  }
  fields.push_back(std::move(field));
  return true;
}

std::optional<std::string> lacking_column(
    const std::filesystem::path& file, const std::vector<std::string>& wanted) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  constexpr std::size_t kMostHeader = std::size_t{64} << 10;
  std::string text(kMostHeader, '\0');
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  CsvReader csv(std::move(text));
  std::vector<std::string> header;
  csv.next(header);
  for (const auto& names : wanted) {
    const auto is_named = [&](std::string_view title) {
      return ("|" + names + "|").find(fmt::format("|{}|", text::trim(title))) !=
             std::string::npos;
    };
    if (!std::any_of(header.begin(), header.end(), is_named))
      return names.substr(0, names.find('|'));
  }
  return std::nullopt;
}

Result<MatchCsvWriter> MatchCsvWriter::create(
    const std::filesystem::path& path) {
  MatchCsvWriter writer;
  writer.path_ = path;
  writer.out_.open(path, std::ios::binary | std::ios::trunc);
  writer.out_ << kMatchColumns;
  if (!writer.out_) {
    return storage::write_error(path);
  }
  return writer;
}

Status MatchCsvWriter::put(const model::PlanMatches& matches) {
  for (std::size_t index = 0; index < matches.works.size(); ++index) {
    out_ << match_row(matches, index);
    ++rows_;
  }
  if (!out_) return storage::write_error(path_);
  return {};
}

Result<std::int64_t> MatchCsvWriter::finish() {
  out_.close();
  if (!out_) return storage::write_error(path_);
  DMP_TRY(storage::sync_to_disk(path_));
  return rows_;
}

}  // namespace dmp::results
