#include "match/linkage_file.h"

#include "base/json_writer.h"
#include "storage/s3_object.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace dmp::match::linkage {

namespace {

constexpr std::string_view kFormat = "dmpworks-linkage/1";

// Six digits; not decimals, so that small shares keep theirs.
double rounded(double value) {
  return std::stod(fmt::format("{:.6g}", value));
}

void write_pair(JsonWriter& json, std::string_view name,
                const ClassPair& pair) {
  json.key(name).begin_object();
  json.member("S", rounded(pair.s)).member("O", rounded(pair.o));
  json.end_object();
}

template <class Row>
void write_row(JsonWriter& json, const Row& row) {
  json.begin_array();
  for (const double value : row) json.value(rounded(value));
  json.end_array();
}

void write_text(JsonWriter& json, const Model& model) {
  json.key("text").begin_object().key("edges");
  write_row(json, kTextEdges);
  const auto table = [&](const char* name, const TextTable& rows) {
    json.key(name).begin_array();
    for (const auto& row : rows) write_row(json, row);
    json.end_array();
  };
  table("S", model.text_s);
  table("O", model.text_o);
  json.end_object();
}

void write_trained(JsonWriter& json, const Training& trained) {
  json.key("trained").begin_object();
  json.member("method", trained.method)
      .member("plans", trained.plans)
      .member("pairs", trained.pairs)
      .member("labels", trained.labels)
      .member("at", trained.at)
      .member("iterations", trained.iterations);
  // Not of the compiled-in tables: their bytes are those of all versions.
  if (!trained.learned.empty()) {
    json.key("learned").begin_array();
    for (const auto& part : trained.learned) json.value(part);
    json.end_array();
  }
  json.end_object();
}

}  // namespace

std::string model_json(const Model& model) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("format", kFormat);
  json.member("tau", rounded(model.tau));
  write_pair(json, "lambda", model.lambda);
  write_pair(json, "q", model.q);
  json.key("author_a").begin_object();
  for (std::size_t i = 0; i < kNameLevels; ++i) {
    json.member(name_of(static_cast<NameLevel>(i)), rounded(model.author_a[i]));
  }
  json.end_object();
  write_text(json, model);
  json.key("date").begin_object().key("S");
  write_row(json, model.date_s);
  json.key("O");
  write_row(json, model.date_o);
  json.member("during", rounded(model.date_during));
  json.end_object();
  write_pair(json, "funder", model.funder);
  write_pair(json, "institution", model.institution);
  json.key("award").begin_object();
  for (std::size_t i = 1; i < kAwardLevels; ++i)
    write_pair(json, name_of(static_cast<AwardLevel>(i)), model.award[i]);
  json.end_object();
  write_pair(json, "funded", model.funded);
  json.key("relation").begin_object();
  for (std::size_t i = 1; i < kRelationLevels; ++i)
    write_pair(json, name_of(static_cast<RelationLevel>(i)), model.relation[i]);
  json.end_object();
  json.key("platt").begin_object();
  json.member("a", rounded(model.platt_a)).member("b", rounded(model.platt_b));
  json.end_object();
  write_trained(json, model.trained);
  json.end_object();
  return out + "\n";
}

// --------------------------------------------------------------------- reading

namespace {

using Json = simdjson::dom::element;

template <class Row>
bool read_row(const Json& json, double least, double most, Row& row) {
  simdjson::dom::array items;
  if (json.get_array().get(items) != simdjson::SUCCESS ||
      items.size() != row.size())
    return false;
  std::size_t at = 0;
  for (const Json item : items) {
    double& value = row[at++];
    if (item.get_double().get(value) != simdjson::SUCCESS ||
        !(value >= least && value <= most))
      return false;
  }
  return true;
}

constexpr double kLeast = 1e-12, kMost = 1 - 1e-9, kAnything = 1e9;
// Of a sum of shares, each written with six digits.
constexpr double kSlack = 1e-3;

template <class Row>
double sum_of(const Row& row) {
  return std::accumulate(row.begin(), row.end(), 0.0);
}

// An object of the file, whose members are read over compiled-in values, each
// once; what is left at finish() is unknown. `wrong` keeps what is said of the
// first member that is not as it must be.
class Section {
 public:
  Section(const Json& json, std::string path, std::string& wrong)
      : path_(std::move(path)), wrong_(wrong) {
    simdjson::dom::object object;
    if (json.get_object().get(object) != simdjson::SUCCESS) {
      say("bad value of " + path_);
      return;
    }
    for (const auto& [name, value] : object) {
      if (find(name) != members_.end()) say(path_of(name) + " stands twice");
      members_.emplace_back(name, value);
    }
  }

