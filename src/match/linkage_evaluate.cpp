#include "match/linkage_evaluate.h"

#include "base/json_writer.h"
#include "match/linkage_order.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace dmp::match::linkage {

namespace {

constexpr std::array<double, kReliabilityRows> kBins{
    0, .01, .05, .1, .2, .3, .5, .7, .8, .9, .95, .99};
constexpr std::array<double, kThresholdRows> kThresholds{.5, .9, .95, .99};

}  // namespace

void Tally::add(double p, bool link) {
  ++pairs_;
  links_ += link ? 1 : 0;
  brier_ += (p - (link ? 1 : 0)) * (p - (link ? 1 : 0));
  const auto after = std::upper_bound(kBins.begin(), kBins.end(), p);
  auto& bin = bins_[static_cast<std::size_t>(after - kBins.begin()) - 1];
  ++bin.pairs;
  bin.mean_p += p;
  bin.true_ratio += link ? 1 : 0;
  for (std::size_t i = 0; i < kThresholds.size(); ++i) {
    if (p < kThresholds[i]) continue;
    ++above_[i].pairs;
    above_[i].links += link ? 1 : 0;
  }
}

Judgement Tally::judgement(std::string name,
                           std::optional<std::int64_t> accepted) const {
  const auto share = [](std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                     : 0;
  };
  Judgement out;
  out.accepted = accepted;
  out.name = std::move(name);
  out.pairs = pairs_;
  out.links = links_;
  out.brier = pairs_ > 0 ? brier_ / static_cast<double>(pairs_) : 0;
  double off = 0, counted = 0;
  for (std::size_t i = 0; i < kBins.size(); ++i) {
    Reliability row = bins_[i];
    row.from = kBins[i];
    const double n = static_cast<double>(row.pairs);
    if (row.pairs > 0) {
      row.mean_p /= n;
      row.true_ratio /= n;
    }
    if (i > 0) {
      off += n * std::abs(row.mean_p - row.true_ratio);
      counted += n;
    }
    out.reliability.push_back(row);
  }
  out.ece = counted > 0 ? off / counted : 0;
  for (std::size_t i = 0; i < kThresholds.size(); ++i) {
    Threshold row = above_[i];
    row.p = kThresholds[i];
    row.precision = row.pairs > 0 ? share(row.links, row.pairs) : 1;
    row.coverage = share(row.links, accepted.value_or(0));
    row.coverage_of_kept = share(row.links, links_);
    out.thresholds.push_back(row);
  }
  return out;
}

namespace {

// The row of `slice` that a pair belongs to.
std::string slice_name(Slice slice, const PlanPairs& plan, std::size_t i) {
  const Levels& levels = plan.levels[i];
  constexpr int kYears = 5;
  switch (slice) {
    case Slice::year: {
      const int from = plan.years[i] / kYears * kYears;
      return plan.years[i] == 0
                 ? "year unknown"
                 : fmt::format("year {}-{}", from, from + kYears - 1);
    }
    case Slice::type:
      return "type " + (plan.types[i].empty() ? "unknown" : plan.types[i]);
    case Slice::authors: {
      const std::size_t authors = levels.authors.size();
      return authors <= 1   ? "authors 0-1"
             : authors <= 3 ? "authors 2-3"
                            : "authors 4+";
    }
    case Slice::awards:
      return levels.award == AwardLevel::unusable ? "awards no" : "awards yes";
    case Slice::abstract:
      return levels.text_condition % 2 == 1 ? "abstract yes" : "abstract no";
  }
  return {};
}

bool is_of_plan(Slice slice) {
  return slice == Slice::authors || slice == Slice::awards;
}

// A row of the slices while it is counted.
struct SliceRow {
  Tally tally;
  std::optional<std::int64_t> accepted;
};
using SliceRows = std::map<std::string, SliceRow>;

// The accepted labels of all plans, to the rows of the plan's properties.
void add_accepted(const PairSet& set,
                  const std::map<std::string, std::int64_t>& accepted,
                  const std::vector<Slice>& by, SliceRows& rows) {
  std::map<std::string_view, const PlanPairs*> with_pairs;
  for (const auto& plan : set.plans) {
    if (!plan.levels.empty()) with_pairs[plan.plan_doi] = &plan;
  }
  for (const Slice slice : by) {
    if (!is_of_plan(slice)) continue;
    for (const auto& [name, plan] : with_pairs)
      rows[slice_name(slice, *plan, 0)].accepted.emplace(0);
    for (const auto& [doi, count] : accepted) {
      const auto plan = with_pairs.find(doi);
      const std::string name = plan != with_pairs.end()
                                   ? slice_name(slice, *plan->second, 0)
                               : slice == Slice::awards ? "awards unknown"
                                                        : "authors unknown";
      auto& whole = rows[name].accepted;
      whole = whole.value_or(0) + count;
    }
  }
}

// What people said of one plan's works, in the order of the pairs: 1, 0, -1.
class Verdicts {
 public:
  Verdicts(const Labels& labels, Unlisted unlisted)
      : labels_(labels), unlisted_(unlisted) {
    for (const auto& [pair, accepted] : labels) {
      if (accepted) ++accepted_[pair.first];
    }
  }
  int of(const std::string& plan, const std::string& work) const {
    const auto found = labels_.find({plan, work});
    if (found != labels_.end()) return found->second ? 1 : 0;
    return unlisted_ == Unlisted::wrong ? 0 : -1;
  }
  const std::map<std::string, std::int64_t>& accepted() const {
    return accepted_;
  }

