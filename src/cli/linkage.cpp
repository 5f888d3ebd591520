#include "base/log.h"
#include "cli/batch_options.h"
#include "cli/commands.h"
#include "cli/database_options.h"
#include "cli/linkage_parameters.h"
#include "cli/stats.h"
#include "database/reviews.h"
#include "database/sqlite_store.h"
#include "jobs/run_id.h"
#include "match/linkage_ablation.h"
#include "match/linkage_evaluate.h"
#include "match/linkage_file.h"
#include "results/ground_truth.h"
#include "storage/manifest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace dmp::cli {

namespace {

namespace linkage = match::linkage;

Option without_option() {
  Option option{"without", OptionType::list,
                "Comparisons taken out of the pairs, to see what each is "
                "worth."};
  for (std::size_t i = 0; i < linkage::kComparisons; ++i) {
    option.choices.emplace_back(
        linkage::name_of(static_cast<linkage::Comparison>(i)));
  }
  return option;
}

std::vector<Option> common_options() {
  return {{"pairs-path", OptionType::existing_path,
           "linkage_pairs/ of a search with --linkage-pairs, or the folder of "
           "that search.",
           "", "", 0, true},
          {"output-file", OptionType::path,
           "Parameters (train, fit) or figures (evaluate) as JSON; a model "
           "card is written beside it.",
           "", "", 1, true},
          {"linkage-file", OptionType::existing_path,
           "Start, or model judged; else the compiled-in tables.", "",
           "DMP_WORKS_SEARCH_LINKAGE_FILE"},
          without_option()};
}

// Where labels come from: one of the two.
std::vector<Option> label_options() {
  Option database = database_row();
  database.env.clear();  // that of a job is no wish for labels
  database.help =
      "Reviewed links (sqlite:FILE) instead of the CSV; pairs that nobody "
      "decided on do not count.";
  return {truth_row("CSV dmp_doi,work_doi,status.", -1, false),
          std::move(database)};
}

// As `run` has it: parameters that cannot be used are a wrong line.
void check_start(const Values& values, Problems& problems) {
  check_linkage_file(values, "", problems);
}

void need_labels(const Values& values, Problems& problems) {
  check_start(values, problems);
  check_database(values, problems);
  const bool file = values.has("ground-truth-file");
  if (file != values.has("database")) return;
  problems.lines.emplace_back(
      file ? "--ground-truth-file and --database: give one of them"
           : "--ground-truth-file or --database is required");
}

// With labels there is more to choose from.
Option update_option(std::vector<std::string> choices) {
  return {"update",
          OptionType::choice,
          "What may change; auto: by the number of plans or labels.",
          "auto",
          "",
          -1,
          false,
          std::move(choices)};
}

Option unlisted_option(std::string by_default) {
  return {"unlisted",
          OptionType::choice,
          "A pair that the file does not name is wrong (the file is the whole "
          "truth), or does not count (reviews).",
          std::move(by_default),
          "",
          -1,
          false,
          {"wrong", "unknown"}};
}

linkage::Update update_of(const std::string& name) {
  if (name == "lambda") return linkage::Update::lambda;
  if (name == "recalibrate") return linkage::Update::recalibrate;
  return name == "all" ? linkage::Update::all : linkage::Update::automatic;
}

Result<linkage::Model> start_model(const Values& values) {
  if (!values.has("linkage-file")) return linkage::Model();
  return linkage::read_model(values.text("linkage-file"));
}

constexpr std::pair<const char*, linkage::Slice> kSlices[] = {
    {"year", linkage::Slice::year},
    {"type", linkage::Slice::type},
    {"authors", linkage::Slice::authors},
    {"awards", linkage::Slice::awards},
    {"abstract", linkage::Slice::abstract}};

Option slices_option() {
  Option option{"slices", OptionType::list,
                "Rows of their own, by work or plan.",
                "year,type,authors,awards,abstract"};
  for (const auto& [name, slice] : kSlices) option.choices.emplace_back(name);
  return option;
}

std::vector<linkage::Slice> slices_of(const Values& values) {
  std::vector<linkage::Slice> slices;
  for (const auto& wanted : values.list("slices")) {
    for (const auto& [name, slice] : kSlices) {
      if (wanted == name) slices.push_back(slice);
    }
  }
  return slices;
}

Result<linkage::Labels> read_labels(const Values& values) {
  if (values.has("database")) {
    DMP_ASSIGN(const auto store,
               database::open_sqlite(database_file(values),
                                     {.access = database::Access::read}));
    return database::read_reviews(*store);
  }
  DMP_ASSIGN(const auto truth,
             results::GroundTruth::read(values.text("ground-truth-file")));
  for (const auto& warning : truth.warnings()) log::warning("{}", warning);
  linkage::Labels labels;
  for (const auto& [plan, works] : truth.plans()) {
    for (const auto& [work, verdict] : works)
      labels[{plan, work}] = verdict == results::Verdict::accepted;
  }
  return labels;
}

// The pairs, less what is to be left out.
Result<linkage::PairSet> read_set(const Values& values) {
  DMP_ASSIGN(auto set, linkage::read_pairs(values.text("pairs-path")));
  for (const auto& name : values.list("without")) {
    for (std::size_t i = 0; i < linkage::kComparisons; ++i) {
      const auto comparison = static_cast<linkage::Comparison>(i);
      if (linkage::name_of(comparison) == name)
        linkage::leave_out(comparison, set);
    }
  }
  return set;
}

void count_pairs(const linkage::PairSet& set, storage::Manifest& counts) {
  counts.rows_in = counts.rows_out = set.pairs();
  counts.counters = {{"pairs", set.pairs()}, {"plans", set.searched}};
}

// The parameters themselves bear no date: equal pairs give equal bytes.
std::string dated(const std::string& card) {
  return fmt::format("{}\nWritten on {} (UTC).\n", card,
                     text::format_day(jobs::today()));
}

// Labels of plans that the pairs know nothing of.
void warn_of_strangers(const linkage::PairSet& set,
                       const linkage::Labels& labels) {
  std::set<std::string_view> strangers;
  for (const auto& [pair, accepted] : labels) strangers.insert(pair.first);
  for (const auto& plan : set.plans) strangers.erase(plan.plan_doi);
  if (strangers.empty()) return;
  log::warning(
      "{} plans of the labels have no pair: they were not searched, or nothing "
      "was found",
      strangers.size());
}

bool is_whole_truth(const Values& values) {
  return !values.has("database") && values.text("unlisted") == "wrong";
}

// What the labels do not name is wrong, if they are the whole truth.
void reject_unlisted(const linkage::PairSet& set, linkage::Labels& labels) {
  for (const auto& plan : set.plans) {
    const auto first = labels.lower_bound({plan.plan_doi, ""});
    if (first == labels.end() || first->first.first != plan.plan_doi) continue;
    for (const auto& doi : plan.dois)
      labels.emplace(std::pair{plan.plan_doi, doi}, false);
  }
}

Status learn(const Values& values, linkage::Labels labels,
             storage::Manifest& counts) {
  DMP_ASSIGN(const auto start, start_model(values));
  DMP_ASSIGN(const auto set, read_set(values));
  count_pairs(set, counts);
  warn_of_strangers(set, labels);
  std::vector<std::string> remarks;
  if (!labels.empty() && is_whole_truth(values)) {
    reject_unlisted(set, labels);
  } else if (!labels.empty() &&
             std::all_of(labels.begin(), labels.end(),
                         [](const auto& one) { return one.second; })) {
    remarks.emplace_back(
        "no label is REJECTED: all that is learned from accepted links alone "
        "is too sure");
    log::warning("{}; hint: --unlisted wrong, if the file is the whole truth",
                 remarks.back());
  }
  const std::string out = values.text("output-file");
  // What the new parameters would replace; another kind of file is no run.
  const auto last = linkage::read_model(out);
  auto learnt =
      linkage::learn(set, start, labels, update_of(values.text("update")),
                     last ? &*last : nullptr);
  if (!learnt.refusals.empty()) {
    return Error{ErrorCode::invalid_argument,
                 fmt::format("result refused, nothing is written: {}",
                             fmt::join(learnt.refusals, "; "))};
  }
  learnt.remarks.insert(learnt.remarks.end(), remarks.begin(), remarks.end());
  if (values.has("without")) {
    learnt.remarks.push_back(
        fmt::format("learned without {}: to see what that is worth, not for "
                    "use",
                    fmt::join(values.list("without"), ", ")));
  }
  const std::string file = linkage::model_json(learnt.model);
  // Nobody could use what cannot be read.
  DMP_TRY(linkage::parse_model(file));
  DMP_TRY(storage::write_file_atomically(out, file));
  const std::string card = linkage::model_card(learnt.model, learnt.remarks);
  DMP_TRY(storage::write_file_atomically(out + ".md", dated(card)));
  return print(card);
}

Status evaluate(const Values& values, storage::Manifest& counts) {
  DMP_ASSIGN(const auto model, start_model(values));
  DMP_ASSIGN(const auto labels, read_labels(values));
  DMP_ASSIGN(const auto set, read_set(values));
  count_pairs(set, counts);
  warn_of_strangers(set, labels);
  const auto evaluation = linkage::evaluate_model(
      set, model, labels,
      is_whole_truth(values) ? linkage::Unlisted::wrong
                             : linkage::Unlisted::unknown,
      slices_of(values));
  const std::string out = values.text("output-file");
  const std::string text = linkage::evaluation_text(evaluation);
  DMP_TRY(storage::write_file_atomically(out,
                                         linkage::evaluation_json(evaluation)));
  DMP_TRY(storage::write_file_atomically(out + ".csv",
                                         linkage::evaluation_csv(evaluation)));
  DMP_TRY(storage::write_file_atomically(
      out + ".md",
      dated(linkage::model_card(model, {}) + "\n```\n" + text + "```\n")));
  return print(text);
}

}  // namespace

