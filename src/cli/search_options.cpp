#include "cli/search_options.h"

#include "cli/commands.h"

#include <algorithm>
#include <set>
#include <utility>

namespace dmp::cli {

namespace {

// The values of the names that were given.
template <class T>
std::set<T> chosen(const std::vector<std::string>& names,
                   const std::vector<std::pair<std::string, T>>& known) {
  std::set<T> values;
  for (const auto& [name, value] : known) {
    if (std::find(names.begin(), names.end(), name) != names.end())
      values.insert(value);
  }
  return values;
}

std::vector<Option> ranker_options() {
  const auto real = [](const char* name, const char* help, const char* fallback,
                       double most) {
    return Option{name, OptionType::real, help, fallback, "", -1, false, {}, 0,
                  most};
  };
  return {
      {"ranker",
       OptionType::choice,
       "What orders the works: the probability of the linkage model, or the "
       "query's score. Default: linkage with query builder dmpworks.",
       "",
       "DMP_WORKS_SEARCH_RANKER",
       -1,
       false,
       {"linkage", "query"}},
      {"linkage-file", OptionType::existing_path,
       "Parameters of the linkage model; else the compiled-in tables.", "",
       "DMP_WORKS_SEARCH_LINKAGE_FILE"},
      real("min-probability", "Less probable works are left out (linkage).",
           "0.001", 1),
      {"score-max",
       OptionType::choice,
       "scoreMax with ranker linkage: 1, or the plan's highest probability.",
       "one",
       "",
       -1,
       false,
       {"one", "best"}},
      real("linkage-explore",
           "Share of the list drawn from works of probability 0.01 to 0.5, for "
           "unbiased judgements.",
           "0", 0.5),
      {"linkage-pairs", OptionType::boolean,
       "Also publish linkage_pairs/, input of linkage train, fit, evaluate.",
       "False"},
  };
}

}  // namespace

std::vector<Option> search_options(const std::string& prefix) {
  const auto number = [](const char* name, const char* help,
                         const char* fallback, double least, double most) {
    return Option{
        name, OptionType::integer, help, fallback, "", -1, false, {}, least,
        most};
  };
  std::vector<Option> options{
      {"query-builder-name",
       OptionType::choice,
       "Query form.",
       "dmpworks",
       "",
       -1,
       false,
       {"dmpworks", "build_dmp_works_search_baseline_query"}},
      {"disable-features",
       OptionType::list,
       "Parts of the query left out.",
       "",
       "",
       -1,
       false,
       {"funded_dois", "authors", "institutions", "funders", "awards",
        "content", "relations"}},
      {"without-improvements",
       OptionType::list,
       "Improvements of query builder dmpworks left out, for studies.",
       "",
       "",
       -1,
       false,
       {"award_funders", "raw_awards", "dates", "duplicates", "surnames"}},
      number("max-results", "Works kept per DMP.", "100", 1, 10000),
      number("project-end-buffer-years", "Years added to the project end.", "3",
             0, 100),
      number("project-start-buffer-days",
             "Days before the project start that still count.", "0", 0, 100000),
      number("inferred-end-extra-years",
             "Further years where the end of the project was invented by the "
             "export.",
             "2", 0, 100),
      {"explain", OptionType::boolean, "Write what each score is made of.",
       "True"},
  };
  for (auto& option : ranker_options()) options.push_back(std::move(option));
  for (auto& option : options) option.name = prefix + option.name;
  return options;
}

match::SearchOptions search_of(const Values& values,
                               const std::string& prefix) {
  using match::Feature;
  using match::Improvement;
  match::SearchOptions search;
  if (values.text(prefix + "query-builder-name") != "dmpworks")
    search.builder = match::QueryBuilder::baseline;
  search.max_results = static_cast<int>(values.integer(prefix + "max-results"));
  search.project_end_buffer_years =
      static_cast<int>(values.integer(prefix + "project-end-buffer-years"));
  search.project_start_buffer_days =
      static_cast<int>(values.integer(prefix + "project-start-buffer-days"));
  search.inferred_end_extra_years =
      static_cast<int>(values.integer(prefix + "inferred-end-extra-years"));
  search.explain = values.flag(prefix + "explain");
  const bool linkage = values.has(prefix + "ranker")
                           ? values.text(prefix + "ranker") == "linkage"
                           : search.improved();
  if (linkage) search.ranker = match::Ranker::linkage;
  if (values.has(prefix + "linkage-file"))
    search.linkage_file = values.text(prefix + "linkage-file");
  search.min_probability = values.real(prefix + "min-probability");
  if (values.text(prefix + "score-max") == "best")
    search.score_max = match::ScoreMax::best;
  search.explore_ratio = values.real(prefix + "linkage-explore");
  search.linkage_pairs = values.flag(prefix + "linkage-pairs");
  search.threads = threads_of(values);
  search.disabled = chosen<Feature>(values.list(prefix + "disable-features"),
                                    {{"funded_dois", Feature::funded_dois},
                                     {"authors", Feature::authors},
                                     {"institutions", Feature::institutions},
                                     {"funders", Feature::funders},
                                     {"awards", Feature::awards},
                                     {"content", Feature::content},
                                     {"relations", Feature::relations}});
  search.without =
      chosen<Improvement>(values.list(prefix + "without-improvements"),
                          {{"award_funders", Improvement::award_funders},
                           {"raw_awards", Improvement::raw_awards},
                           {"dates", Improvement::dates},
                           {"duplicates", Improvement::duplicates},
                           {"surnames", Improvement::surnames}});
  return search;
}

void check_search(const Values& values, const std::string& prefix,
                  Problems& problems) {
  const bool improved =
      values.text(prefix + "query-builder-name") == "dmpworks";
  if (!improved && values.text(prefix + "ranker") == "linkage") {
    problems.lines.push_back(
        "--" + prefix + "ranker linkage: only with query builder dmpworks");
  }
  const bool linkage = improved && values.text(prefix + "ranker") != "query";
  if (linkage) return;
  for (const char* name : {"linkage-file", "linkage-pairs"}) {
    const bool set = std::string_view(name) == "linkage-pairs"
                         ? values.flag(prefix + name)
                         : values.has(prefix + name);
    if (set) {
      problems.lines.push_back("--" + prefix + name +
                               ": only with ranker linkage");
    }
  }
}

}  // namespace dmp::cli
