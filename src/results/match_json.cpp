#include "results/match_json.h"

#include "base/json_writer.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace dmp::results {
namespace {

using model::Match;

double rounded(double value, double scale) {
  return std::round(value * scale) / scale;
}

std::optional<std::string> day_text(const std::optional<text::Day>& day) {
  if (!day) return {};
  return text::format_day(*day);
}

void write_organisations(JsonWriter& json, std::string_view name,
                         const std::vector<model::Organisation>& items) {
  json.key(name).begin_array();
  for (const model::Organisation& item : items) {
    json.begin_object();
    json.member("name", item.name).member("ror", item.ror);
    json.end_object();
  }
  json.end_array();
}

void write_authors(JsonWriter& json, const std::vector<model::Author>& items) {
  json.key("authors").begin_array();
  for (const model::Author& item : items) {
    json.begin_object();
    json.member("orcid", item.orcid)
        .member("firstInitial", item.name.first_initial)
        .member("givenName", item.name.given_name)
        .member("middleInitials", item.name.middle_initials)
        .member("middleNames", item.name.middle_names)
        .member("surname", item.name.surname)
        .member("full", item.name.full);
    json.end_object();
  }
  json.end_array();
}

void write_dois(JsonWriter& json, std::string_view name,
                const std::vector<std::string>& dois) {
  json.key(name).begin_array();
  for (const std::string& doi : dois) {
    json.begin_object().member("doi", doi).end_object();
  }
  json.end_array();
}

void write_work(JsonWriter& json, const model::Work& work) {
  json.begin_object();
  json.member("doi", work.doi)
      .member("hash", work.version_hash.empty() ? work.hash : work.version_hash)
      .member("workType", work.work_type)
      .member("publicationDate", day_text(work.publication_date))
      .member("title", work.title)
      .member("abstractText", work.abstract_text);
  write_authors(json, work.authors);
  write_organisations(json, "institutions", work.institutions);
  write_organisations(json, "funders", work.funders);
  json.key("awards").begin_array();
  for (const model::WorkAward& award : work.awards) {
    json.begin_object().member("awardId", award.award_id).end_object();
  }
  json.end_array();
  json.member("publicationVenue", work.publication_venue);
  json.key("relations").begin_object();
  write_dois(json, "intraWorkDois", work.intra_work_dois);
  write_dois(json, "possibleSharedProjectDois",
             work.possible_shared_project_dois);
  write_dois(json, "datasetCitationDois", work.dataset_citation_dois);
  json.end_object();
  std::optional<std::string> updated;
  if (work.updated_date) updated = text::format_instant(*work.updated_date);
  json.member("updatedDate", updated);
  json.key("source").begin_object();
  json.member("name", work.source_name).member("url", work.source_url);
  json.end_object();
  json.end_object();
}

void write_doi_match(JsonWriter& json, const Match& match) {
  json.key("doiMatch").begin_object();
  json.member("found", match.doi_found)
      .member("score", funded_doi_points(match));
  json.key("sources").begin_array();
  for (const model::DoiSource& source : match.doi_sources) {
    json.begin_object();
    json.member("parentAwardId", source.parent_award_id)
        .member("awardId", source.award_id)
        .member("awardUrl", source.award_url);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_items(JsonWriter& json, std::string_view name,
                 const std::vector<model::ItemMatch>& items) {
  json.key(name).begin_array();
  for (const model::ItemMatch& item : items) {
    json.begin_object();
    json.member("index", item.index).member("score", item.score);
    json.key("fields").begin_array();
    for (const std::string& field : item.fields) json.value(field);
    json.end_array().end_object();
  }
  json.end_array();
}

// Lists a plan's items by position; the other clauses name a DOI or variant.
bool has_positions(std::string_view clause) {
  return clause == "authors" || clause == "institutions" ||
         clause == "funders" || clause == "awards" || clause == "awards_weak";
}

void write_plan_item(JsonWriter& json, std::string_view clause,
                     const std::string& item) {
  constexpr std::size_t kMostDigits = 9;
  const bool is_number =
      !item.empty() && item.size() <= kMostDigits &&
      std::all_of(item.begin(), item.end(),
                  [](unsigned char c) { return std::isdigit(c) != 0; });
  json.key("dmp");
  if (has_positions(clause) && is_number) {
    json.value(std::stoi(item));
  } else {
    json.value(item);
  }
}

void write_clause(JsonWriter& json, const model::ExplainClause& clause) {
  json.begin_object();
  json.member("clause", clause.clause)
      .member("gate", clause.gate)
      .member("score", clause.score);
  json.key("items").begin_array();
  for (const model::ExplainItem& item : clause.items) {
    json.begin_object();
    write_plan_item(json, clause.clause, item.dmp);
    json.key("work");
    if (item.work < 0) {
      json.null();
    } else {
      json.value(item.work);
    }
    json.member("how", item.how).member("points", item.points);
    json.end_object();
  }
  json.end_array();
  if (!clause.terms.empty()) {
    json.key("terms").begin_array();
    for (const model::TermPoints& term : clause.terms) {
      json.begin_object();
      json.member("term", term.term)
          .member("field", term.field)
          .member("points", term.points);
      json.end_object();
    }
    json.end_array();
  }
  json.key("note");
  if (clause.note.empty()) {
    json.null();
  } else {
    json.value(clause.note);
  }
  json.end_object();
}

// Source: linkage.md 11. Text is rounded here and nowhere before.
void write_linkage(JsonWriter& json, const Match& match) {
  const model::Linkage& linkage = *match.linkage;
  json.member("probability", rounded(linkage.probability, 1e6))
      .member("logOdds", rounded(linkage.log_odds, 1e3))
      .member("queryScore", linkage.query_score);
  json.key("weights").raw(weights_json(linkage.weights));
}

void write_match(JsonWriter& json, const model::PlanMatches& matches,
                 const Match& match, Explain explain) {
  json.begin_object();
  json.member("dmpDoi", matches.plan_doi);
  json.key("work");
  write_work(json, match.work);
  const bool linked = match.linkage.has_value();
  json.member("score", linked ? rounded(match.score, 1e6) : match.score)
      .member("scoreMax",
              linked ? rounded(matches.score_max, 1e6) : matches.score_max);
  write_doi_match(json, match);
  json.key("contentMatch").begin_object();
  json.member("score", match.content_score)
      .member("titleHighlight", match.title_highlight);
  json.key("abstractHighlights").begin_array();
  for (const std::string& text : match.abstract_highlights) json.value(text);
  json.end_array().end_object();
  write_items(json, "authorMatches", match.authors);
  write_items(json, "institutionMatches", match.institutions);
  write_items(json, "funderMatches", match.funders);
  write_items(json, "awardMatches", match.awards);
  write_items(json, "intraWorkDoiMatches", match.intra_work_dois);
  write_items(json, "possibleSharedProjectDoiMatches",
              match.possible_shared_project_dois);
  write_items(json, "datasetCitationDoiMatches", match.dataset_citation_dois);
  json.member("dateStatus", match.date_status)
      .member("funderMismatch", match.funder_mismatch);
  if (match.linkage) write_linkage(json, match);
  if (explain == Explain::write) {
    json.key("explain").begin_array();
    for (const auto& clause : match.explain) write_clause(json, clause);
    json.end_array();
  }
  json.end_object();
}

}  // namespace

double funded_doi_points(const Match& match) {
  if (!match.doi_found) return 0;
  for (const model::ExplainClause& clause : match.explain) {
    if (clause.clause == "funded_dois") return clause.score;
  }
  return kFundedDoiPoints;
}

std::string weights_json(const std::vector<model::WeightEntry>& weights) {
  std::string text;
  JsonWriter json(text);
  const auto position = [&](const char* name, int index) {
    json.key(name);
    if (index < 0) {
      json.null();
    } else {
      json.value(index);
    }
  };
  json.begin_array();
  for (const auto& entry : weights) {
    json.begin_object().member("k", entry.kind);
    json.member("level", entry.level)
        .member("vsChance", rounded(entry.vs_chance, 1e6))
        .member("vsTeam", rounded(entry.vs_team, 1e6));
    position("dmp", entry.dmp);
    position("work", entry.work);
    json.member("note", entry.note).end_object();
  }
  json.end_array();
  return text;
}

std::string match_record_json(const model::PlanMatches& matches,
                              Explain explain) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("dmpDoi", matches.plan_doi).member("planId", matches.plan_id);
  json.key("works").begin_array();
  for (const Match& match : matches.works) {
    write_match(json, matches, match, explain);
  }
  json.end_array().end_object();
  return text;
}

}  // namespace dmp::results
