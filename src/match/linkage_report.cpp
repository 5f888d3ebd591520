#include "match/linkage_report.h"

#include "text/xxh3.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dmp::match::linkage {

// ------------------------------------------------------------------------ list

namespace {

std::uint64_t drawn(const std::string& plan, const std::string& work) {
  constexpr std::uint64_t kSeed = 42;
  const std::string key = plan + "\n" + work;
  return XXH3_64bits_withSeed(key.data(), key.size(), kSeed);
}

// Gives the last `places` of `most` to works drawn from the doubtful ones.
std::vector<Listed> explore(const std::string& plan,
                            const std::vector<Pair>& pairs,
                            std::vector<Listed> all, std::size_t most,
                            std::size_t places) {
  constexpr double kLeast = .01, kMost = .5;
  std::vector<Listed> listed(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(most - places));
  std::vector<std::size_t> doubtful, others;  // places in `all`
  for (std::size_t i = most - places; i < all.size(); ++i) {
    const double p = all[i].probability;
    (p >= kLeast && p <= kMost ? doubtful : others).push_back(i);
  }
  std::sort(doubtful.begin(), doubtful.end(),
            [&](std::size_t a, std::size_t b) {
              return drawn(plan, pairs[all[a].pair].doi) <
                     drawn(plan, pairs[all[b].pair].doi);
            });
  doubtful.resize(std::min(doubtful.size(), places));
  // Where there are too few of them, the next best.
  others.resize(std::min(others.size(), places - doubtful.size()));
  doubtful.insert(doubtful.end(), others.begin(), others.end());
  std::sort(doubtful.begin(), doubtful.end());
  for (const std::size_t i : doubtful) listed.push_back(all[i]);
  return listed;
}

}  // namespace

std::vector<Listed> list_of(const std::string& plan_doi,
                            const std::vector<Pair>& pairs,
                            const std::vector<Final>& finals,
                            const Model& model, const SearchOptions& options) {
  std::vector<Listed> all;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double p = calibrated(finals[i].log_odds, model);
    if (p >= options.min_probability) all.push_back({i, p});
  }
  std::sort(all.begin(), all.end(), [&](const Listed& a, const Listed& b) {
    return better(finals[a.pair], pairs[a.pair].doi, finals[b.pair],
                  pairs[b.pair].doi);
  });
  const auto most = static_cast<std::size_t>(options.max_results);
  if (all.size() <= most) return all;
  const auto places = static_cast<std::size_t>(
      std::floor(options.explore_ratio * static_cast<double>(most)));
  if (places > 0) return explore(plan_doi, pairs, std::move(all), most, places);
  all.resize(most);
  return all;
}

// --------------------------------------------------------------------- weights

namespace {

class Entries {
 public:
  explicit Entries(const Model& model) : tau_(model.tau) {}

  model::WeightEntry& add(const char* kind, std::string_view level,
                          const ClassPair& weight) {
    model::WeightEntry entry;
    entry.kind = kind;
    entry.level = level;
    entry.vs_chance = tau_ * weight.o;
    entry.vs_team = tau_ * (weight.o - weight.s);
    list.push_back(std::move(entry));
    return list.back();
  }

  std::vector<model::WeightEntry> list;

