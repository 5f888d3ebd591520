#include "storage/s3_object.h"

#include "storage/manifest.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace dmp::storage {
namespace {

namespace fs = std::filesystem;

TEST(S3Object, IsABucketAndAKey) {
  const auto object = s3_object("s3://kelp-bucket/meta/linkage.json");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->bucket, "kelp-bucket");
  EXPECT_EQ(object->key, "meta/linkage.json");
  for (const char* none : {"", "s3://", "s3://kelp", "s3://kelp/", "s3:///key",
                           "meta/linkage.json", "file:///s3://a/b"})
    EXPECT_FALSE(s3_object(none)) << none;
}

// Objects: tests/batch/arrays_test.py, with a server.
TEST(ReadFileOrObject, ReadsAFile) {
  const fs::path file =
      fs::temp_directory_path() / ("s3_object_" + std::to_string(::getpid()));
  ASSERT_TRUE(write_file_atomically(file, "kelp"));
  EXPECT_EQ(read_file_or_object(file.string()).value(), "kelp");
  fs::remove(file);
  const auto gone = read_file_or_object(file.string());
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace dmp::storage
