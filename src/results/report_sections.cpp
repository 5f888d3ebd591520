#include "results/report_sections.h"

#include "storage/gzip_file.h"

#include <fmt/format.h>

namespace dmp::results {

namespace {
constexpr char kBetween = '\x1E';
}  // namespace

PlanSections::PlanSections(HtmlFile& html, std::size_t plans)
    : html_(html), packed_(plans > kPlainPlans) {
  html_ << "<section aria-labelledby=works-title><h2 id=works-title>Works by "
           "plan</h2>\n";
  if (!packed_) return;
  html_ << fmt::format(
      "<noscript><p class=note>The {} plans of this page are packed; it needs "
      "JavaScript to show them. A page of up to {} plans does without: make "
      "one of fewer matches with dmpworks report.</p></noscript>"
      "<div id=shown></div><p class=more><button id=more type=button hidden>"
      "Show more</button> <button id=all type=button hidden>Show all"
      "</button></p>\n",
      plans, kPlainPlans);
}

void PlanSections::add(const std::string& section) {
  if (!packed_) {
    html_ << section;
    return;
  }
  if (in_pack_ == kPlansAPack) end_pack();
  if (in_pack_ > 0) pack_ += kBetween;
  pack_ += section;
  ++in_pack_;
}

void PlanSections::finish() {
  if (in_pack_ > 0) end_pack();
  html_ << "</section>\n";
}

void PlanSections::end_pack() {
  html_ << fmt::format(
      "<script class=pack type=\"application/gzip\" data-plans={}>",
      kPlansAPack);
  html_ << base64(storage::gzip_member(pack_));
  html_ << "</script>\n";
  pack_.clear();
  in_pack_ = 0;
}

}  // namespace dmp::results
