#include "match/plan_index.h"

#include "text/phrase.h"
#include "text/unicode.h"

#include <algorithm>

namespace dmp::match {

namespace {

constexpr std::uint32_t kOrcid = 2, kSurname = 1;

std::optional<std::string> lower(const std::optional<std::string>& initial) {
  if (!initial) return std::nullopt;
  return text::to_lower(*initial);
}

bool contains(const std::vector<std::uint32_t>& items, std::uint32_t item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace

// ----------------------------------------------------------------------- index

PlanIndex::PlanIndex(const std::vector<PlanQuery>& queries,
                     const SearchOptions& options, Vocabulary& words)
    : plans_(queries.size()),
      every_plan_(options.builder == QueryBuilder::candidate),
      by_surnames_(options.improves(Improvement::surnames)) {
  for (std::uint32_t plan = 0; plan < queries.size(); ++plan) {
    const PlanQuery& query = queries[plan];
    for (const auto& doi : query.funded_dois) funded_.put(doi, plan);
    for (const auto& doi : query.outputs) output_.put(doi, plan);
    for (const auto& award : query.awards) {
      for (const auto& variant : award.variants)
        award_.put(variant.lower, plan);
    }
    add_authors(query, plan, words);
  }
  for (auto* postings : {&funded_, &output_, &award_, &orcid_})
    postings->finish();
  surnames_by_word_.resize(words.size());
  for (std::uint32_t i = 0; i < surnames_.size(); ++i)
    surnames_by_word_[surnames_[i].words.back()].push_back(i);
  surname_of_words_.clear();
}

void PlanIndex::add_authors(const PlanQuery& query, std::uint32_t plan,
                            Vocabulary& words) {
  for (const auto& author : query.authors) {
    const Clause clause{plan,
                        static_cast<std::uint32_t>(plan_of_clause_.size())};
    plan_of_clause_.push_back(plan);
    if (author.orcid) orcid_.put(*author.orcid, clause.number);
    if (!author.surname_tokens.empty()) add_surname(author, clause, words);
  }
}

void PlanIndex::add_surname(const AuthorClause& author, Clause clause,
                            Vocabulary& words) {
  WorkWords::Ids ids;
  ids.reserve(author.surname_tokens.size());
  for (const auto& token : author.surname_tokens)
    ids.push_back(words.add(token));
  const auto [known, is_new] = surname_of_words_.try_emplace(
      ids, static_cast<std::uint32_t>(surnames_.size()));
  if (is_new) surnames_.push_back({std::move(ids), {}});
  auto& initials = surnames_[known->second].initials;
  const auto letter = by_surnames_ ? lower(author.first_initial) : std::nullopt;
  auto found =
      std::find_if(initials.begin(), initials.end(),
                   [&](const auto& item) { return item.letter == letter; });
  if (found == initials.end())
    found = initials.insert(initials.end(), {letter, {}});
  found->clauses.push_back(clause);
}

// ---------------------------------------------------------------------- finder

GateFinder::GateFinder(const PlanIndex& index)
    : index_(index), tallies_(index.plans_) {}

const std::vector<GateHits>& GateFinder::find(WorkWords& words) {
  const model::Work& work = words.work();
  met_.clear();
  for (const auto plan : index_.funded_.find(work.doi))
    meet(plan).funded_doi = true;
  add_authors(words);
  for (const auto& award : work.awards) {
    for (const auto plan : index_.award_.find(text::to_lower(award.award_id)))
      meet(plan).award = true;
  }
  if (!index_.output_.empty()) add_relations(work);
  gather();
  return found_;
}

GateHits& GateFinder::meet(std::uint32_t plan) {
  Tally& tally = tallies_[plan];
  if (!tally.is_met) {
    tally.is_met = true;
    met_.push_back(plan);
  }
  return tally.hits;
}

void GateFinder::add_point(std::uint32_t plan, std::uint32_t author,
                           std::uint32_t points) {
  GateHits& hits = meet(plan);
  hits.author_points += points;
  if (tallies_[plan].last_author == author) return;
  tallies_[plan].last_author = author;
  ++hits.authors_hit;
}

void GateFinder::add_authors(WorkWords& words) {
  std::uint32_t number = 0;
  for (const auto& author : words.work().authors) {
    ++number;
    by_orcid_.clear();
    if (author.orcid) {
      for (const auto clause : index_.orcid_.find(*author.orcid)) {
        by_orcid_.push_back(clause);
        add_point(index_.plan_of_clause_[clause], number, kOrcid);
      }
    }
    const bool surname = index_.by_surnames_ && author.name.surname;
    const auto& name = surname ? author.name.surname : author.name.full;
    if (name) {
      add_surnames(words.name(*name), lower(author.name.first_initial), number);
    }
  }
}

void GateFinder::add_surnames(const WorkWords::Ids& name,
                              const std::optional<std::string>& initial,
                              std::uint32_t author) {
  seen_.clear();
  for (const auto word : name) {
    if (word >= index_.surnames_by_word_.size()) continue;
    for (const auto i : index_.surnames_by_word_[word]) {
      const PlanIndex::Surname& surname = index_.surnames_[i];
      if (contains(seen_, i) || (surname.words.size() > 1 &&
                                 !text::phrase_matches(surname.words, name, 0)))
        continue;
      seen_.push_back(i);
      add_surname(surname, initial, author);
    }
  }
}

void GateFinder::add_surname(const PlanIndex::Surname& surname,
                             const std::optional<std::string>& initial,
                             std::uint32_t author) {
  for (const auto& group : surname.initials) {
    if (group.letter && initial && group.letter != initial) continue;
    for (const auto& clause : group.clauses) {
      // The ORCID of the clause has its points already, and they are more.
      if (!contains(by_orcid_, clause.number))
        add_point(clause.plan, author, kSurname);
    }
  }
}

void GateFinder::add_relations(const model::Work& work) {
  for (const auto& doi : work.intra_work_dois) {
    for (const auto plan : index_.output_.find(doi)) meet(plan).intra = true;
  }
  for (const auto& doi : work.possible_shared_project_dois) {
    for (const auto plan : index_.output_.find(doi)) meet(plan).shared = true;
  }
  for (const auto& doi : work.dataset_citation_dois) {
    for (const auto plan : index_.output_.find(doi)) meet(plan).citation = true;
  }
}

void GateFinder::gather() {
  if (index_.every_plan_) {
    for (std::uint32_t plan = 0; plan < index_.plans_; ++plan) meet(plan);
  }
  found_.clear();
  for (const auto plan : met_) {
    found_.push_back(tallies_[plan].hits);
    found_.back().plan = plan;
    tallies_[plan] = {};
  }
}

}  // namespace dmp::match
