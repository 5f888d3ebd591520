#include "synth/cast.h"

#include "synth/works.h"

#include <algorithm>

namespace dmp::synth {
namespace {

using What = World::What;

constexpr std::size_t kTeam = 6;
constexpr int kSeedTries = 40;
constexpr double kSameTopic = .12, kOtherTopic = .07;

}  // namespace

Cast::Cast(const World& world, const PaperStore& papers)
    : world_(world),
      papers_(papers),
      seeds_(world.plans()),
      cast_(world.background_begin()),
      used_(papers.size()) {
  for (std::uint32_t plan = 0; plan < world.plans(); ++plan) cast_plan(plan);
  for (std::uint32_t paper = 0; paper < papers.size(); ++paper)
    if (!used_[paper]) free_.push_back(paper);
  if (free_.empty()) free_.push_back(0);
}

void Cast::use(std::uint64_t slot, std::uint32_t paper, bool adopted) {
  cast_[slot] = {paper, adopted, used_[paper]};
  used_[paper] = true;
}

std::uint32_t Cast::anyone(Random& random) const {
  std::uint32_t paper = 0;
  for (int tries = 0; tries < 200; ++tries) {
    paper = random.below(papers_.size());
    if (!used_[paper]) break;
  }
  return paper;
}

std::vector<std::uint32_t> Cast::works_of_team(std::uint32_t seed) const {
  std::vector<std::uint32_t> works;
  const auto authors = papers_.authors(seed);
  for (std::size_t i = 0; i < std::min(kTeam, authors.size()); ++i)
    for (const std::uint32_t paper : papers_.papers_by(authors[i]))
      if (paper != seed && !used_[paper] && papers_.authors(paper).size() <= 60)
        works.push_back(paper);
  std::sort(works.begin(), works.end());
  works.erase(std::unique(works.begin(), works.end()), works.end());
  return works;
}

// A paper of two to twelve people who wrote something else in its category.
std::uint32_t Cast::choose_seed(std::uint32_t plan, Random& random) const {
  const std::uint32_t wanted = std::min(world_.outputs(plan), 3u);
  std::uint32_t best = anyone(random), most = 0;
  for (int tries = 0; tries < kSeedTries; ++tries) {
    const std::uint32_t seed = anyone(random);
    const std::size_t people = papers_.authors(seed).size();
    if (used_[seed] || people < 2 || people > 12) continue;
    std::uint32_t count = 1;
    for (const std::uint32_t work : works_of_team(seed))
      count += papers_.category(work) == papers_.category(seed) ? 1 : 0;
    if (count <= most) continue;
    best = seed;
    most = count;
    if (most > wanted) break;
  }
  return best;
}

std::vector<Cast::Candidate> Cast::rate(std::uint32_t plan,
                                        std::uint32_t seed) const {
  const Window window = world_.paper_window(plan, papers_.day(seed));
  std::vector<std::uint32_t> own, other;
  PaperText text;
  papers_.load(seed, text);
  PaperStore::terms_of(text, own);
  std::vector<Candidate> candidates;
  for (const std::uint32_t paper : works_of_team(seed)) {
    if (candidates.size() == 200) break;
    papers_.load(paper, text);
    PaperStore::terms_of(text, other);
    const text::Day day = papers_.day(paper);
    candidates.push_back({paper, papers_.similarity(own, other),
                          day >= window.start && day <= window.end + 1095});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return a.similarity > b.similarity;
                   });
  return candidates;
}

// The best of some unused papers of the category.
std::uint32_t Cast::nearest_of(std::uint32_t seed, int tries,
                               Random& random) const {
  std::vector<std::uint32_t> own, other;
  PaperText text;
  papers_.load(seed, text);
  PaperStore::terms_of(text, own);
  std::uint32_t best = anyone(random);
  double most = -1;
  for (int i = 0; i < tries; ++i) {
    const std::uint32_t paper =
        random.pick(papers_.papers_in(papers_.category(seed)));
    if (used_[paper] || paper == seed) continue;
    papers_.load(paper, text);
    PaperStore::terms_of(text, other);
    const double near = papers_.similarity(own, other);
    if (near <= most) continue;
    best = paper;
    most = near;
  }
  return best;
}

void Cast::cast_plan(std::uint32_t plan) {
  Random random = world_.random(What::paper, plan);
  const std::uint32_t seed = choose_seed(plan, random);
  seeds_[plan] = seed;
  used_[seed] = true;

  const std::uint64_t first = world_.first_slot(plan);
  const std::uint64_t outputs_end = first + world_.outputs(plan);
  const std::uint64_t end = outputs_end + world_.misses(plan);
  std::uint64_t slot = first;
  std::vector<std::uint32_t> others;
  for (const Candidate& candidate : rate(plan, seed)) {
    const bool output = candidate.in_time && candidate.similarity >= kSameTopic;
    const bool doubtful =
        candidate.in_time && candidate.similarity >= kOtherTopic;
    if (output && slot < outputs_end)
      use(slot++, candidate.paper, false);
    else if (doubtful && !random.chance(world_.knobs().near_topic))
      used_[candidate.paper] = true;
    else
      others.push_back(candidate.paper);
  }
  for (; slot < outputs_end; ++slot)
    use(slot, nearest_of(seed, 24, random), true);
  std::size_t next = 0;
  for (; slot < end; ++slot) {
    const Role role = role_of_slot(world_, slot);
    if (role == Role::same_team && next < others.size())
      use(slot, others[next++], false);
    else if (role == Role::same_topic)
      use(slot, nearest_of(seed, 12, random), true);
    else
      use(slot, anyone(random), true);
  }
}

Part Cast::part(std::uint64_t slot) const {
  if (slot < cast_.size())
    return {cast_[slot].paper, cast_[slot].paper, cast_[slot].adopted,
            cast_[slot].again ? 1u : 0u};
  const std::uint64_t place = slot - cast_.size();
  Part part;
  part.again = static_cast<std::uint32_t>(place / free_.size());
  part.paper = free_[place % free_.size()];
  // A third of the list further on with each turn, so that names and text of
  // the repeated works do not belong together.
  const std::uint64_t shift = part.again * (free_.size() / 3 + 1);
  part.names = free_[(place + shift) % free_.size()];
  return part;
}

}  // namespace dmp::synth
