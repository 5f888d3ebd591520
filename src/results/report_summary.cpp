#include "results/report_summary.h"

#include "results/html.h"
#include "results/report_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <span>
#include <utility>

namespace dmp::results {
namespace {

using match::linkage::Reliability;

struct Bar {
  std::string label;
  std::int64_t count = 0;
  std::string_view style;  // CSS class
};

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0;
       at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

double share_of(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::int64_t highest(const std::vector<Bar>& bars) {
  std::int64_t most = 1;
  for (const Bar& bar : bars) most = std::max(most, bar.count);
  return most;
}

// Columns above a line of labels; the numbers also stand in a <title> each.
std::string column_chart(const std::string& name,
                         const std::vector<Bar>& bars) {
  constexpr double kHeight = 110, kTop = 16;
  const double step = bars.size() <= 12 ? 36 : 26;
  const double width =
      step * static_cast<double>(std::max<std::size_t>(bars.size(), 1));
  std::string svg = fmt::format(
      "<svg class=chart role=img aria-label=\"{}\" viewBox=\"0 0 {} {}\">",
      escape_html(name), width, kHeight + kTop + 18);
  const std::int64_t most = highest(bars);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Bar& bar = bars[i];
    const double height = kHeight * share_of(bar.count, most);
    const double left = step * static_cast<double>(i);
    svg += fmt::format(
        "<g><title>{}: {}</title><rect class=\"{}\" x={:.0f} y={:.1f} "
        "width={:.0f} height={:.1f} rx=2 />",
        escape_html(bar.label), with_commas(bar.count), bar.style, left + 3,
        kTop + kHeight - height, step - 6, std::max(height, 0.8));
    if (bars.size() <= 12 && bar.count > 0) {
      svg += fmt::format("<text x={:.0f} y={:.1f}>{}</text>", left + step / 2,
                         kTop + kHeight - height - 4, with_commas(bar.count));
    }
    const bool has_room = bars.size() <= 12 || i % 2 == 0;
    if (has_room) {
      svg += fmt::format("<text x={:.0f} y={:.0f}>{}</text>", left + step / 2,
                         kTop + kHeight + 14, escape_html(bar.label));
    }
    svg += "</g>";
  }
  return svg + "</svg>";
}

// Label, bar and number in rows, as a table: it reads well without pictures.
std::string row_chart(const std::vector<Bar>& bars) {
  std::string html = "<table class=bars>";
  const std::int64_t most = highest(bars);
  for (const Bar& bar : bars) {
    html += fmt::format(
        "<tr><th scope=row>{}</th><td>{}</td><td class=num>{}</td></tr>",
        escape_html(bar.label),
        row_bar(bar.style, 0, 100 * share_of(bar.count, most)),
        with_commas(bar.count));
  }
  return html + "</table>";
}

std::vector<Bar> strength_bars(const ReportSummary& summary) {
  std::vector<Bar> bars;
  for (std::size_t tenth = 0; tenth < summary.strengths.size(); ++tenth) {
    const std::string_view style = tenth >= 7   ? "high"
                                   : tenth >= 4 ? "medium"
                                                : "low";
    bars.push_back({fmt::format("{}–{}%", tenth * 10, tenth * 10 + 10),
                    summary.strengths[tenth], style});
  }
  return bars;
}

std::vector<Bar> works_bars(const ReportSummary& summary) {
  struct Step {
    std::size_t most;
    const char* label;
  };
  constexpr std::array<Step, 7> kSteps{{{0, "none"},
                                        {2, "1–2"},
                                        {5, "3–5"},
                                        {10, "6–10"},
                                        {20, "11–20"},
                                        {50, "21–50"},
                                        {SIZE_MAX, "more"}}};
  std::vector<Bar> bars;
  bars.reserve(kSteps.size());
  for (const Step& step : kSteps) bars.push_back({step.label, 0, "plain"});
  for (const PlanLine& line : summary.plans) {
    std::size_t at = 0;
    while (line.works > kSteps[at].most) ++at;
    ++bars[at].count;
  }
  return bars;
}

std::vector<Bar> year_bars(const ReportSummary& summary) {
  constexpr int kYears = 20;
  std::vector<Bar> bars;
  if (summary.years.empty()) return bars;
  const int last = summary.years.rbegin()->first;
  const int first = std::max(summary.years.begin()->first, last - kYears + 1);
  Bar before{"earlier", 0, "plain"};
  for (const auto& [year, count] : summary.years) {
    if (year < first) before.count += count;
  }
  if (before.count > 0) bars.push_back(before);
  for (int year = first; year <= last; ++year) {
    const auto found = summary.years.find(year);
    bars.push_back({std::to_string(year),
                    found == summary.years.end() ? 0 : found->second, "plain"});
  }
  return bars;
}

std::vector<Bar> sorted_bars(std::vector<Bar> bars) {
  std::stable_sort(bars.begin(), bars.end(), [](const Bar& a, const Bar& b) {
    return a.count > b.count;
  });
  return bars;
}

std::vector<Bar> type_bars(const ReportSummary& summary) {
  std::vector<Bar> bars;
  for (const auto& [type, count] : summary.types) {
    bars.push_back({type_label(type), count, "plain"});
  }
  constexpr std::size_t kMost = 8;
  bars = sorted_bars(std::move(bars));
  if (bars.size() > kMost) {
    Bar others{"All other types", 0, "plain"};
    for (std::size_t i = kMost - 1; i < bars.size(); ++i) {
      others.count += bars[i].count;
    }
    bars.resize(kMost - 1);
    bars.push_back(others);
  }
  return bars;
}

std::vector<Bar> signal_bars(const ReportSummary& summary) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8>
      kLabels = {{{"funded_doi", "Listed by the funder"},
                  {"award", "Award number"},
                  {"orcid", "Author, same ORCID iD"},
                  {"author_name", "Author, same surname"},
                  {"institution", "Institution"},
                  {"funder", "Funder"},
                  {"related_doi", "Linked to a plan output"},
                  {"text", "Shared words"}}};
  std::vector<Bar> bars;
  for (const auto& [signal, label] : kLabels) {
    const auto found = summary.signals.find(signal);
    bars.push_back({std::string(label),
                    found == summary.signals.end() ? 0 : found->second,
                    "plain"});
  }
  return bars;
}

std::string card(std::string_view label, std::int64_t number,
                 std::string_view style = "") {
  return fmt::format("<div class=\"card {}\"><dt>{}</dt><dd>{}</dd></div>",
                     style, label, with_commas(number));
}

std::string figure(std::string_view caption, const std::string& chart,
                   std::string_view note = "") {
  return fmt::format(
      "<figure><figcaption>{}</figcaption>{}{}</figure>", caption, chart,
      note.empty() ? std::string() : fmt::format("<p class=note>{}</p>", note));
}

std::string strength_figure(const ReportSummary& summary) {
  const std::string_view name =
      summary.has_probabilities
          ? "Number of works by probability"
          : "Number of works by share of their plan's best score";
  const std::string_view note =
      summary.has_probabilities
          ? "Probability that the work came out of the plan."
          : "Score as a share of the best score of the same plan.";
  return figure("Strength of the matches",
                column_chart(std::string(name), strength_bars(summary)),
                fmt::format("{} High from 70%, medium from 40%.", note));
}

// What was said against what is true: a point for every row of the table, on
// the diagonal where both agree. The table beside it says the same in numbers.
std::string reliability_plot(const std::vector<Reliability>& rows) {
  constexpr double kSide = 160, kMargin = 28;
  const auto x = [](double said) { return kMargin + kSide * said; };
  const auto y = [](double right) { return 6 + kSide * (1 - right); };
  std::string svg = fmt::format(
      "<svg class=\"chart reliability\" role=img aria-label=\"Share of right "
      "works by their probability\" viewBox=\"0 0 {0} {0}\">"
      "<rect class=frame x={1} y=6 width={2} height={2} />"
      "<line class=even x1={3} y1={4} x2={5} y2={6} />",
      kSide + kMargin + 12, kMargin, kSide, x(0), y(0), x(1), y(1));
  for (const double at : {0.0, 0.5, 1.0}) {
    svg += fmt::format(
        "<text x={:.0f} y={:.0f}>{:.0f}%</text><text class=side x={:.0f} "
        "y={:.0f}>{:.0f}%</text>",
        x(at), kSide + 22, 100 * at, kMargin - 3, y(at) + 4, 100 * at);
  }
  for (const Reliability& row : rows) {
    if (row.pairs == 0) continue;
    svg += fmt::format(
        "<circle cx={:.1f} cy={:.1f} r=3.5><title>{} works: said {:.0f}%, "
        "right "
        "{:.0f}%</title></circle>",
        x(row.mean_p), y(row.true_ratio), with_commas(row.pairs),
        100 * row.mean_p, 100 * row.true_ratio);
  }
  return svg + "</svg>";
}

std::string reliability_html(const match::linkage::Judgement& judgement) {
  std::string table =
      "<table class=metrics><thead><tr><th scope=col>Probability from</th>"
      "<th scope=col>Works</th><th scope=col>Said</th><th scope=col>Right</th>"
      "</tr></thead><tbody>";
  for (const Reliability& row : judgement.reliability) {
    if (row.pairs == 0) continue;
    table += fmt::format(
        "<tr><th scope=row>{:g}%</th><td>{}</td><td>{:.1f}%</td><td>{:.1f}%"
        "</td></tr>",
        100 * row.from, with_commas(row.pairs), 100 * row.mean_p,
        100 * row.true_ratio);
  }
  return figure(
      "How right the probabilities are",
      reliability_plot(judgement.reliability) + table + "</tbody></table>",
      fmt::format(
          "Listed works alone. Said: their mean probability. Right: the "
          "share that is known to be right. On average the two differ "
          "by {:.1f} percentage points (works from 1%).",
          100 * judgement.ece));
}

// A browser lays out a table only as a whole: rows that are not on screen cost
// nothing when they are in tables of their own (class plans of the style).
constexpr std::size_t kPlansATable = 100;

// The rows of `plans`; those before them in the list number `before`.
std::string plan_table_html(std::span<const PlanLine> plans,
                            std::size_t before) {
  std::string html = fmt::format(
      "<div class=\"plans{}\"><table aria-label=\"Plans {} to {}\"><col>"
      "<col><col><col><thead><tr>"
      "<th scope=col>Plan</th><th scope=col class=num>Works</th><th scope=col "
      "class=num>High</th><th scope=col class=num>Medium</th></tr></thead>"
      "<tbody>",
      before == 0 ? " first" : "", before + 1, before + plans.size());
  for (const PlanLine& line : plans) {
    html += fmt::format(
        "<tr data-plan={0}><td><a href=\"#p{0}\"><bdi>{1}</bdi></a> "
        "<span class=doi>{2}</span></td><td class=num>{3}</td><td class=num>"
        "{4}</td><td class=num>{5}</td></tr>\n",
        ++before, escape_html(line.title), escape_html(line.doi), line.works,
        line.bands[0], line.bands[1]);
  }
  return html + "</tbody></table></div>";
}

}  // namespace

