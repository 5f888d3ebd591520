#include "base/json_writer.h"
#include "synth/plans.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

// RDA DMP Common Standard, versions 1.0 to 1.2. Source: spec dmps.md 5.

namespace dmp::synth {
namespace {

using What = World::What;

class MaDmp {
 public:
  MaDmp(const World& world, const Plan& plan, std::optional<Oddity> odd,
        std::string& out)
      : world_(world),
        plan_(plan),
        odd_(odd),
        random_(child(world.key(What::plan_says, plan.number), 2)),
        json_(out) {}

  void write() {
    if (!is(Oddity::ma_bare)) json_.begin_object().key("dmp");
    json_.begin_object();
    write_id();
    json_.member("title", plan_.title).member("language", "eng");
    json_.member("created", text::format_day(plan_.created) + "T10:00:00Z")
        .member("modified",
                text::format_day(plan_.modified) + "T08:30:00+02:00");
    write_registered();
    if (is(Oddity::ma_nulls))
      json_.member("description", "").key("cost").null();
    const Random rest(random_.next());
    write_people();
    random_ = rest;
    write_projects();
    json_.member("ethical_issues_exist", "unknown");
    write_outputs();
    json_.end_object();
    if (!is(Oddity::ma_bare)) json_.end_object();
  }

 private:
  bool is(Oddity oddity) const { return odd_ == oddity; }

  void write_identifier(std::string_view name, std::string_view identifier,
                        std::string_view type) {
    json_.key(name)
        .begin_object()
        .member("identifier", identifier)
        .member("type",
                is(Oddity::ma_id_forms) ? long_type(type) : std::string(type))
        .end_object();
  }
  static std::string long_type(std::string_view type) {
    if (type == "orcid") return "HTTPS://ORCID.ORG";
    if (type == "ror") return "https://ror.org/";
    return text::to_upper(type);
  }

  void write_id() {
    const bool other = is(Oddity::ma_id_forms) && plan_.number % 2 == 0;
    write_identifier("dmp_id", "https://doi.org/" + plan_.doi,
                     other ? "url" : "doi");
  }

  void write_registered() {
    const std::string day = text::format_day(plan_.created + 1) + "T00:00:00Z";
    if (is(Oddity::ma_version_12))
      json_.key("extension")
          .begin_array()
          .begin_object()
          .key("dmptool")
          .begin_object()
          .member("registered", day)
          .end_object()
          .end_object()
          .end_array();
    else
      json_.member("dmproadmap_registered", day);
  }

  void write_affiliation(const Organisation& org) {
    json_.begin_object().member("name", org.name);
    if (is(Oddity::ma_affiliations) && !org.fundref.empty())
      write_identifier("affiliation_id", org.fundref, "fundref");
    else if (!is(Oddity::ma_affiliations))
      write_identifier("affiliation_id", "https://ror.org/" + org.ror, "ror");
    json_.end_object();
  }

  void write_person(const Author& author, std::string_view id_name) {
    const std::string given = given_names(author.name, NameForm::full, true);
    json_.member("name", random_.below(4) == 0
                             ? author.name.family + ", " + given
                             : given + " " + author.name.family);
    json_.member(
        "mbox", fmt::format("person{}@example.org", author.person & 0xffffffu));
    if (!author.orcid.empty())
      write_identifier(id_name, "https://orcid.org/" + author.orcid, "orcid");
    else if (is(Oddity::ma_nulls))
      json_.key(id_name).begin_object().member("identifier", "").end_object();
    if (author.institutions.empty()) return;
    json_.key(is(Oddity::ma_version_12) ? "affiliation"
                                        : "dmproadmap_affiliation");
    if (is(Oddity::ma_affiliations)) json_.begin_array();
    write_affiliation(world_.organisations()[author.institutions[0]]);
    if (is(Oddity::ma_affiliations)) json_.end_array();
  }

  void write_contact() {
    json_.key("contact");
    if (is(Oddity::ma_office_contact)) {
      json_.raw(
          R"({"name":"Research Data Support Team","mbox":"data@example.org"})");
      return;
    }
    if (is(Oddity::ma_contact_list)) json_.begin_array();
    json_.begin_object();
    write_person(plan_.authors[0], "contact_id");
    json_.end_object();
    if (is(Oddity::ma_contact_list)) json_.end_array();
  }

  void write_people() {
    write_contact();
    json_.key("contributor").begin_array();
    for (const Author& author : plan_.authors) {
      json_.begin_object()
          .key("role")
          .begin_array()
          .value("investigation")
          .end_array();
      write_person(author, "contributor_id");
      json_.end_object();
    }
    json_.end_array();
  }

