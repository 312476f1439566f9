# What sparseann is built on. Package names are Debian's; versions are the oldest that were tried.
find_package(Threads REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(xtensor 0.24 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibZip 1.7 REQUIRED)
find_package(PNG REQUIRED)
find_package(LibHDF5 1.10.7 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_path(NIFTI_INCLUDE_DIR NAMES nifti1.h PATH_SUFFIXES nifti REQUIRED)
mark_as_advanced(NIFTI_INCLUDE_DIR)

if(SPARSEANN_WITH_TORCH)
  set(LibTorch_HINTS "${PROJECT_SOURCE_DIR}/.venv") # made by tools/setup.sh
  find_package(LibTorch 2.8 REQUIRED)
  find_package(MPI QUIET COMPONENTS CXX) # Open MPI 4.1 was tried
  find_path(KAINJOW_INCLUDE_DIR NAMES kainjow/mustache.hpp REQUIRED)
  mark_as_advanced(KAINJOW_INCLUDE_DIR)
endif()
