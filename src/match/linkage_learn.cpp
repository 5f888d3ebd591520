// Expectation maximisation. The chance of each level is never learned; the
// orderings of q, text and award and the pseudo-counts of the compiled-in
// tables keep the classes from changing places. Source: linkage.md 7, but for:
//   what no list shows   other work by nobody whom the plan names is never a
//     pair, so q of S and lambda of S count it by its expected number; plans of
//     one author say nothing of q
//   date_during          stays: outputs on no clear topic would move it
//   text                 a row is not mixed with those of other conditions,
//     where topic tells more or less
//   Worth, kLeastTeam   where topic hardly tells outputs from other work, the
//     pairs leave the low end of the topic table almost free, and O takes in a
//     part of S; all the more where plans have one author
//   lambda   is learned once more with tau at the end, so that probabilities
//     (before the second pass) sum to the works that are expected; with that of
//     tau = 1 they are too small where records are poor
// Measured: bench/README.md.
#include "match/linkage_learn.h"

#include "match/linkage_order.h"
#include "match/linkage_recalibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

namespace dmp::match::linkage {

namespace {

using Row = TextRow;

constexpr int kMostIterations = 300;
// Smaller than the 1e-4 of the specification: with a slow rate of .99 that
// stops 0.01 before the fixed point, and bad starts end elsewhere.
constexpr double kEnough = 1e-6;
constexpr std::int64_t kPlansForTables = 100, kPlansForScale = 30;

// Chance of the class of one pair.
ClassPair responsibility(const Levels& levels, const Model& model, double tau) {
  const ClassPair sum = weigh(levels, model).sum();
  const ClassPair first = prior(levels, model);
  const double a = tau * sum.s + first.s, b = tau * sum.o + first.o;
  const double most = std::max({0.0, a, b});
  const double r = std::exp2(-most), s = std::exp2(a - most),
               o = std::exp2(b - most);
  return {s / (r + s + o), o / (r + s + o)};
}

// Sums over the pairs, each weighted by its class.
struct Counts {
  ClassPair classes;         // of all works, of S with what no list shows
  ClassPair present, slots;  // plan authors, of plans with two or more
  std::array<Row, kConditions> text_s{}, text_o{};
  DateTable date_o{}, date_s{}, date_g{};
  double dated_o = 0;
  std::array<ClassPair, kAwardLevels> award{};
  ClassPair funder_agree, funder_known, institution_agree, institution_known;

  void add(const Levels& levels, const ClassPair& r, const Model& model);

