// Dates, topics and the second pass of the slow model.
#include "match/slow_linkage.h"
#include "match/slow_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace dmp::match::linkage {

namespace {

using Real = long double;

// ----------------------------------------------------------------------- dates

struct Days {
  text::Day first = 0, last = 0;
};
std::optional<Days> days_of(const model::Work& work) {
  if (!work.publication_date) return std::nullopt;
  const text::Day first = *work.publication_date;
  const text::Day last =
      std::max(first, work.publication_date_end.value_or(first));
  const int year = text::from_day(first).year;
  if (work.source_name == "OpenAlex" && first == last &&
      first == text::to_day(year, 1, 1))
    return Days{first, text::to_day(year + 1, 1, 1) - 1};
  return Days{first, last};
}

std::size_t date_bin(text::Day day, text::Day start, text::Day end) {
  constexpr text::Day kYear = 365;
  if (day < start - 3 * kYear) return 0;
  if (day < start - kYear) return 1;
  if (day < start) return 2;
  if (day < start + (end - start) / 2) return 3;
  if (day <= end) return 4;
  if (day <= end + kYear) return 5;
  return day <= end + 3 * kYear ? 6 : 7;
}

using Bins = std::array<Real, kDateBins>;

// Day by day: of a month that a work may be of, each has the same share.
Bins count_dates(text::Day start, text::Day end, const SlowCollection& all) {
  const auto month = [](text::Day day) {
    return text::from_day(day).year * 12 + text::from_day(day).month - 1;
  };
  Bins bins{};
  for (const auto& work : all.works) {
    const auto days = days_of(work);
    if (!days) continue;
    // Twelfths; what they do not divide goes to the first months.
    const int first = month(days->first), n = month(days->last) - first + 1;
    for (int twelfth = 0; twelfth < 12; ++twelfth) {
      const int at = first + twelfth % n;
      const text::Day begin = text::to_day(at / 12, at % 12 + 1, 1),
                      after = text::to_day((at + 1) / 12, (at + 1) % 12 + 1, 1);
      for (text::Day day = begin; day < after; ++day)
        bins[date_bin(day, start, end)] += Real(1) / 12 / (after - begin);
    }
  }
  return bins;
}

Bins dates_by_chance(text::Day start, text::Day end,
                     const SlowCollection& all) {
  const auto question = [&](std::size_t b) {
    return fmt::format("days {} {} {}", start, end, b);
  };
  if (!all.counted.contains(question(0))) {
    const Bins bins = count_dates(start, end, all);
    for (std::size_t b = 0; b < kDateBins; ++b)
      all.counted[question(b)] = bins[b];
  }
  Bins bins{};
  Real sum = 0;
  for (std::size_t b = 0; b < kDateBins; ++b)
    sum += bins[b] = all.counted.at(question(b));
  for (auto& bin : bins) bin = (bin + 2) / (sum + 2 * kDateBins);
  return bins;
}

}  // namespace

std::optional<Ratio> slow_date(const model::Plan& plan, const model::Work& work,
                               const SlowCollection& all, const Model& model) {
  const auto days = days_of(work);
  if (!plan.project_start || !days) return std::nullopt;
  const bool open = !plan.project_end || plan.end_inferred;
  const text::Day start = *plan.project_start;
  const text::Day end =
      open ? start + 1'095 : std::max(*plan.project_end, start + 30);
  Bins f{}, g = dates_by_chance(start, end, all), m{}, h{};
  for (text::Day day = days->first; day <= days->last; ++day)
    f[date_bin(day, start, end)] += Real(1) / (days->last - days->first + 1);
  for (std::size_t b = 0; b < kDateBins; ++b) {
    m[b] = model.date_o[b];
    h[b] = model.date_s[b] * g[b];
  }
  for (auto* row : {&f, &g, &m, &h}) {
    if (!open) continue;
    (*row)[5] += (*row)[6] + (*row)[7];
    (*row)[6] = (*row)[7] = 0;
  }
  Real o = 0, s = 0;
  for (std::size_t b = 0; b < (open ? 6 : kDateBins); ++b) {
    o += f[b] * m[b] / g[b];
    s += f[b] * h[b] / g[b];
  }
  s /= std::accumulate(h.begin(), h.end(), Real(0));
  const Real during = model.date_during;
  return Ratio{(1 - during) * s + during * o, o};
}

