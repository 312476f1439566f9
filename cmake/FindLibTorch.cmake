#[[
FindLibTorch: LibTorch as the PyPI wheel `torch` or the official archive carries it. No CUDA toolkit and no language CUDA
are needed: find_package(Torch) of LibTorch itself asks for both as soon as the libraries were built with CUDA.

Input, in this order; the first that is set is the only one of the first two that is looked at:
  LibTorch_ROOT            CMake or environment variable: an environment made by `python3 -m venv`, its site-packages, the
                           torch folder in there, or an unpacked archive
  LibTorch_HINTS           list of such folders, for projects that know a place of their own
  VIRTUAL_ENV              environment variable, set by an activated environment
  CMAKE_PREFIX_PATH        list of such folders
  LibTorch_CUDA            AUTO (default): link the CUDA libraries where all of them are there; ON: or stop; OFF: never

Output:
  LibTorch_FOUND, LibTorch_VERSION, LibTorch_HOME, LibTorch_CUDA_FOUND, LibTorch_NCCL_FOUND
  LibTorch::LibTorch       what to link: LibTorch::CUDA where that exists, else LibTorch::CPU
]]
set(LibTorch_CUDA AUTO CACHE STRING "Link LibTorch's CUDA libraries: AUTO, ON or OFF")
set_property(CACHE LibTorch_CUDA PROPERTY STRINGS AUTO ON OFF)

