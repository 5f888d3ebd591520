#pragma once

#include "base/result.h"
#include "match/linkage_model.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace dmp::match::linkage {

// The parameters as JSON, numbers rounded to 6 digits, so that the same model
// gives the same bytes. Source: spec linkage.md 6.
std::string model_json(const Model& model);

// What is left out keeps its compiled-in value. The rows of `text`, `date.O`
// and the levels of `award` (of S at most: see the source) sum to 1, to 1e-3;
// text rows are normalised then. Errors: corrupt_input (not JSON, another
// format, a member of another type or shape, out of its range, unknown, or that
// stands twice: the message names it).
Result<Model> parse_model(std::string_view text);

// Of a file, or of an object s3://BUCKET/KEY. Errors: those of
// storage::read_file_or_object, and as above with the path in front.
Result<Model> read_model(const std::filesystem::path& path);

}  // namespace dmp::match::linkage
