#pragma once

#include "cli/arguments.h"

#include <string>
#include <vector>

// Options of what this version has no client for: OpenSearch, MySQL, the
// services of funders. They are read and checked, sent on with jobs, and named
// in a warning where somebody sets them (`no_effect`). Source: spec cli.md G6,
// G7, G8, G13.
namespace dmp::cli {

// Why options of a server have no effect.
inline constexpr const char* kNoOpenSearch =
    "this version has no OpenSearch client; leave it out, the streaming "
    "matcher needs no server";
inline constexpr const char* kNoMysql =
    "this version has no MySQL client; leave it out, and give DMPs as files "
    "and --database sqlite:FILE";
inline constexpr const char* kNoFunders =
    "this version asks no service of a funder; leave it out, a table put into "
    "enrich-dmps/ is used";

// Help of the host where DMPs may come from MySQL (--dmps-source).
inline constexpr const char* kMysqlForDmps =
    "MySQL host; asked where no DMPs are there as files, which this version "
    "has no client for.";

// The row, which a warning names with `reason` where somebody sets it.
Option without_effect(Option row, const char* reason);

// A group: each name behind `prefix`; behind the prefixes `also` too, which
// the help leaves out.
struct Group {
  std::string prefix;
  std::vector<std::string> also = {};
};
std::vector<Option> opensearch_client_rows(const Group& group);  // G6
std::vector<Option> opensearch_sync_rows(const Group& group);    // G7
std::vector<Option> mysql_rows();       // G8 but the host, which decides things
std::vector<Option> enrichment_rows();  // G13

// The groups of the leaves of `aws-batch`.
Group client_group();
Group sync_group();

// Takes `group_name` out of the rows of a group: as `name`, at `position`; its
// name in the group is another name of it.
Option flat_row(std::vector<Option>& rows, const std::string& group_name,
                const std::string& name, int position = -1);

// What the client of a host needs besides it. `host` … are the options' names.
struct ClientNames {
  std::string host, region, mode, auth_type, username;
};
ClientNames client_names(const std::string& prefix);
void check_client(const Values& values, const ClientNames& names,
                  Problems& problems);

}  // namespace dmp::cli
