#include "results/report_weights.h"

#include "match/linkage_model.h"
#include "results/html.h"
#include "results/report_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::results {
namespace {

using model::WeightEntry;

using Labels = std::pair<std::string_view, std::string_view>;

template <std::size_t N>
std::string_view label_of(const std::array<Labels, N>& labels,
                          std::string_view name) {
  for (const auto& [known, label] : labels) {
    if (known == name) return label;
  }
  return name;
}

std::string_view kind_label(std::string_view kind) {
  constexpr std::array<Labels, 10> kLabels{{{"prior", "prior"},
                                            {"author", "author"},
                                            {"text", "topic"},
                                            {"date", "time"},
                                            {"award", "award"},
                                            {"funder", "funder"},
                                            {"institution", "institution"},
                                            {"funded", "listed by the funder"},
                                            {"relation", "related output"},
                                            {"related", "related work"}}};
  return label_of(kLabels, kind);
}

std::string_view level_label(const WeightEntry& entry) {
  constexpr std::array<Labels, 8> kNames{{{"none", "not on the work"},
                                          {"orcid", "same ORCID iD"},
                                          {"full", "same full name"},
                                          {"initial2", "same initials"},
                                          {"initial", "same initial"},
                                          {"surname", "same surname"},
                                          {"conflict", "another ORCID iD"},
                                          {"middle", "another middle name"}}};
  constexpr std::array<Labels, 10> kTimes{
      {{"before_3y", "over 3 years before the start"},
       {"before_1y", "1 to 3 years before the start"},
       {"before_start", "in the year before the start"},
       {"first_half", "in the first half of the project"},
       {"second_half", "in the second half of the project"},
       {"after_1y", "in the year after the end"},
       {"after_3y", "1 to 3 years after the end"},
       {"later", "over 3 years after the end"},
       {"after", "after the assumed end"},
       {"of_a_version", "of a version"}}};
  if (entry.kind == "author") return label_of(kNames, entry.level);
  if (entry.kind == "date") return label_of(kTimes, entry.level);
  if (entry.kind == "award" && entry.level == "none")
    return "the work names none";
  if (entry.kind == "award" && entry.level == "other")
    return "the work names others";
  return entry.kind == "text" ? std::string_view() : entry.level;
}

struct Sums {
  double chance = 0, team = 0;
  // Whether the comparison with other work of the team decides.
  bool by_team() const { return team <= chance; }
};

Sums sums_of(const model::Linkage& linkage) {
  Sums sums;
  for (const auto& entry : linkage.weights) {
    sums.chance += entry.vs_chance;
    sums.team += entry.vs_team;
  }
  return sums;
}

std::string bits(double value) {
  return fmt::format("{:+.1f}", value);
}

// How a sum is called: if it speaks for the plan, what it says; else what it
// compares.
struct SumWords {
  std::string_view says, compares, likelier;
  std::string_view name(double sum) const { return sum < 0 ? compares : says; }
};
constexpr SumWords kOfChance{"Not by chance", "Against chance",
                             "more likely chance than this plan"};
constexpr SumWords kOfTeam{"This project rather than another of theirs",
                           "This project against another of theirs",
                           "more likely another of theirs than this project"};

// A sentence about the sum that does not decide.
std::string claim(const SumWords& words, double sum) {
  return sum < 0 ? fmt::format("{}: {} bits ({}).", words.name(sum), bits(sum),
                               words.likelier)
                 : fmt::format("{} ({} bits).", words.name(sum), bits(sum));
}

// What the sums come to; and what became of it, where that is something else.
std::string outcome_of(const model::Linkage& linkage) {
  constexpr double kLeastShown = .005;
  const double summed = match::linkage::probability(linkage.log_odds);
  std::string final = percent_text(linkage.probability);
  if (std::abs(summed - linkage.probability) <= kLeastShown) return final;
  return fmt::format("{}, recalibrated by judged links: {}",
                     percent_text(summed), final);
}

std::string author_name(const std::vector<model::Author>& authors, int index) {
  if (index < 0 || static_cast<std::size_t>(index) >= authors.size()) return {};
  const auto& author = authors[static_cast<std::size_t>(index)];
  return author.name.full ? *author.name.full : author.orcid.value_or("");
}

std::string organisation_name(const std::vector<model::Organisation>& items,
                              int index) {
  if (index < 0 || static_cast<std::size_t>(index) >= items.size()) return {};
  const auto& item = items[static_cast<std::size_t>(index)];
  return item.name ? *item.name : item.ror.value_or("");
}

// What of the work an entry is about; empty when it names nothing.
std::string thing_of(const WeightEntry& entry, const model::Work& work) {
  if (entry.kind == "funder")
    return organisation_name(work.funders, entry.work);
  if (entry.kind == "institution")
    return organisation_name(work.institutions, entry.work);
  const bool award = entry.kind == "award" && entry.work >= 0 &&
                     static_cast<std::size_t>(entry.work) < work.awards.size();
  return award ? work.awards[static_cast<std::size_t>(entry.work)].award_id
               : "";
}

// One row of the table.
struct Step {
  const WeightEntry* entry;
  double from, to;  // running sum of the deciding column
};

std::string row(const Step& step, double low, double high,
                const model::Match& match, const model::Plan* plan) {
  const WeightEntry& entry = *step.entry;
  std::string what(kind_label(entry.kind));
  if (entry.kind == "author") {
    std::string name = author_name(match.work.authors, entry.work);
    if (name.empty() && plan != nullptr)
      name = author_name(plan->authors, entry.dmp);
    if (!name.empty()) what = std::move(name);
  }
  std::string how = thing_of(entry, match.work);
  if (const auto label = level_label(entry); !label.empty())
    how += (how.empty() ? "" : ": ") + std::string(label);
  if (!entry.note.empty()) how += (how.empty() ? "" : "; ") + entry.note;
  return fmt::format(
      "<tr><th scope=row><bdi>{}</bdi></th><td><small><bdi>{}</bdi></small>"
      "{}</td><td class=num>{}</td><td class=num>{}</td></tr>",
      escape_html(what), escape_html(how),
      step_bar(step.from, step.to, low, high), bits(entry.vs_chance),
      bits(entry.vs_team));
}

}  // namespace

