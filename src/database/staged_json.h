#pragma once

#include "database/related_works.h"
#include "model/match.h"

#include <string>
#include <vector>

// The JSON columns: compact, keys sorted (but for weights, which are as in a
// match file), so that equal values are equal texts.
// Source: spec database.md 3.
namespace dmp::database {

std::string authors_json(const std::vector<model::Author>& authors);
std::string organisations_json(
    const std::vector<model::Organisation>& organisations);
std::string awards_json(const std::vector<model::WorkAward>& awards);
Evidence evidence_of(const model::Match& match);

}  // namespace dmp::database
