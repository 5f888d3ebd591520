#include "results/match_json.h"
#include "text/dates.h"

#include <simdjson.h>

#include <cstdint>
#include <limits>
#include <utility>

namespace dmp::results {
namespace {

using Json = simdjson::dom::element;
using model::Match;

// Absent, null and wrong types are all empty.
std::optional<std::string> text_at(const Json& object, const char* key) {
  std::string_view text;
  if (object[key].get_string().get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}
double number_at(const Json& object, const char* key) {
  double number = 0;
  if (object[key].get_double().get(number) != simdjson::SUCCESS) return 0;
  return number;
}
bool truth_at(const Json& object, const char* key) {
  bool truth = false;
  return object[key].get_bool().get(truth) == simdjson::SUCCESS && truth;
}
std::optional<std::int64_t> integer_at(const Json& object, const char* key) {
  std::int64_t number = 0;
  if (object[key].get_int64().get(number) != simdjson::SUCCESS) return {};
  return number;
}
int index_at(const Json& object, const char* key) {
  const auto number = integer_at(object, key);
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  return number && *number >= 0 && *number <= kMost ? static_cast<int>(*number)
                                                    : -1;
}

template <class Visit>
void each(const Json& object, const char* key, Visit visit) {
  simdjson::dom::array items;
  if (object[key].get_array().get(items) != simdjson::SUCCESS) return;
  for (const Json item : items) visit(item);
}

std::vector<std::string> texts_at(const Json& object, const char* key) {
  std::vector<std::string> texts;
  each(object, key, [&](const Json& item) {
    std::string_view text;
    if (item.get_string().get(text) == simdjson::SUCCESS) {
      texts.emplace_back(text);
    }
  });
  return texts;
}

std::vector<model::Organisation> organisations_at(const Json& object,
                                                  const char* key) {
  std::vector<model::Organisation> items;
  each(object, key, [&](const Json& item) {
    items.push_back({text_at(item, "name"), text_at(item, "ror")});
  });
  return items;
}

std::vector<std::string> dois_at(const Json& object, const char* key) {
  std::vector<std::string> dois;
  each(object, key, [&](const Json& item) {
    dois.push_back(text_at(item, "doi").value_or(""));
  });
  return dois;
}

model::Author author_of(const Json& item) {
  return {text_at(item, "orcid"),
          {text_at(item, "firstInitial"), text_at(item, "givenName"),
           text_at(item, "middleInitials"), text_at(item, "middleNames"),
           text_at(item, "surname"), text_at(item, "full")}};
}

std::optional<text::Day> day_at(const Json& object, const char* key) {
  const auto text = text_at(object, key);
  const auto interval = text ? text::parse_date(*text) : std::nullopt;
  if (!interval) return {};
  return interval->first;
}

model::Work work_of(const Json& item) {
  model::Work work;
  work.doi = text_at(item, "doi").value_or("");
  work.hash = work.version_hash = text_at(item, "hash").value_or("");
  work.work_type = text_at(item, "workType").value_or("OTHER");
  work.publication_date = day_at(item, "publicationDate");
  work.title = text_at(item, "title");
  work.abstract_text = text_at(item, "abstractText");
  each(item, "authors",
       [&](const Json& a) { work.authors.push_back(author_of(a)); });
  work.institutions = organisations_at(item, "institutions");
  work.funders = organisations_at(item, "funders");
  each(item, "awards", [&](const Json& award) {
    work.awards.push_back({text_at(award, "awardId").value_or(""), {}, {}});
  });
  work.publication_venue = text_at(item, "publicationVenue");
  Json relations;
  if (item["relations"].get(relations) == simdjson::SUCCESS) {
    work.intra_work_dois = dois_at(relations, "intraWorkDois");
    work.possible_shared_project_dois =
        dois_at(relations, "possibleSharedProjectDois");
    work.dataset_citation_dois = dois_at(relations, "datasetCitationDois");
  }
  if (const auto updated = text_at(item, "updatedDate")) {
    work.updated_date = text::parse_instant(*updated);
  }
  Json source;
  if (item["source"].get(source) == simdjson::SUCCESS) {
    work.source_name = text_at(source, "name").value_or("");
    work.source_url = text_at(source, "url");
  }
  return work;
}

std::vector<model::ItemMatch> items_at(const Json& object, const char* key) {
  std::vector<model::ItemMatch> items;
  each(object, key, [&](const Json& item) {
    items.push_back({index_at(item, "index"), number_at(item, "score"),
                     texts_at(item, "fields")});
  });
  return items;
}

model::ExplainClause clause_of(const Json& item) {
  model::ExplainClause clause;
  clause.clause = text_at(item, "clause").value_or("");
  clause.gate = truth_at(item, "gate");
  clause.score = number_at(item, "score");
  each(item, "items", [&](const Json& part) {
    model::ExplainItem found;
    if (const auto position = integer_at(part, "dmp")) {
      found.dmp = std::to_string(*position);
    } else {
      found.dmp = text_at(part, "dmp").value_or("");
    }
    found.work = index_at(part, "work");
    found.how = text_at(part, "how").value_or("");
    found.points = number_at(part, "points");
    clause.items.push_back(std::move(found));
  });
  each(item, "terms", [&](const Json& term) {
    clause.terms.push_back({text_at(term, "term").value_or(""),
                            text_at(term, "field").value_or(""),
                            number_at(term, "points")});
  });
  clause.note = text_at(item, "note").value_or("");
  return clause;
}

model::Linkage linkage_of(const Json& item) {
  model::Linkage linkage;
  linkage.probability = number_at(item, "probability");
  linkage.log_odds = number_at(item, "logOdds");
  linkage.query_score = number_at(item, "queryScore");
  each(item, "weights", [&](const Json& part) {
    model::WeightEntry entry;
    entry.kind = text_at(part, "k").value_or("");
    entry.level = text_at(part, "level").value_or("");
    entry.vs_chance = number_at(part, "vsChance");
    entry.vs_team = number_at(part, "vsTeam");
    entry.dmp = index_at(part, "dmp");
    entry.work = index_at(part, "work");
    entry.note = text_at(part, "note").value_or("");
    linkage.weights.push_back(std::move(entry));
  });
  return linkage;
}

void read_doi_match(const Json& doi_match, Match& match) {
  match.doi_found = truth_at(doi_match, "found");
  each(doi_match, "sources", [&](const Json& source) {
    match.doi_sources.push_back({text_at(source, "parentAwardId"),
                                 text_at(source, "awardId").value_or(""),
                                 text_at(source, "awardUrl").value_or("")});
  });
}

Match match_of(const Json& item) {
  Match match;
  Json part;
  if (item["work"].get(part) == simdjson::SUCCESS) match.work = work_of(part);
  match.score = number_at(item, "score");
  if (item["doiMatch"].get(part) == simdjson::SUCCESS) {
    read_doi_match(part, match);
  }
  if (item["contentMatch"].get(part) == simdjson::SUCCESS) {
    match.content_score = number_at(part, "score");
    match.title_highlight = text_at(part, "titleHighlight");
    match.abstract_highlights = texts_at(part, "abstractHighlights");
  }
  match.authors = items_at(item, "authorMatches");
  match.institutions = items_at(item, "institutionMatches");
  match.funders = items_at(item, "funderMatches");
  match.awards = items_at(item, "awardMatches");
  match.intra_work_dois = items_at(item, "intraWorkDoiMatches");
  match.possible_shared_project_dois =
      items_at(item, "possibleSharedProjectDoiMatches");
  match.dataset_citation_dois = items_at(item, "datasetCitationDoiMatches");
  match.date_status = text_at(item, "dateStatus").value_or("unknown");
  match.funder_mismatch = truth_at(item, "funderMismatch");
  if (item["probability"].is_number()) match.linkage = linkage_of(item);
  each(item, "explain",
       [&](const Json& c) { match.explain.push_back(clause_of(c)); });
  return match;
}

Error corrupt(const char* what) {
  return {ErrorCode::corrupt_input, std::string("matches: ") + what};
}

}  // namespace

struct MatchParser::State {
  simdjson::dom::parser parser;
};

MatchParser::MatchParser() : state_(std::make_unique<State>()) {}
MatchParser::~MatchParser() = default;
MatchParser::MatchParser(MatchParser&&) noexcept = default;

Result<MatchRecord> MatchParser::parse(std::string_view json) {
  Json root;
  if (state_->parser.parse(json.data(), json.size(), false).get(root) !=
          simdjson::SUCCESS ||
      !root.is_object()) {
    return corrupt("a line is no JSON object");
  }
  MatchRecord record;
  auto doi = text_at(root, "dmpDoi");
  if (!doi || doi->empty()) return corrupt("a record without dmpDoi");
  record.matches.plan_doi = *std::move(doi);
  record.matches.plan_id = integer_at(root, "planId");
  if (root["work"].is_object()) {
    record.form = MatchRecord::Form::pair;
    record.matches.works.push_back(match_of(root));
    record.matches.score_max = number_at(root, "scoreMax");
    return record;
  }
  if (!root["works"].is_array()) return corrupt("a record without works");
  each(root, "works", [&](const Json& item) {
    if (record.matches.works.empty()) {
      record.matches.score_max = number_at(item, "scoreMax");
    }
    record.matches.works.push_back(match_of(item));
  });
  return record;
}

}  // namespace dmp::results
