#pragma once

#include "database/related_works.h"
#include "text/collation.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dmp::database {

// For tests: related works in vectors, written from the rules of spec
// database.md 2 without a look at the SQL. Slow.
class ModelStore final : public RelatedWorksStore {
 public:
  // What the next calls of apply() answer instead of doing anything.
  std::vector<Error> refusals;

  // A link as another program may add it: of a pair that has one already.
  void insert(const WorkVersion& work, const StagedLink& link) {
    const Batch staged = std::exchange(staged_, Batch{{work}, {}});
    add_works();
    staged_ = staged;
    links_.push_back(
        {++last_, link.plan_id, *version_of(link.values), link.values, 0});
  }

  Result<std::string> identity() override { return std::string("model"); }
  Result<std::string> last_merge() override {
    return merges_ == 0 ? "" : std::to_string(merges_);
  }
  Result<std::string> begin_merge() override {
    return std::to_string(++merges_);
  }
  bool keeps_plans() const override { return true; }
  Result<std::vector<PlanRow>> plans() override { return plans_; }

  Status put_plans(std::span<const PlanRow> plans) override {
    for (const PlanRow& plan : plans) {
      if (plan.id == 0) {
        const bool known = std::any_of(
            plans_.begin(), plans_.end(),
            [&](const PlanRow& old) { return old.dmp_id == plan.dmp_id; });
        if (known) continue;
        plans_.push_back(plan);
        plans_.back().id = static_cast<std::int64_t>(plans_.size());
        continue;
      }
      PlanRow& old = plans_.at(static_cast<std::size_t>(plan.id - 1));
      if (plan.title) old.title = plan.title;
      if (plan.created) old.created = plan.created;
      if (plan.modified) old.modified = plan.modified;
    }
    return {};
  }

  Result<std::vector<Link>> links(std::int64_t plan_id) override {
    std::vector<Link> found;
    for (const Row& row : links_) {
      if (row.plan != plan_id) continue;
      const Version& version = versions_.at(row.version);
      Link link;
      link.id = row.id;
      link.values = row.values;
      link.values.doi = works_.at(version.work).doi;
      link.values.hash = version.content.hash;
      link.title = version.content.title;
      link.modified = std::to_string(row.moved);
      found.push_back(std::move(link));
    }
    std::sort(found.begin(), found.end(), [](const Link& a, const Link& b) {
      return std::pair(a.values.doi, a.values.hash) <
             std::pair(b.values.doi, b.values.hash);
    });
    return found;
  }

  Result<std::int64_t> count_pending() override {
    return std::count_if(links_.begin(), links_.end(), is_pending);
  }

  Status stage(const Batch& batch) override {
    staged_ = batch;
    return {};
  }

  Result<std::vector<std::string>> unresolved() override {
    std::vector<std::string> lost;
    for (const StagedLink& link : staged_.links) {
      bool has_version = version_of(link.values).has_value();
      for (const WorkVersion& work : staged_.works)
        has_version = has_version || (same(work.doi, link.values.doi) &&
                                      work.hash == link.values.hash);
      if (!has_plan(link.plan_id) || !has_version)
        lost.push_back(link.values.doi);
    }
    std::sort(lost.begin(), lost.end());
    return lost;
  }

  Result<std::int64_t> drop_double_links() override {
    std::set<std::int64_t> gone;
    for (const StagedLink& link : staged_.links) {
      for (const Row& row : links_) {
        if (!is_pair(row, link) || !is_pending(row)) continue;
        for (const Row& other : links_) {
          if (is_pair(other, link) && (!is_pending(other) || other.id < row.id))
            gone.insert(row.id);
        }
      }
    }
    std::erase_if(links_,
                  [&](const Row& row) { return gone.contains(row.id); });
    return static_cast<std::int64_t>(gone.size());
  }

  Status apply(BatchOrigin origin) override {
    if (!refusals.empty()) {
      Error refusal = refusals.front();
      refusals.erase(refusals.begin());
      return refusal;
    }
    const ModelStore before = *this;
    add_works();
    std::vector<std::pair<const StagedLink*, std::size_t>> targets;
    for (const StagedLink& link : staged_.links) {
      const auto version = version_of(link.values);
      if (version && has_plan(link.plan_id))
        targets.emplace_back(&link, *version);
    }
    for (const auto& [link, version] : targets) {
      const bool linked = std::any_of(
          links_.begin(), links_.end(),
          [&, &link = link](const Row& row) { return is_pair(row, *link); });
      if (!linked)
        links_.push_back({++last_, link->plan_id, version, link->values, 0});
    }
    for (const auto& [link, version] : targets) {
      for (Row& row : links_) {
        if (!is_pair(row, *link)) continue;
        const Row old = row;
        if (origin == BatchOrigin::persons_list) {
          row.values.status = link->values.status;
        } else if (is_pending(row)) {
          row.values = link->values;
          row.values.status = LinkStatus::pending;
          row.version = version;
        }
        if (row.version != old.version || !(row.values == old.values))
          ++row.moved;
      }
    }
    if (origin == BatchOrigin::system_run) drop_stale(targets);
    std::set<std::pair<std::int64_t, std::size_t>> pairs;
    for (const Row& row : links_) pairs.emplace(row.plan, row.version);
    if (pairs.size() == links_.size()) return {};
    *this = before;
    return Error{ErrorCode::corrupt_input, "two links would become one"};
  }

