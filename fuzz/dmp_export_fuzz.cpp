// dmps/export_record.cpp: one plan a line.
#include "fuzz/plan_laws.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dmp::fuzz::check_plans(dmp::fuzz::text_of(data, size));
  return 0;
}
