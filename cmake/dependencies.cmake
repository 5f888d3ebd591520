# Third-party libraries by a short name: dep::<name>. Each has one home folder
# (ARCHITECTURE.md); tools/setup installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(dmp_dependency name)
  cmake_parse_arguments(arg "" "PKG" "LINK" ${ARGN})
  add_library(dep_${name} INTERFACE)
  add_library(dep::${name} ALIAS dep_${name})
  if(arg_PKG)
    pkg_check_modules(${name}_pkg REQUIRED IMPORTED_TARGET ${arg_PKG})
    target_link_libraries(dep_${name} INTERFACE PkgConfig::${name}_pkg)
  endif()
  target_link_libraries(dep_${name} INTERFACE ${arg_LINK})
endfunction()

dmp_dependency(fmt PKG fmt)
dmp_dependency(spdlog PKG spdlog)
dmp_dependency(icu LINK icuuc icui18n icudata)
dmp_dependency(openssl PKG libcrypto)
dmp_dependency(xxhash PKG libxxhash)
dmp_dependency(isal PKG libisal)
dmp_dependency(zlib PKG zlib)
dmp_dependency(zstd PKG libzstd)
dmp_dependency(archive PKG libarchive)



# libduckdb: one pinned build, fetched and checked by tools/setup.
set(DMPWORKS_CACHE_DIR "$ENV{DMPWORKS_CACHE_DIR}" CACHE PATH "Where tools/setup keeps what it fetched")
if(NOT DMPWORKS_CACHE_DIR)
  set(DMPWORKS_CACHE_DIR ${CMAKE_SOURCE_DIR}/.cache)
endif()
set(duckdb_library ${DMPWORKS_CACHE_DIR}/duckdb-1.5.5/libduckdb.so)
if(NOT EXISTS ${duckdb_library})
  message(FATAL_ERROR "${duckdb_library} is absent: run tools/setup first")
endif()
# The program looks for it beside itself, so build/<preset> can be copied away.
configure_file(${duckdb_library} ${CMAKE_BINARY_DIR}/libduckdb.so COPYONLY)
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${CMAKE_BINARY_DIR}/libduckdb.so
  IMPORTED_NO_SONAME ON)
target_include_directories(duckdb SYSTEM INTERFACE ${CMAKE_SOURCE_DIR}/third_party/duckdb)
add_library(dep::duckdb ALIAS duckdb)
set(CMAKE_BUILD_RPATH "$ORIGIN;${CMAKE_BINARY_DIR}")
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
