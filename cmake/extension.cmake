# dmpworks.duckdb_extension: the functions of the models for any DuckDB from 1.3
# on (src/extension.cpp). From the same sources as the program, but compiled
# anew: as position-independent code, and never with sanitizers, since it is
# loaded into a process that has none.
add_library(dmpworks_extension MODULE
  src/extension.cpp
  src/sql/award_function.cpp src/sql/functions.cpp src/sql/list_functions.cpp
  src/sql/lookup.cpp src/sql/vector_view.cpp
  src/text/clean_text.cpp src/text/doi.cpp src/text/identifiers.cpp
  src/text/markup.cpp src/text/unicode.cpp)
# simdjson by itself: it has warnings of its own.
add_library(simdjson_pic STATIC third_party/simdjson/simdjson.cpp)
target_compile_options(simdjson_pic PRIVATE -w)
target_link_libraries(dmpworks_extension PRIVATE
  simdjson_pic dmp_flags dep::icu dep::openssl dep::xxhash)
target_compile_definitions(dmpworks_extension PRIVATE DUCKDB_EXTENSION_NAME=dmpworks)
target_include_directories(dmpworks_extension PRIVATE src)
target_include_directories(dmpworks_extension SYSTEM PRIVATE third_party/duckdb)
foreach(target dmpworks_extension simdjson_pic)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${target} SYSTEM PRIVATE third_party/simdjson)
  target_compile_definitions(${target} PRIVATE SIMDJSON_EXCEPTIONS=0)
  target_compile_options(${target} PRIVATE -O2)
  if(DMPWORKS_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=all)
    target_link_options(${target} PRIVATE -fno-sanitize=all)
  endif()
endforeach()
# It needs no symbol of the process, DuckDB's functions come as a table, and
# shows none but its entry: it stands beside any other version of what it uses.
target_link_options(dmpworks_extension PRIVATE -Wl,--no-undefined
  -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/extension.map)
set_target_properties(dmpworks_extension PROPERTIES PREFIX "" OUTPUT_NAME dmpworks
  SUFFIX .duckdb_extension LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
  LINK_DEPENDS "${CMAKE_SOURCE_DIR}/cmake/extension.map;${CMAKE_SOURCE_DIR}/cmake/extension_footer.py")
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  set(extension_platform linux_arm64)
else()
  set(extension_platform linux_amd64)
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_custom_command(TARGET dmpworks_extension POST_BUILD
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/cmake/extension_footer.py
          $<TARGET_FILE:dmpworks_extension> ${extension_platform} v${PROJECT_VERSION})
