// The second evaluator (no case of its own; random_pairs_test.cpp uses it).
#include "match/slow_evaluator.h"

#include "match/award_spellings.h"
#include "text/analysis.h"
#include "text/awards.h"
#include "text/unicode.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace dmp::match {

namespace {

using Tokens = std::vector<std::string>;

Tokens analysed(const std::optional<std::string>& text) {
  static text::Analyser analyser;
  Tokens tokens;
  if (!text) return tokens;
  for (const auto& token : analyser.analyse(*text))
    tokens.emplace_back(token.term);
  return tokens;
}

// search.md 5.2 by trying every assignment of positions.
bool placed(const Tokens& query, const Tokens& text, int slop,
            std::vector<int>& at) {
  if (at.size() == query.size()) {
    int least = 1 << 30;
    int most = -(1 << 30);
    for (std::size_t i = 0; i < at.size(); ++i) {
      least = std::min(least, at[i] - static_cast<int>(i));
      most = std::max(most, at[i] - static_cast<int>(i));
    }
    return most - least <= slop;
  }
  for (int p = 0; p < static_cast<int>(text.size()); ++p) {
    if (text[static_cast<std::size_t>(p)] != query[at.size()]) continue;
    if (std::find(at.begin(), at.end(), p) != at.end()) continue;
    at.push_back(p);
    if (placed(query, text, slop, at)) return true;
    at.pop_back();
  }
  return false;
}

bool phrase(const Tokens& query, const Tokens& text, int slop) {
  std::vector<int> at;
  return !query.empty() && placed(query, text, slop, at);
}

struct Slow {
  const model::Plan& plan;
  const model::Work& work;
  const TermTable& table;
  const CollectionCounts& counts;
  const SearchOptions& options;
  bool improved = options.builder == QueryBuilder::dmpworks;
  bool funded = false, intra = false, full_award = false;
  double content = 0;

  static float mean(const std::vector<double>& children) {
    double sum = 0;
    int matching = 0;
    for (const double child : children) {
      if (child <= 0) continue;
      sum += static_cast<double>(static_cast<float>(child));
      ++matching;
    }
    return matching == 0 ? 0.0F : static_cast<float>(sum / matching);
  }

  float authors() const {
    std::vector<double> children;
    for (const auto& child : work.authors) {
      double sum = 0;
      std::set<std::string> seen;
      for (const auto& author : plan.authors) {
        if (!author.orcid && analysed(author.name.surname).empty()) continue;
        const auto name =
            author.name.full ? author.name.full : author.name.surname;
        if (improved && !seen.insert(author.orcid.value_or("") + "|" +
                                     text::key(name.value_or("")))
                             .second)
          continue;
        sum += author_points(author, child);
      }
      children.push_back(sum);
    }
    return mean(children);
  }

  double author_points(const model::Author& author,
                       const model::Author& child) const {
    if (author.orcid && child.orcid == author.orcid) return 2;
    const Tokens name = analysed(author.name.surname);
    const bool own = improved && child.name.surname.has_value();
    if (!phrase(name, analysed(own ? child.name.surname : child.name.full), 0))
      return 0;
    const auto& one = author.name.first_initial;
    const auto& two = child.name.first_initial;
    return improved && one && two &&
                   text::to_lower(*one) != text::to_lower(*two)
               ? 0
               : 1;
  }

  struct Award {
    std::vector<std::string> ids;
    std::optional<std::string> ror, name;
  };

  std::vector<Award> awards() const {
    std::vector<Award> all;
    for (const auto& award : plan.awards)
      all.push_back({award.variants, award.funder_ror, award.funder_name});
    if (options.builder == QueryBuilder::candidate) return all;
    if (!improved && !all.empty()) return all;
    for (const auto& entry : plan.funding) {
      Award raw{{}, entry.funder_ror, entry.funder_name};
      bool parsed = false;
      for (const auto& id : {entry.funding_opportunity_id, entry.award_id,
                             entry.funder_project_number}) {
        if (!id) continue;
        for (const auto& award : plan.awards)
          parsed = parsed || award.text == *id;
        if (text::is_award_filler(*id)) continue;
        raw.ids.push_back(*id);
        if (!improved) continue;
        for (const auto& piece : text::split_award(*id).pieces) {
          raw.ids.push_back(piece);
          for (auto& spelling : award_spellings(piece, entry.funder_ror))
            raw.ids.push_back(std::move(spelling));
        }
      }
      if (!parsed) all.push_back(raw);
    }
    return all;
  }

