#include "results/evidence.h"

#include "text/awards.h"

#include <algorithm>
#include <cmath>

namespace dmp::results {
namespace {

using model::ItemMatch;
using model::Match;

bool has_field(const ItemMatch& item, std::string_view part) {
  return std::any_of(item.fields.begin(), item.fields.end(),
                     [&](const std::string& field) {
                       return field.find(part) != std::string::npos;
                     });
}

template <class T>
const T* item_at(const std::vector<T>& items, int index) {
  if (index < 0 || static_cast<std::size_t>(index) >= items.size()) {
    return nullptr;
  }
  return &items[static_cast<std::size_t>(index)];
}

void add_entity(std::vector<Evidence::Entity>& entities, std::string name,
                Evidence::By by) {
  for (Evidence::Entity& entity : entities) {
    if (entity.name != name) continue;
    if (by == Evidence::By::identifier) entity.by = by;
    return;
  }
  entities.push_back({std::move(name), by});
}

std::vector<Evidence::Entity> organisations(
    const std::vector<ItemMatch>& items,
    const std::vector<model::Organisation>& known) {
  std::vector<Evidence::Entity> found;
  for (const ItemMatch& item : items) {
    const auto* organisation = item_at(known, item.index);
    if (organisation == nullptr) continue;
    const auto& name =
        organisation->name ? organisation->name : organisation->ror;
    if (!name) continue;
    add_entity(found, *name,
               has_field(item, ".ror.") ? Evidence::By::identifier
                                        : Evidence::By::name);
  }
  return found;
}

std::vector<Evidence::Entity> people(const Match& match) {
  std::vector<Evidence::Entity> found;
  for (const ItemMatch& item : match.authors) {
    const auto* author = item_at(match.work.authors, item.index);
    if (author == nullptr) continue;
    const auto& name = author->name.full      ? author->name.full
                       : author->name.surname ? author->name.surname
                                              : author->orcid;
    if (!name) continue;
    add_entity(found, *name,
               has_field(item, ".orcid.") ? Evidence::By::identifier
                                          : Evidence::By::name);
  }
  return found;
}

// The plan's name for who gave the award.
std::optional<std::string> funder_of(const std::string& award,
                                     const model::Plan* plan) {
  if (plan == nullptr) return {};
  const std::string wanted = text::normalise_award(award);
  for (const model::Funding& funding : plan->funding) {
    for (const auto* id : {&funding.award_id, &funding.funder_project_number,
                           &funding.funding_opportunity_id}) {
      if (!*id || !funding.funder_name) continue;
      const std::string known = text::normalise_award(**id);
      // "1R01AI176039-01" of the plan is R01AI176039 in the work.
      if (known == wanted ||
          (wanted.size() >= 6 && known.find(wanted) != std::string::npos)) {
        return funding.funder_name;
      }
    }
  }
  return {};
}

// What the score says of the award at that place of the work.
Evidence::Says says_of(const Match& match, int award) {
  for (const auto& clause : match.explain) {
    if (!clause.clause.starts_with("awards")) continue;
    for (const auto& item : clause.items) {
      if (item.work != award) continue;
      if (item.how == "award-disagree") return Evidence::Says::another;
      if (item.how == "award-unknown") return Evidence::Says::not_stated;
      if (item.how == "award-agree") return Evidence::Says::agrees;
    }
  }
  return match.funder_mismatch ? Evidence::Says::another
                               : Evidence::Says::agrees;
}

// The work's name for who gave the award.
std::optional<std::string> own_funder_of(const Match& match,
                                         const model::WorkAward& award) {
  if (!award.funder_names.empty()) return award.funder_names.front();
  const auto named =
      std::find_if(match.work.funders.begin(), match.work.funders.end(),
                   [](const auto& funder) { return funder.name.has_value(); });
  return named == match.work.funders.end() ? std::nullopt : named->name;
}

std::vector<Evidence::Award> awards(const Match& match,
                                    const model::Plan* plan) {
  std::vector<Evidence::Award> found;
  for (const ItemMatch& item : match.awards) {
    const auto* award = item_at(match.work.awards, item.index);
    if (award == nullptr) continue;
    const bool is_known = std::any_of(found.begin(), found.end(),
                                      [&](const Evidence::Award& other) {
                                        return other.number == award->award_id;
                                      });
    if (is_known) continue;
    Evidence::Award one{award->award_id, std::nullopt,
                        says_of(match, item.index)};
    if (one.says == Evidence::Says::agrees)
      one.funder = funder_of(award->award_id, plan);
    if (!one.funder && one.says != Evidence::Says::not_stated)
      one.funder = own_funder_of(match, *award);
    found.push_back(std::move(one));
  }
  return found;
}

void add_related(const std::vector<ItemMatch>& items,
                 const std::vector<std::string>& dois,
                 std::string_view relation,
                 std::vector<Evidence::Related>& found) {
  for (const ItemMatch& item : items) {
    const std::string* doi = item_at(dois, item.index);
    if (doi != nullptr && !doi->empty()) found.push_back({*doi, relation});
  }
}

void add_term(std::vector<std::string>& terms, std::string term) {
  if (term.empty()) return;
  if (std::find(terms.begin(), terms.end(), term) == terms.end()) {
    terms.push_back(std::move(term));
  }
}

// The words between <mark> and </mark>.
void add_marked(std::string_view text, std::vector<std::string>& terms) {
  constexpr std::string_view kOpen = "<mark>", kClose = "</mark>";
  std::size_t at = 0;
  while ((at = text.find(kOpen, at)) != std::string_view::npos) {
    at += kOpen.size();
    const std::size_t end = text.find(kClose, at);
    if (end == std::string_view::npos) return;
    add_term(terms, std::string(text.substr(at, end - at)));
    at = end + kClose.size();
  }
}

// Words that weigh less, or less than this share of the best one ("the", "we"),
// are part of the score, but no reason a reader would give.
constexpr double kLeastPoints = 0.5, kLeastShareOfBest = 0.2;

std::vector<std::string> terms(const Match& match) {
  std::vector<model::TermPoints> weighed;
  for (const auto& clause : match.explain) {
    weighed.insert(weighed.end(), clause.terms.begin(), clause.terms.end());
  }
  std::stable_sort(
      weighed.begin(), weighed.end(),
      [](const auto& a, const auto& b) { return a.points > b.points; });
  std::vector<std::string> found;
  const double best = weighed.empty() ? 0 : weighed.front().points;
  const double least = std::max(kLeastPoints, kLeastShareOfBest * best);
  for (auto& term : weighed) {
    if (term.points >= least) add_term(found, std::move(term.term));
  }
  if (weighed.empty()) {
    if (match.title_highlight) add_marked(*match.title_highlight, found);
    for (const auto& text : match.abstract_highlights) add_marked(text, found);
  }
  return found;
}

}  // namespace

double score_share(double score, double score_max) {
  if (!(score_max > 0) || !std::isfinite(score)) return 0;
  return std::clamp(score / score_max, 0.0, 1.0);
}

double strength_of(const model::Match& match, double score_max) {
  return match.linkage ? match.linkage->probability
                       : score_share(match.score, score_max);
}

Band band_of(double score, double score_max) {
  const double share = score_share(score, score_max);
  if (share >= 0.7) return Band::high;
  return share >= 0.4 ? Band::medium : Band::low;
}

std::string_view band_name(Band band) {
  switch (band) {
    case Band::high:
      return "high";
    case Band::medium:
      return "medium";
    case Band::low:
      break;
  }
  return "low";
}

Evidence evidence_of(const Match& match, const model::Plan* plan) {
  Evidence found;
  found.listed_by_funder = match.doi_found;
  found.sources = match.doi_sources;
  found.awards = awards(match, plan);
  found.people = people(match);
  found.institutions =
      organisations(match.institutions, match.work.institutions);
  found.funders = organisations(match.funders, match.work.funders);
  add_related(match.intra_work_dois, match.work.intra_work_dois,
              "another version or part of", found.related);
  add_related(match.possible_shared_project_dois,
              match.work.possible_shared_project_dois, "linked to",
              found.related);
  add_related(match.dataset_citation_dois, match.work.dataset_citation_dois,
              "linked by a data citation to", found.related);
  if (match.content_score > 0) found.terms = terms(match);
  return found;
}

std::vector<std::string_view> signals_of(const Match& match) {
  std::vector<std::string_view> signals;
  const auto any_with = [](const std::vector<ItemMatch>& items,
                           std::string_view part) {
    return std::any_of(items.begin(), items.end(), [&](const ItemMatch& item) {
      return has_field(item, part);
    });
  };
  if (match.doi_found) signals.push_back("funded_doi");
  if (!match.awards.empty()) signals.push_back("award");
  if (any_with(match.authors, ".orcid.")) signals.push_back("orcid");
  if (any_with(match.authors, "authors.full.") ||
      any_with(match.authors, ".surname.")) {
    signals.push_back("author_name");
  }
  if (!match.institutions.empty()) signals.push_back("institution");
  if (!match.funders.empty()) signals.push_back("funder");
  if (!match.intra_work_dois.empty() ||
      !match.possible_shared_project_dois.empty() ||
      !match.dataset_citation_dois.empty()) {
    signals.push_back("related_doi");
  }
  if (match.content_score > 0) signals.push_back("text");
  return signals;
}

}  // namespace dmp::results
