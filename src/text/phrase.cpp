#include "text/phrase.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace dmp::text {

namespace {

// Places token i of the query, keeping max - min of (position - i) in bounds.
template <class QueryToken, class Token>
class Placement {
 public:
  Placement(std::span<const QueryToken> query, std::span<const Token> document,
            int slop)
      : query_(query), document_(document), slop_(slop) {}

  bool place(std::size_t i, std::ptrdiff_t least, std::ptrdiff_t most) {
    if (i == query_.size()) return true;
    const auto offset = static_cast<std::ptrdiff_t>(i);
    // Positions p with p - i inside [most - slop, least + slop].
    const std::ptrdiff_t from =
        std::max<std::ptrdiff_t>(0, most - slop_ + offset);
    const std::ptrdiff_t to = std::min<std::ptrdiff_t>(
        static_cast<std::ptrdiff_t>(document_.size()) - 1,
        least + slop_ + offset);
    for (std::ptrdiff_t p = from; p <= to; ++p) {
      if (--tries_ < 0) return false;
      const auto position = static_cast<std::size_t>(p);
      if (document_[position] != query_[i] || is_used(position)) continue;
      used_.push_back(position);
      if (place(i + 1, std::min(least, p - offset),
                std::max(most, p - offset))) {
        return true;
      }
      used_.pop_back();
    }
    return false;
  }

  bool run() {
    for (std::size_t p = 0; p < document_.size(); ++p) {
      if (document_[p] != query_[0]) continue;
      used_.assign(1, p);
      const auto at = static_cast<std::ptrdiff_t>(p);
      if (place(1, at, at)) return true;
    }
    return false;
  }

 private:
  bool is_used(std::size_t position) const {
    return std::find(used_.begin(), used_.end(), position) != used_.end();
  }

  std::span<const QueryToken> query_;
  std::span<const Token> document_;
  std::ptrdiff_t slop_;
  std::vector<std::size_t> used_;
  int tries_ = 10'000;
};

template <class QueryToken, class Token>
bool is_placed(std::span<const QueryToken> query,
               std::span<const Token> document, int slop) {
  if (query.empty() || document.size() < query.size()) return false;
  return Placement<QueryToken, Token>(query, document, slop).run();
}

}  // namespace

bool phrase_matches(std::span<const std::string> query,
                    std::span<const std::string_view> document, int slop) {
  return is_placed(query, document, slop);
}

bool phrase_matches(std::span<const std::uint32_t> query,
                    std::span<const std::uint32_t> document, int slop) {
  return is_placed(query, document, slop);
}

}  // namespace dmp::text