 private:
  double tau_;
};

std::string from(const std::vector<Pair>& pairs, std::size_t donor,
                 std::size_t own) {
  return donor == own ? "" : "of the version " + pairs[donor].doi;
}

void add_note(model::WeightEntry& entry, const std::string& note) {
  if (note.empty()) return;
  entry.note += (entry.note.empty() ? "" : "; ") + note;
}

void add_authors(const LinkagePlan& plan, const std::vector<Pair>& pairs,
                 const Final& final, std::size_t own, Entries& entries) {
  const auto& levels = pairs[final.authors_from].levels.authors;
  for (std::size_t i = 0; i < final.weights.authors.size(); ++i) {
    auto& entry = entries.add("author", name_of(levels[i].level),
                              final.weights.authors[i]);
    if (i < plan.authors.size()) entry.dmp = plan.authors[i].index;
    if (final.authors_from == own) entry.work = levels[i].work_author;
    if (levels[i].level != NameLevel::none)
      add_note(entry, from(pairs, final.authors_from, own));
  }
}

void add_text(const std::vector<Pair>& pairs, const Final& final,
              std::size_t own, Entries& entries) {
  const Levels& text = pairs[final.text_from].levels;
  if (text.text_bin < 0) return;
  auto& entry =
      entries.add("text", std::to_string(text.text_bin), final.weights.text);
  entry.note = fmt::format("z {:.1f}", text.text_z);
  add_note(entry, from(pairs, final.text_from, own));
}

// The bin that has most of the work's days.
void add_date(const Levels& levels, const Final& final, Entries& entries) {
  if (final.dated == 0) return;
  constexpr double kAll = .995, kPercent = 100;
  const auto most =
      std::max_element(levels.date_f.begin(), levels.date_f.end());
  const auto bin = static_cast<std::size_t>(most - levels.date_f.begin());
  auto& entry =
      entries.add("date",
                  levels.has_date ? name_of_date_bin(bin, levels.open_end)
                                  : std::string_view("of_a_version"),
                  final.weights.date);
  if (levels.has_date && *most < kAll)
    entry.note = fmt::format("{:.0f} % of the possible days", kPercent * *most);
  if (final.dated > 1)
    add_note(entry, fmt::format("mean of {} versions", final.dated));
}

// What is said of one item of either list, by one of the versions.
struct Item {
  const char* kind;
  std::string_view level;
  ClassPair weight;
  std::size_t donor;
  Place place;
};
void add_item(const Item& item, const std::vector<Pair>& pairs, std::size_t own,
              Entries& entries) {
  auto& entry = entries.add(item.kind, item.level, item.weight);
  add_note(entry, from(pairs, item.donor, own));
  if (item.donor != own) return;
  entry.dmp = item.place.dmp;
  entry.work = item.place.work;
}

void add_items(const std::vector<Pair>& pairs, const Final& final,
               std::size_t own, const Places& places, Entries& entries) {
  const Weights& weights = final.weights;
  const Levels& award = pairs[final.award_from].levels;
  if (award.award != AwardLevel::unusable) {
    add_item({"award", name_of(award.award), weights.award, final.award_from,
              places.award},
             pairs, own, entries);
  }
  const Agreement funder = pairs[final.funder_from].levels.funder;
  if (funder != Agreement::missing) {
    add_item({"funder", name_of(funder), weights.funder, final.funder_from,
              places.funder},
             pairs, own, entries);
  }
  const Agreement house = pairs[final.institution_from].levels.institution;
  if (house != Agreement::missing) {
    add_item({"institution", name_of(house), weights.institution,
              final.institution_from, places.institution},
             pairs, own, entries);
  }
  if (pairs[final.funded_from].levels.funded) {
    add_item({"funded", "funded", weights.funded, final.funded_from, {}}, pairs,
             own, entries);
  }
  const RelationLevel relation = pairs[final.relation_from].levels.relation;
  if (relation == RelationLevel::none) return;
  add_item({"relation",
            name_of(relation),
            weights.relation,
            final.relation_from,
            {}},
           pairs, own, entries);
  if (final.relation_from == own)
    add_note(entries.list.back(), "to " + places.output);
}

}  // namespace

std::vector<model::WeightEntry> weight_entries(
    const LinkagePlan& plan, const std::vector<Pair>& pairs, const Final& final,
    std::size_t own, const Places& places, const Model& model) {
  Entries entries(model);
  model::WeightEntry first;
  first.kind = "prior";
  const ClassPair expected = prior(pairs[own].levels, model);
  first.vs_chance = expected.o;
  first.vs_team = expected.o - expected.s;
  entries.list.push_back(std::move(first));
  add_authors(plan, pairs, final, own, entries);
  add_text(pairs, final, own, entries);
  add_date(pairs[own].levels, final, entries);
  add_items(pairs, final, own, places, entries);
  if (final.raise > 0) {
    model::WeightEntry raised;
    raised.kind = "related";
    raised.level = "work";
    raised.vs_chance = raised.vs_team = final.raise;
    raised.note = pairs[final.raised_by].doi;
    entries.list.push_back(std::move(raised));
  }
  return std::move(entries.list);
}

}  // namespace dmp::match::linkage
