#include "synth/works.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace dmp::synth {
namespace {

using What = World::What;

constexpr std::uint64_t kBackgroundOutputs = 6;  // of one project

// Where a slot stands among the outputs of its project.
struct Place {
  std::uint64_t first = 0;  // slot of the project's first output
  std::uint64_t k = 0;
};

Place place_of(const World& world, std::uint64_t slot) {
  if (slot < world.background_begin()) {
    const std::uint64_t first = world.first_slot(world.plan_of_slot(slot));
    return {first, slot - first};
  }
  const std::uint64_t k =
      (slot - world.background_begin()) % kBackgroundOutputs;
  return {slot - k, k};
}

// The paper of the same project that a preprint, data set or program belongs
// to, if there is one.
std::optional<std::uint64_t> paper_of(const World& world, std::uint64_t slot,
                                      WorkType type) {
  const bool belongs = type == WorkType::preprint ||
                       type == WorkType::dataset || type == WorkType::software;
  if (!belongs ||
      !(world.random(What::type, slot ^ 0x8000000000000000u).below(100) < 65))
    return {};
  const Role role = role_of_slot(world, slot);
  if (role != Role::output && role != Role::background) return {};
  const Place place = place_of(world, slot);
  for (std::uint64_t k = 0; k < place.k; ++k)
    if (type_of_slot(world, place.first + k) == WorkType::paper)
      return place.first + k;
  return {};
}

// `cast_group`: the key of whoever a work made of a paper is by.
Project project_of(const World& world, std::uint64_t slot, Role role,
                   std::uint32_t plan, const Project& plan_project,
                   std::optional<std::uint64_t> cast_group) {
  switch (role) {
    case Role::output:
      return plan_project;
    case Role::same_team: {
      const std::uint64_t which = (slot - world.first_slot(plan)) / 3;
      return world.sibling_project(plan_project,
                                   child(plan_project.key, 100 + which));
    }
    case Role::background: {
      if (cast_group) {
        Random random(*cast_group);
        const std::uint64_t group = world.background_group(random);
        return world.project(group, random.next());
      }
      const std::uint64_t number =
          (slot - world.background_begin()) / kBackgroundOutputs;
      return world.project(world.plans() + number / 2,
                           world.key(What::project, world.plans() + number));
    }
    default:
      break;
  }
  Random random = world.random(What::project, slot ^ 0x4000000000000000u);
  const std::uint64_t group = world.background_group(random);
  Project other = world.project(group, random.next());
  if (role == Role::same_topic) {
    const std::uint64_t own = other.topic.project;
    other.topic = plan_project.topic;
    other.topic.project = own;
  }
  if (role == Role::same_funder && !plan_project.funding.empty()) {
    const std::uint32_t funder = plan_project.funding[0].funder;
    other.funding = {{funder, make_award(world.organisations()[funder].style,
                                         random.next())}};
  }
  if (role == Role::shared_award && !plan_project.funding.empty()) {
    const Funding& plans = plan_project.funding[0];
    other.funding = {{world.organisations().other_funder(plans.funder, random),
                      plans.award}};
  }
  // Near misses lie in the plan's time more often than not.
  if (random.below(10) < 7) {
    other.start = plan_project.start;
    other.end = plan_project.end;
  }
  return other;
}

bool is_listed(const Plan& plan, std::uint64_t person) {
  return std::any_of(
      plan.authors.begin(), plan.authors.end(),
      [&](const Author& author) { return author.person == person; });
}

void add_author(std::vector<Author>& authors, Author author) {
  for (const Author& other : authors)
    if (other.person == author.person) return;
  authors.push_back(std::move(author));
}

void shuffle(std::vector<Author>& authors, Random& random) {
  for (std::size_t i = authors.size(); i > 1; --i)
    std::swap(authors[i - 1],
              authors[random.below(static_cast<std::uint32_t>(i))]);
}

void choose_team(const Project& project, Work& work, Random& random) {
  for (std::size_t i = 0; i < project.team.size(); ++i)
    if (random.chance(i == 0 ? .95 : .85))
      add_author(work.authors, project.team[i]);
  if (work.authors.empty()) add_author(work.authors, project.team[0]);
}

void choose_authors(const World& world, const Project& project, Work& work,
                    Random random) {
  work.authors.clear();
  choose_team(project, work, random);
  for (std::uint32_t others = random.skewed(6); others > 0; --others)
    add_author(work.authors, world.anybody(random));
  if (random.below(2000) == 0)
    for (std::uint32_t many = 50 + random.below(250); many > 0; --many)
      add_author(work.authors, world.anybody(random));
  shuffle(work.authors, random);
}

// The paper that plays the work, its people planted where it must be by the
// project's.
void cast_work(const World& world, const Part& part, const Project& project,
               const PaperText& text, Work& work, Random random) {
  PaperText names;
  if (part.names != part.paper) world.cast()->papers().load(part.names, names);
  const auto& authors = part.names != part.paper ? names.authors : text.authors;
  work.authors.clear();
  const bool planted = part.adopted && (work.role == Role::output ||
                                        work.role == Role::same_team);
  if (planted) choose_team(project, work, random);
  const std::size_t most = std::max(authors.size(), work.authors.size());
  for (const std::string& name : authors)
    if (work.authors.size() < most)
      add_author(work.authors, world.author_of_name(name));
  if (planted) shuffle(work.authors, random);
}

void cast_texts(const World& world, const Part& part, PaperText& text,
                Work& work, Random random) {
  work.title = std::move(text.title);
  if (part.again > 0)
    work.title = fmt::format("{}: part {}", work.title, part.again + 1);
  work.abstract.clear();
  if (!random.chance(world.knobs().no_abstract))
    work.abstract = std::move(text.abstract);
}

// An output by others of the project than the plan names.
void hide_team(const World& world, const Plan& plan, Work& work,
               Random random) {
  std::erase_if(work.authors, [&](const Author& author) {
    return is_listed(plan, author.person);
  });
  while (work.authors.size() < 2) {
    Author other = world.anybody(random);
    if (!is_listed(plan, other.person))
      add_author(work.authors, std::move(other));
  }
}

void choose_date(const World& world, const Project& project, Work& work,
                 Random random) {
  const Knobs& knobs = world.knobs();
  text::Day first = project.start + 60, last = project.end + 365;
  const bool late = random.chance(knobs.late_outputs),
             early = random.chance(knobs.early_outputs),
             coarse = random.chance(knobs.coarse_date),
             month = random.below(3) == 0;
  if (late) {
    first = project.end + 366;
    last = project.end + 3 * 365;
  } else if (early) {
    first = project.start - 365;
    last = project.start - 1;
  }
  last = std::min(last, world.today() - 5);
  work.date = first < last ? random.between(first, last)
                           : std::min(first, world.today() - 5);
  work.date_form = DateForm::day;
  if (coarse) work.date_form = month ? DateForm::month : DateForm::year;
}

void choose_texts(const World& world, Topic topic, Work& work, Random random) {
  const Knobs& knobs = world.knobs();
  work.title.clear();
  work.abstract.clear();
  if (work.role == Role::output && random.chance(knobs.topic_drift))
    topic.with_group = 1024;
  world.vocabulary().title(topic, random, work.title);
  if (!random.chance(knobs.no_abstract))
    world.vocabulary().abstract(
        topic, std::max(20, static_cast<int>(knobs.abstract_words)), random,
        work.abstract);
}

// Data sets and programs are named after their paper or by themselves.
void name_after_paper(const World& world, Work& work,
                      std::optional<std::uint64_t> paper) {
  Random random(child(work.key, 5));
  if (work.type == WorkType::dataset) {
    if (paper && random.below(10) < 6)
      work.title =
          (random.below(2) == 0 ? "Data from: " : "Supplementary data for ") +
          work.title;
    else
      work.title += random.below(2) == 0 ? " data set" : ": measurements";
  } else if (work.type == WorkType::software) {
    std::string name(world.vocabulary().word(random.next()));
    capitalise(name);
    work.title = fmt::format("{}: {}", name, work.title);
  }
  if (work.type == WorkType::dataset || work.type == WorkType::software) {
    const std::size_t stop = work.abstract.find(". ", 200);
    if (stop != std::string::npos) work.abstract.resize(stop + 1);
  }
}

void choose_funding(const World& world, const Project& project, Work& work,
                    Random random) {
  const Knobs& knobs = world.knobs();
  work.funding.clear();
  const bool always =
      work.role == Role::same_funder || work.role == Role::shared_award;
  if (!always && random.chance(knobs.no_funding)) return;
  work.funding = project.funding;
  if (work.funding.size() > 1 && random.below(3) == 0) work.funding.pop_back();
  const bool only = random.chance(knobs.funder_only) && !always;
  work.mangled_award = random.chance(knobs.award_mangled);
  for (Funding& funding : work.funding) {
    Random own(random.next());
    const bool relative = own.chance(knobs.funder_family);
    if (only) funding.award.clear();
    if (work.mangled_award && !funding.award.empty())
      funding.award = mangle_award(world.organisations()[funding.funder].style,
                                   funding.award, own);
    if (!always && relative)
      funding.funder = world.organisations().relative(funding.funder, own);
  }
}

void record_authors(const World& world, Work& work, Random random) {
  const Knobs& knobs = world.knobs();
  work.name_form =
      random.chance(knobs.initials) ? NameForm::initials : NameForm::full;
  work.ascii_names = random.chance(knobs.ascii_names);
  work.short_middle = random.below(2) == 0;
  const bool placeless = random.chance(knobs.no_affiliation);
  for (Author& author : work.authors) {
    Random own(random.next());
    if (!own.chance(knobs.orcid)) author.orcid.clear();
    if (placeless)
      author.institutions.clear();
    else if (own.chance(knobs.moved))
      author.institutions[0] = world.organisations().pick_institution(own);
  }
}

// Where the work is recorded. A true link is always where the works index
// looks: OpenAlex (not the expansion pack) or DataCite.
void choose_sources(const World& world, Work& work, Random random) {
  const bool linked = work.role == Role::output;
  work.in_openalex = work.in_crossref = work.in_datacite = work.xpac = false;
  switch (work.type) {
    case WorkType::paper:
    case WorkType::chapter:
      work.in_openalex = linked || random.below(100) < 97;
      work.in_crossref = !work.in_openalex || random.below(100) < 93;
      return;
    case WorkType::preprint:
    case WorkType::report:
    case WorkType::thesis:
      work.in_datacite = random.below(2) == 0;
      work.in_crossref = !work.in_datacite;
      work.in_openalex = random.below(100) < 88 || (linked && work.in_crossref);
      return;
    case WorkType::dataset:
    case WorkType::software:
      work.in_datacite = true;
      work.in_openalex = random.below(100) < 45;
      work.xpac = work.in_openalex && random.chance(world.knobs().xpac);
      return;
  }
}

// Texts, authors, date and funding, of invented matter / of a paper. `content`
// is the slot the work shares its text with, often its own.
void make_invented(const World& world, const Project& plan_project,
                   std::uint64_t content, bool twin, Texts texts, Work& work) {
  const Project project = project_of(world, work.slot, work.role, work.plan,
                                     plan_project, std::nullopt);
  choose_authors(world, project, work,
                 world.random(What::authors, twin ? content : work.slot));
  choose_date(world, project, work, world.random(What::date, content));
  if (texts == Texts::with)
    choose_texts(world, project.topic, work, world.random(What::text, content));
  choose_funding(world, project, work, Random(child(work.key, 1)));
}

void make_from_paper(const World& world, const Project& plan_project,
                     std::uint64_t content, bool twin, Texts texts,
                     Work& work) {
  const PaperStore& papers = world.cast()->papers();
  const Part part = world.cast()->part(content);
  const text::Day day = papers.day(part.paper);
  // Who writes in the same years has the same funding.
  const std::uint64_t lead = child(papers.authors(part.names)[0],
                                   static_cast<std::uint64_t>(day / 1000));
  const Project project =
      project_of(world, work.slot, work.role, work.plan, plan_project, lead);
  PaperText text;
  papers.load(part.paper, text);
  cast_work(world, part, project, text, work,
            world.random(What::authors, twin ? content : work.slot));
  choose_date(world, project, work, world.random(What::date, content));
  if (!part.adopted) work.date = std::min(day, world.today() - 5);
  if (texts == Texts::with)
    cast_texts(world, part, text, work, world.random(What::text, content));
  choose_funding(world, project, work, Random(child(work.key, 1)));
}

RelationKind relation_kind(WorkType type) {
  if (type == WorkType::preprint) return RelationKind::preprint_of;
  return type == WorkType::dataset ? RelationKind::data_for
                                   : RelationKind::software_for;
}

}  // namespace