std::string type_label(std::string_view work_type) {
  std::string label;
  for (const char c : work_type) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '_') {
      label += ' ';
    } else {
      label += static_cast<char>(label.empty() ? std::toupper(byte)
                                               : std::tolower(byte));
    }
  }
  return label;
}

bool is_shown(const model::PlanMatches& matches, std::size_t rank,
              std::size_t max_works, double min_score) {
  return rank < max_works &&
         strength_of(matches.works[rank], matches.score_max) >= min_score;
}

void ReportSummary::add(const model::PlanMatches& matches, std::string title,
                        std::size_t max_works, double min_score) {
  PlanLine line;
  line.doi = matches.plan_doi;
  line.title = std::move(title);
  line.works = matches.works.size();
  for (std::size_t rank = 0; rank < matches.works.size(); ++rank) {
    const model::Match& match = matches.works[rank];
    has_probabilities = has_probabilities || match.linkage.has_value();
    const double strength = strength_of(match, matches.score_max);
    const auto band = static_cast<std::size_t>(band_of(strength, 1));
    ++line.bands[band];
    ++bands[band];
    ++strengths[std::min<std::size_t>(static_cast<std::size_t>(strength * 10),
                                      9)];
    if (is_shown(matches, rank, max_works, min_score)) ++line.shown;
    ++types[match.work.work_type];
    if (match.work.publication_date) {
      ++years[text::from_day(*match.work.publication_date).year];
    } else {
      ++undated;
    }
    for (const std::string_view signal : signals_of(match)) {
      ++signals[std::string(signal)];
    }
  }
  works += static_cast<std::int64_t>(line.works);
  shown += static_cast<std::int64_t>(line.shown);
  plans.push_back(std::move(line));
}

