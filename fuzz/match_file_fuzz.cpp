// results/match_json.h: a line of a matches file, read and written again.
#include "fuzz/laws.h"
#include "results/match_json.h"

namespace {

dmp::Result<dmp::results::MatchRecord> parse(std::string_view json) {
  static dmp::results::MatchParser parser;
  std::string padded(json);
  padded.append(64, '\0');
  return parser.parse(std::string_view(padded).substr(0, json.size()));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using dmp::results::Explain;
  using dmp::results::match_record_json;
  const auto record = parse(dmp::fuzz::text_of(data, size));
  if (!record) {
    LAW(record.error().code == dmp::ErrorCode::corrupt_input);
    return 0;
  }
  LAW(!record->matches.plan_doi.empty());
  if (record->form == dmp::results::MatchRecord::Form::pair)
    LAW(record->matches.works.size() == 1);
  // Reading takes what it can; what it took is written and read the same.
  const std::string text = match_record_json(record->matches, Explain::write);
  const auto again = parse(text);
  LAW(again);
  LAW(again->matches.works.size() == record->matches.works.size());
  LAW(match_record_json(again->matches, Explain::write) == text);
  return 0;
}