  // 10 agree, 2 unknown, 0.5 disagree.
  double weak_weight(const Award& award, const model::WorkAward& child) const {
    if (!award.ror && analysed(award.name).empty())
      return options.award_unknown;
    std::vector<model::Organisation> stated;
    for (const auto& ror : child.funder_rors) stated.push_back({{}, ror});
    for (const auto& name : child.funder_names) stated.push_back({name, {}});
    if (stated.empty()) stated = work.funders;
    if (stated.empty()) return options.award_unknown;
    for (const auto& funder : stated) {
      if (award.ror && funder.ror == award.ror) return options.award_full;
      const Tokens theirs = analysed(funder.name);
      const Tokens ours = analysed(award.name);
      const bool agree = options.funder_name_rule == FunderNameRule::equal
                             ? !ours.empty() && ours == theirs
                             : phrase(ours, theirs, 0);
      if (agree) return options.award_full;
    }
    return options.award_disagree;
  }

  double award_points(const Award& award, const model::WorkAward& child) const {
    double points = 0;
    for (const auto& id : award.ids) {
      if (text::to_lower(id) != text::to_lower(child.award_id)) continue;
      const bool whole = !improved || text::is_strong_award(id);
      points = std::max(points,
                        whole ? options.award_full : weak_weight(award, child));
    }
    return points;
  }

  // The gate part; the weak part is added to `weak`.
  float award_score(double& weak) {
    const auto all = awards();
    std::vector<double> children(work.awards.size(), 0);
    for (const auto& award : all) {
      double best_weak = 0;
      bool full = false;
      for (std::size_t i = 0; i < work.awards.size(); ++i) {
        const double points = award_points(award, work.awards[i]);
        if (points >= options.award_full) {
          full = true;
          children[i] += points;
        } else {
          best_weak = std::max(best_weak, points);
        }
      }
      if (!full) weak += best_weak;
      full_award = full_award || full;
    }
    return mean(children);
  }

  float related(const std::vector<std::string>& dois, double points) const {
    std::vector<double> children;
    for (const auto& doi : dois) {
      const bool hit = std::find(plan.published_outputs.begin(),
                                 plan.published_outputs.end(),
                                 doi) != plan.published_outputs.end();
      children.push_back(hit ? points : 0);
    }
    return mean(children);
  }

  float organisations(const std::vector<model::Organisation>& ours,
                      const std::vector<model::Organisation>& theirs) const {
    std::vector<double> children;
    for (const auto& child : theirs) {
      double sum = 0;
      std::set<std::string> seen;
      for (const auto& own : ours) {
        if (!own.ror && analysed(own.name).empty()) continue;
        if (improved && !seen.insert(own.ror.value_or("") + "|" +
                                     text::key(own.name.value_or("")))
                             .second)
          continue;
        if (own.ror && child.ror == own.ror) {
          sum += 2;
        } else if (phrase(analysed(own.name), analysed(child.name), 3)) {
          sum += 1;
        }
      }
      children.push_back(sum);
    }
    return mean(children);
  }

  float text_score() {
    Tokens tokens = analysed(plan.title.value_or("") + " " +
                             plan.abstract_text.value_or(""));
    if (tokens.size() > 5000) tokens.resize(5000);
    std::map<std::string, int> frequency;
    for (const auto& token : tokens) ++frequency[token];
    struct Term {
      float weight;
      double df;
      std::string term;
      bool title;
    };
    std::vector<Term> terms;
    for (const auto& [term, tf] : frequency) {
      const auto found = table.find(term);
      if (found == table.end()) continue;
      const bool title = found->second.title >= found->second.abstract_text;
      const auto df = static_cast<double>(
          std::max(found->second.title, found->second.abstract_text));
      if (df < 5) continue;
      const auto idf = static_cast<float>(
          std::log((static_cast<double>(counts.live_documents) + 1) /
                   (df + 1)) +
          1);
      terms.push_back({static_cast<float>(tf) * idf, df, term, title});
    }
    std::sort(terms.begin(), terms.end(), [](const Term& a, const Term& b) {
      return std::tuple(-a.weight, a.df, a.term) <
             std::tuple(-b.weight, b.df, b.term);
    });
    if (terms.size() > 25) terms.resize(25);
    double sum = 0;
    std::size_t matching = 0;
    for (const auto& term : terms) {
      const Tokens field =
          analysed(term.title ? work.title : work.abstract_text);
      const auto tf = std::count(field.begin(), field.end(), term.term);
      if (tf == 0) continue;
      ++matching;
      sum += bm25_of(term.df, tf, field.size(),
                     term.title ? counts.title : counts.abstract_text);
    }
    const std::size_t must = std::max<std::size_t>(1, terms.size() * 3 / 10);
    return matching < must ? 0.0F : static_cast<float>(sum);
  }

