# One interface library per group of folders; a folder's headers are found by globbing, so a new policy edits no list.
set(SPARSEANN_GENERATED_DIR "${PROJECT_BINARY_DIR}/generated/include")
configure_file("${PROJECT_SOURCE_DIR}/cmake/version.hpp.in" "${SPARSEANN_GENERATED_DIR}/sparseann/version.hpp" @ONLY)

set(revision_header "${SPARSEANN_GENERATED_DIR}/sparseann/revision.hpp")
set(write_revision "${CMAKE_COMMAND}" "-DSOURCE_DIR=${PROJECT_SOURCE_DIR}"
  "-DTEMPLATE=${PROJECT_SOURCE_DIR}/cmake/revision.hpp.in" "-DOUTPUT=${revision_header}"
  -P "${PROJECT_SOURCE_DIR}/cmake/Revision.cmake")
execute_process(COMMAND ${write_revision} COMMAND_ERROR_IS_FATAL ANY)
add_custom_target(sparseann_revision COMMAND ${write_revision} BYPRODUCTS "${revision_header}" VERBATIM
  COMMENT "Looking up the git revision")

# Headers: those of FOLDERS and what the patterns HEADERS name, but for what EXCEPT names, which is another library's.
function(sparseann_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FOLDERS;HEADERS;EXCEPT;LINK")
  set(target "sparseann_${name}")
  add_library(${target} INTERFACE)
  add_library(sparseann::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  list(TRANSFORM arg_FOLDERS APPEND "/*.hpp")
  list(APPEND arg_HEADERS ${arg_FOLDERS})
  list(TRANSFORM arg_HEADERS PREPEND "${PROJECT_SOURCE_DIR}/include/sparseann/")
  list(TRANSFORM arg_EXCEPT PREPEND "${PROJECT_SOURCE_DIR}/include/sparseann/")
  file(GLOB headers CONFIGURE_DEPENDS ${arg_HEADERS})
  if(arg_EXCEPT)
    file(GLOB others ${arg_EXCEPT})
    list(REMOVE_ITEM headers ${others})
  endif()
  target_sources(${target} INTERFACE FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${headers})
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_link_libraries(${target} INTERFACE ${arg_LINK})
endfunction()

sparseann_add_library(core FOLDERS core LINK fmt::fmt xtensor Boost::headers Threads::Threads)
target_sources(sparseann_core INTERFACE FILE_SET generated TYPE HEADERS
  BASE_DIRS "${SPARSEANN_GENERATED_DIR}" FILES "${SPARSEANN_GENERATED_DIR}/sparseann/version.hpp" "${revision_header}")
add_dependencies(sparseann_core sparseann_revision)
# xtensor 0.24's partial specialisations are ambiguous under clang 19's reading of P0522.
if(xtensor_VERSION VERSION_LESS 0.26)
  target_compile_options(sparseann_core INTERFACE
    "$<$<AND:$<CXX_COMPILER_ID:Clang>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,19>>:-fno-relaxed-template-template-args;-Wno-deprecated-no-relaxed-template-template-args>")
endif()

sparseann_add_library(metric FOLDERS metric LINK sparseann_core)
sparseann_add_library(select FOLDERS select LINK sparseann_core)
sparseann_add_library(io FOLDERS io EXCEPT io/hdf5*.hpp io/tiff*.hpp
  LINK sparseann_core nlohmann_json::nlohmann_json CLI11::CLI11 ZLIB::ZLIB ISAL::ISAL LibZip::LibZip PNG::PNG
  OpenSSL::Crypto)
target_include_directories(sparseann_io SYSTEM INTERFACE "$<BUILD_INTERFACE:${NIFTI_INCLUDE_DIR}>")
# Formats whose libraries are large, each a component of its own.
sparseann_add_library(hdf5 HEADERS io/hdf5*.hpp LINK sparseann_io LibHDF5::LibHDF5)
sparseann_add_library(tiff HEADERS io/tiff*.hpp LINK sparseann_io TIFF::TIFF)
sparseann_add_library(annotate FOLDERS data annotate EXCEPT data/microscopy*.hpp
  LINK sparseann_io sparseann_metric sparseann_select)
sparseann_add_library(microscopy HEADERS data/microscopy*.hpp LINK sparseann_annotate sparseann_hdf5 sparseann_tiff)

# The programs' allocator: it keeps freed memory for the next step, as glibc can be told to, in two thirds of glibc's.
# Sanitizers have allocators of their own.
find_library(TCMALLOC_LIBRARY NAMES tcmalloc_minimal)
add_library(sparseann_allocator INTERFACE)
if(TCMALLOC_LIBRARY AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  target_link_options(sparseann_allocator INTERFACE
    "LINKER:--push-state,--no-as-needed,${TCMALLOC_LIBRARY},--pop-state")
endif()

if(SPARSEANN_WITH_TORCH)
  sparseann_add_library(sparseann
    FOLDERS tensor loss network infer train encode pseudo_label meta pipeline report experiment
    LINK sparseann_annotate LibTorch::LibTorch)
  target_include_directories(sparseann_sparseann SYSTEM INTERFACE "$<BUILD_INTERFACE:${KAINJOW_INCLUDE_DIR}>")
  # LibTorch's parallel loops are inline, and go on one thread where they are compiled without OpenMP. Its libgomp is
  # GCC's; Clang's runtime would be a second pool of threads.
  set(openmp "$<$<CXX_COMPILER_ID:GNU>:-fopenmp>")
  target_compile_options(sparseann_sparseann INTERFACE "${openmp}")
  target_link_options(sparseann_sparseann INTERFACE "${openmp}")
  # LibTorch brings the headers of another fmt, and no library of it.
  target_compile_definitions(sparseann_sparseann INTERFACE FMT_HEADER_ONLY)

  # What uses train/mpi_exchange.hpp, where there is an MPI; everything else does without.
  option(SPARSEANN_WITH_MPI "Let programs train on several ranks" ${MPI_CXX_FOUND})
  if(SPARSEANN_WITH_MPI)
    find_package(MPI REQUIRED COMPONENTS CXX)
    add_library(sparseann_mpi INTERFACE)
    target_link_libraries(sparseann_mpi INTERFACE MPI::MPI_CXX)
    target_compile_definitions(sparseann_mpi INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX) # MPI's C++ of old
  endif()

  # LibTorch alone costs 21 s of a 2.4 GHz core per translation unit, and reading it and the other libraries
  # precompiled 7 s. Our programs and tests share one.
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/torch_precompiled.cpp" CONTENT "")
  add_library(sparseann_torch_precompiled OBJECT "${PROJECT_BINARY_DIR}/generated/torch_precompiled.cpp")
  target_link_libraries(sparseann_torch_precompiled PRIVATE sparseann_sparseann sparseann_warnings)
  # ccache 4.7 has given back the precompiled header of earlier headers.
  set_target_properties(sparseann_torch_precompiled PROPERTIES CXX_COMPILER_LAUNCHER "")
  target_precompile_headers(sparseann_torch_precompiled PRIVATE <torch/torch.h>
    <boost/graph/adjacency_list.hpp> <fmt/format.h> <fmt/ranges.h> <nlohmann/json.hpp> "${PROJECT_SOURCE_DIR}/include/sparseann/core/array.hpp")
  # A time stamp within would make the same header a new one to a compiler cache.
  target_compile_options(sparseann_torch_precompiled PRIVATE
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
