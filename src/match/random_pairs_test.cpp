#include "match/evaluate.h"
#include "match/match_record.h"
#include "match/random_world.h"
#include "match/slow_evaluator.h"
#include "match/work_scorer.h"
#include "text/analysis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace dmp::match {
namespace {

double sum_of(const std::vector<model::ExplainClause>& clauses) {
  double sum = 0;
  for (const auto& clause : clauses) sum += clause.score;
  return sum;
}

// As while works stream past, one plan alone.
std::optional<float> quick_score(const std::vector<PlanQuery>& queries,
                                 const model::Work& work,
                                 const SearchOptions& options) {
  const ScoredPlans plans(queries, kCounts, options);
  BestLists lists(1, 1);
  WorkScorer(plans, lists).score(work);
  const auto kept = lists.take(0);
  if (kept.empty()) return std::nullopt;
  return kept[0].score;
}

// A plan, a work and the way to compare them. Every other work appears on a day
// that decides something; one pair of 500 has many authors on both sides.
struct Pair {
  explicit Pair(World& world)
      : options(random_options(world)),
        table(random_table(world)),
        plan(world.plan()),
        data(world.external_data(plan)),
        work(world.work()) {
    plan.awards = World::awards_of(data);
    if (world.chance(50)) work.publication_date = world.edge(plan, options);
    if (work.publication_date && work.publication_date_end && world.chance(50))
      work.publication_date_end = world.edge(plan, options);
    if (world.below(500) != 0) return;
    while (plan.authors.size() < 100) plan.authors.push_back(world.author());
    work.authors = world.work(400).authors;
  }
  SearchOptions options;
  TermTable table;
  model::Plan plan;
  model::ExternalData data;
  model::Work work;
};

// --------------------------------------------------------- evidence of a
// record

using Items = std::vector<std::pair<int, double>>;  // index, score

// Those that match, best first, then in order of the work; so many at most.
Items best_of(const std::vector<double>& children, int most) {
  Items items;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (children[i] > 0) items.emplace_back(static_cast<int>(i), children[i]);
  }
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
    return std::pair(-a.second, a.first) < std::pair(-b.second, b.first);
  });
  if (items.size() > static_cast<std::size_t>(most))
    items.resize(static_cast<std::size_t>(most));
  return items;
}

Items items_of(const std::vector<model::ItemMatch>& matches) {
  Items items;
  for (const auto& match : matches)
    items.emplace_back(match.index, match.score);
  return items;
}

std::string escaped(const std::string& text, Encoding encoding) {
  std::string out;
  for (const char c : text) {
    const std::string plain(1, c);
    if (encoding == Encoding::plain) {
      out += plain;
    } else {
      out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : plain;
    }
  }
  return out;
}

// World's texts have blanks between words; one word begins with a letter of
// another script, which is a word of its own.
std::string slow_highlight(const std::string& text,
                           const std::vector<std::string>& words,
                           Encoding encoding) {
  static const std::string kAlpha = "\u03B1";
  std::string out;
  const auto add = [&](const std::string& piece) {
    const auto found = slow_words(piece);
    const bool hit = !found.empty() && std::find(words.begin(), words.end(),
                                                 found[0]) != words.end();
    const std::string plain = escaped(piece, encoding);
    out += hit ? "<mark>" + plain + "</mark>" : plain;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    std::string word = text.substr(at, end - at);
    if (word.starts_with(kAlpha)) {
      add(kAlpha);
      word.erase(0, kAlpha.size());
    }
    add(word);
    if (end < text.size()) out += ' ';
    at = end + 1;
  }
  return out;
}

// Each piece is a part of the whole abstract with its marks; at most two.
void expect_pieces_of(const std::string& whole,
                      const std::vector<std::string>& pieces, bool marked) {
  ASSERT_LE(pieces.size(), 2U);
  for (const auto& piece : pieces) {
    EXPECT_EQ(piece.find("<mark>") != std::string::npos, marked) << piece;
    EXPECT_NE(whole.find(piece), std::string::npos) << piece << "\n" << whole;
  }
}

