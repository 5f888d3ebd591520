#include "storage/manifest.h"

#include "storage/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace dmp::storage {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

// From here on the kernel kills this process when it removes a file.
void die_at_the_first_removal() {
  const auto dies_of = [](unsigned int call) {
    return std::array<sock_filter, 2>{
        {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)}};
  };
  std::vector<sock_filter> rules{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const auto& rule : {dies_of(__NR_unlinkat),
#ifdef __NR_unlink
                           dies_of(__NR_unlink)
#endif
       })
    rules.insert(rules.end(), rule.begin(), rule.end());
  rules.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(rules.size()),
                           rules.data()};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

class ManifestTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    stage_ = root_ / "stage";
  }
  void TearDown() override { fs::remove_all(root_); }

  static void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  // Publishes one file with `text`, under options {"v": version}.
  Manifest publish(const std::string& text, const std::string& version) {
    auto publication = Publication::begin(stage_, "test");
    EXPECT_TRUE(publication.has_value());
    write(publication->dir() / "part.txt", text);
    EXPECT_TRUE(publication->add(publication->dir() / "part.txt", 3));
    return publication->publish(wanted(version)).value();
  }

  static Manifest wanted(const std::string& version) {
    Manifest manifest;
    manifest.stage = "test";
    manifest.options["v"] = version;
    manifest.counters["rows_out"] = 3;
    manifest.rejects["bad_json"] = 1;
    manifest.inputs.push_back({"in.gz", "5:7", 5});
    return manifest;
  }

  fs::path root_, stage_;
};

model::SearchRun some_search() {
  model::SearchRun search;
  search.run_id = "2026-02-04";
  search.started_at = "2026-02-05T23:10:00Z";
  search.engine = "stream";
  search.query_builder = "dmpworks";
  search.ranker = "linkage";
  search.similarity = "bm25";
  search.linkage = {"em", "12ab"};
  search.works_index = {"2026-01-29", 1500, "34cd"};
  search.window = "2026-01-05";
  search.dmps = 30;
  search.dmps_with_hits = 28;
  search.works = 700;
  search.failed = 1;
  return search;
}

// Issue 7. Source: spec jobs.md 4.2.
TEST(ManifestJson, HasTheMembersThatTheSpecificationNames) {
  Manifest manifest;
  manifest.inputs = {{"a", "5a", 7, ManifestInput::Kind::stage},
                     {"b.gz", "\"tag\"", 8}};
  manifest.files = {{"x", 1, 2, "6b", "\"etag\""}, {"y", 3, -1, "7c"}};
  const std::string json = manifest_json(manifest);
  EXPECT_THAT(
      json,
      HasSubstr(R"("files":[{"bytes":1,"etag":"\"etag\"","path":"x","rows":2,)"
                R"("sha256":"6b"},{"bytes":3,"etag":null,"path":"y",)"
                R"("rows":null,"sha256":"7c"}])"));
  EXPECT_THAT(
      json,
      HasSubstr(R"("inputs":[{"bytes":7,"manifestSha256":"5a","path":"a"},)"
                R"({"bytes":8,"etag":"\"tag\"","path":"b.gz"}])"));
  EXPECT_EQ(manifest_json(parse_manifest(json).value()), json);
}

TEST(ManifestJson, ReadsTheInputsOfEarlierVersions) {
  const auto manifest = parse_manifest(
      R"({"files":[],"inputs":[{"path":"a","digest":"5a","bytes":7}]})");
  ASSERT_TRUE(manifest && manifest->inputs.size() == 1);
  EXPECT_EQ(manifest->inputs[0].digest, "5a");
}

TEST(ManifestJson, HasTheSearchAsOneObjectWithSortedKeys) {
  Manifest manifest;
  EXPECT_THAT(manifest_json(manifest), Not(HasSubstr("search")));
  manifest.search = some_search();
  EXPECT_THAT(
      manifest_json(manifest),
      HasSubstr(R"("search":{"dmps":30,"dmps_with_hits":28,)"
                R"("engine":"stream","failed":1,)"
                R"("linkage":{"method":"em","sha256":"12ab"},)"
                R"("query_builder":"dmpworks","ranker":"linkage",)"
                R"("run_id":"2026-02-04","schema":2,"similarity":"bm25",)"
                R"("started_at":"2026-02-05T23:10:00Z",)"
                R"("window":"2026-01-05","works":700,"works_index":{)"
                R"("docs":1500,"name":"2026-01-29","stats":"34cd"}},"stage")"));
}

