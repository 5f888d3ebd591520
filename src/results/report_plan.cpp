#include "results/report_plan.h"

#include "results/evidence.h"
#include "results/html.h"
#include "results/report_clauses.h"
#include "results/report_summary.h"
#include "results/report_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace dmp::results {
namespace {

using Parts = std::vector<std::string>;

// "a, b and c"; of more than `most` parts the rest is "and 4 more".
std::string listed(Parts parts, std::size_t most) {
  if (parts.size() > most + 1) {
    const std::size_t rest = parts.size() - most;
    parts.resize(most);
    parts.push_back(fmt::format("{} more", rest));
  }
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

std::string strong(std::string_view text) {
  return fmt::format("<b><bdi>{}</bdi></b>", escape_html(text));
}

std::string doi_link(std::string_view doi) {
  return fmt::format("<a href=\"{}\">{}</a>", doi_url(doi), escape_html(doi));
}

std::string source_link(const model::DoiSource& source) {
  const auto url = safe_url(source.award_url);
  if (!url) return strong(source.award_id);
  return fmt::format("<a href=\"{}\">{}</a>", *url,
                     escape_html(source.award_id));
}

std::string entity(const Evidence::Entity& item, std::string_view identifier,
                   std::string_view name) {
  const std::string_view how =
      item.by == Evidence::By::identifier ? identifier : name;
  return how.empty() ? strong(item.name)
                     : fmt::format("{} ({})", strong(item.name), how);
}

template <class Items, class Show>
Parts each(const Items& items, Show show) {
  Parts parts;
  for (const auto& item : items) parts.push_back(show(item));
  return parts;
}

void add_reason(Parts& reasons, const char* before, const Parts& parts,
                std::size_t most, const char* after = "") {
  if (parts.empty()) return;
  reasons.push_back(before + listed(parts, most) + after);
}

std::string award_text(const Evidence::Award& award) {
  const std::string funder = award.funder ? escape_html(*award.funder) : "";
  std::string who = funder;
  if (award.says == Evidence::Says::not_stated) who = "funder not stated";
  if (award.says == Evidence::Says::another) {
    who = "another funder’s";
    if (!funder.empty()) who += ": " + funder;
  }
  return who.empty() ? strong(award.number)
                     : fmt::format("{} ({})", strong(award.number), who);
}

Parts reasons_of(const Evidence& found) {
  Parts reasons;
  if (found.listed_by_funder && found.sources.empty()) {
    reasons.push_back("the funder lists it as a result of the plan’s award");
  }
  if (found.listed_by_funder) {
    add_reason(reasons, "the funder lists it as a result of award ",
               each(found.sources, source_link), 3);
  }
  add_reason(reasons, "it names award ", each(found.awards, award_text), 3);
  add_reason(reasons, "it is by ",
             each(found.people,
                  [](const Evidence::Entity& person) {
                    return entity(person, "same ORCID iD", "same surname");
                  }),
             4);
  add_reason(reasons, "it comes from ",
             each(found.institutions,
                  [](const Evidence::Entity& item) {
                    return entity(item, "same ROR id", "");
                  }),
             2);
  add_reason(reasons, "it was funded by ",
             each(found.funders,
                  [](const Evidence::Entity& item) {
                    return entity(item, "same ROR id", "");
                  }),
             2);
  add_reason(reasons, "it is ",
             each(found.related,
                  [](const Evidence::Related& item) {
                    return fmt::format("{} {}", item.relation,
                                       doi_link(item.doi));
                  }),
             2, ", an output of the plan");
  add_reason(
      reasons,
      found.terms.size() == 1 ? "it shares the word " : "it shares the words ",
      each(found.terms, strong), 7, " with the plan");
  return reasons;
}

std::string verdict_html(const model::PlanMatches& matches,
                         const model::Match& match, const PlanPage& page) {
  if (page.truth == nullptr) return {};
  const auto verdict = page.truth->verdict(matches.plan_doi, match.work.doi);
  if (!verdict) return {};
  return *verdict == Verdict::accepted
             ? "<span class=\"tag right\">✓ known to belong</span>"
             : "<span class=\"tag wrong\">✗ known not to belong</span>";
}

std::string facts_html(const model::Work& work) {
  Parts facts;
  facts.push_back(escape_html(type_label(work.work_type)));
  if (work.publication_date) {
    facts.push_back(fmt::format("<time>{}</time>",
                                text::format_day(*work.publication_date)));
  }
  if (work.publication_venue) {
    facts.push_back(fmt::format("<i><bdi>{}</bdi></i>",
                                escape_html(*work.publication_venue)));
  }
  facts.push_back(doi_link(work.doi));
  const auto url = work.source_url ? safe_url(*work.source_url) : std::nullopt;
  const std::string source = escape_html(work.source_name);
  if (!source.empty()) {
    facts.push_back(
        url ? fmt::format("from <a href=\"{}\">{}</a>", *url, source)
            : "from " + source);
  }
  return fmt::format("<p class=facts>{}</p>", fmt::join(facts, " · "));
}

std::string people_html(const model::Work& work) {
  constexpr std::size_t kMost = 6;
  const Parts names = each(work.authors, [](const model::Author& author) {
    return "<bdi>" +
           escape_html(author.name.full ? *author.name.full
                                        : author.orcid.value_or("")) +
           "</bdi>";
  });
  if (names.empty()) return {};
  return "<p class=by>" + listed(names, kMost) + "</p>";
}

std::string caveats_html(const model::Match& match) {
  std::string html;
  if (match.date_status == "outside") {
    html += "<span class=tag>outside the project’s dates</span>";
  } else if (match.date_status == "unknown" && !match.work.publication_date) {
    html += "<span class=tag>no publication date</span>";
  }
  if (match.funder_mismatch) {
    html += "<span class=tag>award number of another funder</span>";
  }
  return html;
}

std::string title_html(const model::Match& match) {
  const auto& marked = match.title_highlight;
  if (marked && marked->find("<mark>") != std::string::npos) {
    return escape_highlight(*marked);
  }
  if (match.work.title) return escape_html(*match.work.title);
  return "(no title)";
}

std::string abstract_html(const model::Match& match) {
  std::string html;
  for (const std::string& text : match.abstract_highlights) {
    if (text.find("<mark>") == std::string::npos) continue;
    html += "<p class=quote><bdi>… " + escape_highlight(text) + " …</bdi></p>";
  }
  return html;
}

std::string work_html(const model::PlanMatches& matches, std::size_t rank,
                      const PlanPage& page) {
  const model::Match& match = matches.works[rank];
  const double strength = strength_of(match, matches.score_max);
  const std::string_view band = band_name(band_of(strength, 1));
  std::string html = fmt::format(
      "<li class=\"work {0}\"><div class=score><svg viewBox=\"0 0 100 8\" "
      "preserveAspectRatio=none aria-hidden=true><rect class=back width=100 "
      "height=8 /><rect class={0} width={1:.1f} height=8 /></svg><span "
      "class=\"band {0}\">{2}</span> <span class=points>{3}</span></div>",
      band, 100 * strength, type_label(band),
      match.linkage ? percent_text(match.linkage->probability)
                    : fmt::format("{:.1f}", match.score));
  html += fmt::format("<h4><a href=\"{}\"><bdi>{}</bdi></a></h4>",
                      doi_url(match.work.doi), title_html(match));
  html += people_html(match.work) + facts_html(match.work);
  const std::string tags =
      verdict_html(matches, match, page) + caveats_html(match);
  if (!tags.empty()) html += "<p class=tags>" + tags + "</p>";
  const std::string reasons = reasons_html(match, page.plan);
  if (!reasons.empty()) {
    html += "<p class=why>Matched because " + reasons + ".</p>";
  }
  html += match.linkage ? "<p class=sure>" + weights_sentence(match) + "</p>"
                        : parts_html(match);
  const std::string sum =
      match.linkage ? weights_html(match, page.plan) : clauses_html(match);
  return html + abstract_html(match) + sum + "</li>\n";
}

std::string organisation_names(const std::vector<model::Organisation>& items) {
  return listed(
      each(items,
           [](const model::Organisation& item) {
             return escape_html(item.name ? *item.name : item.ror.value_or(""));
           }),
      4);
}

std::string funding_names(const model::Plan& plan) {
  Parts parts;
  for (const model::Funding& funding : plan.funding) {
    std::string text = escape_html(funding.funder_name.value_or(""));
    if (funding.award_id) {
      text += (text.empty() ? "" : " ") + escape_html(*funding.award_id);
    }
    if (text.empty()) continue;
    if (std::find(parts.begin(), parts.end(), text) == parts.end()) {
      parts.push_back(std::move(text));
    }
  }
  return listed(std::move(parts), 4);
}

std::string about_html(const model::Plan& plan) {
  std::string html;
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) {
      html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, text);
    }
  };
  if (plan.project_start || plan.project_end) {
    const auto day = [](const std::optional<text::Day>& date) {
      return date ? text::format_day(*date) : std::string("?");
    };
    add("Project", day(plan.project_start) + " – " + day(plan.project_end));
  }
  add("People", listed(each(plan.authors,
                            [](const model::Author& author) {
                              return escape_html(
                                  author.name.full ? *author.name.full
                                                   : author.orcid.value_or(""));
                            }),
                       6));
  add("Institutions", organisation_names(plan.institutions));
  add("Funding", funding_names(plan));
  return html.empty() ? "" : "<dl class=about>" + html + "</dl>";
}