 private:
  void add_authors(const Levels& levels, const ClassPair& r,
                   const Model& model);
  void add_dates(const Levels& levels, const ClassPair& r, const Model& model);
};

ClassPair times(const ClassPair& a, const ClassPair& b) {
  return {a.s * b.s, a.o * b.o};
}

void Counts::add_authors(const Levels& levels, const ClassPair& r,
                         const Model& model) {
  const std::size_t authors = levels.authors.size();
  const ClassPair all{r.s / named_chance(model.q.s, authors), r.o};
  classes += all;
  if (authors < 2) return;
  for (const auto& author : levels.authors) {
    const double ratio =
        model.author_a[static_cast<std::size_t>(author.level)] / author.u;
    const auto presence = [&](double q) {
      return q * ratio / (1 - q + q * ratio);
    };
    present += times(r, {presence(model.q.s), presence(model.q.o)});
    slots += all;
  }
}

// Of a work of S: that it is one of those timed like the outputs.
double during_share(const Levels& levels, const Model& model) {
  const ClassPair weight = date_weight(levels, model);
  return model.date_during * std::exp2(weight.o - weight.s);
}

void Counts::add_dates(const Levels& levels, const ClassPair& r,
                       const Model& model) {
  DateTable share{};
  double sum = 0;
  constexpr std::size_t kOpen = 5;  // from here one bin when there is no end
  double f = 0, g = 0, m = 0;
  for (std::size_t b = kOpen; b < kDateBins; ++b) {
    f += levels.date_f[b];
    g += levels.date_g[b];
    m += model.date_o[b];
  }
  for (std::size_t b = 0; b < kDateBins; ++b) {
    share[b] = levels.open_end && b >= kOpen
                   ? f * m / g * model.date_o[b] / m
                   : levels.date_f[b] * model.date_o[b] / levels.date_g[b];
    sum += share[b];
  }
  // Of S, what is not timed like outputs.
  const double spread = r.s * (1 - during_share(levels, model));
  for (std::size_t b = 0; b < kDateBins; ++b) {
    date_o[b] += r.o * share[b] / sum;
    date_s[b] += spread * levels.date_f[b];
    date_g[b] += spread * levels.date_g[b];
  }
  dated_o += r.o;
}

void Counts::add(const Levels& levels, const ClassPair& r, const Model& model) {
  add_authors(levels, r, model);
  if (levels.text_bin >= 0) {
    const auto c = static_cast<std::size_t>(levels.text_condition);
    const auto b = static_cast<std::size_t>(levels.text_bin);
    text_s[c][b] += r.s;
    text_o[c][b] += r.o;
  }
  if (levels.has_date) add_dates(levels, r, model);
  if (levels.award != AwardLevel::unusable)
    award[static_cast<std::size_t>(levels.award)] += r;
  const auto organisation = [&](Agreement level, ClassPair& agree,
                                ClassPair& known) {
    if (level == Agreement::missing) return;
    known += r;
    if (level == Agreement::agree) agree += r;
  };
  organisation(levels.funder, funder_agree, funder_known);
  organisation(levels.institution, institution_agree, institution_known);
}

// ------------------------------------------------------------------ the M step

Row normalised(Row row) {
  const double sum = std::accumulate(row.begin(), row.end(), 0.0);
  for (auto& value : row) value /= sum;
  return row;
}

// What a row is made to follow: base times a factor that rises with the bin.
Row rising_ratio(const Row& row, const Row& base) {
  Row logs{};
  for (std::size_t b = 0; b < kTextBins; ++b)
    logs[b] = std::log(row[b] / base[b]);
  const Row fitted = rising(logs, base);
  Row out{};
  for (std::size_t b = 0; b < kTextBins; ++b)
    out[b] = base[b] * std::exp(fitted[b]);
  return normalised(out);
}

// What the compiled-in rows of topics, and that of the dates of outputs, are
// worth in pairs. Topics no less of many plans, since what they correct is the
// model, not chance. `lone`: share of plans of one author, whose pairs tell
// less; where there are others too, their pairs tell for them.
struct Worth {
  Worth(std::int64_t plans, double lone)
      : topics(std::max(300.0, .75 * static_cast<double>(plans)) +
               700 * lone * lone),
        dates(20 + 300 * lone * lone) {}
  double topics, dates;
};

std::array<Row, kConditions> text_rows(const std::array<Row, kConditions>& seen,
                                       const TextTable& first, double worth) {
  std::array<Row, kConditions> out{};
  for (std::size_t c = 0; c < kConditions; ++c) {
    for (std::size_t b = 0; b < kTextBins; ++b)
      out[c][b] = seen[c][b] + worth * first[c][b];
    out[c] = normalised(out[c]);
  }
  return out;
}

void learn_text(const Counts& counts, const TextChance& chance, double worth,
                const Model& defaults, Model& model) {
  const auto s = text_rows(counts.text_s, defaults.text_s, worth);
  const auto o = text_rows(counts.text_o, defaults.text_o, worth);
  for (std::size_t c = 0; c < kConditions; ++c) {
    model.text_s[c] = rising_ratio(s[c], chance[c]);
    model.text_o[c] = rising_ratio(o[c], model.text_s[c]);
  }
}

void learn_dates(const Counts& counts, double worth, const Model& defaults,
                 Model& model) {
  constexpr double kPseudo = 20;
  double sum = 0;
  for (std::size_t b = 0; b < kDateBins; ++b) {
    model.date_o[b] = (counts.date_o[b] + worth * defaults.date_o[b]) /
                      (counts.dated_o + worth);
    model.date_s[b] =
        (counts.date_s[b] + kPseudo) / (counts.date_g[b] + kPseudo);
    sum += model.date_s[b];
  }
  for (auto& value : model.date_s) value *= kDateBins / sum;
}

void learn_awards(const Counts& counts, const Model& defaults, Model& model) {
  // The least: centre grants, which the pairs alone do not show.
  constexpr double kPseudo = 50, kMostTeam = .2, kLeastTeam = .03;
  ClassPair sum;
  for (const auto& count : counts.award) sum += count;
  double matches = 0, rest = 0;  // of S
  for (std::size_t i = 1; i < kAwardLevels; ++i) {
    ClassPair& m = model.award[i];
    m.s =
        (counts.award[i].s + kPseudo * defaults.award[i].s) / (sum.s + kPseudo);
    m.o =
        (counts.award[i].o + kPseudo * defaults.award[i].o) / (sum.o + kPseudo);
    const bool match = is_match(static_cast<AwardLevel>(i));
    if (match) m.s = std::clamp(m.s, kLeastTeam * m.o, kMostTeam * m.o);
    (match ? matches : rest) += m.s;
  }
  for (std::size_t i = 1; i < kAwardLevels; ++i) {
    if (!is_match(static_cast<AwardLevel>(i)))
      model.award[i].s *= (1 - matches) / rest;
  }
}

ClassPair organisation_share(const ClassPair& agree, const ClassPair& known,
                             const ClassPair& first) {
  constexpr double kPseudo = 20;
  ClassPair m{(agree.s + kPseudo * first.s) / (known.s + kPseudo),
              (agree.o + kPseudo * first.o) / (known.o + kPseudo)};
  if (m.o < m.s) m.s = m.o = (m.s + m.o) / 2;
  return m;
}

void learn_lambda(const Counts& counts, std::int64_t plans,
                  const Model& defaults, Model& model) {
  constexpr double kPseudo = 2;
  const double all = static_cast<double>(plans) + kPseudo;
  model.lambda = {(counts.classes.s + kPseudo * defaults.lambda.s) / all,
                  (counts.classes.o + kPseudo * defaults.lambda.o) / all};
}

void learn_presence(const Counts& counts, const Model& defaults, Model& model) {
  // The least: what no list shows is counted as 1 / q, and would run away.
  constexpr double kPseudo = 20, kLeast = .05, kMost = .999;
  model.q = {
      (counts.present.s + kPseudo * defaults.q.s) / (counts.slots.s + kPseudo),
      (counts.present.o + kPseudo * defaults.q.o) / (counts.slots.o + kPseudo)};
  model.q.s = std::clamp(model.q.s, kLeast, kMost);
  model.q.o = std::clamp(model.q.o, model.q.s, kMost);
}

double change(const Model& a, const Model& b) {
  double most = std::max(std::abs(a.q.s - b.q.s), std::abs(a.q.o - b.q.o));
  for (std::size_t c = 0; c < kConditions; ++c) {
    for (std::size_t i = 0; i < kTextBins; ++i) {
      most = std::max({most, std::abs(a.text_s[c][i] - b.text_s[c][i]),
                       std::abs(a.text_o[c][i] - b.text_o[c][i])});
    }
  }
  for (std::size_t i = 0; i < kAwardLevels; ++i) {
    most = std::max({most, std::abs(a.award[i].s - b.award[i].s),
                     std::abs(a.award[i].o - b.award[i].o)});
  }
  return most;
}

// --------------------------------------------------------------- the iteration

class Learner {
 public:
  Learner(const PairSet& set, const Labels& labels) : set_(set) {
    for (const auto& plan : set.plans) {
      if (labels.empty() && !plan.levels.empty())
        lone_ += plan.levels.front().authors.size() < 2 ? 1 : 0;
      for (std::size_t i = 0; i < plan.levels.size(); ++i) {
        const auto found = labels.find({plan.plan_doi, plan.dois[i]});
        said_.push_back(found == labels.end() ? -1 : found->second ? 1 : 0);
      }
    }
  }

