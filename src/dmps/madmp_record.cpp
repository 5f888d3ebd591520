#include "dmps/record.h"
#include "storage/manifest.h"
#include "text/doi.h"
#include "text/identifiers.h"
#include "text/unicode.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace dmp::dmps {
namespace {

using Text = std::optional<std::string>;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// An id by rule dmps.md 5: no DOI is a reject, or an id made from the text.
Text madmp_doi(const Fields& record, const Cleaner& clean) {
  const auto id = record.identifier("dmp_id");
  if (!id) return {};
  if (contains(id->type, "doi")) return clean.plan_doi(id->identifier);
  if (Text doi = clean.doi(id->identifier)) return doi;
  if (clean.rules().unnamed_plans == UnnamedPlans::reject) return {};
  constexpr std::size_t kDigits = 16;
  clean.counters().add("doi_synthesized");
  return clean.doi(clean.rules().dmp_id_prefix + "x-" +
                   storage::sha256_text(id->identifier).substr(0, kDigits));
}

// A word of the name that no person has: the contact is an office.
bool names_an_office(std::string_view name) {
  constexpr std::array kWords = {"university", "institute", "office",
                                 "department", "team",      "support"};
  const std::string lower = text::to_lower(name);
  std::size_t at = 0;
  while (at < lower.size()) {
    const auto is_letter = [&](std::size_t i) {
      return std::isalpha(static_cast<unsigned char>(lower[i])) != 0;
    };
    if (!is_letter(at)) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < lower.size() && is_letter(end)) ++end;
    const std::string_view word(lower.data() + at, end - at);
    if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) {
      return true;
    }
    at = end;
  }
  return false;
}

// "Example University (example.edu)" -> "Example University": DMPRoadmap puts
// the domain behind the names it exports.
Text without_domain(Text name) {
  if (!name || !name->ends_with(')')) return name;
  const std::size_t open = name->rfind(" (");
  if (open == std::string::npos || open == 0) return name;
  const std::string_view inside =
      std::string_view(*name).substr(open + 2, name->size() - open - 3);
  const std::size_t dot = inside.rfind('.');
  const bool domain =
      dot != std::string_view::npos && dot > 0 && inside.size() > dot + 2 &&
      std::all_of(inside.begin(), inside.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' ||
               c == '-';
      });
  if (domain) name->resize(open);
  return name;
}

void read_affiliation(const Fields& person, std::string_view key,
                      const Cleaner& clean, model::Plan& plan) {
  person.each_object(
      key,
      [&](const Fields& item) {
        const auto id = item.identifier("affiliation_id");
        Text ror = id ? Text(id->identifier) : Text{};
        if (id && contains(id->type, "fundref")) {
          model::Funding mapped;
          clean.funder_id(id->identifier, id->type, mapped);
          ror = mapped.funder_ror;
        }
        clean.organisation(without_domain(item.text("name")), ror, plan);
      },
      [&](std::string name) {
        clean.organisation(without_domain(std::move(name)), {}, plan);
      });
}

std::optional<model::Author> read_person(const Fields& person,
                                         std::string_view id_key,
                                         const Cleaner& clean) {
  const auto id = person.identifier(id_key);
  return clean.author(person.text("name"), id ? Text(id->identifier) : Text{});
}

// "http://credit.niso.org/contributor-roles/data-curation" -> "data curation"
std::string role_name(std::string_view role) {
  std::string name = text::to_lower(role);
  const std::size_t slash = name.rfind('/');
  if (slash != std::string::npos) name.erase(0, slash + 1);
  for (char& c : name) {
    if (c == '-' || c == '_') c = ' ';
  }
  return name;
}

bool has_skipped_role(const Fields& person, const Cleaner& clean) {
  const auto& skipped = clean.rules().skipped_roles;
  if (skipped.empty()) return false;
  for (const Text& role : person.texts("role")) {
    for (const std::string& unwanted : skipped) {
      if (role && role_name(*role) == role_name(unwanted)) return true;
    }
  }
  return false;
}

