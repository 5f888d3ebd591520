#pragma once

#include "synth/papers.h"
#include "synth/random.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dmp::synth {

class World;
struct Window;

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
// A plan is made of one paper (its seed), which is then not in the world: the
// first of its authors are the people, up to four of them the team, its words
// those of the plan. Outputs are papers by two or more of the team, of the
// seed's topic, from its time, as far as there are; then papers of the category
// nearest in topic, adopted; with the share topic_drift only of the group's
// topic. Of the team's other works the share near_topic are on a topic near the
// plan's, in its time or not, the rest on any other. A paper of the team that
// is in its time and near, but neither, is left out of the world: nobody could
// say which it is. All other works are papers not used so, in no order, then
// the same again under other titles and names. Held: eight bytes a work of a
// plan, eight a plan, four a paper.
class Cast {
 public:
  // `world` has counted its slots; nothing else of it is asked but knobs,
  // roles and streams.
  Cast(const World& world, const PaperStore& papers);

  const PaperStore& papers() const { return papers_; }
  std::uint32_t seed(std::uint32_t plan) const { return seeds_[plan]; }
  // Which authors of the seed the team is, who is on most outputs first.
  std::vector<std::size_t> team(std::uint32_t plan) const;
  Part part(std::uint64_t slot) const;

 private:
  // A paper by somebody of the team.
  struct Candidate {
    std::uint32_t paper = 0;
    double similarity = 0;  // to the seed
    bool output = false;    // may be one
  };
  // The team's papers that are no outputs, each in no order.
  struct OtherWork {
    std::vector<std::uint32_t> near, far;
  };
  void cast_plan(std::uint32_t plan);
  OtherWork cast_outputs(std::uint32_t plan, Random& random);
  void cast_others(std::uint32_t plan, OtherWork others, Random& random);
  void choose_team(std::uint32_t plan);
  std::uint32_t choose_seed(std::uint32_t plan, Random& random) const;
  std::vector<std::uint32_t> works_of_team(std::uint32_t seed) const;
  // When the project of that seed ran, and days around it.
  Window output_time(std::uint32_t plan, std::uint32_t seed, text::Day before,
                     text::Day after) const;
  bool is_common_work(std::uint32_t seed, std::uint32_t paper) const;
  std::vector<Candidate> rate(std::uint32_t plan, Random& random) const;
  std::uint32_t nearest_of(std::uint32_t seed, int tries, Random& random) const;
  std::uint32_t anyone(Random& random) const;
  void use(std::uint64_t slot, std::uint32_t paper, bool adopted);

  const World& world_;
  const PaperStore& papers_;
  std::vector<std::uint32_t> seeds_;
  static constexpr std::size_t kTeam = 4;
  std::vector<std::array<std::uint8_t, kTeam>> teams_;
  struct Taken {
    std::uint32_t paper = 0;
    bool adopted = false, again = false;
  };
  std::vector<Taken> cast_;  // by slot of a plan
  std::vector<bool> used_;
  std::vector<std::uint32_t> free_;  // papers of the background
};

}  // namespace dmp::synth
