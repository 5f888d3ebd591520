#include "match/award_match.h"

#include <optional>

namespace dmp::match {

namespace {

enum class Agreement : std::uint8_t { agree, unknown, disagree };

bool names_agree(const FunderFamily& family, const std::string& name,
                 const SearchOptions& options) {
  const std::string key = analysed_name(name);
  if (family.names.contains(key)) return true;
  if (options.funder_name_rule == FunderNameRule::equal ||
      family.own_name.empty())
    return false;
  const std::string padded = " " + key + " ";
  return padded.find(" " + family.own_name + " ") != std::string::npos;
}

Agreement stated_agreement(const FunderFamily& family,
                           const model::WorkAward& award,
                           const SearchOptions& options) {
  for (const auto& ror : award.funder_rors) {
    if (family.rors.contains(ror)) return Agreement::agree;
  }
  for (const auto& name : award.funder_names) {
    if (names_agree(family, name, options)) return Agreement::agree;
  }
  return Agreement::disagree;
}

// The award's own funders, else all of the work.
Agreement agreement(const FunderFamily& family, const model::WorkAward& award,
                    const model::Work& work, const SearchOptions& options) {
  if (family.empty()) return Agreement::unknown;
  if (!award.funder_rors.empty() || !award.funder_names.empty())
    return stated_agreement(family, award, options);
  if (work.funders.empty()) return Agreement::unknown;
  for (const auto& funder : work.funders) {
    if (funder.ror && family.rors.contains(*funder.ror))
      return Agreement::agree;
    if (funder.name && names_agree(family, *funder.name, options))
      return Agreement::agree;
  }
  return Agreement::disagree;
}

AwardHit full_hit(const SearchOptions& options) {
  AwardHit hit;
  hit.points = options.award_full;
  hit.full = true;
  hit.how = "award-strong";
  return hit;
}

AwardHit checked_hit(const AwardVariant& variant, Agreement says,
                     const SearchOptions& options) {
  AwardHit hit = full_hit(options);
  if (variant.strong) {
    hit.mismatch = says == Agreement::disagree;
    return hit;
  }
  switch (says) {
    case Agreement::agree:
      hit.how = "award-agree";
      break;
    case Agreement::unknown:
      hit.points = options.award_unknown;
      hit.full = false;
      hit.how = "award-unknown";
      break;
    case Agreement::disagree:
      hit.points = options.award_disagree;
      hit.full = false;
      hit.how = "award-disagree";
      break;
  }
  return hit;
}

// The best of the spellings that hit.
AwardHit best_hit(const AwardClause& clause, WorkView& view, std::size_t child,
                  const SearchOptions& options) {
  AwardHit best;
  const std::string& id = view.award_lower(child);
  const bool checks = options.improves(Improvement::award_funders);
  std::optional<Agreement> says;
  for (const auto& variant : clause.variants) {
    if (variant.lower != id) continue;
    const model::Work& work = view.work();
    if (checks && !says)
      says = agreement(clause.family, work.awards[child], work, options);
    const AwardHit hit =
        checks ? checked_hit(variant, *says, options) : full_hit(options);
    if (hit.points > best.points) best = hit;
  }
  return best;
}

// The awards of the plan that hit in full, by clause.
std::vector<bool> hit_in_full(const PlanQuery& query,
                              const std::vector<AwardHit>& hits) {
  std::vector<bool> full(query.awards.size(), false);
  for (const auto& hit : hits) full[hit.clause] = full[hit.clause] || hit.full;
  return full;
}

}  // namespace

std::vector<AwardHit> award_hits(const PlanQuery& query, WorkView& work,
                                 const SearchOptions& options) {
  std::vector<AwardHit> hits;
  for (std::size_t child = 0; child < work.work().awards.size(); ++child) {
    for (std::size_t i = 0; i < query.awards.size(); ++i) {
      AwardHit hit = best_hit(query.awards[i], work, child, options);
      if (hit.points == 0) continue;
      hit.clause = i;
      hit.child = child;
      hits.push_back(hit);
    }
  }
  const auto full = hit_in_full(query, hits);
  std::erase_if(
      hits, [&](const AwardHit& hit) { return !hit.full && full[hit.clause]; });
  return hits;
}

std::vector<AwardHit> weak_awards(const PlanQuery& query,
                                  const std::vector<AwardHit>& hits) {
  std::vector<AwardHit> best(query.awards.size());
  for (const auto& hit : hits) {
    if (!hit.full && hit.points > best[hit.clause].points)
      best[hit.clause] = hit;
  }
  std::erase_if(best, [](const AwardHit& hit) { return hit.points == 0; });
  return best;
}

}  // namespace dmp::match
