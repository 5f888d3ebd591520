// dmp_awards: the award numbers of a work, each once, from all that its
// sources state.
#include "sql/list_functions.h"
#include "sql/lookup.h"
#include "sql/vector_view.h"
#include "text/unicode.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace dmp::sql {

namespace {

struct Stated {
  std::string key;  // of the award number
  std::string_view award_id, funder_name, funder_ror;
};

using Texts = std::vector<std::string_view>;

void sort_unique(Texts& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

// Fills a list of texts: a field of the award lists.
class TextLists {
 public:
  explicit TextLists(duckdb_vector lists)
      : lists_(lists), items_(duckdb_list_vector_get_child(lists)) {}
  void put(std::size_t row, const Texts& texts) {
    if (size_ + texts.size() > capacity_) {
      capacity_ = std::max(size_ + texts.size(), capacity_ * 2);
      duckdb_list_vector_reserve(lists_, capacity_);
    }
    auto* entries =
        static_cast<duckdb_list_entry*>(duckdb_vector_get_data(lists_));
    entries[row] = {size_, texts.size()};
    for (const auto text : texts) put_text(items_, size_++, text);
    duckdb_list_vector_set_size(lists_, size_);
  }

 private:
  duckdb_vector lists_, items_;
  std::size_t size_ = 0, capacity_ = 0;
};

// Fills list<struct(award_id, funder_rors, funder_names)>.
class AwardLists {
 public:
  explicit AwardLists(duckdb_vector lists)
      : lists_(lists),
        ids_(field(lists, 0)),
        rors_(field(lists, 1)),
        names_(field(lists, 2)) {}

  void add(std::string_view award_id, const Texts& rors, const Texts& names) {
    if (size_ == capacity_) {
      capacity_ = capacity_ == 0 ? 4096 : capacity_ * 2;
      duckdb_list_vector_reserve(lists_, capacity_);
    }
    put_text(ids_, size_, award_id);
    rors_.put(size_, rors);
    names_.put(size_, names);
    ++size_;
  }
  void end_row(std::size_t row) {
    auto* entries =
        static_cast<duckdb_list_entry*>(duckdb_vector_get_data(lists_));
    entries[row] = {begin_, size_ - begin_};
    begin_ = size_;
    duckdb_list_vector_set_size(lists_, size_);
  }

 private:
  static duckdb_vector field(duckdb_vector lists, idx_t index) {
    return duckdb_struct_vector_get_child(duckdb_list_vector_get_child(lists),
                                          index);
  }
  duckdb_vector lists_, ids_;
  TextLists rors_, names_;
  std::size_t begin_ = 0, size_ = 0, capacity_ = 0;
};

std::vector<Stated> stated_awards(const VectorView& lists, std::size_t row,
                                  const Lookup& rors) {
  std::vector<Stated> stated;
  const VectorView& element = lists.children[0];
  const auto [begin, end] = lists.list(row);
  for (std::size_t i = begin; i < end; ++i) {
    const std::string_view id = element.children[0].text(i);
    if (id.data() == nullptr) continue;
    stated.push_back({text::key(id), id, element.children[1].text(i),
                      resolved_ror(rors, element.children[2].text(i))});
  }
  std::sort(stated.begin(), stated.end(), [](const auto& a, const auto& b) {
    return std::tie(a.key, a.award_id) < std::tie(b.key, b.award_id);
  });
  return stated;
}

}  // namespace

void merge_awards(duckdb_function_info /*info*/, duckdb_data_chunk input,
                  duckdb_vector output) {
  const VectorView lists(duckdb_data_chunk_get_vector(input, 0));
  const VectorView lookups(duckdb_data_chunk_get_vector(input, 1));
  AwardLists awards(output);
  Texts rors, names;
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    const auto stated = stated_awards(lists, row, Lookup(lookups.text(row)));
    for (std::size_t i = 0; i < stated.size();) {
      rors.clear();
      names.clear();
      const std::size_t first = i;
      for (; i < stated.size() && stated[i].key == stated[first].key; ++i) {
        if (stated[i].funder_ror.data() != nullptr)
          rors.push_back(stated[i].funder_ror);
        if (stated[i].funder_name.data() != nullptr)
          names.push_back(stated[i].funder_name);
      }
      sort_unique(rors);
      sort_unique(names);
      awards.add(stated[first].award_id, rors, names);
    }
    awards.end_row(row);
  }
}

}  // namespace dmp::sql
