#include "sql/list_functions.h"

#include "sql/vector_view.h"
#include "text/unicode.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace dmp::sql {

namespace {

bool is_set(std::string_view text) {
  return text.data() != nullptr;
}

// ------------------------------------------------------------- organisations

struct Entry {
  std::string_view name, ror;
};

class OrganisationMerge {
 public:
  // For a list of `entries`.
  void begin(std::size_t entries) {
    // Short lists are searched from end to end; hashing costs more.
    hashed_ = entries > 16;
    kept_.clear();
    by_ror_.clear();
    names_.clear();
    without_ror_ = 0;
  }

  void add(const Entry& entry) {
    if (is_set(entry.ror)) {
      if (is_set(entry.name)) with_ror_names_.push_back(entry.name);
      Entry* same = find(entry.ror);
      if (same == nullptr) {
        if (hashed_) by_ror_.emplace(entry.ror, kept_.size());
        kept_.push_back(entry);
      } else if (!is_set(same->name)) {
        same->name = entry.name;
      }
    } else if (is_set(entry.name)) {
      ++without_ror_;
      kept_.push_back(entry);
    }
  }

  void write(TextStructLists& lists) {
    if (without_ror_ > 0) {
      for (const auto name : with_ror_names_) names_.insert(text::key(name));
    }
    with_ror_names_.clear();
    for (const auto& entry : kept_) {
      if (!is_set(entry.ror) && !names_.insert(text::key(entry.name)).second) {
        continue;
      }
      const std::array<std::string_view, 2> fields{entry.name, entry.ror};
      lists.add(fields.data());
    }
  }

 private:
  Entry* find(std::string_view ror) {
    if (hashed_) {
      const auto found = by_ror_.find(ror);
      return found == by_ror_.end() ? nullptr : &kept_[found->second];
    }
    const auto found =
        std::find_if(kept_.begin(), kept_.end(),
                     [&](const Entry& entry) { return entry.ror == ror; });
    return found == kept_.end() ? nullptr : &*found;
  }

  bool hashed_ = false;
  std::vector<Entry> kept_;
  std::vector<std::string_view> with_ror_names_;
  std::unordered_map<std::string_view, std::size_t> by_ror_;
  std::unordered_set<std::string> names_;
  std::size_t without_ror_ = 0;
};

// ------------------------------------------------------------------- authors

constexpr std::size_t kFields = 7;
constexpr std::size_t kOrcid = 0, kFirstInitial = 1, kSurname = 5;

using Author = std::array<std::string_view, kFields>;

bool same_text(std::string_view a, std::string_view b) {
  return is_set(a) == is_set(b) && a == b;
}

bool nameless(const Author& author) {
  return std::none_of(author.begin() + 1, author.end(), is_set);
}

// Equal for equal structs only: lengths stand before the texts.
std::string identity(const Author& author) {
  std::string bytes;
  for (const auto field : author) {
    bytes += is_set(field) ? std::to_string(field.size()) + ':' : "-";
    bytes += field;
  }
  return bytes;
}

class AuthorList {
 public:
  void read(const VectorView& lists, std::size_t row) {
    authors_.clear();
    const auto [begin, end] = lists.list(row);
    const VectorView& element = lists.children[0];
    for (std::size_t i = begin; i < end; ++i) {
      if (element.is_null(i)) continue;
      Author& author = authors_.emplace_back();
      for (std::size_t f = 0; f < kFields; ++f) {
        author[f] = element.children[f].text(i);
      }
    }
  }

  void drop_equal() {
    // Short lists are compared pair by pair; hashing costs more.
    constexpr std::size_t kShort = 12;
    std::unordered_set<std::string> seen;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < authors_.size(); ++i) {
      const auto end = authors_.begin() + static_cast<std::ptrdiff_t>(kept);
      const bool repeated =
          authors_.size() > kShort
              ? !seen.insert(identity(authors_[i])).second
              : std::any_of(authors_.begin(), end, [&](const Author& other) {
                  return std::equal(other.rbegin(), other.rend(),
                                    authors_[i].rbegin(), same_text);
                });
      if (!repeated) authors_[kept++] = authors_[i];
    }
    authors_.resize(kept);
  }