std::string_view role_name(Role role) {
  constexpr std::array<std::string_view, 7> kNames{
      "output",       "same-team",  "same-name", "same-funder",
      "shared-award", "same-topic", "background"};
  return kNames[static_cast<std::size_t>(role)];
}

Role role_of_slot(const World& world, std::uint64_t slot) {
  if (slot >= world.background_begin()) return Role::background;
  const std::uint32_t plan = world.plan_of_slot(slot);
  const std::uint64_t place = slot - world.first_slot(plan);
  if (place < world.outputs(plan)) return Role::output;
  if (place < world.outputs(plan) + world.team_works(plan))
    return Role::same_team;
  const Knobs& knobs = world.knobs();
  const std::array<double, 4> weights{knobs.miss_name, knobs.miss_funder,
                                      knobs.miss_award, knobs.miss_topic};
  double total = 0;
  for (const double weight : weights) total += weight;
  double left = world.random(What::kind, slot).unit() * total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (left < weights[i]) return static_cast<Role>(i + 2);
    left -= weights[i];
  }
  return Role::same_name;
}

WorkType type_of_slot(const World& world, std::uint64_t slot) {
  constexpr std::array<std::pair<std::uint32_t, WorkType>, 7> kParts{
      {{60, WorkType::paper},
       {72, WorkType::preprint},
       {87, WorkType::dataset},
       {91, WorkType::software},
       {95, WorkType::chapter},
       {98, WorkType::report},
       {100, WorkType::thesis}}};
  const std::uint32_t part = world.random(What::type, slot).below(100);
  for (const auto& [below, type] : kParts)
    if (part < below) return type;
  return WorkType::paper;
}

