#include "base/json_writer.h"
#include "synth/plans.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <array>

// Lines of a DMP Tool export. Source: spec dmps.md 3.

namespace dmp::synth {
namespace {

using namespace std::string_view_literals;
using What = World::What;

void maybe(JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  if (text.empty())
    json.null();
  else
    json.value(text);
}

class ExportLine {
 public:
  ExportLine(const World& world, const Plan& plan, std::optional<Oddity> odd,
             std::string& out)
      : world_(world),
        plan_(plan),
        odd_(odd),
        random_(child(world.key(What::plan_says, plan.number), 1)),
        aside_(child(world.key(What::plan_says, plan.number), 5)),
        json_(out) {}

  // `older`: how the plan was a year ago, under another title.
  void write(bool older = false) {
    json_.begin_object();
    if (is(Oddity::ex_unused_keys))
      json_.member("PK", "DMP#" + plan_.doi)
          .member("SK", "VERSION#latest")
          .member("visibility", "public")
          .member("featured", 0)
          .member("narrative_url", "https://example.org/plan.pdf");
    json_.member("dmp_id", id());
    json_.member("created", text::format_day(plan_.created));
    if (!is(Oddity::ex_nulls))
      json_.member("registered", text::format_day(plan_.created + 1));
    json_.member("modified", text::format_day(older ? plan_.modified - 365
                                                    : plan_.modified));
    json_.member("title", older ? "An older title" : title());
    write_description();
    write_dates();
    if (is(Oddity::ex_old_form))
      write_flat_lists();
    else
      write_institutions(), write_authors();
    write_funding();
    json_.end_object();
  }

 private:
  bool is(Oddity oddity) const { return odd_ == oddity; }

  std::string id() {
    const std::string upper = "10.48321/" + text::to_upper(plan_.doi.substr(9));
    if (!is(Oddity::ex_doi_forms)) return "doi.org/" + upper;
    switch (aside_.below(4)) {
      case 0:
        return "https://doi.org/" + upper;
      case 1:
        return "http://dx.doi.org/" + plan_.doi + ".";
      case 2:
        return "doi:" + upper;
      default:
        return plan_.doi;
    }
  }

  std::string title() const {
    return is(Oddity::ex_markup) ? "<i>" + plan_.title + "</i> &amp; data"
                                 : plan_.title;
  }

  void write_description() {
    if (is(Oddity::ex_types))
      json_.key("description").begin_array().value("a list").end_array();
    else if (is(Oddity::ex_markup) && !plan_.description.empty())
      json_.member("description", "<p>" + plan_.description + "</p> p < 0.05");
    else
      maybe(json_, "description", plan_.description);
  }

  void write_dates() {
    const text::Day start = plan_.project.start;
    std::string first = text::format_day(start),
                last = text::format_day(plan_.end);
    if (is(Oddity::ex_old_start)) first = "1900-01-01";
    if (is(Oddity::ex_end_first)) last = text::format_day(start - 400);
    if (is(Oddity::ex_far_end)) last = text::format_day(start + 40 * 365);
    if (is(Oddity::ex_odd_dates)) {
      first.resize(7);
      last = aside_.pick(std::array{"P3Y"sv, "2018/2019"sv, "2019-02-30"sv});
    }
    if (is(Oddity::ex_types))
      json_.member("project_start", 20'190'101);
    else
      json_.member("project_start", first);
    json_.member("project_end", last);
  }

  // One lower-case text a name, in either order.
  std::string name_of(const Name& name) {
    const std::string given =
        given_names(name, NameForm::full, random_.below(2) == 0);
    const bool flipped = !given.empty() && random_.below(10) < 4;
    const std::string text =
        flipped ? name.family + ", " + given
                : given + (given.empty() ? "" : " ") + name.family;
    if (is(Oddity::ex_people_forms)) return "Prof. " + text + ", PhD";
    return text::to_lower(text);
  }

