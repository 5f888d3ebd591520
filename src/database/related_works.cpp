#include "database/related_works.h"

namespace dmp::database {

std::string_view status_name(LinkStatus status) {
  if (status == LinkStatus::accepted) return "ACCEPTED";
  return status == LinkStatus::rejected ? "REJECTED" : "PENDING";
}

std::string_view source_name(LinkSource source) {
  return source == LinkSource::user_added ? "USER_ADDED" : "SYSTEM_MATCHED";
}

std::optional<LinkStatus> status_named(std::string_view name) {
  for (const auto status :
       {LinkStatus::pending, LinkStatus::accepted, LinkStatus::rejected}) {
    if (status_name(status) == name) return status;
  }
  return std::nullopt;
}

std::optional<LinkSource> source_named(std::string_view name) {
  for (const auto source :
       {LinkSource::system_matched, LinkSource::user_added}) {
    if (source_name(source) == name) return source;
  }
  return std::nullopt;
}

}  // namespace dmp::database
