#pragma once

#include "results/html.h"

#include <cstddef>
#include <string>

namespace dmp::results {

// The plans of a page, in their order. Up to kPlainPlans stand in it as they
// are; more would make a browser wait, so they are packed: kPlansAPack of them
// together, joined by U+001E (which no section holds), gzip, base64, as a data
// block <script class=pack>. The page's script unpacks what is looked at.
class PlanSections {
 public:
  static constexpr std::size_t kPlainPlans = 500;
  static constexpr std::size_t kPlansAPack = 25;

  // Writes the head of the section to `html`, which must outlive this.
  PlanSections(HtmlFile& html, std::size_t plans);

  // The <section> of the next plan.
  void add(const std::string& section);
  // After the last.
  void finish();

 private:
  void end_pack();

  HtmlFile& html_;
  bool packed_;
  std::string pack_;
  std::size_t in_pack_ = 0;
};

}  // namespace dmp::results