namespace {

// ---------------------------------------------------------------------- topics

std::string text_of(const std::optional<std::string>& title,
                    const std::optional<std::string>& abstract_text) {
  return title.value_or("") + " " + abstract_text.value_or("");
}

bool long_enough(const std::optional<std::string>& abstract_text) {
  return slow_characters(abstract_text) > 40;
}

std::map<std::string, int> frequencies(std::vector<std::string> words) {
  if (words.size() > 5'000) words.resize(5'000);
  std::map<std::string, int> found;
  for (const auto& word : words) ++found[word];
  return found;
}

std::map<std::string, Real> weights_of(const model::Plan& plan,
                                       const SlowCollection& all) {
  const Real documents = static_cast<Real>(
      std::max(all.counts.title.documents, all.counts.abstract_text.documents));
  std::map<std::string, Real> weights;
  for (const auto& [word, times] :
       frequencies(slow_words(text_of(plan.title, plan.abstract_text)))) {
    const auto known = all.terms.find(word);
    if (known == all.terms.end()) continue;
    const Real df = static_cast<Real>(
        std::max(known->second.title, known->second.abstract_text));
    if (df == 0) continue;
    weights[word] = std::log(1 + (documents - df + .5L) / (df + .5L)) *
                    std::sqrt(std::min<Real>(times, 3));
  }
  return weights;
}

Real bm25(const std::map<std::string, Real>& weights, const model::Work& work,
          const SlowCollection& all) {
  const auto& counts = all.counts;
  const Real mean =
      static_cast<Real>(counts.title.tokens + counts.abstract_text.tokens) /
      std::max(counts.title.documents, counts.abstract_text.documents);
  const auto words = slow_words(text_of(work.title, work.abstract_text));
  Real sum = 0;
  for (const auto& [word, weight] : weights) {
    const Real tf = std::count(words.begin(), words.end(), word);
    sum += weight * tf / (tf + 1.2L * (.25L + .75L * words.size() / mean));
  }
  return sum;
}

bool has_words(const model::Work& work) {
  return !slow_words(text_of(work.title, work.abstract_text)).empty();
}

std::size_t bin_of(Real z) {
  std::size_t bin = 0;
  for (const double edge : kTextEdges) bin += z >= edge ? 1 : 0;
  return bin;
}

Real z_of(const SlowTopics& topics, std::size_t plan, bool abstract, Real x) {
  return (x - topics.mean[plan][abstract]) /
         std::max<Real>(topics.deviation[plan][abstract], 1e-4L);
}

// Scores of the sample against every plan with words, by kind of work.
using Scores = std::vector<std::array<std::vector<Real>, 2>>;

void measure(const Scores& scores, const std::vector<SlowPlan>& plans,
             const std::vector<bool>& worded, SlowTopics& topics) {
  const auto kind = [&](std::size_t plan) {
    return long_enough(plans[plan].plan->abstract_text);
  };
  auto& [mean, deviation, chance] = topics;
  mean.resize(plans.size());
  deviation.resize(plans.size());
  for (std::size_t p = 0; p < plans.size(); ++p) {
    for (std::size_t w = 0; w < 2; ++w) {
      const auto& x = scores[p][w];
      const Real n = std::max<Real>(static_cast<Real>(x.size()), 1);
      mean[p][w] = std::accumulate(x.begin(), x.end(), Real(0)) / n;
      Real squares = 0;
      for (const Real one : x) squares += std::pow(one - mean[p][w], 2);
      deviation[p][w] = std::sqrt(squares / n);
    }
  }
  const auto raw_mean = mean, raw_deviation = deviation;
  for (std::size_t p = 0; p < plans.size(); ++p) {
    for (std::size_t w = 0; w < 2; ++w) {
      Real all_mean = 0, all_deviation = 0, n = 0;
      for (std::size_t other = 0; other < plans.size(); ++other) {
        if (!worded[other] || kind(other) != kind(p)) continue;
        all_mean += raw_mean[other][w];
        all_deviation += raw_deviation[other][w];
        n += 1;
      }
      const Real works = static_cast<Real>(scores[p][w].size());
      if (n == 0) continue;
      mean[p][w] = (works * raw_mean[p][w] + 20 * all_mean / n) / (works + 20);
      deviation[p][w] =
          (works * raw_deviation[p][w] + 20 * all_deviation / n) / (works + 20);
    }
  }
}

}  // namespace

