#include "cli/commands.h"
#include "sql/session.h"

#include <filesystem>

namespace dmp::cli {

Entry cat_command() {
  Command command{
      {"cat"},
      "Print the rows of Parquet files as JSON lines.",
      {{"files", OptionType::list, "Parquet files, printed one after another.",
        "", "", 0, true}}};
  return {command,
          [](const Values& values) -> Status {
            DMP_ASSIGN(auto session, sql::Session::open({}));
            for (const auto& file : values.list("files")) {
              DMP_ASSIGN(auto rows,
                         session.query(
                             "SELECT to_json(t)::VARCHAR FROM read_parquet(" +
                             sql::quote(file) + ") t"));
              for (;;) {
                DMP_ASSIGN(const std::size_t count, rows.next());
                if (count == 0) break;
                std::string lines;
                for (std::size_t row = 0; row < count; ++row) {
                  lines += rows.column(0).text(row);
                  lines += '\n';
                }
                DMP_TRY(print(lines));
              }
            }
            return {};
          },
          [](const Values& values, Problems& problems) {
            std::error_code failed;
            for (const auto& file : values.list("files")) {
              if (!std::filesystem::is_regular_file(file, failed))
                problems.lines.push_back("--files: " + file + ": no such file");
            }
          }};
}

}  // namespace dmp::cli