std::vector<Entry> linkage_commands() {
  std::vector<Option> train = common_options(), fit = train, judge = train;
  train.push_back(update_option({"auto", "lambda", "all"}));
  append(fit, label_options());
  fit.push_back(update_option({"auto", "lambda", "recalibrate", "all"}));
  fit.push_back(unlisted_option("unknown"));
  append(judge, label_options());
  judge.push_back(slices_option());
  judge.push_back(unlisted_option("wrong"));
  return {{{{"linkage", "train"},
            "Learn the linkage model from pairs without labels.",
            std::move(train)},
           [](const Values& values) {
             return counted_work(values, "linkage train", [&](auto& counts) {
               return learn(values, {}, counts);
             });
           },
           check_start},
          {{{"linkage", "fit"},
            "Learn and recalibrate the linkage model with labels.",
            std::move(fit)},
           [](const Values& values) -> Status {
             return counted_work(
                 values, "linkage fit", [&](auto& counts) -> Status {
                   DMP_ASSIGN(auto labels, read_labels(values));
                   return learn(values, std::move(labels), counts);
                 });
           },
           need_labels},
          {{{"linkage", "evaluate"},
            "Show how right the probabilities of a linkage model are.",
            std::move(judge)},
           [](const Values& values) {
             return counted_work(values, "linkage evaluate", [&](auto& counts) {
               return evaluate(values, counts);
             });
           },
           need_labels}};
}

}  // namespace dmp::cli
