#[[
Finds ISA-L, Intel's library that decompresses gzip (Debian's package libisal-dev), which has no package file of its own.

Output: ISAL_FOUND, ISAL_VERSION, ISAL::ISAL
]]
find_path(ISAL_INCLUDE_DIR isa-l/igzip_lib.h)
find_library(ISAL_LIBRARY isal)
mark_as_advanced(ISAL_INCLUDE_DIR ISAL_LIBRARY)
unset(ISAL_VERSION)
if(ISAL_INCLUDE_DIR AND EXISTS "${ISAL_INCLUDE_DIR}/isa-l.h")
  file(STRINGS "${ISAL_INCLUDE_DIR}/isa-l.h" _isal_lines REGEX "define ISAL_(MAJOR|MINOR|PATCH)_VERSION")
  string(REGEX REPLACE ".* ([0-9]+);.* ([0-9]+);.* ([0-9]+)$" "\\1.\\2.\\3" ISAL_VERSION "${_isal_lines}")
  unset(_isal_lines)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ISAL
  REQUIRED_VARS ISAL_LIBRARY ISAL_INCLUDE_DIR
  VERSION_VAR ISAL_VERSION
  REASON_FAILURE_MESSAGE "It is Debian's package libisal-dev.")

if(ISAL_FOUND AND NOT TARGET ISAL::ISAL)
  add_library(ISAL::ISAL UNKNOWN IMPORTED)
  set_target_properties(ISAL::ISAL PROPERTIES
    IMPORTED_LOCATION "${ISAL_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${ISAL_INCLUDE_DIR}")
endif()
