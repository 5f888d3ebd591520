#include "base/log.h"

#include <gtest/gtest.h>

namespace dmp::log {
namespace {

TEST(Log, LinesWipeTheStatus) {
  testing::internal::CaptureStderr();
  configure(Level::warning, Form::json);
  show_status("1/2 files");
  show_status("2/2 files");
  warning("a {}", "b");
  info("not shown, wipes nothing");
  warning("c");
  show_status("done");
  show_status({});
  show_status({});
  const std::string wiped = "\r\033[K";
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "1/2 files" + wiped + "2/2 files" + wiped +
                "{\"level\":\"warning\",\"message\":\"a b\"}\n"
                "{\"level\":\"warning\",\"message\":\"c\"}\ndone" +
                wiped);
}

}  // namespace
}  // namespace dmp::log
