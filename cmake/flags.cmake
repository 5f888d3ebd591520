# Warnings, CPU level and sanitizers, as one interface target every folder uses.
add_library(dmp_flags INTERFACE)
target_compile_options(dmp_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -ffp-contract=off
  # g++ is the compiler whose warnings count; clang builds the fuzzers.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Werror>)
if(DMPWORKS_MARCH AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-march=${DMPWORKS_MARCH})
endif()
if(DMPWORKS_SANITIZE)
  add_compile_options(-fsanitize=${DMPWORKS_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DMPWORKS_SANITIZE})
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
