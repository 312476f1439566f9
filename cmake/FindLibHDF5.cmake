#[[
Finds HDF5's C library, the one for a single process.

CMake's own module compiles a C program, which a project in C++ alone cannot, and links static copies of what the library
brings.

Output: LibHDF5_FOUND, LibHDF5_VERSION, LibHDF5::LibHDF5
]]
find_path(LibHDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(LibHDF5_LIBRARY NAMES hdf5_serial hdf5 PATH_SUFFIXES hdf5/serial)
mark_as_advanced(LibHDF5_INCLUDE_DIR LibHDF5_LIBRARY)
unset(LibHDF5_VERSION)
if(LibHDF5_INCLUDE_DIR)
  file(STRINGS "${LibHDF5_INCLUDE_DIR}/H5public.h" _libhdf5_version REGEX "define H5_VERS_INFO ")
  string(REGEX REPLACE ".* version: ([0-9.]+).*" "\\1" LibHDF5_VERSION "${_libhdf5_version}")
  unset(_libhdf5_version)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibHDF5
  REQUIRED_VARS LibHDF5_LIBRARY LibHDF5_INCLUDE_DIR
  VERSION_VAR LibHDF5_VERSION
  REASON_FAILURE_MESSAGE "It is Debian's package libhdf5-dev.")

if(LibHDF5_FOUND AND NOT TARGET LibHDF5::LibHDF5)
  add_library(LibHDF5::LibHDF5 UNKNOWN IMPORTED)
  set_target_properties(LibHDF5::LibHDF5 PROPERTIES
    IMPORTED_LOCATION "${LibHDF5_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LibHDF5_INCLUDE_DIR}")
endif()
