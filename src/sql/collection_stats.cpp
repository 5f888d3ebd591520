#include "sql/collection_stats.h"

#include "sql/session.h"
#include "sql/table_buffer.h"

#include <fmt/format.h>

#include <utility>

namespace dmp::sql {

namespace {
// About 200 MB of terms in memory: 48 bytes a slot, half of them in use.
constexpr std::size_t kMostTerms = 2'000'000;
}  // namespace

void CollectionStats::count(std::string_view text, Field field) {
  const auto& tokens = analyser_.analyse(text);
  if (tokens.empty()) return;
  const auto at = static_cast<std::size_t>(field);
  ++documents_[at];
  tokens_[at] += static_cast<std::int64_t>(tokens.size());
  hashes_.clear();
  for (const auto& token : tokens)
    hashes_.push_back(terms_.prepare(token.term));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    TermTable::Frequencies& counts = terms_.find(tokens[i].term, hashes_[i]);
    std::uint32_t& seen =
        field == Field::title ? counts.seen_title : counts.seen_abstract;
    if (seen == document_) continue;
    seen = document_;
    ++(field == Field::title ? counts.title : counts.abstract);
  }
}

Status CollectionStats::add(const model::Work& work) {
  ++document_;
  if (work.title) count(*work.title, Field::title);
  if (work.abstract_text) count(*work.abstract_text, Field::abstract);
  const std::size_t nested = work.institutions.size() + work.authors.size() +
                             work.funders.size() + work.awards.size() +
                             work.intra_work_dois.size() +
                             work.possible_shared_project_dois.size() +
                             work.dataset_citation_dois.size();
  live_documents_ += 1 + static_cast<std::int64_t>(nested);
  ++works_;
  return terms_.size() < kMostTerms ? Status{} : flush();
}

Status CollectionStats::flush() {
  TableBuffer rows({text_field("term"), field("title_df", Kind::int64),
                    field("abstract_df", Kind::int64)});
  terms_.each([&](std::string_view term, const TermTable::Frequencies& counts) {
    rows.column(0).append_text(term);
    rows.column(1).append_int(counts.title);
    rows.column(2).append_int(counts.abstract);
    rows.end_row();
  });
  const auto path =
      scratch_ / fmt::format("terms_{:05}.parquet", parts_.size());
  DMP_TRY(write_parquet(rows, {}, path, {}));
  parts_.push_back(path);
  terms_.clear();
  document_ = 0;
  return {};
}

Status CollectionStats::finish(Session& session,
                               const std::filesystem::path& dir) {
  DMP_TRY(flush());
  DMP_TRY(session.execute(fmt::format(
      "COPY (SELECT term, sum(title_df)::BIGINT AS title_df, "
      "sum(abstract_df)::BIGINT AS abstract_df FROM {} "
      "GROUP BY term ORDER BY term) TO {} (FORMAT parquet, COMPRESSION zstd)",
      parquet_files(parts_), quote((dir / "terms.parquet").string()))));
  TableBuffer summary(
      {field("works_rows", Kind::int64), field("live_documents", Kind::int64),
       field("title_docs", Kind::int64), field("title_tokens", Kind::int64),
       field("abstract_docs", Kind::int64),
       field("abstract_tokens", Kind::int64)});
  const std::int64_t values[] = {works_,     live_documents_, documents_[0],
                                 tokens_[0], documents_[1],   tokens_[1]};
  for (std::size_t i = 0; i < 6; ++i) summary.column(i).append_int(values[i]);
  summary.end_row();
  return write_parquet(summary, {}, dir / "summary.parquet", {});
}

}  // namespace dmp::sql
