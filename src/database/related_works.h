#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What is kept of plans and the works that belong to them: the tables that the
// DMP Tool's page reads. Column names, rules and their source: spec database.md
// 1-3; docs/formats.md has the tables.
namespace dmp::database {

enum class LinkStatus : std::uint8_t { pending, accepted, rejected };
enum class LinkSource : std::uint8_t { system_matched, user_added };

std::string_view status_name(LinkStatus status);  // "PENDING", …
std::string_view source_name(LinkSource source);  // "SYSTEM_MATCHED", …
std::optional<LinkStatus> status_named(std::string_view name);
std::optional<LinkSource> source_named(std::string_view name);

// Row of plans. Times are "YYYY-MM-DD HH:MM:SS", UTC.
struct PlanRow {
  std::int64_t id = 0;  // of a new plan: 0
  std::string dmp_id;   // as it stands there, normally a DOI's URL; not unique
  std::optional<std::string> title, created, modified;
};

// Row of stagingWorkVersions: a work as it is now.
struct WorkVersion {
  std::string doi;   // 1 to 255 code points
  std::string hash;  // 16 bytes: of the content
  std::string work_type;
  std::optional<std::string> publication_date;  // YYYY-MM-DD
  std::optional<std::string> title, abstract_text;
  std::string authors, institutions, funders, awards;  // JSON
  std::optional<std::string> publication_venue;
  std::string source_name, source_url;  // no URL: ""
};

// Why a work is thought to belong to a plan: JSON texts, null only in links
// that this program did not make; and what ranker linkage says, null in all
// others: probability (0 to 1, to six digits), log-odds (bits, to three) and
// the weights they are made of (JSON as results::weights_json).
struct Evidence {
  std::optional<std::string> doi_match, content_match, author_matches,
      institution_matches, funder_matches, award_matches;
  std::optional<double> probability, log_odds;
  std::optional<std::string> weights;
  bool operator==(const Evidence&) const = default;
};

// What a plan and a work have in common, staged or stored.
struct LinkValues {
  std::string doi;   // of the work
  std::string hash;  // 16 bytes: the version of the work
  LinkSource source = LinkSource::system_matched;
  LinkStatus status = LinkStatus::pending;
  float score = 0, score_max = 0;  // finite
  Evidence evidence;
  bool operator==(const LinkValues&) const = default;
};

// Row of stagingRelatedWorks.
struct StagedLink {
  std::int64_t plan_id = 0;
  LinkValues values;
};

// Row of relatedWorks with its work.
struct Link {
  std::int64_t id = 0;
  LinkValues values;
  std::optional<std::string> title;  // of the version
  std::string modified;              // "YYYY-MM-DD HH:MM:SS", UTC
};

// All that one merge changes. DOIs are compared as text::collation_key does.
struct Batch {
  std::vector<WorkVersion> works;  // DOI unique
  std::vector<StagedLink> links;   // (plan, DOI) unique
};

// A system's run may move only PENDING links, and drops those of its plans that
// it does not hold; a person's list sets the status of any link.
enum class BatchOrigin : std::uint8_t { system_run, persons_list };

struct Orphans {
  std::int64_t versions = 0, works = 0;
};

// Where related works live. Implementations keep this contract
// (store_contract_test.cpp runs on each); it is that of the DMP Tool's stored
// procedures, so a client of those can be one. Threads: one at a time.
// Every member that changes stored rows is one transaction: whole or not at
// all, and durable when it returns.
// Errors of all: unavailable (locked or away: the whole batch may be tried
// again from stage()), corrupt_input (the rows break a rule of the tables; what
// else is to be stored may go on), invalid_argument (rights, another program's
// file), io, internal (nothing more will succeed).
class RelatedWorksStore {
 public:
  virtual ~RelatedWorksStore() = default;

  // Equal only for the same stored rows: another file, or the same file made
  // anew, has another.
  virtual Result<std::string> identity() = 0;

  // Names the merge that was begun last; "": none was.
  virtual Result<std::string> last_merge() = 0;
  // Another merge begins: its name, which none before had.
  virtual Result<std::string> begin_merge() = 0;

  // Ascending id.
  virtual Result<std::vector<PlanRow>> plans() = 0;
  // Plans with id 0 are added, in the order given, with the next free ids, but
  // for those whose dmp_id is there; of the others title and times are set
  // where given. Errors: invalid_argument where another program keeps the
  // plans.
  virtual Status put_plans(std::span<const PlanRow> plans) = 0;
  // False: another program keeps the plans.
  virtual bool keeps_plans() const = 0;

  // Links of a plan by DOI, then hash, in byte order.
  virtual Result<std::vector<Link>> links(std::int64_t plan_id) = 0;
  // PENDING links of all plans.
  virtual Result<std::int64_t> count_pending() = 0;

  // Puts a batch in place of what was staged before; nothing stored changes.
  virtual Status stage(const Batch& batch) = 0;
  // DOIs of staged links whose plan is not there, or whose DOI and hash are
  // neither staged nor stored: apply() passes them by. Ascending.
  virtual Result<std::vector<std::string>> unresolved() = 0;
  // Of works that are staged for a plan which has several links to them, at
  // least one PENDING: drops PENDING ones until one link is left, or only
  // decided ones (the oldest PENDING stays if none is decided). Gives how many.
  virtual Result<std::int64_t> drop_double_links() = 0;

  // Brings in what is staged:
  // 1 works and versions that are not there (a version there is never changed);
  // 2 a link, as staged, for each pair of plan and work without any;
  // 3 system run: PENDING links of staged pairs become as staged but for the
  //   status, and other PENDING links of plans with a staged link are deleted;
  //   person's list: links of staged pairs get the staged status, no more.
  // `modified` of a row moves only when a value does. Staging is kept: applying
  // twice is as once. Errors: also corrupt_input when two links of a plan would
  // become one (drop_double_links() was not called).
  virtual Status apply(BatchOrigin origin) = 0;

  // Deletes PENDING links of a plan that the system made: it has no match any
  // more. Gives how many.
  virtual Result<std::int64_t> drop_pending(std::int64_t plan_id) = 0;
  // Deletes versions without link, then works without version.
  virtual Result<Orphans> drop_orphans() = 0;

  // Decides on the links of a plan to a work, all versions, in the name of a
  // user. Errors: not_found (no such link).
  virtual Status set_status(std::int64_t plan_id, std::string_view doi,
                            LinkStatus status, std::string_view user) = 0;
};

}  // namespace dmp::database
