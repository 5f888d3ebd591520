#include "ingest/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace dmp::ingest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Given {
  std::string name, bytes;
  unsigned type = AE_IFREG;
  std::string link = {}, hardlink = {};
};

enum class Kind : std::uint8_t { zip, tar };

std::string pack(Kind kind, const std::vector<Given>& members) {
  std::string out(std::size_t{8} << 20, '\0');
  std::size_t used = 0;
  archive* writer = archive_write_new();
  if (kind == Kind::zip) {
    archive_write_set_format_zip(writer);
  } else {
    archive_write_set_format_pax_restricted(writer);
  }
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const auto& member : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.name.c_str());
    archive_entry_set_filetype(entry, member.type);
    archive_entry_set_perm(entry, 0644);
    if (!member.link.empty())
      archive_entry_set_symlink(entry, member.link.c_str());
    if (!member.hardlink.empty())
      archive_entry_set_hardlink(entry, member.hardlink.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(member.bytes.size()));
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    archive_write_data(writer, member.bytes.data(), member.bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

// Gives `bytes` in pieces of `piece` bytes.
ArchiveReader::More in_pieces(std::string bytes, std::size_t piece) {
  return [bytes = std::move(bytes), piece,
          at = std::size_t{0}]() mutable -> Result<std::string> {
    std::string next = bytes.substr(std::min(at, bytes.size()), piece);
    at += next.size();
    return next;
  };
}

class Unpack : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(dir_); }
  void TearDown() override { fs::remove_all(dir_); }

  // name=bytes of each member, then how it ended.
  static std::vector<std::string> all(Result<ArchiveReader> reader) {
    std::vector<std::string> found;
    for (;;) {
      if (!reader) return ended(std::move(found), reader.error());
      auto member = reader->next();
      if (!member) return ended(std::move(found), member.error());
      if (!*member) return found;
      std::string bytes(1 << 12, '\0');
      std::size_t size = 0;
      for (;;) {
        const auto count = reader->read(bytes.data() + size, 100);
        if (!count) return ended(std::move(found), count.error());
        if (*count == 0) break;
        size += *count;
      }
      found.push_back((*member)->name + "=" + bytes.substr(0, size));
    }
  }
  static std::vector<std::string> ended(std::vector<std::string> found,
                                        const Error& error) {
    found.push_back(error.code == ErrorCode::corrupt_input ? "corrupt"
                                                           : "other");
    return found;
  }
  std::vector<std::string> zip(const std::string& bytes) const {
    return all(ArchiveReader::open_zip(file(bytes)));
  }
  static std::vector<std::string> tar(const std::string& bytes,
                                      std::size_t piece = 1000) {
    return all(ArchiveReader::open_tar("a.tar", in_pieces(bytes, piece)));
  }
  fs::path file(const std::string& bytes) const {
    std::ofstream(dir_ / "file", std::ios::binary) << bytes;
    return dir_ / "file";
  }

  fs::path dir_ =
      fs::temp_directory_path() / fmt::format("unpack_test_{}", ::getpid());
};

