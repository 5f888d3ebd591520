#include "match/match_record.h"

#include "match/highlight.h"

#include <algorithm>
#include <utility>

namespace dmp::match {

namespace {

void cut(std::vector<model::ItemMatch>& items, int most) {
  std::stable_sort(
      items.begin(), items.end(), [](const auto& a, const auto& b) {
        return a.score != b.score ? a.score > b.score : a.index < b.index;
      });
  if (items.size() > static_cast<std::size_t>(most))
    items.resize(static_cast<std::size_t>(most));
}

void add_highlights(const Evaluation& evidence, const SearchOptions& options,
                    model::Match& match) {
  const model::Work& work = match.work;
  if (work.title) {
    match.title_highlight = mark_title(*work.title, evidence.title_marks,
                                       options.highlight_encoding);
  }
  if (work.abstract_text) {
    match.abstract_highlights =
        mark_abstract(*work.abstract_text, evidence.abstract_marks,
                      options.highlight_encoding);
  }
}

}  // namespace

model::Match match_of(model::Work work, Evaluation evidence,
                      const SearchOptions& options) {
  model::Match match;
  match.work = std::move(work);
  match.score = static_cast<double>(evidence.score);
  match.doi_found = evidence.funded_doi;
  match.content_score = static_cast<double>(evidence.content);
  if (evidence.content > 0) add_highlights(evidence, options, match);
  for (auto* items : {&evidence.authors, &evidence.institutions,
                      &evidence.funders, &evidence.awards, &evidence.intra,
                      &evidence.shared, &evidence.citations}) {
    cut(*items, options.inner_hits);
  }
  match.authors = std::move(evidence.authors);
  match.institutions = std::move(evidence.institutions);
  match.funders = std::move(evidence.funders);
  match.awards = std::move(evidence.awards);
  match.intra_work_dois = std::move(evidence.intra);
  match.possible_shared_project_dois = std::move(evidence.shared);
  match.dataset_citation_dois = std::move(evidence.citations);
  match.date_status = std::move(evidence.date_status);
  match.funder_mismatch = evidence.funder_mismatch;
  if (options.explain) match.explain = std::move(evidence.explain);
  return match;
}

}  // namespace dmp::match
