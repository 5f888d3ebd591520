#pragma once

#include "dmps/cleaning.h"
#include "dmps/json_fields.h"
#include "model/plan.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dmp::dmps {

enum class PlanOutcome : std::uint8_t {
  kept,
  bad_json,
  unknown_format,  // neither an export line nor maDMP
  no_doi,
  old_start,  // only with OldStart::reject_plan
};
std::string_view outcome_name(PlanOutcome outcome);  // "no-doi", …

// Reads one export line. Source: dmps.md 3.
PlanOutcome read_export(const Fields& record, const Cleaner& clean,
                        model::Plan& plan);

// Reads a maDMP: the value of `dmp`, or the object itself. Source: dmps.md 5.
PlanOutcome read_madmp(const Fields& record, const Cleaner& clean,
                       model::Plan& plan);

// Reads records of either form. It keeps the parser between records. Threads:
// one at a time.
class PlanReader {
 public:
  PlanReader();
  ~PlanReader();
  PlanReader(PlanReader&&) noexcept;
  // `plan` is filled when the outcome is `kept`. At least 64 bytes behind
  // `json` must be readable.
  PlanOutcome read(std::string_view json, const Cleaner& clean,
                   model::Plan& plan);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dmp::dmps