TEST(ManifestJson, GivesTheSearchBackAsItWas) {
  Manifest manifest;
  manifest.search = some_search();
  const std::string json = manifest_json(manifest);
  EXPECT_EQ(manifest_json(parse_manifest(json).value()), json);
  manifest.search->run_id.reset();
  manifest.search->linkage.reset();
  manifest.search->window.reset();
  const std::string bare = manifest_json(manifest);
  EXPECT_THAT(bare, HasSubstr(R"("linkage":null)"));
  EXPECT_EQ(manifest_json(parse_manifest(bare).value()), bare);
}

TEST(ManifestJson, ReadsASearchThatDoesNotSayWhenItBegan) {
  const auto manifest =
      parse_manifest(R"({"files":[],"search":{"schema":2,"dmps":1}})");
  ASSERT_TRUE(manifest && manifest->search);
  EXPECT_EQ(manifest->search->dmps, 1);
  EXPECT_EQ(manifest->search->started_at, "");
}

TEST(ManifestJson, PassesASearchOfAnotherSchemaBy) {
  const auto manifest =
      parse_manifest(R"({"files":[],"search":{"schema":3,"dmps":1}})");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_FALSE(manifest->search);
}

TEST_F(ManifestTest, ReadsBackWhatWasPublished) {
  publish("abc", "1");
  const auto manifest = read_manifest(stage_);
  ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
  EXPECT_EQ(manifest->stage, "test");
  EXPECT_EQ(manifest->version, kFormatVersion);
  EXPECT_EQ(manifest->key, stage_key(wanted("1")));
  ASSERT_EQ(manifest->files.size(), 1U);
  EXPECT_EQ(manifest->files[0].path, "part.txt");
  EXPECT_EQ(manifest->files[0].bytes, 3U);
  EXPECT_EQ(manifest->files[0].rows, 3);
  EXPECT_EQ(manifest->files[0].sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(manifest->counters.at("rows_out"), 3);
  EXPECT_EQ(manifest->rejects.at("bad_json"), 1);
  EXPECT_EQ(manifest->inputs[0].digest, "5:7");
}

TEST_F(ManifestTest, IsFinishedOnlyForItsOwnKeyAndWholeFiles) {
  publish("abc", "1");
  EXPECT_TRUE(finished(stage_, stage_key(wanted("1"))).has_value());
  EXPECT_FALSE(finished(stage_, stage_key(wanted("2"))).has_value());
  write(stage_ / "part.txt", "ab");
  EXPECT_FALSE(finished(stage_, stage_key(wanted("1"))).has_value());
}

TEST_F(ManifestTest, KeepsTheFormerStageReadableWhileReplacingIt) {
  publish("old", "1");
  {
    auto publication = Publication::begin(stage_, "test");
    ASSERT_TRUE(publication.has_value());
    EXPECT_NE(publication->dir(), stage_);
    write(publication->dir() / "part.txt", "new");
    EXPECT_TRUE(finished(stage_, stage_key(wanted("1"))).has_value());
  }
  // Destroyed unpublished: the attempt is gone, the old stage is not.
  EXPECT_TRUE(finished(stage_, stage_key(wanted("1"))).has_value());
  EXPECT_FALSE(fs::exists(stage_ / "r01"));

  const Manifest second = publish("new", "2");
  EXPECT_EQ(second.files[0].path, "r01/part.txt");
  EXPECT_EQ(second.paths(stage_, "part").size(), 1U);
  EXPECT_FALSE(fs::exists(stage_ / "part.txt"));
  const Manifest third = publish("newer", "3");
  EXPECT_EQ(third.files[0].path, "r02/part.txt");
  EXPECT_FALSE(fs::exists(stage_ / "r01"));
}

TEST_F(ManifestTest, LinksTheNewestFilesWhereTheyWereAtFirst) {
  const auto text = [&] {
    std::string read;
    std::getline(std::ifstream(stage_ / "part.txt"), read);
    return read;
  };
  ASSERT_TRUE(link_in_stage_folder(stage_, publish("first", "1")).has_value());
  EXPECT_FALSE(fs::is_symlink(stage_ / "part.txt"));
  for (const char* next : {"second", "third"}) {
    ASSERT_TRUE(link_in_stage_folder(stage_, publish(next, next)).has_value());
    EXPECT_TRUE(fs::is_symlink(stage_ / "part.txt"));
    EXPECT_EQ(text(), next);
    // A later attempt leaves it alone.
    ASSERT_TRUE(Publication::begin(stage_, "test").has_value());
    EXPECT_EQ(text(), next);
  }
}

// P44: leftovers of a killed attempt never reach a reader.
TEST_F(ManifestTest, ClearsWhatAKilledAttemptLeft) {
  write(stage_ / ".unfinished", "");
  write(stage_ / "stale.parquet", "half");
  publish("abc", "1");
  EXPECT_FALSE(fs::exists(stage_ / "stale.parquet"));
  EXPECT_FALSE(fs::exists(stage_ / ".unfinished"));
}

TEST_F(ManifestTest, ALinkThatLeadsNowhereIsAFileAsOthersAre) {
  fs::create_directories(stage_);
  fs::create_symlink("loop", stage_ / "loop");
  const auto refused = Publication::begin(stage_, "test");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("holds loop"));
  write(stage_ / ".unfinished", "");
  publish("abc", "1");
  EXPECT_FALSE(fs::is_symlink(stage_ / "loop"));
}

