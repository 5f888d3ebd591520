#include "cli/search_options.h"

#include "cli/commands.h"

namespace dmp::cli {

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
  for (auto& option : options) option.name = prefix + option.name;
  return options;
}

match::SearchOptions search_of(const Values& values,
                               const std::string& prefix) {
  using match::Feature;
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
  search.threads = threads_of(values);
  const std::vector<std::pair<std::string, Feature>> features{
      {"funded_dois", Feature::funded_dois},
      {"authors", Feature::authors},
      {"institutions", Feature::institutions},
      {"funders", Feature::funders},
      {"awards", Feature::awards},
      {"content", Feature::content},
      {"relations", Feature::relations}};
  for (const auto& name : values.list(prefix + "disable-features")) {
    for (const auto& [known, feature] : features) {
      if (name == known) search.disabled.insert(feature);
    }
  }
  return search;
}

}  // namespace dmp::cli