# The folder that holds LibTorch's include/ and lib/, or nothing; the places looked at are appended to `searched`.
function(_libtorch_find_home result searched)
  if(LibTorch_ROOT)
    set(places "${LibTorch_ROOT}")
  elseif(DEFINED ENV{LibTorch_ROOT} AND NOT "$ENV{LibTorch_ROOT}" STREQUAL "")
    set(places "$ENV{LibTorch_ROOT}")
  else()
    set(places ${LibTorch_HINTS} "$ENV{VIRTUAL_ENV}" ${CMAKE_PREFIX_PATH})
  endif()
  list(REMOVE_ITEM places "")
  set(${result} "" PARENT_SCOPE)
  set(${searched} ${places} PARENT_SCOPE)
  foreach(place IN LISTS places)
    get_filename_component(place "${place}" ABSOLUTE BASE_DIR "${CMAKE_BINARY_DIR}")
    file(GLOB wheels LIST_DIRECTORIES true "${place}/lib/python3.*/site-packages/torch")
    foreach(home IN LISTS wheels ITEMS "${place}/torch" "${place}")
      if(EXISTS "${home}/include/torch/csrc/api/include/torch/torch.h" AND EXISTS "${home}/lib/libtorch_cpu.so"
         AND EXISTS "${home}/lib/libc10.so")
        set(${result} "${home}" PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endforeach()
endfunction()

function(_libtorch_read_version home result)
  foreach(header IN ITEMS torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(EXISTS "${home}/include/${header}")
      file(STRINGS "${home}/include/${header}" lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
      if("${lines}" MATCHES "MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+)")
        set(${result} "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3}" PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
endfunction()

# The NVIDIA libraries that a library asks for and that do not lie where its run path leads. libcuda is the driver's.
function(_libtorch_missing_libraries home result)
  set(missing)
  get_filename_component(site "${home}" DIRECTORY)
  file(GLOB places LIST_DIRECTORIES true "${home}/lib" "${site}/nvidia/*/lib")
  foreach(library IN LISTS ARGN)
    # readelf translates what is matched below.
    execute_process(COMMAND "${CMAKE_COMMAND}" -E env LC_ALL=C "${LibTorch_READELF}" -d "${library}" OUTPUT_VARIABLE dynamic RESULT_VARIABLE code ERROR_QUIET)
    if(NOT code EQUAL 0)
      list(APPEND missing "${library} (cannot be read)")
      continue()
    endif()
    string(REGEX REPLACE "[][;]" " " dynamic "${dynamic}") # square brackets would break list splitting
    string(REGEX MATCHALL "library: +lib(cu|nccl|nv)[^ ]*\\.so[.0-9]*" needed "${dynamic}")
    list(TRANSFORM needed REPLACE "library: +" "")
    list(FILTER needed EXCLUDE REGEX "^libcuda\\.so")
    foreach(name IN LISTS needed)
      set(${name}_file "${name}_file-NOTFOUND")
      find_file(${name}_file "${name}" PATHS ${places} NO_DEFAULT_PATH NO_CACHE)
      if(NOT ${name}_file)
        list(APPEND missing "${name}")
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES missing)
  set(${result} "${missing}" PARENT_SCOPE)
endfunction()

# Whether the CUDA libraries can be linked, and why not.
function(_libtorch_find_cuda home found reason)
  set(${found} FALSE PARENT_SCOPE)
  if(NOT EXISTS "${home}/lib/libtorch_cuda.so" OR NOT EXISTS "${home}/lib/libc10_cuda.so")
    set(${reason} "this LibTorch was built without CUDA" PARENT_SCOPE)
  elseif(NOT LibTorch_READELF)
    set(${reason} "readelf, which tells what libtorch_cuda.so needs, was not found" PARENT_SCOPE)
  else()
    file(GLOB libraries "${home}/lib/libtorch_cuda.so" "${home}/lib/libtorch_cuda_linalg.so" "${home}/lib/libtorch_nvshmem.so")
    _libtorch_missing_libraries("${home}" missing ${libraries})
    if(missing)
      list(JOIN missing ", " missing)
      set(${reason} "missing beside it: ${missing}" PARENT_SCOPE)
    else()
      set(${found} TRUE PARENT_SCOPE)
      set(${reason} "" PARENT_SCOPE)
    endif()
  endif()
endfunction()

function(_libtorch_check_abi home)
  file(STRINGS "${home}/lib/libc10.so" names REGEX "__cxx11" LIMIT_COUNT 1)
  if(NOT names)
    message(FATAL_ERROR "${home}: expected a LibTorch of the C++11 ABI, got one that was built with "
                        "_GLIBCXX_USE_CXX11_ABI=0; take the PyPI wheel, or an archive named cxx11-abi")
  endif()
endfunction()

function(_libtorch_add_targets home)
  find_package(Threads REQUIRED)
  foreach(name IN ITEMS c10 torch_cpu)
    add_library(LibTorch::${name} SHARED IMPORTED)
    set_target_properties(LibTorch::${name} PROPERTIES
      IMPORTED_LOCATION "${home}/lib/lib${name}.so"
      INTERFACE_INCLUDE_DIRECTORIES "${home}/include;${home}/include/torch/csrc/api/include"
      INTERFACE_COMPILE_FEATURES cxx_std_17)
  endforeach()
  # libtorch.so is not linked: it asks for libtorch_cuda.so even where there is none to load.
  add_library(LibTorch::CPU INTERFACE IMPORTED)
  set_target_properties(LibTorch::CPU PROPERTIES
    INTERFACE_LINK_LIBRARIES "LibTorch::torch_cpu;LibTorch::c10;Threads::Threads"
    INTERFACE_COMPILE_DEFINITIONS "USE_DISTRIBUTED;USE_C10D_GLOO;USE_RPC;USE_TENSORPIPE")
  # LibTorch is built by g++. From 18 on, clang mangles constrained template parameters in a way that g++ does not.
  target_compile_options(LibTorch::CPU INTERFACE
    "$<$<AND:$<CXX_COMPILER_ID:Clang>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,18>>:-fclang-abi-compat=17>")
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  set_property(TARGET LibTorch::LibTorch PROPERTY INTERFACE_LINK_LIBRARIES LibTorch::CPU)
endfunction()

# The CUDA libraries register themselves when they are loaded; nothing refers to them, so the linker must be told.
function(_libtorch_add_cuda_target home has_nccl)
  get_filename_component(site "${home}" DIRECTORY)
  file(GLOB includes LIST_DIRECTORIES true "${site}/nvidia/cu[0-9]*/include")
  set(definitions LIBTORCH_HAS_CUDA=1)
  set(libraries LibTorch::CPU)
  # CUDA's runtime for what LibTorch's headers call inline.
  file(GLOB runtime "${site}/nvidia/cu[0-9]*/lib/libcudart.so.[0-9]*")
  list(APPEND libraries ${runtime})
  if(has_nccl)
    list(APPEND includes "${site}/nvidia/nccl/include")
    list(APPEND definitions USE_C10D_NCCL)
    list(APPEND libraries "${site}/nvidia/nccl/lib/libnccl.so.2")
  endif()
  add_library(LibTorch::CUDA INTERFACE IMPORTED)
  set_target_properties(LibTorch::CUDA PROPERTIES
    INTERFACE_LINK_LIBRARIES "${libraries}"
    INTERFACE_LINK_OPTIONS "LINKER:--push-state,--no-as-needed,${home}/lib/libtorch_cuda.so,${home}/lib/libc10_cuda.so,--pop-state"
    INTERFACE_COMPILE_DEFINITIONS "${definitions}"
    INTERFACE_INCLUDE_DIRECTORIES "${includes}")
  set_property(TARGET LibTorch::LibTorch PROPERTY INTERFACE_LINK_LIBRARIES LibTorch::CUDA)
endfunction()

_libtorch_find_home(LibTorch_HOME _libtorch_searched)
unset(LibTorch_VERSION)
set(LibTorch_CUDA_FOUND FALSE)
set(LibTorch_NCCL_FOUND FALSE)
if(LibTorch_HOME)
  _libtorch_read_version("${LibTorch_HOME}" LibTorch_VERSION)
  find_program(LibTorch_READELF NAMES ${CMAKE_READELF} readelf llvm-readelf llvm-readelf-19)
  mark_as_advanced(LibTorch_READELF)
endif()
list(JOIN _libtorch_searched ", " _libtorch_searched)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_HOME
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "Looked for include/torch/csrc/api/include/torch/torch.h, lib/libtorch_cpu.so and lib/libc10.so, \
and for lib/python3.*/site-packages/torch with them, in: [${_libtorch_searched}]. tools/setup.sh of sparseann installs \
LibTorch into .venv, and -DLibTorch_ROOT=DIR names another one.")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  _libtorch_check_abi("${LibTorch_HOME}")
  _libtorch_add_targets("${LibTorch_HOME}")
  if(LibTorch_CUDA STREQUAL "OFF")
    set(_libtorch_reason "LibTorch_CUDA=OFF")
  else()
    _libtorch_find_cuda("${LibTorch_HOME}" LibTorch_CUDA_FOUND _libtorch_reason)
  endif()
  if(LibTorch_CUDA_FOUND)
    get_filename_component(_libtorch_nccl "${LibTorch_HOME}/../nvidia/nccl/include/nccl.h" ABSOLUTE)
    if(EXISTS "${_libtorch_nccl}")
      set(LibTorch_NCCL_FOUND TRUE)
    endif()
    _libtorch_add_cuda_target("${LibTorch_HOME}" ${LibTorch_NCCL_FOUND})
    message(STATUS "LibTorch ${LibTorch_VERSION} with CUDA: ${LibTorch_HOME}")
  elseif(LibTorch_CUDA STREQUAL "ON")
    message(FATAL_ERROR "LibTorch_CUDA=ON, but ${LibTorch_HOME} cannot be linked with CUDA: ${_libtorch_reason}")
  else()
    message(STATUS "LibTorch ${LibTorch_VERSION} for the CPU alone (${_libtorch_reason}): ${LibTorch_HOME}")
  endif()
endif()
unset(_libtorch_searched)
unset(_libtorch_reason)
unset(_libtorch_nccl)