  void write_funder(const Organisation& org) {
    json_.member("name", org.name).member("funding_status", plan_.status);
    if (!org.fundref.empty() && random_.below(2) == 0)
      write_identifier("funder_id", org.fundref, "fundref");
    else
      write_identifier("funder_id", "https://ror.org/" + org.ror, "ror");
  }

  // A stream of its own for each of the rarer things a plan says.
  Random aside(std::uint64_t what) const {
    return Random(child(world_.key(What::plan_says, plan_.number), what));
  }

  // Awards before and after this one, where the funder renewed it.
  std::vector<Funding> renewals() const {
    std::vector<Funding> more;
    Random random = aside(6);
    if (plan_.funding.empty() || plan_.funding[0].award.empty() ||
        !random.chance(world_.knobs().plan_renewals)) {
      return more;
    }
    const std::uint32_t funder = plan_.funding[0].funder;
    for (int i = 0; i < 2; ++i)
      more.push_back({funder, make_award(world_.organisations()[funder].style,
                                         random.next())});
    return more;
  }

  void write_funding() {
    json_.key("funding").begin_array();
    std::vector<Funding> all = plan_.funding;
    for (Funding& more : renewals()) all.push_back(std::move(more));
    for (const Funding& funding : all) {
      json_.begin_object();
      write_funder(world_.organisations()[funding.funder]);
      if (!funding.award.empty() && is(Oddity::ma_text_grant))
        json_.member("grant_id", funding.award);
      else if (!funding.award.empty())
        write_identifier("grant_id", funding.award, "other");
      if (!plan_.opportunity.empty())
        write_identifier(is(Oddity::ma_version_12)
                             ? "funding_opportunity_id"
                             : "dmproadmap_funding_opportunity_id",
                         plan_.opportunity, "other");
      json_.end_object();
    }
    json_.end_array();
  }

  void write_projects() {
    json_.key("project");
    if (!is(Oddity::ma_objects)) json_.begin_array();
    json_.begin_object().member("title", plan_.title);
    if (!plan_.description.empty())
      json_.member("description", plan_.description);
    json_.member("start", text::format_day(plan_.project.start))
        .member("end", text::format_day(plan_.end));
    if (is(Oddity::ma_version_12))
      write_identifier("project_id", fmt::format("P-{}", plan_.number),
                       "other");
    write_funding();
    json_.end_object();
    if (is(Oddity::ma_two_projects))
      json_.begin_object()
          .member("title", "A second project")
          .member("start", text::format_day(plan_.project.start + 100))
          .end_object();
    if (!is(Oddity::ma_objects)) json_.end_array();
  }

  void write_data_sets() {
    if (world_.knobs().plan_data_sets == 0) return;
    Random random = aside(7);
    const std::uint64_t first = world_.first_slot(plan_.number);
    for (std::uint64_t i = 0; i < world_.outputs(plan_.number); ++i) {
      const WorkType type = type_of_slot(world_, first + i);
      if (type != WorkType::dataset && type != WorkType::software) continue;
      if (!random.chance(world_.knobs().plan_data_sets)) continue;
      json_.begin_object().member("title", "Data of the project");
      write_identifier("dataset_id",
                       "https://doi.org/" + doi_of_slot(world_, first + i),
                       "doi");
      json_.end_object();
    }
  }

  // Data sets of the plan, and links that machines made.
  void write_outputs() {
    json_.key("dataset").begin_array().begin_object().member("title",
                                                             "Project data");
    write_identifier("dataset_id", fmt::format("local-{}", plan_.number),
                     "other");
    json_.member("personal_data", "no")
        .member("sensitive_data", "no")
        .end_object();
    write_data_sets();
    if (is(Oddity::ma_related)) json_.raw(R"({"title":"Data without id"})");
    json_.end_array();
    if (!is(Oddity::ma_related)) return;
    json_.key("dmproadmap_related_identifiers")
        .begin_array()
        .raw(
            R"({"identifier":"https://doi.org/10.5555/linked.1","type":"doi","descriptor":"references","work_type":"article"})")
        .raw(
            R"({"identifier":"https://doi.org/10.5555/linked.2","type":"doi","descriptor":"is_metadata_for","work_type":"output_management_plan"})")
        .end_array();
  }

  const World& world_;
  const Plan& plan_;
  std::optional<Oddity> odd_;
  Random random_;
  JsonWriter json_;
};

}  // namespace

void append_madmp(const World& world, const Plan& plan,
                  std::optional<Oddity> odd, std::string& out) {
  MaDmp(world, plan, odd, out).write();
  out += '\n';
}

}  // namespace dmp::synth
