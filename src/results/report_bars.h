#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dmp::results {

// The bar in a row of a table whose number stands beside it, so hidden from
// screen readers. `style`: a CSS class. `left` and `width` in percent of the
// column.
std::string row_bar(std::string_view style, double left, double width);

// One step of a waterfall: from `from` to `to` on a column that reaches from
// `low` to `high`; up and down have styles of their own.
std::string step_bar(double from, double to, double low, double high);

// Bars end to end that fill the column, each as long as its share of the sum,
// with its number (two decimals) where there is room for it. Hidden from screen
// readers: the caller says the same in words, in the same order. Numbers and
// gaps tell the parts apart, not colours. Parts that are not positive have no
// bar; empty when there is none.
std::string stacked_bar(const std::vector<double>& parts);

}  // namespace dmp::results
