#include "synth/papers.h"

#include "synth/random.h"
#include "synth/unpacked_lines.h"

#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace dmp::synth {
namespace {

constexpr std::uint32_t kTerms = 1u << 18;
constexpr std::size_t kMostAuthors = 1000;

std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 1469598103934665603u;
  for (const char c : text)
    h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return mix(h);
}

void put_text(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  for (int shift = 0; shift < 32; shift += 8)
    out += static_cast<char>((size >> shift) & 255u);
  out += text;
}

// Reads what put_text wrote; empty text at the end of `from`.
std::string take_text(std::string_view& from) {
  if (from.size() < 4) return {};
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i)
    size |= static_cast<std::uint32_t>(static_cast<unsigned char>(from[i]))
            << (8 * i);
  from.remove_prefix(4);
  std::string text(from.substr(0, size));
  from.remove_prefix(std::min<std::size_t>(size, from.size()));
  return text;
}

void append_terms(std::string_view text, std::vector<std::uint32_t>& terms) {
  std::string word;
  const auto end_word = [&] {
    if (word.size() >= 4)
      terms.push_back(static_cast<std::uint32_t>(hash(word) % kTerms));
    word.clear();
  };
  for (const char c : text) {
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'z')
      word += lower;
    else
      end_word();
  }
  end_word();
}

}  // namespace

std::uint64_t name_key(std::string_view name) {
  std::string text;
  for (const char c : name)
    if (c != ' ' && c != '.')
      text += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return hash(text);
}

void PaperStore::CloseFile::operator()(std::FILE* file) const {
  std::fclose(file);
}

PaperStore::PaperStore()
    : failed_(std::make_unique<std::atomic<bool>>(false)),
      document_frequency_(kTerms) {}

Result<PaperStore> PaperStore::read(
    std::span<const std::filesystem::path> files,
    const std::filesystem::path& scratch_dir) {
  PaperStore store;
  std::error_code failed;
  std::filesystem::create_directories(scratch_dir, failed);
  const std::filesystem::path scratch = scratch_dir / ".papers.tmp";
  store.file_.reset(std::fopen(scratch.c_str(), "w+b"));
  if (!store.file_)
    return Error{ErrorCode::io,
                 fmt::format("{}: {}", scratch.string(), std::strerror(errno))};
  // Without a name it goes away with us, however we end.
  std::filesystem::remove(scratch, failed);
  for (const std::filesystem::path& path : files)
    DMP_TRY(store.read_file(path));
  if (store.size() == 0)
    return Error{ErrorCode::corrupt_input,
                 "papers: no line has title, authors and created"};
  if (std::fflush(store.file_.get()) != 0)
    return Error{ErrorCode::io, "papers: the temporary file cannot be written"};
  store.finish();
  return store;
}

Status PaperStore::read_file(const std::filesystem::path& path) {
  simdjson::dom::parser parser;
  std::uint64_t line_number = 0;
  return for_each_line(path, [&](std::string_view line) -> Status {
    ++line_number;
    simdjson::dom::object paper;
    if (parser.parse(line.data(), line.size()).get(paper) != simdjson::SUCCESS)
      return Error{ErrorCode::corrupt_input,
                   fmt::format("line {}: no JSON object", line_number)};
    const auto text_of = [&](const char* name) {
      std::string_view text;
      return paper[name].get(text) == simdjson::SUCCESS ? text : "";
    };
    PaperText text{
        std::string(text_of("title")), std::string(text_of("abstract")), {}};
    simdjson::dom::array list;
    if (paper["authors"].get(list) == simdjson::SUCCESS)
      for (const auto entry : list) {
        std::string_view name;
        if (entry.get(name) == simdjson::SUCCESS && !name.empty())
          text.authors.emplace_back(name);
      }
    std::string_view category;
    if (paper["categories"].get(list) == simdjson::SUCCESS && list.size() > 0)
      std::ignore = list.at(0).get(category);
    const auto day = text::parse_date(text_of("created"));
    if (text.title.empty() || !day || text.authors.empty() ||
        text.authors.size() > kMostAuthors)
      return {};
    return add(text, day->first, category);
  });
}

