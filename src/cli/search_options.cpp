#include "cli/search_options.h"

#include "cli/batch_options.h"
#include "cli/commands.h"
#include "cli/linkage_parameters.h"
#include "cli/option_value.h"
#include "cli/server_options.h"
#include "jobs/run_id.h"
#include "match/option_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace dmp::cli {

namespace {

constexpr const char* kRerankModel = "rerank-model-name";

// The values of the names that were given.
template <class T, std::size_t kCount>
std::set<T> chosen(const std::vector<std::string>& given,
                   const match::Names<T, kCount>& names) {
  std::set<T> values;
  for (const auto& name : given) {
    if (const auto value = match::value_in(names, name)) values.insert(*value);
  }
  return values;
}

// "max-results": DMP_WORKS_SEARCH_MAX_RESULTS.
std::string variable_of(const std::string& option) {
  if (option == "query-builder-name") return "DMP_WORKS_SEARCH_QUERY_BUILDER";
  if (option == kRerankModel) return "DMP_WORKS_SEARCH_RERANK_MODEL";
  std::string name = "DMP_WORKS_SEARCH_";
  for (const char c : option)
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' ? c - 32 : c);
  return name;
}

// Three numbers, none below 0; nothing where it is not that.
std::optional<std::array<double, 3>> award_weights(
    const std::vector<std::string>& texts) {
  std::array<double, 3> weights{};
  if (texts.size() != weights.size()) return std::nullopt;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto number = parse_real(texts[i]);
    if (!number || !(*number >= 0) || *number > 1e6) return std::nullopt;
    weights[i] = *number;
  }
  return weights;
}

std::optional<text::Day> day_of(const Values& values, const std::string& name) {
  if (!values.has(name)) return std::nullopt;
  return jobs::run_day(values.text(name));
}

// The first day of the modification window, as far as the clock says it.
std::optional<text::Day> window_of(const Values& values,
                                   const std::string& prefix) {
  const std::string days = prefix + "dmp-modification-window-days";
  if (!values.has(days) || !values.flag(prefix + "apply-modification-window"))
    return std::nullopt;
  return jobs::today() - static_cast<text::Day>(values.integer(days));
}

std::vector<Option> ranker_options() {
  const auto real = [](const char* name, const char* help, const char* fallback,
                       double most) {
    return Option{name, OptionType::real, help, fallback, "", -1, false, {}, 0,
                  most};
  };
  return {
      {"ranker", OptionType::choice,
       "What orders the works: the probability of the linkage model, or the "
       "query's score. Default: linkage with query builder dmpworks.",
       "", "", -1, false, match::all_names(match::kRankers)},
      {"linkage-file", OptionType::file_or_object,
       "Parameters of the linkage model, a file or s3://BUCKET/KEY; else "
       "meta/linkage.json of the bucket or output folder; else the compiled-in "
       "tables.",
       "", ""},
      real("min-probability", "Less probable works are left out (linkage).",
           "0.001", 1),
      {"score-max", OptionType::choice,
       "scoreMax with ranker linkage: 1, or the plan's highest probability.",
       "one", "", -1, false, match::all_names(match::kScoreMaxima)},
      real("linkage-explore",
           "Share of the list drawn from works of probability 0.01 to 0.5, for "
           "unbiased judgements.",
           "0", 0.5),
      {"linkage-pairs", OptionType::boolean,
       "Also publish linkage_pairs/, input of linkage train, fit, evaluate.",
       "False"},
      text_row(kRerankModel, OptionType::text,
               "Learning-to-rank model, which this version has not.", "", "")};
}

// What only a server has, whose lines are to run here too.
std::vector<Option> server_options() {
  std::vector<Option> rows{
      choice_row("paging", "How DMPs are read; engine opensearch only.",
                 {"pit", "scroll"}, "pit", ""),
      number_row("batch-size", "DMPs per page; engine opensearch only.", "250",
                 "", 1, 1e9),
      text_row("scroll-time", OptionType::duration,
               "Keep-alive of the scroll; engine opensearch only.", "360m", ""),
      flag_row("parallel-search",
               "Multi-search batches; engine opensearch only.", ""),
      number_row("max-concurrent-searches",
                 "Multi-search parameter; engine opensearch only.", "125", "",
                 1, 1e9),
      number_row("max-concurrent-shard-requests",
                 "Multi-search parameter; engine opensearch only.", "12", "", 1,
                 1e9)};
  for (auto& row : rows) row.no_effect = kNoOpenSearch;
  return rows;
}

