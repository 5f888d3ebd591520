# dmp_layer(name USES a b …): src/<name>/*.cpp as static library dmp_<name>,
# src/<name>/*_test.cpp as program <name>_test, *_bench.cpp as <name>_bench.
# USES takes folders (dmp_<x>) and third-party names (dep::<x>).
if(DMPWORKS_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(DMPWORKS_BENCH)
  find_package(benchmark REQUIRED)
endif()

# What most sources include, parsed once instead of once a source. Only in builds
# with ASan, g++'s: clang (fuzz, tools/lint) reads the sources as they are, so that
# an #include that is missing shows, and so does the release build, where g++ 12
# reports -Wstringop-overflow inside a precompiled std::string at -O3.
set(common_headers <algorithm> <array> <chrono> <filesystem> <fstream> <functional>
  <map> <memory> <mutex> <optional> <random> <set> <string> <string_view> <thread>
  <unordered_map> <unordered_set> <utility> <vector> <fmt/format.h> <simdjson.h>
  <tl/expected.hpp>)
# dmp_precompile(target first …): the target shares what was made for the first,
# or makes it, with further headers.
function(dmp_precompile target first)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR NOT DMPWORKS_SANITIZE MATCHES "address")
    return()
  endif()
  if(target STREQUAL first)
    target_precompile_headers(${target} PRIVATE ${common_headers} ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${first})
  endif()
  target_compile_options(${target} PRIVATE -fpch-preprocess)  # for ccache
endfunction()

function(dmp_layer name)
  cmake_parse_arguments(arg "" "" "USES" ${ARGN})
  set(dir ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  set(tests ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cpp$")
  if(NOT sources)
    file(WRITE ${CMAKE_BINARY_DIR}/empty_${name}.cpp "")
    set(sources ${CMAKE_BINARY_DIR}/empty_${name}.cpp)
  endif()

  add_library(dmp_${name} STATIC ${sources})
  target_include_directories(dmp_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(dmp_${name} PRIVATE dmp_flags)
  foreach(use ${arg_USES})
    if(TARGET dmp_${use})
      target_link_libraries(dmp_${name} PUBLIC dmp_${use})
    else()
      target_link_libraries(dmp_${name} PUBLIC dep::${use})
    endif()
  endforeach()
  dmp_precompile(dmp_${name} dmp_base)

  if(DMPWORKS_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE dmp_${name} dmp_flags
                          GTest::gmock GTest::gtest GTest::gtest_main)
    dmp_precompile(${name}_test base_test <gmock/gmock.h> <gtest/gtest.h>)
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}/
      DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS unit TIMEOUT 300)
  endif()
  if(DMPWORKS_BENCH AND benches)
    add_executable(${name}_bench ${benches})
    target_link_libraries(${name}_bench PRIVATE dmp_${name} dmp_flags
                          benchmark::benchmark benchmark::benchmark_main)
  endif()
endfunction()
