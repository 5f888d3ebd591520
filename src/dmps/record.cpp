#include "dmps/record.h"

#include <simdjson.h>

namespace dmp::dmps {

struct PlanReader::State {
  simdjson::dom::parser parser;
};

PlanReader::PlanReader() : state_(std::make_unique<State>()) {}
PlanReader::~PlanReader() = default;
PlanReader::PlanReader(PlanReader&&) noexcept = default;

std::string_view outcome_name(PlanOutcome outcome) {
  switch (outcome) {
    case PlanOutcome::kept:
      return "kept";
    case PlanOutcome::bad_json:
      return "bad_json";
    case PlanOutcome::unknown_format:
      return "unknown-format";
    case PlanOutcome::no_doi:
      return "no-doi";
    case PlanOutcome::old_start:
      return "old-start";
  }
  return "";
}

PlanOutcome PlanReader::read(std::string_view json, const Cleaner& clean,
                             model::Plan& plan) {
  Json root;
  if (state_->parser.parse(json.data(), json.size(), false).get(root) !=
      simdjson::SUCCESS) {
    return PlanOutcome::bad_json;
  }
  if (!root.is_object()) return PlanOutcome::unknown_format;
  const Fields record(root, clean.counters());
  plan = model::Plan{};
  PlanOutcome outcome = PlanOutcome::unknown_format;
  if (record.has_object("dmp")) {
    Json inner;
    if (root.at_key("dmp").get(inner) == simdjson::SUCCESS) {
      outcome = read_madmp(Fields(inner, clean.counters()), clean, plan);
    }
  } else if (record.has_object("dmp_id")) {
    outcome = read_madmp(record, clean, plan);
  } else if (record.has_scalar("dmp_id")) {
    outcome = read_export(record, clean, plan);
  }
  if (outcome == PlanOutcome::kept && !clean.finish(plan)) {
    return PlanOutcome::old_start;
  }
  return outcome;
}

}  // namespace dmp::dmps