TEST_F(ManifestTest, MarksWhatItHasNotFinished) {
  {
    auto publication = Publication::begin(stage_, "test");
    ASSERT_TRUE(publication.has_value());
    EXPECT_TRUE(fs::exists(stage_ / ".unfinished"));
  }
  EXPECT_FALSE(fs::exists(stage_ / ".unfinished")) << "given up, not killed";
}

// Parts of a stage outlive the attempts at it, and go when it is published.
TEST_F(ManifestTest, KeepsFinishedPartsUntilTheStageIsPublished) {
  const fs::path part = stage_ / kPartsName / "0-63" / "rows.txt";
  for (const char* content : {"first", "second"}) {
    {
      auto publication = Publication::begin(stage_, "test");
      ASSERT_TRUE(publication.has_value());
      write(part, "rows");
    }
    EXPECT_TRUE(fs::exists(part)) << "given up";
    // A killed attempt does less than one given up.
    ASSERT_TRUE(Publication::begin(stage_, "test").has_value());
    EXPECT_TRUE(fs::exists(part)) << "the next attempt";
    const Manifest manifest = publish(content, content);
    EXPECT_FALSE(fs::exists(stage_ / kPartsName));
    EXPECT_TRUE(finished(stage_, manifest.key).has_value());
  }
}

// A stage of parts that others make: no attempt at the whole has begun yet.
TEST_F(ManifestTest, AClaimedFolderTakesPartsOfItsOwnStage) {
  ASSERT_TRUE(claim_stage_folder(stage_, "test"));
  Manifest planned;
  planned.stage = "part";
  planned.options["share"] = "1";
  const fs::path part = stage_ / kPartsName / "1";
  EXPECT_FALSE(finished_part(part, planned));
  auto publication = Publication::begin(part, planned.stage);
  ASSERT_TRUE(publication.has_value());
  write(publication->dir() / "rows.txt", "rows");
  ASSERT_TRUE(publication->add(publication->dir() / "rows.txt"));
  auto made = publication->publish(planned);
  ASSERT_TRUE(made.has_value());
  // A bucket gives it a key of its own.
  made->key = "of the bucket";
  ASSERT_TRUE(
      write_file_atomically(part / "manifest.json", manifest_json(*made)));
  EXPECT_TRUE(finished_part(part, planned));
  planned.options["share"] = "2";
  EXPECT_FALSE(finished_part(part, planned)) << "of other work";
  ASSERT_TRUE(Publication::begin(stage_, "test").has_value());
  EXPECT_TRUE(fs::exists(part / "rows.txt"));
  fs::resize_file(part / "rows.txt", 1);
  planned.options["share"] = "1";
  EXPECT_FALSE(finished_part(part, planned)) << "cut short";
}

TEST_F(ManifestTest, AdoptsAFileThatIsKnown) {
  auto publication = Publication::begin(stage_, "test");
  ASSERT_TRUE(publication.has_value());
  write(publication->dir() / "moved.txt", "abc");
  publication->adopt(publication->dir() / "moved.txt",
                     {"elsewhere.txt", 3, 1, sha256_text("abc")});
  const auto manifest = publication->publish(wanted("1"));
  ASSERT_TRUE(manifest.has_value());
  ASSERT_EQ(manifest->files.size(), 1U);
  EXPECT_EQ(manifest->files[0].path, "moved.txt");
  EXPECT_EQ(manifest->files[0].rows, 1);
  EXPECT_TRUE(finished(stage_, stage_key(wanted("1"))).has_value());
}