// 10.5555 and 10.5072 are the test prefixes of Crossref and DataCite. The
// number says nothing of the slot.
std::string doi_of_slot(const World& world, std::uint64_t slot) {
  const std::uint64_t n =
      Permutation(world.key(What::doi, 0), world.works())(slot);
  switch (type_of_slot(world, slot)) {
    case WorkType::paper:
      switch (n % 8) {
        case 0:
          return fmt::format("10.5555/s{:05}-{:03}-{}", 40000 + n % 3000,
                             n % 1000, n);
        case 1:
          return fmt::format("10.5555/j.{}.2{:06}",
                             world.vocabulary().word(n % 97), n);
        case 2:
          return fmt::format("10.5555/1520-{:04}({})033<{}:x>2.0.co;2",
                             n % 9000, n, n % 700);
        default:
          return fmt::format("10.5555/{}.{}", world.vocabulary().word(n % 211),
                             n);
      }
    case WorkType::preprint:
      return fmt::format("10.5555/preprint.{}", n);
    case WorkType::dataset:
      return n % 3 == 0 ? fmt::format("10.5072/dryad.{:x}", n)
                        : fmt::format("10.5072/zenodo.{}", n);
    case WorkType::software:
      return fmt::format("10.5072/zenodo.{}", n);
    case WorkType::chapter:
      return fmt::format("10.5555/978-3-{:07}_{}", n, n % 30);
    case WorkType::report:
      return fmt::format("10.5072/report/{}", n);
    case WorkType::thesis:
      return fmt::format("10.5072/thesis:{}", n);
  }
  return {};
}

