#include "database/staged_json.h"

#include "base/json_writer.h"
#include "results/match_json.h"

namespace dmp::database {

namespace {

template <class Items, class Write>
std::string array(const Items& items, Write write) {
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const auto& item : items) write(json, item);
  json.end_array();
  return text;
}

std::string item_matches(const std::vector<model::ItemMatch>& items) {
  return array(items, [](JsonWriter& json, const model::ItemMatch& item) {
    json.begin_object().key("fields").begin_array();
    for (const auto& field : item.fields) json.value(field);
    json.end_array();
    json.member("index", item.index).member("score", item.score).end_object();
  });
}

std::string doi_match(const model::Match& match) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("found", match.doi_found);
  json.member("score", results::funded_doi_points(match));
  json.key("sources").begin_array();
  for (const auto& source : match.doi_sources) {
    json.begin_object().member("awardId", source.award_id);
    json.member("awardUrl", source.award_url);
    json.member("parentAwardId", source.parent_award_id).end_object();
  }
  json.end_array().end_object();
  return text;
}

std::string content_match(const model::Match& match) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("abstractHighlights").begin_array();
  for (const auto& fragment : match.abstract_highlights) json.value(fragment);
  json.end_array().member("score", match.content_score);
  json.member("titleHighlight", match.title_highlight).end_object();
  return text;
}

}  // namespace

std::string authors_json(const std::vector<model::Author>& authors) {
  return array(authors, [](JsonWriter& json, const model::Author& author) {
    json.begin_object()
        .member("firstInitial", author.name.first_initial)
        .member("full", author.name.full)
        .member("givenName", author.name.given_name)
        .member("middleInitials", author.name.middle_initials)
        .member("middleNames", author.name.middle_names)
        .member("orcid", author.orcid)
        .member("surname", author.name.surname)
        .end_object();
  });
}

std::string organisations_json(
    const std::vector<model::Organisation>& organisations) {
  return array(organisations,
               [](JsonWriter& json, const model::Organisation& one) {
                 json.begin_object().member("name", one.name);
                 json.member("ror", one.ror).end_object();
               });
}

std::string awards_json(const std::vector<model::WorkAward>& awards) {
  return array(awards, [](JsonWriter& json, const model::WorkAward& award) {
    json.begin_object().member("awardId", award.award_id).end_object();
  });
}

Evidence evidence_of(const model::Match& match) {
  Evidence evidence{doi_match(match),
                    content_match(match),
                    item_matches(match.authors),
                    item_matches(match.institutions),
                    item_matches(match.funders),
                    item_matches(match.awards),
                    {},
                    {},
                    {}};
  if (match.linkage) {
    evidence.probability = match.linkage->probability;
    evidence.log_odds = match.linkage->log_odds;
    evidence.weights = results::weights_json(match.linkage->weights);
  }
  return evidence;
}

}  // namespace dmp::database
