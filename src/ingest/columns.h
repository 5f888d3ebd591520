#pragma once

#include "base/counters.h"
#include "base/repeated_elements.h"
#include "model/author.h"
#include "sql/table_buffer.h"
#include "text/dates.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::ingest {

// What became of a record. Source: records.md 8, the row equation.
enum class Outcome : unsigned char {
  kept,
  bad_json,
  no_doi,
  no_id,
  doi_too_long,
  xpac,
  draft,
};
std::string_view outcome_name(Outcome outcome);

// Fields of the author struct, in the order of every table.
sql::Field author_field(std::string name);
sql::Field organisation_field(std::string name);

void append_author(sql::Column& column, const std::optional<std::string>& orcid,
                   const text::PersonName& name);
void append_authors(sql::Column& column,
                    const std::vector<model::Author>& authors);
void append_organisations(sql::Column& column,
                          const std::vector<model::Organisation>& items);
void append_date(sql::Column& first, sql::Column& last, sql::Column& precision,
                 const std::optional<text::DateInterval>& date);
void append_instant(sql::Column& column, const std::optional<text::Micros>& at);

// Cleaned texts, with their counters.
std::optional<std::string> clean_title(std::string_view raw,
                                       Counters& counters);
std::optional<std::string> clean_abstract(std::string_view raw,
                                          Counters& counters);
std::optional<std::string> clean_label(std::string_view raw,
                                       Counters& counters);

// Checked identifiers, with their counters.
std::optional<std::string> checked_orcid(std::string_view raw,
                                         Counters& counters);
std::optional<std::string> checked_ror(std::string_view raw,
                                       Counters& counters);

// A date that parses and is plausible; counts bad_date.<path> otherwise.
std::optional<text::DateInterval> checked_date(std::string_view raw,
                                               std::string_view path,
                                               int run_year,
                                               Counters& counters);

// Two- or three-letter language code; names and regions as records.md 4.3.
std::optional<std::string> language_code(std::string_view raw);

std::uint64_t text_hash(const std::optional<std::string>& text);
inline std::uint64_t hash_of(const std::optional<std::string>& text) {
  return text_hash(text);
}
std::uint64_t hash_of(const model::Author& author);
std::uint64_t hash_of(const model::Organisation& organisation);

// Items in the order they came, each once; finding a repeated one takes
// constant time, whatever the length. `hash_of(item)` is found by its type.
template <class T>
class DistinctItems {
 public:
  // False: it is there already.
  bool add(T item) {
    if (seen_.contains_or_add(
            hash_of(item), [&](std::size_t i) { return items_[i] == item; })) {
      return false;
    }
    items_.push_back(std::move(item));
    return true;
  }
  void clear() {
    items_.clear();
    seen_.clear();
  }
  const std::vector<T>& items() const { return items_; }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::vector<T> items_;
  RepeatedElements seen_;
};

// Pieces of award texts, counted; see text/awards.h.
std::vector<std::string> award_pieces(std::string_view raw, Counters& counters);

}  // namespace dmp::ingest