 private:
  const Labels& labels_;
  Unlisted unlisted_;
  std::map<std::string, std::int64_t> accepted_;
};

// Adds the average precision, gain and recall of one ranked list.
void add_ranking(const std::vector<int>& said, std::int64_t relevant,
                 LinkageEvaluation& out) {
  constexpr std::int64_t kMost = 100, kNdcg = 10;
  double hits = 0, precision = 0, gain = 0, ideal = 0;
  for (std::int64_t i = 0; i < std::min(kNdcg, relevant); ++i)
    ideal += 1 / std::log2(static_cast<double>(i) + 2);
  std::int64_t rank = 0;
  for (const int one : said) {
    if (rank == kMost) break;
    ++rank;
    if (one != 1) continue;
    hits += 1;
    precision += hits / static_cast<double>(rank);
    if (rank <= kNdcg) gain += 1 / std::log2(static_cast<double>(rank) + 1);
  }
  out.map100 += precision / static_cast<double>(relevant);
  out.recall100 += hits / static_cast<double>(relevant);
  out.ndcg10 += gain / ideal;
}

}  // namespace

LinkageEvaluation evaluate_model(const PairSet& set, const Model& model,
                                 const Labels& labels, Unlisted unlisted,
                                 const std::vector<Slice>& by) {
  LinkageEvaluation out;
  const Model met = meeting(model, set.chance);
  const Verdicts verdicts(labels, unlisted);
  Tally all;
  SliceRows slices;
  for (const auto& plan : set.plans) {
    std::vector<const Levels*> levels;
    for (const auto& one : plan.levels) levels.push_back(&one);
    const auto finals = second_pass(levels, plan.groups, met);
    std::vector<std::size_t> order(finals.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return better(finals[a], plan.dois[a], finals[b], plan.dois[b]);
    });
    std::vector<int> said;
    for (const std::size_t i : order) {
      const int one = verdicts.of(plan.plan_doi, plan.dois[i]);
      if (one < 0) continue;
      said.push_back(one);
      const double p = calibrated(finals[i].log_odds, met);
      all.add(p, one == 1);
      for (const Slice slice : by)
        slices[slice_name(slice, plan, i)].tally.add(p, one == 1);
    }
    const auto relevant = verdicts.accepted().find(plan.plan_doi);
    if (relevant != verdicts.accepted().end())
      add_ranking(said, relevant->second, out);
  }
  for (const auto& [plan, count] : verdicts.accepted()) {
    ++out.plans;
    out.labels += count;
  }
  if (out.plans > 0) {
    const double plans = static_cast<double>(out.plans);
    out.map100 /= plans;
    out.ndcg10 /= plans;
    out.recall100 /= plans;
  }
  out.found = all.links();
  out.all = all.judgement("all", out.labels);
  add_accepted(set, verdicts.accepted(), by, slices);
  for (const auto& [name, row] : slices)
    out.slices.push_back(row.tally.judgement(name, row.accepted));
  return out;
}

// --------------------------------------------------------------------- writing

namespace {

double rounded(double value) {
  constexpr double kDigits = 1e6;
  return std::round(value * kDigits) / kDigits;
}

void write_judgement(JsonWriter& json, const Judgement& one) {
  json.begin_object().member("name", one.name).member("pairs", one.pairs);
  json.member("links", one.links).member("accepted", one.accepted);
  json.member("brier", rounded(one.brier));
  json.member("ece", rounded(one.ece)).key("reliability").begin_array();
  for (const auto& row : one.reliability) {
    json.begin_object().member("from", row.from).member("pairs", row.pairs);
    json.member("meanP", rounded(row.mean_p))
        .member("true", rounded(row.true_ratio))
        .end_object();
  }
  json.end_array().key("thresholds").begin_array();
  for (const auto& row : one.thresholds) {
    json.begin_object().member("p", row.p).member("pairs", row.pairs);
    json.member("precision", rounded(row.precision)).key("coverage");
    if (one.accepted) {
      json.value(rounded(row.coverage));
    } else {
      json.null();
    }
    json.member("coverageOfKept", rounded(row.coverage_of_kept)).end_object();
  }
  json.end_array().end_object();
}

std::vector<const Judgement*> rows_of(const LinkageEvaluation& evaluation) {
  std::vector<const Judgement*> rows{&evaluation.all};
  for (const auto& slice : evaluation.slices) rows.push_back(&slice);
  return rows;
}

}  // namespace

