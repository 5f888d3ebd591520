#include "sql/model_project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace dmp::sql {
namespace {

namespace fs = std::filesystem;

TEST(ReadProject, NamesALinkThatLeadsNowhere) {
  std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
  const fs::path root = ::mkdtemp(name.data());
  fs::create_directories(root / "models");
  fs::create_symlink("a.sql", root / "models/a.sql");
  const auto files = read_project(root);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ErrorCode::io);
  EXPECT_THAT(files.error().message, testing::HasSubstr("models/a.sql: "));
  fs::remove_all(root);
}

}  // namespace
}  // namespace dmp::sql
