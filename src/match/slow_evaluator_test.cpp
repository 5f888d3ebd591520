// The second evaluator (no case of its own; random_pairs_test.cpp uses it).
#include "match/slow_evaluator.h"

#include "match/random_world.h"
#include "match/slow_awards.h"
#include "match/slow_words.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <set>
#include <string>

namespace dmp::match {

namespace {

using Tokens = std::vector<std::string>;

// The same few texts come again and again, but for titles and abstracts.
const Tokens& analysed(const std::optional<std::string>& text) {
  static std::map<std::string, Tokens> known;
  const auto [found, is_new] = known.try_emplace(text.value_or(""));
  if (is_new && text) found->second = slow_words(*text);
  return found->second;
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
  const std::vector<SlowAward> parsed;
  const model::Work& work;
  const TermTable& table;
  const CollectionCounts& counts;
  const SearchOptions& options;
  const std::vector<RorRow>& ror;
  bool funded = false, intra = false, full_award = false;
  SlowScore result = {};

  bool improves(Improvement improvement) const {
    return options.builder == QueryBuilder::dmpworks &&
           options.without.count(improvement) == 0;
  }

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

  // The plan's authors that are asked for, A4.
  std::vector<const model::Author*> asked_authors() const {
    std::vector<const model::Author*> asked;
    std::set<std::string> seen;
    for (const auto& author : plan.authors) {
      if (!author.orcid && analysed(author.name.surname).empty()) continue;
      const auto name =
          author.name.full ? author.name.full : author.name.surname;
      const std::string key =
          author.orcid.value_or("") + "|" + slow_key(name.value_or(""));
      if (improves(Improvement::duplicates) && !seen.insert(key).second)
        continue;
      asked.push_back(&author);
    }
    return asked;
  }

  float authors() {
    std::vector<double>& children = result.authors;
    const auto asked = asked_authors();
    std::vector<const Tokens*> surnames;
    surnames.reserve(asked.size());
    for (const auto* author : asked)
      surnames.push_back(&analysed(author->name.surname));
    const bool checks = improves(Improvement::surnames);
    for (const auto& child : work.authors) {
      const Tokens& name = analysed(
          checks && child.name.surname ? child.name.surname : child.name.full);
      double sum = 0;
      for (std::size_t i = 0; i < asked.size(); ++i) {
        if (asked[i]->orcid && child.orcid == asked[i]->orcid) {
          sum += 2;
        } else if (phrase(*surnames[i], name, 0) &&
                   !(checks && initials_differ(*asked[i], child))) {
          sum += 1;
        }
      }
      children.push_back(sum);
    }
    return mean(children);
  }

  static bool initials_differ(const model::Author& a, const model::Author& b) {
    const auto& one = a.name.first_initial;
    const auto& two = b.name.first_initial;
    return one && two && slow_lower(*one) != slow_lower(*two);
  }

  // ------------------------------------------------------------------- awards

  struct Award {
    std::vector<std::string> ids;
    std::optional<std::string> funder_ror, funder_name;
  };

  // Of World's numbers those that are worth little alone.
  static bool is_weak(const std::string& id) {
    return id == "2345678" || id == "101002345" || id == "12" || id == "AB12" ||
           id == "Grant 2345678" || id == "unknown";
  }
  static bool is_filler(const std::string& id) {
    return id == "12" || id == "unknown";
  }
  // How else World may write an id. Source: enrichment.md 2.
  static Tokens spellings(const std::string& id, bool nsf) {
    if (slow_lower(id).starts_with("oce"))
      return {"2345678", "OCE-2345678", "OCE 2345678", "OCE2345678",
              "NSF-2345678"};
    if (id == "NSF-2345678") return {"2345678"};
    if (id == "2345678" && nsf) return {"NSF-2345678"};
    if (id == "Grant 2345678")
      return nsf ? Tokens{"2345678", "NSF-2345678"} : Tokens{"2345678"};
    if (id == "AI176039") return {"AI-176039"};
    if (id == "AI-176039") return {"AI176039"};
    if (id == "R01AI176039") return {"AI176039", "AI-176039"};
    if (id == "1 R01 AI176039-01")
      return {"AI176039", "AI-176039", "R01AI176039"};
    return {};
  }

  // The award stands between blanks, commas and the like.
  static std::string spaced(const std::string& text) {
    std::string out = " ";
    for (const char c : text)
      out += std::strchr(";,&/()[]\t\r\n", c) != nullptr ? ' ' : c;
    return out + " ";
  }
  static bool names(const model::Funding& entry, const std::string& text) {
    for (const auto& id : {entry.award_id, entry.funder_project_number,
                           entry.funding_opportunity_id}) {
      if (id && spaced(*id).find(spaced(text)) != std::string::npos)
        return true;
    }
    return false;
  }

  // dmps.md 6: the award follows from the funding as it is now.
  bool is_current(const SlowAward& award) const {
    if (!improves(Improvement::raw_awards) || award.text.empty()) return true;
    int naming = 0;
    for (const auto& entry : plan.funding) naming += names(entry, award.text);
    return naming > 0;
  }

  bool was_parsed(const model::Funding& entry) const {
    for (const auto& award : parsed) {
      if (!award.text.empty() && names(entry, award.text)) return true;
    }
    return false;
  }

  std::vector<Award> awards() const {
    std::vector<Award> all;
    for (const auto& award : parsed) {
      if (!is_current(award)) continue;
      all.push_back({award.ids, award.funder_ror, award.funder_name});
      if (!improves(Improvement::award_spellings)) continue;
      auto& ids = all.back().ids;
      ids.insert(ids.end(), award.added.begin(), award.added.end());
    }
    if (options.builder == QueryBuilder::candidate) return all;
    if (!improves(Improvement::raw_awards) && !parsed.empty()) return all;
    for (const auto& entry : plan.funding) {
      if (!was_parsed(entry)) all.push_back(raw_award(entry));
    }
    return all;
  }

  Award raw_award(const model::Funding& entry) const {
    Award raw{{}, entry.funder_ror, entry.funder_name};
    const bool nsf = entry.funder_ror == World::kNsf;
    for (const auto& id : {entry.funding_opportunity_id, entry.award_id,
                           entry.funder_project_number}) {
      if (!id) continue;
      if (options.builder == QueryBuilder::dmpworks && is_filler(*id)) continue;
      raw.ids.push_back(*id);
      if (!improves(Improvement::award_spellings)) continue;
      for (const auto& spelling : spellings(*id, nsf))
        raw.ids.push_back(spelling);
    }
    return raw;
  }

  // By going through all rows again until no more are found.
  std::set<std::string> family(const std::string& id) const {
    std::set<std::string> rors{id};
    for (std::size_t before = 0; before != rors.size();) {
      before = rors.size();
      for (const auto& row : ror) {
        if (rors.count(row.id) > 0)
          rors.insert(row.children.begin(), row.children.end());
      }
    }
    for (const auto& row : ror) {
      if (row.id != id) continue;
      rors.insert(row.successors.begin(), row.successors.end());
      rors.insert(row.predecessors.begin(), row.predecessors.end());
      for (const auto& above : ror) {
        const bool government = above.name.substr(0, 13) == "Government of";
        if (std::count(row.parents.begin(), row.parents.end(), above.id) > 0 &&
            !government)
          rors.insert(above.id);
      }
    }
    return rors;
  }

  bool agrees(const Award& award, const model::Organisation& funder) const {
    if (award.funder_ror && funder.ror &&
        family(*award.funder_ror).count(*funder.ror) > 0)
      return true;
    const Tokens& theirs = analysed(funder.name);
    const Tokens& ours = analysed(award.funder_name);
    if (theirs.empty()) return false;
    if (options.funder_name_rule == FunderNameRule::phrase &&
        phrase(ours, theirs, 0))
      return true;
    if (ours == theirs) return true;
    for (const auto& row : ror) {
      if (row.id != award.funder_ror) continue;
      std::vector<std::string> own{row.name};
      for (const auto* more : {&row.labels, &row.aliases, &row.acronyms})
        own.insert(own.end(), more->begin(), more->end());
      for (const auto& name : own) {
        if (analysed(name) == theirs) return true;
      }
    }
    return false;
  }

  struct Points {
    double points = 0;
    bool full = false;
  };

  enum class Says : std::uint8_t { agree, unknown, disagree };

  Says said(const Award& award, const model::WorkAward& child) const {
    if (!award.funder_ror && analysed(award.funder_name).empty())
      return Says::unknown;
    std::vector<model::Organisation> stated;
    for (const auto& id : child.funder_rors) stated.push_back({{}, id});
    for (const auto& name : child.funder_names) stated.push_back({name, {}});
    if (stated.empty()) stated = work.funders;
    if (stated.empty()) return Says::unknown;
    for (const auto& funder : stated) {
      if (agrees(award, funder)) return Says::agree;
    }
    return Says::disagree;
  }

  // The table of search.md 3.1.
  Points checked(bool weak, Says says) const {
    if (!weak || says == Says::agree) return {options.award_full, true};
    return {
        says == Says::unknown ? options.award_unknown : options.award_disagree,
        false};
  }

  Points award_points(const Award& award, const model::WorkAward& child) const {
    for (const auto& id : award.ids) {
      if (slow_lower(id) != slow_lower(child.award_id)) continue;
      if (improves(Improvement::award_funders))
        return checked(is_weak(id), said(award, child));
      return {options.award_full, true};
    }
    return {};
  }

  // The gate part; the weak part is added to `weak`.
  float award_score(double& weak) {
    std::vector<double> children(work.awards.size(), 0);
    result.awards = children;
    for (const auto& award : awards()) {
      std::vector<Points> all;
      for (const auto& child : work.awards)
        all.push_back(award_points(award, child));
      const bool full = std::any_of(all.begin(), all.end(),
                                    [](Points points) { return points.full; });
      double best_weak = 0;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (full && !all[i].full) continue;
        result.awards[i] += all[i].points;
        if (full) children[i] += all[i].points;
        best_weak = std::max(best_weak, all[i].points);
      }
      if (!full) weak += best_weak;
      full_award = full_award || full;
    }
    return mean(children);
  }

