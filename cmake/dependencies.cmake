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
dmp_dependency(curl PKG libcurl)
dmp_dependency(yaml PKG yaml-cpp)
dmp_dependency(sqlite PKG sqlite3)
dmp_dependency(mimalloc LINK mimalloc)

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

# AWS's C libraries: built once into the cache by tools/setup-aws.
set(awscrt_dir ${DMPWORKS_CACHE_DIR}/awscrt-0.38.0)
if(NOT EXISTS ${awscrt_dir}/lib/libaws-c-s3.a)
  message(FATAL_ERROR "${awscrt_dir} is absent: run tools/setup first")
endif()
pkg_check_modules(libssl REQUIRED IMPORTED_TARGET openssl)
set(awscrt_libraries)
foreach(library aws-c-s3 aws-c-auth aws-c-http aws-c-compression aws-c-sdkutils
        aws-checksums aws-c-io s2n aws-c-cal aws-c-common)
  list(APPEND awscrt_libraries ${awscrt_dir}/lib/lib${library}.a)
endforeach()
dmp_dependency(awscrt LINK ${awscrt_libraries} PkgConfig::libssl Threads::Threads dl m)
target_include_directories(dep_awscrt SYSTEM INTERFACE ${awscrt_dir}/include)
