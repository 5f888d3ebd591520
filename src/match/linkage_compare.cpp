// Levels of a pair, one comparison after the other, each as linkage.md 4 has
// it. Nothing here depends on a parameter that is learned.
#include "match/linkage_compare.h"

#include "text/awards.h"

#include <algorithm>
#include <string_view>

namespace dmp::match::linkage {

using sql::CountKind;
using sql::NameKey;

const std::vector<NameKey>& WorkKeys::names() {
  if (!names_) {
    names_.emplace();
    names_->reserve(work_.authors.size());
    for (const auto& author : work_.authors)
      names_->push_back(sql::name_key(author.name));
  }
  return *names_;
}

const std::vector<WorkKeys::AwardKeys>& WorkKeys::awards() {
  if (!awards_) {
    awards_.emplace();
    for (const auto& award : work_.awards) {
      awards_->push_back({text::normalise_award(award.award_id),
                          sql::award_cores(award.award_id)});
    }
  }
  return *awards_;
}

std::vector<WorkKeys::Organisation> WorkKeys::keys_of(
    const std::vector<model::Organisation>& items) {
  std::vector<Organisation> keys;
  for (const auto& item : items) {
    if (item.ror) {
      keys.push_back({*item.ror, {}, &item});
    } else if (item.name) {
      keys.push_back(
          {{}, sql::organisation_name_key(*item.name, analyser_), &item});
    }
  }
  return keys;
}

const std::vector<WorkKeys::Organisation>& WorkKeys::funders() {
  if (!funders_) funders_ = keys_of(work_.funders);
  return *funders_;
}

const std::vector<WorkKeys::Organisation>& WorkKeys::institutions() {
  if (!institutions_) institutions_ = keys_of(work_.institutions);
  return *institutions_;
}

// ----------------------------------------------------------------- authors

NameLevel compare_names(const NameKey& plan, const NameKey& work) {
  if (plan.surname.empty() || plan.surname != work.surname)
    return NameLevel::none;
  if (plan.initial.empty() || work.initial.empty()) return NameLevel::surname;
  if (plan.initial != work.initial) return NameLevel::none;
  const bool given = !plan.given.empty() && !work.given.empty();
  if (given && !plan.given.starts_with(work.given) &&
      !work.given.starts_with(plan.given)) {
    return NameLevel::none;
  }
  const bool equal = given && plan.given == work.given;
  const bool second = !plan.second.empty() && !work.second.empty();
  if (second && plan.second != work.second)
    return equal ? NameLevel::middle : NameLevel::none;
  if (equal) return NameLevel::full;
  return second ? NameLevel::initial2 : NameLevel::initial;
}

namespace {

// Slots of the collection with the plan author's name, as the level compares.
double slots_of(NameLevel level, const NameKey& name,
                const sql::LinkageCounts& counts) {
  const auto count = [&](CountKind kind, std::string_view second,
                         std::string_view third) {
    return static_cast<double>(
        counts.of(sql::count_key(kind, name.surname, second, third)));
  };
  switch (level) {
    case NameLevel::full:
      return count(CountKind::surname_given, name.given, {});
    case NameLevel::initial2:
      return count(CountKind::surname_initials, name.initial, name.second);
    case NameLevel::initial:
    case NameLevel::middle:
      return count(CountKind::surname_initial, name.initial, {});
    default:
      return count(CountKind::surname, {}, {});
  }
}

// An ORCID of another name is worth its own rarity alone.
double chance_of(NameLevel level, const PlanAuthor& author, double authors,
                 const Collection& collection) {
  if (level == NameLevel::none) return 1;
  return name_chance(slots_of(level, author.name, collection.counts),
                     static_cast<double>(collection.summary.author_slots),
                     authors);
}

// A name on more works than this tells nobody from anybody; an ORCID does.
constexpr double kCommonName = 50'000;

struct ComparedAuthor {
  AuthorLevel level;
  bool common = false;  // all that matches is a common name
};
ComparedAuthor compare_author(const PlanAuthor& author, WorkKeys& work,
                              const Collection& collection) {
  constexpr double kOrcidShare = .002, kLeastOrcid = 1e-12;
  const auto rank = [](NameLevel level) {
    return level == NameLevel::none ? kNameLevels
                                    : static_cast<std::size_t>(level);
  };
  AuthorLevel best;
  NameLevel named = NameLevel::none;  // what u is counted by
  const auto& names = work.names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& orcid = work.work().authors[i].orcid;
    const bool both = author.orcid && orcid;
    const NameLevel name = compare_names(author.name, names[i]);
    NameLevel level = name;
    if (both && *author.orcid == *orcid) {
      level = NameLevel::orcid;
    } else if (both && name != NameLevel::none) {
      level = name == NameLevel::middle ? NameLevel::none : NameLevel::conflict;
    }
    if (rank(level) >= rank(best.level)) continue;
    best.level = level;
    best.work_author = static_cast<int>(i);
    named = name;
  }
  best.u =
      chance_of(named, author, static_cast<double>(names.size()), collection);
  if (best.level == NameLevel::none) best.u = 1;
  if (best.level == NameLevel::orcid)
    best.u = std::max(kOrcidShare * best.u, kLeastOrcid);
  const bool common =
      best.level != NameLevel::none && best.level != NameLevel::orcid &&
      slots_of(named, author.name, collection.counts) > kCommonName;
  return {best, common};
}

// ------------------------------------------------------------- organisations

bool bears(const PlanOrganisation& plan, const std::string& name) {
  return std::find(plan.names.begin(), plan.names.end(), name) !=
         plan.names.end();
}

// missing: by its name it may be the same, but nobody can say how many works
// have an organisation of that name, since the work's goes by its ROR.
Agreement compare(const PlanOrganisation& plan,
                  const WorkKeys::Organisation& work) {
  const auto agree_if = [](bool same) {
    return same ? Agreement::agree : Agreement::disagree;
  };
  if (work.ror.empty()) return agree_if(bears(plan, work.name));
  if (!plan.ror.empty()) return agree_if(work.ror == plan.ror);
  return work.source->name && bears(plan, analysed_name(*work.source->name))
             ? Agreement::missing
             : Agreement::disagree;
}

// The best that any of a work's organisations says. `place`: the first agreeing
// one of `items`, if none is known yet.
Agreement compare(const PlanOrganisation& plan,
                  const std::vector<WorkKeys::Organisation>& works,
                  const std::vector<model::Organisation>& items, Place& place) {
  Agreement best = Agreement::disagree;
  for (const auto& work : works) {
    const Agreement said = compare(plan, work);
    if (said == Agreement::missing) best = said;
    if (said != Agreement::agree) continue;
    if (place.dmp < 0)
      place = {plan.index, static_cast<int>(work.source - items.data())};
    return said;
  }
  return best;
}

double works_of(const PlanOrganisation& item, CountKind kind,
                const sql::LinkageCounts& counts) {
  const auto of = [&](const std::string& key) {
    return static_cast<double>(counts.of(sql::count_key(kind, key)));
  };
  double sum = item.ror.empty() ? 0 : of(item.ror);
  for (const auto& name : item.names) sum += of(name);
  return sum;
}

constexpr double kLeastShare = 1e-6, kMostShare = .95;

struct Compared {
  Agreement level = Agreement::missing;
  double u = 1;
  Place place;
};

Compared compare_funders(const LinkagePlan& plan, WorkKeys& work,
                         const Collection& collection) {
  if (plan.funders.empty() || work.funders().empty()) return {};
  double agreeing = 0, all = 0;
  bool agree = false, unsure = false;
  Place place;
  for (const auto& funder : plan.funders) {
    const double works = works_of(funder, CountKind::funder, collection.counts);
    all += works;
    const Agreement said =
        compare(funder, work.funders(), work.work().funders, place);
    unsure = unsure || said == Agreement::missing;
    if (said != Agreement::agree) continue;
    agree = true;
    agreeing += works;
  }
  if (unsure && !agree) return {};
  const double total = static_cast<double>(
      std::max<std::int64_t>(collection.summary.works_with_funder, 1));
  const double share =
      std::clamp((agree ? agreeing : all) / total, kLeastShare, kMostShare);
  return agree ? Compared{Agreement::agree, share, place}
               : Compared{Agreement::disagree, 1 - share, place};
}

Compared compare_institutions(const LinkagePlan& plan, WorkKeys& work,
                              const Collection& collection) {
  const auto& others = work.institutions();
  if (plan.institutions.empty() || others.empty()) return {};
  double slots = 0;
  bool agree = false, unsure = false;
  Place place;
  for (const auto& institution : plan.institutions) {
    slots += works_of(institution, CountKind::institution, collection.counts);
    const Agreement said =
        compare(institution, others, work.work().institutions, place);
    agree = agree || said == Agreement::agree;
    unsure = unsure || said == Agreement::missing;
  }
  if (unsure && !agree) return {};
  const double share = std::clamp(
      name_chance(slots,
                  static_cast<double>(collection.summary.institution_slots),
                  static_cast<double>(others.size())),
      kLeastShare, kMostShare);
  return agree ? Compared{Agreement::agree, share, place}
               : Compared{Agreement::disagree, 1 - share, place};
}

// --------------------------------------------------------------------- awards

enum class Says : std::uint8_t { agree, unknown, disagree };

// Whose number it is: the award's own funders, else all of the work.
// Source: search.md 3.1.
Says funder_says(const FunderFamily& family, const model::WorkAward& award,
                 WorkKeys& work) {
  if (family.empty()) return Says::unknown;
  if (!award.funder_rors.empty() || !award.funder_names.empty()) {
    for (const auto& ror : award.funder_rors) {
      if (family.rors.contains(ror)) return Says::agree;
    }
    for (const auto& name : award.funder_names) {
      if (family.names.contains(analysed_name(name))) return Says::agree;
    }
    return Says::disagree;
  }
  if (work.funders().empty()) return Says::unknown;
  for (const auto& funder : work.funders()) {
    if (!funder.ror.empty() && family.rors.contains(funder.ror))
      return Says::agree;
    if (!funder.name.empty() && family.names.contains(funder.name))
      return Says::agree;
  }
  return Says::disagree;
}

// One edit, or two neighbours exchanged.
bool one_edit(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin());
  const std::string_view left(
      a.substr(static_cast<std::size_t>(x - a.begin())));
  const std::string_view right(
      b.substr(static_cast<std::size_t>(y - b.begin())));
  if (a.size() < b.size()) return left == right.substr(1);
  if (left.empty() || left.substr(1) == right.substr(1)) return true;
  return left.size() > 1 && left[0] == right[1] && left[1] == right[0] &&
         left.substr(2) == right.substr(2);
}

