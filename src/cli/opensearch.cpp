// `opensearch …` without a server: the search of local files, and its metrics.
#include "base/log.h"
#include "cli/batch_options.h"
#include "cli/commands.h"
#include "cli/option_value.h"
#include "cli/search_options.h"
#include "cli/stats.h"
#include "cli/subset_list.h"
#include "database/plan_records.h"
#include "jobs/index_files.h"
#include "jobs/local_search.h"
#include "jobs/search_failures.h"
#include "jobs/search_stage.h"
#include "results/csv.h"
#include "results/match_files.h"
#include "results/metrics_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace dmp::cli {

namespace {

// Where plans and works lie. Source: spec cli.md G11.
std::vector<Option> local_data() {
  return {
      text_row("dmps-path", OptionType::existing_path,
               "DMP records: transform Parquet, DMP export (JSON lines, .gz), "
               "or maDMP JSON.",
               "", "DMPWORKS_DMPS_PATH"),
      text_row("works-path", OptionType::existing_path,
               "Full works index: sqlmesh/RUN, or its works_index/ with "
               "collection_stats/ and linkage_stats/ beside it.",
               "", "DMPWORKS_WORKS_PATH"),
      text_row("external-data-path", OptionType::existing_path,
               "Enrichment result (awards and their DOIs): enrich-dmps/RUN.",
               "", "DMPWORKS_EXTERNAL_DATA_PATH"),
      text_row("ror-path", OptionType::existing_path,
               "Result of transform ror: who is whose parent, and which ROR "
               "has which Funder id. Default: the one the index was made from, "
               "if it still lies in ror/ beside sqlmesh/.",
               "", "DMPWORKS_ROR_PATH")};
}

std::vector<Option> index_names(int first) {
  return {text_row("dmps-index-name", OptionType::text,
                   "Engine opensearch only.", "dmps-index", "", first),
          text_row("works-index-name", OptionType::text,
                   "Engine opensearch only.", "works-index", "", first + 1)};
}

jobs::LocalSearch search_from(const Values& values) {
  jobs::LocalSearch search{values.text("dmps-path"),
                           values.text("works-path"),
                           {},
                           search_of(values, "")};
  if (values.has("external-data-path"))
    search.external_data = values.text("external-data-path");
  if (values.has("ror-path"))
    search.ror_stage = values.text("ror-path");
  else if (values.has("works-path"))
    search.ror_stage = jobs::ror_beside(search.works_index);
  if (!search.ror_stage && values.has("works-path")) {
    log::warning(
        "no ROR beside {}: of a funder only what the plans say is known; "
        "hint: --ror-path",
        search.works_index.string());
  }
  return search;
}

void need(const Values& values, const char* name, Problems& problems) {
  if (values.has(name)) return;
  problems.lines.push_back(
      fmt::format("--{}: needed, as no server is searched", name));
}

// ----------------------------------------------------------- dmp-works-search

// The list behind either name of an option.
Result<std::optional<ingest::SubsetList>> listed(const Values& values,
                                                 const std::string& kind) {
  std::string option = kind + "-file";
  if (!values.has(option)) option = "dmp-subset." + kind + "-path";
  return list_at(values, option.c_str());
}

Status read_subset(const Values& values, jobs::LocalSearch& search) {
  DMP_ASSIGN(auto dois, listed(values, "dois"));
  DMP_ASSIGN(auto institutions, listed(values, "institutions"));
  const bool wanted = values.flag("dmp-subset.enable") ||
                      values.has("dois-file") ||
                      values.has("institutions-file");
  if (wanted) {
    search.subset_dois = std::move(dois);
    search.subset_institutions = std::move(institutions);
  } else if (dois || institutions) {
    log::warning("all DMPs are searched: --dmp-subset.enable is not set");
  }
  return {};
}

Result<storage::StageResult> search_locally(const Values& values) {
  auto search = search_from(values);
  DMP_TRY(read_subset(values, search));
  return values.has("out-file")
             ? jobs::search_to_file(search, values.text("out-file"))
             : jobs::search_to_folder(search, values.text("out-dir"));
}

Status verdict_of(const Values& values, const storage::Manifest& manifest) {
  const std::filesystem::path place =
      values.has("out-file")
          ? jobs::failures_beside(values.text("out-file"))
          : std::filesystem::path(values.text("out-dir")) / jobs::kFailuresName;
  return jobs::search_verdict(manifest, values.integer("max-failed"),
                              place.string());
}

Entry dmp_works_search() {
  std::vector<Option> rows = index_names(0);
  rows.push_back(
      text_row("out-dir", OptionType::path, "Matches folder.", "", "", 2));
  rows.push_back(text_row("out-file", OptionType::path,
                          "One file instead (.jsonl or .jsonl.gz); DMPs whose "
                          "search failed are listed in FILE.failures.jsonl.",
                          "", ""));
  append(rows, local_dmp_subset_rows());
  append(rows, local_data());
  append(rows, search_options(""));
  Entry entry{{{"opensearch", "dmp-works-search"},
               "Search the works of every DMP, with evidence.",
               rows},
              [](const Values& values) -> Status {
                DMP_ASSIGN(const auto result,
                           counted(values, "dmp-works-search",
                                   [&] { return search_locally(values); }));
                const auto& counts = result.manifest.counters;
                DMP_TRY(print(fmt::format(
                    "{} plans, {} with works; {} matches of {} works\n",
                    counts.at("plans"), counts.at("plans_with_works"),
                    counts.at("matches"), counts.at("works"))));
                return verdict_of(values, result.manifest);
              }};
  entry.check = [](const Values& values, Problems& problems) {
    if (values.has("out-dir") == values.has("out-file"))
      problems.lines.emplace_back("one of --out-dir and --out-file is needed");
    need(values, "dmps-path", problems);
    need(values, "works-path", problems);
    if (values.has("out-file") && values.flag("linkage-pairs"))
      problems.lines.emplace_back("--linkage-pairs: only with --out-dir");
    check_search(values, "", problems);
    check_local_dmp_subset(values, problems);
  };
  return entry;
}

// --------------------------------------------------------------- rank-metrics

// Known outputs by plan; a plan that is not listed has none.
using Outputs = std::map<std::string, std::vector<std::string>, std::less<>>;

Result<Outputs> read_outputs(const std::string& path) {
  DMP_ASSIGN(const auto truth, results::GroundTruth::read_pairs(path));
  for (const auto& warning : truth.warnings()) log::warning("{}", warning);
  Outputs outputs;
  for (const auto& [plan, works] : truth.plans()) {
    for (const auto& [work, verdict] : works) outputs[plan].push_back(work);
  }
  return outputs;
}

// What is judged, as it passes by.
class Judge {
 public:
  Judge(const results::GroundTruth& truth, std::vector<int> ks)
      : truth_(truth), collector_(truth, std::move(ks)) {}