  // Steps it took, of the tables or lambda.
  int run(Model& model, bool tables) const {
    const int steps = tables ? learn_tables(model) : 0;
    return std::max(steps, settle_lambda(model));
  }

  std::int64_t plans() const {
    return std::max<std::int64_t>(set_.searched,
                                  static_cast<std::int64_t>(set_.plans.size()));
  }

 private:
  int learn_tables(Model& model) const {
    const Model defaults;
    const double all = std::max(1.0, static_cast<double>(plans()));
    const Worth worth(plans(), static_cast<double>(lone_) / all);
    for (int i = 1; i <= kMostIterations; ++i) {
      const Model before = model;
      const Counts counts = expect(model, 1);
      learn_lambda(counts, plans(), defaults, model);
      learn_presence(counts, defaults, model);
      learn_text(counts, set_.chance, worth.topics, defaults, model);
      learn_dates(counts, worth.dates, defaults, model);
      learn_awards(counts, defaults, model);
      model.funder = organisation_share(counts.funder_agree,
                                        counts.funder_known, defaults.funder);
      model.institution =
          organisation_share(counts.institution_agree, counts.institution_known,
                             defaults.institution);
      if (change(before, model) < kEnough) return i;
    }
    return kMostIterations;
  }

  // With the tau of use.
  int settle_lambda(Model& model) const {
    const Model defaults;
    for (int i = 1; i <= kMostIterations; ++i) {
      const ClassPair before = model.lambda;
      learn_lambda(expect(model, model.tau), plans(), defaults, model);
      if (std::abs(model.lambda.o - before.o) < kEnough &&
          std::abs(model.lambda.s - before.s) < kEnough)
        return i;
    }
    return kMostIterations;
  }