bool is_same_person(const model::Author& a, const model::Author& b) {
  if (a.orcid && b.orcid) return a.orcid == b.orcid;
  const text::PersonName &x = a.name, &y = b.name;
  if (x.surname && y.surname && x.given_name && y.given_name) {
    return text::key(*x.surname) == text::key(*y.surname) &&
           text::key(*x.given_name) == text::key(*y.given_name);
  }
  return x.full && y.full && text::key(*x.full) == text::key(*y.full);
}

class People {
 public:
  People(const Cleaner& clean, model::Plan& plan)
      : clean_(clean), plan_(plan) {}

  void contact(const Fields& person) {
    if (has_contact_) {
      contributor(person);
      return;
    }
    has_contact_ = true;
    affiliations(person);
    auto found = read_person(person, "contact_id", clean_);
    if (!found) return;
    if (!found->orcid && names_an_office(found->name.full.value_or(""))) {
      clean_.counters().add("contact_is_office");
      return;
    }
    contact_ = found;
    clean_.add_author(*std::move(found), plan_);
  }

  void contributor(const Fields& person) {
    affiliations(person);
    if (has_skipped_role(person, clean_)) return;
    auto found = read_person(person, "contributor_id", clean_);
    if (!found) found = read_person(person, "contact_id", clean_);
    if (!found) return;
    if (contact_ && is_same_person(*contact_, *found)) {
      // plan.authors begins with the contact.
      model::Author& first = plan_.authors.front();
      if (!first.orcid) first.orcid = found->orcid;
      if (!first.name.full) first.name = found->name;
      return;
    }
    clean_.add_author(*std::move(found), plan_);
  }

 private:
  void affiliations(const Fields& person) {
    read_affiliation(person, "affiliation", clean_, plan_);
    read_affiliation(person, "dmproadmap_affiliation", clean_, plan_);
  }

  const Cleaner& clean_;
  model::Plan& plan_;
  bool has_contact_ = false;
  std::optional<model::Author> contact_;
};

Text identifier_text(const Fields& object,
                     std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (auto id = object.identifier(key)) return std::move(id->identifier);
  }
  return {};
}

void read_funding(const Fields& entry, const Text& project_id,
                  const Cleaner& clean, model::Plan& plan) {
  model::Funding funding;
  // `funder_name` is what the standard's own examples say.
  funding.funder_name = clean.label(entry.first_text({"name", "funder_name"}));
  if (const auto id = entry.identifier("funder_id")) {
    clean.funder_id(id->identifier, id->type, funding);
  }
  funding.status = entry.text("funding_status");
  funding.award_id = clean.award(identifier_text(entry, {"grant_id"}));
  funding.funding_opportunity_id = clean.award(identifier_text(
      entry, {"dmproadmap_funding_opportunity_id", "funding_opportunity_id"}));
  Text number = identifier_text(
      entry, {"dmproadmap_project_number", "project_identifier"});
  const bool says_something = funding.funder_name || funding.funder_ror ||
                              funding.funder_fundref || funding.award_id ||
                              funding.funding_opportunity_id || number;
  if (!number && says_something) number = project_id;
  funding.funder_project_number = clean.award(number);
  clean.add_funding(std::move(funding), plan);
}

struct ProjectTexts {
  std::string titles, descriptions;
};

void append_words(std::string& text, const Text& more) {
  if (!more) return;
  if (!text.empty()) text += ' ';
  text += *more;
}

void read_project(const Fields& project, const Cleaner& clean,
                  ProjectTexts& texts, model::Plan& plan) {
  append_words(texts.titles, clean.title(project.text("title")));
  append_words(texts.descriptions,
               clean.abstract_text(project.text("description")));
  const auto start =
      clean.project_day(project.text("start"), Cleaner::Edge::start);
  const auto end = clean.project_day(project.text("end"), Cleaner::Edge::end);
  if (start && (!plan.project_start || *start < *plan.project_start)) {
    plan.project_start = start;
  }
  if (end && (!plan.project_end || *end > *plan.project_end)) {
    plan.project_end = end;
  }
  const Text id = identifier_text(project, {"project_id"});
  project.each_object("funding", [&](const Fields& entry) {
    read_funding(entry, id, clean, plan);
  });
}

