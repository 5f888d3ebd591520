#include "cli/commands.h"
#include "jobs/run_id.h"
#include "sql/doi_state.h"
#include "sql/session.h"

#include <filesystem>

namespace dmp::cli {

std::vector<Entry> sqlmesh_commands() {
  Command init{
      {"sqlmesh", "init-doi-state"},
      "Write an empty DOI state.",
      {{"parquet-file", OptionType::path,
        "Empty DOI state to write; an existing one is an error unless --force.",
        "", "", 0, true}}};
  return {{init, [](const Values& values) -> Status {
             const std::string file = values.text("parquet-file");
             std::error_code error;
             if (std::filesystem::exists(file, error) &&
                 !values.flag("force")) {
               return Error{ErrorCode::invalid_argument,
                            file + " exists; hint: --force overwrites it"};
             }
             DMP_ASSIGN(auto session, sql::Session::open({}));
             return sql::write_empty_doi_state(session, file);
           }}};
}

}  // namespace dmp::cli