Option number(const char* name, const char* help, const char* fallback,
              double least, double most) {
  return number_row(name, help, fallback, "", least, most);
}

Option choice(const char* name, const char* help,
              std::vector<std::string> choices) {
  const std::string fallback = choices.front();
  return choice_row(name, help, std::move(choices), fallback, "");
}

Option list(const char* name, const char* help,
            std::vector<std::string> choices) {
  return {name, OptionType::list, help, "", "", -1, false, std::move(choices)};
}

// How a work is scored and shown.
std::vector<Option> query_options() {
  return {
      number("inner-hits-size", "Evidence items per nested field.", "50", 1,
             100),
      without_effect(
          {"include-named-queries-score", OptionType::boolean,
           "Score per query part; engine stream gives it always.", "True"},
          "engine stream always gives them"),
      number("project-start-buffer-days",
             "Days before the project start that still count.", "0", 0, 100000),
      number("inferred-end-extra-years",
             "Further years where the end of the project was invented by the "
             "export.",
             "2", 0, 100),
      {"include-undated-dmps", OptionType::boolean,
       "DMPs without project start pass the two date filters.", "False"},
      text_row("award-weights", OptionType::list,
               "Weights of an award by what its funder says: agrees, unknown, "
               "disagrees.",
               "10,2,0.5", ""),
      choice("funder-name-rule",
             "When a funder's name agrees: equal, or also where it holds the "
             "plan's as a phrase.",
             match::all_names(match::kFunderNameRules)),
      choice("mlt-ties",
             "Which of equally rare words are kept: by order, or as a server "
             "does.",
             match::all_names(match::kTermTies)),
      choice("similarity",
             "Score of the words; legacy-bm25 for indices of 2.x.",
             match::all_names(match::kSimilarities)),
      choice("highlight-encoder", "How titles and abstracts are written.",
             match::all_names(match::kEncodings)),
      {"explain", OptionType::boolean, "Write what each score is made of.",
       "True"},
      without_effect(
          {"raw-rerank-score", OptionType::boolean,
           "Scores of a learning-to-rank model as they are.", "False"},
          "this version has no learning-to-rank model; leave it "
          "out")};
}

// Puts the prefix before the name. What stands without one is also known by
// the two prefixes of the group, and the two dates by their names of the guide.
void add_prefix(const std::string& prefix, Option& option) {
  std::vector<std::string> groups{prefix};
  if (prefix.empty())
    groups = {"", "search-config.", "dmp-works-search-config."};
  std::vector<std::string> names{option.name};
  if (option.name.starts_with("dmps-")) names.push_back(option.name.substr(5));
  option.name = prefix + option.name;
  for (const auto& group : groups) {
    for (const auto& name : names) {
      if (group + name != option.name) option.aliases.push_back(group + name);
    }
  }
}

}  // namespace

std::vector<Option> search_options(const std::string& prefix) {
  std::vector<Option> options{
      choice_row("engine",
                 "Who searches. opensearch, a server, is not in this version.",
                 {"stream", "opensearch"}, "stream", ""),
      choice("query-builder-name", "Query form.",
             match::all_names(match::kQueryBuilders))};
  append(options, ranker_options());
  append(
      options,
      {number("max-results", "Works kept per DMP.", "100", 1, 10000),
       number("project-end-buffer-years", "Years added to the project end.",
              "3", 0, 100),
       number("max-failed",
              "More DMPs whose search failed is exit 1 (75 if all causes are "
              "temporary); they have no record but a line in failures.jsonl.",
              "0", 0, 1e9),
       number("records-per-file", "DMPs per matches file.", "1000", 1, 1e9),
       text_row("dmps-start-date", OptionType::date,
                "Only DMPs whose project starts on this day or later.", "", ""),
       text_row("dmps-end-date", OptionType::date,
                "Only DMPs whose project starts on this day or earlier.", "",
                ""),
       number("dmp-modification-window-days",
              "Only DMPs modified, or enriched with other funded DOIs, in the "
              "last N days (UTC); in a bucket since the last complete search, "
              "if that is earlier.",
              "", 1, 100000),
       {"apply-modification-window", OptionType::boolean,
        "False: all DMPs, whatever the window.", "True"},
       list("disable-features", "Parts of the query left out.",
            match::all_names(match::kFeatures)),
       list("without-improvements",
            "Improvements of query builder dmpworks left out, for studies.",
            match::all_names(match::kImprovements))});
  append(options, query_options());
  append(options, server_options());
  for (auto& option : options) {
    if (option.env.empty()) option.env = variable_of(option.name);
    add_prefix(prefix, option);
  }
  return options;
}

