#include "synth/cast.h"

#include "synth/works.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dmp::synth {
namespace {

using What = World::What;

constexpr std::size_t kPeople = 6;  // first authors of a seed
constexpr int kSeedTries = 60;
// Similarity to the seed: surely its topic, perhaps, and near it.
constexpr double kSameTopic = .15, kDoubtful = .12, kNearTopic = .07;
constexpr text::Day kYear = 365;

void shuffle(std::vector<std::uint32_t>& papers, Random random) {
  for (std::size_t i = papers.size(); i > 1; --i)
    std::swap(papers[i - 1],
              papers[random.below(static_cast<std::uint32_t>(i))]);
}

bool lies_in(Window window, text::Day day) {
  return day >= window.start && day <= window.end;
}

}  // namespace

Cast::Cast(const World& world, const PaperStore& papers)
    : world_(world),
      papers_(papers),
      seeds_(world.plans()),
      teams_(world.plans()),
      cast_(world.background_begin()),
      used_(papers.size()) {
  for (std::uint32_t plan = 0; plan < world.plans(); ++plan) cast_plan(plan);
  for (std::uint32_t paper = 0; paper < papers.size(); ++paper)
    if (!used_[paper]) free_.push_back(paper);
  if (free_.empty()) free_.push_back(0);
  // Papers come in files by field and year; a small world has all of them.
  shuffle(free_, world.random(What::paper, world.plans()));
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
  for (std::size_t i = 0; i < std::min(kPeople, authors.size()); ++i)
    for (const std::uint32_t paper : papers_.papers_by(authors[i]))
      if (paper != seed && !used_[paper] && papers_.authors(paper).size() <= 60)
        works.push_back(paper);
  std::sort(works.begin(), works.end());
  works.erase(std::unique(works.begin(), works.end()), works.end());
  return works;
}

Window Cast::output_time(std::uint32_t plan, std::uint32_t seed,
                         text::Day before, text::Day after) const {
  const Window window = world_.paper_window(plan, papers_.day(seed));
  return {window.start - before, window.end + after};
}

// By two of the people, and by half of them.
bool Cast::is_common_work(std::uint32_t seed, std::uint32_t paper) const {
  const auto all = papers_.authors(seed);
  const auto people = all.first(std::min(kPeople, all.size()));
  const auto others = papers_.authors(paper);
  const auto common =
      std::count_if(people.begin(), people.end(), [&](std::uint64_t person) {
        return std::find(others.begin(), others.end(), person) != others.end();
      });
  return common > 1 && 2 * common >= std::ssize(people);
}

// A paper of two to twelve people who wrote something else together in its
// category and time; who wrote hundreds of papers are several of one name.
std::uint32_t Cast::choose_seed(std::uint32_t plan, Random& random) const {
  constexpr std::size_t kMostWorks = 200;
  const std::uint32_t wanted = std::min(world_.outputs(plan), 8u);
  std::uint32_t best = anyone(random), most = 0;
  for (int tries = 0; tries < kSeedTries && most <= wanted; ++tries) {
    const std::uint32_t seed = anyone(random);
    const std::size_t people = papers_.authors(seed).size();
    if (used_[seed] || people < 2 || people > 12) continue;
    const auto works = works_of_team(seed);
    if (works.size() > kMostWorks) continue;
    const Window time = output_time(plan, seed, 0, kYear);
    std::uint32_t count = 1;
    for (const std::uint32_t work : works)
      if (papers_.category(work) == papers_.category(seed) &&
          lies_in(time, papers_.day(work)) && is_common_work(seed, work))
        ++count;
    if (count <= most) continue;
    best = seed;
    most = count;
  }
  return best;
}

