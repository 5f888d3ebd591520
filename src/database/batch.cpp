#include "database/batch.h"

#include "database/staged_json.h"
#include "text/collation.h"
#include "text/dates.h"
#include "text/unicode.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

namespace dmp::database {

namespace {

constexpr std::size_t kShortText = 255;  // code points
constexpr std::size_t kVenue = 1000;     // code points
constexpr std::size_t kTitleBytes = 65'535;
constexpr std::size_t kAbstractBytes = 16'777'215;
constexpr std::size_t kHashBytes = 16;

// Those the application shows. Source: spec database.md 1.
constexpr std::array<std::string_view, 27> kWorkTypes{
    "ARTICLE",      "AUDIO_VISUAL",    "BOOK",
    "BOOK_CHAPTER", "DATASET",         "DISSERTATION",
    "EDITORIAL",    "ERRATUM",         "EVENT",
    "GRANT",        "IMAGE",           "INTERACTIVE_RESOURCE",
    "LETTER",       "LIBGUIDES",       "OTHER",
    "PARATEXT",     "PEER_REVIEW",     "PHYSICAL_OBJECT",
    "PREPRINT",     "REFERENCE_ENTRY", "REPORT",
    "RETRACTION",   "REVIEW",          "SOFTWARE",
    "SOUND",        "STANDARD",        "SUPPLEMENTARY_MATERIALS"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The 16 bytes; empty when it is not 32 hex digits.
std::string hash_bytes(std::string_view hex) {
  std::string bytes;
  if (hex.size() != 2 * kHashBytes) return bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

bool is_longer(std::string_view text, std::size_t code_points) {
  return text.size() > code_points &&
         text::count_code_points(text) > code_points;
}

// The longest beginning of whole code points: of so many, in so many bytes.
std::string beginning(std::string_view text, std::size_t code_points,
                      std::size_t bytes) {
  std::size_t end = 0;
  for (std::size_t at = 0, n = 0; at < text.size() && n < code_points; ++n) {
    text::next_code_point(text, at);
    if (at > bytes) break;
    end = at;
  }
  return std::string(text.substr(0, end));
}

void cut_bytes(std::optional<std::string>& text, std::size_t most,
               const char* name, Counters& counts) {
  if (!text || text->size() <= most) return;
  text = beginning(*text, text->size(), most);
  counts.add(name);
}

// Finite as the tables have it.
bool fits(double score) {
  return std::abs(score) <= std::numeric_limits<float>::max();
}

// Why a work cannot be staged; empty: it can.
std::string_view why_not(const model::Work& work) {
  if (work.doi.empty() || is_longer(work.doi, kShortText)) return "bad-doi";
  const auto& hash = work.version_hash.empty() ? work.hash : work.version_hash;
  if (hash_bytes(hash).empty()) return "bad-hash";
  if (is_longer(work.work_type, kShortText) ||
      is_longer(work.source_name, kShortText)) {
    return "name-too-long";
  }
  return {};
}

WorkVersion version_of(const model::Work& work, Counters& counts) {
  WorkVersion version;
  version.doi = work.doi;
  version.hash =
      hash_bytes(work.version_hash.empty() ? work.hash : work.version_hash);
  version.work_type = work.work_type;
  if (std::find(kWorkTypes.begin(), kWorkTypes.end(), work.work_type) ==
      kWorkTypes.end()) {
    version.work_type = "OTHER";
    counts.add("type-other");
  }
  if (work.publication_date)
    version.publication_date = text::format_day(*work.publication_date);
  version.title = work.title;
  cut_bytes(version.title, kTitleBytes, "title-cut", counts);
  version.abstract_text = work.abstract_text;
  cut_bytes(version.abstract_text, kAbstractBytes, "abstract-cut", counts);
  version.authors = authors_json(work.authors);
  version.institutions = organisations_json(work.institutions);
  version.funders = organisations_json(work.funders);
  version.awards = awards_json(work.awards);
  version.publication_venue = work.publication_venue;
  if (work.publication_venue && is_longer(*work.publication_venue, kVenue)) {
    version.publication_venue = beginning(*work.publication_venue, kVenue,
                                          work.publication_venue->size());
    counts.add("venue-cut");
  }
  version.source_name = work.source_name;
  version.source_url = work.source_url.value_or("");
  if (is_longer(version.source_url, kShortText)) {
    version.source_url.clear();
    counts.add("url-dropped");
  }
  return version;
}

// The works of a plan that can be staged: one for each DOI under the
// collation, the one with the highest score.
std::vector<const model::Match*> fit_to_stage(const model::PlanMatches& matches,
                                              Counters& counts) {
  std::map<std::string, std::size_t> seen;
  std::vector<const model::Match*> kept;
  for (const model::Match& match : matches.works) {
    std::string_view reason = why_not(match.work);
    if (reason.empty() && !(fits(match.score) && fits(matches.score_max)))
      reason = "bad-score";
    if (!reason.empty()) {
      counts.add(reason);
      continue;
    }
    const auto [place, is_new] =
        seen.try_emplace(text::collation_key(match.work.doi), kept.size());
    if (is_new) {
      kept.push_back(&match);
      continue;
    }
    counts.add("same-work");
    const model::Match*& other = kept[place->second];
    if (match.score > other->score) other = &match;
  }
  return kept;
}

}  // namespace

Batch batch_of(std::int64_t plan_id, const model::PlanMatches& matches,
               Counters& counts) {
  Batch batch;
  for (const model::Match* match : fit_to_stage(matches, counts)) {
    batch.works.push_back(version_of(match->work, counts));
    const WorkVersion& work = batch.works.back();
    batch.links.push_back(
        {plan_id,
         {work.doi, work.hash, LinkSource::system_matched, LinkStatus::pending,
          static_cast<float>(match->score),
          static_cast<float>(matches.score_max), evidence_of(*match)}});
  }
  return batch;
}

std::optional<WorkVersion> staged_work(const model::Work& work,
                                       Counters& counts) {
  if (const auto reason = why_not(work); !reason.empty()) {
    counts.add(reason);
    return std::nullopt;
  }
  return version_of(work, counts);
}

StagedLink accepted_link(std::int64_t plan_id, const WorkVersion& work) {
  return {plan_id,
          {work.doi, work.hash, LinkSource::user_added, LinkStatus::accepted, 1,
           1, evidence_of({})}};
}

}  // namespace dmp::database