std::int64_t ReportSummary::plans_with_works() const {
  return std::count_if(plans.begin(), plans.end(),
                       [](const PlanLine& line) { return line.works > 0; });
}

std::string summary_html(const ReportSummary& summary) {
  std::string html =
      "<section id=summary aria-labelledby=summary-title>"
      "<h2 id=summary-title>Summary</h2><dl class=cards>";
  html += card("Plans", static_cast<std::int64_t>(summary.plans.size()));
  html += card("Plans with works", summary.plans_with_works());
  html += card("Works found", summary.works);
  html += card("High", summary.bands[0], "high");
  html += card("Medium", summary.bands[1], "medium");
  html += card("Low", summary.bands[2], "low");
  html += "</dl><div class=figures>";
  html += strength_figure(summary);
  html += figure("Works a plan",
                 column_chart("Number of plans by number of their works",
                              works_bars(summary)),
                 "Number of plans with so many works.");
  html += figure("Year of publication",
                 column_chart("Number of works by year of publication",
                              year_bars(summary)),
                 summary.undated > 0 ? fmt::format("{} without a date.",
                                                   with_commas(summary.undated))
                                     : std::string());
  html += figure("What the matches rest on", row_chart(signal_bars(summary)),
                 "A work may have several.");
  html += figure("Type of work", row_chart(type_bars(summary)));
  return html + "</div></section>";
}

