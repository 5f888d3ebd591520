#include "synth/plans.h"

#include "base/json_writer.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>

namespace dmp::synth {
namespace {

using What = World::What;

void maybe(JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  if (text.empty())
    json.null();
  else
    json.value(text);
}

// The export has one lower-case text a name, in either order.
std::string export_name(const Name& name, Random& random) {
  const std::string given =
      given_names(name, NameForm::full, random.below(2) == 0);
  const bool flipped = !given.empty() && random.below(10) < 4;
  const std::string text =
      flipped ? name.family + ", " + given
              : given + (given.empty() ? "" : " ") + name.family;
  return text::to_lower(text);
}

std::string plan_id(const Plan& plan, bool odd, Random& random) {
  const std::string upper = "10.48321/" + text::to_upper(plan.doi.substr(9));
  if (!odd) return "doi.org/" + upper;
  switch (random.below(4)) {
    case 0:
      return "https://doi.org/" + upper;
    case 1:
      return "http://dx.doi.org/" + plan.doi + ".";
    case 2:
      return "doi:" + upper;
    default:
      return plan.doi;
  }
}

std::vector<std::uint32_t> institutions_of(const Plan& plan) {
  std::vector<std::uint32_t> all;
  for (const Author& author : plan.authors)
    for (const std::uint32_t org : author.institutions)
      if (std::find(all.begin(), all.end(), org) == all.end())
        all.push_back(org);
  return all;
}

void write_export_funding(JsonWriter& json, const World& world,
                          const Plan& plan, Random& random) {
  // The export holds at most one entry in practice.
  json.key("funding").begin_array();
  if (!plan.funding.empty()) {
    const Funding& funding = plan.funding[0];
    const Organisation& org = world.organisations()[funding.funder];
    json.begin_object().member("status", plan.status);
    maybe(json, "grant_id", funding.award);
    maybe(json, "funding_opportunity_id", plan.opportunity);
    json.key("funder")
        .begin_object()
        .member("name", text::to_lower(org.name))
        .key("id");
    switch (random.below(6)) {
      case 0:
        json.null();
        break;
      case 1:
        json.value(org.fundref.empty()
                       ? org.ror
                       : "https://doi.org/10.13039/" + org.fundref);
        break;
      default:
        json.value("https://ror.org/" + org.ror);
    }
    json.end_object().end_object();
  }
  json.end_array();
}

void write_identifier(JsonWriter& json, std::string_view name,
                      std::string_view identifier, std::string_view type) {
  json.key(name)
      .begin_object()
      .member("identifier", identifier)
      .member("type", type)
      .end_object();
}

void write_person(JsonWriter& json, const World& world, const Author& author,
                  std::string_view id_name, Random& random) {
  const std::string given = given_names(author.name, NameForm::full, true);
  json.member("name", random.below(4) == 0 ? author.name.family + ", " + given
                                           : given + " " + author.name.family);
  json.member("mbox",
              fmt::format("person{}@example.org", author.person & 0xffffffu));
  if (!author.orcid.empty())
    write_identifier(json, id_name, "https://orcid.org/" + author.orcid,
                     "orcid");
  if (author.institutions.empty()) return;
  const Organisation& org = world.organisations()[author.institutions[0]];
  json.key("dmproadmap_affiliation").begin_object().member("name", org.name);
  write_identifier(json, "affiliation_id", "https://ror.org/" + org.ror, "ror");
  json.end_object();
}

void write_madmp_funding(JsonWriter& json, const World& world, const Plan& plan,
                         Random& random) {
  json.key("funding").begin_array();
  for (const Funding& funding : plan.funding) {
    const Organisation& org = world.organisations()[funding.funder];
    json.begin_object()
        .member("name", org.name)
        .member("funding_status", plan.status);
    if (!org.fundref.empty() && random.below(2) == 0)
      write_identifier(json, "funder_id", org.fundref, "fundref");
    else
      write_identifier(json, "funder_id", "https://ror.org/" + org.ror, "ror");
    if (!funding.award.empty())
      write_identifier(json, "grant_id", funding.award, "other");
    if (!plan.opportunity.empty())
      write_identifier(json, "dmproadmap_funding_opportunity_id",
                       plan.opportunity, "other");
    json.end_object();
  }
  json.end_array();
}

void write_project(JsonWriter& json, const World& world, const Plan& plan,
                   bool object, Random& random) {
  json.key("project");
  if (!object) json.begin_array();
  json.begin_object().member("title", plan.title);
  if (!plan.description.empty()) json.member("description", plan.description);
  json.member("start", text::format_day(plan.project.start))
      .member("end", text::format_day(plan.end));
  write_madmp_funding(json, world, plan, random);
  json.end_object();
  if (!object) json.end_array();
}

void write_export_authors(JsonWriter& json, const Plan& plan, Random& random) {
  json.key("authors").begin_array();
  for (const Author& author : plan.authors) {
    json.begin_object()
        .member("name", export_name(author.name, random))
        .key("orcid");
    if (author.orcid.empty())
      json.null();
    else
      json.value("https://orcid.org/" + author.orcid);
    json.end_object();
  }
  json.end_array();
}

bool award_agrees(const Plan& plan, const Work& work) {
  for (const Funding& plans : plan.funding)
    for (const Funding& works : work.funding)
      // A mangled number still holds the plan's.
      if (plans.award.size() > 3 &&
          works.award.find(plans.award.substr(3)) != std::string::npos)
        return true;
  return false;
}

bool funder_agrees(const Plan& plan, const Work& work) {
  for (const Funding& plans : plan.funding)
    for (const Funding& works : work.funding)
      if (plans.funder == works.funder) return true;
  return false;
}

}  // namespace

void append_export_line(const World& world, const Plan& plan, bool odd,
                        std::string& out) {
  Random random(child(world.key(What::plan_says, plan.number), 1));
  JsonWriter json(out);
  json.begin_object();
  if (odd)
    json.member("PK", "DMP#" + plan.doi)
        .member("visibility", "public")
        .member("featured", 0);
  json.member("dmp_id", plan_id(plan, odd, random));
  json.member("created", text::format_day(plan.created))
      .member("registered", text::format_day(plan.created + 1));
  json.member("modified", text::format_day(plan.modified));
  json.member("title",
              odd ? "<i>" + plan.title + "</i> &amp; data" : plan.title);
  maybe(json, "description",
        odd && !plan.description.empty()
            ? "<p>" + plan.description + "</p> p < 0.05"
            : plan.description);
  json.member("project_start", text::format_day(plan.project.start))
      .member("project_end", text::format_day(plan.end));
  json.key("institutions").begin_array();
  for (const std::uint32_t org : institutions_of(plan))
    json.begin_object()
        .member("name", text::to_lower(world.organisations()[org].name))
        .member("ror", "https://ror.org/" + world.organisations()[org].ror)
        .end_object();
  json.end_array();
  write_export_authors(json, plan, random);
  write_export_funding(json, world, plan, random);
  json.end_object();
  out += '\n';
}

void append_madmp(const World& world, const Plan& plan, bool odd,
                  std::string& out) {
  Random random(child(world.key(What::plan_says, plan.number), 2));
  JsonWriter json(out);
  json.begin_object().key("dmp").begin_object();
  write_identifier(json, "dmp_id", "https://doi.org/" + plan.doi, "doi");
  json.member("title", plan.title).member("language", "eng");
  json.member("created", text::format_day(plan.created) + "T10:00:00Z")
      .member("modified", text::format_day(plan.modified) + "T08:30:00+02:00");
  json.member("dmproadmap_registered",
              text::format_day(plan.created + 1) + "T00:00:00Z");
  json.key("contact").begin_object();
  write_person(json, world, plan.authors[0], "contact_id", random);
  json.end_object().key("contributor").begin_array();
  for (const Author& author : plan.authors) {
    json.begin_object()
        .key("role")
        .begin_array()
        .value("investigation")
        .end_array();
    write_person(json, world, author, "contributor_id", random);
    json.end_object();
  }
  json.end_array();
  write_project(json, world, plan, odd, random);
  json.member("ethical_issues_exist", "unknown");
  json.key("dataset").begin_array().begin_object().member("title",
                                                          "Project data");
  write_identifier(json, "dataset_id", fmt::format("local-{}", plan.number),
                   "other");
  json.member("personal_data", "no")
      .member("sensitive_data", "no")
      .end_object()
      .end_array();
  json.end_object().end_object();
  out += '\n';
}

std::string evidence(const Plan& plan, const Work& work) {
  std::string out;
  const auto add = [&](std::string_view signal) {
    (out += out.empty() ? "" : ";") += signal;
  };
  bool person = false, orcid = false, institution = false;
  const std::vector<std::uint32_t> places = institutions_of(plan);
  for (const Author& author : work.authors) {
    for (const Author& listed : plan.authors) {
      person |= author.person == listed.person;
      orcid |= author.person == listed.person && !author.orcid.empty() &&
               author.orcid == listed.orcid;
    }
    for (const std::uint32_t org : author.institutions)
      institution |=
          std::find(places.begin(), places.end(), org) != places.end();
  }
  if (work.role != Role::output) add(role_name(work.role));
  if (person) add("author");
  if (orcid) add("orcid");
  if (institution) add("institution");
  if (award_agrees(plan, work)) add("award");
  if (funder_agrees(plan, work)) add("funder");
  const text::Day late = plan.end + 3 * 365;
  if (work.date >= plan.project.start && work.date <= late) add("date");
  if (work.role == Role::output || work.role == Role::same_topic) add("topic");
  if (!work.relations.empty()) add("relation");
  return out;
}

}  // namespace dmp::synth