// Issue 7 line 5. Killed when the new manifest stands and nothing is removed.
TEST_F(ManifestTest, ARerunRemovesWhatAKilledPublicationDidNot) {
  const Manifest old = publish("old", "1");
  write(stage_ / kPartsName / "1" / "rows.txt", "rows");
  EXPECT_EXIT(
      {
        auto publication = Publication::begin(stage_, "test");
        write(publication->dir() / "part.txt", "new");
        (void)publication->add(publication->dir() / "part.txt", 3);
        die_at_the_first_removal();
        (void)publication->publish(wanted("2"));
      },
      testing::KilledBySignal(SIGSYS), "");
  EXPECT_EQ(read_manifest(stage_)->files[0].path, "r01/part.txt");
  ASSERT_TRUE(fs::exists(stage_ / "part.txt"));
  EXPECT_FALSE(finished(stage_, old.key)) << "is not what stands there";
  EXPECT_TRUE(fs::exists(stage_ / "part.txt"));
  EXPECT_TRUE(finished(stage_, stage_key(wanted("2"))));
  EXPECT_FALSE(fs::exists(stage_ / "part.txt"));
  EXPECT_FALSE(fs::exists(stage_ / kPartsName));
  EXPECT_FALSE(fs::exists(stage_ / ".unfinished"));
  EXPECT_TRUE(finished(stage_, stage_key(wanted("2"))));
}

// It may be at work.
TEST_F(ManifestTest, ARerunLeavesAnAttemptAtANewStageAlone) {
  const Manifest old = publish("old", "1");
  auto publication = Publication::begin(stage_, "test");
  ASSERT_TRUE(publication.has_value());
  write(publication->dir() / "part.txt", "new");
  for (const char* mark : {"", "{\"key\": \"other\"}"}) {
    write(stage_ / ".unfinished", mark);
    EXPECT_TRUE(finished(stage_, old.key));
    EXPECT_TRUE(fs::exists(publication->dir() / "part.txt"));
  }
  ASSERT_TRUE(publication->add(publication->dir() / "part.txt"));
  EXPECT_TRUE(publication->publish(wanted("2")));
  EXPECT_FALSE(fs::exists(stage_ / ".unfinished"));
}

// What is not ours would be removed.
TEST_F(ManifestTest, RefusesAFolderOfOthers) {
  const auto why = [&] {
    auto publication = Publication::begin(stage_, "test");
    return publication ? std::string() : publication.error().message;
  };
  write(stage_ / "letters" / "letter.txt", "dear");
  EXPECT_THAT(why(), ::testing::HasSubstr("holds letters/letter.txt"));
  write(stage_ / "manifest.json", "{\"name\": \"of a web page\"}");
  EXPECT_THAT(why(), ::testing::HasSubstr("holds "));
  EXPECT_TRUE(fs::exists(stage_ / "letters" / "letter.txt"));
  fs::remove_all(stage_);
  write(stage_, "a file");
  EXPECT_THAT(why(), ::testing::HasSubstr("is no folder"));
}

TEST_F(ManifestTest, RefusesTheFolderOfAnotherStage) {
  publish("abc", "1");
  auto other = Publication::begin(stage_, "another test");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(other.error().message, ::testing::HasSubstr("\"test\""));
  EXPECT_TRUE(fs::exists(stage_ / "part.txt"));
}

TEST_F(ManifestTest, TakesAnEmptyFolder) {
  fs::create_directories(stage_ / "empty");
  EXPECT_TRUE(Publication::begin(stage_, "test").has_value());
}

TEST_F(ManifestTest, RefusesAManifestThatNamesFilesOutsideItsStage) {
  write(stage_ / "manifest.json",
        R"({"stage":"x","key":"k","files":[{"path":"../../etc/passwd"}]})");
  const auto manifest = read_manifest(stage_);
  ASSERT_FALSE(manifest.has_value());
  EXPECT_EQ(manifest.error().code, ErrorCode::corrupt_input);
}

TEST_F(ManifestTest, SaysUnfinishedAndCorruptApart) {
  EXPECT_EQ(read_manifest(stage_).error().code, ErrorCode::not_found);
  write(stage_ / "manifest.json", "{\"stage\":");
  EXPECT_EQ(read_manifest(stage_).error().code, ErrorCode::corrupt_input);
}

TEST_F(ManifestTest, InputDigestFollowsTheContent) {
  publish("abc", "1");
  const auto first = stage_input("a", stage_).value().digest;
  publish("abd", "1");
  EXPECT_NE(stage_input("a", stage_).value().digest, first);
  publish("abc", "1");
  EXPECT_EQ(stage_input("a", stage_).value().digest, first);
  write(stage_ / read_manifest(stage_)->files[0].path, "a");
  EXPECT_EQ(stage_input("a", stage_).error().code, ErrorCode::corrupt_input);
}

}  // namespace
}  // namespace dmp::storage