TEST_F(Unpack, GivesTheFilesInTheOrderOfTheArchive) {
  const std::vector<Given> members{
      {"b/", "", AE_IFDIR}, {"b/2.json", "two"}, {"1.json", ""}, {"c d", "x"}};
  const std::vector<std::string> want{"b/2.json=two", "1.json=", "c d=x"};
  EXPECT_EQ(zip(pack(Kind::zip, members)), want);
  for (const std::size_t piece : {1, 511, 512, 100'000})
    EXPECT_EQ(tar(pack(Kind::tar, members), piece), want) << piece;
}

TEST_F(Unpack, P131_RefusesMembersThatReachOutside) {
  const std::vector<Given> bad{
      {"../x", "x"},
      {"a/../../x", "x"},
      {"/etc/x", "x"},
      {"link", "", AE_IFLNK, "/etc/passwd"},
      {"hard", "", AE_IFREG, "", "a"},
      {"fifo", "", AE_IFIFO},
  };
  for (const auto& member : bad) {
    const std::vector<Given> members{{"a", "good"}, member};
    const std::vector<std::string> want{"a=good", "corrupt"};
    EXPECT_EQ(tar(pack(Kind::tar, members)), want) << member.name;
    // A ZIP knows neither hard links nor pipes.
    if (!member.hardlink.empty() || member.type == AE_IFIFO) continue;
    EXPECT_EQ(zip(pack(Kind::zip, members)), want) << member.name;
  }
}

TEST_F(Unpack, ATarThatWasCutOffIsCorruptWhereverThatWas) {
  const std::string whole =
      pack(Kind::tar, {{"a", std::string(700, 'a')}, {"b", "b"}});
  // Two members of a header and content each, then the end marker.
  constexpr std::size_t kMembers = 512 + 1024 + 512 + 512;
  ASSERT_EQ(tar(whole).size(), 2U);
  for (std::size_t size = 0; size < kMembers + 1024; size += 128) {
    const auto found = tar(whole.substr(0, size));
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.back(), "corrupt") << size;
  }
  EXPECT_EQ(tar(whole.substr(0, kMembers + 1024)).size(), 2U);
}

TEST_F(Unpack, AZipThatWasCutOffOrChangedIsCorrupt) {
  const std::string whole = pack(
      Kind::zip, {{"a.json", std::string(500, 'a') + "bcdefgh"}, {"b", "b"}});
  ASSERT_EQ(zip(whole).size(), 2U);
  for (std::size_t size = 0; size < whole.size(); size += 7)
    EXPECT_EQ(zip(whole.substr(0, size)).back(), "corrupt") << size;
  // A byte of the content: the checksum shows it.
  std::string changed = whole;
  const auto content = changed.find("a.json") + 6 + 28;
  changed[content] = static_cast<char>(changed[content] ^ 1);
  EXPECT_EQ(zip(changed).back(), "corrupt");
  EXPECT_EQ(zip("this is no archive").back(), "corrupt");
}

TEST_F(Unpack, P120_ReadingMayBeginAtAnyMember) {
  const std::string whole =
      pack(Kind::tar, {{"a", std::string(700, 'a')},
                       {std::string(150, 'n') + "/long", "b"},
                       {"c", "c"}});
  auto reader = ArchiveReader::open_tar("a.tar", in_pieces(whole, 512));
  ASSERT_TRUE(reader);
  std::vector<std::uint64_t> offsets;
  for (auto member = reader->next(); member && *member; member = reader->next())
    offsets.push_back((*member)->header_offset);
  ASSERT_EQ(offsets.size(), 3U);
  EXPECT_EQ(offsets[0], 0U);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto rest = tar(whole.substr(offsets[i]));
    EXPECT_EQ(rest.size(), 3 - i);
    EXPECT_EQ(rest.back(), "c=c");
  }
}

TEST_F(Unpack, PassesOnTheErrorOfItsSource) {
  const auto reader = ArchiveReader::open_tar("a.tar", [] {
    return Result<std::string>(Error{ErrorCode::unavailable, "gone"});
  });
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::unavailable);
  EXPECT_EQ(reader.error().message, "gone");
}

TEST_F(Unpack, P131_StopsABomb) {
  const std::string bomb =
      pack(Kind::zip, {{"a.json", std::string(std::size_t{4} << 20, ' ')}});
  ASSERT_LT(bomb.size(), 20'000U);
  auto reader = ArchiveReader::open_zip(file(bomb));
  ASSERT_TRUE(reader);
  ASSERT_TRUE(reader->next());
  const auto written =
      write_member(*reader, dir_ / "out.gz", Packing::gzip, 1'000'000);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::corrupt_input);
  EXPECT_THAT(written.error().message, HasSubstr("more than 1000000 bytes"));
}

TEST_F(Unpack, AMemberAsGzipIsTheSameEachTime) {
  const std::string archive = pack(Kind::zip, {{"a.json", "1\n2\n3"}});
  for (const char* name : {"x.gz", "y.gz"}) {
    auto reader = ArchiveReader::open_zip(file(archive));
    ASSERT_TRUE(reader && reader->next());
    const auto written =
        write_member(*reader, dir_ / name, Packing::gzip, 1000);
    ASSERT_TRUE(written);
    EXPECT_EQ(*written, 5U);
    const auto lines = count_gzip_lines(dir_ / name);
    ASSERT_TRUE(lines);
    EXPECT_EQ(*lines, 3);
  }
  const auto bytes = [&](const char* name) {
    std::ifstream in(dir_ / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_EQ(bytes("x.gz"), bytes("y.gz"));
}

TEST_F(Unpack, CountGzipLinesVerifiesTheChecksum) {  // P21
  ASSERT_TRUE(gzip_file(file("line\n"), dir_ / "good.gz"));
  ASSERT_TRUE(count_gzip_lines(dir_ / "good.gz"));
  std::ifstream in(dir_ / "good.gz", std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);
  const auto bad = count_gzip_lines(file(bytes));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::corrupt_input);
  const auto cut = count_gzip_lines(file(bytes.substr(0, bytes.size() - 9)));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::corrupt_input);
}

TEST_F(Unpack, CountGzipLinesTakesNoOtherFile) {
  for (const char* bytes : {"", "\x1f", "<html>oops</html>\n", "{}\n"}) {
    const auto lines = count_gzip_lines(file(bytes));
    ASSERT_FALSE(lines) << bytes;
    EXPECT_EQ(lines.error().code, ErrorCode::corrupt_input);
  }
}

}  // namespace
}  // namespace dmp::ingest