  // Plans of one author are weighed with tau 1: what EM takes for their outputs
  // is a part of S already, and would be more.
  Counts expect(const Model& model, double tau) const {
    Counts counts;
    std::size_t at = 0;
    for (const auto& plan : set_.plans) {
      for (const auto& levels : plan.levels) {
        ClassPair r =
            responsibility(levels, model, levels.authors.size() < 2 ? 1 : tau);
        const int said = said_[at++];
        if (said == 1) r = {0, 1};
        if (said == 0) r = {r.s / std::max(1 - r.o, 1e-300), 0};
        counts.add(levels, r, model);
      }
    }
    return counts;
  }

  const PairSet& set_;
  std::int64_t lone_ = 0;  // plans of one author, where there are no labels
  std::vector<int> said_;  // 1 accepted, 0 rejected, -1 nobody said
};

// --------------------------------------------------------------------- refusal

std::int64_t sure_pairs(const PairSet& set, const Model& own) {
  constexpr double kSure = .9;
  const Model model = meeting(own, set.chance);
  std::int64_t sure = 0;
  for (const auto& plan : set.plans) {
    for (const double odds : log_odds_of(plan, model))
      sure += calibrated(odds, model) >= kSure ? 1 : 0;
  }
  return sure;
}

// Parameters that no plans have.
std::vector<std::string> unlikely(const PairSet& set, const Model& model) {
  std::vector<std::string> why;
  constexpr double kMostOutputs = 50, kMostRatio = 5, kLeastTop = 2,
                   kMostOfTeam = 10'000;
  if (set.pairs() == 0) why.emplace_back("there are no pairs to learn from");
  if (!(model.lambda.s <= kMostOfTeam)) {  // nor is what is no number
    why.push_back(
        fmt::format("lambda S {:.3g} is more than 10,000", model.lambda.s));
  }
  if (model.lambda.o > kMostRatio * model.lambda.s) {
    why.push_back(
        fmt::format("lambda O {:.3g} is more than 5 x lambda S {:.3g}",
                    model.lambda.o, model.lambda.s));
  }
  if (model.lambda.o > kMostOutputs)
    why.push_back(
        fmt::format("lambda O {:.3g} is more than 50", model.lambda.o));
  for (std::size_t c = 0; c < kConditions; ++c) {
    if (model.text_o[c].back() < kLeastTop * model.text_s[c].back()) {
      why.push_back(fmt::format(
          "the nearest topic (condition {}) tells outputs from other work by "
          "less than a factor 2",
          c));
    }
  }
  return why;
}

// Only from one learned file to the next: the compiled-in tables are no run.
std::optional<std::string> upheaval(const PairSet& set, const Model& model,
                                    const Model& before) {
  constexpr double kMostChange = 3, kOnePair = 1;
  if (before.trained.method == "default") return std::nullopt;
  const std::int64_t now = sure_pairs(set, model),
                     then = sure_pairs(set, before);
  const double ratio = (static_cast<double>(now) + kOnePair) /
                       (static_cast<double>(then) + kOnePair);
  if (ratio <= kMostChange && ratio >= 1 / kMostChange) return std::nullopt;
  return fmt::format(
      "the pairs with p >= 0.9 change from {} to {} of {}, by more than a "
      "factor 3",
      then, now, set.pairs());
}

std::string not_converged() {
  return fmt::format(
      "after {} steps the parameters still moved: look at the figures of "
      "`linkage evaluate` before they are used",
      kMostIterations);
}

}  // namespace

std::int64_t labelled_pairs(const PairSet& set, const Labels& labels) {
  std::int64_t count = 0;
  for (const auto& plan : set.plans) {
    for (const auto& doi : plan.dois)
      count += labels.contains({plan.plan_doi, doi}) ? 1 : 0;
  }
  return count;
}

std::int64_t labelled_plans(const PairSet& set, const Labels& labels) {
  std::set<std::string_view> plans;
  for (const auto& plan : set.plans) {
    const auto first = labels.lower_bound({plan.plan_doi, ""});
    if (first != labels.end() && first->first.first == plan.plan_doi)
      plans.insert(plan.plan_doi);
  }
  return static_cast<std::int64_t>(plans.size());
}

Learnt learn(const PairSet& set, const Model& start, const Labels& labels,
             Update update, const Model* last) {
  Learnt result;
  result.model = start;
  const Learner learner(set, labels);
  const std::int64_t judged = labelled_plans(set, labels);
  bool tables = update == Update::all, scale = !labels.empty() && tables;
  bool lambda = update == Update::lambda || tables;
  if (update == Update::recalibrate) scale = true;
  if (update == Update::automatic && labels.empty()) {
    lambda = true;
    tables = learner.plans() >= kPlansForTables;
    if (!tables)
      result.remarks.emplace_back("fewer than 100 plans: the tables are kept");
  }
  if (update == Update::automatic && !labels.empty()) {
    scale = judged >= kPlansForScale;
    tables = lambda = judged >= kPlansForTables;
    if (!scale)
      result.remarks.emplace_back("fewer than 30 labelled plans: no change");
  }
  if (lambda) {
    result.model.trained.iterations = learner.run(result.model, tables);
    result.model.trained.method = labels.empty() ? "em" : "labels";
    if (result.model.trained.iterations == kMostIterations)
      result.remarks.push_back(not_converged());
    if (start.platt_a != 1 || start.platt_b != 0) {
      result.model.platt_a = 1;
      result.model.platt_b = 0;
      result.remarks.emplace_back(
          "the recalibration of the start is taken back: it was of other "
          "parameters");
    }
  }
  bool changed = lambda;
  auto& learned = result.model.trained.learned;
  learned.clear();
  if (lambda) learned.emplace_back("lambda");
  if (tables) learned.emplace_back("tables");
  if (scale) {
    if (recalibrate(set, labels, result.model)) {
      result.model.trained.method = "labels";
      learned.emplace_back("recalibration");
      changed = true;
    } else {
      result.remarks.emplace_back(
          "no plan of which all shown works were judged: not recalibrated");
    }
  }
  result.model.trained.plans = learner.plans();
  result.model.trained.pairs = set.pairs();
  result.model.trained.labels = labelled_pairs(set, labels);
  if (lambda) result.refusals = unlikely(set, result.model);
  if (changed) {
    if (auto why = upheaval(set, result.model, last != nullptr ? *last : start))
      result.refusals.push_back(*std::move(why));
  } else {
    result.refusals = result.remarks;
  }
  return result;
}

}  // namespace dmp::match::linkage