void expect_evidence(const Pair& pair, const Evaluation& hit,
                     const SlowScore& expected) {
  const auto& options = pair.options;
  const auto match = match_of(pair.work, hit, options);
  const int most = options.inner_hits;
  EXPECT_EQ(items_of(match.authors), best_of(expected.authors, most));
  EXPECT_EQ(items_of(match.institutions), best_of(expected.institutions, most));
  EXPECT_EQ(items_of(match.funders), best_of(expected.funders, most));
  EXPECT_EQ(items_of(match.awards), best_of(expected.awards, most));
  const bool content = expected.content > 0;
  const auto title = pair.work.title.value_or("");
  EXPECT_EQ(match.title_highlight.value_or(""),
            content ? slow_highlight(title, expected.title_words,
                                     options.highlight_encoding)
                    : "");
  const auto abstract_text =
      slow_highlight(pair.work.abstract_text.value_or(""),
                     expected.abstract_words, options.highlight_encoding);
  EXPECT_EQ(match.abstract_highlights.empty(),
            !content || abstract_text.empty());
  expect_pieces_of(abstract_text, match.abstract_highlights,
                   abstract_text.find("<mark>") != std::string::npos);
}

// What must have happened for the agreement to mean anything.
struct Seen {
  int hits = 0, outside = 0, mismatches = 0, crowds = 0, weak = 0;
  int enriched = 0, cut = 0, escaped = 0;

  void count(const Pair& pair, const Evaluation& hit) {
    ++hits;
    outside += hit.date_status == "outside";
    mismatches += hit.funder_mismatch;
    crowds += pair.plan.authors.size() >= 100 && hit.authors.size() >= 50;
    for (const auto& clause : hit.explain)
      weak += clause.clause == "awards_weak";
    enriched += !pair.plan.awards.empty() && !hit.awards.empty();
    cut +=
        hit.authors.size() > static_cast<std::size_t>(pair.options.inner_hits);
    escaped += hit.content > 0 &&
               pair.options.highlight_encoding == Encoding::html &&
               pair.work.title.value_or("").find('&') != std::string::npos;
  }
};

// Issue 5, line 1: 10,000 random pairs, each builder and switch.
TEST(Evaluate, AgreesWithTheFormulasOnRandomPairs) {
  World world(7);
  text::Analyser analyser;
  const auto ror = World::organisations();
  const FunderFamilies families = families_of(ror);
  Seen seen;
  for (int round = 0; round < 10'000; ++round) {
    const Pair pair(world);
    const auto& options = pair.options;
    std::vector<PlanQuery> queries{make_query(pair.plan, options, families)};
    queries[0].terms =
        select_terms(queries[0].content_tokens, pair.table, kCounts,
                     options.similarity, options.term_ties);
    const auto expected = slow_evaluate(pair.plan, pair.data, pair.work,
                                        pair.table, kCounts, options, ror);
    const auto got = quick_score(queries, pair.work, options);
    ASSERT_EQ(got.has_value(), expected.has_value()) << round;
    WorkView view(pair.work, analyser);
    const auto whole =
        evaluate(queries[0], view, kCounts, options, Detail::evidence);
    ASSERT_EQ(whole.has_value(), expected.has_value()) << round;
    if (!expected) continue;
    seen.count(pair, *whole);
    const auto score = static_cast<double>(*got);
    const auto content = static_cast<double>(whole->content);
    ASSERT_NEAR(score, expected->score, 1e-6 * std::max(1.0, expected->score))
        << round;
    ASSERT_EQ(whole->score, *got) << round;
    ASSERT_NEAR(content, expected->content, 1e-6 * expected->content) << round;
    ASSERT_NEAR(sum_of(whole->explain), score, 1e-6 * std::max(1.0, score));
    expect_evidence(pair, *whole, *expected);
    ASSERT_FALSE(testing::Test::HasFailure()) << round;
  }
  EXPECT_GT(seen.hits, 1'500);
  EXPECT_GT(seen.outside, 100);
  EXPECT_GT(seen.mismatches, 50);
  EXPECT_GT(seen.crowds, 2);
  EXPECT_GT(seen.weak, 50);
  EXPECT_GT(seen.enriched, 100);
  EXPECT_GT(seen.cut, 50);
  EXPECT_GT(seen.escaped, 5);
}

}  // namespace
}  // namespace dmp::match