// Works that belong to the plan, but are not shown.
std::string missing_html(const model::PlanMatches& matches, std::size_t shown,
                         const PlanPage& page) {
  const auto* works =
      page.truth != nullptr ? page.truth->works_of(matches.plan_doi) : nullptr;
  if (works == nullptr) return {};
  Parts missing;
  for (const auto& [doi, verdict] : *works) {
    const auto end = matches.works.begin() + static_cast<std::ptrdiff_t>(shown);
    const bool is_listed = std::any_of(
        matches.works.begin(), end,
        [&, &doi = doi](const model::Match& m) { return m.work.doi == doi; });
    if (verdict == Verdict::accepted && !is_listed) {
      missing.push_back(doi_link(doi));
    }
  }
  if (missing.empty()) return {};
  return "<p class=missing>Known to belong, but not shown: " +
         listed(std::move(missing), 20) + "</p>";
}

}  // namespace

std::string reasons_html(const model::Match& match, const model::Plan* plan) {
  return fmt::format("{}",
                     fmt::join(reasons_of(evidence_of(match, plan)), "; "));
}

std::string plan_html(const model::PlanMatches& matches, const PlanPage& page) {
  const model::Plan* plan = page.plan;
  const std::string& title =
      plan != nullptr && plan->title ? *plan->title : matches.plan_doi;
  std::string html = fmt::format(
      "<section class=plan id=p{0} aria-labelledby=t{0}><h3 id=t{0}><bdi>{1}"
      "</bdi></h3><p class=facts>{2}</p>",
      page.number, escape_html(title), doi_link(matches.plan_doi));
  if (plan != nullptr) html += about_html(*plan);
  std::size_t shown = 0;
  std::string works;
  for (std::size_t rank = 0; rank < matches.works.size(); ++rank) {
    if (!is_shown(matches, rank, page.max_works, page.min_score)) break;
    works += work_html(matches, rank, page);
    ++shown;
  }
  if (shown > 0) {
    html += "<ol class=works>" + works + "</ol>";
  } else if (matches.works.empty()) {
    html += "<p class=none>No work was found for this plan.</p>";
  }
  if (shown < matches.works.size()) {
    html += fmt::format(
        "<p class=none>{} more {} not shown here.</p>",
        matches.works.size() - shown,
        matches.works.size() - shown == 1 ? "work is" : "works are");
  }
  html += missing_html(matches, shown, page);
  return html +
         "<p class=back><a href=\"#plans\">Back to the plans</a></p>"
         "</section>\n";
}

}  // namespace dmp::results