std::string metrics_html(const Metrics& metrics) {
  std::string html =
      "<section id=quality aria-labelledby=quality-title>"
      "<h2 id=quality-title>Compared with known answers</h2>";
  html += fmt::format(
      "<p>Of {} known works of {} plans, {} are listed ({:.1f}%). Of the works "
      "marked high, {:.1f}% are known to be right; of high and medium "
      "together, "
      "{:.1f}%. A work that nobody has judged counts as wrong here.</p>",
      with_commas(static_cast<std::int64_t>(metrics.outputs)),
      with_commas(static_cast<std::int64_t>(metrics.plans.size())),
      with_commas(static_cast<std::int64_t>(metrics.found)),
      100 * share_of(static_cast<std::int64_t>(metrics.found),
                     static_cast<std::int64_t>(metrics.outputs)),
      100 * share_of(metrics.high.relevant, metrics.high.listed),
      100 * share_of(metrics.medium.relevant, metrics.medium.listed));
  html +=
      "<table class=metrics><thead><tr><th scope=col>First k works</th>"
      "<th scope=col>Precision</th><th scope=col>Recall</th><th scope=col>MAP"
      "</th><th scope=col>NDCG</th></tr></thead><tbody>";
  for (const MetricsAt& at : metrics.all.at) {
    html += fmt::format(
        "<tr><th scope=row>{}</th><td>{:.3f}</td><td>{:.3f}</td><td>{:.3f}</td>"
        "<td>{:.3f}</td></tr>",
        at.k, at.precision, at.recall, at.map, at.ndcg);
  }
  html += fmt::format(
      "</tbody></table><p class=note>Means over the plans. Precision is "
      "divided "
      "by k also where fewer works are listed. Mean reciprocal rank of the "
      "first right work: {:.3f}.</p>",
      metrics.all.mrr);
  if (metrics.probabilities) {
    html += "<div class=figures>" + reliability_html(*metrics.probabilities) +
            "</div>";
  }
  return html + "</section>";
}

std::string plan_list_html(const ReportSummary& summary) {
  std::string html =
      "<section id=plans aria-labelledby=plans-title>"
      "<h2 id=plans-title>Plans</h2>"
      "<form class=filters hidden><label>Find a plan <input type=search "
      "id=find autocomplete=off></label> <label>Show <select id=band>"
      "<option value=low>all works</option><option value=medium>high and medium"
      "</option><option value=high>high only</option></select></label> "
      "<output id=found for=find></output></form><div class=list>";
  const std::span<const PlanLine> plans = summary.plans;
  for (std::size_t first = 0; first < plans.size(); first += kPlansATable) {
    html += plan_table_html(
        plans.subspan(first, std::min(kPlansATable, plans.size() - first)),
        first);
  }
  return html + "</div></section>";
}

}  // namespace dmp::results
