#include "match/evaluate.h"

#include "match/award_match.h"
#include "match/date_window.h"
#include "text/phrase.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace dmp::match {

namespace {

using model::ExplainClause;
using model::ExplainItem;
using model::ItemMatch;

constexpr double kFundedDoi = 15, kOrcid = 2, kSurname = 1, kId = 2, kName = 1;
constexpr double kIntra = 10, kShared = 5, kCitation = 2.5;
constexpr int kNameSlop = 3;

bool has_phrase(const std::vector<std::string>& query,
                const std::vector<std::string>& document, int slop) {
  if (query.empty() || document.size() < query.size()) return false;
  // Nearly always the first word is not there.
  if (std::find(document.begin(), document.end(), query[0]) == document.end())
    return false;
  if (query.size() == 1) return true;
  std::vector<std::string_view> views(document.begin(), document.end());
  return text::phrase_matches(query, views, slop);
}

bool contains(const std::vector<std::string>& sorted, const std::string& item) {
  return std::binary_search(sorted.begin(), sorted.end(), item);
}

// The terms of a query that are searched in one field, found in it.
struct FoundTerms {
  FoundTerms(const TermSelection& selection, TextField field, WorkView& view)
      : frequencies(selection.terms.size(), 0) {
    const auto& terms = selection.terms;
    std::uint64_t kinds = 0;
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (terms[i].field != field) continue;
      wanted.push_back(i);
      kinds |= kind_of(terms[i].term);
    }
    if (wanted.empty()) return;
    for (const auto& token : view.tokens(field)) {
      ++tokens;
      if ((kinds & kind_of(token.term)) == 0) continue;
      for (const std::size_t i : wanted) {
        if (terms[i].term != token.term) continue;
        ++frequencies[i];
        marks.push_back({token.begin_byte, token.end_byte});
        break;
      }
    }
  }

  std::vector<std::uint32_t> frequencies;  // by place in the selection
  std::uint32_t tokens = 0;                // of the field
  std::vector<Mark> marks;                 // in order

 private:
  // One of 64 bits; that of most words is none of a query's.
  static std::uint64_t kind_of(std::string_view term) {
    const std::size_t bytes = term.size();
    if (bytes == 0) return 1;
    return std::uint64_t{1}
           << ((static_cast<unsigned char>(term[0]) * 5 +
                static_cast<unsigned char>(term[bytes - 1]) + bytes * 11) &
               63U);
  }
};

class Evaluator {
 public:
  Evaluator(const PlanQuery& query, WorkView& work,
            const CollectionCounts& counts, const SearchOptions& options,
            Detail detail)
      : query_(query),
        view_(work),
        work_(work.work()),
        counts_(counts),
        options_(options),
        detail_(detail) {}

  std::optional<Evaluation> run() {
    if (detail_ == Detail::every_clause) {
      const double gates = gate_score();
      static_cast<void>(date_passes());
      result_.score =
          static_cast<float>(gates) + static_cast<float>(bonus_score());
      return std::move(result_);
    }
    if (work_.work_type == "OUTPUT_MANAGEMENT_PLAN" ||
        work_.doi == query_.plan_doi) {
      return std::nullopt;
    }
    if (options_.builder == QueryBuilder::candidate) return without_gate();
    const double gates = gate_score();
    if (!gate_open_) return std::nullopt;
    if (!date_passes()) return std::nullopt;
    const double bonus = bonus_score();
    result_.score = static_cast<float>(gates) + static_cast<float>(bonus);
    return std::move(result_);
  }

 private:
  // One bool of optional clauses, so one sum.
  std::optional<Evaluation> without_gate() {
    if (!date_passes() && query_.dated) return std::nullopt;
    const double gates = gate_score();
    result_.score = static_cast<float>(gates + bonus_score());
    if (result_.score <= 0) return std::nullopt;
    return std::move(result_);
  }

  // ------------------------------------------------------------------- clauses

  // Mean over the children that matched. Source: search.md 4.
  float mean(const char* clause, bool gate, const std::vector<ItemMatch>& items,
             std::vector<ExplainItem> explained, std::size_t children) {
    if (items.empty()) return 0;
    double sum = 0;
    for (const auto& item : items)
      sum += static_cast<double>(static_cast<float>(item.score));
    const auto score =
        static_cast<float>(sum / static_cast<double>(items.size()));
    explain(clause, gate, static_cast<double>(score), std::move(explained),
            fmt::format("mean of {} of {}", items.size(), children));
    return score;
  }

  void explain(const char* clause, bool gate, double score,
               std::vector<ExplainItem> items, std::string note) {
    ExplainClause part;
    part.clause = clause;
    part.gate = gate;
    part.score = score;
    part.items = std::move(items);
    part.note = std::move(note);
    result_.explain.push_back(std::move(part));
  }