  // Entries of nothing but an ORCID that another entry has too.
  void drop_nameless() {
    if (std::none_of(authors_.begin(), authors_.end(), nameless)) return;
    std::unordered_set<std::string_view> named;
    for (const auto& author : authors_) {
      if (!nameless(author)) named.insert(author[kOrcid]);
    }
    std::erase_if(authors_, [&](const Author& author) {
      return nameless(author) && named.contains(author[kOrcid]);
    });
  }

  // An author without ORCID gets that of the only one there of the same
  // surname and initial, if it is the only such one here.
  void complete_from(const AuthorList& other) {
    const auto lacks = [](const Author& a) { return !is_set(a[kOrcid]); };
    if (std::none_of(authors_.begin(), authors_.end(), lacks)) return;
    if (std::all_of(other.authors_.begin(), other.authors_.end(), lacks)) {
      return;
    }
    struct Namesakes {
      std::size_t here = 0, there = 0;
      std::string_view orcid;
    };
    std::unordered_map<std::string, Namesakes> names;
    for (const auto& author : other.authors_) {
      if (!named(author)) continue;
      Namesakes& found = names[name_key(author)];
      ++found.there;
      found.orcid = author[kOrcid];
    }
    std::unordered_set<std::string_view> taken;
    std::vector<Namesakes*> of_author(authors_.size());
    for (std::size_t i = 0; i < authors_.size(); ++i) {
      if (is_set(authors_[i][kOrcid])) taken.insert(authors_[i][kOrcid]);
      if (!named(authors_[i])) continue;
      const auto found = names.find(name_key(authors_[i]));
      if (found == names.end()) continue;
      ++found->second.here;
      of_author[i] = &found->second;
    }
    for (std::size_t i = 0; i < authors_.size(); ++i) {
      const Namesakes* found = of_author[i];
      if (is_set(authors_[i][kOrcid]) || found == nullptr) continue;
      if (found->here != 1 || found->there != 1 || !is_set(found->orcid)) {
        continue;
      }
      if (taken.insert(found->orcid).second) {
        authors_[i][kOrcid] = found->orcid;
      }
    }
  }

  void write(TextStructLists& lists) const {
    for (const auto& author : authors_) lists.add(author.data());
  }

 private:
  static bool named(const Author& author) {
    return is_set(author[kSurname]) && is_set(author[kFirstInitial]);
  }
  static std::string name_key(const Author& author) {
    std::string key = text::key(author[kSurname]);
    key += '\n';
    key += author[kFirstInitial];
    return key;
  }

  std::vector<Author> authors_;
};

}  // namespace

std::string_view resolved_ror(const Lookup& rors, std::string_view identifier) {
  if (!is_set(identifier)) return {};
  const std::string_view found = rors.find(identifier);
  if (is_set(found)) return found;
  constexpr std::string_view kRor = "ror:";
  if (!identifier.starts_with(kRor)) return {};
  return identifier.substr(kRor.size());
}

void merge_organisations(duckdb_function_info /*info*/, duckdb_data_chunk input,
                         duckdb_vector output) {
  const VectorView lists(duckdb_data_chunk_get_vector(input, 0));
  const VectorView lookups(duckdb_data_chunk_get_vector(input, 1));
  const VectorView& element = lists.children[0];
  TextStructLists merged(output, 2);
  OrganisationMerge merge;
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    const Lookup rors(lookups.text(row));
    const auto [begin, end] = lists.list(row);
    merge.begin(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      merge.add({element.children[0].text(i),
                 resolved_ror(rors, element.children[1].text(i))});
    }
    merge.write(merged);
    merged.end_row(row);
  }
}

void complete_authors(duckdb_function_info /*info*/, duckdb_data_chunk input,
                      duckdb_vector output) {
  const VectorView own(duckdb_data_chunk_get_vector(input, 0));
  const VectorView completing(duckdb_data_chunk_get_vector(input, 1));
  TextStructLists lists(output, kFields);
  AuthorList authors, others;
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    const auto [begin, end] = own.list(row);
    if (begin < end) {
      authors.read(own, row);
      authors.drop_equal();
      others.read(completing, row);
      authors.complete_from(others);
    } else {
      authors.read(completing, row);
    }
    authors.drop_equal();
    authors.drop_nameless();
    authors.write(lists);
    lists.end_row(row);
  }
}

}  // namespace dmp::sql
