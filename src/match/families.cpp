#include "match/families.h"

#include "sql/linkage_keys.h"
#include "sql/session.h"
#include "text/analysis.h"

#include <algorithm>

namespace dmp::match {

namespace {

std::vector<std::string> texts(const sql::ColumnView& column, std::size_t row) {
  std::vector<std::string> items;
  const auto range = column.list(row);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    items.emplace_back(column.child(0).text(i));
  }
  return items;
}

}  // namespace

std::string analysed_name(std::string_view name) {
  thread_local text::Analyser analyser;
  return sql::organisation_name_key(name, analyser);
}

Result<FunderFamilies> FunderFamilies::read(
    const std::optional<std::filesystem::path>& ror_file) {
  FunderFamilies families;
  if (!ror_file) return families;
  DMP_ASSIGN(auto session, sql::Session::open({}));
  DMP_ASSIGN(auto rows,
             session.query("SELECT ror_id, name, labels || aliases || "
                           "acronyms, parents, children, "
                           "successors || predecessors FROM read_parquet(" +
                           sql::quote(ror_file->string()) + ")"));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return families;
    for (std::size_t row = 0; row < count; ++row) {
      Organisation organisation;
      organisation.names = texts(rows.column(2), row);
      if (auto name = rows.column(1).maybe_text(row)) {
        organisation.government = name->starts_with("Government of");
        organisation.names.push_back(*std::move(name));
      }
      organisation.parents = texts(rows.column(3), row);
      organisation.children = texts(rows.column(4), row);
      organisation.others = texts(rows.column(5), row);
      families.organisations_.emplace(rows.column(0).text(row),
                                      std::move(organisation));
    }
  }
}

void FunderFamilies::add_below(const std::string& ror,
                               std::unordered_set<std::string>& rors) const {
  std::vector<std::string> waiting{ror};
  while (!waiting.empty()) {
    const std::string id = std::move(waiting.back());
    waiting.pop_back();
    if (!rors.insert(id).second) continue;
    const auto found = organisations_.find(id);
    if (found == organisations_.end()) continue;
    for (const auto& child : found->second.children) waiting.push_back(child);
  }
}

FunderFamily FunderFamilies::family_of(
    const std::optional<std::string>& ror,
    const std::optional<std::string>& name) const {
  FunderFamily family;
  if (name) {
    auto key = analysed_name(*name);
    if (!key.empty()) family.names.insert(key);
    family.own_name = std::move(key);
  }
  if (!ror) return family;
  add_below(*ror, family.rors);
  const auto own = organisations_.find(*ror);
  if (own == organisations_.end()) return family;
  for (const auto& own_name : own->second.names) {
    if (auto key = analysed_name(own_name); !key.empty())
      family.names.insert(std::move(key));
  }
  for (const auto& other : own->second.others) family.rors.insert(other);
  for (const auto& parent : own->second.parents) {
    const auto above = organisations_.find(parent);
    if (above != organisations_.end() && !above->second.government)
      family.rors.insert(parent);
  }
  return family;
}

void FunderFamilies::index_names() {
  for (const auto& [ror, organisation] : organisations_) {
    for (const auto& name : organisation.names) {
      std::string key = analysed_name(name);
      if (key.empty()) continue;
      const auto [bearer, is_new] = bearers_.emplace(std::move(key), ror);
      if (!is_new && bearer->second != ror) bearer->second.clear();
    }
  }
}

std::optional<std::string> FunderFamilies::ror_of(
    const std::string& name) const {
  const auto bearer = bearers_.find(name);
  if (bearer == bearers_.end() || bearer->second.empty()) return std::nullopt;
  return bearer->second;
}

std::vector<std::string> FunderFamilies::names_of(
    const std::string& ror) const {
  std::vector<std::string> names;
  const auto own = organisations_.find(ror);
  if (own == organisations_.end()) return names;
  for (const auto& name : own->second.names) {
    std::string key = analysed_name(name);
    if (ror_of(key) == ror &&
        std::find(names.begin(), names.end(), key) == names.end()) {
      names.push_back(std::move(key));
    }
  }
  return names;
}

}  // namespace dmp::match
