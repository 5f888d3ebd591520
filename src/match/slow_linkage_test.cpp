#include "match/slow_linkage.h"

#include "match/slow_words.h"
#include "text/awards.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>
#include <set>

namespace dmp::match::linkage {

// Letters without case and diacritics, digits too.
std::string slow_folded(const std::optional<std::string>& text) {
  std::string out;
  for (const auto& word : slow_words(text.value_or(""))) out += word;
  return out;
}

std::size_t slow_characters(const std::optional<std::string>& text) {
  const std::string_view bytes = text ? *text : std::string_view();
  return static_cast<std::size_t>(std::count_if(
      bytes.begin(), bytes.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

namespace {

using Real = long double;

std::string joined(const std::string& text) {
  std::string out;
  for (const auto& word : slow_words(text))
    out += (out.empty() ? "" : " ") + word;
  return out;
}

// ------------------------------------------------------------------ statistics

// Adds up over the works of the collection, at least 1.
template <class Count>
Real count(const SlowCollection& all, const std::string& question, Count of) {
  const auto [known, is_new] = all.counted.emplace(question, 0);
  if (!is_new) return known->second;
  Real sum = 0;
  for (const auto& work : all.works) sum += of(work);
  return known->second = std::max<Real>(sum, 1);
}

Real works_in(const SlowCollection& all) {
  return static_cast<Real>(all.works.size());
}

// 1 - (1 - count / slots)^n.
Real any_of(Real count, Real slots, std::size_t n) {
  return 1 - std::pow(1 - std::max<Real>(count, 1) / slots, Real(n));
}

Real clamped(Real u) {
  return std::clamp<Real>(u, 1e-6, .95);
}

Ratio ratio(const ClassPair& m, Real u) {
  return {m.s / u, m.o / u};
}

// --------------------------------------------------------------------- authors

struct Name {
  std::string surname, given, initial, second;
};
Name name_of(const text::PersonName& name) {
  Name out{slow_folded(name.surname), slow_folded(name.given_name),
           slow_folded(name.first_initial),
           slow_folded(name.middle_initials).substr(0, 1)};
  if (out.given.size() == 1) out.given.clear();
  return out;
}

NameLevel compare(const Name& a, const Name& b) {
  if (a.surname.empty() || a.surname != b.surname) return NameLevel::none;
  if (a.initial.empty() || b.initial.empty()) return NameLevel::surname;
  const std::size_t common = std::min(a.given.size(), b.given.size());
  const bool same_second =
      a.second.empty() || b.second.empty() || a.second == b.second;
  if (a.initial != b.initial ||
      a.given.substr(0, common) != b.given.substr(0, common))
    return NameLevel::none;
  const bool full = !a.given.empty() && a.given == b.given;
  if (!same_second) return full ? NameLevel::middle : NameLevel::none;
  if (full) return NameLevel::full;
  return a.second.empty() || b.second.empty() ? NameLevel::initial
                                              : NameLevel::initial2;
}

// Slots of the collection that a name of this level is compared with.
Real slots_of(NameLevel level, const Name& name, const SlowCollection& all) {
  const std::string question =
      fmt::format("name {} {}/{}/{}/{}", static_cast<int>(level), name.surname,
                  name.given, name.initial, name.second);
  return count(all, question, [&](const model::Work& work) {
    Real slots = 0;
    for (const auto& author : work.authors) {
      const Name other = name_of(author.name);
      if (other.surname != name.surname) continue;
      const bool initial = other.initial == name.initial;
      if (level == NameLevel::full) slots += other.given == name.given;
      if (level == NameLevel::initial2)
        slots += initial && other.second == name.second;
      if (level == NameLevel::initial || level == NameLevel::middle)
        slots += initial;
      if (level == NameLevel::surname) slots += 1;
    }
    return slots;
  });
}

std::vector<model::Author> authors_of(const model::Plan& plan) {
  std::vector<model::Author> authors;
  std::set<std::vector<std::string>> seen;
  for (const auto& author : plan.authors) {
    const Name name = name_of(author.name);
    if (!author.orcid && name.surname.empty()) continue;
    const bool is_new = seen.insert({author.orcid.value_or(""), name.surname,
                                     name.given, name.initial, name.second})
                            .second;
    if (is_new && authors.size() < kMostAuthors) authors.push_back(author);
  }
  return authors;
}

struct Found {
  NameLevel level = NameLevel::none, name = NameLevel::none;
};

// The best over the work's authors, in the order of the table of 4.1.
Found best_of(const model::Author& author, const model::Work& work,
              const std::vector<Name>& names) {
  constexpr NameLevel kOrder[] = {NameLevel::orcid,    NameLevel::full,
                                  NameLevel::initial2, NameLevel::initial,
                                  NameLevel::surname,  NameLevel::conflict,
                                  NameLevel::middle};
  std::vector<Found> all;
  const Name own = name_of(author.name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& other = work.authors[i];
    const NameLevel name = compare(own, names[i]);
    const bool both = author.orcid && other.orcid;
    if (both && *author.orcid == *other.orcid) {
      all.push_back({NameLevel::orcid, name});
    } else if (!both || name == NameLevel::none) {
      all.push_back({name, name});
    } else if (name != NameLevel::middle) {
      all.push_back({NameLevel::conflict, name});
    }
  }
  for (const NameLevel level : kOrder) {
    for (const auto& one : all) {
      if (one.level == level) return one;
    }
  }
  return {};
}

Real chance_of(const Found& found, const Name& name, const model::Work& work,
               const SlowCollection& all) {
  const Real slots = count(
      all, "slots", [](const auto& one) { return Real(one.authors.size()); });
  const Real u =
      found.name == NameLevel::none
          ? 1
          : any_of(slots_of(found.name, name, all), slots, work.authors.size());
  return found.level == NameLevel::orcid ? std::max<Real>(.002L * u, 1e-12L)
                                         : u;
}

// -------------------------------------------------------------- organisations

struct House {
  std::string ror;
  std::set<std::string> names;
};

std::set<std::string> bearers(const std::string& name,
                              const SlowCollection& all) {
  std::set<std::string> rors;
  for (const auto& row : all.organisations) {
    std::vector<std::string> names{row.name};
    for (const auto* list : {&row.labels, &row.aliases, &row.acronyms})
      names.insert(names.end(), list->begin(), list->end());
    for (const auto& one : names) {
      if (joined(one) == name) rors.insert(row.id);
    }
  }
  return rors;
}

std::set<std::string> own_names(const std::string& ror,
                                const SlowCollection& all) {
  std::set<std::string> names;
  for (const auto& row : all.organisations) {
    if (row.id != ror) continue;
    names.insert(joined(row.name));
    for (const auto* list : {&row.labels, &row.aliases, &row.acronyms}) {
      for (const auto& name : *list) names.insert(joined(name));
    }
  }
  std::erase_if(
      names, [&](const auto& name) { return bearers(name, all).size() > 1; });
  return names;
}

std::vector<House> houses(const std::vector<OrganisationClause>& clauses,
                          const SlowCollection& all) {
  std::vector<House> list;
  std::set<std::string> seen;
  for (const auto& clause : clauses) {
    House house{clause.ror.value_or(""), {}};
    const std::string name = joined(clause.name.value_or(""));
    const auto known = bearers(name, all);
    if (house.ror.empty() && known.size() == 1) house.ror = *known.begin();
    house.names = own_names(house.ror, all);
    if (!name.empty()) house.names.insert(name);
    if (seen.insert(house.ror.empty() ? name : house.ror).second)
      list.push_back(house);
  }
  return list;
}

Agreement compare(const House& house, const model::Organisation& other) {
  const std::string name = joined(other.name.value_or(""));
  const bool named = house.names.contains(name);
  if (!other.ror) return named ? Agreement::agree : Agreement::disagree;
  if (!house.ror.empty())
    return house.ror == *other.ror ? Agreement::agree : Agreement::disagree;
  return other.name && named ? Agreement::missing : Agreement::disagree;
}

Agreement compare(const House& house,
                  const std::vector<model::Organisation>& others) {
  Agreement best = Agreement::disagree;
  for (const auto& other : others) {
    const Agreement said = compare(house, other);
    if (said == Agreement::agree) return said;
    if (said == Agreement::missing) best = said;
  }
  return best;
}

Real known_as(const House& house, const SlowCollection& all, bool funders) {
  std::vector<std::string> keys(house.names.begin(), house.names.end());
  if (!house.ror.empty()) keys.push_back(house.ror);
  Real sum = 0;
  for (const auto& key : keys) {
    const std::string question = (funders ? "funder " : "institution ") + key;
    sum += count(all, question, [&](const model::Work& work) {
      Real times = 0;
      for (const auto& item : funders ? work.funders : work.institutions)
        times += (item.ror ? *item.ror : joined(*item.name)) == key;
      return funders ? std::min<Real>(times, 1) : times;
    });
  }
  return sum;
}

struct Said {
  Agreement level = Agreement::missing;
  Ratio ratio;
};

Said compare_houses(const std::vector<House>& own,
                    const std::vector<model::Organisation>& others,
                    const SlowCollection& all, bool funders,
                    const ClassPair& agree) {
  if (own.empty() || others.empty()) return {};
  Real agreeing = 0, sum = 0;
  bool agrees = false, unsure = false;
  for (const auto& house : own) {
    const Agreement said = compare(house, others);
    const Real known = known_as(house, all, funders);
    agrees = agrees || said == Agreement::agree;
    unsure = unsure || said == Agreement::missing;
    sum += known;
    if (said == Agreement::agree) agreeing += known;
  }
  if (!agrees && unsure) return {};
  const Real total = count(all, funders ? "funders" : "institutions",
                           [&](const model::Work& work) {
                             return funders ? Real(!work.funders.empty())
                                            : Real(work.institutions.size());
                           });
  const Real u =
      funders ? clamped((agrees ? agreeing : sum) / total)
              : clamped(any_of(std::min(sum, total), total, others.size()));
  if (agrees) return {Agreement::agree, ratio(agree, u)};
  return {Agreement::disagree, ratio({1 - agree.s, 1 - agree.o}, 1 - u)};
}

// --------------------------------------------------------------------- awards

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}

// Every piece of the number is looked at.
std::set<std::string> cores(std::string id) {
  for (auto& c : id) c = static_cast<char>(std::toupper(c));
  std::set<std::string> found;
  for (std::size_t begin = 0; begin < id.size(); ++begin) {
    for (std::size_t end = begin + 1; end <= id.size(); ++end) {
      const std::string piece = id.substr(begin, end - begin);
      const auto digits = static_cast<std::size_t>(
          std::count_if(piece.begin(), piece.end(), is_digit));
      const std::size_t letters = piece.size() - digits;
      const char before = begin > 0 ? id[begin - 1] : ' ';
      const bool in_order =
          std::all_of(piece.begin(),
                      piece.begin() + static_cast<std::ptrdiff_t>(letters),
                      is_letter) &&
          !(letters > 0 ? is_letter(before) : is_digit(before)) &&
          !(end < id.size() && is_digit(id[end]));
      const bool core = (letters == 0 && digits >= 5) ||
                        (letters == 2 && digits == 6) ||
                        (letters == 1 && (digits == 5 || digits == 6));
      if (in_order && core) found.insert(piece);
    }
  }
  return found;
}

// Edits from one to the other, an exchange of neighbours counting as one.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(
      a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      d[i][j] = i + j;
      if (i == 0 || j == 0) continue;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                          d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

// 0 agrees, 1 unknown, 2 disagrees.
int funder_says(const FunderFamily& family, const model::WorkAward& award,
                const model::Work& work) {
  if (family.empty()) return 1;
  std::vector<std::string> rors = award.funder_rors, names;
  for (const auto& name : award.funder_names) names.push_back(joined(name));
  if (rors.empty() && names.empty()) {
    for (const auto& funder : work.funders) {
      if (funder.ror) rors.push_back(*funder.ror);
      if (!funder.ror) names.push_back(joined(*funder.name));
    }
  }
  if (rors.empty() && names.empty()) return 1;
  for (const auto& ror : rors) {
    if (family.rors.contains(ror)) return 0;
  }
  for (const auto& name : names) {
    if (family.names.contains(name)) return 0;
  }
  return 2;
}

struct AwardFound {
  AwardLevel level = AwardLevel::none;
  Real u = 1;
};

AwardLevel level(AwardLevel first, int says) {
  return static_cast<AwardLevel>(static_cast<int>(first) + says);
}

AwardFound compare_award(const AwardVariant& own, const FunderFamily& family,
                         const model::WorkAward& award, const model::Work& work,
                         const SlowCollection& all) {
  const std::string id = text::normalise_award(own.text),
                    other = text::normalise_award(award.award_id);
  const int says = funder_says(family, award, work);
  const auto share = [&](const std::string& question, auto has) {
    return count(all, question,
                 [&](const model::Work& one) {
                   return Real(
                       std::any_of(one.awards.begin(), one.awards.end(), has));
                 }) /
           works_in(all);
  };
  if (id == other) {
    return {own.strong ? AwardLevel::full_strong
                       : level(AwardLevel::full_agree, says),
            share("award " + id, [&](const auto& one) {
              return text::normalise_award(one.award_id) == id;
            })};
  }
  AwardFound best;
  const auto theirs = cores(award.award_id);
  for (const auto& core : cores(own.text)) {
    if (!theirs.contains(core)) continue;
    best.level = level(AwardLevel::core_agree, says);
    best.u = std::min(best.u, share("core " + core, [&](const auto& one) {
                        return cores(one.award_id).contains(core);
                      }));
  }
  if (best.level != AwardLevel::none) return best;
  const bool long_enough = id.size() >= 6 && other.size() >= 6;
  const bool near = id.find(other) != std::string::npos ||
                    other.find(id) != std::string::npos ||
                    distance(id, other) <= 1;
  if (long_enough && near && says == 0) return {AwardLevel::fuzzy, 3e-5L};
  return {AwardLevel::other, 1};
}

Ratio compare_awards(const PlanQuery& query, const model::Work& work,
                     const SlowCollection& all, const Model& model,
                     bool& opens) {
  const auto usable = [](const auto& clause) {
    return std::any_of(
        clause.variants.begin(), clause.variants.end(),
        [](const auto& v) { return !text::normalise_award(v.text).empty(); });
  };
  if (std::none_of(query.awards.begin(), query.awards.end(), usable)) return {};
  const Real named = std::clamp<Real>(
      std::accumulate(all.works.begin(), all.works.end(), Real(0),
                      [](Real sum, const auto& one) {
                        return sum + (one.awards.empty() ? 0 : 1);
                      }) /
          works_in(all),
      1e-6L, 1 - 1e-6L);
  AwardFound best{AwardLevel::none, 1 - named};
  for (const auto& clause : query.awards) {
    for (const auto& variant : clause.variants) {
      if (text::normalise_award(variant.text).empty()) continue;
      for (const auto& award : work.awards) {
        AwardFound found =
            compare_award(variant, clause.family, award, work, all);
        if (found.level == AwardLevel::other) found.u = named;
        if (found.level < AwardLevel::fuzzy && found.u * works_in(all) <= 50.5L)
          opens = true;
        if (found.level < best.level ||
            (found.level == best.level && found.u < best.u))
          best = found;
      }
    }
  }
  return ratio(model.award[static_cast<std::size_t>(best.level)], best.u);
}

// ------------------------------------------------------------------------ DOIs

bool listed(const std::vector<std::string>& list, const std::string& doi) {
  return std::find(list.begin(), list.end(), doi) != list.end();
}

void compare_dois(const PlanQuery& query, const model::Work& work, Real works,
                  const Model& model, SlowFound& found) {
  const auto chance = [&](const auto& list) {
    return Real(list.size()) / works;
  };
  if (listed(query.funded_dois, work.doi)) {
    found.funded = ratio(model.funded, chance(query.funded_dois));
    found.opens = true;
  }
  const std::vector<std::string>* lists[] = {&work.intra_work_dois,
                                             &work.possible_shared_project_dois,
                                             &work.dataset_citation_dois};
  for (std::size_t i = 3; i > 0; --i) {
    for (const auto& doi : *lists[i - 1]) {
      if (!listed(query.outputs, doi)) continue;
      found.relation = ratio(model.relation[i], chance(query.outputs));
      found.opens = true;
    }
  }
}

void compare_authors(const model::Plan& plan, const model::Work& work,
                     const SlowCollection& all, const Model& model,
                     SlowFound& found) {
  std::vector<Name> names;
  for (const auto& author : work.authors) names.push_back(name_of(author.name));
  for (const auto& author : authors_of(plan)) {
    const Found best = best_of(author, work, names);
    const Real u = chance_of(best, name_of(author.name), work, all);
    const Real a = model.author_a[static_cast<std::size_t>(best.level)];
    found.authors.push_back(
        {1 - model.q.s + model.q.s * a / u, 1 - model.q.o + model.q.o * a / u});
    found.opens = found.opens || (best.level != NameLevel::none &&
                                  best.level != NameLevel::middle);
  }
}

}  // namespace

SlowFound slow_compare(const SlowPlan& plan, const model::Work& work,
                       const SlowCollection& all, const Model& model) {
  SlowFound found;
  compare_authors(*plan.plan, work, all, model, found);
  found.award = compare_awards(*plan.query, work, all, model, found.opens);
  compare_dois(*plan.query, work, works_in(all), model, found);
  const Said funder = compare_houses(houses(plan.query->funders, all),
                                     work.funders, all, true, model.funder);
  found.funder = funder.ratio;
  found.funder_level = funder.level;
  const Said house =
      compare_houses(houses(plan.query->institutions, all), work.institutions,
                     all, false, model.institution);
  found.institution = house.ratio;
  found.institution_level = house.level;
  if (const auto date = slow_date(*plan.plan, work, all, model)) {
    found.dated = true;
    found.date = *date;
  }
  return found;
}

}  // namespace dmp::match::linkage
