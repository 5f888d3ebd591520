#include "synth/vocabulary.h"

#include <array>

namespace dmp::synth {
namespace {

using namespace std::string_view_literals;

constexpr std::uint32_t kWords = 65536;
constexpr std::uint32_t kFieldWords = 500, kGroupWords = 40, kProjectWords = 12;

constexpr std::array kFunction{
    "the"sv,     "of"sv,      "and"sv,    "in"sv,    "to"sv,     "a"sv,
    "for"sv,     "with"sv,    "that"sv,   "by"sv,    "is"sv,     "are"sv,
    "from"sv,    "on"sv,      "as"sv,     "we"sv,    "this"sv,   "at"sv,
    "which"sv,   "between"sv, "an"sv,     "was"sv,   "were"sv,   "these"sv,
    "can"sv,     "not"sv,     "under"sv,  "both"sv,  "than"sv,   "into"sv,
    "their"sv,   "or"sv,      "has"sv,    "using"sv, "during"sv, "among"sv,
    "through"sv, "its"sv,     "across"sv, "within"sv};

constexpr std::array kGeneral{
    "results"sv,     "analysis"sv,     "data"sv,          "model"sv,
    "study"sv,       "method"sv,       "effects"sv,       "high"sv,
    "based"sv,       "time"sv,         "show"sv,          "structure"sv,
    "system"sv,      "observed"sv,     "properties"sv,    "energy"sv,
    "different"sv,   "low"sv,          "large"sv,         "response"sv,
    "changes"sv,     "measurements"sv, "distribution"sv,  "approach"sv,
    "new"sv,         "significant"sv,  "surface"sv,       "evidence"sv,
    "temperature"sv, "dynamics"sv,     "control"sv,       "function"sv,
    "increase"sv,    "conditions"sv,   "long"sv,          "rate"sv,
    "field"sv,       "growth"sv,       "samples"sv,       "level"sv,
    "process"sv,     "development"sv,  "environmental"sv, "experimental"sv,
    "patterns"sv,    "scale"sv,        "species"sv,       "theory"sv,
    "estimates"sv,   "human"sv,        "water"sv,         "spatial"sv,
    "population"sv,  "variation"sv,    "framework"sv,     "mechanisms"sv,
    "regional"sv,    "quality"sv,      "spectral"sv,      "stability"sv,
    "transport"sv,   "network"sv,      "molecular"sv,     "sensitivity"sv,
    "interaction"sv, "climate"sv,      "efficient"sv,     "learning"sv,
    "parameters"sv,  "region"sv,       "simulation"sv,    "factors"sv,
    "local"sv,       "quantitative"sv, "survey"sv,        "activity"sv,
    "resolution"sv,  "term"sv,         "integrated"sv,    "comparison"sv,
    "cells"sv,       "uncertainty"sv,  "coupling"sv,      "sequence"sv,
    "evaluation"sv,  "health"sv,       "risk"sv,          "diversity"sv,
    "optical"sv,     "phase"sv,        "recovery"sv,      "improved"sv,
    "national"sv,    "soil"sv,         "imaging"sv,       "multiple"sv,
    "detection"sv,   "carbon"sv,       "policy"sv,        "review"sv,
    "assessment"sv,  "exposure"sv,     "genetic"sv,       "marine"sv,
    "monitoring"sv,  "social"sv};

constexpr std::array kTitleLinks{
    " of "sv, " in "sv,   " and "sv, " for "sv,     " under "sv, " with "sv,
    ": "sv,   " from "sv, " on "sv,  " and the "sv, " across "sv};

constexpr std::array kPlanPhrases{
    "This project will investigate "sv,
    "We propose to study "sv,
    "The aim is to understand "sv,
    "Data will be collected on "sv,
    "We will share measurements of "sv,
    "Expected outputs include records of "sv,
    "Field and laboratory work will address "sv,
    "All data sets will be deposited in a repository and document "sv,
    "Code and samples will be kept for "sv,
    "The team will combine existing evidence about "sv};

constexpr std::array kOnsets{
    "b"sv,  "c"sv,  "d"sv,  "f"sv,  "g"sv,   "h"sv,  "k"sv,  "l"sv,
    "m"sv,  "n"sv,  "p"sv,  "r"sv,  "s"sv,   "t"sv,  "v"sv,  "z"sv,
    "br"sv, "ch"sv, "cr"sv, "dr"sv, "fl"sv,  "gl"sv, "gr"sv, "ph"sv,
    "pl"sv, "pr"sv, "sp"sv, "st"sv, "str"sv, "th"sv, "tr"sv, "qu"sv};
constexpr std::array kVowels{"a"sv,  "e"sv,  "i"sv,  "o"sv, "u"sv,  "a"sv,
                             "e"sv,  "i"sv,  "o"sv,  "y"sv, "ae"sv, "io"sv,
                             "ea"sv, "ou"sv, "ia"sv, "eo"sv};
constexpr std::array kCodas{""sv,   ""sv,   ""sv,   "l"sv,  "m"sv,  "n"sv,
                            "r"sv,  "s"sv,  "x"sv,  "nt"sv, "ct"sv, "rd"sv,
                            "st"sv, "ll"sv, "nd"sv, "rm"sv};
constexpr std::array kEndings{
    "in"sv, "ase"sv, "ite"sv, "ics"sv, "oid"sv, "ium"sv, "al"sv,  "ane"sv,
    "on"sv, "ose"sv, "us"sv,  "ism"sv, "ogy"sv, "ine"sv, "ate"sv, "er"sv};

void syllable(std::uint64_t bits, std::string& out) {
  out += kOnsets[bits & 31];
  out += kVowels[(bits >> 5) & 15];
  out += kCodas[(bits >> 9) & 15];
}

}  // namespace

void capitalise(std::string& text, std::size_t at) {
  if (at < text.size() && text[at] >= 'a' && text[at] <= 'z')
    text[at] = static_cast<char>(text[at] - 'a' + 'A');
}

Vocabulary::Vocabulary(std::uint64_t key) {
  begins_.reserve(kWords + 1);
  for (std::uint64_t i = 0; i < kWords; ++i) {
    begins_.push_back(static_cast<std::uint32_t>(letters_.size()));
    const std::uint64_t bits = child(key, i);
    syllable(bits, letters_);
    if ((bits >> 60) < 7) syllable(bits >> 13, letters_);
    letters_ += kOnsets[(bits >> 30) & 15];
    letters_ += kEndings[(bits >> 40) & 15];
  }
  begins_.push_back(static_cast<std::uint32_t>(letters_.size()));
}

std::string_view Vocabulary::word(std::uint64_t number) const {
  const std::size_t i = number % kWords;
  return std::string_view(letters_).substr(begins_[i],
                                           begins_[i + 1] - begins_[i]);
}

std::string_view Vocabulary::content(const Topic& topic, Random& random) const {
  const std::uint32_t part = random.below(1024);
  if (part < topic.general) return kGeneral[random.skewed(kGeneral.size())];
  if (part < topic.with_field)
    return word(mix(topic.field + random.skewed(kFieldWords)));
  if (part < topic.with_group)
    return word(mix(topic.group + random.skewed(kGroupWords)));
  return word(mix(topic.project + random.skewed(kProjectWords)));
}

void Vocabulary::title(const Topic& topic, Random& random,
                       std::string& out) const {
  const std::size_t begin = out.size();
  const int words = random.between(5, 11);
  out += content(topic, random);
  for (int i = 1; i < words; ++i) {
    if (random.below(5) < 2)
      out += kTitleLinks[random.skewed(kTitleLinks.size())];
    else
      out += ' ';
    out += content(topic, random);
  }
  capitalise(out, begin);
}

void Vocabulary::sentence(const Topic& topic, int words, Random& random,
                          std::string& out) const {
  const std::size_t begin = out.size();
  for (int i = 0; i < words; ++i) {
    if (i > 0) out += random.below(14) == 0 ? ", "sv : " "sv;
    const bool small = i + 1 < words && random.below(100) < 38;
    out += small ? kFunction[random.skewed(kFunction.size())]
                 : content(topic, random);
  }
  capitalise(out, begin);
  out += '.';
}

void Vocabulary::abstract(const Topic& topic, int words, Random& random,
                          std::string& out) const {
  const int all = random.between(words / 2, words + words / 2);
  for (int written = 0; written < all;) {
    const int length = random.between(9, 24);
    if (written > 0) out += ' ';
    sentence(topic, length, random, out);
    written += length;
  }
}

void Vocabulary::description(const Topic& topic, int words, Random& random,
                             std::string& out) const {
  for (int written = 0; written < words;) {
    const int length = random.between(7, 16);
    if (written > 0) out += ' ';
    const std::size_t begin = out.size();
    out += random.pick(kPlanPhrases);
    const std::size_t rest = out.size();
    sentence(topic, length, random, out);
    out[rest] = static_cast<char>(out[rest] | 0x20);
    capitalise(out, begin);
    written += length + 4;
  }
}

}  // namespace dmp::synth
