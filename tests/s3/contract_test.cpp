// The contract of storage/object_store.h, on every implementation: always on a
// folder, and on S3 when DMPWORKS_TEST_S3 says that a server is there
// (tests/s3/with_s3).
#include "storage/object_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

namespace dmp::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::vector<std::string> implementations() {
  std::vector<std::string> names{"folder"};
  if (std::getenv("DMPWORKS_TEST_S3") != nullptr) names.emplace_back("s3");
  return names;
}

std::string noise(std::size_t count) {
  std::mt19937_64 random(count);
  std::string bytes(count, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class ObjectStoreContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "storeXXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    auto store = GetParam() == "s3" ? open_store("dmpworks-test")
                                    : open_store((dir_ / "bucket").string());
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
    auto left = store_->list("");
    ASSERT_TRUE(left) << left.error().message;
    for (const auto& object : *left) ASSERT_TRUE(store_->remove(object.key));
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(dir_);
  }
  std::vector<std::string> keys(const std::string& prefix) {
    std::vector<std::string> found;
    const auto objects = store_->list(prefix);
    EXPECT_TRUE(objects) << objects.error().message;
    for (const auto& object : *objects) found.push_back(object.key);
    return found;
  }

  fs::path dir_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_P(ObjectStoreContract, ReadsBackWhatWasWritten) {
  for (const std::string& bytes :
       {std::string(), std::string("hello"), std::string("\0\xff\n", 3),
        noise(100'000)}) {
    const auto written = store_->write("a/b.bin", bytes);
    ASSERT_TRUE(written) << written.error().message;
    const auto read = store_->read("a/b.bin");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, bytes);
    const auto info = store_->stat("a/b.bin");
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->bytes, bytes.size());
    EXPECT_EQ(info->etag, written->etag);
  }
}

TEST_P(ObjectStoreContract, ReadsRangesAndNothingBehindTheEnd) {
  ASSERT_TRUE(store_->write("ranges", "0123456789"));
  struct Case {
    std::uint64_t offset, count;
    std::string want;
  };
  const Case cases[] = {{0, 4, "0123"}, {4, 3, "456"},
                        {8, 100, "89"}, {10, 5, ""},
                        {99, 1, ""},    {3, UINT64_MAX, "3456789"},
                        {5, 0, ""}};
  for (const auto& one : cases) {
    const auto read = store_->read("ranges", one.offset, one.count);
    ASSERT_TRUE(read) << one.offset << ": " << read.error().message;
    EXPECT_EQ(*read, one.want) << one.offset;
  }
}

TEST_P(ObjectStoreContract, RefusesToReadAnObjectThatIsAnotherByNow) {
  const auto first = store_->write("changing", "first");
  ASSERT_TRUE(first);
  ASSERT_TRUE(store_->read("changing", 0, 3, first->etag));
  ASSERT_TRUE(store_->write("changing", "second one"));
  const auto read = store_->read("changing", 0, 3, first->etag);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::corrupt_input)
      << read.error().message;
}

TEST_P(ObjectStoreContract, ListsByPrefixInOrderOfKeys) {
  for (const char* key :
       {"d/10/x", "d/9/x", "d/9/y z", "d-other", "e", "d/9x", "d/\xC3\xA9&<"})
    ASSERT_TRUE(store_->write(key, key)) << key;
  EXPECT_THAT(keys("d/"), testing::ElementsAre("d/10/x", "d/9/x", "d/9/y z",
                                               "d/9x", "d/\xC3\xA9&<"));
  EXPECT_THAT(keys("d/9/"), testing::ElementsAre("d/9/x", "d/9/y z"));
  EXPECT_THAT(keys("d/9"), testing::ElementsAre("d/9/x", "d/9/y z", "d/9x"));
  EXPECT_THAT(keys("nothing/"), testing::IsEmpty());
  EXPECT_EQ(keys("").size(), 7U);
}

TEST_P(ObjectStoreContract, ListsMoreThanOnePage) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = writer; i < 1100; i += 4) {
        const auto key = "many/" + std::to_string(1'000'000 + i);
        EXPECT_TRUE(store_->write(key, "x"));
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(keys("many/").size(), 1100U);
}

TEST_P(ObjectStoreContract, MovesLargeFilesInParts) {
  const std::string bytes = noise((std::size_t{20} << 20) + 12'345);
  std::ofstream(dir_ / "up", std::ios::binary) << bytes;
  const auto sent = store_->upload(dir_ / "up", "large/object.bin");
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->bytes, bytes.size());
  const auto info = store_->stat("large/object.bin");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->bytes, bytes.size());
  EXPECT_EQ(info->etag, sent->etag);
  const Status got = store_->download("large/object.bin", dir_ / "down");
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_TRUE(content(dir_ / "down") == bytes);
  const auto middle = store_->read("large/object.bin", 8'388'600, 100);
  ASSERT_TRUE(middle);
  EXPECT_TRUE(*middle == bytes.substr(8'388'600, 100));
}