std::string percent_text(double probability) {
  constexpr double kHundred = 100, kAlmostAll = .995, kHardly = .005;
  if (probability >= kAlmostAll) return "over 99 %";
  if (probability < kHardly) return "under 1 %";
  return fmt::format("{:.0f} %", kHundred * probability);
}

std::string weights_sentence(const model::Match& match) {
  if (!match.linkage) return {};
  const Sums sums = sums_of(*match.linkage);
  const bool team = sums.by_team();
  // Parts in the order of their first entry; authors are one part.
  std::vector<std::pair<std::string, double>> parts;
  std::size_t authors = 0;
  for (const auto& entry : match.linkage->weights) {
    authors += entry.kind == "author" ? 1 : 0;
    const double value = team ? entry.vs_team : entry.vs_chance;
    const std::string label(kind_label(entry.kind));
    const auto found =
        std::find_if(parts.begin(), parts.end(),
                     [&](const auto& part) { return part.first == label; });
    if (found == parts.end()) {
      parts.emplace_back(label, value);
    } else {
      found->second += value;
    }
  }
  std::string list;
  for (const auto& [label, value] : parts) {
    const bool many = label == "author" && authors > 1;
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ",
                        many ? "authors" : escape_html(label), bits(value));
  }
  const std::string other =
      team ? claim(kOfChance, sums.chance) : claim(kOfTeam, sums.team);
  const double sum = team ? sums.team : sums.chance;
  return fmt::format("{} {}: {} = {} → {}.", other,
                     (team ? kOfTeam : kOfChance).name(sum), list, bits(sum),
                     outcome_of(*match.linkage));
}

std::string weights_html(const model::Match& match, const model::Plan* plan) {
  if (!match.linkage) return {};
  const Sums sums = sums_of(*match.linkage);
  std::vector<Step> steps;
  double at = 0, low = 0, high = 0;
  for (const auto& entry : match.linkage->weights) {
    const double value = sums.by_team() ? entry.vs_team : entry.vs_chance;
    steps.push_back({&entry, at, at + value});
    at += value;
    low = std::min(low, at);
    high = std::max(high, at);
  }
  std::string html =
      "<details><summary>How the probability comes about</summary><table "
      "class=sum><tr><th>Evidence</th><td></td><td class=num>against chance"
      "</td><td class=num>against other work</td></tr>";
  for (const auto& step : steps) html += row(step, low, high, match, plan);
  html += fmt::format(
      "<tr class=total><th scope=row>Together, bits</th><td>the smaller sum "
      "decides: {}</td><td class=num>{}</td><td class=num>{}</td></tr></table>"
      "</details>",
      outcome_of(*match.linkage), bits(sums.chance), bits(sums.team));
  return html;
}

}  // namespace dmp::results
