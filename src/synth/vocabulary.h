#pragma once

#include "synth/random.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::synth {

// What a text is about: words of its field, of the group's topic in it, and of
// the one project. Equal keys share words; unequal keys hardly any.
struct Topic {
  std::uint64_t field = 0, group = 0, project = 0;
  // Shares of 1024 content words drawn up to each: general, + field, + group;
  // the rest is the project's.
  std::uint32_t general = 400, with_field = 640, with_group = 840;
};

// Invented technical words among real English ones. Word frequencies fall with
// rank inside each part. Read-only after construction: any thread may use it.
class Vocabulary {
 public:
  explicit Vocabulary(std::uint64_t key);

  // Appends a title (no final stop) / sentences of about `words` words.
  void title(const Topic& topic, Random& random, std::string& out) const;
  void abstract(const Topic& topic, int words, Random& random,
                std::string& out) const;
  // As a plan says it: what will be done, what data there will be.
  void description(const Topic& topic, int words, Random& random,
                   std::string& out) const;
  // One invented word, lower case.
  std::string_view word(std::uint64_t number) const;

 private:
  std::string_view content(const Topic& topic, Random& random) const;
  void sentence(const Topic& topic, int words, Random& random,
                std::string& out) const;

  std::string letters_;
  std::vector<std::uint32_t> begins_;  // kWords + 1 offsets into letters_
};

// Upper-cases the first letter of `text` from `at` on, if it is a-z.
void capitalise(std::string& text, std::size_t at = 0);

}  // namespace dmp::synth
