// text/awards.h
#include "fuzz/laws.h"
#include "text/awards.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = dmp::fuzz::text_of(data, size);
  const auto split = dmp::text::split_award(input);
  LAW(split.excluded >= 0);
  for (const auto& piece : split.pieces) {
    LAW(dmp::fuzz::is_tidy(piece));
    LAW(piece.size() >= 2);
    LAW(!dmp::text::is_award_filler(piece));
    // What has come out once comes out the same: plans and works both split.
    const auto again = dmp::text::split_award(piece);
    LAW(again.pieces == std::vector<std::string>{piece});
  }
  const std::string normal = dmp::text::normalise_award(input);
  LAW(dmp::fuzz::is_utf8(normal));
  LAW(dmp::text::normalise_award(normal) == normal);
  dmp::text::is_strong_award(input);
  return 0;
}