bool nearly_equal(std::string_view a, std::string_view b) {
  constexpr std::size_t kLeast = 6;
  if (a.size() < kLeast || b.size() < kLeast) return false;
  return a.find(b) != std::string_view::npos ||
         b.find(a) != std::string_view::npos || one_edit(a, b);
}

AwardLevel level_of(AwardLevel agree, Says says) {
  return static_cast<AwardLevel>(static_cast<int>(agree) +
                                 static_cast<int>(says));
}

struct AwardMatch {
  AwardLevel level = AwardLevel::none;
  double u = 1;
};

double share_of(CountKind kind, std::string_view key,
                const Collection& collection) {
  return static_cast<double>(collection.counts.of(sql::count_key(kind, key))) /
         collection.works();
}

AwardMatch compare_award(const LinkagePlan& plan, const PlanAwardId& id,
                         std::size_t child, WorkKeys& work,
                         const Collection& collection) {
  constexpr double kFuzzyShare = 3e-5;
  const auto& other = work.awards()[child];
  const auto says = [&] {
    return funder_says(plan.families[id.award], work.work().awards[child],
                       work);
  };
  if (id.normalised == other.normalised) {
    return {id.strong ? AwardLevel::full_strong
                      : level_of(AwardLevel::full_agree, says()),
            share_of(CountKind::award, id.normalised, collection)};
  }
  AwardMatch core;
  for (const auto& own : id.cores) {
    if (!std::binary_search(other.cores.begin(), other.cores.end(), own))
      continue;
    const double u = share_of(CountKind::award_core, own, collection);
    core.u = std::min(core.u, u);
    core.level = AwardLevel::core_agree;
  }
  if (core.level == AwardLevel::core_agree) {
    core.level = level_of(AwardLevel::core_agree, says());
    return core;
  }
  if (nearly_equal(id.normalised, other.normalised) && says() == Says::agree)
    return {AwardLevel::fuzzy, kFuzzyShare};
  return {AwardLevel::other, 1};
}