  std::optional<Json> take(std::string_view name) {
    const auto found = find(name);
    if (found == members_.end()) return std::nullopt;
    const Json value = found->second;
    members_.erase(found);
    return value;
  }

  std::optional<Section> section(std::string_view name) {
    const auto found = take(name);
    if (!found) return std::nullopt;
    return Section(*found, path_of(name), wrong_);
  }

  void number(std::string_view name, double& value, double least, double most) {
    const auto found = take(name);
    if (!found) return;
    double number = 0;
    if (found->get_double().get(number) != simdjson::SUCCESS ||
        !(number >= least && number <= most))
      return bad(name);
    value = number;
  }

  void pair(std::string_view name, ClassPair& value, double least,
            double most) {
    auto part = section(name);
    if (!part) return;
    part->number("S", value.s, least, most);
    part->number("O", value.o, least, most);
    part->finish();
  }

  template <class Row>
  void row(std::string_view name, Row& row, double least, double most) {
    const auto found = take(name);
    if (found && !read_row(*found, least, most, row)) bad(name);
  }

  void table(std::string_view name, TextTable& table) {
    const auto found = take(name);
    if (!found) return;
    simdjson::dom::array rows;
    if (found->get_array().get(rows) != simdjson::SUCCESS ||
        rows.size() != table.size())
      return bad(name);
    auto row = table.begin();
    for (const Json json : rows) {
      if (!read_row(json, kTiny, 1, *row)) return bad(name);
      const double sum = sum_of(*row);
      if (std::abs(sum - 1) > kSlack) return bad_sum(name);
      // A row written by us differs from 1 by its rounding only: dividing
      // would change its last digits.
      constexpr double kRounding = 1e-5;
      if (std::abs(sum - 1) > kRounding) {
        for (auto& value : *row) value /= sum;
      }
      ++row;
    }
  }

  void text(std::string_view name, std::string& value) {
    const auto found = take(name);
    std::string_view text;
    if (!found) return;
    if (found->get_string().get(text) != simdjson::SUCCESS) return bad(name);
    value = text;
  }

  void texts(std::string_view name, std::vector<std::string>& values) {
    const auto found = take(name);
    simdjson::dom::array items;
    if (!found) return;
    if (found->get_array().get(items) != simdjson::SUCCESS) return bad(name);
    values.clear();
    for (const Json item : items) {
      std::string_view text;
      if (item.get_string().get(text) != simdjson::SUCCESS) return bad(name);
      values.emplace_back(text);
    }
  }

  void count(std::string_view name, std::int64_t& value) {
    const auto found = take(name);
    if (found &&
        (found->get_int64().get(value) != simdjson::SUCCESS || value < 0))
      bad(name);
  }

  void bad(std::string_view name) { say("bad value of " + path_of(name)); }
  void bad_sum(std::string_view name) {
    say(path_of(name) + " does not sum to 1");
  }
  void finish() {
    if (!members_.empty())
      say("no parameter is called " + path_of(members_.front().first));
  }

  // The least share that is above 0.
  static constexpr double kTiny = std::numeric_limits<double>::min();

 private:
  using Members = std::vector<std::pair<std::string_view, Json>>;

  Members::iterator find(std::string_view name) {
    return std::find_if(
        members_.begin(), members_.end(),
        [&](const auto& member) { return member.first == name; });
  }
  std::string path_of(std::string_view name) const {
    return path_.empty() ? std::string(name)
                         : fmt::format("{}.{}", path_, name);
  }
  void say(std::string what) {
    if (wrong_.empty()) wrong_ = std::move(what);
  }