TEST_P(ObjectStoreContract, SaysNotFoundAndLeavesNoFile) {
  EXPECT_EQ(store_->stat("absent").error().code, ErrorCode::not_found);
  EXPECT_EQ(store_->read("absent").error().code, ErrorCode::not_found);
  const Status got = store_->download("absent", dir_ / "down");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::not_found);
  EXPECT_THAT(got.error().message, HasSubstr("absent"));
  for (const auto& entry : fs::directory_iterator(dir_))
    EXPECT_TRUE(entry.is_directory()) << entry.path();
  EXPECT_EQ(store_->upload(dir_ / "none", "k").error().code,
            ErrorCode::not_found);
}

TEST_P(ObjectStoreContract, SaysWhichFileCannotBeWritten) {
  ASSERT_TRUE(store_->write("there", "x"));
  const Status got = store_->download("there", dir_ / "none" / "file");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::io);
  EXPECT_THAT(got.error().message, HasSubstr((dir_ / "none").string()));
}

TEST_P(ObjectStoreContract, RemovesAndDoesNotMindWhatIsNotThere) {
  ASSERT_TRUE(store_->write("gone", "x"));
  EXPECT_TRUE(store_->remove("gone"));
  EXPECT_TRUE(store_->remove("gone"));
  EXPECT_EQ(store_->stat("gone").error().code, ErrorCode::not_found);
}

TEST_P(ObjectStoreContract, P131_RefusesKeysThatLeaveTheBucket) {
  for (const char* key :
       {"", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", "a/./b"}) {
    EXPECT_EQ(store_->write(key, "x").error().code, ErrorCode::invalid_argument)
        << key;
    EXPECT_EQ(store_->read(key).error().code, ErrorCode::invalid_argument)
        << key;
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, ObjectStoreContract,
                         testing::ValuesIn(implementations()),
                         [](const auto& one) { return one.param; });

// What only a server can show.
class S3Store : public testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(S3Store);

TEST_P(S3Store, NamesTheRefusalOfWrongKeys) {
  const auto store = open_store("dmpworks-test",
                                TemporaryKeys{"test-key-id", "wrong", "", ""});
  ASSERT_TRUE(store);
  const auto read = (*store)->read("any");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(read.error().message, HasSubstr("keys or rights refused"));
  const auto list = (*store)->list("");
  ASSERT_FALSE(list);
  EXPECT_THAT(list.error().message, HasSubstr("SignatureDoesNotMatch"));
}

// The server keeps the sums beside the bytes: of one part, of three.
TEST_P(S3Store, RefusesBytesThatWereSpoiltWhereTheyLie) {
  const auto store = open_store("dmpworks-test");
  ASSERT_TRUE(store);
  const fs::path dir = fs::temp_directory_path();
  const fs::path up = dir / "spoilt.up", down = dir / "spoilt.down";
  const fs::path kept =
      fs::path(std::getenv("DMPWORKS_TEST_S3_ROOT")) / "dmpworks-test/spoilt";
  for (const std::size_t bytes : {std::size_t{1000}, std::size_t{20} << 20}) {
    std::ofstream(up, std::ios::binary) << noise(bytes);
    ASSERT_TRUE((*store)->upload(up, "spoilt"));
    ASSERT_TRUE((*store)->download("spoilt", down));
    fs::remove(down);
    std::fstream(kept, std::ios::binary | std::ios::in | std::ios::out)
            .seekp(static_cast<long>(bytes / 2))
        << "spoilt";
    const Status got = (*store)->download("spoilt", down);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::unavailable);
    EXPECT_THAT(got.error().message, HasSubstr("checksum"));
    EXPECT_FALSE(fs::exists(down));
  }
  fs::remove(up);
  EXPECT_TRUE((*store)->remove("spoilt"));
}

TEST_P(S3Store, SaysThatABucketIsNotThere) {
  const auto store = open_store("no-such-bucket");
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->list("").error().code, ErrorCode::not_found);
}

TEST_P(S3Store, PaysForRequests) {
  const auto store = open_store("other-bucket", BucketAccess::requester_pays);
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->write("paid", "x"));
  EXPECT_TRUE((*store)->list(""));
}

const std::vector<std::string> kServers = implementations().size() > 1
                                              ? std::vector<std::string>{"s3"}
                                              : std::vector<std::string>{};
INSTANTIATE_TEST_SUITE_P(Server, S3Store, testing::ValuesIn(kServers),
                         [](const auto& one) { return one.param; });

TEST(OpenStore, TellsFoldersFromBuckets) {
  const std::pair<const char*, const char*> folders[] = {
      {"./b", "./b"},      {"/data/b", "/data/b"}, {"a/b", "a/b"},
      {"file:///x", "/x"}, {"file:x", "x"},        {".", "."}};
  for (const auto& [text, want] : folders)
    EXPECT_EQ(bucket_folder(text).value_or("none"), want) << text;
  EXPECT_EQ(bucket_name("my-bucket").value_or("none"), "my-bucket");
  EXPECT_EQ(bucket_name("s3://my.bucket").value_or("none"), "my.bucket");
  for (const char* text : {"ab", "Upper", "under_score", "./b", ""})
    EXPECT_FALSE(bucket_name(text)) << text;
  EXPECT_EQ(open_store("Not A Bucket").error().code,
            ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace dmp::storage