  // --------------------------------------------------------- the other clauses

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
                      const std::vector<model::Organisation>& theirs,
                      std::vector<double>& children) const {
    for (const auto& child : theirs) {
      double sum = 0;
      std::set<std::string> seen;
      for (const auto& own : ours) {
        if (!own.ror && analysed(own.name).empty()) continue;
        const std::string key =
            own.ror.value_or("") + "|" + slow_key(own.name.value_or(""));
        if (improves(Improvement::duplicates) && !seen.insert(key).second)
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
    const auto terms =
        slow_terms(slow_words(plan.title.value_or("") + " " +
                              plan.abstract_text.value_or("")),
                   table, counts.live_documents, options.term_ties);
    const Tokens title = slow_words(work.title.value_or(""));
    const Tokens abstract_text = slow_words(work.abstract_text.value_or(""));
    double sum = 0;
    std::size_t matching = 0;
    for (const auto& term : terms) {
      const Tokens& field = term.title ? title : abstract_text;
      const auto tf = std::count(field.begin(), field.end(), term.term);
      if (tf == 0) continue;
      ++matching;
      sum += static_cast<double>(
          bm25_of(term.df, static_cast<float>(tf), field.size(),
                  term.title ? counts.title : counts.abstract_text));
    }
    const std::size_t must = std::max<std::size_t>(1, terms.size() * 3 / 10);
    if (matching < must) return 0;
    for (const auto& term : terms)
      (term.title ? result.title_words : result.abstract_words)
          .push_back(term.term);
    return static_cast<float>(sum);
  }

  // search.md 5.3: the greatest length that one byte can hold and n reaches.
  static float held_length(std::size_t n) {
    std::size_t held = std::min<std::size_t>(n, 31);
    for (std::size_t unit = 1; 24 + 8 * unit <= n; unit *= 2) {
      for (std::size_t eighths = 8; eighths < 16; ++eighths) {
        if (24 + eighths * unit <= n) held = 24 + eighths * unit;
      }
    }
    return static_cast<float>(held);
  }

  float bm25_of(double df, float tf, std::size_t tokens,
                const FieldStats& stats) const {
    const auto n = static_cast<double>(stats.documents);
    const auto idf =
        static_cast<float>(std::log(1 + (n - df + 0.5) / (df + 0.5)));
    const float w =
        options.similarity == Similarity::legacy_bm25 ? 2.2F * idf : idf;
    const auto average =
        static_cast<float>(static_cast<double>(stats.tokens) / n);
    const float c =
        1 / (1.2F * ((1 - 0.75F) + 0.75F * held_length(tokens) / average));
    return w - w / (1 + tf * c);
  }

  // -------------------------------------------------------------------- dates

  // The same day of another year, else the last of its month.
  static text::Day years_on(text::Day day, int years) {
    namespace chrono = std::chrono;
    chrono::year_month_day date{chrono::sys_days{chrono::days{day}}};
    date += chrono::years{years};
    if (!date.ok()) date = date.year() / date.month() / chrono::last;
    return static_cast<text::Day>(
        chrono::sys_days{date}.time_since_epoch().count());
  }

  // Builder baseline and candidate: the hard filter. dmpworks: A3.
  bool date_passes() const {
    const bool improved = improves(Improvement::dates);
    const text::Day year_1990 = 7305;  // days since 1970
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
      inside = inside && *date <= years_on(*plan.project_end, years);
    }
    if (inside || !improved) return inside;
    return funded || intra || (full_award && *date >= years_on(start, -1));
  }

  std::optional<SlowScore> run() {
    const bool candidate = options.builder == QueryBuilder::candidate;
    const auto on = [&](Feature feature) { return options.uses(feature); };
    if (work.work_type == "OUTPUT_MANAGEMENT_PLAN" || work.doi == plan.doi)
      return std::nullopt;
    double gates = 0;
    double bonus = 0;
    if (on(Feature::funded_dois)) {
      for (const auto& award : parsed)
        funded = funded || (is_current(award) &&
                            std::count(award.funded_dois.begin(),
                                       award.funded_dois.end(), work.doi) > 0);
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
      bonus += static_cast<double>(organisations(
          plan.institutions, work.institutions, result.institutions));
    if (on(Feature::funders)) {
      std::vector<model::Organisation> funders;
      for (const auto& entry : plan.funding)
        funders.push_back({entry.funder_name, entry.funder_ror});
      bonus += static_cast<double>(
          organisations(funders, work.funders, result.funders));
    }
    if (on(Feature::content))
      result.content = static_cast<double>(text_score());
    bonus += result.content;
    if (candidate ? gates + bonus <= 0 : gates <= 0) return std::nullopt;
    if (!date_passes()) return std::nullopt;
    result.score = gates + bonus;
    return result;
  }
};

}  // namespace

std::optional<SlowScore> slow_evaluate(const model::Plan& plan,
                                       const model::ExternalData& data,
                                       const model::Work& work,
                                       const TermTable& terms,
                                       const CollectionCounts& counts,
                                       const SearchOptions& options,
                                       const std::vector<RorRow>& ror) {
  return Slow{plan, slow_awards(data), work, terms, counts, options, ror}.run();
}

}  // namespace dmp::match
