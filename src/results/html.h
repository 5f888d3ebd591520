#pragma once

#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::results {

// Text for element content and quoted attributes: & < > " ' escaped, control
// characters dropped, bad UTF-8 replaced.
std::string escape_html(std::string_view text);

// The same, but <mark> and </mark> stay when they pair up; the result always
// has as many of the one as of the other.
std::string escape_highlight(std::string_view text);

// https://doi.org/ and the DOI, percent-escaped; safe in a quoted attribute.
std::string doi_url(std::string_view doi);

// The URL escaped for an attribute if it is http or https and has no blank;
// nullopt otherwise (a `javascript:` link never reaches the page).
std::optional<std::string> safe_url(std::string_view url);

// 'sha256-…' of a text, as a Content-Security-Policy wants it.
std::string csp_hash(std::string_view text);

std::string base64(std::string_view bytes);

// An HTML file written piece by piece under a temporary name; finish() syncs it
// and puts it in place. Memory: a buffer of 1 MiB.
class HtmlFile {
 public:
  // Makes the folder. Errors: io.
  static Result<HtmlFile> create(const std::filesystem::path& path);
  HtmlFile& operator<<(std::string_view html);
  // Errors: io (also of any write before).
  Status finish();

  HtmlFile(HtmlFile&&) noexcept = default;
  ~HtmlFile();

 private:
  HtmlFile() = default;
  std::filesystem::path path_, temporary_;
  std::ofstream out_;
  std::string buffer_;
};

}  // namespace dmp::results
