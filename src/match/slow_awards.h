#pragma once

#include "model/external_data.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the second evaluator reads of enriched awards. For tests only, of the
// ids that World makes and no others. Source: enrichment.md 2.1, 2.2, 3.
namespace dmp::match {

struct SlowAward {
  std::string text;
  std::vector<std::string> ids, added;  // of the reference, only ours
  std::optional<std::string> funder_ror, funder_name;
  std::vector<std::string> funded_dois;
};

inline std::string slow_part(const model::AwardId& id, std::string_view type) {
  for (const auto& part : id.parts) {
    if (part.type == type) return part.value.value_or("");
  }
  return "";
}

// Each of `heads` before each of `tails`.
inline std::vector<std::string> slow_joined(
    const std::vector<std::string>& heads,
    const std::vector<std::string>& tails) {
  std::vector<std::string> all;
  for (const auto& head : heads) {
    for (const auto& tail : tails) all.push_back(head + tail);
  }
  return all;
}

// A part that may be absent, before what follows it.
inline std::vector<std::string> slow_heads(const std::string& part) {
  if (part.empty()) return {""};
  return {"", part, part + " "};
}

inline void read_slow_nih(const model::AwardId& id, SlowAward& award) {
  const std::string house = slow_part(id, "institute_code");
  const std::string serial = slow_part(id, "serial_number");
  if (house.empty() || serial.empty()) return;
  const std::string activity = slow_part(id, "activity_code");
  const std::string year = slow_part(id, "support_year");
  std::vector<std::string> ids{house + serial, house + " " + serial};
  if (!year.empty()) ids = slow_joined(ids, {"", "-" + year});
  ids = slow_joined(slow_heads(activity), ids);
  ids = slow_joined(slow_heads(slow_part(id, "application_type")), ids);
  award.ids.insert(award.ids.end(), ids.begin(), ids.end());
  award.added.push_back(house + "-" + serial);
  if (activity.empty()) return;
  award.added.push_back(activity + "-" + house + serial);
  award.added.push_back(activity + "-" + house + "-" + serial);
}

inline void read_slow_nsf(const model::AwardId& id, SlowAward& award) {
  const std::string number = slow_part(id, "award_id");
  const std::string house = slow_part(id, "org_id");
  award.ids.push_back(number);
  for (const char* head : {"NSF", "NSF-", "NSF "})
    award.added.push_back(head + number);
  if (house.empty()) return;
  award.ids.push_back(house + " " + number);
  award.ids.push_back(house + "-" + number);
  award.added.push_back(house + number);
}

inline void read_slow_text(const model::AwardId& id, SlowAward& award) {
  const std::string text = slow_part(id, "text");
  const std::string number = slow_part(id, "id");
  award.ids.push_back(number.empty() ? text : number);
  award.added.push_back(text);
}

// Whether the id is one that is known, and what it names if so.
inline bool read_slow(const model::AwardId& id, SlowAward& award) {
  if (id.award_class.ends_with("NIHAwardID")) {
    read_slow_nih(id, award);
  } else if (id.award_class.ends_with("NSFAwardID")) {
    read_slow_nsf(id, award);
  } else {
    const std::string number = slow_part(id, "id");
    const bool filler = number == "12" || number == "unknown";
    if (id.award_class != "generic" || filler) return false;
    read_slow_text(id, award);
  }
  return true;
}

inline std::vector<SlowAward> slow_awards(const model::ExternalData& data) {
  std::vector<SlowAward> all;
  for (const auto& enriched : data.awards) {
    SlowAward award{slow_part(enriched.id, "text"),
                    {},
                    {},
                    enriched.funder_ror,
                    enriched.funder_name,
                    enriched.funded_dois};
    if (!read_slow(enriched.id, award)) continue;
    for (const auto& related : enriched.related_awards)
      read_slow(related, award);
    all.push_back(std::move(award));
  }
  return all;
}

}  // namespace dmp::match