Status PaperStore::add(const PaperText& text, text::Day day,
                       std::string_view category) {
  std::string bytes;
  put_text(bytes, text.title);
  put_text(bytes, text.abstract);
  for (const std::string& name : text.authors) {
    put_text(bytes, name);
    author_keys_.push_back(name_key(name));
  }
  author_begins_.push_back(author_keys_.size());
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
    return Error{ErrorCode::io, std::strerror(errno)};
  places_.push_back(end_);
  end_ += bytes.size();
  days_.push_back(day);
  category_keys_.emplace_back(hash(category), size() - 1);
  add_terms(text);
  return {};
}

void PaperStore::add_terms(const PaperText& text) {
  std::vector<std::uint32_t> own;
  append_terms(text.title, own);
  append_terms(text.abstract, own);
  std::sort(own.begin(), own.end());
  own.erase(std::unique(own.begin(), own.end()), own.end());
  for (const std::uint32_t term : own) ++document_frequency_[term];
  terms_.insert(terms_.end(), own.begin(), own.end());
  term_begins_.push_back(terms_.size());
}

// Numbers the categories and turns the lists of authors round.
void PaperStore::finish() {
  places_.push_back(end_);
  categories_.resize(size());
  std::sort(category_keys_.begin(), category_keys_.end());
  for (std::size_t i = 0; i < category_keys_.size(); ++i) {
    if (i == 0 || category_keys_[i].first != category_keys_[i - 1].first)
      by_category_.emplace_back();
    by_category_.back().push_back(category_keys_[i].second);
    categories_[category_keys_[i].second] =
        static_cast<std::uint32_t>(by_category_.size()) - 1;
  }
  category_keys_.clear();
  category_keys_.shrink_to_fit();
  by_author_.reserve(author_keys_.size());
  for (std::uint32_t paper = 0; paper < size(); ++paper)
    for (const std::uint64_t key : authors(paper))
      by_author_.emplace_back(key, paper);
  std::sort(by_author_.begin(), by_author_.end());
  by_author_.erase(std::unique(by_author_.begin(), by_author_.end()),
                   by_author_.end());
}

std::span<const std::uint64_t> PaperStore::authors(std::uint32_t paper) const {
  const std::uint64_t begin = author_begins_[paper];
  return std::span(author_keys_)
      .subspan(begin, author_begins_[paper + 1] - begin);
}

std::vector<std::uint32_t> PaperStore::papers_by(std::uint64_t author) const {
  std::vector<std::uint32_t> papers;
  auto at = std::lower_bound(by_author_.begin(), by_author_.end(),
                             std::pair{author, std::uint32_t{0}});
  for (; at != by_author_.end() && at->first == author; ++at)
    papers.push_back(at->second);
  return papers;
}

void PaperStore::load(std::uint32_t paper, PaperText& text) const {
  const std::size_t size = places_[paper + 1] - places_[paper];
  std::string bytes(size, '\0');
  const auto got = pread(fileno(file_.get()), bytes.data(), size,
                         static_cast<off_t>(places_[paper]));
  if (got != static_cast<ssize_t>(size)) {
    failed_->store(true);
    bytes.clear();
  }
  std::string_view rest = bytes;
  text.title = take_text(rest);
  text.abstract = take_text(rest);
  text.authors.clear();
  while (!rest.empty()) text.authors.push_back(take_text(rest));
}

std::span<const std::uint32_t> PaperStore::terms(std::uint32_t paper) const {
  const std::uint64_t begin = term_begins_[paper];
  return std::span(terms_).subspan(begin, term_begins_[paper + 1] - begin);
}

double PaperStore::similarity(std::uint32_t paper, std::uint32_t other) const {
  const auto others = terms(other);
  // Information in whole bits: the same on every machine.
  int all = 0, shared = 0;
  auto at = others.begin();
  for (const std::uint32_t term : terms(paper)) {
    const int bits = static_cast<int>(
        std::bit_width(size() / (document_frequency_[term] + 1)));
    all += bits;
    while (at != others.end() && *at < term) ++at;
    if (at != others.end() && *at == term) shared += bits;
  }
  return all == 0 ? 0 : static_cast<double>(shared) / all;
}

}  // namespace dmp::synth
