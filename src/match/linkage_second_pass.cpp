#include "match/linkage_second_pass.h"

#include "sql/linkage_keys.h"
#include "text/dates.h"
#include "text/unicode.h"
#include "text/xxh3.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

namespace dmp::match::linkage {

namespace {

void sort_unique(PersonKeys& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

bool share_any(const PersonKeys& a, const PersonKeys& b) {
  auto x = a.begin();
  auto y = b.begin();
  while (x != a.end() && y != b.end()) {
    if (*x == *y) return true;
    if (*x < *y) {
      ++x;
    } else {
      ++y;
    }
  }
  return false;
}

}  // namespace

Relatives relatives_of(const model::Work& work) {
  constexpr std::size_t kShortTitle = 20;
  // Lists of thousands of names would say nothing more.
  constexpr std::size_t kMostPeople = 100;
  Relatives out;
  out.versions = work.intra_work_dois;
  out.shared = work.possible_shared_project_dois;
  out.citations = work.dataset_citation_dois;
  out.is_data = work.work_type == "DATASET" || work.work_type == "SOFTWARE";
  out.type = work.work_type;
  if (work.publication_date)
    out.year = text::from_day(*work.publication_date).year;
  if (work.title) {
    const std::string letters = sql::folded_letters(*work.title);
    if (text::count_code_points(letters) > kShortTitle)
      out.title = XXH3_64bits(letters.data(), letters.size());
  }
  const std::size_t people = std::min(work.authors.size(), kMostPeople);
  for (std::size_t i = 0; i < people; ++i) {
    const auto key = sql::name_key(work.authors[i].name);
    if (key.surname.empty()) continue;
    out.surnames.push_back(static_cast<std::uint32_t>(
        sql::count_key(sql::CountKind::surname, key.surname)));
    out.people.push_back(static_cast<std::uint32_t>(sql::count_key(
        sql::CountKind::surname_initial, key.surname, key.initial)));
  }
  sort_unique(out.surnames);
  sort_unique(out.people);
  return out;
}

bool has_relation(const Relatives& relatives) {
  return !relatives.versions.empty() || !relatives.shared.empty() ||
         !relatives.citations.empty();
}

// ---------------------------------------------------------------------- groups

namespace {

class Clusters {
 public:
  explicit Clusters(std::size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  // The smaller position stays the root.
  void unite(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

using Positions = std::unordered_map<std::string_view, std::size_t>;

void unite_versions(const std::vector<Pair>& pairs, const Positions& positions,
                    Clusters& clusters) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs[i].takes_part) continue;
    for (const auto& doi : pairs[i].relatives.versions) {
      const auto found = positions.find(doi);
      if (found != positions.end()) clusters.unite(i, found->second);
    }
  }
}

// Works of one title by one of the same people are one work.
void unite_titles(const std::vector<Pair>& pairs, Clusters& clusters) {
  constexpr std::size_t kMostOfTitle = 5;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> titles;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i].takes_part && pairs[i].relatives.title != 0)
      titles[pairs[i].relatives.title].push_back(i);
  }
  for (const auto& [title, members] : titles) {
    if (members.size() > kMostOfTitle) continue;
    for (std::size_t a = 0; a < members.size(); ++a) {
      for (std::size_t b = a + 1; b < members.size(); ++b) {
        if (share_any(pairs[members[a]].relatives.surnames,
                      pairs[members[b]].relatives.surnames)) {
          clusters.unite(members[a], members[b]);
        }
      }
    }
  }
}

void add_lifts(const std::vector<Pair>& pairs, const Positions& positions,
               std::vector<std::vector<Lift>>& lifts) {
  constexpr double kShared = .9, kApart = .2;
  const auto add = [&](std::size_t to, std::size_t from, double rho) {
    if (pairs[to].relatives.is_data) lifts[to].push_back({from, rho});
  };
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs[i].takes_part) continue;
    const Relatives& own = pairs[i].relatives;
    for (const auto* dois : {&own.shared, &own.citations}) {
      for (const auto& doi : *dois) {
        const auto found = positions.find(doi);
        if (found == positions.end() || found->second == i) continue;
        const std::size_t j = found->second;
        const double rho =
            share_any(own.people, pairs[j].relatives.people) ? kShared : kApart;
        add(i, j, rho);
        add(j, i, rho);
      }
    }
  }
  for (auto& list : lifts) {
    std::sort(list.begin(), list.end(),
              [](const Lift& a, const Lift& b) { return a.from < b.from; });
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
}

}  // namespace

Groups group(const std::vector<Pair>& pairs) {
  Positions positions;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i].takes_part) positions.emplace(pairs[i].doi, i);
  }
  Clusters clusters(pairs.size());
  unite_versions(pairs, positions, clusters);
  unite_titles(pairs, clusters);
  Groups groups;
  groups.lifts.resize(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i)
    groups.cluster.push_back(clusters.root(i));
  add_lifts(pairs, positions, groups.lifts);
  return groups;
}