  static void note(std::vector<ExplainItem>& items, int plan_index,
                   std::size_t child, const char* how, double points) {
    items.push_back(
        {std::to_string(plan_index), static_cast<int>(child), how, points});
  }

  double gate_score() {
    double sum = 0;
    if (contains(query_.funded_dois, work_.doi)) {
      result_.funded_doi = true;
      gate_open_ = true;
      sum += kFundedDoi;
      explain("funded_dois", true, kFundedDoi,
              {{work_.doi, -1, "doi", kFundedDoi}}, "");
    }
    const auto add = [&](float score, bool any) {
      gate_open_ = gate_open_ || any;
      sum += static_cast<double>(score);
    };
    const float authors = author_score();
    add(authors, authors > 0);
    const float awards = award_score();
    add(awards, awards > 0);
    const float intra = related(work_.intra_work_dois, "intra_work_dois",
                                kIntra, result_.intra);
    intra_hit_ = intra > 0;
    add(intra, intra > 0);
    const float shared =
        related(work_.possible_shared_project_dois,
                "possible_shared_project_dois", kShared, result_.shared);
    add(shared, shared > 0);
    const float citations =
        related(work_.dataset_citation_dois, "dataset_citation_dois", kCitation,
                result_.citations);
    add(citations, citations > 0);
    return sum;
  }

  double bonus_score() {
    double sum = weak_score();
    sum += static_cast<double>(
        organisations("institutions", query_.institutions, work_.institutions,
                      result_.institutions, true));
    sum += static_cast<double>(organisations(
        "funders", query_.funders, work_.funders, result_.funders, false));
    sum += static_cast<double>(content_score());
    return sum;
  }

  // ------------------------------------------------------------------- authors

  bool surname_hits(const AuthorClause& clause, std::size_t child) {
    if (clause.surname_tokens.empty()) return false;
    const auto& author = work_.authors[child];
    if (!options_.improves(Improvement::surnames))
      return has_phrase(clause.surname_tokens, view_.author_full(child), 0);
    // A5: in the surname where there is one, and by someone of that initial.
    const bool hit =
        author.name.surname
            ? has_phrase(clause.surname_tokens, view_.author_surname(child), 0)
            : has_phrase(clause.surname_tokens, view_.author_full(child), 0);
    if (!hit) return false;
    if (!clause.first_initial || !author.name.first_initial) return true;
    return text::to_lower(*clause.first_initial) ==
           text::to_lower(*author.name.first_initial);
  }

  float author_score() {
    std::vector<ExplainItem> explained;
    for (std::size_t child = 0; child < work_.authors.size(); ++child) {
      ItemMatch item;
      item.index = static_cast<int>(child);
      for (const auto& clause : query_.authors) {
        const bool orcid =
            clause.orcid && work_.authors[child].orcid == clause.orcid;
        const bool surname = surname_hits(clause, child);
        if (!orcid && !surname) continue;
        item.score += orcid ? kOrcid : kSurname;
        if (orcid) item.fields.push_back("authors.orcid." + *clause.orcid);
        if (surname) item.fields.push_back("authors.full." + *clause.surname);
        note(explained, clause.index, child, orcid ? "orcid" : "surname",
             orcid ? kOrcid : kSurname);
      }
      if (item.score > 0) keep(result_.authors, std::move(item));
    }
    return mean("authors", true, result_.authors, std::move(explained),
                work_.authors.size());
  }

  static void keep(std::vector<ItemMatch>& items, ItemMatch item) {
    std::sort(item.fields.begin(), item.fields.end());
    item.fields.erase(std::unique(item.fields.begin(), item.fields.end()),
                      item.fields.end());
    items.push_back(std::move(item));
  }

  // -------------------------------------------------------------------- awards

  float award_score() {
    const auto hits = award_hits(query_, view_, options_);
    weak_ = weak_awards(query_, hits);
    std::vector<ExplainItem> explained;
    std::vector<ItemMatch> full_children;
    for (std::size_t i = 0; i < hits.size();) {
      ItemMatch item;
      item.index = static_cast<int>(hits[i].child);
      double whole = 0;
      for (; i < hits.size() && static_cast<int>(hits[i].child) == item.index;
           ++i) {
        const AwardHit& hit = hits[i];
        item.score += hit.points;
        result_.funder_mismatch = result_.funder_mismatch || hit.mismatch;
        if (!hit.full) continue;
        whole += hit.points;
        note(explained, query_.awards[hit.clause].index, hit.child, hit.how,
             hit.points);
      }
      item.fields = spellings_of(static_cast<std::size_t>(item.index));
      if (whole > 0) full_children.push_back({item.index, whole, {}});
      keep(result_.awards, std::move(item));
    }
    award_full_ = !full_children.empty();
    return mean("awards", true, full_children, std::move(explained),
                work_.awards.size());
  }

