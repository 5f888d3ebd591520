#include "results/report.h"

#include "results/evidence.h"
#include "results/html.h"
#include "results/metrics.h"
#include "results/report_assets.h"
#include "results/report_plan.h"
#include "results/report_sections.h"
#include "results/report_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace dmp::results {
namespace {

const model::Plan* find_plan(std::span<const model::Plan> plans,
                             std::string_view doi) {
  const auto place =
      std::lower_bound(plans.begin(), plans.end(), doi,
                       [](const model::Plan& plan, std::string_view wanted) {
                         return plan.doi < wanted;
                       });
  return place != plans.end() && place->doi == doi ? &*place : nullptr;
}

void write_head(HtmlFile& html, const ReportInputs& inputs) {
  const std::string title = escape_html(inputs.title);
  html
      << "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
      << "<meta http-equiv=Content-Security-Policy content=\"default-src "
         "'none'; style-src "
      << csp_hash(kReportStyle) << "; script-src " << csp_hash(kReportScript)
      << "; base-uri 'none'; form-action 'none'\">\n"
      << "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
      << "<meta name=referrer content=no-referrer>\n<title>" << title
      << "</title>\n<style>" << kReportStyle << "</style>\n</head>\n<body>\n"
      << "<a class=skip href=\"#plans\">Skip to the plans</a>\n<header><h1>"
      << title << "</h1>";
  if (!inputs.note.empty()) {
    html << "<p class=lede>" << escape_html(inputs.note) << "</p>";
  }
  html << "</header>\n<main>\n";
}

// Judged as the page marks them: the bands of Metrics are by score / scoreMax.
model::PlanMatches by_strength(model::PlanMatches matches) {
  for (model::Match& match : matches.works)
    match.score = strength_of(match, matches.score_max);
  matches.score_max = 1;
  return matches;
}

struct FirstPass {
  ReportSummary summary;
  std::optional<Metrics> metrics;
};

Result<FirstPass> count(const ReportInputs& inputs) {
  FirstPass pass;
  std::optional<MetricsCollector> collector;
  if (inputs.truth != nullptr) collector.emplace(*inputs.truth, inputs.ks);
  DMP_TRY(inputs.matches([&](model::PlanMatches&& matches) -> Status {
    const model::Plan* plan = find_plan(inputs.plans, matches.plan_doi);
    pass.summary.add(
        matches,
        plan != nullptr && plan->title ? *plan->title : matches.plan_doi,
        inputs.max_works, inputs.min_score);
    if (collector) collector->add(by_strength(std::move(matches)));
    return {};
  }));
  if (collector) pass.metrics = collector->finish();
  return pass;
}

}  // namespace

Status write_report(const ReportInputs& inputs) {
  DMP_ASSIGN(const FirstPass pass, count(inputs));
  DMP_ASSIGN(auto html, HtmlFile::create(inputs.out_file));
  write_head(html, inputs);
  html << summary_html(pass.summary) << kReportGuide;
  if (pass.metrics) html << metrics_html(*pass.metrics);
  html << plan_list_html(pass.summary);
  PlanSections sections(html, pass.summary.plans.size());
  PlanPage page;
  page.truth = inputs.truth;
  page.max_works = inputs.max_works;
  page.min_score = inputs.min_score;
  DMP_TRY(inputs.matches([&](model::PlanMatches&& matches) -> Status {
    ++page.number;
    page.plan = find_plan(inputs.plans, matches.plan_doi);
    sections.add(plan_html(matches, page));
    return {};
  }));
  sections.finish();
  html << "</main>\n<footer>Made by dmpworks. Works are proposals "
          "until a person confirms them.</footer>\n<script>"
       << kReportScript << "</script>\n</body>\n</html>\n";
  return html.finish();
}

}  // namespace dmp::results
