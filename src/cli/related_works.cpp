// `dmsp related-works …`: what is kept of plans and their works, without a
// bucket. Source: spec cli.md 9, database.md 4, 7.
#include "base/json_writer.h"
#include "base/log.h"
#include "cli/batch_options.h"
#include "cli/commands.h"
#include "cli/database_options.h"
#include "cli/stats.h"
#include "database/ground_truth_load.h"
#include "database/merge.h"
#include "database/plan_map.h"
#include "database/plan_records.h"
#include "database/sqlite_store.h"
#include "dmps/transform.h"
#include "jobs/index_files.h"
#include "results/csv.h"
#include "storage/manifest.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>

namespace dmp::cli {

namespace {

namespace fs = std::filesystem;
using database::Access;

Entry leaf(const std::string& name, const std::string& summary,
           std::vector<Option> rows, std::function<Status(const Values&)> run) {
  append(rows, shared({database_row()}));
  return {{{"dmsp", "related-works", name}, summary, std::move(rows)},
          std::move(run),
          need_database};
}

// --------------------------------------------------------------------- merge

// What is written stands beside this, never inside a published stage.
fs::path whole_of(const fs::path& matches) {
  if (auto stage = database::stage_of(matches)) return *std::move(stage);
  std::error_code error;
  const fs::path path = fs::absolute(matches, error).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

// dmps/R/transform of the bucket that the matches lie in, where it is.
Result<std::vector<model::Plan>> plans_beside(const fs::path& whole) {
  const fs::path plans = whole.parent_path().parent_path() / "dmps" /
                         whole.filename() / "transform";
  std::error_code error;
  if (!fs::exists(plans / "manifest.json", error))
    return std::vector<model::Plan>();
  return dmps::read_plans(plans);
}

std::string merge_text(const database::MergeSummary& summary) {
  std::string out;
  for (const auto& effect : summary.effects) {
    out +=
        fmt::format("{}\t+{} ~{} -{}\n", effect.dmp_doi, effect.links.inserted,
                    effect.links.updated, effect.links.deleted);
  }
  const auto failed =
      static_cast<std::int64_t>(summary.failed.size()) - summary.no_plan;
  out +=
      fmt::format("DMPs {}\nresumed {}\nno plan {}\nfailed {}\n",
                  summary.processed, summary.resumed, summary.no_plan, failed);
  for (const auto& [name, count] : summary.staging.all())
    out += fmt::format("staging {} {}\n", name, count);
  return out + fmt::format(
                   "links inserted {}\nlinks updated {}\n"
                   "links deleted {}\n",
                   summary.links.inserted, summary.links.updated,
                   summary.links.deleted);
}

// A dry run makes no file either.
Result<std::unique_ptr<database::RelatedWorksStore>> store_to_merge(
    const Values& values) {
  const fs::path file = database_file(values);
  if (!values.flag("dry-run")) return database::open_sqlite(file);
  std::error_code error;
  return fs::exists(file, error)
             ? database::open_sqlite(file, {.access = Access::read})
             : database::open_sqlite(":memory:");
}

Status merge(const Values& values, storage::Manifest& counted) {
  database::MergeOptions options;
  options.matches = values.text("matches-path");
  const fs::path whole = whole_of(options.matches);
  options.beside = whole.string() + ".";
  options.dry_run = values.flag("dry-run");
  options.keep_empty = values.flag("keep-empty");
  options.allow_mass_delete = values.flag("allow-mass-delete");
  options.audit_file = values.text("audit-file");
  DMP_ASSIGN(options.plans, plans_beside(whole));
  DMP_ASSIGN(const auto store, store_to_merge(values));
  DMP_ASSIGN(const auto summary, database::merge(*store, options));
  if (!options.dry_run) {
    DMP_TRY(database::write_merge_files(
        summary, options.beside, {{"database", values.text("database")}}));
  }
  counted.rows_in = summary.processed;
  counted.rows_out = summary.works_staged;
  DMP_TRY(print(merge_text(summary)));
  return database::verdict(summary, values.integer("merge-config.max-failed"),
                           values.flag("allow-no-plan"));
}

Entry merge_entry() {
  std::vector<Option> rows{
      text_row("matches-path", OptionType::existing_path,
               "Matches: a file, or a folder with matches*.jsonl[.gz].", "", "",
               0, true),
      flag_row("dry-run",
               "Print what would change for each DMP; write nothing.", ""),
      flag_row("keep-empty",
               "DMPs for which nothing was found keep their PENDING links.",
               ""),
      flag_row("allow-no-plan",
               "Records of no known plan do not count as failed.", ""),
      text_row("audit-file", OptionType::path,
               "JSON lines of links made and dropped are added to it.", "",
               "")};
  append(rows, shared(merge_rows()));
  return leaf("merge", "Merge matches into the database.", std::move(rows),
              [](const Values& values) {
                return counted_work(values, "merge",
                                    [&](storage::Manifest& counted) {
                                      return merge(values, counted);
                                    });
              });
}

// ---------------------------------------------------------------- ground truth

Status load(const Values& values, storage::Manifest& counted) {
  database::LoadOptions options;
  options.csv = values.text("matches-path");
  options.override_rejected = values.flag("override-rejected");
  options.threads = threads_of(values);
  DMP_ASSIGN(auto index, jobs::index_files(values.text("works-path")));
  options.works_files = std::move(index.works);
  DMP_ASSIGN(
      const auto store,
      database::open_sqlite(database_file(values), {.access = Access::change}));
  DMP_ASSIGN(const auto summary, database::load_ground_truth(*store, options));
  for (const auto& warning : summary.warnings) log::warning("{}", warning);
  counted.rows_in = summary.rows;
  counted.rows_out = summary.loaded;
  return print(fmt::format(
      "rows {}\nloaded {}\nrepeated {}\npassed by {}\n"
      "links inserted {}\nlinks updated {}\n",
      summary.rows, summary.loaded, summary.duplicates, summary.warnings.size(),
      summary.links.inserted, summary.links.updated));
}

Entry load_entry() {
  return leaf(
      "load-ground-truth", "Bring in works that people know of as ACCEPTED.",
      {text_row("matches-path", OptionType::existing_path,
                "CSV plan_id,dmp_doi,work_doi (dmp_id accepted for dmp_doi; "
                "one of the two is enough).",
                "", "", 0, true),
       text_row("works-path", OptionType::existing_path,
                "Full works index, where work details come from.", "",
                "DMPWORKS_WORKS_PATH", -1, true),
       flag_row("override-rejected", "Accept links that were REJECTED, too.",
                "")},
      [](const Values& values) {
        return counted_work(
            values, "load-ground-truth",
            [&](storage::Manifest& counted) { return load(values, counted); });
      });
}

// -------------------------------------------------------------- list, export

const std::vector<std::string>& statuses() {
  static const std::vector<std::string> kStatuses{"PENDING", "ACCEPTED",
                                                  "REJECTED"};
  return kStatuses;
}

std::vector<Option> filter_rows() {
  return {
      text_row("dmp", OptionType::text, "Only of this DMP, by its DOI.", "",
               ""),
      choice_row("status", "Only links of this status.", statuses(), "", "")};
}

// What a link is shown as, of a plan.
using Row =
    std::function<std::string(const database::PlanRow&, const database::Link&)>;

// The rows of all links that the filter lets through, by plan, DOI, version.
Result<std::string> rows_of(const Values& values, const Row& row) {
  DMP_ASSIGN(const auto store, database::open_sqlite(database_file(values),
                                                     {.access = Access::read}));
  DMP_ASSIGN(const auto plans, store->plans());
  const std::string wanted = database::normal_doi(values.text("dmp"));
  std::string out;
  bool found = !values.has("dmp");
  for (const auto& plan : plans) {
    if (values.has("dmp") &&
        (wanted.empty() || database::normal_doi(plan.dmp_id) != wanted)) {
      continue;
    }
    found = true;
    DMP_ASSIGN(const auto links, store->links(plan.id));
    for (const auto& link : links) {
      const auto status = database::status_name(link.values.status);
      if (values.has("status") && values.text("status") != status) continue;
      out += row(plan, link);
    }
  }
  if (found) return out;
  return Error{
      ErrorCode::not_found,
      fmt::format("--dmp: \"{}\" is not in the database", values.text("dmp"))};
}

// On a terminal a control character (C0, DEL, C1) could do more than be seen.
std::string shown(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next =
        static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool is_c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;
    if (is_c1) ++i;
    const bool is_control = is_c1 || byte < 0x20 || byte == 0x7F;
    out += is_control ? ' ' : text[i];
  }
  return out;
}

std::string table_row(const database::PlanRow& plan,
                      const database::Link& link) {
  return fmt::format("{:>6}  {:<8}  {:<14}  {:>9.4f}  {}  {}\n", plan.id,
                     database::status_name(link.values.status),
                     database::source_name(link.values.source),
                     link.values.score, shown(link.values.doi),
                     shown(link.title.value_or("")));
}

std::string csv_row(const database::PlanRow& plan, const database::Link& link) {
  return fmt::format("{},{},{}\n",
                     results::csv_field(database::normal_doi(plan.dmp_id)),
                     results::csv_field(link.values.doi),
                     database::status_name(link.values.status));
}

std::string json_row(const database::PlanRow& plan,
                     const database::Link& link) {
  const auto& values = link.values;
  std::string out;
  JsonWriter json(out);
  const auto part = [&](const char* name,
                        const std::optional<std::string>& text) {
    json.key(name);
    if (text) {
      json.raw(*text);
    } else {
      json.null();
    }
  };
  json.begin_object().member("planId", plan.id);
  json.member("dmpDoi", database::normal_doi(plan.dmp_id));
  json.member("workDoi", values.doi);
  json.member("status", database::status_name(values.status));
  json.member("sourceType", database::source_name(values.source));
  json.member("score", double{values.score});
  json.member("scoreMax", double{values.score_max});
  json.member("title", link.title).member("modified", link.modified);
  part("doiMatch", values.evidence.doi_match);
  part("contentMatch", values.evidence.content_match);
  part("authorMatches", values.evidence.author_matches);
  part("institutionMatches", values.evidence.institution_matches);
  part("funderMatches", values.evidence.funder_matches);
  part("awardMatches", values.evidence.award_matches);
  json.member("probability", values.evidence.probability);
  json.member("logOdds", values.evidence.log_odds);
  part("weights", values.evidence.weights);
  json.end_object();
  return out + "\n";
}

std::string header_of(const std::string& format) {
  if (format == "csv") return "dmp_doi,work_doi,status\n";
  if (format == "json") return "";
  return fmt::format("{:>6}  {:<8}  {:<14}  {:>9}  {}\n", "plan", "status",
                     "source", "score", "work");
}

Row row_of(const std::string& format) {
  if (format == "csv") return csv_row;
  return format == "json" ? json_row : table_row;
}

Option format_row(const char* fallback) {
  return choice_row("format",
                    "Form; csv is a ground-truth CSV, json has the evidence.",
                    {"table", "csv", "json"}, fallback, "");
}

Entry list_entry() {
  std::vector<Option> rows = filter_rows();
  rows.push_back(format_row("table"));
  return leaf("list", "List links between DMPs and works.", std::move(rows),
              [](const Values& values) -> Status {
                const std::string format = values.text("format");
                DMP_ASSIGN(const std::string text,
                           rows_of(values, row_of(format)));
                return print(header_of(format) + text);
              });
}

Entry export_entry() {
  std::vector<Option> rows = filter_rows();
  rows.push_back(format_row("csv"));
  rows.push_back(text_row("output-file", OptionType::path,
                          "File to write: standard output.", "", ""));
  return leaf("export", "Write the links that people have decided on.",
              std::move(rows), [](const Values& values) -> Status {
                const std::string format = values.text("format");
                const Row row = row_of(format);
                DMP_ASSIGN(
                    const std::string text,
                    rows_of(values, [&](const auto& plan, const auto& link) {
                      const bool is_open =
                          link.values.status == database::LinkStatus::pending;
                      return is_open && !values.has("status") ? std::string()
                                                              : row(plan, link);
                    }));
                if (!values.has("output-file"))
                  return print(header_of(format) + text);
                return storage::write_file_atomically(
                    values.text("output-file"), header_of(format) + text);
              });
}

// ----------------------------------------------------------------- decisions

// A plan by its id or its DOI.
Result<std::int64_t> plan_named(database::RelatedWorksStore& store,
                                const std::string& name) {
  DMP_ASSIGN(const auto plans, store.plans());
  std::int64_t id = 0;
  const char* end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data(), end, id);
  const bool is_id = error == std::errc() && rest == end;
  for (const auto& plan : plans) {
    if (is_id && plan.id == id) return id;
  }
  if (const auto found = database::PlanMap(plans).find(name, std::nullopt))
    return *found;
  return Error{ErrorCode::not_found,
               fmt::format("--plan: \"{}\" is not in the database", name)};
}

Entry set_status_entry() {
  std::vector<Option> rows{
      text_row("plan", OptionType::text, "Plan: its id or DOI.", "", "", 0,
               true),
      text_row("doi", OptionType::text, "Work: its DOI.", "", "", 1, true),
      choice_row("new-status", "What was decided.", statuses(), "", "", 2,
                 true),
      text_row("by", OptionType::text, "Who decided: a user's name.", "", "",
               -1, true)};
  return leaf(
      "set-status", "Decide on the link between a DMP and a work.",
      std::move(rows), [](const Values& values) -> Status {
        DMP_ASSIGN(const auto store,
                   database::open_sqlite(database_file(values),
                                         {.access = Access::change}));
        DMP_ASSIGN(const auto plan, plan_named(*store, values.text("plan")));
        const std::string given = values.text("doi");
        const std::string doi = database::normal_doi(given);
        const auto status = database::status_named(values.text("new-status"));
        return store->set_status(plan, doi.empty() ? given : doi, *status,
                                 values.text("by"));
      });
}

}  // namespace

std::vector<Entry> related_works_commands() {
  return {load_entry(), merge_entry(), list_entry(), set_status_entry(),
          export_entry()};
}

}  // namespace dmp::cli
