#pragma once

#include "synth/papers.h"
#include "synth/random.h"

#include <cstdint>
#include <vector>

namespace dmp::synth {

class World;

// The paper a work is made of. `adopted`: not by the plan's people; some of its
// authors give way to them. `again` > 0: the paper stands in the world already;
// its title is changed, and its authors are those of `names`.
struct Part {
  std::uint32_t paper = 0, names = 0;
  bool adopted = false;
  std::uint32_t again = 0;
};

// Which paper plays which work, when a world is made of papers.
//
// A plan is made of one paper (its seed), which is then not in the world: its
// authors are the team, its words those of the plan. Outputs are papers of the
// team, of the seed's topic, from its time, as far as there are; then papers of
// the category nearest in topic, adopted. The team's other papers are near
// misses; what is neither clearly output nor clearly other work is left out of
// the world, or with the share near_topic left in as other work.
// All other works are papers not used so, then the same again under other
// titles and names. Held: eight bytes a work of a plan, four a paper.
class Cast {
 public:
  // `world` has counted its slots; nothing else of it is asked but knobs,
  // roles and streams.
  Cast(const World& world, const PaperStore& papers);

  const PaperStore& papers() const { return papers_; }
  std::uint32_t seed(std::uint32_t plan) const { return seeds_[plan]; }
  Part part(std::uint64_t slot) const;

 private:
  struct Candidate {
    std::uint32_t paper = 0;
    double similarity = 0;
    bool in_time = false;
  };
  void cast_plan(std::uint32_t plan);
  std::uint32_t choose_seed(std::uint32_t plan, Random& random) const;
  std::vector<std::uint32_t> works_of_team(std::uint32_t seed) const;
  std::vector<Candidate> rate(std::uint32_t plan, std::uint32_t seed) const;
  std::uint32_t nearest_of(std::uint32_t seed, int tries, Random& random) const;
  std::uint32_t anyone(Random& random) const;
  void use(std::uint64_t slot, std::uint32_t paper, bool adopted);

  const World& world_;
  const PaperStore& papers_;
  std::vector<std::uint32_t> seeds_;
  struct Taken {
    std::uint32_t paper = 0;
    bool adopted = false, again = false;
  };
  std::vector<Taken> cast_;  // by slot of a plan
  std::vector<bool> used_;
  std::vector<std::uint32_t> free_;  // papers of the background, ascending
};

}  // namespace dmp::synth
