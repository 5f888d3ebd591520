#pragma once

#include "base/result.h"
#include "text/dates.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::synth {

struct PaperText {
  std::string title, abstract;
  std::vector<std::string> authors;  // display names, in order
};

// Real papers to make works of, read once. Text lies in a temporary file
// without a name; in memory are, for each paper, its place there, its day, its
// first category, 8 + 12 bytes an author and 4 a word. Read-only afterwards:
// any thread.
class PaperStore {
 public:
  // JSON lines, plain, .gz or .zst: title, abstract, authors [text] or text
  // parts, created YYYY-MM-DD; optional categories. Lines without title, author
  // or day, or with more than 1,000 authors, are left out.
  // Errors: not_found, corrupt_input (a file that does not unpack, a line that
  // is no JSON object, no paper at all), io.
  static Result<PaperStore> read(std::span<const std::filesystem::path> files,
                                 const std::filesystem::path& scratch_dir);

  std::uint32_t size() const {
    return static_cast<std::uint32_t>(days_.size());
  }
  text::Day day(std::uint32_t paper) const { return days_[paper]; }
  std::uint32_t category(std::uint32_t paper) const {
    return categories_[paper];
  }
  // The papers of a category, ascending.
  std::span<const std::uint32_t> papers_in(std::uint32_t category) const {
    return by_category_[category];
  }
  // A key of each author's name, in order.
  std::span<const std::uint64_t> authors(std::uint32_t paper) const;
  // The papers with that author key, ascending.
  std::vector<std::uint32_t> papers_by(std::uint64_t author) const;

  // The text of a paper; empty when the temporary file cannot be read (then
  // failed() is true from then on).
  void load(std::uint32_t paper, PaperText& text) const;
  bool failed() const { return failed_->load(); }

  // Share of the information in `paper`'s title and abstract that `other` has
  // too, 0 … 1: rare words count more. Related papers of one author: .12 and
  // more; two papers of a category: .05 (measured on 114,000 papers).
  double similarity(std::uint32_t paper, std::uint32_t other) const;

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const;
  };
  PaperStore();
  Status read_file(const std::filesystem::path& path);
  Status add(const PaperText& text, text::Day day, std::string_view category);
  void add_terms(const PaperText& text);
  void finish();
  // Words of the text as term numbers, ascending, each once.
  std::span<const std::uint32_t> terms(std::uint32_t paper) const;

  std::unique_ptr<std::FILE, CloseFile> file_;
  std::unique_ptr<std::atomic<bool>> failed_;
  std::uint64_t end_ = 0;
  std::vector<std::uint64_t> places_;
  std::vector<text::Day> days_;
  std::vector<std::uint32_t> categories_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> category_keys_;
  std::vector<std::vector<std::uint32_t>> by_category_;
  std::vector<std::uint64_t> author_begins_{0}, author_keys_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> by_author_;
  std::vector<std::uint64_t> term_begins_{0};
  std::vector<std::uint32_t> terms_, document_frequency_;
};

// The key of a person's name: case and blanks do not count.
std::uint64_t name_key(std::string_view name);

}  // namespace dmp::synth
