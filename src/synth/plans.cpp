#include "synth/plans.h"

#include <algorithm>

namespace dmp::synth {
namespace {

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

std::vector<std::uint32_t> institutions_of(const Plan& plan) {
  std::vector<std::uint32_t> all;
  for (const Author& author : plan.authors)
    for (const std::uint32_t org : author.institutions)
      if (std::find(all.begin(), all.end(), org) == all.end())
        all.push_back(org);
  return all;
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
