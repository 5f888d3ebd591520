#include "ingest/columns.h"

#include "text/awards.h"
#include "text/clean_text.h"
#include "text/identifiers.h"
#include "text/unicode.h"

#include <array>
#include <functional>
#include <utility>

namespace dmp::ingest {

using sql::Column;
using sql::Field;

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kept:
      return "rows_out";
    case Outcome::bad_json:
      return "bad_json";
    case Outcome::no_doi:
      return "no_doi";
    case Outcome::no_id:
      return "no_id";
    case Outcome::doi_too_long:
      return "doi_too_long";
    case Outcome::xpac:
      return "xpac";
    case Outcome::draft:
      return "draft";
  }
  return "rows_out";
}

Field author_field(std::string name) {
  std::vector<Field> parts;
  for (const char* part :
       {"orcid", "first_initial", "given_name", "middle_initials",
        "middle_names", "surname", "full"}) {
    parts.push_back(sql::text_field(part));
  }
  return sql::struct_of(std::move(name), std::move(parts));
}

Field organisation_field(std::string name) {
  return sql::struct_of(std::move(name),
                        {sql::text_field("name"), sql::text_field("ror")});
}

void append_author(Column& column, const std::optional<std::string>& orcid,
                   const text::PersonName& name) {
  column.append_struct();
  column.at(0).append_maybe(orcid);
  column.at(1).append_maybe(name.first_initial);
  column.at(2).append_maybe(name.given_name);
  column.at(3).append_maybe(name.middle_initials);
  column.at(4).append_maybe(name.middle_names);
  column.at(5).append_maybe(name.surname);
  column.at(6).append_maybe(name.full);
}

void append_authors(Column& column, const std::vector<model::Author>& authors) {
  column.begin_list();
  for (const auto& author : authors) {
    append_author(column.element(), author.orcid, author.name);
  }
  column.end_list();
}

void append_organisations(Column& column,
                          const std::vector<model::Organisation>& items) {
  column.begin_list();
  for (const auto& item : items) {
    Column& element = column.element();
    element.append_struct();
    element.at(0).append_maybe(item.name);
    element.at(1).append_maybe(item.ror);
  }
  column.end_list();
}

void append_date(Column& first, Column& last, Column& precision,
                 const std::optional<text::DateInterval>& date) {
  if (!date) {
    first.append_null();
    last.append_null();
    precision.append_null();
    return;
  }
  first.append_int(date->first);
  last.append_int(date->last);
  precision.append_text(text::precision_name(date->precision));
}

void append_instant(Column& column, const std::optional<text::Micros>& at) {
  if (at) {
    column.append_int(*at);
  } else {
    column.append_null();
  }
}

namespace {

std::optional<std::string> cleaned(std::string_view raw, text::TextKind kind,
                                   Counters& counters) {
  text::CleanNotes notes;
  auto text = text::clean_text(raw, kind, &notes);
  if (notes.truncated) counters.add("text_truncated");
  return text;
}

}  // namespace

std::optional<std::string> clean_title(std::string_view raw,
                                       Counters& counters) {
  return cleaned(raw, text::TextKind::title, counters);
}
std::optional<std::string> clean_abstract(std::string_view raw,
                                          Counters& counters) {
  return cleaned(raw, text::TextKind::abstract, counters);
}
std::optional<std::string> clean_label(std::string_view raw,
                                       Counters& counters) {
  return cleaned(raw, text::TextKind::label, counters);
}

std::optional<std::string> checked_orcid(std::string_view raw,
                                         Counters& counters) {
  if (raw.empty()) return std::nullopt;
  auto orcid = text::normalise_orcid(raw);
  if (!orcid) counters.add("orcid_bad");
  return orcid;
}

std::optional<std::string> checked_ror(std::string_view raw,
                                       Counters& counters) {
  if (raw.empty()) return std::nullopt;
  auto ror = text::normalise_ror(raw);
  if (!ror) counters.add("ror_bad_checksum");
  return ror;
}

std::optional<text::DateInterval> checked_date(std::string_view raw,
                                               std::string_view path,
                                               int run_year,
                                               Counters& counters) {
  if (text::trim(raw).empty()) return std::nullopt;
  auto date = text::parse_date(raw);
  if (date) date = text::plausible(*date, run_year);
  if (!date) counters.add("bad_date." + std::string(path));
  return date;
}

std::optional<std::string> language_code(std::string_view raw) {
  std::string code = text::to_lower(text::trim(raw));
  if (const auto region = code.find_first_of("-_");
      region != std::string::npos) {
    code.resize(region);
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 23>
      kNames{{{"eng", "en"},      {"english", "en"},      {"ger", "de"},
              {"deu", "de"},      {"german", "de"},       {"fre", "fr"},
              {"fra", "fr"},      {"french", "fr"},       {"spa", "es"},
              {"spanish", "es"},  {"por", "pt"},          {"portuguese", "pt"},
              {"ita", "it"},      {"italian", "it"},      {"jpn", "ja"},
              {"japanese", "ja"}, {"chi", "zh"},          {"zho", "zh"},
              {"chinese", "zh"},  {"rus", "ru"},          {"russian", "ru"},
              {"deutsch", "de"},  {"fran\u00E7ais", "fr"}}};
  if (code.size() > 2) {
    for (const auto& [name, short_code] : kNames) {
      if (code == name) return std::string(short_code);
    }
  }
  if (code.size() < 2 || code.size() > 3) return std::nullopt;
  for (const char c : code) {
    if (c < 'a' || c > 'z') return std::nullopt;
  }
  return code;
}

std::uint64_t text_hash(const std::optional<std::string>& text) {
  return text ? std::hash<std::string_view>{}(*text) : 0;
}

std::uint64_t hash_of(const model::Author& author) {
  return text_hash(author.name.full) ^ text_hash(author.orcid) >> 1;
}

std::uint64_t hash_of(const model::Organisation& organisation) {
  return text_hash(organisation.name) ^ text_hash(organisation.ror) >> 1;
}

std::vector<std::string> award_pieces(std::string_view raw,
                                      Counters& counters) {
  text::AwardPieces split = text::split_award(raw);
  if (split.excluded > 0) counters.add("award_excluded", split.excluded);
  if (split.pieces.size() > 1) counters.add("award_split");
  return std::move(split.pieces);
}

}  // namespace dmp::ingest