  void write_institutions() {
    if (is(Oddity::ex_nulls)) {
      json_.key("institutions").null();
      return;
    }
    json_.key("institutions").begin_array();
    for (const std::uint32_t org : institutions_of(plan_))
      json_.begin_object()
          .member("name", text::to_lower(world_.organisations()[org].name))
          .member("ror", "https://ror.org/" + world_.organisations()[org].ror)
          .end_object();
    json_.end_array();
  }

  void write_orcid(const Author& author) {
    if (author.orcid.empty())
      json_.null();
    else
      json_.value("https://orcid.org/" + author.orcid);
  }

  void write_authors() {
    json_.key("authors").begin_array();
    for (const Author& author : plan_.authors) {
      json_.begin_object().member("name", name_of(author.name)).key("orcid");
      write_orcid(author);
      json_.end_object();
    }
    if (is(Oddity::ex_people_forms))
      json_.raw(R"({"name":"someone@example.org","orcid":null})")
          .raw(R"({"name":"https://example.org/me","orcid":""})")
          .raw(R"({"name":"plato"})")
          .raw(R"({"name":null,"orcid":null})");
    json_.end_array();
  }

  // Before September 2025: flat lists, that of the ids may be shorter.
  void write_flat_lists() {
    json_.key("people").begin_array();
    for (const Author& author : plan_.authors)
      json_.value(name_of(author.name));
    json_.end_array().key("people_ids").begin_array();
    for (const Author& author : plan_.authors) write_orcid(author);
    json_.end_array().key("affiliations").begin_array();
    const auto places = institutions_of(plan_);
    for (const std::uint32_t org : places)
      json_.value(text::to_lower(world_.organisations()[org].name));
    json_.end_array().key("affiliation_ids").begin_array();
    if (!places.empty())
      json_.value("https://ror.org/" + world_.organisations()[places[0]].ror);
    json_.end_array().key("repos").begin_array().end_array();
  }

  void write_funder(const Organisation& org) {
    json_.key("funder")
        .begin_object()
        .member("name", text::to_lower(org.name))
        .key("id");
    switch (random_.below(6)) {
      case 0:
        json_.null();
        break;
      case 1:
        json_.value(org.fundref.empty()
                        ? org.ror
                        : "https://doi.org/10.13039/" + org.fundref);
        break;
      default:
        json_.value("https://ror.org/" + org.ror);
    }
    json_.end_object();
  }

  // The export holds at most one entry in practice.
  void write_funding() {
    if (is(Oddity::ex_nulls) && plan_.number % 2 == 0) return;
    json_.key("funding").begin_array();
    if (is(Oddity::ex_funding_forms))
      json_.raw(R"({"status":"planned"})")
          .raw(R"({"status":"planned","grant_id":" Not applicable "})");
    if (!plan_.funding.empty()) {
      const Funding& funding = plan_.funding[0];
      json_.begin_object().member("status", plan_.status);
      maybe(json_, "grant_id", funding.award);
      maybe(json_, "funding_opportunity_id", plan_.opportunity);
      write_funder(world_.organisations()[funding.funder]);
      json_.end_object();
    }
    json_.end_array();
  }

  const World& world_;
  const Plan& plan_;
  std::optional<Oddity> odd_;
  Random random_, aside_;
  JsonWriter json_;
};

}  // namespace

void append_export_line(const World& world, const Plan& plan,
                        std::optional<Oddity> odd, std::string& out) {
  if (odd == Oddity::ex_duplicate) {
    ExportLine(world, plan, odd, out).write(true);
    out += '\n';
  }
  ExportLine(world, plan, odd, out).write();
  out += '\n';
}

void append_export_stray(Oddity odd, std::string& out) {
  out += odd == Oddity::ex_stray_no_doi
             ? R"({"dmp_id":null,"title":"A plan without id","authors":[]})"
             : R"({"name":"Example University","kind":"no plan"})";
  out += '\n';
}

}  // namespace dmp::synth