match::SearchOptions search_of(const Values& values,
                               const std::string& prefix) {
  match::SearchOptions search;
  const auto choose = [&](const char* name, const auto& names, auto& value) {
    value = match::value_in(names, values.text(prefix + name)).value_or(value);
  };
  choose("query-builder-name", match::kQueryBuilders, search.builder);
  search.max_results = static_cast<int>(values.integer(prefix + "max-results"));
  search.project_end_buffer_years =
      static_cast<int>(values.integer(prefix + "project-end-buffer-years"));
  search.project_start_buffer_days =
      static_cast<int>(values.integer(prefix + "project-start-buffer-days"));
  search.inferred_end_extra_years =
      static_cast<int>(values.integer(prefix + "inferred-end-extra-years"));
  search.plans_from = day_of(values, prefix + "dmps-start-date");
  search.plans_until = day_of(values, prefix + "dmps-end-date");
  search.undated_plans = values.flag(prefix + "include-undated-dmps");
  search.changed_since = window_of(values, prefix);
  const auto weights = award_weights(values.list(prefix + "award-weights"));
  if (weights) {
    search.award_full = weights->at(0);
    search.award_unknown = weights->at(1);
    search.award_disagree = weights->at(2);
  }
  choose("funder-name-rule", match::kFunderNameRules, search.funder_name_rule);
  choose("mlt-ties", match::kTermTies, search.term_ties);
  choose("similarity", match::kSimilarities, search.similarity);
  search.inner_hits =
      static_cast<int>(values.integer(prefix + "inner-hits-size"));
  choose("highlight-encoder", match::kEncodings, search.highlight_encoding);
  search.explain = values.flag(prefix + "explain");
  search.plans_per_file =
      static_cast<int>(values.integer(prefix + "records-per-file"));
  search.max_failed = values.integer(prefix + "max-failed");
  if (search.improved()) search.ranker = match::Ranker::linkage;
  choose("ranker", match::kRankers, search.ranker);
  if (values.has(prefix + "linkage-file"))
    search.linkage_file = values.text(prefix + "linkage-file");
  search.min_probability = values.real(prefix + "min-probability");
  choose("score-max", match::kScoreMaxima, search.score_max);
  search.explore_ratio = values.real(prefix + "linkage-explore");
  search.linkage_pairs = values.flag(prefix + "linkage-pairs");
  search.threads = threads_of(values);
  search.disabled =
      chosen(values.list(prefix + "disable-features"), match::kFeatures);
  search.without = chosen(values.list(prefix + "without-improvements"),
                          match::kImprovements);
  return search;
}

void check_search(const Values& values, const std::string& prefix,
                  Problems& problems) {
  if (values.text(prefix + "engine") == "opensearch") {
    problems.lines.push_back("--" + prefix +
                             "engine: this version has no OpenSearch client");
    problems.lines.emplace_back("hint: stream, the default, needs no server");
  }
  if (values.has(prefix + kRerankModel)) {
    problems.lines.push_back("--" + prefix + kRerankModel +
                             ": this version has no learning-to-rank model");
    problems.lines.emplace_back(
        "hint: leave it out; the linkage model, the default, orders the works");
  }
  if (!award_weights(values.list(prefix + "award-weights"))) {
    problems.lines.push_back(
        "--" + prefix + "award-weights: not three numbers such as 10,2,0.5");
  }
  const auto from = day_of(values, prefix + "dmps-start-date");
  const auto until = day_of(values, prefix + "dmps-end-date");
  if (from && until && *until < *from) {
    problems.lines.push_back("--" + prefix +
                             "dmps-end-date: before --dmps-start-date");
  }
  const bool improved =
      values.text(prefix + "query-builder-name") == "dmpworks";
  if (!improved && values.text(prefix + "ranker") == "linkage") {
    problems.lines.push_back(
        "--" + prefix + "ranker linkage: only with query builder dmpworks");
  }
  if (uses_linkage(values, prefix))
    return check_linkage_file(values, prefix, problems);
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
