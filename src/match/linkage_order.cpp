#include "match/linkage_order.h"

#include <numeric>

namespace dmp::match::linkage {

namespace {

// Visits each block: its first bin and one past its last.
template <class Visit>
void each_block(const std::vector<std::size_t>& ends, Visit visit) {
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    visit(begin, end);
    begin = end;
  }
}

double sum(const TextRow& row, std::size_t begin, std::size_t end) {
  return std::accumulate(row.begin() + static_cast<std::ptrdiff_t>(begin),
                         row.begin() + static_cast<std::ptrdiff_t>(end), 0.0);
}

void share_out(TextRow& row, const TextRow& chance, std::size_t begin,
               std::size_t end) {
  const double ratio = sum(row, begin, end) / sum(chance, begin, end);
  for (std::size_t b = begin; b < end; ++b) row[b] = ratio * chance[b];
}

}  // namespace

std::vector<std::size_t> rising_blocks(const TextRow& values,
                                       const TextRow& weights) {
  struct Block {
    double sum, weight;
  };
  std::vector<Block> blocks;
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < kTextBins; ++i) {
    blocks.push_back({values[i] * weights[i], weights[i]});
    ends.push_back(i + 1);
    while (blocks.size() > 1) {
      const Block last = blocks.back();
      Block& before = blocks[blocks.size() - 2];
      if (before.sum / before.weight <= last.sum / last.weight) break;
      before.sum += last.sum;
      before.weight += last.weight;
      blocks.pop_back();
      ends.erase(ends.end() - 2);
    }
  }
  return ends;
}

TextRow rising(const TextRow& values, const TextRow& weights) {
  TextRow out{};
  each_block(rising_blocks(values, weights),
             [&](std::size_t begin, std::size_t end) {
               double mean = 0;
               for (std::size_t b = begin; b < end; ++b)
                 mean += values[b] * weights[b];
               mean /= sum(weights, begin, end);
               for (std::size_t b = begin; b < end; ++b) out[b] = mean;
             });
  return out;
}

Model meeting(Model model, const TextTable& chance) {
  for (std::size_t c = 0; c < kConditions; ++c) {
    TextRow ratio{};
    for (std::size_t b = 0; b < kTextBins; ++b)
      ratio[b] = model.text_o[c][b] / chance[c][b];
    each_block(rising_blocks(ratio, chance[c]),
               [&](std::size_t begin, std::size_t end) {
                 if (end - begin == 1) return;
                 share_out(model.text_s[c], chance[c], begin, end);
                 share_out(model.text_o[c], chance[c], begin, end);
               });
  }
  return model;
}

}  // namespace dmp::match::linkage
