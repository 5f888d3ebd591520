#include "sql/linkage_keys.h"

#include "text/awards.h"
#include "text/unicode.h"
#include "text/xxh3.h"

#include <algorithm>
#include <set>

namespace dmp::sql {

namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// First code point of `text`, folded; empty when there is none.
std::string first_letter(std::string_view text) {
  if (text.empty()) return {};
  std::size_t at = 0;
  text::next_code_point(text, at);
  return folded_letters(text.substr(0, at));
}

}  // namespace

std::string folded_letters(std::string_view text) {
  std::string folded;
  const auto keep = [&](std::string_view from) {
    for (const char c : from) {
      if (is_lower(c) || static_cast<unsigned char>(c) >= 0x80) folded += c;
    }
  };
  if (!text::is_ascii(text)) {
    keep(text::keyword_name(text));
    return folded;
  }
  for (const char c : text) {
    if (is_upper(c)) folded += static_cast<char>(c - 'A' + 'a');
    if (is_lower(c)) folded += c;
  }
  return folded;
}

NameKey name_key(const text::PersonName& name) {
  NameKey key;
  if (name.surname) key.surname = folded_letters(*name.surname);
  if (name.given_name) key.given = folded_letters(*name.given_name);
  if (name.first_initial) key.initial = first_letter(*name.first_initial);
  if (name.middle_initials) key.second = first_letter(*name.middle_initials);
  // One letter is an initial, whatever the source calls it.
  if (key.given.size() < 2) key.given.clear();
  return key;
}

std::vector<std::string> award_cores(std::string_view award_id) {
  const std::string id = text::to_upper(award_id);
  std::vector<std::string> cores;
  std::size_t letters = 0;  // of the run that ends here
  for (std::size_t i = 0; i < id.size();) {
    if (!is_digit(id[i])) {
      letters = is_upper(id[i]) ? letters + 1 : 0;
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < id.size() && is_digit(id[end])) ++end;
    const std::size_t digits = end - i;
    if (digits >= 5) cores.push_back(id.substr(i, digits));
    const bool lettered = (letters == 2 && digits == 6) ||
                          (letters == 1 && (digits == 5 || digits == 6));
    if (lettered) cores.push_back(id.substr(i - letters, letters + digits));
    letters = 0;
    i = end;
  }
  std::sort(cores.begin(), cores.end());
  cores.erase(std::unique(cores.begin(), cores.end()), cores.end());
  return cores;
}

std::string organisation_name_key(std::string_view name,
                                  text::Analyser& analyser) {
  std::string joined;
  for (const auto& token : analyser.analyse(name)) {
    if (!joined.empty()) joined += ' ';
    joined += token.term;
  }
  return joined;
}

std::string organisation_key(const model::Organisation& organisation,
                             text::Analyser& analyser) {
  if (organisation.ror) return *organisation.ror;
  if (organisation.name)
    return organisation_name_key(*organisation.name, analyser);
  return {};
}

std::uint64_t count_key(CountKind kind, std::string_view first,
                        std::string_view second, std::string_view third) {
  std::string bytes;
  bytes += static_cast<char>(kind);
  for (const auto part : {first, second, third}) {
    bytes += part;
    bytes += '\0';
  }
  return XXH3_64bits(bytes.data(), bytes.size());
}

const std::vector<std::uint64_t>& WorkKeys::of(const model::Work& work) {
  keys_.clear();
  take_names(work);
  take_organisations(work);
  take_awards(work);
  return keys_;
}

void WorkKeys::take_names(const model::Work& work) {
  for (const auto& author : work.authors) {
    const NameKey key = name_key(author.name);
    if (key.surname.empty()) continue;
    keys_.push_back(count_key(CountKind::surname, key.surname));
    if (!key.given.empty()) {
      keys_.push_back(
          count_key(CountKind::surname_given, key.surname, key.given));
    }
    if (key.initial.empty()) continue;
    keys_.push_back(
        count_key(CountKind::surname_initial, key.surname, key.initial));
    if (!key.second.empty()) {
      keys_.push_back(count_key(CountKind::surname_initials, key.surname,
                                key.initial, key.second));
    }
  }
}

void WorkKeys::take_organisations(const model::Work& work) {
  std::set<std::string> seen;
  for (const auto& funder : work.funders) {
    std::string key = organisation_key(funder, analyser_);
    if (key.empty() || !seen.insert(key).second) continue;
    keys_.push_back(count_key(CountKind::funder, key));
  }
  for (const auto& institution : work.institutions) {
    const std::string key = organisation_key(institution, analyser_);
    if (!key.empty()) keys_.push_back(count_key(CountKind::institution, key));
  }
}

void WorkKeys::take_awards(const model::Work& work) {
  std::set<std::string> ids, cores;
  for (const auto& award : work.awards) {
    ids.insert(text::normalise_award(award.award_id));
    for (auto& core : award_cores(award.award_id))
      cores.insert(std::move(core));
  }
  for (const auto& id : ids) {
    if (!id.empty()) keys_.push_back(count_key(CountKind::award, id));
  }
  for (const auto& core : cores)
    keys_.push_back(count_key(CountKind::award_core, core));
}

std::string count_key_rules() {
  return "1, ICU " + text::unicode_library_version();
}

}  // namespace dmp::sql
