// results/ground_truth.h, and results/csv.h under it.
#include "fuzz/laws.h"
#include "results/csv.h"
#include "results/ground_truth.h"
#include "text/doi.h"

namespace {

// Any fields are written and read again the same.
void check_round_trip(std::string_view text) {
  const auto fields = dmp::fuzz::lines_of(text, 3);
  std::string csv = "header\n";
  for (const auto field : fields) csv += dmp::results::csv_field(field) + ",";
  csv += "end\n";
  dmp::results::CsvReader reader(csv);
  std::vector<std::string> read;
  LAW(reader.next(read) && reader.next(read));
  LAW(read.size() == fields.size() + 1);
  for (std::size_t i = 0; i < fields.size(); ++i) LAW(read[i] == fields[i]);
  LAW(!reader.next(read));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = dmp::fuzz::text_of(data, size);
  check_round_trip(text);
  const auto truth =
      dmp::results::GroundTruth::parse(std::string(text), "truth.csv");
  if (!truth) {
    LAW(truth.error().code == dmp::ErrorCode::corrupt_input);
    return 0;
  }
  LAW(!truth->plans().empty());
  for (const auto& [plan, works] : truth->plans()) {
    LAW(dmp::text::doi_registry(plan).doi == plan);
    LAW(!works.empty());
    for (const auto& [work, verdict] : works) {
      LAW(dmp::text::doi_registry(work).doi == work);
      LAW(truth->verdict(plan, work) == verdict);
    }
  }
  return 0;
}
