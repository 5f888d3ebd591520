#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The linkage model: for a plan and a work, exactly one of three classes.
//   R  chance: another person of that name, a number that collides
//   S  same people, other work
//   O  output of the plan
// Each comparison finds a level; a level has P(level | class). The weights are
// log2 ratios against R, so everything adds up. This file knows no engine and
// no text: levels in, weights and a probability out.
// Source: spec linkage.md 2, 4, 6, but for four things and linkage_order.h
// (why, and what they are worth: docs/matching.md, bench/README.md):
//   text   rows of their own for plans without abstract, and all rows means
//          over poor records too: topic tells less than the best records say
//   date   a share of S is as near in time to the project as outputs are
//   award  other work may carry the award: m_S of a match is at least m_O / 50
//   prior  3.5 outputs are expected, with at least one of the plan's authors
namespace dmp::match::linkage {

inline constexpr std::size_t kTextBins = 16, kDateBins = 8, kConditions = 4;
inline constexpr std::size_t kMostAuthors = 50;

// A number for class S and one for class O.
struct ClassPair {
  double s = 0, o = 0;
  ClassPair& operator+=(const ClassPair& other) {
    s += other.s;
    o += other.o;
    return *this;
  }
  bool operator==(const ClassPair&) const = default;
};

// How a plan's author was met among the authors of a work (4.1).
enum class NameLevel : std::uint8_t {
  none,
  orcid,
  full,
  initial2,
  initial,
  surname,
  conflict,
  middle,
};
inline constexpr std::size_t kNameLevels = 8;

enum class Agreement : std::uint8_t { missing, agree, disagree };

// Best first after `unusable` (4.5): a smaller value wins.
enum class AwardLevel : std::uint8_t {
  unusable,  // the plan has no award to compare
  full_strong,
  full_agree,
  full_unknown,
  full_disagree,
  core_agree,
  core_unknown,
  core_disagree,
  fuzzy,
  other,  // the work names awards, none matches
  none,   // the work names no award
};
inline constexpr std::size_t kAwardLevels = 11;
bool is_match(AwardLevel level);

enum class RelationLevel : std::uint8_t {
  none,
  intra_work,
  shared_project,
  dataset_citation,
};
inline constexpr std::size_t kRelationLevels = 4;

std::string_view name_of(NameLevel level);
std::string_view name_of(Agreement level);
std::string_view name_of(AwardLevel level);
std::string_view name_of(RelationLevel level);
// Of a bin of dates (4.3); the last three are one, `after`, when the project
// has no end.
std::string_view name_of_date_bin(std::size_t bin, bool open_end);

using TextTable = std::array<std::array<double, kTextBins>, kConditions>;
using DateTable = std::array<double, kDateBins>;

// Lower edges of the text bins 1 … 15; a z on an edge is in the upper bin.
inline constexpr std::array<double, kTextBins - 1> kTextEdges{
    -1, -.5, 0, .5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 13};
std::size_t text_bin(double z);

// Where the numbers come from.
struct Training {
  std::string method = "default";  // default | em | labels
  // What that moved: lambda, tables, recalibration, in this order; the rest is
  // as in the file it began with, or compiled in.
  std::vector<std::string> learned;
  std::int64_t plans = 0, pairs = 0, labels = 0, iterations = 0;
  // UTC, ISO 8601. Learning leaves it empty: equal pairs give equal bytes.
  std::string at;
  bool operator==(const Training&) const = default;
};

// All parameters. The values here are the compiled-in tables, the rows of the
// text tables normalised to 1.
struct Model {
  Model();

