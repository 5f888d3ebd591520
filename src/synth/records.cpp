#include "synth/records.h"

#include <fmt/format.h>

#include <array>
#include <span>

namespace dmp::synth {

std::optional<Oddity> choose_oddity(const Knobs& knobs, double ratio,
                                    OddityRange range, Random& random) {
  const bool chosen = random.chance(ratio);
  const double draw = random.unit();
  if (!chosen) return {};
  const auto first = static_cast<std::size_t>(range.first),
             last = static_cast<std::size_t>(range.last);
  double total = 0;
  for (std::size_t i = first; i <= last; ++i) total += knobs.odd[i];
  if (total == 0) return {};
  double left = draw * total;
  for (std::size_t i = first; i <= last; ++i) {
    if (left < knobs.odd[i]) return static_cast<Oddity>(i);
    left -= knobs.odd[i];
  }
  return {};
}

std::string given_text(const Work& work, const Author& author) {
  std::string text =
      given_names(author.name, work.name_form, work.short_middle);
  return work.ascii_names ? without_accents(text) : text;
}

std::string family_text(const Work& work, const Author& author) {
  return work.ascii_names ? without_accents(author.name.family)
                          : author.name.family;
}

std::string_view org_text(const World& world, std::uint32_t number,
                          Random& random) {
  const Organisation& org = world.organisations()[number];
  const bool variant = random.chance(world.knobs().org_variant);
  const std::uint64_t which = random.next();
  if (!variant) return org.name;
  if (!org.aliases.empty()) return org.aliases[which % org.aliases.size()];
  return org.acronym.empty() ? std::string_view(org.name) : org.acronym;
}

std::string venue_of(const World& world, const Work& work) {
  constexpr std::array<std::string_view, 6> kKinds{
      "Journal of {}", "{} Letters",     "{} Research",
      "Annals of {}",  "Advances in {}", "International {} Review"};
  if (work.type == WorkType::dataset || work.type == WorkType::software)
    return work.key % 3 == 0 ? "Example Dryad" : "Example Zenodo";
  if (work.type == WorkType::preprint) return "Example Preprints";
  std::string subject(world.vocabulary().word(work.slot % 400));
  capitalise(subject);
  return fmt::format(fmt::runtime(kKinds[work.slot % kKinds.size()]), subject);
}

std::string escape_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 32);
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  return out;
}

std::string text_with_controls(std::string_view text) {
  std::string json = json_string(text);
  json.insert(json.size() - 1, R"(\u0000 \ud800 \u2028 \u202e end)");
  return json;
}

void append_broken(Random random, std::string& out) {
  switch (random.below(6)) {
    case 0:
      out +=
          R"({"id":"https://openalex.org/W1","doi":"https://doi.org/10.5555/cut","title":"Cut of)";
      break;
    case 1:
      out += "this is no JSON";
      break;
    case 2:
      out += "[]";
      break;
    case 3:
      out += "42";
      break;
    case 4:
      out += "{\"id\":\"10.5072/x\",,}";
      break;
    default:
      out += "{\"DOI\":\"10.5555/bad\xff\xfe\"";
  }
  out += '\n';
}

void append_citation(Record record, const Relation& relation,
                     std::string& out) {
  const World& world = record.world;
  Random& random = record.random;
  constexpr std::array<std::string_view, 4> kSources{"datacite", "eupmc", "czi",
                                                     "datacite"};
  const std::string date = text::format_day(record.work.date);
  const std::string publication = "https://doi.org/" + relation.doi;
  std::string dataset = "https://doi.org/" + record.work.doi;
  if (record.is(Oddity::co_self)) dataset = publication;
  if (record.is(Oddity::co_blank)) dataset.insert(8, " ");
  if (record.is(Oddity::co_accession))
    dataset = fmt::format("GSE{}", random.below(300'000));
  JsonWriter json(out);
  if (record.is(Oddity::co_old_keys)) {
    json.begin_object()
        .member("objId", publication)
        .member("subjId", dataset)
        .member("repository", venue_of(world, record.work))
        .member("source", "datacite")
        .end_object();
    return;
  }
  json.begin_object();
  json.member("id", fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                                random.next() >> 32, random.below(65536),
                                random.below(4096), random.below(4096),
                                random.next() >> 16));
  json.member("created", date + "T03:33:41.256+00:00")
      .member("updated", date + "T03:33:41.256+00:00");
  json.key("repository");
  if (record.is(Oddity::co_nulls))
    json.null();
  else
    json.begin_object()
        .member("title", venue_of(world, record.work))
        .key("external_id")
        .null()
        .end_object();
  json.key("publisher")
      .begin_object()
      .member("title", "Example Press")
      .key("external_id")
      .null()
      .end_object();
  json.key("journal").begin_object().end_object();
  json.key("title").null();
  json.member("dataset", dataset).member("publication", publication);
  json.member("publishedDate", date + "T00:00:00+00:00");
  json.member("source", random.pick(kSources));
  json.key("affiliations").begin_array().end_array();
  json.key("funders").begin_array().end_array();
  json.key("subjects").begin_array().end_array();
  json.end_object();
}

}  // namespace dmp::synth