std::string evaluation_json(const LinkageEvaluation& evaluation) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("plans", evaluation.plans);
  json.member("labels", evaluation.labels).member("found", evaluation.found);
  json.member("map100", rounded(evaluation.map100))
      .member("ndcg10", rounded(evaluation.ndcg10))
      .member("recall100", rounded(evaluation.recall100));
  json.key("judgements").begin_array();
  for (const auto* one : rows_of(evaluation)) write_judgement(json, *one);
  json.end_array().end_object();
  return out + "\n";
}

std::string evaluation_csv(const LinkageEvaluation& evaluation) {
  std::string out =
      "name,table,from,pairs,mean_p,true_ratio,coverage,coverage_of_kept\n";
  for (const auto* one : rows_of(evaluation)) {
    for (const auto& row : one->reliability) {
      out += fmt::format("{},reliability,{},{},{:.6f},{:.6f},,\n", one->name,
                         row.from, row.pairs, row.mean_p, row.true_ratio);
    }
    for (const auto& row : one->thresholds) {
      out +=
          fmt::format("{},threshold,{},{},,{:.6f},{},{:.6f}\n", one->name,
                      row.p, row.pairs, row.precision,
                      one->accepted ? fmt::format("{:.6f}", row.coverage) : "",
                      row.coverage_of_kept);
    }
  }
  return out;
}

namespace {

// Nothing is known of an empty set.
std::string share_text(double share, std::int64_t pairs) {
  return pairs > 0 ? fmt::format("{:.3f}", share) : "-";
}

std::string text_row(const Judgement& one) {
  std::string out = fmt::format("{:<20}{:>9}{:>8}{:>9.5f}{:>8.4f}", one.name,
                                one.pairs, one.links, one.brier, one.ece);
  for (const auto& row : one.thresholds) {
    const std::string coverage =
        one.accepted ? fmt::format("{:.3f}", row.coverage)
                     : fmt::format("({:.3f})", row.coverage_of_kept);
    out += fmt::format("{:>17}",
                       share_text(row.precision, row.pairs) + "/" + coverage);
  }
  return out + "\n";
}

}  // namespace

std::string evaluation_text(const LinkageEvaluation& evaluation) {
  std::string out = fmt::format(
      "plans {}  links {}  found {}\nMAP@100 {:.4f}  NDCG@10 {:.4f}  R@100 "
      "{:.4f}\n\nprecision/coverage of the pairs with p of at least …; in "
      "brackets of the links found, where\nnobody knows which row the others "
      "belong to\n"
      "{:<20}{:>9}{:>8}{:>9}{:>8}",
      evaluation.plans, evaluation.labels, evaluation.found, evaluation.map100,
      evaluation.ndcg10, evaluation.recall100, "", "pairs", "links", "Brier",
      "ECE");
  for (const double p : kThresholds) out += fmt::format("{:>17}", p);
  out += '\n';
  for (const auto* one : rows_of(evaluation)) out += text_row(*one);
  out += "\np from     pairs   mean p    true\n";
  for (const auto& row : evaluation.all.reliability) {
    out += fmt::format("{:<6}{:>10}{:>9}{:>8}\n", row.from, row.pairs,
                       share_text(row.mean_p, row.pairs),
                       share_text(row.true_ratio, row.pairs));
  }
  return out;
}

std::string model_card(const Model& model,
                       const std::vector<std::string>& remarks) {
  const Training& trained = model.trained;
  std::string out = fmt::format(
      "# Parameters of the linkage model\n\n"
      "| | |\n|---|---|\n| method | {} |\n| learned | {} |\n| plans | {} |\n| "
      "pairs | {} |\n| "
      "labels | {} |\n| iterations | {} |\n"
      "| expected outputs a plan in the index (lambda O) | {:.3f} |\n"
      "| expected other works of the team (lambda S) | {:.3f} |\n"
      "| an author of the plan is on an output / other work (q) | {:.3f} / "
      "{:.3f} |\n"
      "| funder agrees on an output / other work | {:.3f} / {:.3f} |\n"
      "| institution agrees on an output / other work | {:.3f} / {:.3f} |\n"
      "| recalibration a, b | {:.4f}, {:.4f} |\n\n",
      trained.method,
      trained.learned.empty()
          ? "nothing"
          : fmt::format("{}", fmt::join(trained.learned, ", ")),
      trained.plans, trained.pairs, trained.labels, trained.iterations,
      model.lambda.o, model.lambda.s, model.q.o, model.q.s, model.funder.o,
      model.funder.s, model.institution.o, model.institution.s, model.platt_a,
      model.platt_b);
  for (const auto& remark : remarks) out += "* " + remark + "\n";
  out +=
      "\nThe chance of every level comes from the collection searched, not "
      "from this file. Probabilities hold for plans like those it was learned "
      "from; without labels nothing here shows that they are right. A "
      "probability is no decision: a person confirms a link.\n";
  return out;
}

}  // namespace dmp::match::linkage