SlowTopics slow_topics(const std::vector<SlowPlan>& plans,
                       const SlowCollection& all) {
  Scores scores(plans.size());
  std::vector<bool> worded;
  for (std::size_t p = 0; p < plans.size(); ++p) {
    const auto weights = weights_of(*plans[p].plan, all);
    worded.push_back(!weights.empty());
    for (const auto& work : all.works) {
      if (has_words(work)) {
        scores[p][long_enough(work.abstract_text)].push_back(
            bm25(weights, work, all));
      }
    }
  }
  SlowTopics topics;
  measure(scores, plans, worded, topics);
  std::array<std::array<Real, kTextBins>, kConditions> counts{};
  std::array<Real, kTextBins> pooled{};
  Real sum = 0;
  for (std::size_t p = 0; p < plans.size(); ++p) {
    const std::size_t kind = long_enough(plans[p].plan->abstract_text) ? 2 : 0;
    for (std::size_t w = 0; worded[p] && w < 2; ++w) {
      for (const Real x : scores[p][w]) {
        const std::size_t bin = bin_of(z_of(topics, p, w == 1, x));
        counts[kind + w][bin] += 1;
        pooled[bin] += 1;
        sum += 1;
      }
    }
  }
  for (std::size_t b = 0; b < kTextBins; ++b)
    pooled[b] = (pooled[b] + 20 * measured_text_u()[b]) / (sum + 20);
  for (std::size_t c = 0; c < kConditions; ++c) {
    const Real own =
        std::accumulate(counts[c].begin(), counts[c].end(), Real(0));
    for (std::size_t b = 0; b < kTextBins; ++b) {
      Real& u = topics.chance[c][b];
      u = (counts[c][b] + 20 * pooled[b]) / (own + 20);
      if (b >= 9) u = std::max(u, .3L * topics.chance[c][b - 1]);
    }
  }
  return topics;
}

namespace {

// What m_O / u must not do: fall. By the min-max formula of the nearest rising
// row: the largest over beginnings of the smallest mean over ends. Bins of one
// value are one bin.
Ratio topic_ratio(const std::array<Real, kTextBins>& u,
                  const std::array<double, kTextBins>& s,
                  const std::array<double, kTextBins>& o, std::size_t bin) {
  const auto sum = [](const auto& row, std::size_t from, std::size_t to) {
    Real total = 0;
    for (std::size_t b = from; b <= to; ++b) total += row[b];
    return total;
  };
  const auto risen = [&](std::size_t at) {
    Real most = 0;
    for (std::size_t from = 0; from <= at; ++from) {
      Real least = 1e300L;
      for (std::size_t to = at; to < kTextBins; ++to)
        least = std::min(least, sum(o, from, to) / sum(u, from, to));
      most = std::max(most, least);
    }
    return most;
  };
  std::size_t first = bin, last = bin;
  const auto same = [&](std::size_t b) {
    return std::abs(risen(b) / risen(bin) - 1) < 1e-13L;
  };
  while (first > 0 && same(first - 1)) --first;
  while (last + 1 < kTextBins && same(last + 1)) ++last;
  return {sum(s, first, last) / sum(u, first, last),
          sum(o, first, last) / sum(u, first, last)};
}

void compare_topics(const SlowPlan& plan, std::size_t at,
                    const model::Work& work, const SlowTopics& topics,
                    const SlowCollection& all, const Model& model,
                    SlowFound& found) {
  const auto weights = weights_of(*plan.plan, all);
  if (weights.empty() || !has_words(work)) return;
  const bool abstract = long_enough(work.abstract_text);
  const std::size_t c =
      (long_enough(plan.plan->abstract_text) ? 2 : 0) + (abstract ? 1 : 0);
  found.z = z_of(topics, at, abstract, bm25(weights, work, all));
  found.text_rank = abstract ? 2 : 1;
  found.text = topic_ratio(topics.chance[c], model.text_s[c], model.text_o[c],
                           bin_of(found.z));
}

// ----------------------------------------------------------------- second pass

Real log_odds(const SlowFound& found, Real works, const Model& model) {
  Ratio all;
  Real nobody = 1;
  for (const auto& author : found.authors) {
    all.times(author);
    nobody *= 1 - static_cast<Real>(model.q.o);
  }
  for (const auto* one : {&found.text, &found.date, &found.award, &found.funder,
                          &found.institution, &found.funded, &found.relation})
    all.times(*one);
  if (found.authors.empty()) nobody = 0;
  const Real s = std::pow(all.s, Real(model.tau)) * model.lambda.s / works;
  const Real o =
      std::pow(all.o, Real(model.tau)) * model.lambda.o / works / (1 - nobody);
  return std::log2(o) - std::log2(1 + s);
}

std::set<std::string> people(const model::Work& work, bool initials) {
  std::set<std::string> keys;
  for (std::size_t i = 0; i < std::min<std::size_t>(work.authors.size(), 100);
       ++i) {
    const auto& name = work.authors[i].name;
    const std::string surname = slow_folded(name.surname);
    if (surname.empty()) continue;
    keys.insert(surname +
                (initials ? "/" + slow_folded(name.first_initial) : ""));
  }
  return keys;
}

bool meet(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const auto& one) { return b.contains(one); });
}

std::string title_of(const model::Work& work) {
  std::string title = slow_folded(work.title);
  std::erase_if(title, [](char c) { return c >= '0' && c <= '9'; });
  return slow_characters(title) > 20 ? title : "";
}

