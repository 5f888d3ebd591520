// text/clean_text.h: the whole of it.
#include "fuzz/laws.h"
#include "text/clean_text.h"

using dmp::text::TextKind;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto raw = dmp::fuzz::text_of(data, size);
  const struct {
    TextKind kind;
    std::size_t limit;
  } kinds[] = {{TextKind::title, 4'000},
               {TextKind::abstract, 100'000},
               {TextKind::label, 1'000}};
  for (const auto& [kind, limit] : kinds) {
    dmp::text::CleanNotes notes;
    const auto clean = dmp::text::clean_text(raw, kind, &notes);
    if (!clean) continue;
    LAW(dmp::fuzz::is_tidy(*clean));
    LAW(dmp::text::count_code_points(*clean) <= limit);
    LAW(dmp::text::collapse_space(*clean) == *clean);
    LAW(dmp::text::to_nfc(*clean) == *clean);
    for (const char c : *clean) LAW(static_cast<unsigned char>(c) >= ' ');
    LAW(notes.truncated || !dmp::text::is_placeholder(*clean, kind));
  }
  return 0;
}
