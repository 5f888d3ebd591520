#include "results/report_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dmp::results {

std::string row_bar(std::string_view style, double left, double width) {
  return fmt::format(
      "<svg class=row viewBox=\"0 0 100 6\" preserveAspectRatio=none "
      "aria-hidden=true><rect class={} x={:.2f} width={:.2f} height=6 "
      "/></svg>",
      style, left, width);
}

std::string step_bar(double from, double to, double low, double high) {
  constexpr double kWide = 100, kLeast = .4, kLeastSpan = 1e-9;
  const double scale = kWide / std::max(high - low, kLeastSpan);
  return row_bar(to >= from ? "high" : "low",
                 (std::min(from, to) - low) * scale,
                 std::max(std::abs(to - from) * scale, kLeast));
}

// Shares are percentages of an <svg> without viewBox: the bars stretch with the
// page, the numbers keep their size. An inner <svg> clips what does not fit.
std::string stacked_bar(const std::vector<double>& parts) {
  constexpr double kWhole = 100, kRoomForNumber = 10;
  double sum = 0;
  for (const double part : parts) sum += std::max(part, 0.0);
  if (!(sum > 0)) return {};
  std::string bars;
  double left = 0;
  for (const double part : parts) {
    if (!(part > 0)) continue;
    const double wide = kWhole * part / sum;
    bars += fmt::format(
        "<svg x={:.2f}% width={:.2f}%><rect class=plain width=100% "
        "height=100% />",
        left, wide);
    if (wide >= kRoomForNumber)
      bars += fmt::format("<text x=6 y=50%>{:.2f}</text>", part);
    bars += "</svg>";
    left += wide;
  }
  return "<svg class=stack aria-hidden=true>" + bars + "</svg>";
}

}  // namespace dmp::results