  Result<std::int64_t> drop_pending(std::int64_t plan_id) override {
    return static_cast<std::int64_t>(std::erase_if(links_, [&](const Row& row) {
      return row.plan == plan_id && is_pending(row) &&
             row.values.source == LinkSource::system_matched;
    }));
  }

  Result<Orphans> drop_orphans() override {
    std::set<std::size_t> versions, works;
    for (const Row& row : links_) versions.insert(row.version);
    Orphans gone;
    gone.versions = static_cast<std::int64_t>(
        std::erase_if(versions_, [&](const auto& version) {
          return !versions.contains(version.first);
        }));
    for (const auto& [id, version] : versions_) works.insert(version.work);
    gone.works = static_cast<std::int64_t>(std::erase_if(
        works_, [&](const auto& work) { return !works.contains(work.first); }));
    return gone;
  }

  Status set_status(std::int64_t plan_id, std::string_view doi,
                    LinkStatus status, std::string_view) override {
    bool found = false;
    for (Row& row : links_) {
      if (row.plan != plan_id || !same(doi_of(row), doi)) continue;
      found = true;
      if (row.values.status != status) ++row.moved;
      row.values.status = status;
    }
    if (found) return {};
    return Error{ErrorCode::not_found, "no such link"};
  }

 private:
  struct Work {
    std::string doi;
  };
  struct Version {
    std::size_t work = 0;
    WorkVersion content;
  };
  struct Row {
    std::int64_t id = 0, plan = 0;
    std::size_t version = 0;
    LinkValues values;
    int moved = 0;  // how often a value changed
  };

  static bool same(std::string_view one, std::string_view other) {
    return text::collation_key(one) == text::collation_key(other);
  }
  static bool is_pending(const Row& row) {
    return row.values.status == LinkStatus::pending;
  }
  const std::string& doi_of(const Row& row) const {
    return works_.at(versions_.at(row.version).work).doi;
  }
  bool is_pair(const Row& row, const StagedLink& link) const {
    return row.plan == link.plan_id && same(doi_of(row), link.values.doi);
  }
  bool has_plan(std::int64_t id) const {
    return id > 0 && id <= static_cast<std::int64_t>(plans_.size());
  }

  std::optional<std::size_t> work_of(std::string_view doi) const {
    for (const auto& [id, work] : works_) {
      if (same(work.doi, doi)) return id;
    }
    return std::nullopt;
  }
  std::optional<std::size_t> version_of(const LinkValues& link) const {
    for (const auto& [id, version] : versions_) {
      if (same(works_.at(version.work).doi, link.doi) &&
          version.content.hash == link.hash) {
        return id;
      }
    }
    return std::nullopt;
  }

  void add_works() {
    for (const WorkVersion& staged : staged_.works) {
      auto work = work_of(staged.doi);
      if (!work) {
        work = ++last_work_;
        works_[*work] = {staged.doi};
      }
      LinkValues wanted;
      wanted.doi = staged.doi;
      wanted.hash = staged.hash;
      if (!version_of(wanted)) versions_[++last_version_] = {*work, staged};
    }
  }

  void drop_stale(
      const std::vector<std::pair<const StagedLink*, std::size_t>>& targets) {
    std::set<std::int64_t> plans;
    std::set<std::pair<std::int64_t, std::size_t>> kept;
    for (const auto& [link, version] : targets) {
      plans.insert(link->plan_id);
      kept.emplace(link->plan_id, version);
    }
    std::erase_if(links_, [&](const Row& row) {
      return is_pending(row) && plans.contains(row.plan) &&
             !kept.contains({row.plan, row.version});
    });
  }

  std::vector<PlanRow> plans_;
  std::map<std::size_t, Work> works_;
  std::map<std::size_t, Version> versions_;
  std::vector<Row> links_;
  Batch staged_;
  std::int64_t last_ = 0;
  int merges_ = 0;
  std::size_t last_work_ = 0, last_version_ = 0;
};

}  // namespace dmp::database