  // As the plan writes the number of this award of the work.
  std::vector<std::string> spellings_of(std::size_t child) {
    std::vector<std::string> fields;
    for (const auto& clause : query_.awards) {
      for (const auto& variant : clause.variants) {
        if (variant.lower == view_.award_lower(child))
          fields.push_back("awards.award_id." + variant.text);
      }
    }
    return fields;
  }

  double weak_score() {
    double sum = 0;
    std::vector<ExplainItem> explained;
    for (const auto& hit : weak_) {
      sum += hit.points;
      note(explained, query_.awards[hit.clause].index, hit.child, hit.how,
           hit.points);
    }
    if (sum > 0) explain("awards_weak", false, sum, std::move(explained), "");
    return sum;
  }

  // ----------------------------------------------------- relations, the others

  float related(const std::vector<std::string>& dois, const char* name,
                double points, std::vector<ItemMatch>& items) {
    if (query_.outputs.empty()) return 0;
    std::vector<ExplainItem> explained;
    for (std::size_t child = 0; child < dois.size(); ++child) {
      if (!contains(query_.outputs, dois[child])) continue;
      ItemMatch item;
      item.index = static_cast<int>(child);
      item.score = points;
      item.fields.push_back(
          fmt::format("relations.{}.doi.{}", name, dois[child]));
      explained.push_back({dois[child], item.index, "doi", points});
      items.push_back(std::move(item));
    }
    return mean(name, true, items, std::move(explained), dois.size());
  }

  float organisations(const char* name,
                      const std::vector<OrganisationClause>& clauses,
                      const std::vector<model::Organisation>& children,
                      std::vector<ItemMatch>& items, bool institutions) {
    std::vector<ExplainItem> explained;
    for (std::size_t child = 0; child < children.size() && !clauses.empty();
         ++child) {
      ItemMatch item;
      item.index = static_cast<int>(child);
      for (const auto& clause : clauses) {
        const bool ror = clause.ror && children[child].ror == clause.ror;
        const bool named = !clause.name_tokens.empty() &&
                           children[child].name &&
                           has_phrase(clause.name_tokens,
                                      institutions ? view_.institution(child)
                                                   : view_.funder(child),
                                      kNameSlop);
        if (!ror && !named) continue;
        item.score += ror ? kId : kName;
        if (ror)
          item.fields.push_back(fmt::format("{}.ror.{}", name, *clause.ror));
        if (named)
          item.fields.push_back(fmt::format("{}.name.{}", name, *clause.name));
        note(explained, clause.index, child, ror ? "ror" : "name",
             ror ? kId : kName);
      }
      if (item.score > 0) keep(items, std::move(item));
    }
    return mean(name, false, items, std::move(explained), children.size());
  }

  float content_score() {
    const auto& terms = query_.terms.terms;
    if (terms.empty()) return 0;
    const FoundTerms title(query_.terms, TextField::title, view_);
    const FoundTerms abstract_text(query_.terms, TextField::abstract_text,
                                   view_);
    double sum = 0;
    int matched = 0;
    std::vector<model::TermPoints> points;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const bool in_title = terms[i].field == TextField::title;
      const FoundTerms& found = in_title ? title : abstract_text;
      if (found.frequencies[i] == 0) continue;
      const float score =
          bm25(terms[i].weight, found.frequencies[i], found.tokens,
               in_title ? counts_.title : counts_.abstract_text);
      sum += static_cast<double>(score);
      ++matched;
      points.push_back({terms[i].term, in_title ? "title" : "abstract_text",
                        static_cast<double>(score)});
    }
    if (matched < query_.terms.minimum) return 0;
    result_.content = static_cast<float>(sum);
    result_.title_marks = title.marks;
    result_.abstract_marks = abstract_text.marks;
    explain("content", false, static_cast<double>(result_.content), {},
            fmt::format("{} of {} terms", matched, terms.size()));
    result_.explain.back().terms = std::move(points);
    return result_.content;
  }

  // ---------------------------------------------------------------------- date

  bool date_passes() {
    const auto status = date_status(query_.window, work_, options_);
    result_.date_status = status == DateStatus::unknown  ? "unknown"
                          : status == DateStatus::inside ? "inside"
                                                         : "outside";
    return match::date_passes(status, query_.window, work_, options_,
                              {result_.funded_doi, intra_hit_, award_full_});
  }

  const PlanQuery& query_;
  WorkView& view_;
  const model::Work& work_;
  const CollectionCounts& counts_;
  const SearchOptions& options_;
  Detail detail_;
  bool gate_open_ = false, intra_hit_ = false, award_full_ = false;
  std::vector<AwardHit> weak_;
  Evaluation result_;
};

}  // namespace

std::optional<Evaluation> evaluate(const PlanQuery& query, WorkView& work,
                                   const CollectionCounts& counts,
                                   const SearchOptions& options,
                                   Detail detail) {
  return Evaluator(query, work, counts, options, detail).run();
}

}  // namespace dmp::match