  Status add(const model::PlanMatches& plan) {
    collector_.add(plan);
    longest_ = std::max(longest_, plan.works.size());
    for (const auto& match : plan.works) {
      if (truth_.verdict(plan.plan_doi, match.work.doi) !=
          results::Verdict::accepted)
        continue;
      right_ += fmt::format("{},{}\n", results::csv_field(plan.plan_doi),
                            results::csv_field(match.work.doi));
    }
    return {};
  }
  results::Metrics metrics() const { return collector_.finish(); }
  // CSV of the listed works that are right, as the plans came.
  std::string right() const { return "dmp_doi,work_doi\n" + right_; }
  std::size_t longest() const { return longest_; }

 private:
  const results::GroundTruth& truth_;
  results::MetricsCollector collector_;
  std::size_t longest_ = 0;
  std::string right_;
};

// The plans of the dates asked for; the others are taken out of the truth, so
// that none of them counts as missed.
Result<std::vector<model::Plan>> judged_plans(const Values& values,
                                              const jobs::LocalSearch& search,
                                              results::GroundTruth& truth) {
  if (search.plans.empty()) return std::vector<model::Plan>();
  jobs::EnrichmentCounts enriched;
  DMP_ASSIGN(auto plans, jobs::plans_of(search, enriched));
  for (const auto& plan : plans) {
    if (!search.options.wants(plan)) truth.leave_out(plan.doi);
  }
  if (truth.plans().empty())
    log::warning("no plan of the ground truth is of the dates asked for");
  jobs::leave_out_undesired(plans, search.options);
  if (values.has("inject-published-outputs-file")) {
    DMP_ASSIGN(const auto outputs,
               read_outputs(values.text("inject-published-outputs-file")));
    for (auto& plan : plans) {
      const auto found = outputs.find(plan.doi);
      plan.published_outputs =
          found == outputs.end() ? std::vector<std::string>() : found->second;
    }
  }
  return plans;
}

// Plans of the ground truth that nobody could have matched.
void flag_unknown(const results::GroundTruth& truth,
                  const std::vector<model::Plan>& plans) {
  if (plans.empty()) return;
  std::set<std::string_view> known;
  for (const auto& plan : plans) known.insert(plan.doi);
  std::size_t unknown = 0;
  std::string first;
  for (const auto& [doi, works] : truth.plans()) {
    if (known.contains(doi)) continue;
    if (unknown++ == 0) first = doi;
  }
  if (unknown == 0) return;
  log::warning(
      "{} plans of the ground truth are not among the DMP records, "
      "{} first; they count as 0",
      unknown, first);
}

void warn_of_failed(std::int64_t plans) {
  if (plans == 0) return;
  log::warning(
      "{} DMPs could not be searched; those among them that the ground truth "
      "has count as 0",
      plans);
}

Status judge_all(const Values& values, const jobs::LocalSearch& search,
                 const std::vector<model::Plan>& plans, Judge& judge) {
  if (values.has("matches-path")) {
    return results::read_matches(
        values.text("matches-path"),
        [&](model::PlanMatches&& plan) { return judge.add(plan); });
  }
  DMP_ASSIGN(const auto counts,
             jobs::search_plans(search, plans, [&](model::PlanMatches&& plan) {
               return judge.add(plan);
             }));
  warn_of_failed(static_cast<std::int64_t>(counts.failures.size()));
  return {};
}

std::vector<int> cut_offs(const Values& values) {
  std::vector<int> ks;
  for (const auto& k : values.list("ks")) ks.push_back(std::stoi(k));
  return ks;
}

// The works that the search behind the matches kept of a plan at most; nullopt:
// nobody says. Says how many plans that search could not search.
std::optional<std::int64_t> most_works(const Values& values,
                                       const jobs::LocalSearch& search) {
  if (!values.has("matches-path")) return search.options.max_results;
  const auto stage = database::stage_of(values.text("matches-path"));
  if (!stage) return std::nullopt;
  const auto manifest = storage::read_manifest(*stage);
  if (!manifest || !manifest->search) return std::nullopt;
  warn_of_failed(manifest->search->failed);
  const auto option = manifest->options.find("max_results");
  if (option == manifest->options.end()) return std::nullopt;
  const auto most = parse_real(option->second);
  return most ? std::optional(static_cast<std::int64_t>(*most)) : std::nullopt;
}

// Beyond what a list can hold a cut-off says what the last place says.
void warn_of_cut_offs(const Values& values, const jobs::LocalSearch& search,
                      const Judge& judge) {
  const auto most = most_works(values, search);
  for (const int k : cut_offs(values)) {
    if (most && k > *most) {
      log::warning(
          "--ks {}: the search kept at most {} works a plan "
          "(--max-results)",
          k, *most);
    } else if (!most && static_cast<std::size_t>(k) > judge.longest()) {
      log::warning("no plan has {} works: recall at {} is that of all", k, k);
    }
  }
}

Status rank_metrics(const Values& values) {
  DMP_ASSIGN(auto truth,
             results::GroundTruth::read(values.text("ground-truth-file")));
  for (const auto& warning : truth.warnings()) log::warning("{}", warning);
  std::optional<results::MetricsTable> other;
  if (values.has("compare")) {
    DMP_ASSIGN(other, results::read_metrics_csv(values.text("compare")));
  }
  const auto search = search_from(values);
  DMP_ASSIGN(const auto plans, judged_plans(values, search, truth));
  flag_unknown(truth, plans);
  Judge judge(truth, cut_offs(values));
  DMP_TRY(judge_all(values, search, plans, judge));
  warn_of_cut_offs(values, search, judge);
  std::map<std::string, std::string, std::less<>> titles;
  for (const auto& plan : plans) titles[plan.doi] = plan.title.value_or("");
  const auto metrics = judge.metrics();
  DMP_TRY(storage::write_file_atomically(
      values.text("output-file"), results::metrics_csv(metrics, titles)));
  if (values.has("true-positive-published-outputs-file")) {
    DMP_TRY(storage::write_file_atomically(
        values.text("true-positive-published-outputs-file"), judge.right()));
  }
  const auto studied = results::study(metrics, other ? &*other : nullptr);
  return print(values.flag("json") ? results::study_json(metrics, studied)
                                   : results::study_text(metrics, studied));
}

Entry rank_metrics_command() {
  std::vector<Option> rows{
      truth_row("CSV dmp_doi,work_doi,status; only ACCEPTED counts.", 0, true)};
  append(rows, index_names(1));
  append(rows,
         {text_row("output-file", OptionType::path, "Metrics CSV.", "", "", 3,
                   true),
          text_row("matches-path", OptionType::existing_path,
                   "Judge these matches; nothing is searched.", "", ""),
          text_row("ks", OptionType::list, "Cut-offs, in the order given.",
                   "10,20,100", ""),
          text_row("inject-published-outputs-file", OptionType::existing_path,
                   "CSV dmp_doi,work_doi: the known outputs used by the query; "
                   "DMPs not listed have none.",
                   "", ""),
          text_row("true-positive-published-outputs-file", OptionType::path,
                   "Writes the returned works that are in the ground truth, "
                   "same form.",
                   "", ""),
          text_row("compare", OptionType::existing_path,
                   "Metrics CSV of another run: paired difference.", "", ""),
          flag_row("json", "Summary with intervals as JSON.", "")});
  append(rows, local_data());
  append(rows, search_options(""));
  Entry entry{{{"opensearch", "rank-metrics"},
               "Judge matches against known works: MAP, NDCG, precision, "
               "recall, with intervals.",
               rows},
              rank_metrics};
  entry.check = [](const Values& values, Problems& problems) {
    for (const auto& k : values.list("ks")) {
      const bool whole = !k.empty() && k.size() < 7 &&
                         std::all_of(k.begin(), k.end(), [](char c) {
                           return c >= '0' && c <= '9';
                         });
      if (!whole || std::stoi(k) < 1)
        problems.lines.push_back(
            fmt::format("--ks: \"{}\" is no whole number from 1", k));
    }
    check_search(values, "", problems);
    if (values.has("matches-path")) {
      if (values.has("inject-published-outputs-file")) {
        problems.lines.emplace_back(
            "--inject-published-outputs-file: nothing is searched with "
            "--matches-path");
      }
      const bool dated = values.has("dmps-start-date") ||
                         values.has("dmps-end-date") ||
                         values.has("dmp-modification-window-days");
      if (dated && !values.has("dmps-path")) {
        problems.lines.emplace_back(
            "--dmps-path is needed, which says the dates");
      }
      return;
    }
    need(values, "dmps-path", problems);
    need(values, "works-path", problems);
    if (!values.has("dmps-path") || !values.has("works-path"))
      problems.lines.emplace_back(
          "hint: --matches-path judges matches that are there already");
  };
  return entry;
}

}  // namespace

std::vector<Entry> opensearch_commands() {
  return {dmp_works_search(), rank_metrics_command()};
}

}  // namespace dmp::cli