  double tau = 0.9;  // tempering: comparisons are not independent
  // Expected works a plan: other work of the team, also that by nobody whom the
  // plan names, which no list shows; outputs by somebody whom it names.
  ClassPair lambda{10, 3.5};
  ClassPair q{0.40, 0.85};  // a plan's author is on a work of the class
  std::array<double, kNameLevels> author_a{.03, .98, .95, .97,
                                           .95, .90, .03, .10};
  // By condition: 2 * (plan has an abstract) + (work has one).
  TextTable text_s, text_o;
  DateTable date_o{.002, .010, .09, .36, .33, .17, .03, .008};
  // Other work of the team is timed like the outputs (share date_during), or
  // like the collection times date_s.
  DateTable date_s{1, 1, 1, 1, 1, 1, 1, 1};
  double date_during = .3;
  ClassPair funder{.40, .85}, institution{.80, .95};  // P(agree)
  std::array<ClassPair, kAwardLevels> award;
  ClassPair funded{.0005, .30};
  std::array<ClassPair, kRelationLevels> relation;
  double platt_a = 1, platt_b = 0;  // recalibration of p
  Training trained;

  bool operator==(const Model&) const = default;
};

// u of the text bins as seen on real papers, works with abstract; sums to 1.
const std::array<double, kTextBins>& measured_text_u();

// ------------------------------------------------------------ what was found

struct AuthorLevel {
  NameLevel level = NameLevel::none;
  double u = 1;          // P(level | R)
  int work_author = -1;  // index in the work; -1 for none
  bool operator==(const AuthorLevel&) const = default;
};

// Everything that was found out about one pair, without any parameter that is
// learned: what linkage_pairs/ holds.
struct Levels {
  double works = 1;                  // N of the collection
  std::vector<AuthorLevel> authors;  // one a plan author, at most 50
  int text_condition = 0;            // 0 … 3
  int text_bin = -1;                 // -1: plan or work has no text
  double text_z = 0, text_u = 1;
  DateTable date_f{}, date_g{};  // shares of the work, of the collection
  double funder_u = 1, institution_u = 1, award_u = 1;  // P(level | R)
  double funded_u = 1, relation_u = 1;
  Agreement funder = Agreement::missing, institution = Agreement::missing;
  AwardLevel award = AwardLevel::unusable;
  RelationLevel relation = RelationLevel::none;
  bool funded = false;
  bool has_date = false;  // both sides
  bool open_end = false;  // no project end: the last three bins are one
  bool operator==(const Levels&) const = default;
};

// ---------------------------------------------------------------- the weights

// log2 P(level | class) / P(level | R), not tempered.
struct Weights {
  std::vector<ClassPair> authors;  // as Levels::authors
  ClassPair text, date, award, funder, institution, funded, relation;
  ClassPair sum() const;
  ClassPair author_sum() const;
};

ClassPair author_weight(NameLevel level, double u, const Model& model);
ClassPair date_weight(const Levels& levels, const Model& model);
Weights weigh(const Levels& levels, const Model& model);
// The text weight of one bin, for bounds.
ClassPair text_weight(int condition, int bin, double u, const Model& model);

// a: odds in bits of S against R; b: of O against R; log_odds: of O against
// both; X = b and Y = b - a are the two sums of linkage.md 11.
struct Score {
  double a = 0, b = 0, log_odds = 0;
};
Score score(const ClassPair& sum, const Levels& levels, const Model& model);
// Log2 of the expected share of the collection, by class, for a plan with as
// many authors as `levels` has: lambda_s / N and, as an output with none of
// them is not expected, lambda_o / N / named_chance(q_o, authors).
ClassPair prior(const Levels& levels, const Model& model);
// That a work has at least one of `authors`, each of them with chance q; 1 for
// a plan without authors.
double named_chance(double q, std::size_t authors);

// log2(1 + 2^x) without overflow.
double log2_one_plus(double x);
// 1 / (1 + 2^-L).
double probability(double log_odds);
double log_odds_of(double probability);
// After recalibration, clamped to 1e-6 … 1 - 1e-6.
double calibrated(double log_odds, const Model& model);
// The log-odds before recalibration of what is p after it.
double uncalibrated(double p, const Model& model);
// 1 - (1 - max(count, 1) / slots)^authors. Source: linkage.md 4.1, 13.
double name_chance(double count, double slots, double authors);

}  // namespace dmp::match::linkage
