// ingest/subset_rule.h: one record a line, against fixed lists. Both lists keep
// what one of them keeps. The text is read as a list too.
#include "base/log.h"
#include "fuzz/laws.h"
#include "ingest/subset_rule.h"

namespace {

using dmp::ingest::Source;
using dmp::ingest::SubsetList;
using dmp::ingest::SubsetRule;

const SubsetList& dois() {
  static const SubsetList kList{"dois", R"(["10.5555/kelp.1", "10.1/a"])"};
  return kList;
}
const SubsetList& institutions() {
  static const SubsetList kList{"institutions",
                                R"([{"name": "Kelp"}, {"ror": "01an7q238"}])"};
  return kList;
}

struct Judgement {
  bool kept = false, whole = false;
};

Judgement judge(const SubsetRule& rule, Source source, std::string_view line) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string json(dmp::text::to_valid_utf8(line));
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (parser.iterate(json).get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS) {
    return {};
  }
  dmp::Counters counters;
  dmp::ingest::JsonWalk walk(counters);
  const bool kept = rule.keeps(source, object, walk);
  return {kept, !walk.broken() && document.at_end()};
}

void check_record(std::string_view line) {
  static const auto kDois = SubsetRule::read(dois(), {});
  static const auto kPlaces = SubsetRule::read({}, institutions());
  static const auto kBoth = SubsetRule::read(dois(), institutions());
  for (const auto source :
       {Source::openalex_works, Source::crossref_metadata, Source::datacite}) {
    const auto by_doi = judge(*kDois, source, line);
    const auto by_place = judge(*kPlaces, source, line);
    const auto by_both = judge(*kBoth, source, line);
    // What is kept is not read to its end, so broken JSON may show or not.
    if (!by_doi.whole || !by_place.whole || !by_both.whole) continue;
    LAW(by_both.kept == (by_doi.kept || by_place.kept));
  }
}

void check_list(std::string_view text) {
  const SubsetList list{"list", std::string(text)};
  for (const auto& rule :
       {SubsetRule::read(list, {}), SubsetRule::read({}, list)}) {
    LAW(rule || dmp::fuzz::is_utf8(rule.error().message));
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kQuiet = [] {
    dmp::log::configure(dmp::log::Level::critical, dmp::log::Form::text);
    return true;
  }();
  (void)kQuiet;
  const auto text = dmp::fuzz::text_of(data, size);
  for (const auto line : dmp::fuzz::lines_of(text, 8)) check_record(line);
  check_list(text);
  return 0;
}