// A number on more works than this is a programme's; it opens no pair.
constexpr double kMostOpenedByAward = 50;

void compare_awards(const LinkagePlan& plan, WorkKeys& work,
                    const Collection& collection, KeyComparison& out) {
  if (plan.awards.empty()) return;
  const double named = static_cast<double>(collection.summary.works_with_award);
  const double share =
      std::clamp(named / collection.works(), kLeastShare, 1 - kLeastShare);
  AwardMatch best{AwardLevel::none, 1 - share};
  for (std::size_t child = 0; child < work.awards().size(); ++child) {
    for (const auto& id : plan.awards) {
      AwardMatch match = compare_award(plan, id, child, work, collection);
      if (match.level == AwardLevel::other) match.u = share;
      if (match.level == AwardLevel::fuzzy || !is_match(match.level)) {
      } else if (match.u * collection.works() <= kMostOpenedByAward) {
        out.opens = true;
      }
      if (match.level < best.level ||
          (match.level == best.level && match.u < best.u)) {
        best = match;
        if (is_match(best.level))
          out.places.award = {id.index, static_cast<int>(child)};
      }
    }
  }
  out.levels.award = best.level;
  out.levels.award_u = best.u;
}

// ---------------------------------------------------------- DOIs and relations

bool listed(const std::vector<std::string>& sorted, const std::string& doi) {
  return std::binary_search(sorted.begin(), sorted.end(), doi);
}