bool has(const std::vector<std::string>& list, const std::string& doi) {
  return std::find(list.begin(), list.end(), doi) != list.end();
}

bool one_work(const model::Work& a, const model::Work& b,
              const std::vector<model::Work>& works) {
  if (has(a.intra_work_dois, b.doi) || has(b.intra_work_dois, a.doi))
    return true;
  const std::string title = title_of(a);
  if (title.empty() || title != title_of(b)) return false;
  const auto times =
      std::count_if(works.begin(), works.end(),
                    [&](const auto& w) { return title_of(w) == title; });
  return times <= 5 && meet(people(a, false), people(b, false));
}

// Names are passed on until nothing changes.
std::vector<std::size_t> clusters(const std::vector<model::Work>& works) {
  std::vector<std::size_t> of(works.size());
  std::iota(of.begin(), of.end(), 0);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < works.size(); ++i) {
      for (std::size_t j = 0; j < works.size(); ++j) {
        if (of[j] <= of[i] || !one_work(works[i], works[j], works)) continue;
        of[j] = of[i];
        changed = true;
      }
    }
  }
  return of;
}

// Of members of a cluster, the first best by `rank` and then `size`.
template <class Rank>
const SlowFound& best_of(const std::vector<SlowFound>& all, Rank rank) {
  return *std::max_element(
      all.begin(), all.end(),
      [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

SlowFound merged(const std::vector<SlowFound>& all) {
  const auto informed = [](Agreement level) {
    return level == Agreement::agree ? 2 : level == Agreement::disagree ? 1 : 0;
  };
  SlowFound out = best_of(all, [](const auto& one) {
    Real product = 1;
    for (const auto& author : one.authors) product *= author.o;
    return product;
  });
  out.text = best_of(all, [](const auto& one) {
               return std::pair(one.text_rank, one.z);
             }).text;
  out.award = best_of(all, [](const auto& one) { return one.award.o; }).award;
  out.funder = best_of(all, [&](const auto& one) {
                 return std::pair(informed(one.funder_level), one.funder.o);
               }).funder;
  out.institution =
      best_of(all, [&](const auto& one) {
        return std::pair(informed(one.institution_level), one.institution.o);
      }).institution;
  out.funded =
      best_of(all, [](const auto& one) { return one.funded.o; }).funded;
  out.relation =
      best_of(all, [](const auto& one) { return one.relation.o; }).relation;
  Ratio dates;
  Real n = 0;
  for (const auto& one : all) {
    if (one.dated) dates.times(one.date);
    n += one.dated ? 1 : 0;
  }
  if (n > 0) out.date = {std::pow(dates.s, 1 / n), std::pow(dates.o, 1 / n)};
  return out;
}

bool is_data(const model::Work& work) {
  return work.work_type == "DATASET" || work.work_type == "SOFTWARE";
}

bool related(const model::Work& a, const model::Work& b) {
  return has(a.possible_shared_project_dois, b.doi) ||
         has(a.dataset_citation_dois, b.doi);
}

}  // namespace

std::vector<SlowPair> slow_linkage(const SlowPlan& plan, std::size_t at,
                                   const std::vector<model::Work>& works,
                                   const SlowTopics& topics,
                                   const SlowCollection& all,
                                   const Model& model) {
  const Real n = static_cast<Real>(all.works.size());
  std::vector<SlowFound> found;
  std::vector<SlowPair> pairs;
  for (const auto& work : works) {
    found.push_back(slow_compare(plan, work, all, model));
    compare_topics(plan, at, work, topics, all, model, found.back());
    pairs.push_back({found.back().opens,
                     static_cast<double>(log_odds(found.back(), n, model)), 0});
  }
  const auto of = clusters(works);
  std::vector<Real> odds;
  for (std::size_t i = 0; i < works.size(); ++i) {
    std::vector<SlowFound> members;
    for (std::size_t j = 0; j < works.size(); ++j) {
      if (of[j] == of[i]) members.push_back(found[j]);
    }
    odds.push_back(log_odds(merged(members), n, model));
  }
  for (std::size_t i = 0; i < works.size(); ++i) {
    Real best = odds[i];
    for (std::size_t j = 0; j < works.size(); ++j) {
      const bool edge =
          related(works[i], works[j]) || related(works[j], works[i]);
      if (i == j || !edge || !is_data(works[i])) continue;
      const Real rho =
          meet(people(works[i], true), people(works[j], true)) ? .9L : .2L;
      const Real p = rho / (1 + std::exp2(-odds[j]));
      best = std::max(best, std::log2(p / (1 - p)));
    }
    pairs[i].log_odds = static_cast<double>(best);
  }
  return pairs;
}

}  // namespace dmp::match::linkage
