# Writes revision.hpp: the git revision of the sources, refreshed by every build and rewritten only where it changed.
#   cmake -DSOURCE_DIR=... -DTEMPLATE=... -DOUTPUT=... -P Revision.cmake
set(REVISION unknown)
find_program(GIT git)
# An unpacked archive inside another project's repository has no revision of its own.
if(GIT AND EXISTS "${SOURCE_DIR}/.git")
  execute_process(COMMAND "${GIT}" describe --always --dirty --abbrev=12 --match=v[0-9]*
    WORKING_DIRECTORY "${SOURCE_DIR}" OUTPUT_VARIABLE described RESULT_VARIABLE code
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(code EQUAL 0 AND described)
    set(REVISION "${described}")
  endif()
endif()
configure_file("${TEMPLATE}" "${OUTPUT}" @ONLY)
