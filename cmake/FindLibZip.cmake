#[[
FindLibZip: libzip. Its own package file, as Debian 12 has it, cannot be used: it asks for programs (zipcmp, zipmerge,
ziptool) that are other packages.

Output: LibZip_FOUND, LibZip_VERSION, LibZip::LibZip
]]
find_path(LibZip_INCLUDE_DIR zip.h)
find_library(LibZip_LIBRARY zip)
mark_as_advanced(LibZip_INCLUDE_DIR LibZip_LIBRARY)
find_path(LibZip_CONFIGURATION_DIR zipconf.h HINTS "${LibZip_INCLUDE_DIR}") # elsewhere than zip.h on some systems
mark_as_advanced(LibZip_CONFIGURATION_DIR)
unset(LibZip_VERSION)
if(LibZip_CONFIGURATION_DIR)
  file(STRINGS "${LibZip_CONFIGURATION_DIR}/zipconf.h" _libzip_version REGEX "define LIBZIP_VERSION \"")
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" LibZip_VERSION "${_libzip_version}")
  unset(_libzip_version)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibZip
  REQUIRED_VARS LibZip_LIBRARY LibZip_INCLUDE_DIR LibZip_CONFIGURATION_DIR
  VERSION_VAR LibZip_VERSION
  REASON_FAILURE_MESSAGE "It is Debian's package libzip-dev.")

if(LibZip_FOUND AND NOT TARGET LibZip::LibZip)
  add_library(LibZip::LibZip UNKNOWN IMPORTED)
  set_target_properties(LibZip::LibZip PROPERTIES
    IMPORTED_LOCATION "${LibZip_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LibZip_INCLUDE_DIR};${LibZip_CONFIGURATION_DIR}")
endif()
