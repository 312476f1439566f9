# Target all_verify_interface_header_sets compiles each header that needs no LibTorch by itself, as our own code: the
# directory's options go to the targets that CMake makes for it at the end, after all others have been made.
option(SPARSEANN_VERIFY_TORCH_HEADERS "Also compile each header that needs LibTorch by itself, which takes long" OFF)
set(verified core metric select io hdf5 tiff annotate microscopy)
if(SPARSEANN_WITH_TORCH AND SPARSEANN_VERIFY_TORCH_HEADERS)
  list(APPEND verified sparseann)
endif()
foreach(name IN LISTS verified)
  set_target_properties(sparseann_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endforeach()
add_compile_options("$<TARGET_PROPERTY:sparseann_warnings,INTERFACE_COMPILE_OPTIONS>")
