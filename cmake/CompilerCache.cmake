# ccache where it is installed. Precompiled headers need the sloppiness; see its manual, "Precompiled headers".
find_program(SPARSEANN_CCACHE ccache)
mark_as_advanced(SPARSEANN_CCACHE)
if(SPARSEANN_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${SPARSEANN_CCACHE}")
endif()
