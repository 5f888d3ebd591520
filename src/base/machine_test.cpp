#include "base/machine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace dmp {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;

class MachineTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    write("proc/meminfo",
          "MemTotal:       16777216 kB\n"
          "MemFree:         1048576 kB\n"
          "MemAvailable:    8388608 kB\n"
          "Buffers:               0 kB\n");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  fs::path root_;
};

TEST_F(MachineTest, CountsWhatTheKernelCanFreeAsAvailable) {
  EXPECT_EQ(available_memory_bytes(root_), 8 * kGibibyte);
}

TEST_F(MachineTest, TheLimitOfAControlGroupIsTheBound) {
  write("proc/self/cgroup", "0::/jobs.slice/one.scope\n");
  write("sys/fs/cgroup/jobs.slice/one.scope/memory.max", "max\n");
  EXPECT_EQ(available_memory_bytes(root_), 8 * kGibibyte);
  write("sys/fs/cgroup/jobs.slice/memory.max", "4294967296\n");
  EXPECT_EQ(available_memory_bytes(root_), 4 * kGibibyte) << "of one above it";
  write("sys/fs/cgroup/jobs.slice/one.scope/memory.max", "2147483648\n");
  EXPECT_EQ(available_memory_bytes(root_), 2 * kGibibyte);
  write("proc/meminfo", "MemAvailable: 1048576 kB\n");
  EXPECT_EQ(available_memory_bytes(root_), kGibibyte) << "of less is left";
}

TEST_F(MachineTest, InAContainerTheMountIsItsOwnGroup) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", "1073741824\n");
  EXPECT_EQ(available_memory_bytes(root_), kGibibyte);
  write("proc/self/cgroup", "0::/docker/of-the-host\n");
  EXPECT_EQ(available_memory_bytes(root_), kGibibyte);
}

TEST_F(MachineTest, ReadsControlGroupsOfVersion1) {
  write("proc/self/cgroup", "9:memory:/a\n4:cpu,cpuacct:/a\n0::/\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1073741824\n");
  write("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "50000\n");
  write("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(available_memory_bytes(root_), kGibibyte);
  EXPECT_EQ(available_processors(root_), 1);
}

TEST_F(MachineTest, SaysWhenItKnowsNothing) {
  fs::remove_all(root_ / "proc");
  EXPECT_EQ(available_memory_bytes(root_), 0U);
  EXPECT_GE(available_processors(root_), 1);
}

TEST_F(MachineTest, AQuotaOfProcessorsIsRoundedUp) {
  write("proc/self/cgroup", "0::/\n");
  const int all = available_processors(root_);
  write("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(available_processors(root_), all);
  write("sys/fs/cgroup/cpu.max", "110000 100000\n");
  EXPECT_EQ(available_processors(root_), std::min(all, 2));
  write("sys/fs/cgroup/cpu.max", "25000 100000\n");
  EXPECT_EQ(available_processors(root_), 1);
}

TEST(Machine, KnowsThisOne) {
  EXPECT_GT(available_memory_bytes(), std::uint64_t{1} << 20);
  EXPECT_GE(available_processors(), 1);
}

TEST_F(MachineTest, AProcessIsKnownByItsBeginning) {
  const std::string fields = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 ";
  write("proc/sys/kernel/random/boot_id", "0123-boot\n");
  write("proc/7/stat", "7 (a b) c)" + fields + "4711 20 21\n");
  EXPECT_EQ(process_identity(7, root_), "0123-boot 4711");
  write("proc/7/stat", "7 (a b) c)" + fields + "4712 20 21\n");
  EXPECT_EQ(process_identity(7, root_), "0123-boot 4712");
  write("proc/7/stat", "7 (a)" + std::string(" Z") + fields.substr(2) + "1\n");
  EXPECT_EQ(process_identity(7, root_), "") << "not waited for yet";
  EXPECT_EQ(process_identity(8, root_), "") << "there is none";
}

TEST(ProcessIdentity, OfThisProcessStaysTheSame) {
  const std::string own = process_identity(::getpid());
  EXPECT_NE(own, "");
  EXPECT_EQ(process_identity(::getpid()), own);
}

}  // namespace
}  // namespace dmp