Text read_registered(const Fields& record) {
  Text found = record.first_text({"registered", "dmproadmap_registered"});
  if (found) return found;
  record.each_object("extension", [&](const Fields& extension) {
    extension.each_object("dmptool", [&](const Fields& own) {
      if (!found) found = own.text("registered");
    });
  });
  return found;
}

// Relations by which an output of the project is named.
bool is_output_relation(std::string_view relation) {
  constexpr std::array kRelations = {"",
                                     "references",
                                     "documents",
                                     "is_documented_by",
                                     "is_supplemented_by",
                                     "has_part",
                                     "cites",
                                     "is_described_by"};
  return std::find(kRelations.begin(), kRelations.end(), relation) !=
         kRelations.end();
}

// "IsDocumentedBy" and "is-documented-by" -> "is_documented_by"
std::string snake_case(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isupper(byte) != 0) {
      if (!out.empty() && out.back() != '_') out += '_';
      out += static_cast<char>(std::tolower(byte));
    } else {
      out += c == '-' || c == ' ' ? '_' : c;
    }
  }
  return out;
}

void read_outputs(const Fields& record, const Cleaner& clean,
                  model::Plan& plan) {
  const auto add = [&](const Fields::Identifier& id) {
    const auto field = contains(id.type, "doi") ? text::DoiField::typed
                                                : text::DoiField::untyped;
    text::Doi doi = text::doi_text(id.identifier, field);
    if (doi.usable() && doi.doi != plan.doi) {
      plan.published_outputs.push_back(std::move(doi.doi));
    }
  };
  record.each_object("dataset", [&](const Fields& dataset) {
    if (const auto id = dataset.identifier("dataset_id")) add(*id);
  });
  if (clean.rules().related_outputs == RelatedOutputs::ignore) return;
  for (const std::string_view key :
       {"dmproadmap_related_identifiers", "related_identifier"}) {
    record.each_object(key, [&](const Fields& related) {
      const std::string relation = snake_case(
          related.first_text({"relation_type", "descriptor"}).value_or(""));
      const std::string work_type =
          snake_case(related.text("work_type").value_or(""));
      if (!is_output_relation(relation)) return;
      if (work_type == "output_management_plan") return;
      const Text identifier = related.text("identifier");
      if (!identifier) return;
      add({*identifier, text::to_lower(related.text("type").value_or(""))});
    });
  }
}

}  // namespace

PlanOutcome read_madmp(const Fields& record, const Cleaner& clean,
                       model::Plan& plan) {
  Text doi = madmp_doi(record, clean);
  if (!doi) return PlanOutcome::no_doi;
  plan.doi = *std::move(doi);
  plan.source = "madmp";
  plan.created = clean.instant(record.text("created"), "created");
  plan.modified = clean.instant(record.text("modified"), "modified");
  plan.registered = clean.instant(read_registered(record), "registered");
  plan.title = clean.title(record.text("title"));

  ProjectTexts texts;
  record.each_object("project", [&](const Fields& project) {
    read_project(project, clean, texts, plan);
  });
  if (!texts.descriptions.empty()) {
    plan.abstract_text = std::move(texts.descriptions);
  } else {
    plan.abstract_text = clean.abstract_text(record.text("description"));
  }
  // The content then begins with the projects' titles.
  if (!plan.title && !texts.titles.empty()) plan.title = texts.titles;

  People people(clean, plan);
  record.each_object("contact",
                     [&](const Fields& person) { people.contact(person); });
  record.each_object("contributor",
                     [&](const Fields& person) { people.contributor(person); });
  read_outputs(record, clean, plan);
  return PlanOutcome::kept;
}

}  // namespace dmp::dmps