void compare_dois(const LinkagePlan& plan, const model::Work& work,
                  const Collection& collection, KeyComparison& out) {
  Levels& levels = out.levels;
  const auto share = [&](const std::vector<std::string>& dois) {
    return static_cast<double>(dois.size()) / collection.works();
  };
  if (listed(plan.funded_dois, work.doi)) {
    levels.funded = true;
    levels.funded_u = share(plan.funded_dois);
    out.opens = true;
  }
  if (plan.outputs.empty()) return;
  const auto any = [&](const std::vector<std::string>& dois) {
    const auto found = std::find_if(
        dois.begin(), dois.end(),
        [&](const auto& doi) { return listed(plan.outputs, doi); });
    if (found == dois.end()) return false;
    out.places.output = *found;
    return true;
  };
  if (any(work.intra_work_dois)) {
    levels.relation = RelationLevel::intra_work;
  } else if (any(work.possible_shared_project_dois)) {
    levels.relation = RelationLevel::shared_project;
  } else if (any(work.dataset_citation_dois)) {
    levels.relation = RelationLevel::dataset_citation;
  } else {
    return;
  }
  // An output has about one such relation, so as many works have one.
  levels.relation_u = share(plan.outputs);
  out.opens = true;
}

}  // namespace

KeyComparison compare_keys(const LinkagePlan& plan, WorkKeys& work,
                           const Collection& collection) {
  KeyComparison out;
  Levels& levels = out.levels;
  levels.works = collection.works();
  levels.authors.reserve(plan.authors.size());
  for (const auto& author : plan.authors) {
    const ComparedAuthor compared = compare_author(author, work, collection);
    levels.authors.push_back(compared.level);
    const NameLevel level = compared.level.level;
    if (level == NameLevel::none || level == NameLevel::middle) continue;
    out.opens = out.opens || !compared.common;
    ++out.matched_authors;
    out.sure_author = out.sure_author || level == NameLevel::orcid ||
                      level == NameLevel::full;
  }
  compare_awards(plan, work, collection, out);
  compare_dois(plan, work.work(), collection, out);
  const Compared funder = compare_funders(plan, work, collection);
  levels.funder = funder.level;
  levels.funder_u = funder.u;
  out.places.funder = funder.place;
  const Compared institution = compare_institutions(plan, work, collection);
  levels.institution = institution.level;
  levels.institution_u = institution.u;
  out.places.institution = institution.place;
  if (out.matched_authors > 0 && !out.opens) {
    out.opens = out.matched_authors > 1 || is_match(levels.award) ||
                levels.institution == Agreement::agree;
    out.opens_with_title = !out.opens;
  }
  if (plan.has_start) {
    if (const auto days = sql::publication_days(work.work())) {
      levels.has_date = true;
      levels.open_end = plan.open_end;
      levels.date_f = interval_shares(*days, plan.date_edges);
      levels.date_g = plan.date_g;
    }
  }
  levels.text_condition = text_condition(plan, work.work());
  return out;
}

int text_condition(const LinkagePlan& plan, const model::Work& work) {
  return (plan.text.has_abstract ? 2 : 0) + (sql::has_abstract(work) ? 1 : 0);
}

}  // namespace dmp::match::linkage