// ----------------------------------------------------------------------
// weights

namespace {

int informed(Agreement level) {
  return level == Agreement::agree ? 2 : level == Agreement::disagree ? 1 : 0;
}

// Whether a member knows more of an organisation than another.
bool knows_more(Agreement level, const ClassPair& weight, Agreement other,
                const ClassPair& other_weight) {
  const int a = informed(level), b = informed(other);
  return a != b ? a > b : weight.o > other_weight.o;
}

struct Merge {
  const std::vector<const Levels*>& levels;
  const std::vector<Weights>& weights;

  bool better_text(std::size_t a, std::size_t b) const {
    const auto rank = [&](std::size_t i) {
      const Levels& l = *levels[i];
      return l.text_bin < 0 ? 0 : l.text_condition % 2 == 1 ? 2 : 1;
    };
    if (rank(a) != rank(b)) return rank(a) > rank(b);
    return levels[a]->text_z > levels[b]->text_z;
  }

  // The best informed member of each comparison; of equals the first.
  Final of(const std::vector<std::size_t>& members) const {
    Final out;
    const std::size_t first = members.front();
    for (auto* from :
         {&out.authors_from, &out.text_from, &out.award_from, &out.funder_from,
          &out.institution_from, &out.funded_from, &out.relation_from}) {
      *from = first;
    }
    ClassPair dates;
    for (const std::size_t i : members) {
      choose(i, out);
      if (!levels[i]->has_date) continue;
      dates += weights[i].date;
      ++out.dated;
    }
    out.weights.authors = weights[out.authors_from].authors;
    out.weights.text = weights[out.text_from].text;
    out.weights.award = weights[out.award_from].award;
    out.weights.funder = weights[out.funder_from].funder;
    out.weights.institution = weights[out.institution_from].institution;
    out.weights.funded = weights[out.funded_from].funded;
    out.weights.relation = weights[out.relation_from].relation;
    if (out.dated > 0)
      out.weights.date = {dates.s / out.dated, dates.o / out.dated};
    return out;
  }

  void choose(std::size_t i, Final& out) const {
    const Weights& w = weights[i];
    if (w.author_sum().o > weights[out.authors_from].author_sum().o)
      out.authors_from = i;
    if (better_text(i, out.text_from)) out.text_from = i;
    if (w.award.o > weights[out.award_from].award.o) out.award_from = i;
    if (knows_more(levels[i]->funder, w.funder, levels[out.funder_from]->funder,
                   weights[out.funder_from].funder))
      out.funder_from = i;
    if (knows_more(levels[i]->institution, w.institution,
                   levels[out.institution_from]->institution,
                   weights[out.institution_from].institution))
      out.institution_from = i;
    if (w.funded.o > weights[out.funded_from].funded.o) out.funded_from = i;
    if (w.relation.o > weights[out.relation_from].relation.o)
      out.relation_from = i;
  }
};

void lift(const Groups& groups, std::vector<Final>& finals) {
  std::vector<double> before;
  before.reserve(finals.size());
  for (const auto& one : finals) before.push_back(one.log_odds);
  for (std::size_t i = 0; i < finals.size(); ++i) {
    double best = before[i];
    for (const auto& edge : groups.lifts[i]) {
      const double lifted =
          log_odds_of(edge.rho * probability(before[edge.from]));
      if (!(lifted > best)) continue;
      best = lifted;
      finals[i].raised_by = edge.from;
    }
    finals[i].raise = best - before[i];
    finals[i].log_odds = best;
  }
}

}  // namespace

std::vector<Final> second_pass(const std::vector<const Levels*>& levels,
                               const Groups& groups, const Model& model) {
  std::vector<Weights> weights;
  std::vector<std::vector<std::size_t>> members(levels.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    weights.push_back(weigh(*levels[i], model));
    members[groups.cluster[i]].push_back(i);
  }
  std::vector<Final> finals(levels.size());
  const Merge merge{levels, weights};
  for (const auto& cluster : members) {
    if (cluster.empty()) continue;
    Final merged = merge.of(cluster);
    // All pairs of a plan have its authors and the same collection.
    const Levels& any = *levels[cluster.front()];
    merged.log_odds = score(merged.weights.sum(), any, model).log_odds;
    for (const std::size_t i : cluster) {
      finals[i] = merged;
      finals[i].own_log_odds = score(weights[i].sum(), any, model).log_odds;
    }
  }
  lift(groups, finals);
  return finals;
}

bool better(const Final& a, const std::string& a_doi, const Final& b,
            const std::string& b_doi) {
  if (a.log_odds != b.log_odds) return a.log_odds > b.log_odds;
  if (a.own_log_odds != b.own_log_odds) return a.own_log_odds > b.own_log_odds;
  return a_doi < b_doi;
}

}  // namespace dmp::match::linkage
