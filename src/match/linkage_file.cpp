#include "match/linkage_file.h"

#include "base/json_writer.h"
#include "storage/s3_object.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>
#include <numeric>

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

// Reads fields over their compiled-in values and remembers the first bad one.
class Reader {
 public:
  void number(const Json& object, std::string_view name, double& value,
              double least, double most) {
    Json found;
    if (object[name].get(found) != simdjson::SUCCESS) return;
    double number = 0;
    if (found.get_double().get(number) != simdjson::SUCCESS ||
        !(number >= least && number <= most)) {
      fail(name);
      return;
    }
    value = number;
  }

  void pair(const Json& object, std::string_view name, ClassPair& value,
            double least, double most) {
    Json found;
    if (object[name].get(found) != simdjson::SUCCESS) return;
    number(found, "S", value.s, least, most);
    number(found, "O", value.o, least, most);
  }

  template <class Row>
  void row(const Json& array, std::string_view name, Row& row) {
    simdjson::dom::array items;
    if (array.get_array().get(items) != simdjson::SUCCESS ||
        items.size() != row.size()) {
      fail(name);
      return;
    }
    std::size_t at = 0;
    for (const Json item : items) {
      double number = 0;
      if (item.get_double().get(number) != simdjson::SUCCESS ||
          !(number > 0 && number <= 1e9)) {
        fail(name);
        return;
      }
      row[at++] = number;
    }
  }

  void table(const Json& object, const char* name, TextTable& table) {
    simdjson::dom::array rows;
    if (object[name].get_array().get(rows) != simdjson::SUCCESS) return;
    if (rows.size() != kConditions) return fail("text");
    std::size_t at = 0;
    for (const Json found : rows) {
      row(found, "text", table[at]);
      const double sum =
          std::accumulate(table[at].begin(), table[at].end(), 0.0);
      // A row written by us differs from 1 by its rounding only: dividing
      // would change its last digits.
      constexpr double kRounding = 1e-5;
      if (std::abs(sum - 1) > kRounding) {
        for (auto& value : table[at]) value /= sum;
      }
      ++at;
    }
  }

  void fail(std::string_view name) {
    if (bad_.empty()) bad_ = name;
  }
  const std::string& bad() const { return bad_; }

 private:
  std::string bad_;
};

constexpr double kLeast = 1e-12, kMost = 1 - 1e-9, kAnything = 1e9;

void read_tables(const Json& root, Reader& reader, Model& model) {
  Json part;
  if (root["author_a"].get(part) == simdjson::SUCCESS) {
    for (std::size_t i = 0; i < kNameLevels; ++i) {
      reader.number(part, name_of(static_cast<NameLevel>(i)), model.author_a[i],
                    kLeast, 1);
    }
  }
  if (root["text"].get(part) == simdjson::SUCCESS) {
    reader.table(part, "S", model.text_s);
    reader.table(part, "O", model.text_o);
  }
  if (root["date"].get(part) == simdjson::SUCCESS) {
    Json found;
    if (part["S"].get(found) == simdjson::SUCCESS)
      reader.row(found, "date", model.date_s);
    if (part["O"].get(found) == simdjson::SUCCESS)
      reader.row(found, "date", model.date_o);
    reader.number(part, "during", model.date_during, 0, kMost);
  }
  if (root["award"].get(part) == simdjson::SUCCESS) {
    for (std::size_t i = 1; i < kAwardLevels; ++i) {
      reader.pair(part, name_of(static_cast<AwardLevel>(i)), model.award[i],
                  kLeast, 1);
    }
  }
  if (root["relation"].get(part) == simdjson::SUCCESS) {
    for (std::size_t i = 1; i < kRelationLevels; ++i) {
      reader.pair(part, name_of(static_cast<RelationLevel>(i)),
                  model.relation[i], kLeast, 1);
    }
  }
}

void read_trained(const Json& root, Training& trained) {
  Json part;
  if (root["trained"].get(part) != simdjson::SUCCESS) return;
  const auto text = [&](const char* name, std::string& value) {
    std::string_view found;
    if (part[name].get_string().get(found) == simdjson::SUCCESS) value = found;
  };
  const auto number = [&](const char* name, std::int64_t& value) {
    std::int64_t found = 0;
    if (part[name].get_int64().get(found) == simdjson::SUCCESS) value = found;
  };
  text("method", trained.method);
  text("at", trained.at);
  number("plans", trained.plans);
  number("pairs", trained.pairs);
  number("labels", trained.labels);
  number("iterations", trained.iterations);
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
  Reader reader;
  reader.number(root, "tau", model.tau, kLeast, 1);
  reader.pair(root, "lambda", model.lambda, kLeast, kAnything);
  reader.pair(root, "q", model.q, kLeast, kMost);
  reader.pair(root, "funder", model.funder, kLeast, kMost);
  reader.pair(root, "institution", model.institution, kLeast, kMost);
  reader.pair(root, "funded", model.funded, kLeast, 1);
  read_tables(root, reader, model);
  Json platt;
  if (root["platt"].get(platt) == simdjson::SUCCESS) {
    reader.number(platt, "a", model.platt_a, kLeast, kAnything);
    reader.number(platt, "b", model.platt_b, -kAnything, kAnything);
  }
  read_trained(root, model.trained);
  if (!reader.bad().empty()) {
    return Error{ErrorCode::corrupt_input,
                 "linkage parameters: bad value of " + reader.bad()};
  }
  return model;
}

Result<Model> read_model(const std::filesystem::path& path) {
  DMP_ASSIGN(const auto text, storage::read_file_or_object(path.string()));
  auto model = parse_model(text);
  if (!model) return std::move(model).error().during(path.string());
  return model;
}

}  // namespace dmp::match::linkage
