#pragma once

#include "fuzz/laws.h"
#include "ingest/reader.h"
#include "sql/column_data.h"
#include "text/doi.h"

#include <simdjson.h>

#include <memory>
#include <string>
#include <string_view>

namespace dmp::fuzz {

// Every value of a column is valid UTF-8, and nested columns hold as many
// values as their parents say.
inline void check_column(const sql::Column& column, std::size_t rows) {
  const auto& data = column.data();
  LAW(data.size() == rows);
  switch (data.kind) {
    case sql::Kind::text:
      LAW(is_utf8(data.bytes));
      LAW(data.ends.size() == rows);
      LAW(rows == 0 || data.ends.back() == data.bytes.size());
      break;
    case sql::Kind::list:
      LAW(data.ends.size() == rows);
      check_column(data.children[0], rows == 0 ? 0 : data.ends.back());
      break;
    case sql::Kind::structure:
      for (const auto& child : data.children) check_column(child, rows);
      break;
    case sql::Kind::real:
      LAW(data.reals.size() == rows);
      break;
    default:
      LAW(data.integers.size() == rows);
  }
}

// Hands each line to the reader as the driver does (ingest/transform.cpp), and
// checks the contract of Reader: one row when the record is kept, else none.
// The row equation is then lines = rows + outcomes that are not `kept`.
inline void check_reader(ingest::Reader& reader, std::string_view lines) {
  sql::TableBuffer rows(reader.schema());
  simdjson::ondemand::parser parser;
  Counters counters;
  std::size_t read = 0, kept = 0, others = 0;
  for (const auto line : lines_of(lines, 16)) {
    ++read;
    const simdjson::padded_string json(text::to_valid_utf8(line));
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser.iterate(json).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS) {
      ++others;
      continue;
    }
    ingest::JsonWalk walk(counters);
    std::string doi;
    const std::size_t before = rows.rows();
    const auto outcome = reader.read(object, walk, rows, doi);
    const bool is_kept = outcome == ingest::Outcome::kept;
    LAW(rows.rows() == before + (is_kept ? 1 : 0));
    if (walk.broken() || !document.at_end()) {
      if (is_kept) rows.take_back_row();
      rows.drop_row();
      ++others;
      continue;
    }
    if (!is_kept) {
      rows.drop_row();
      ++others;
      continue;
    }
    ++kept;
    LAW(text::doi_registry(doi).doi == doi);
    LAW(!doi.empty() && doi.size() <= 512);
  }
  LAW(read == kept + others);
  LAW(rows.rows() == kept);
  for (std::size_t i = 0; i < reader.schema().size(); ++i)
    check_column(rows.column(i), kept);
  for (const auto& [name, count] : counters.all()) LAW(count >= 0);
}

}  // namespace dmp::fuzz
