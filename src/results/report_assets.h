#pragma once

#include <string_view>

namespace dmp::results {

// What stands in the page's <style> and <script>; the page's security policy
// allows exactly these texts, by hash.
extern const std::string_view kReportStyle;
extern const std::string_view kReportScript;

// "How to read this report", for readers who are no programmers.
extern const std::string_view kReportGuide;

}  // namespace dmp::results
