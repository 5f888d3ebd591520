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

TEST(Log, ColorsWhatNeedsALook) {
  testing::internal::CaptureStderr();
  configure(Level::info, Form::text, Color::ansi);
  info("a");
  warning("b");
  write(Level::error, "c");
  configure(Level::info, Form::json, Color::ansi);
  warning("d");
  configure(Level::info, Form::text);
  warning("e");
  const std::string said = testing::internal::GetCapturedStderr();
  for (const char* line : {"Z info: a\n", "Z \033[33mwarning\033[0m: b\n",
                           "Z \033[31merror\033[0m: c\n",
                           "\"message\":\"d\"}\n", "Z warning: e\n"}) {
    EXPECT_NE(said.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace dmp::log