  // search.md 5.3 in doubles; the test's tolerance covers the floats.
  double bm25_of(double df, std::ptrdiff_t tf, std::size_t tokens,
                 const FieldStats& stats) const {
    const auto n = static_cast<double>(stats.documents);
    double weight = std::log(1 + (n - df + 0.5) / (df + 0.5));
    if (options.similarity == Similarity::legacy_bm25) weight *= 2.2;
    const double average = static_cast<double>(stats.tokens) / n;
    const auto length = static_cast<double>(
        decode_length(encode_length(static_cast<std::uint32_t>(tokens))));
    const double c = 1 / (1.2 * (0.25 + 0.75 * length / average));
    return weight - weight / (1 + static_cast<double>(tf) * c);
  }

  // Builder baseline and candidate: the hard filter. dmpworks: A3.
  bool date_passes() const {
    const auto year_1990 = text::to_day(1990, 1, 1);
    const auto start = plan.project_start.value_or(year_1990);
    if (options.builder == QueryBuilder::candidate &&
        (!plan.project_start || *plan.project_start < year_1990))
      return true;
    const auto& date = work.publication_date;
    if (!date) return improved;
    bool inside = improved ? work.publication_date_end.value_or(*date) >=
                                 start - options.project_start_buffer_days
                           : *date >= start;
    if (plan.project_end) {
      int years = options.project_end_buffer_years;
      if (improved && plan.end_inferred)
        years += options.inferred_end_extra_years;
      inside = inside && *date <= text::add_years(*plan.project_end, years);
    }
    if (inside || !improved) return inside;
    return funded || intra ||
           (full_award && *date >= text::add_years(start, -1));
  }

  std::optional<SlowScore> run() {
    const bool candidate = options.builder == QueryBuilder::candidate;
    const auto on = [&](Feature feature) { return options.uses(feature); };
    if (work.work_type == "OUTPUT_MANAGEMENT_PLAN" || work.doi == plan.doi)
      return std::nullopt;
    double gates = 0;
    double bonus = 0;
    if (on(Feature::funded_dois)) {
      for (const auto& award : plan.awards)
        funded = funded || std::count(award.funded_dois.begin(),
                                      award.funded_dois.end(), work.doi) > 0;
      gates += funded ? 15 : 0;
    }
    if (on(Feature::authors)) gates += static_cast<double>(authors());
    if (on(Feature::awards)) gates += static_cast<double>(award_score(bonus));
    if (on(Feature::relations) && !candidate) {
      const float direct = related(work.intra_work_dois, 10);
      intra = direct > 0;
      gates += static_cast<double>(direct);
      gates +=
          static_cast<double>(related(work.possible_shared_project_dois, 5));
      gates += static_cast<double>(related(work.dataset_citation_dois, 2.5));
    }
    if (on(Feature::institutions))
      bonus += static_cast<double>(
          organisations(plan.institutions, work.institutions));
    if (on(Feature::funders)) {
      std::vector<model::Organisation> funders;
      for (const auto& entry : plan.funding)
        funders.push_back({entry.funder_name, entry.funder_ror});
      bonus += static_cast<double>(organisations(funders, work.funders));
    }
    if (on(Feature::content)) content = static_cast<double>(text_score());
    bonus += content;
    if (candidate ? gates + bonus <= 0 : gates <= 0) return std::nullopt;
    if (!date_passes()) return std::nullopt;
    return SlowScore{gates + bonus, content};
  }
};

}  // namespace

std::optional<SlowScore> slow_evaluate(const model::Plan& plan,
                                       const model::Work& work,
                                       const TermTable& terms,
                                       const CollectionCounts& counts,
                                       const SearchOptions& options) {
  return Slow{plan, work, terms, counts, options}.run();
}

}  // namespace dmp::match
