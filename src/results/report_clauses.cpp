#include "results/report_clauses.h"

#include "results/html.h"
#include "results/report_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::results {
namespace {

using model::ExplainClause;
using model::Match;

std::string_view clause_label(std::string_view clause) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10>
      kLabels = {{{"funded_dois", "Listed by the funder"},
                  {"authors", "Authors"},
                  {"awards", "Award numbers"},
                  {"awards_weak", "Award numbers, weak"},
                  {"institutions", "Institutions"},
                  {"funders", "Funders"},
                  {"intra_work_dois", "Other versions and parts"},
                  {"possible_shared_project_dois", "Linked works"},
                  {"dataset_citation_dois", "Data citations"},
                  {"content", "Shared words"}}};
  for (const auto& [name, label] : kLabels) {
    if (name == clause) return label;
  }
  return clause;
}

std::string_view how_label(std::string_view how) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9>
      kLabels = {{{"orcid", "same ORCID iD"},
                  {"surname", "same surname"},
                  {"ror", "same ROR id"},
                  {"name", "same name"},
                  {"award-strong", "number known to be unique"},
                  {"award-agree", "number and funder agree"},
                  {"award-unknown", "funder not stated"},
                  {"award-disagree", "another funder"},
                  {"doi", "same DOI"}}};
  for (const auto& [name, label] : kLabels) {
    if (name == how) return label;
  }
  return how;
}

template <class T, class Name>
std::string name_at(const std::vector<T>& items, int index, Name name) {
  if (index < 0 || static_cast<std::size_t>(index) >= items.size()) return {};
  return name(items[static_cast<std::size_t>(index)]);
}

// What the item is called in the work; its DOI or number where it has no name.
std::string item_name(const Match& match, const ExplainClause& clause,
                      const model::ExplainItem& item) {
  const auto organisation = [](const model::Organisation& found) {
    return found.name ? *found.name : found.ror.value_or("");
  };
  const model::Work& work = match.work;
  if (clause.clause == "authors") {
    return name_at(work.authors, item.work, [](const model::Author& author) {
      return author.name.full ? *author.name.full : author.orcid.value_or("");
    });
  }
  if (clause.clause == "institutions") {
    return name_at(work.institutions, item.work, organisation);
  }
  if (clause.clause == "funders") {
    return name_at(work.funders, item.work, organisation);
  }
  if (clause.clause == "awards" || clause.clause == "awards_weak") {
    return name_at(work.awards, item.work, [](const model::WorkAward& award) {
      return award.award_id;
    });
  }
  return item.dmp;
}

std::string items_html(const Match& match, const ExplainClause& clause) {
  constexpr std::size_t kMost = 12;
  std::string html;
  const auto add = [&](std::string_view name, std::string_view how,
                       double points) {
    if (!html.empty()) html += ", ";
    html += fmt::format("<bdi>{}</bdi> <small>{} {:.2f}</small>",
                        escape_html(name), escape_html(how), points);
  };
  std::size_t shown = 0;
  for (const auto& item : clause.items) {
    if (shown++ == kMost) break;
    add(item_name(match, clause, item), how_label(item.how), item.points);
  }
  std::vector<model::TermPoints> terms = clause.terms;
  std::stable_sort(
      terms.begin(), terms.end(),
      [](const auto& a, const auto& b) { return a.points > b.points; });
  for (const auto& term : terms) {
    if (shown++ == kMost) break;
    add(term.term, term.field == "title" ? "title" : "abstract", term.points);
  }
  const std::size_t all = clause.items.size() + terms.size();
  if (all > kMost) html += fmt::format(" and {} more", all - kMost);
  return html;
}

double total_of(const Match& match) {
  return std::accumulate(match.explain.begin(), match.explain.end(), 0.0,
                         [](double sum, const ExplainClause& clause) {
                           return sum + clause.score;
                         });
}

}  // namespace

std::string parts_html(const Match& match) {
  if (match.explain.empty()) return {};
  std::vector<double> points;
  std::string words;
  for (const ExplainClause& clause : match.explain) {
    points.push_back(clause.score);
    words +=
        fmt::format("{}{} {:.2f}", words.empty() ? "" : " + ",
                    escape_html(clause_label(clause.clause)), clause.score);
  }
  return fmt::format("<div class=parts>{}<p>{} = {:.2f} points</p></div>",
                     stacked_bar(points), words, total_of(match));
}

std::string clauses_html(const Match& match) {
  if (match.explain.empty()) return {};
  const double total = total_of(match);
  std::string html =
      "<details><summary>How the score adds up</summary><table class=sum>";
  double at = 0;
  for (const ExplainClause& clause : match.explain) {
    html += fmt::format(
        "<tr><th scope=row>{}</th><td>{}{}{}</td><td class=num>{:.2f}</td>"
        "</tr>",
        escape_html(clause_label(clause.clause)), items_html(match, clause),
        clause.note.empty()
            ? std::string()
            : fmt::format(" <small>({})</small>", escape_html(clause.note)),
        step_bar(at, at + clause.score, 0, total), clause.score);
    at += clause.score;
  }
  html += fmt::format(
      "<tr class=total><th scope=row>Together</th><td></td><td class=num>{:.2f}"
      "</td></tr></table></details>",
      total);
  return html;
}

}  // namespace dmp::results
