#pragma once

#include "match/enriched_awards.h"
#include "match/options.h"
#include "match/ror_rows.h"
#include "match/slow_words.h"
#include "match/text_score.h"
#include "model/external_data.h"
#include "model/plan.h"
#include "model/work.h"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace dmp::match {

// Random plans and works of so few names, numbers and words that they often
// have some in common. For tests only.
class World {
 public:
  static constexpr const char* kNsf = "021nxhr62";
  explicit World(unsigned seed) : random_(seed) {}

  int below(int n) {
    return static_cast<int>(random_() % static_cast<unsigned>(n));
  }
  bool chance(int percent) { return below(100) < percent; }
  template <std::size_t N>
  std::string one_of(const char* const (&items)[N]) {
    return items[below(static_cast<int>(N))];
  }

  std::string word() {
    static constexpr const char* kWords[] = {
        "kelp",       "forest",    "sea",   "the",     "and",      "of",
        "ocean",      "caf\u00E9", "CO2",   "model",   "deep",     "learning",
        "\u03B1SMA",  "data",      "wave",  "coastal", "urchin",   "bloom",
        "light",      "gene",      "cell",  "star",    "quark",    "field",
        "theory",     "graph",     "river", "soil",    "nitrogen", "carbon",
        "flux",       "tide",      "storm", "glacier", "ice",      "an",
        "c0",         "anc0",      "c0an",  // of two hashes
        "\U00010428", "mud",       "reef",  "salt",    "sand",     "fish",
        "crab",       "eel"};
    return one_of(kWords);
  }
  std::string text(int most) {
    std::string out;
    for (int n = below(most + 1); n > 0; --n)
      out += word() + (below(40) == 0 ? " & < > " : " ");
    return out;
  }
  std::string surname() {
    static constexpr const char* kNames[] = {
        "Wang",        "Li",           "Smith", "van der Berg", "Berg",
        "Garc\u00EDa", "Garcia-Lopez", "James", "Lopez"};
    return one_of(kNames);
  }
  std::string orcid() {
    return "0000-0002-1825-009" + std::to_string(below(8));
  }
  std::string doi() { return "10.5555/w" + std::to_string(below(12)); }
  std::string award() {
    if (chance(20)) return "2345678";  // worth little without its funder
    static constexpr const char* kAwards[] = {
        "2345678",       "OCE-2345678", "OCE 2345678",
        "oce-2345678",   "OCE2345678",  "R01AI176039",
        "AI176039",      "AI-176039",   "1 R01 AI176039-01",
        "ABC12345",      "101002345",   "12",
        "N62909",        "NSF-2345678", "AB12",
        "Grant 2345678", "unknown"};
    return one_of(kAwards);
  }
  static std::string ror(int i) {
    static constexpr const char* kRors[] = {
        kNsf, "0kemp0192", "0kemp0289", "0kemp0386", "0kemp0483", "0kemp0580"};
    return kRors[i];
  }
  // What organisations() are to each other: 1 is below 0 and 2 below 1, which
  // has 0 below it again; 3 was 0; 4 is above 0, and a government above 1.
  static std::vector<RorRow> organisations() {
    RorRow nsf(ror(0), "National Science Foundation");
    nsf.acronyms = {"NSF"};
    nsf.children = {ror(1)};
    nsf.parents = {ror(4)};
    nsf.successors = {ror(3)};
    RorRow davis(ror(1), "Davis");
    davis.labels = {"University of California, Davis"};
    davis.children = {ror(2)};
    davis.parents = {ror(0), ror(5)};
    RorRow deep(ror(2), "Deep Sea");
    deep.children = {ror(0)};
    RorRow fund(ror(3), "Foundation of Kelp");
    fund.aliases = {"Kelp Fund"};
    fund.predecessors = {ror(0)};
    fund.children = {ror(5)};
    RorRow health(ror(4), "National Institutes of Health");
    health.children = {ror(0)};
    const RorRow government(ror(5), "Government of Kelpland");
    return {nsf, davis, deep, fund, health, government};
  }
  model::Organisation organisation() {
    static constexpr const char* kOrganisations[] = {
        "University of California",
        "California University",
        "NSF",
        "National Science Foundation",
        "National Institutes of Health",
        "University of California, Davis",
        "Davis",
        "national science  foundation",
        "Kelp Fund"};
    model::Organisation organisation;
    if (chance(80)) organisation.name = one_of(kOrganisations);
    if (!organisation.name || chance(50)) organisation.ror = ror(below(6));
    return organisation;
  }
  model::Author author() {
    static constexpr const char* kGiven[] = {"Anna",  "James", "alice",
                                             "Alice", "Bo",    "\u00C9mile"};
    model::Author author;
    if (chance(30)) author.orcid = orcid();
    const std::string given = one_of(kGiven);
    if (chance(90)) author.name.surname = surname();
    if (chance(80)) {
      author.name.given_name = given;
      author.name.first_initial =
          given.starts_with("\xC3") ? "\u00C9" : given.substr(0, 1);
    }
    if (chance(90))
      author.name.full = author.name.surname.value_or(surname()) + ", " + given;
    return author;
  }
  text::Day day() {
    // Leap years: 1988 to 2024.
    if (chance(10)) return text::to_day(1988 + 4 * below(10), 2, 29);
    return text::to_day(1985, 1, 1) + below(15'000);
  }
  // A day at which something may begin or end for this plan, or next to it.
  text::Day edge(const model::Plan& plan, const SearchOptions& options) {
    const text::Day start =
        plan.project_start.value_or(text::to_day(1990, 1, 1));
    std::vector<text::Day> edges{start,
                                 start - options.project_start_buffer_days,
                                 text::add_years(start, -1)};
    if (plan.project_end) {
      const int years = options.project_end_buffer_years;
      edges.push_back(text::add_years(*plan.project_end, years));
      edges.push_back(text::add_years(
          *plan.project_end, years + options.inferred_end_extra_years));
    }
    return edges[static_cast<std::size_t>(
               below(static_cast<int>(edges.size())))] +
           below(3) - 1;
  }

  model::Plan plan() {
    model::Plan plan;
    plan.doi = doi();
    if (chance(85)) plan.title = text(8);
    if (chance(70)) plan.abstract_text = text(below(400) == 0 ? 12'000 : 80);
    if (chance(80)) plan.project_start = day();
    if (plan.project_start && chance(70))
      plan.project_end = *plan.project_start + below(2000);
    plan.end_inferred = chance(20);
    for (int n = below(4); n > 0; --n)
      plan.institutions.push_back(organisation());
    for (int n = below(chance(2) ? 300 : 5); n > 0; --n)
      plan.authors.push_back(author());
    for (int n = below(4); n > 0; --n) plan.funding.push_back(funding());
    for (int n = below(3); n > 0; --n) plan.published_outputs.push_back(doi());
    sort_unique(plan.published_outputs);
    plan.awards = awards_of(external_data(plan));
    return plan;
  }

  // What enrichment says of the awards of a plan; of most plans nothing.
  model::ExternalData external_data(const model::Plan& plan) {
    model::ExternalData data;
    data.doi = plan.doi;
    if (!chance(40)) return data;
    for (int n = below(3); n > 0; --n) data.awards.push_back(enriched(plan));
    return data;
  }
  static std::vector<model::PlanAward> awards_of(
      const model::ExternalData& data) {
    Counters counters;
    return plan_awards(data, counters);
  }

  model::Work work() { return work(chance(2) ? 300 : 7); }
  // Of fewer authors than said.
  model::Work work(int authors) {
    model::Work work;
    work.doi = doi();
    work.work_type = chance(3) ? "OUTPUT_MANAGEMENT_PLAN" : "ARTICLE";
    if (chance(90)) work.title = text(12);
    if (chance(60)) work.abstract_text = text(120);
    if (chance(85)) work.publication_date = day();
    if (work.publication_date && chance(50))
      work.publication_date_end = *work.publication_date + below(366);
    for (int n = below(4); n > 0; --n)
      work.institutions.push_back(organisation());
    for (int n = below(authors); n > 0; --n) work.authors.push_back(author());
    for (int n = below(3); n > 0; --n) work.funders.push_back(organisation());
    for (int n = below(4); n > 0; --n) work.awards.push_back(work_award());
    for (auto* list :
         {&work.intra_work_dois, &work.possible_shared_project_dois,
          &work.dataset_citation_dois}) {
      if (!chance(20)) continue;
      for (int n = below(4); n > 0; --n) list->push_back(doi());
      sort_unique(*list);
    }
    return work;
  }

 private:
  static void sort_unique(std::vector<std::string>& items) {
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
  }
  model::Funding funding() {
    model::Funding funding;
    const auto organisation_of = organisation();
    if (chance(80)) {
      funding.funder_name = organisation_of.name;
      funding.funder_ror = organisation_of.ror;
    }
    if (chance(70)) funding.award_id = award();
    if (chance(20)) funding.funder_project_number = award();
    if (chance(10)) funding.funding_opportunity_id = award();
    return funding;
  }
  // As funders cut their numbers, some of a grammar that nobody knows.
  model::AwardId award_id() {
    static constexpr const char* kNih =
        "dmpworks.funders.nih_award_id.NIHAwardID";
    static constexpr const char* kNsfId =
        "dmpworks.funders.nsf_award_id.NSFAwardID";
    switch (below(5)) {
      case 0:
        return {kNsfId,
                {{"2345678", "award_id"}, {chance(50) ? "OCE" : "", "org_id"}}};
      case 1:
        return {kNih,
                {{chance(50) ? "1" : "", "application_type"},
                 {chance(80) ? "R01" : "", "activity_code"},
                 {"AI", "institute_code"},
                 {"176039", "serial_number"},
                 {chance(50) ? "01" : "", "support_year"}}};
      case 2:
        return {kNih, {{"10438547", "appl_id"}}};
      case 3:
        return {"os.system", {{award(), "id"}}};
      default:
        return {"generic", {{award(), "id"}}};
    }
  }
  model::EnrichedAward enriched(const model::Plan& plan) {
    model::EnrichedAward award_of;
    const auto organisation_of = organisation();
    award_of.funder_name = organisation_of.name;
    award_of.funder_ror = organisation_of.ror;
    award_of.id = award_id();
    for (int n = below(3); n > 0; --n)
      award_of.related_awards.push_back(award_id());
    for (int n = below(3); n > 0; --n) award_of.funded_dois.push_back(doi());
    sort_unique(award_of.funded_dois);
    std::string text;
    for (const auto& entry : plan.funding) {
      if (entry.award_id && chance(50)) text = *entry.award_id;
    }
    if (chance(10)) text = award();  // of what was there before
    if (!text.empty()) award_of.id.parts.push_back({text, "text"});
    return award_of;
  }
  model::WorkAward work_award() {
    model::WorkAward award_of{award(), {}, {}};
    const auto organisation_of = organisation();
    if (organisation_of.ror && chance(50))
      award_of.funder_rors.push_back(*organisation_of.ror);
    if (organisation_of.name && chance(50))
      award_of.funder_names.push_back(*organisation_of.name);
    return award_of;
  }

  std::mt19937 random_;
};

inline const CollectionCounts kCounts{9'000, {900, 7'000}, {500, 30'000}};

// Half of the words have one of few frequencies, so that weights tie.
inline TermTable random_table(World& world) {
  TermTable table;
  const auto frequency = [&] {
    return world.chance(50) ? 4 + world.below(3) : world.below(300);
  };
  for (const auto& token : slow_words(world.text(400)))
    table[token] = {frequency(), frequency()};
  return table;
}

inline SearchOptions random_options(World& world) {
  SearchOptions options;
  options.builder = static_cast<QueryBuilder>(world.below(3));
  options.similarity = static_cast<Similarity>(world.below(2));
  options.funder_name_rule = static_cast<FunderNameRule>(world.below(2));
  options.term_ties = static_cast<TermTies>(world.below(2));
  options.highlight_encoding = static_cast<Encoding>(world.below(2));
  options.inner_hits = 1 + world.below(world.chance(50) ? 3 : 50);
  options.project_start_buffer_days = world.below(100);
  options.project_end_buffer_years = world.below(6);
  options.inferred_end_extra_years = world.below(4);
  if (world.chance(30)) {
    options.award_full = 1 + world.below(20);
    options.award_unknown = world.below(8) / 2.0;
    options.award_disagree = world.below(4) / 4.0;
  }
  if (world.chance(30))
    options.disabled.insert(static_cast<Feature>(world.below(7)));
  for (int i = 0; i < 6; ++i) {
    if (world.chance(15)) options.without.insert(static_cast<Improvement>(i));
  }
  return options;
}

}  // namespace dmp::match
