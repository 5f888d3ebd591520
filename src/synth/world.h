#pragma once

#include "synth/cast.h"
#include "synth/knobs.h"
#include "synth/organisations.h"
#include "synth/people.h"
#include "synth/random.h"
#include "synth/vocabulary.h"
#include "text/dates.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::synth {

struct Author {
  std::uint64_t person = 0;  // equal for one person everywhere
  Name name;
  std::string orcid;                        // empty: has none
  std::vector<std::uint32_t> institutions;  // numbers of Organisations
};

struct Funding {
  std::uint32_t funder = 0;
  std::string award;  // empty: not said
};

// A research group: people, a topic, institutions and funders it returns to.
struct Group {
  std::uint64_t number = 0, key = 0, field = 0;
  std::uint32_t home = 0;
  std::uint32_t funders[2] = {0, 0};
};

struct Project {
  std::uint64_t key = 0, group = 0;
  Topic topic;
  std::vector<Author> team;  // the leader first
  std::vector<Funding> funding;
  text::Day start = 0, end = 0;
};

// A data management plan as it is exported: what it says of its project.
struct Plan {
  std::uint32_t number = 0;
  std::string doi;  // normalised
  Project project;  // as it is, not as the plan says
  std::string title, description;
  std::vector<Author> authors;   // ORCID empty where the plan does not say it
  std::vector<Funding> funding;  // award may be a filler such as N/A
  std::string_view status;
  std::string opportunity;  // funding opportunity; may be empty
  text::Day created = 0, modified = 0, end = 0;
};

struct Window {
  text::Day start = 0, end = 0;
};

// Everything that follows from seed and numbers: nothing is held but the
// organisations, the words, and a few numbers a plan. Read-only after
// construction: any thread may use it.
class World {
 public:
  struct Size {
    std::uint64_t works = 0;
    std::uint32_t plans = 0;
    double links = 0, misses = 0;  // means a plan
  };
  World(std::uint64_t seed, Size size, Knobs knobs, text::Day today);

  // From here on plans and works are made of these papers. `papers` must live
  // as long as the world.
  void use_papers(const PaperStore& papers) { cast_.emplace(*this, papers); }
  const Cast* cast() const { return cast_ ? &*cast_ : nullptr; }

  const Knobs& knobs() const { return knobs_; }
  const Organisations& organisations() const { return organisations_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  text::Day today() const { return today_; }
  std::uint64_t works() const { return size_.works; }
  std::uint32_t plans() const { return size_.plans; }

  // A stream of its own for (what, number): see Random.
  enum class What : std::uint8_t {
    person,
    member,
    group,
    project,
    plan,
    plan_says,
    work,
    text,
    authors,
    date,
    funding,
    type,
    kind,
    doi,
    openalex,
    crossref,
    datacite,
    corpus,
    broken,
    count,
    paper
  };
  std::uint64_t key(What what, std::uint64_t number) const {
    return child(keys_[static_cast<std::size_t>(what)], number);
  }
  Random random(What what, std::uint64_t number) const {
    return Random(key(what, number));
  }

  // Slots: every work has one. First the plans' in order, each its outputs,
  // then other works of its people, then its near misses; then the background.
  // Work numbers (the order in the files) are scattered over the slots.
  std::uint64_t slot_of_work(std::uint64_t work) const {
    return scatter_(work);
  }
  std::uint64_t first_slot(std::uint32_t plan) const { return first_[plan]; }
  std::uint32_t outputs(std::uint32_t plan) const { return outputs_[plan]; }
  std::uint32_t team_works(std::uint32_t plan) const {
    return team_works_[plan];
  }
  std::uint32_t misses(std::uint32_t plan) const {
    return slots(plan) - outputs_[plan] - team_works_[plan];
  }
  // All of a plan.
  std::uint32_t slots(std::uint32_t plan) const {
    return static_cast<std::uint32_t>(first_[plan + 1] - first_[plan]);
  }
  std::uint64_t background_begin() const { return first_.back(); }
  std::uint32_t plan_of_slot(
      std::uint64_t slot) const;  // slot < background_begin()

  Author person(std::uint64_t number) const;
  // Somebody of any group.
  Author anybody(Random& random) const;
  // The person of that name in the papers; one name is one person.
  Author author_of_name(const std::string& name) const;
  // A different person of that name.
  Author namesake(const Author& of, std::uint64_t number) const;

  Group group(std::uint64_t number) const;
  std::uint64_t group_of_plan(std::uint32_t plan) const;
  std::uint64_t background_group(Random& random) const;
  Project project(std::uint64_t group, std::uint64_t key) const;
  Project plan_project(std::uint32_t plan) const;
  // When the project of a plan ran that is made of a paper of this day.
  Window paper_window(std::uint32_t plan, text::Day day) const;
  // Another project of the plan's people, on a near topic or not.
  Project sibling_project(const Project& plan, std::uint64_t key) const;
  Plan plan(std::uint32_t number) const;
  std::string plan_doi(std::uint32_t plan) const;

 private:
  void count_slots();
  std::uint64_t member(std::uint64_t group, std::uint32_t k) const;
  std::vector<Funding> fund(const Group& group, Random& random,
                            std::uint64_t key) const;
  void say_text(Plan& plan, Random random) const;
  void say_authors(Plan& plan, Random random) const;
  void say_funding(Plan& plan, Random random) const;

  Size size_;
  Knobs knobs_;
  text::Day today_;
  std::vector<std::uint64_t> keys_;
  Organisations organisations_;
  Vocabulary vocabulary_;
  std::vector<std::uint64_t> first_;                 // plans + 1
  std::vector<std::uint32_t> outputs_, team_works_;  // plans
  std::uint64_t groups_ = 0;
  Permutation scatter_;
  std::optional<Cast> cast_;
};

}  // namespace dmp::synth
