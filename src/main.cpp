#include "cli/commands.h"

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

int main(int argc, char** argv) try {
  return dmp::cli::run_program(std::vector<std::string>(argv + 1, argv + argc));
} catch (const std::exception& e) {
  std::fprintf(stderr, "dmpworks: bug: uncaught %s\n", e.what());
  return 1;
}