  std::string path_;
  std::string& wrong_;
  Members members_;
};

void read_text(Section part, Model& model) {
  auto edges = kTextEdges;
  part.row("edges", edges, -kAnything, kAnything);
  if (edges != kTextEdges) part.bad("edges");
  part.table("S", model.text_s);
  part.table("O", model.text_o);
  part.finish();
}

void read_date(Section part, Model& model) {
  part.row("S", model.date_s, Section::kTiny, kAnything);
  part.row("O", model.date_o, Section::kTiny, 1);
  if (std::abs(sum_of(model.date_o) - 1) > kSlack) part.bad_sum("O");
  part.number("during", model.date_during, 0, kMost);
  part.finish();
}

// S of a match is learned within bounds that O gives: the sum of S may be
// below 1, and above it by a fiftieth.
void read_award(Section part, Model& model) {
  constexpr double kMostOfTeam = 1.02;
  ClassPair sum;
  for (std::size_t i = 1; i < kAwardLevels; ++i) {
    part.pair(name_of(static_cast<AwardLevel>(i)), model.award[i], kLeast, 1);
    sum += model.award[i];
  }
  if (std::abs(sum.o - 1) > kSlack) part.bad_sum("O");
  if (sum.s > kMostOfTeam + kSlack) part.bad_sum("S");
  part.finish();
}

void read_tables(Section& root, Model& model) {
  if (auto part = root.section("author_a")) {
    for (std::size_t i = 0; i < kNameLevels; ++i) {
      part->number(name_of(static_cast<NameLevel>(i)), model.author_a[i],
                   kLeast, 1);
    }
    part->finish();
  }
  if (auto part = root.section("text")) read_text(std::move(*part), model);
  if (auto part = root.section("date")) read_date(std::move(*part), model);
  if (auto part = root.section("award")) read_award(std::move(*part), model);
  if (auto part = root.section("relation")) {
    for (std::size_t i = 1; i < kRelationLevels; ++i) {
      part->pair(name_of(static_cast<RelationLevel>(i)), model.relation[i],
                 kLeast, 1);
    }
    part->finish();
  }
}

// What else a program says of its training changes no result.
void read_trained(Section part, Training& trained) {
  part.text("method", trained.method);
  part.texts("learned", trained.learned);
  part.text("at", trained.at);
  part.count("plans", trained.plans);
  part.count("pairs", trained.pairs);
  part.count("labels", trained.labels);
  part.count("iterations", trained.iterations);
}

void read_all(Section& root, Model& model) {
  // p' tells next to nothing of L below the least a, and is a step above the
  // most; b in nats.
  constexpr double kLeastScale = .01, kMostScale = 100;
  root.number("tau", model.tau, kLeast, 1);
  root.pair("lambda", model.lambda, kLeast, kAnything);
  root.pair("q", model.q, kLeast, kMost);
  root.pair("funder", model.funder, kLeast, kMost);
  root.pair("institution", model.institution, kLeast, kMost);
  root.pair("funded", model.funded, kLeast, 1);
  read_tables(root, model);
  if (auto platt = root.section("platt")) {
    platt->number("a", model.platt_a, kLeastScale, kMostScale);
    platt->number("b", model.platt_b, -kMostScale, kMostScale);
    platt->finish();
  }
  if (auto part = root.section("trained"))
    read_trained(std::move(*part), model.trained);
  root.finish();
}

}  // namespace

Result<Model> parse_model(std::string_view text) {
  simdjson::dom::parser parser;
  Json root;
  if (parser.parse(simdjson::padded_string(text)).get(root) !=
      simdjson::SUCCESS) {
    return Error{ErrorCode::corrupt_input, "linkage parameters: not JSON"};
  }
  std::string_view format;
  if (root["format"].get_string().get(format) != simdjson::SUCCESS ||
      format != kFormat) {
    return Error{ErrorCode::corrupt_input,
                 fmt::format("linkage parameters: format is not {}", kFormat)};
  }
  Model model;
  std::string wrong;
  Section section(root, "", wrong);
  section.take("format");
  read_all(section, model);
  if (!wrong.empty())
    return Error{ErrorCode::corrupt_input, "linkage parameters: " + wrong};
  return model;
}

Result<Model> read_model(const std::filesystem::path& path) {
  DMP_ASSIGN(const auto text, storage::read_file_or_object(path.string()));
  auto model = parse_model(text);
  if (!model) return std::move(model).error().during(path.string());
  return model;
}

}  // namespace dmp::match::linkage