bool is_paid_by_award(const World& world, std::uint64_t slot,
                      const Project& plan_project) {
  const Role role = role_of_slot(world, slot);
  if (role != Role::output && role != Role::same_team) return false;
  const Project project = project_of(
      world, slot, role, world.plan_of_slot(slot), plan_project, std::nullopt);
  const Funding& award = plan_project.funding[0];
  return std::any_of(project.funding.begin(), project.funding.end(),
                     [&](const Funding& funding) {
                       return funding.funder == award.funder &&
                              funding.award == award.award;
                     });
}

void make_work(const World& world, std::uint64_t slot, Texts texts,
               Work& work) {
  work.slot = slot;
  work.key = world.key(What::work, slot);
  work.role = role_of_slot(world, slot);
  work.type = type_of_slot(world, slot);
  work.doi = doi_of_slot(world, slot);
  work.relations.clear();
  work.plan = work.role == Role::background ? 0 : world.plan_of_slot(slot);
  Project plan_project;
  if (work.role != Role::background)
    plan_project = world.plan_project(work.plan);

  // A preprint has the text and authors of its paper, a data set its title.
  const auto paper = paper_of(world, slot, work.type);
  const bool twin = paper && work.type == WorkType::preprint;
  const std::uint64_t content = paper ? *paper : slot;
  if (world.cast())
    make_from_paper(world, plan_project, content, twin, texts, work);
  else
    make_invented(world, plan_project, content, twin, texts, work);
  if (twin) work.date -= 30 + static_cast<text::Day>(work.key % 300);
  if (paper)
    work.relations.push_back(
        {relation_kind(work.type), doi_of_slot(world, *paper)});
  if (texts == Texts::with) name_after_paper(world, work, paper);

  Random random(work.key);
  if (work.role == Role::output && random.chance(world.knobs().hidden_team))
    hide_team(world, world.plan(work.plan), work, Random(random.next()));
  if (work.role == Role::same_name) {
    const Plan plan = world.plan(work.plan);
    const Author& model = random.pick(std::span<const Author>(plan.authors));
    work.authors[random.below(static_cast<std::uint32_t>(
        work.authors.size()))] = world.namesake(model, slot);
  }
  record_authors(world, work, Random(child(work.key, 2)));
  choose_sources(world, work, Random(child(work.key, 3)));
}

}  // namespace dmp::synth