// The team's papers, the nearest in topic first.
std::vector<Cast::Candidate> Cast::rate(std::uint32_t plan,
                                        Random& random) const {
  const std::uint32_t seed = seeds_[plan];
  const Knobs& knobs = world_.knobs();
  std::vector<Candidate> candidates;
  for (const std::uint32_t paper : works_of_team(seed)) {
    const text::Day early = random.chance(knobs.early_outputs) ? kYear : 0;
    const text::Day late = (random.chance(knobs.late_outputs) ? 3 : 1) * kYear;
    const Window time = output_time(plan, seed, early, late);
    Candidate candidate{paper, papers_.similarity(seed, paper)};
    candidate.output = candidate.similarity >= kDoubtful &&
                       lies_in(time, papers_.day(paper)) &&
                       is_common_work(seed, paper);
    candidates.push_back(candidate);
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
  std::uint32_t best = anyone(random);
  double most = -1;
  for (int i = 0; i < tries; ++i) {
    const std::uint32_t paper =
        random.pick(papers_.papers_in(papers_.category(seed)));
    if (used_[paper] || paper == seed) continue;
    const double near = papers_.similarity(seed, paper);
    if (near <= most) continue;
    best = paper;
    most = near;
  }
  return best;
}

void Cast::cast_plan(std::uint32_t plan) {
  Random random = world_.random(What::paper, plan);
  seeds_[plan] = choose_seed(plan, random);
  used_[seeds_[plan]] = true;
  cast_others(plan, cast_outputs(plan, random), random);
  choose_team(plan);
}

Cast::OtherWork Cast::cast_outputs(std::uint32_t plan, Random& random) {
  constexpr int kTries = 1500, kDriftedTries = 100;
  std::uint64_t slot = world_.first_slot(plan);
  const std::uint64_t end = slot + world_.outputs(plan);
  OtherWork others;
  for (const Candidate& candidate : rate(plan, random)) {
    if (candidate.output && candidate.similarity >= kSameTopic && slot < end) {
      use(slot++, candidate.paper, false);
      continue;
    }
    used_[candidate.paper] = true;  // until the near misses are chosen
    const bool near = candidate.similarity >= kNearTopic;
    if (!candidate.output)
      (near ? others.near : others.far).push_back(candidate.paper);
  }
  for (; slot < end; ++slot) {
    const bool drifts = random.chance(world_.knobs().topic_drift);
    use(slot, nearest_of(seeds_[plan], drifts ? kDriftedTries : kTries, random),
        true);
  }
  shuffle(others.near, Random(random.next()));
  shuffle(others.far, Random(random.next()));
  return others;
}

void Cast::cast_others(std::uint32_t plan, OtherWork others, Random& random) {
  constexpr int kNearTries = 24, kTopicTries = 12;
  const std::uint32_t seed = seeds_[plan];
  const std::uint64_t first = world_.first_slot(plan);
  for (std::uint64_t slot = first + world_.outputs(plan);
       slot < first + world_.slots(plan); ++slot) {
    const Role role = role_of_slot(world_, slot);
    if (role != Role::same_team) {
      const bool topic = role == Role::same_topic;
      use(slot, topic ? nearest_of(seed, kTopicTries, random) : anyone(random),
          true);
      continue;
    }
    const bool near = random.chance(world_.knobs().near_topic);
    auto& papers = near ? others.near : others.far;
    if (papers.empty()) {
      use(slot, nearest_of(seed, near ? kNearTries : 1, random), true);
      continue;
    }
    used_[papers.back()] = false;
    use(slot, papers.back(), false);
    papers.pop_back();
  }
  const Window time = output_time(plan, seed, kYear, 3 * kYear);
  for (const std::uint32_t paper : others.near)
    used_[paper] = lies_in(time, papers_.day(paper));
  for (const std::uint32_t paper : others.far) used_[paper] = false;
}

// Who is on most of the outputs leads, and who is on few is not named.
void Cast::choose_team(std::uint32_t plan) {
  const auto all = papers_.authors(seeds_[plan]);
  std::vector<std::pair<int, std::uint8_t>> people;
  for (std::size_t i = 0; i < std::min(kPeople, all.size()); ++i) {
    int absent = 0;
    for (std::uint32_t k = 0; k < world_.outputs(plan); ++k) {
      const Taken& taken = cast_[world_.first_slot(plan) + k];
      const auto authors = papers_.authors(taken.paper);
      if (!taken.adopted &&
          std::find(authors.begin(), authors.end(), all[i]) == authors.end())
        ++absent;
    }
    people.emplace_back(absent, static_cast<std::uint8_t>(i));
  }
  std::sort(people.begin(), people.end());
  people.resize(std::min(people.size(), kTeam));
  for (std::size_t i = 0; i < people.size(); ++i)
    teams_[plan][i] = people[i].second;
}

std::vector<std::size_t> Cast::team(std::uint32_t plan) const {
  const std::size_t people =
      std::min(kTeam, papers_.authors(seeds_[plan]).size());
  return {teams_[plan].begin(),
          teams_[plan].begin() + static_cast<std::ptrdiff_t>(people)};
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
