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
  # UBSan and ASan of g++ keep 1.8 million pointers to what they would report. At
  # a fixed address the loader need not write them when a program starts: half of
  # its page faults. Not tried with clang (fuzz) and TSan.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND DMPWORKS_SANITIZE MATCHES "address")
    string(APPEND CMAKE_CXX_FLAGS " -fno-pie")
    string(APPEND CMAKE_C_FLAGS " -fno-pie")
    string(APPEND CMAKE_EXE_LINKER_FLAGS " -no-pie")
  endif()
endif()
find_program(CCACHE ccache)
if(CCACHE)
  # What one checkout compiled serves another: no path of it is in the objects.
  add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
  foreach(language C CXX)
    set(CMAKE_${language}_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_SLOPPINESS=pch_defines,time_macros
        ${CCACHE})
  endforeach()
endif()
